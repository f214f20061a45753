namespace EdgeSpike.Firmware;

/// <summary>USART of the STM32F4 (reference manual RM0090, section 30), 8 data bits, no parity, 1 stop bit, from the internal clock of 16 MHz.</summary>
internal sealed class Stm32F4Uart : BytePort
{
    private const uint Rcc = 0x40023800;
    private const uint Ahb1Enable = Rcc + 0x30;         // RCC_AHB1ENR: bit 0 is port A
    private const uint Apb1Enable = Rcc + 0x40;         // RCC_APB1ENR: bit 17 is USART2
    private const uint Apb2Enable = Rcc + 0x44;         // RCC_APB2ENR: bit 4 is USART1, 5 is USART6
    private const uint Usart1 = 0x40011000;             // on APB2, USART6 0x400 behind it; USART2 to UART5 on APB1

    private const uint Status = 0x00;                   // USART_SR
    private const uint Data = 0x04;                     // USART_DR
    private const uint BaudRate = 0x08;                 // USART_BRR
    private const uint Control1 = 0x0C;                 // USART_CR1
    private const uint ReceiveNotEmpty = 1u << 5;
    private const uint TransmitEmpty = 1u << 7;
    private const uint EnableAll = (1u << 13) | (1u << 3) | (1u << 2);

    private readonly uint _base;

    /// <summary>Clocks, pins, rate.</summary>
    public Stm32F4Uart(UartSettings settings)
    {
        _base = settings.Base;
        Io.Change(Ahb1Enable, 0, (1u << settings.TransmitPort) | (1u << settings.ReceivePort));
        if (_base >= Usart1) Io.Change(Apb2Enable, 0, 1u << (int)(4 + ((_base - Usart1) >> 10)));
        else Io.Change(Apb1Enable, 0, 1u << (int)(17 + ((_base - 0x40004400) >> 10)));
        Stm32Pin.Alternate(0x40020000, settings.TransmitPort, settings.TransmitPin, settings.Alternate);
        Stm32Pin.Alternate(0x40020000, settings.ReceivePort, settings.ReceivePin, settings.Alternate);
        Io.Write(_base + BaudRate, (settings.ClockHz + settings.Baud / 2) / settings.Baud);
        Io.Write(_base + Control1, EnableAll);
    }

    /// <inheritdoc/>
    public override int Read()
    {
        return (Io.Read(_base + Status) & ReceiveNotEmpty) == 0 ? -1 : (int)Io.Read(_base + Data) & 255;
    }

    /// <inheritdoc/>
    public override void Write(int value)
    {
        if (Io.Await(_base + Status, TransmitEmpty, TransmitEmpty)) Io.Write(_base + Data, (uint)value & 255);
    }
}
