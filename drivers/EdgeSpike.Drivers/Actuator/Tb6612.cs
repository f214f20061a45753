namespace EdgeSpike.Drivers;

/// <summary>One H-bridge of a Toshiba TB6612FNG: IN1 and IN2 choose the direction, PWM the speed, STBY is for both bridges.</summary>
/// <remarks>
/// Data sheet, "H-SW control function": IN1 IN2 1 0 clockwise and 0 1 counter-clockwise while PWM is high, short brake while it is low: its decay is always slow;
/// 1 1 short brake; 0 0 with PWM high off; STBY low standby. PWM up to 100 kHz.
/// </remarks>
public sealed class Tb6612 : Motor
{
    private readonly PwmOutput _output;
    private readonly GpioPin _in1;
    private readonly GpioPin _in2;
    private readonly GpioPin _standby;

    /// <summary>STBY may be null where it is held high.</summary>
    public Tb6612(PwmOutput output, GpioPin in1, GpioPin in2, GpioPin standby, TimeBase time)
        : base(time)
    {
        _output = output;
        _in1 = in1;
        _in2 = in2;
        _standby = standby;
    }

    /// <summary>Starts PWM with this many periods a second, coasting, and leaves standby.</summary>
    public BusError Start(int hertz)
    {
        _in1.Write(false);
        _in2.Write(false);
        _in1.SetMode(PinMode.Output);
        _in2.SetMode(PinMode.Output);
        BusError error = _output.Start(hertz);
        if (error == BusError.None) error = Apply(0);
        if (error != BusError.None) return error;
        if (_standby != null) _standby.SetMode(PinMode.Output);
        SetStandby(false);
        return BusError.None;
    }

    /// <summary>Both bridges off, or on.</summary>
    public void SetStandby(bool standby)
    {
        if (_standby != null) _standby.Write(!standby);
    }

    /// <inheritdoc/>
    protected override BusError Apply(int speed)
    {
        _in1.Write(speed > 0);
        _in2.Write(speed < 0);
        return _output.SetDuty(speed == 0 ? PwmOutput.Full : Duty(speed));
    }

    /// <inheritdoc/>
    protected override BusError ApplyBrake()
    {
        _in1.Write(true);
        _in2.Write(true);
        return _output.SetDuty(PwmOutput.Full);
    }
}
