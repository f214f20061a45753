using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>A pin of the GPIO of Arm's Cortex-M System Design Kit (DDI 0479, section 4.1). It has no pull resistors.</summary>
internal sealed class CmsdkPin : GpioPin
{
    private const uint Data = 0x00;                     // DATA: levels at the pins
    private const uint Output = 0x04;                   // DATAOUT
    private const uint EnableSet = 0x10;                // OUTENSET
    private const uint EnableClear = 0x14;              // OUTENCLR
    private const uint AlternateClear = 0x1C;           // ALTFUNCCLR

    private readonly uint _base;
    private readonly uint _bit;
    private bool _open;

    /// <summary>Pin 0 … 15 of the port at this address.</summary>
    public CmsdkPin(uint at, int pin)
    {
        _base = at;
        _bit = 1u << pin;
    }

    /// <inheritdoc/>
    public override void SetMode(PinMode mode)
    {
        _open = mode == PinMode.OpenDrain;
        Io.Write(_base + AlternateClear, _bit);
        bool high = (Io.Read(_base + Output) & _bit) != 0;
        bool drives = mode == PinMode.Output || (_open && !high);
        Io.Write(_base + (drives ? EnableSet : EnableClear), _bit);
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        return (Io.Read(_base + Data) & _bit) != 0;
    }

    /// <inheritdoc/>
    public override void Write(bool high)
    {
        Io.Change(_base + Output, _bit, high ? _bit : 0);

        // There is no open output: high is not driven at all.
        if (_open) Io.Write(_base + (high ? EnableClear : EnableSet), _bit);
    }
}
