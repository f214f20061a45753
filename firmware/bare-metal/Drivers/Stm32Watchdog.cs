using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>The independent watchdog of STM32 chips (IWDG; RM0090 section 21, RM0432 42, RM0433 47), from an oscillator of its own of about 32 kHz.</summary>
/// <remarks>That oscillator is inexact: 17 to 47 kHz on the STM32F4. Feed it in less than half its period.</remarks>
internal sealed class Stm32Watchdog : Watchdog
{
    private const uint Key = 0x00;                      // IWDG_KR
    private const uint Prescaler = 0x04;                // IWDG_PR: clock / 4 << PR
    private const uint Reload = 0x08;                   // IWDG_RLR: 12 bits
    private const uint Status = 0x0C;                   // IWDG_SR: bits 1:0, an update is under way
    private const uint KeyStart = 0xCCCC;
    private const uint KeyAccess = 0x5555;
    private const uint KeyReload = 0xAAAA;

    private readonly TimeBase _time;
    private readonly uint _base;

    /// <summary>Does not start it.</summary>
    public Stm32Watchdog(TimeBase time, uint at)
    {
        _time = time;
        _base = at;
    }

    /// <inheritdoc/>
    public override BusError Start(int milliseconds)
    {
        // 4096 counts of 256 clocks of 32 kHz.
        if (milliseconds <= 0 || milliseconds > 32768) return BusError.Argument;
        uint clocks = 32 * (uint)milliseconds, shift = 0;
        while ((clocks + (4u << (int)shift) - 1) >> (int)(shift + 2) > 4096) shift++;
        uint counts = (clocks + (4u << (int)shift) - 1) >> (int)(shift + 2);

        // Started first: the oscillator that the updates wait for runs only then.
        Io.Write(_base + Key, KeyStart);
        Io.Write(_base + Key, KeyAccess);
        Io.Write(_base + Prescaler, shift);
        Io.Write(_base + Reload, counts - 1);
        bool settled = Waiting.For(_time, _base + Status, 3, 0, 50000);
        Feed();
        return settled ? BusError.None : BusError.TimeOut;
    }

    /// <inheritdoc/>
    public override void Feed()
    {
        Io.Write(_base + Key, KeyReload);
    }
}
