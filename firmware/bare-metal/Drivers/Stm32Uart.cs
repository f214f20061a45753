namespace EdgeSpike.Firmware;

/// <summary>
/// USART and LPUART of the STM32L4+ (RM0432, sections 46 and 47) and STM32H7 (RM0433, section 48): 8 data bits, no parity, 1 stop
/// bit, from the clock after reset (L4+: MSI, 4 MHz; H7: HSI, 64 MHz).
/// </summary>
internal sealed class Stm32Uart : BytePort
{
    private const uint LowPowerUart = 0x40008000;       // LPUART1 of the L4+

    private const uint Control1 = 0x00;                 // USART_CR1
    private const uint BaudRate = 0x0C;                 // USART_BRR
    private const uint Status = 0x1C;                   // USART_ISR
    private const uint ClearFlags = 0x20;               // USART_ICR
    private const uint ReceiveData = 0x24;              // USART_RDR
    private const uint TransmitData = 0x28;             // USART_TDR
    private const uint Overrun = 1u << 3;
    private const uint ReceiveNotEmpty = 1u << 5;
    private const uint TransmitEmpty = 1u << 7;
    private const uint EnableAll = (1u << 3) | (1u << 2) | 1;

    private readonly uint _base;

    /// <summary>Clocks, pins, rate.</summary>
    public Stm32Uart(UartSettings settings)
    {
        _base = settings.Base;
        uint ports = (1u << settings.TransmitPort) | (1u << settings.ReceivePort), first, divider;
        if (_base == LowPowerUart)
        {
            const uint Rcc = 0x40021000;
            Io.Change(Rcc + 0x4C, 0, ports);            // RCC_AHB2ENR
            Io.Change(Rcc + 0x58, 0, 1u << 28);         // RCC_APB1ENR1: PWREN
            Io.Change(0x40007004, 0, 1u << 9);          // PWR_CR2: IOSV, port G has its own supply
            Io.Change(Rcc + 0x5C, 0, 1);                // RCC_APB1ENR2: LPUART1EN
            first = 0x48000000;

            // 256 * clock / baud, without leaving 32 bits: the remainder is scaled in two steps.
            uint whole = settings.ClockHz / settings.Baud, rest = settings.ClockHz - whole * settings.Baud;
            divider = whole * 256 + (rest * 16 / settings.Baud) * 16 + (rest * 16 % settings.Baud) * 16 / settings.Baud;
        }
        else
        {
            const uint Rcc = 0x58024400;
            Io.Change(Rcc + 0xE0, 0, ports);            // RCC_AHB4ENR
            Io.Change(Rcc + 0xE8, 0, 1u << (int)(17 + ((_base - 0x40004400) >> 10))); // RCC_APB1LENR: USART2 is bit 17
            first = 0x58020000;
            divider = (settings.ClockHz + settings.Baud / 2) / settings.Baud;
        }

        Stm32Pin.Alternate(first, settings.TransmitPort, settings.TransmitPin, settings.Alternate);
        Stm32Pin.Alternate(first, settings.ReceivePort, settings.ReceivePin, settings.Alternate);
        Io.Write(_base + BaudRate, divider);
        Io.Write(_base + Control1, EnableAll);
    }

    /// <inheritdoc/>
    public override int Read()
    {
        uint status = Io.Read(_base + Status);
        if ((status & Overrun) != 0) Io.Write(_base + ClearFlags, Overrun);     // or nothing more would be received
        return (status & ReceiveNotEmpty) == 0 ? -1 : (int)Io.Read(_base + ReceiveData) & 255;
    }

    /// <inheritdoc/>
    public override void Write(int value)
    {
        if (Io.Await(_base + Status, TransmitEmpty, TransmitEmpty)) Io.Write(_base + TransmitData, (uint)value & 255);
    }
}
