namespace EdgeSpike.Drivers;

/// <summary>A PWM output that remembers what it was told.</summary>
public sealed class SimulatedPwm : PwmOutput
{
    /// <summary>Periods a second; 0: stopped.</summary>
    public int Hertz { get; private set; }

    /// <summary>The duty.</summary>
    public int Duty { get; private set; }

    /// <summary>How calls end.</summary>
    public BusError Fault { get; set; }

    /// <inheritdoc/>
    public override BusError Start(int hertz)
    {
        if (Fault != BusError.None) return Fault;
        if (hertz < 1) return BusError.Argument;
        Hertz = hertz;
        Duty = 0;
        return BusError.None;
    }

    /// <inheritdoc/>
    public override BusError SetDuty(int duty)
    {
        if (Fault != BusError.None) return Fault;
        if (duty < 0 || duty > Full || Hertz == 0) return BusError.Argument;
        Duty = duty;
        return BusError.None;
    }

    /// <inheritdoc/>
    public override BusError Stop()
    {
        if (Fault != BusError.None) return Fault;
        Hertz = 0;
        Duty = 0;
        return BusError.None;
    }
}
