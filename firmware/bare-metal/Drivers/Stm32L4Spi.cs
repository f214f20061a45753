using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>SPI master of the STM32L4+ (RM0432, section 49), 8 bits, polled, one byte at a time; chip select is a pin of its own.</summary>
internal sealed class Stm32L4Spi : SpiBus
{
    private const uint Apb1Enable = 0x40021058;         // RCC_APB1ENR1: bit 14 SPI2, 15 SPI3
    private const uint Apb2Enable = 0x40021060;         // RCC_APB2ENR: bit 12 SPI1
    private const uint Spi1 = 0x40013000;
    private const uint Spi2 = 0x40003800;

    private const uint Control1 = 0x00;                 // SPI_CR1: bit 0 CPHA, 1 CPOL, 2 MSTR, 5:3 BR, 6 SPE, 8 SSI, 9 SSM
    private const uint Control2 = 0x04;                 // SPI_CR2: 11:8 DS, 12 FRXTH
    private const uint Status = 0x08;                   // SPI_SR
    private const uint Data = 0x0C;                     // SPI_DR: in bytes; a wider access takes two at once (RM0432, 49.4.9)
    private const uint Master = (1u << 9) | (1u << 8) | (1u << 6) | (1u << 2);
    private const uint Bytes = (7u << 8) | (1u << 12);
    private const uint ReceiveNotEmpty = 1;
    private const uint TransmitEmpty = 1u << 1;
    private const uint ModeFault = 1u << 5;
    private const uint OverrunFlag = 1u << 6;
    private const uint Busy = 1u << 7;

    private readonly TimeBase _time;
    private readonly uint _base;

    /// <summary>Clock, mode, rate. The pins have been given to the unit.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: SPI1, 2 or 3.</param>
    /// <param name="clockHz">Clock of its bus.</param>
    /// <param name="rateHz">Highest rate; the next lower power of two of the clock is taken, at least clock / 256.</param>
    /// <param name="mode">SPI mode 0 … 3.</param>
    public Stm32L4Spi(TimeBase time, uint at, uint clockHz, uint rateHz, int mode)
    {
        _time = time;
        _base = at;
        if (_base == Spi1) Io.Change(Apb2Enable, 0, 1u << 12);
        else Io.Change(Apb1Enable, 0, _base == Spi2 ? 1u << 14 : 1u << 15);
        uint divider = 0;
        while (divider < 7 && clockHz >> (int)(divider + 1) > rateHz) divider++;
        Io.Write(_base + Control1, 0);
        Io.Write(_base + Control2, Bytes);
        Io.Write(_base + Control1, Master | (divider << 3) | ((uint)mode & 3));
    }

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count)) return BusError.Argument;

        // What an earlier transfer left: four bytes at most, and an overrun, which data and then status clear.
        for (int stale = 0; stale < 4 && (Io.Read(_base + Status) & ReceiveNotEmpty) != 0; stale++) Io.ReadByte(_base + Data);
        Io.ReadByte(_base + Data);
        Io.Read(_base + Status);
        for (int i = 0; i < count; i++)
        {
            if (!Waiting.For(_time, _base + Status, TransmitEmpty, TransmitEmpty, TimeOutMicroseconds)) return BusError.TimeOut;
            Io.WriteByte(_base + Data, write == null ? 0u : write[writeOffset + i]);
            if (!Waiting.For(_time, _base + Status, ReceiveNotEmpty, ReceiveNotEmpty, TimeOutMicroseconds)) return BusError.TimeOut;
            uint status = Io.Read(_base + Status), value = Io.ReadByte(_base + Data);
            if ((status & OverrunFlag) != 0) return BusError.Overrun;
            if ((status & ModeFault) != 0) return BusError.BusFault;
            if (read != null) read[readOffset + i] = (byte)value;
        }

        return Waiting.For(_time, _base + Status, Busy, 0, TimeOutMicroseconds) ? BusError.None : BusError.TimeOut;
    }
}
