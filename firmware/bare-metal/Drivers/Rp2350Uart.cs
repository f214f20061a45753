namespace EdgeSpike.Firmware;

/// <summary>
/// The PL011 of the RP2350 (data sheet, sections 12.1, 9.11, 8.2 and 7.5), clocked by the board's crystal of 12 MHz: 8 data bits, no
/// parity, 1 stop bit.
/// </summary>
internal sealed class Rp2350Uart : BytePort
{
    private const uint Resets = 0x40020000;             // RESET, then WDSEL, then RESET_DONE
    private const uint ResetDone = Resets + 8;
    private const uint ResetIoBank = 1u << 6;
    private const uint ResetPads = 1u << 9;
    private const uint ResetUart0 = 1u << 26;
    private const uint Crystal = 0x40048000;            // XOSC: CTRL, STATUS, ..., STARTUP at 0x0C
    private const uint Clocks = 0x40010000;
    private const uint SystemControl = Clocks + 0x3C;   // CLK_SYS_CTRL
    private const uint ReferenceControl = Clocks + 0x30;// CLK_REF_CTRL
    private const uint ReferenceSelected = Clocks + 0x38;
    private const uint PeripheralControl = Clocks + 0x48;// CLK_PERI_CTRL
    private const uint IoBank = 0x40028000;             // GPIO0_STATUS, GPIO0_CTRL, ...
    private const uint Pads = 0x40038000;               // VOLTAGE_SELECT, GPIO0, ...

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
        Io.Write(Crystal + 0x0C, 47);                   // about 1 ms, in 256 cycles
        Io.Write(Crystal, (0xFABu << 12) | 0xAA0);      // enable, 1 to 15 MHz
        Io.Await(Crystal + 4, 1u << 31, 1u << 31);
        Io.Write(ReferenceControl, 2);                  // clk_ref from the crystal
        Io.Await(ReferenceSelected, 4, 4);
        Io.Change(SystemControl, 1, 0);                 // clk_sys from clk_ref
        Io.Write(PeripheralControl, (1u << 11) | (4u << 5)); // clk_peri from the crystal
        uint units = ResetIoBank | ResetPads | ResetUart0;
        Io.Change(Resets, units, 0);
        Io.Await(ResetDone, units, units);
        Pin(settings.TransmitPin, settings.Alternate);
        Pin(settings.ReceivePin, settings.Alternate);

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

    private static void Pin(int pin, uint function)
    {
        Io.Write(IoBank + 8 * (uint)pin + 4, function);
        Io.Write(Pads + 4 + 4 * (uint)pin, 0x52);       // input enabled, 4 mA, Schmitt trigger; isolation off
    }
}
