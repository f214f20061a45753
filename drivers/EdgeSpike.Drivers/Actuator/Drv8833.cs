namespace EdgeSpike.Drivers;

/// <summary>One H-bridge of a TI DRV8833: two inputs with PWM, nSLEEP, and nFAULT, which both bridges share.</summary>
/// <remarks>
/// Data sheet SLVSAR1, section 7.3.2, tables 1 and 2: inputs 1 0 forward, 0 1 reverse, 0 0 coast, 1 1 brake; PWM on one input with the other low decays fast, with the other high slowly.
/// After nSLEEP rises the bridge takes up to 1 ms (t_WAKE, section 6.5). nFAULT is low after too much current or heat, an open drain that needs a pull-up.
/// </remarks>
public sealed class Drv8833 : Motor
{
    private const int WakeMicroseconds = 1000;

    private readonly PwmOutput _in1;
    private readonly PwmOutput _in2;
    private readonly GpioPin _sleep;
    private readonly GpioPin _fault;
    private readonly TimeBase _time;

    /// <summary>Pins may be null where they are not wired: nSLEEP held high, nFAULT not looked at.</summary>
    public Drv8833(PwmOutput in1, PwmOutput in2, GpioPin sleep, GpioPin fault, TimeBase time)
        : base(time)
    {
        _in1 = in1;
        _in2 = in2;
        _sleep = sleep;
        _fault = fault;
        _time = time;
    }

    /// <summary>Where the current goes while PWM is off.</summary>
    public BridgeDecay Decay { get; set; }

    /// <summary>True: the bridge reports too much current, heat, or too little supply.</summary>
    public bool Faulted
    {
        get { return _fault != null && !_fault.Read(); }
    }

    /// <summary>Starts both inputs with this many periods a second (up to 50 kHz), coasting, and wakes the bridge, which takes 1 ms.</summary>
    public BusError Start(int hertz)
    {
        BusError error = _in1.Start(hertz);
        if (error == BusError.None) error = _in2.Start(hertz);
        if (error != BusError.None) return error;
        if (_fault != null) _fault.SetMode(PinMode.InputPullUp);
        if (_sleep != null) _sleep.SetMode(PinMode.Output);
        SetStandby(false);
        return BusError.None;
    }

    /// <summary>Sleeps, with the outputs off and a few microamperes, or wakes. Sleeping also clears a fault.</summary>
    public void SetStandby(bool standby)
    {
        if (_sleep == null) return;
        _sleep.Write(!standby);
        if (!standby) _time.Wait(WakeMicroseconds);
    }

    /// <inheritdoc/>
    protected override BusError Apply(int speed)
    {
        int duty = Duty(speed);
        if (speed == 0) return Put(0, 0);
        if (Decay == BridgeDecay.Fast) return speed > 0 ? Put(duty, 0) : Put(0, duty);
        return speed > 0 ? Put(PwmOutput.Full, PwmOutput.Full - duty) : Put(PwmOutput.Full - duty, PwmOutput.Full);
    }

    /// <inheritdoc/>
    protected override BusError ApplyBrake()
    {
        return Put(PwmOutput.Full, PwmOutput.Full);
    }

    private BusError Put(int first, int second)
    {
        BusError error = _in1.SetDuty(first);
        return error == BusError.None ? _in2.SetDuty(second) : error;
    }
}
