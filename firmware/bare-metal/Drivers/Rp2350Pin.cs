using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>A pin of the RP2350 under software (SIO; data sheet, section 3.1.11).</summary>
internal sealed class Rp2350Pin : GpioPin
{
    private const uint Input = 0xD0000004;              // GPIO_IN
    private const uint OutputSet = 0xD0000018;          // GPIO_OUT_SET
    private const uint OutputClear = 0xD0000020;        // GPIO_OUT_CLR
    private const uint EnableSet = 0xD0000038;          // GPIO_OE_SET
    private const uint EnableClear = 0xD0000040;        // GPIO_OE_CLR

    private readonly int _pin;
    private bool _open;
    private bool _high;

    /// <summary>Pin 0 … 31; it is taken when its mode is set.</summary>
    public Rp2350Pin(int pin)
    {
        _pin = pin;
    }

    /// <inheritdoc/>
    public override void SetMode(PinMode mode)
    {
        _open = mode == PinMode.OpenDrain;

        // The level before the direction, the direction before the pin is connected.
        Io.Write(_high && !_open ? OutputSet : OutputClear, 1u << _pin);
        Io.Write(mode == PinMode.Output || (_open && !_high) ? EnableSet : EnableClear, 1u << _pin);
        Rp2350Unit.Start(0);
        Rp2350Unit.SetPin(_pin, Rp2350Unit.Software, mode == PinMode.InputPullUp ? 1 : mode == PinMode.InputPullDown ? 2 : 0);
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        return (Io.Read(Input) & (1u << _pin)) != 0;
    }

    /// <inheritdoc/>
    public override void Write(bool high)
    {
        _high = high;

        // There is no open output: high is not driven at all.
        if (_open) Io.Write(high ? EnableClear : EnableSet, 1u << _pin);
        else Io.Write(high ? OutputSet : OutputClear, 1u << _pin);
    }
}
