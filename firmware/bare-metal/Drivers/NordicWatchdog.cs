using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>The watchdog of the nRF52840 (product specification 1.7, section 6.36), which counts 32,768 Hz.</summary>
internal sealed class NordicWatchdog : Watchdog
{
    private const uint Base = 0x40010000;
    private const uint StartTask = Base + 0x000;        // TASKS_START
    private const uint Reload = Base + 0x504;           // CRV
    private const uint Request = Base + 0x600;          // RR[0], enabled after reset
    private const uint Key = 0x6E524635;

    /// <inheritdoc/>
    public override BusError Start(int milliseconds)
    {
        // At most 36 hours; one hour keeps the product within 32 bits.
        if (milliseconds <= 0 || milliseconds > 3600000) return BusError.Argument;
        uint seconds = (uint)milliseconds / 1000, rest = (uint)milliseconds - 1000 * seconds;
        uint clocks = seconds * 32768 + (rest * 32768 + 999) / 1000;
        Io.Write(Reload, clocks < 15 ? 15u : clocks);
        Io.Write(StartTask, 1);
        return BusError.None;
    }

    /// <inheritdoc/>
    public override void Feed()
    {
        Io.Write(Request, Key);
    }
}
