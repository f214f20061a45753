using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>SPI master of the nRF52840 (SPIM; product specification 1.7, section 6.25), 8 bits, polled; chip select is a pin of its own.</summary>
/// <remarks>The unit reads and writes RAM by itself (EasyDMA) and can't reach flash: all goes through two buffers of 32 bytes.</remarks>
internal sealed class NordicSpi : SpiBus
{
    private const uint Start = 0x010;                   // TASKS_START
    private const uint Stop = 0x014;                    // TASKS_STOP
    private const uint End = 0x118;                     // EVENTS_END: both directions are through
    private const uint Enable = 0x500;                  // 7: SPIM
    private const uint SelectClock = 0x508;             // PSEL.SCK
    private const uint SelectOutput = 0x50C;            // PSEL.MOSI
    private const uint SelectInput = 0x510;             // PSEL.MISO
    private const uint Frequency = 0x524;
    private const uint ReceivePointer = 0x534;          // RXD.PTR
    private const uint ReceiveCount = 0x538;            // RXD.MAXCNT
    private const uint TransmitPointer = 0x544;         // TXD.PTR
    private const uint TransmitCount = 0x548;           // TXD.MAXCNT
    private const uint Configuration = 0x554;           // CONFIG: bit 1 CPHA, 2 CPOL
    private const uint Rate125000 = 0x02000000;
    private const int Most = 32;

    private readonly TimeBase _time;
    private readonly uint _base;
    private readonly byte[] _out;
    private readonly byte[] _in;

    /// <summary>Pins, mode, rate.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: SPIM0, 1 or 2.</param>
    /// <param name="rateHz">Highest rate; the next lower one of 125 kHz to 8 MHz is taken, at least 125 kHz.</param>
    /// <param name="mode">SPI mode 0 … 3.</param>
    /// <param name="clock">Pin of SCK: 32 times the port and the pin.</param>
    /// <param name="input">Pin of MISO, likewise.</param>
    /// <param name="output">Pin of MOSI, likewise.</param>
    public NordicSpi(TimeBase time, uint at, uint rateHz, int mode, int clock, int input, int output)
    {
        _time = time;
        _base = at;
        _out = new byte[Most];
        _in = new byte[Most];
        Io.Write(_base + Enable, 0);

        // Levels while the unit is off (6.25.6): the clock idles as the mode says.
        NordicPin clockPin = new NordicPin(clock >> 5, clock & 31), outputPin = new NordicPin(output >> 5, output & 31);
        clockPin.Write((mode & 2) != 0);
        clockPin.SetMode(PinMode.Output);
        outputPin.Write(false);
        outputPin.SetMode(PinMode.Output);
        new NordicPin(input >> 5, input & 31).SetMode(PinMode.Input);
        Io.Write(_base + SelectClock, (uint)clock);
        Io.Write(_base + SelectOutput, (uint)output);
        Io.Write(_base + SelectInput, (uint)input);
        int doublings = 0;
        while (doublings < 6 && 125000u << (doublings + 1) <= rateHz) doublings++;
        Io.Write(_base + Frequency, Rate125000 << doublings);
        Io.Write(_base + Configuration, ((uint)mode & 3) << 1);
        Io.Write(_base + Enable, 7);
    }

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count)) return BusError.Argument;
        for (int done = 0; done < count; done += Most)
        {
            int part = count - done < Most ? count - done : Most;
            for (int i = 0; i < part; i++) _out[i] = write == null ? (byte)0 : write[writeOffset + done + i];
            Io.Write(_base + TransmitPointer, Io.AddressOf(_out, 0));
            Io.Write(_base + TransmitCount, (uint)part);
            Io.Write(_base + ReceivePointer, Io.AddressOf(_in, 0));
            Io.Write(_base + ReceiveCount, (uint)part);
            Io.Write(_base + End, 0);
            Io.Write(_base + Start, 1);
            if (!Waiting.For(_time, _base + End, 1, 1, TimeOutMicroseconds))
            {
                Io.Write(_base + Stop, 1);
                return BusError.TimeOut;
            }

            if (read == null) continue;
            for (int i = 0; i < part; i++) read[readOffset + done + i] = _in[i];
        }

        return BusError.None;
    }
}
