using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>SPI master of the STM32F4 (RM0090, section 28) and STM32L4+ (RM0432, section 49), 8 bits, polled, one byte at a time; chip select is a pin of its own.</summary>
internal sealed class Stm32Spi : SpiBus
{
    private const uint Spi1 = 0x40013000;
    private const uint Spi2 = 0x40003800;

    private const uint Control1 = 0x00;                 // SPI_CR1: bit 0 CPHA, 1 CPOL, 2 MSTR, 5:3 BR, 6 SPE, 8 SSI, 9 SSM
    private const uint Control2 = 0x04;                 // SPI_CR2: 11:8 DS, 12 FRXTH
    private const uint Status = 0x08;                   // SPI_SR
    private const uint Data = 0x0C;                     // SPI_DR
    private const uint Master = (1u << 9) | (1u << 8) | (1u << 6) | (1u << 2);
    private const uint Bytes = (7u << 8) | (1u << 12);
    private const uint ReceiveNotEmpty = 1;
    private const uint TransmitEmpty = 1u << 1;
    private const uint ModeFault = 1u << 5;
    private const uint OverrunFlag = 1u << 6;
    private const uint Busy = 1u << 7;

    private readonly TimeBase _time;
    private readonly uint _base;
    private readonly bool _fifo;

    /// <summary>Clock, mode, rate. The pins have been given to the unit.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: SPI1, 2 or 3.</param>
    /// <param name="fifo">The unit of the STM32L4+, with FIFOs; else the STM32F4's.</param>
    /// <param name="clockHz">Clock of its bus.</param>
    /// <param name="rateHz">Highest rate; the next lower power of two of the clock is taken, at least clock / 256.</param>
    /// <param name="mode">SPI mode 0 … 3.</param>
    public Stm32Spi(TimeBase time, uint at, bool fifo, uint clockHz, uint rateHz, int mode)
    {
        _time = time;
        _base = at;
        _fifo = fifo;

        // RCC_APB2ENR: bit 12 SPI1; RCC_APB1ENR, of the L4+ RCC_APB1ENR1: bit 14 SPI2, 15 SPI3.
        if (_base == Spi1) Io.Change(fifo ? 0x40021060u : 0x40023844u, 0, 1u << 12);
        else Io.Change(fifo ? 0x40021058u : 0x40023840u, 0, _base == Spi2 ? 1u << 14 : 1u << 15);
        uint divider = 0;
        while (divider < 7 && clockHz >> (int)(divider + 1) > rateHz) divider++;
        Io.Write(_base + Control1, 0);
        if (fifo) Io.Write(_base + Control2, Bytes);
        Io.Write(_base + Control1, Master | (divider << 3) | ((uint)mode & 3));
    }

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count)) return BusError.Argument;

        // What an earlier transfer left: four bytes at most, and an overrun, which data and then status clear (RM0090, 28.3.10).
        for (int stale = 0; _fifo && stale < 4 && (Io.Read(_base + Status) & ReceiveNotEmpty) != 0; stale++) Receive();
        Receive();
        Io.Read(_base + Status);
        for (int i = 0; i < count; i++)
        {
            if (!Waiting.For(_time, _base + Status, TransmitEmpty, TransmitEmpty, TimeOutMicroseconds)) return BusError.TimeOut;
            Send(write == null ? 0u : write[writeOffset + i]);
            if (!Waiting.For(_time, _base + Status, ReceiveNotEmpty, ReceiveNotEmpty, TimeOutMicroseconds)) return BusError.TimeOut;
            uint status = Io.Read(_base + Status), value = Receive();
            if ((status & OverrunFlag) != 0) return BusError.Overrun;
            if ((status & ModeFault) != 0) return BusError.BusFault;
            if (read != null) read[readOffset + i] = (byte)value;
        }

        return Waiting.For(_time, _base + Status, Busy, 0, TimeOutMicroseconds) ? BusError.None : BusError.TimeOut;
    }

    // With FIFOs a wider access takes two bytes at once (RM0432, 49.4.9); without, one of 8 bits is not allowed (RM0090, 28.5).
    private void Send(uint value)
    {
        if (_fifo) Io.WriteByte(_base + Data, value);
        else Io.Write(_base + Data, value);
    }

    private uint Receive()
    {
        return _fifo ? Io.ReadByte(_base + Data) : Io.Read(_base + Data);
    }
}
