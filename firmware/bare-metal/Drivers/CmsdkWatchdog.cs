using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>
/// The watchdog of Arm's Cortex-M System Design Kit (DDI 0479, section 4.4). Its first end raises the NMI, of which start-up makes a panic
/// record with the place where the program hung; a second one resets the chip, should even that not work.
/// </summary>
internal sealed class CmsdkWatchdog : Watchdog
{
    private const uint Load = 0x000;                    // WDOGLOAD
    private const uint Control = 0x008;                 // WDOGCONTROL: bit 0 interrupt and count, bit 1 reset
    private const uint InterruptClear = 0x00C;          // WDOGINTCLR: a write also loads the counter anew
    private const uint Lock = 0xC00;                    // WDOGLOCK
    private const uint Unlock = 0x1ACCE551;

    private readonly uint _base;
    private readonly uint _clockHz;

    /// <summary>Does not start it.</summary>
    public CmsdkWatchdog(uint at, uint clockHz)
    {
        _base = at;
        _clockHz = clockHz;
    }

    /// <inheritdoc/>
    public override BusError Start(int milliseconds)
    {
        uint clocks = (_clockHz + 999) / 1000;
        if (milliseconds <= 0 || (uint)milliseconds > 0xFFFFFFFF / clocks) return BusError.Argument;
        Io.Write(_base + Lock, Unlock);
        Io.Write(_base + Load, (uint)milliseconds * clocks);
        Io.Write(_base + InterruptClear, 1);
        Io.Write(_base + Control, 3);
        Io.Write(_base + Lock, 0);
        return BusError.None;
    }

    /// <inheritdoc/>
    public override void Feed()
    {
        Io.Write(_base + Lock, Unlock);
        Io.Write(_base + InterruptClear, 1);
        Io.Write(_base + Lock, 0);
    }
}
