using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>A pin of an STM32 chip as a digital pin (RM0090 section 8.4, RM0432 8.4, RM0433 11.4).</summary>
internal sealed class Stm32GpioPin : GpioPin
{
    private const uint ModeRegister = 0x00;             // GPIOx_MODER: 0 input, 1 output
    private const uint OutputType = 0x04;               // GPIOx_OTYPER: 1 open
    private const uint Pull = 0x0C;                     // GPIOx_PUPDR: 1 up, 2 down
    private const uint Input = 0x10;                    // GPIOx_IDR
    private const uint SetReset = 0x18;                 // GPIOx_BSRR: low half sets, high half resets

    private readonly uint _ports;
    private readonly uint _at;
    private readonly int _port;
    private readonly int _pin;

    /// <summary>Turns the port's clock on.</summary>
    /// <param name="ports">Address of port A; ports are 0x400 apart.</param>
    /// <param name="enable">Register that enables the ports' clocks, bit 0 for port A.</param>
    /// <param name="port">0 for A.</param>
    /// <param name="pin">0 … 15.</param>
    public Stm32GpioPin(uint ports, uint enable, int port, int pin)
    {
        _ports = ports;
        _at = ports + 0x400 * (uint)port;
        _port = port;
        _pin = pin;
        Io.Change(enable, 0, 1u << port);
    }

    /// <inheritdoc/>
    public override void SetMode(PinMode mode)
    {
        int field = 2 * _pin;
        uint pull = mode == PinMode.InputPullUp ? 1u : mode == PinMode.InputPullDown ? 2u : 0u;
        Io.Change(_at + Pull, 3u << field, pull << field);
        Io.Change(_at + OutputType, 1u << _pin, (mode == PinMode.OpenDrain ? 1u : 0u) << _pin);
        uint output = mode == PinMode.Output || mode == PinMode.OpenDrain ? 1u : 0u;
        Io.Change(_at + ModeRegister, 3u << field, output << field);
    }

    /// <summary>Gives the pin to a peripheral; open or not stays as the mode before said.</summary>
    public void SetAlternate(uint function)
    {
        Stm32Pin.Alternate(_ports, _port, _pin, function);
    }

    /// <summary>Makes the pin an open output that lets go, then gives it to a peripheral, so that nothing drives it high.</summary>
    public void SetOpenAlternate(uint function)
    {
        Write(true);
        SetMode(PinMode.OpenDrain);
        SetAlternate(function);
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        return (Io.Read(_at + Input) & (1u << _pin)) != 0;
    }

    /// <inheritdoc/>
    public override void Write(bool high)
    {
        Io.Write(_at + SetReset, 1u << (high ? _pin : _pin + 16));
    }
}
