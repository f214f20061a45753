using System.Runtime;
using System.Runtime.CompilerServices;

namespace EdgeSpike.Firmware;

/// <summary>What start-up keeps for drivers.</summary>
internal static class Processor
{
    /// <summary>Times that SysTick has reached 0 (Startup/startup.s counts them).</summary>
    [RuntimeImport("*", "systick_wraps")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern uint SysTickWraps();
}
