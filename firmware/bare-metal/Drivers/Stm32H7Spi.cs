using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>SPI master of the STM32H7, SPI1 to 3 (RM0433, section 51), 8 bits, polled, one byte at a time; chip select is a pin of its own.</summary>
/// <remarks>Clocked by per_ck, after reset the internal oscillator of 64 MHz: the PLL that the unit asks for by itself is not on.</remarks>
internal sealed class Stm32H7Spi : SpiBus
{
    private const uint Rcc = 0x58024400;
    private const uint KernelClock = Rcc + 0x50;        // RCC_D2CCIP1R: 14:12 SPI123SEL, 4 per_ck
    private const uint Apb1Enable = Rcc + 0xE8;         // RCC_APB1LENR: bit 14 SPI2, 15 SPI3
    private const uint Apb2Enable = Rcc + 0xF0;         // RCC_APB2ENR: bit 12 SPI1
    private const uint Spi1 = 0x40013000;
    private const uint Spi2 = 0x40003800;

    private const uint Control1 = 0x00;                 // SPI_CR1: bit 0 SPE, 9 CSTART, 12 SSI
    private const uint Control2 = 0x04;                 // SPI_CR2: 15:0 TSIZE
    private const uint Configuration1 = 0x08;           // SPI_CFG1: 4:0 DSIZE, 30:28 MBR
    private const uint Configuration2 = 0x0C;           // SPI_CFG2: 22 MASTER, 24 CPHA, 25 CPOL, 26 SSM, 31 AFCNTR
    private const uint Status = 0x14;                   // SPI_SR
    private const uint Clear = 0x18;                    // SPI_IFCR
    private const uint TransmitData = 0x20;             // SPI_TXDR, in bytes
    private const uint ReceiveData = 0x30;              // SPI_RXDR, in bytes
    private const uint Selected = 1u << 12;
    private const uint Enable = 1;
    private const uint Start = 1u << 9;
    private const uint ReceiveReady = 1;                // RXP
    private const uint TransmitReady = 1u << 1;         // TXP
    private const uint EndOfTransfer = 1u << 3;         // EOT
    private const uint OverrunFlag = 1u << 6;
    private const uint ModeFault = 1u << 9;
    private const uint AllFlags = 0xFF8;
    private const int Most = 0xFFFF;

    private readonly TimeBase _time;
    private readonly uint _base;

    /// <summary>Clock, mode, rate. The pins have been given to the unit.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: SPI1, 2 or 3.</param>
    /// <param name="clockHz">Rate of per_ck.</param>
    /// <param name="rateHz">Highest rate; the next lower power of two of the clock is taken, at least clock / 256.</param>
    /// <param name="mode">SPI mode 0 … 3.</param>
    public Stm32H7Spi(TimeBase time, uint at, uint clockHz, uint rateHz, int mode)
    {
        _time = time;
        _base = at;
        Io.Change(KernelClock, 7u << 12, 4u << 12);
        if (_base == Spi1) Io.Change(Apb2Enable, 0, 1u << 12);
        else Io.Change(Apb1Enable, 0, _base == Spi2 ? 1u << 14 : 1u << 15);
        uint divider = 0;
        while (divider < 7 && clockHz >> (int)(divider + 1) > rateHz) divider++;

        // SSI before MASTER: a low select would make it a slave. AFCNTR: the pins stay driven between transfers.
        Io.Write(_base + Control1, Selected);
        Io.Write(_base + Configuration1, 7 | (divider << 28));
        Io.Write(_base + Configuration2, (1u << 31) | (1u << 26) | (((uint)mode & 2) << 24) | (((uint)mode & 1) << 24) | (1u << 22));
    }

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count)) return BusError.Argument;
        BusError error = BusError.None;
        for (int done = 0; done < count && error == BusError.None; done += Most)
        {
            int part = count - done < Most ? count - done : Most;
            Io.Write(_base + Clear, AllFlags);
            Io.Write(_base + Control2, (uint)part);
            Io.Write(_base + Control1, Selected | Enable);
            Io.Write(_base + Control1, Selected | Enable | Start);
            error = Part(write, writeOffset + done, read, readOffset + done, part);
            Io.Write(_base + Control1, Selected);
        }

        return error;
    }

    private BusError Part(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!Waiting.For(_time, _base + Status, TransmitReady, TransmitReady, TimeOutMicroseconds)) return Failure();
            Io.WriteByte(_base + TransmitData, write == null ? 0u : write[writeOffset + i]);
            if (!Waiting.For(_time, _base + Status, ReceiveReady, ReceiveReady, TimeOutMicroseconds)) return Failure();
            uint value = Io.ReadByte(_base + ReceiveData);
            if (read != null) read[readOffset + i] = (byte)value;
        }

        if (!Waiting.For(_time, _base + Status, EndOfTransfer, EndOfTransfer, TimeOutMicroseconds)) return Failure();
        return (Io.Read(_base + Status) & OverrunFlag) != 0 ? BusError.Overrun : BusError.None;
    }

    // A mode fault switches the unit off, so that nothing comes any more.
    private BusError Failure()
    {
        return (Io.Read(_base + Status) & ModeFault) != 0 ? BusError.BusFault : BusError.TimeOut;
    }
}
