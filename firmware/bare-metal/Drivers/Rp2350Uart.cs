namespace EdgeSpike.Firmware;

/// <summary>
/// The PL011 of the RP2350 (data sheet, section 12.1), clocked by the board's crystal of 12 MHz: 8 data bits, no parity, 1 stop bit.
/// </summary>
internal sealed class Rp2350Uart : BytePort
{
    private const uint ResetUart0 = 1u << 26;           // UART1 is the bit behind
    private const uint Uart0 = 0x40070000;

    private const uint Data = 0x00;                     // UARTDR
    private const uint Flags = 0x18;                    // UARTFR
    private const uint IntegerDivider = 0x24;           // UARTIBRD
    private const uint FractionDivider = 0x28;          // UARTFBRD
    private const uint LineControl = 0x2C;              // UARTLCR_H
    private const uint Control = 0x30;                  // UARTCR
    private const uint ReceiveEmpty = 1u << 4;
    private const uint TransmitFull = 1u << 5;

    private readonly uint _base;

    /// <summary>Crystal, resets, pins, rate.</summary>
    public Rp2350Uart(UartSettings settings)
    {
        _base = settings.Base;
        Rp2350Unit.Start(_base == Uart0 ? ResetUart0 : ResetUart0 << 1);
        Rp2350Unit.SetPin(settings.TransmitPin, settings.Alternate);
        Rp2350Unit.SetPin(settings.ReceivePin, settings.Alternate);

        // Divider in 1/64: 4 * clock / baud.
        uint divider = (4 * settings.ClockHz + settings.Baud / 2) / settings.Baud;
        Io.Write(_base + IntegerDivider, divider >> 6);
        Io.Write(_base + FractionDivider, divider & 63);
        Io.Write(_base + LineControl, (3u << 5) | (1u << 4));   // 8 bits, buffers on
        Io.Write(_base + Control, (1u << 9) | (1u << 8) | 1);
    }

    /// <inheritdoc/>
    public override int Read()
    {
        return (Io.Read(_base + Flags) & ReceiveEmpty) != 0 ? -1 : (int)Io.Read(_base + Data) & 255;
    }

    /// <inheritdoc/>
    public override void Write(int value)
    {
        if (Io.Await(_base + Flags, TransmitFull, 0)) Io.Write(_base + Data, (uint)value & 255);
    }
}
