namespace EdgeSpike.Drivers;

/// <summary>The pin that a simulated sensor's data-ready output is wired to.</summary>
public sealed class SimulatedReadyPin : GpioPin
{
    private readonly SimulatedSensor _sensor;

    /// <summary>Wires it.</summary>
    public SimulatedReadyPin(SimulatedSensor sensor)
    {
        _sensor = sensor;
    }

    /// <inheritdoc/>
    public override void SetMode(PinMode mode)
    {
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        _sensor.Advance();
        return _sensor.DataReady;
    }

    /// <inheritdoc/>
    public override void Write(bool high)
    {
    }
}
