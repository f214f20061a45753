using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C master of the RP2350 (DW_apb_i2c; data sheet, section 12.2), standard mode, polled; both lines need a pull-up resistor.</summary>
/// <remarks>The unit can't send an address alone: a probe reads one byte and drops it.</remarks>
internal sealed class Rp2350I2c : I2cBus
{
    private const uint I2c0 = 0x40090000;
    private const uint ResetI2c0 = 1u << 4;             // I2C1 is the bit behind
    private const uint Function = 3;

    private const uint Control = 0x00;                  // IC_CON: bit 0 master, 2:1 speed, 5 restart, 6 no slave, 8 TX_EMPTY_CTRL
    private const uint Target = 0x04;                   // IC_TAR
    private const uint Data = 0x10;                     // IC_DATA_CMD: bit 8 read, 9 stop, 10 restart
    private const uint HighCount = 0x14;                // IC_SS_SCL_HCNT
    private const uint LowCount = 0x18;                 // IC_SS_SCL_LCNT
    private const uint RawInterrupts = 0x34;            // IC_RAW_INTR_STAT
    private const uint TransmitThreshold = 0x3C;        // IC_TX_TL
    private const uint ClearAll = 0x40;                 // IC_CLR_INTR: a read clears
    private const uint ClearAbort = 0x54;               // IC_CLR_TX_ABRT
    private const uint Enable = 0x6C;                   // IC_ENABLE: bit 0, 1 abort
    private const uint Status = 0x70;                   // IC_STATUS: bit 3 RFNE, 5 MST_ACTIVITY
    private const uint DataHold = 0x7C;                 // IC_SDA_HOLD
    private const uint AbortSource = 0x80;              // IC_TX_ABRT_SOURCE: bit 0 address, 3 data, 12 arbitration
    private const uint Master = 1 | (1u << 1) | (1u << 5) | (1u << 6) | (1u << 8);
    private const uint ReadCommand = 1u << 8;
    private const uint StopAfter = 1u << 9;
    private const uint RestartBefore = 1u << 10;
    private const uint TransmitEmpty = 1u << 4;
    private const uint Aborted = 1u << 6;
    private const uint StopSeen = 1u << 9;
    private const uint ReceiveNotEmpty = 1u << 3;
    private const uint Active = 1u << 5;

    private readonly TimeBase _time;
    private readonly uint _base;
    private readonly uint _clockHz;
    private readonly int _clock;
    private readonly int _data;

    /// <summary>Crystal, reset, pins, rate of 100 kHz.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: I2C0 or 1.</param>
    /// <param name="clockHz">clk_sys.</param>
    /// <param name="clock">Pin of SCL.</param>
    /// <param name="data">Pin of SDA.</param>
    public Rp2350I2c(TimeBase time, uint at, uint clockHz, int clock, int data)
    {
        _time = time;
        _base = at;
        _clockHz = clockHz;
        _clock = clock;
        _data = data;
        Rp2350Unit.Start(_base == I2c0 ? ResetI2c0 : ResetI2c0 << 1);
        SetUp();
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        BusError error = BusError.None;
        if (!Waiting.For(_time, _base + Status, Active, 0, TimeOutMicroseconds)) error = Recover();
        if (error != BusError.None) return error;
        Io.Write(_base + Enable, 0);
        Io.Write(_base + Target, (uint)address);
        Io.Write(_base + Enable, 1);
        Io.Read(_base + ClearAll);
        bool probe = writeCount == 0 && readCount == 0;
        for (int i = 0; i < writeCount && error == BusError.None; i++)
        {
            Io.Write(_base + Data, write[writeOffset + i] | (i == writeCount - 1 && readCount == 0 ? StopAfter : 0));
            error = Await(RawInterrupts, TransmitEmpty);
        }

        int count = probe ? 1 : readCount;
        for (int i = 0; i < count && error == BusError.None; i++)
        {
            Io.Write(_base + Data, ReadCommand | (i == 0 && writeCount > 0 ? RestartBefore : 0) | (i == count - 1 ? StopAfter : 0));
            error = Await(Status, ReceiveNotEmpty);
            if (error != BusError.None) break;
            uint value = Io.Read(_base + Data);
            if (!probe) read[readOffset + i] = (byte)value;
        }

        if (error == BusError.TimeOut)
        {
            Io.Write(_base + Enable, 3);
            Waiting.For(_time, _base + Enable, 2, 0, 1000);
            SetUp();
            return error;
        }

        // After an abort the unit sends the stop by itself, unless the bus is another master's.
        if (error != BusError.ArbitrationLost && !Waiting.For(_time, _base + RawInterrupts, StopSeen, StopSeen, TimeOutMicroseconds) && error == BusError.None) error = BusError.BusStuck;
        return error;
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        BusError error = PinI2c.Free(_time, new Rp2350Pin(_clock), new Rp2350Pin(_data));
        SetUp();
        return error;
    }

    private void SetUp()
    {
        Io.Write(_base + Enable, 0);
        Rp2350Unit.SetPin(_clock, Function, 1);
        Rp2350Unit.SetPin(_data, Function, 1);

        // A period of 100 kHz, 11 parts in 20 of it low: above t_LOW of 4.7 and t_HIGH of 4.0 µs (UM10204, table 10).
        uint period = (_clockHz + 99999) / 100000, low = (period * 11 + 19) / 20;
        Io.Write(_base + Control, Master);
        Io.Write(_base + LowCount, low);
        Io.Write(_base + HighCount, period - low);
        Io.Write(_base + DataHold, (_clockHz + 3333333) / 3333333);      // 300 ns
        Io.Write(_base + TransmitThreshold, 0);
        Io.Write(_base + Enable, 1);
    }

    private BusError Await(uint register, uint flag)
    {
        Deadline end = new Deadline(_time, TimeOutMicroseconds);
        while (true)
        {
            if ((Io.Read(_base + RawInterrupts) & Aborted) != 0)
            {
                uint source = Io.Read(_base + AbortSource);
                Io.Read(_base + ClearAbort);
                if ((source & (1u << 12)) != 0) return BusError.ArbitrationLost;
                if ((source & 1) != 0) return BusError.AddressNotAcknowledged;
                return (source & 8) != 0 ? BusError.DataNotAcknowledged : BusError.BusFault;
            }

            if ((Io.Read(_base + register) & flag) != 0) return BusError.None;
            if (end.Passed()) return BusError.TimeOut;
        }
    }
}
