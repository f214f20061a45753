using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C in software on two pins of any chip; both need a pull-up resistor.</summary>
public sealed class PinI2c : LineI2c
{
    private readonly GpioPin _clock;
    private readonly GpioPin _data;

    /// <summary>Lines; they are taken by <see cref="Take"/>.</summary>
    public PinI2c(TimeBase time, GpioPin clock, GpioPin data)
        : base(time)
    {
        _clock = clock;
        _data = data;
    }

    /// <summary>Makes both pins open outputs that let go.</summary>
    public void Take()
    {
        _clock.Write(true);
        _data.Write(true);
        _clock.SetMode(PinMode.OpenDrain);
        _data.SetMode(PinMode.OpenDrain);
    }

    /// <summary>Takes the pins of a unit whose bus is stuck and frees the lines; the caller gives the pins back.</summary>
    public static BusError Free(TimeBase time, GpioPin clock, GpioPin data)
    {
        PinI2c lines = new PinI2c(time, clock, data);
        lines.Take();
        return lines.Recover();
    }

    /// <inheritdoc/>
    protected override void SetClock(bool high)
    {
        _clock.Write(high);
    }

    /// <inheritdoc/>
    protected override void SetData(bool high)
    {
        _data.Write(high);
    }

    /// <inheritdoc/>
    protected override bool ClockIsHigh()
    {
        return _clock.Read();
    }

    /// <inheritdoc/>
    protected override bool DataIsHigh()
    {
        return _data.Read();
    }
}
