using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C in software over two open lines (UM10204, section 3.1), standard mode: at most 100 kHz.</summary>
/// <remarks>
/// Clock stretching is waited for, up to <see cref="I2cBus.TimeOutMicroseconds"/>. One master: a data line that stays low where this
/// one let go is reported as lost arbitration. Cost: about 10 µs a bit.
/// </remarks>
public abstract class LineI2c : I2cBus
{
    /// <summary>Half a clock; t_LOW and t_HIGH of standard mode are 4.7 and 4.0 µs (UM10204, table 10).</summary>
    private const int HalfMicroseconds = 5;

    private readonly TimeBase _time;

    /// <summary>Waits by this clock.</summary>
    protected LineI2c(TimeBase time)
    {
        _time = time;
    }

    /// <summary>False drives SCL low, true lets go.</summary>
    protected abstract void SetClock(bool high);

    /// <summary>False drives SDA low, true lets go.</summary>
    protected abstract void SetData(bool high);

    /// <summary>Level of SCL.</summary>
    protected abstract bool ClockIsHigh();

    /// <summary>Level of SDA.</summary>
    protected abstract bool DataIsHigh();

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        SetData(true);
        SetClock(true);
        BusError error = BusError.None;
        if (!ClockIsHigh() || !DataIsHigh()) error = Recover();
        if (error != BusError.None) return error;
        if (writeCount > 0 || readCount == 0)
        {
            error = Begin(address << 1);
            for (int i = 0; i < writeCount && error == BusError.None; i++) error = Send(write[writeOffset + i], BusError.DataNotAcknowledged);
        }

        if (readCount > 0 && error == BusError.None)
        {
            error = Begin((address << 1) | 1);
            for (int i = 0; i < readCount && error == BusError.None; i++)
            {
                int value;
                error = Receive(i < readCount - 1, out value);
                if (error == BusError.None) read[readOffset + i] = (byte)value;
            }
        }

        BusError end = Stop();
        return error != BusError.None ? error : end;
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        SetData(true);

        // A device in the middle of sending a byte lets go of the line after nine clocks at the latest.
        for (int pulse = 0; pulse < 9; pulse++)
        {
            if (RaiseClock() != BusError.None) return BusError.BusStuck;
            if (DataIsHigh()) break;
            SetClock(false);
            Half();
        }

        Stop();
        return ClockIsHigh() && DataIsHigh() ? BusError.None : BusError.BusStuck;
    }

    // Start or repeated start, and the address.
    private BusError Begin(int first)
    {
        SetData(true);
        Half();
        BusError error = RaiseClock();
        if (error != BusError.None) return error;
        if (!DataIsHigh()) return BusError.ArbitrationLost;
        SetData(false);
        Half();
        SetClock(false);
        return Send(first, BusError.AddressNotAcknowledged);
    }

    private BusError Stop()
    {
        SetClock(false);
        SetData(false);
        Half();
        BusError error = RaiseClock();
        SetData(true);
        Half();
        if (error != BusError.None) return error;
        return DataIsHigh() ? BusError.None : BusError.BusStuck;
    }

    private BusError Send(int value, BusError refused)
    {
        for (int bit = 7; bit >= 0; bit--)
        {
            bool high = ((value >> bit) & 1) != 0, seen;
            BusError error = Bit(high, out seen);
            if (error != BusError.None) return error;
            if (high && !seen) return BusError.ArbitrationLost;
        }

        bool silence;
        BusError last = Bit(true, out silence);
        if (last != BusError.None) return last;
        return silence ? refused : BusError.None;
    }

    private BusError Receive(bool more, out int value)
    {
        value = 0;
        bool level;
        for (int bit = 7; bit >= 0; bit--)
        {
            BusError error = Bit(true, out level);
            if (error != BusError.None) return error;
            if (level) value |= 1 << bit;
        }

        // The last byte is not acknowledged: the device then lets go of the line.
        return Bit(!more, out level);
    }

    private BusError Bit(bool high, out bool seen)
    {
        SetData(high);
        Half();
        BusError error = RaiseClock();
        seen = DataIsHigh();
        SetClock(false);
        return error;
    }

    private BusError RaiseClock()
    {
        SetClock(true);
        Deadline end = new Deadline(_time, TimeOutMicroseconds);
        while (!ClockIsHigh())
            if (end.Passed()) return BusError.TimeOut;
        Half();
        return BusError.None;
    }

    private void Half()
    {
        _time.Wait(HalfMicroseconds);
    }
}
