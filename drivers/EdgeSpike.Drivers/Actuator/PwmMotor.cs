namespace EdgeSpike.Drivers;

/// <summary>A motor behind a transistor, or a driver with a direction input: one PWM output, and a pin that is high for negative speeds.</summary>
/// <remarks>Without that pin negative speeds coast. It can't brake: braking coasts.</remarks>
public sealed class PwmMotor : Motor
{
    private readonly PwmOutput _output;
    private readonly GpioPin _direction;

    /// <summary>The output is started by <see cref="Start"/>; the pin becomes an output, low. It may be null.</summary>
    public PwmMotor(PwmOutput output, GpioPin direction, TimeBase time)
        : base(time)
    {
        _output = output;
        _direction = direction;
    }

    /// <summary>Starts with this many periods a second, standing still.</summary>
    public BusError Start(int hertz)
    {
        if (_direction != null)
        {
            _direction.Write(false);
            _direction.SetMode(PinMode.Output);
        }

        return _output.Start(hertz);
    }

    /// <inheritdoc/>
    protected override BusError Apply(int speed)
    {
        if (_direction == null) return _output.SetDuty(speed < 0 ? 0 : Duty(speed));
        if (speed != 0) _direction.Write(speed < 0);
        return _output.SetDuty(Duty(speed));
    }

    /// <inheritdoc/>
    protected override BusError ApplyBrake()
    {
        return _output.SetDuty(0);
    }
}
