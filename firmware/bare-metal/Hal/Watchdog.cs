using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>Restarts the device when the program stops calling <see cref="Feed"/>.</summary>
public abstract class Watchdog
{
    /// <summary>
    /// Starts it; most can't be stopped again. The period is rounded up to what the hardware counts.
    /// <see cref="BusError.Argument"/>: longer than it can count, or not positive; nothing was started.
    /// </summary>
    public abstract BusError Start(int milliseconds);

    /// <summary>Starts the period anew.</summary>
    public abstract void Feed();
}
