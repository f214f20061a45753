using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>A pin of the nRF52840 (product specification 1.7, section 6.9).</summary>
internal sealed class NordicPin : GpioPin
{
    private const uint OutputSet = 0x508;               // OUTSET
    private const uint OutputClear = 0x50C;             // OUTCLR
    private const uint Input = 0x510;                   // IN
    private const uint Configuration = 0x700;           // PIN_CNF[0]: bit 0 output, 1 input off, 3:2 pull, 10:8 drive

    private readonly uint _port;
    private readonly int _pin;

    /// <summary>Port 0 or 1, pin 0 … 31.</summary>
    public NordicPin(int port, int pin)
    {
        _port = 0x50000000 + 0x300 * (uint)port;
        _pin = pin;
    }

    /// <inheritdoc/>
    public override void SetMode(PinMode mode)
    {
        uint configuration;
        switch (mode)
        {
            case PinMode.InputPullUp: configuration = 3u << 2; break;
            case PinMode.InputPullDown: configuration = 1u << 2; break;
            case PinMode.Output: configuration = 1; break;
            case PinMode.OpenDrain: configuration = (6u << 8) | 1; break;       // S0D1: high is let go
            default: configuration = 0; break;
        }

        Io.Write(_port + Configuration + 4 * (uint)_pin, configuration);
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        return (Io.Read(_port + Input) & (1u << _pin)) != 0;
    }

    /// <inheritdoc/>
    public override void Write(bool high)
    {
        Io.Write(_port + (high ? OutputSet : OutputClear), 1u << _pin);
    }
}
