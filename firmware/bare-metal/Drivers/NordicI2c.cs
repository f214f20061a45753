using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C master of the nRF52840 (TWIM; product specification 1.7, section 6.31), 100 kHz, polled; both lines need a pull-up resistor.</summary>
/// <remarks>
/// The unit reads and writes RAM by itself (EasyDMA) and can't reach flash: constant data of up to 32 bytes is copied first, more is
/// <see cref="BusError.Argument"/>. It can't send an address alone: a probe reads one byte and drops it.
/// </remarks>
internal sealed class NordicI2c : I2cBus
{
    private const uint StartReceive = 0x000;            // TASKS_STARTRX
    private const uint StartTransmit = 0x008;           // TASKS_STARTTX
    private const uint Stop = 0x014;                    // TASKS_STOP
    private const uint Stopped = 0x104;                 // EVENTS_STOPPED
    private const uint Error = 0x124;                   // EVENTS_ERROR
    private const uint Shortcuts = 0x200;               // SHORTS: bit 7 LASTTX_STARTRX, 9 LASTTX_STOP, 12 LASTRX_STOP
    private const uint ErrorSource = 0x4C4;             // ERRORSRC: bit 0 OVERRUN, 1 ANACK, 2 DNACK; written ones clear
    private const uint Enable = 0x500;                  // 6: TWIM
    private const uint SelectClock = 0x508;             // PSEL.SCL
    private const uint SelectData = 0x50C;              // PSEL.SDA
    private const uint Frequency = 0x524;
    private const uint ReceivePointer = 0x534;          // RXD.PTR
    private const uint ReceiveCount = 0x538;            // RXD.MAXCNT, 16 bits
    private const uint TransmitPointer = 0x544;         // TXD.PTR
    private const uint TransmitCount = 0x548;           // TXD.MAXCNT
    private const uint Address = 0x588;
    private const uint Rate100000 = 0x01980000;
    private const uint PinConfiguration = 0x50000700;   // PIN_CNF[0] of P0, P1 is 0x300 behind
    private const uint StandardLow = 6u << 8;           // S0D1, input: what 6.31.2 asks for
    private const int Most = 0xFFFF;

    private readonly TimeBase _time;
    private readonly uint _base;
    private readonly int _clock;
    private readonly int _data;
    private readonly byte[] _copy;

    /// <summary>Pins and rate.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: TWIM0 or 1.</param>
    /// <param name="clock">Pin of SCL: 32 times the port and the pin.</param>
    /// <param name="data">Pin of SDA, likewise.</param>
    public NordicI2c(TimeBase time, uint at, int clock, int data)
    {
        _time = time;
        _base = at;
        _clock = clock;
        _data = data;
        _copy = new byte[32];
        SetUp();
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount) || writeCount > Most || readCount > Most) return BusError.Argument;
        uint from = 0;
        if (writeCount > 0)
        {
            from = Io.AddressOf(write, writeOffset);
            if (from >> 28 != 2)
            {
                if (writeCount > _copy.Length) return BusError.Argument;
                for (int i = 0; i < writeCount; i++) _copy[i] = write[writeOffset + i];
                from = Io.AddressOf(_copy, 0);
            }
        }

        bool probe = writeCount == 0 && readCount == 0;
        Io.Write(_base + Address, (uint)address);
        Io.Write(_base + TransmitPointer, from);
        Io.Write(_base + TransmitCount, (uint)writeCount);
        if (readCount > 0) Io.Write(_base + ReceivePointer, Io.AddressOf(read, readOffset));
        else Io.Write(_base + ReceivePointer, Io.AddressOf(_copy, 0));
        Io.Write(_base + ReceiveCount, probe ? 1u : (uint)readCount);
        Io.Write(_base + Stopped, 0);
        Io.Write(_base + Error, 0);
        Io.Write(_base + ErrorSource, 7);
        Io.Write(_base + Shortcuts, writeCount == 0 ? 1u << 12 : readCount == 0 ? 1u << 9 : (1u << 7) | (1u << 12));
        Io.Write(_base + (writeCount > 0 ? StartTransmit : StartReceive), 1);
        return Finish(writeCount + readCount);
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        Io.Write(_base + Enable, 0);
        BusError error = PinI2c.Free(_time, new NordicPin(_clock >> 5, _clock & 31), new NordicPin(_data >> 5, _data & 31));
        SetUp();
        return error;
    }

    private void SetUp()
    {
        Io.Write(_base + Enable, 0);
        SetPin(_clock);
        SetPin(_data);
        Io.Write(_base + SelectClock, (uint)_clock);
        Io.Write(_base + SelectData, (uint)_data);
        Io.Write(_base + Frequency, Rate100000);
        Io.Write(_base + Enable, 6);
    }

    private static void SetPin(int pin)
    {
        Io.Write(PinConfiguration + 0x300 * (uint)(pin >> 5) + 4 * (uint)(pin & 31), StandardLow);
    }

    // 90 µs a byte, and as much again ten times for devices that hold the clock.
    private BusError Finish(int bytes)
    {
        Deadline end = new Deadline(_time, TimeOutMicroseconds + 1000 * bytes);
        bool failed = false;
        while (Io.Read(_base + Stopped) == 0)
        {
            if (!failed && Io.Read(_base + Error) != 0)
            {
                // The unit waits for this task; the shortcut to it does not come any more.
                failed = true;
                Io.Write(_base + Stop, 1);
            }

            if (!end.Passed()) continue;
            BusError stuck = Recover();
            return stuck == BusError.None ? BusError.TimeOut : stuck;
        }

        uint source = Io.Read(_base + ErrorSource);
        if ((source & 2) != 0) return BusError.AddressNotAcknowledged;
        if ((source & 4) != 0) return BusError.DataNotAcknowledged;
        return (source & 1) != 0 ? BusError.Overrun : BusError.None;
    }
}
