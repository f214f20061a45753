using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>Arm's PL022 as SPI master (DDI 0194, section 3.3), 8 bits, polled, one byte at a time.</summary>
internal sealed class Pl022Spi : SpiBus
{
    private const uint Control0 = 0x00;                 // SSPCR0: bits 3:0 size - 1, 6 SPO, 7 SPH, 15:8 SCR
    private const uint Control1 = 0x04;                 // SSPCR1: bit 0 LBM, 1 SSE
    private const uint Data = 0x08;                     // SSPDR
    private const uint Status = 0x0C;                   // SSPSR
    private const uint Prescale = 0x10;                 // SSPCPSR
    private const uint RawInterrupts = 0x18;            // SSPRIS
    private const uint InterruptClear = 0x20;           // SSPICR
    private const uint Loop = 1;
    private const uint Enable = 2;
    private const uint TransmitNotFull = 1u << 1;
    private const uint ReceiveNotEmpty = 1u << 2;
    private const uint Busy = 1u << 4;
    private const uint ReceiveOverrun = 1;

    private readonly TimeBase _time;
    private readonly uint _base;

    /// <summary>Sets mode and rate.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers.</param>
    /// <param name="clockHz">Clock of the unit.</param>
    /// <param name="rateHz">Highest rate; the next lower one that the dividers have is taken.</param>
    /// <param name="mode">SPI mode 0 … 3.</param>
    public Pl022Spi(TimeBase time, uint at, uint clockHz, uint rateHz, int mode)
    {
        _time = time;
        _base = at;

        // rate = clock / (prescale * (1 + SCR)), prescale even, 2 … 254, SCR 0 … 255.
        uint divider = (clockHz + rateHz - 1) / rateHz, prescale = 2;
        while (prescale < 254 && (divider + prescale - 1) / prescale > 256) prescale += 2;
        uint serial = (divider + prescale - 1) / prescale;
        serial = serial == 0 ? 0 : serial > 256 ? 255 : serial - 1;
        Io.Write(_base + Control1, 0);
        Io.Write(_base + Prescale, prescale);
        Io.Write(_base + Control0, (serial << 8) | (((uint)mode & 1) << 7) | (((uint)mode & 2) << 5) | 7);
        Io.Write(_base + Control1, Enable);
    }

    /// <summary>Connects the output to the input inside the unit: a test without a device.</summary>
    public void SetLoop(bool on)
    {
        Io.Write(_base + Control1, on ? Enable | Loop : Enable);
    }

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count)) return BusError.Argument;
        for (int stale = 0; stale < 8 && (Io.Read(_base + Status) & ReceiveNotEmpty) != 0; stale++) Io.Read(_base + Data);
        Io.Write(_base + InterruptClear, ReceiveOverrun);
        for (int i = 0; i < count; i++)
        {
            if (!Waiting.For(_time, _base + Status, TransmitNotFull, TransmitNotFull, TimeOutMicroseconds)) return BusError.TimeOut;
            Io.Write(_base + Data, write == null ? 0u : write[writeOffset + i]);
            if (!Waiting.For(_time, _base + Status, ReceiveNotEmpty, ReceiveNotEmpty, TimeOutMicroseconds)) return BusError.TimeOut;
            uint value = Io.Read(_base + Data);
            if (read != null) read[readOffset + i] = (byte)value;
        }

        if (!Waiting.For(_time, _base + Status, Busy, 0, TimeOutMicroseconds)) return BusError.TimeOut;
        return (Io.Read(_base + RawInterrupts) & ReceiveOverrun) != 0 ? BusError.Overrun : BusError.None;
    }
}
