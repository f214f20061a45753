namespace EdgeSpike.Drivers;

/// <summary>An output whose level is high for a part of each period. Portable: on Linux over System.Device.Pwm, on bare metal a timer's channel.</summary>
public abstract class PwmOutput
{
    /// <summary>High all the time; 0 is low all the time.</summary>
    public const int Full = 65536;

    /// <summary>Starts with this many periods a second, low all the time. <see cref="BusError.Argument"/>: the timer can't.</summary>
    public abstract BusError Start(int hertz);

    /// <summary>High for duty / <see cref="Full"/> of each period from the next one on; 0 … <see cref="Full"/>.</summary>
    public abstract BusError SetDuty(int duty);

    /// <summary>Low, and no periods any more.</summary>
    public abstract BusError Stop();
}
