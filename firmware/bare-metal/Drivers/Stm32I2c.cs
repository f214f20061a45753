using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C master of the STM32L4+ (RM0432, section 45) and STM32H7 (RM0433, section 47), standard mode, polled; both lines need a pull-up resistor.</summary>
/// <remarks>
/// The hardware counts the bytes, up to 255, and is told of more (RELOAD). A bus that is busy before a transfer is freed once by nine
/// clocks. After an error the unit is switched off and on, which ends all its states.
/// </remarks>
internal sealed class Stm32I2c : I2cBus
{
    private const uint I2c1 = 0x40005400;               // I2C1 to 3 are 0x400 apart

    private const uint Control1 = 0x00;                 // I2C_CR1: bit 0 PE
    private const uint Control2 = 0x04;                 // I2C_CR2: SADD 7:1, RD_WRN 10, START 13, STOP 14, NBYTES 23:16, RELOAD 24
    private const uint Timing = 0x10;                   // I2C_TIMINGR
    private const uint Status = 0x18;                   // I2C_ISR
    private const uint Clear = 0x1C;                    // I2C_ICR
    private const uint ReceiveData = 0x24;              // I2C_RXDR
    private const uint TransmitData = 0x28;             // I2C_TXDR

    private const uint ReadBit = 1u << 10;
    private const uint StartBit = 1u << 13;
    private const uint StopBit = 1u << 14;
    private const uint Reload = 1u << 24;
    private const uint TransmitWanted = 1u << 1;        // TXIS
    private const uint ReceiveNotEmpty = 1u << 2;       // RXNE
    private const uint Refused = 1u << 4;               // NACKF
    private const uint Stopped = 1u << 5;               // STOPF
    private const uint Complete = 1u << 6;              // TC
    private const uint CompleteReload = 1u << 7;        // TCR
    private const uint BusErrorFlag = 1u << 8;          // BERR
    private const uint ArbitrationFlag = 1u << 9;       // ARLO
    private const uint BusBusy = 1u << 15;
    private const uint AllFlags = 0x3F38;
    private const int Most = 255;

    // 250 ns steps, of which SCL is low for 20 and high for 16, data held for 2 and set up for 5: 100 kHz, as in the manuals'
    // examples for 8, 16 and 48 MHz (RM0432, tables 290 to 292).
    private const uint StandardMode = 0x00420F13;
    private const uint StepHz = 4000000;

    private readonly TimeBase _time;
    private readonly uint _base;
    private readonly uint _clockHz;
    private readonly uint _alternate;
    private readonly Stm32GpioPin _clock;
    private readonly Stm32GpioPin _data;

    /// <summary>Clock, pins, rate of 100 kHz.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: I2C1, 2 or 3.</param>
    /// <param name="enable">Register that enables its clock: RCC_APB1ENR1 of the L4+, RCC_APB1LENR of the H7; bit 21 is I2C1.</param>
    /// <param name="clockHz">Clock of APB1, 4 to 64 MHz in steps of 4.</param>
    /// <param name="clock">Pin of SCL.</param>
    /// <param name="data">Pin of SDA.</param>
    /// <param name="alternate">Their alternate function.</param>
    public Stm32I2c(TimeBase time, uint at, uint enable, uint clockHz, Stm32GpioPin clock, Stm32GpioPin data, uint alternate)
    {
        _time = time;
        _base = at;
        _clockHz = clockHz;
        _clock = clock;
        _data = data;
        _alternate = alternate;
        Io.Change(enable, 0, 1u << (int)(21 + ((_base - I2c1) >> 10)));
        SetUp();
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        BusError error = BusError.None;
        if (!Waiting.For(_time, _base + Status, BusBusy, 0, TimeOutMicroseconds)) error = Recover();
        if (error != BusError.None) return error;
        Io.Write(_base + Clear, AllFlags);
        if (writeCount > 0 || readCount == 0) error = Part(address, 0, write, writeOffset, writeCount);
        if (error == BusError.None && readCount > 0) error = Part(address, ReadBit, read, readOffset, readCount);
        if (error == BusError.None)
        {
            Io.Change(_base + Control2, 0, StopBit);
            if (Waiting.For(_time, _base + Status, Stopped, Stopped, TimeOutMicroseconds)) return BusError.None;
            error = BusError.BusStuck;
        }
        else if (error == BusError.TimeOut)
        {
            // Not acknowledged, the hardware has sent the stop by itself; here it may still get through.
            Io.Change(_base + Control2, 0, StopBit);
            Waiting.For(_time, _base + Status, Stopped, Stopped, 1000);
        }
        else if (error != BusError.ArbitrationLost) Waiting.For(_time, _base + Status, Stopped, Stopped, 1000);

        SetUp();
        return error;
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        BusError error = PinI2c.Free(_time, _clock, _data);
        SetUp();
        return error;
    }

    private void SetUp()
    {
        // Off for three clocks of the bus at least (RM0432, 45.4.5): the accesses in between take longer.
        Io.Change(_base + Control1, 1, 0);
        _clock.SetOpenAlternate(_alternate);
        _data.SetOpenAlternate(_alternate);
        Io.Write(_base + Timing, StandardMode | ((_clockHz / StepHz - 1) << 28));
        Io.Change(_base + Control1, 0, 1);
    }

    // Start or repeated start, the address, and bytes in one direction; ends when they are through, with the clock held.
    private BusError Part(int address, uint direction, byte[] bytes, int offset, int count)
    {
        int rest = count;
        Io.Write(_base + Control2, ((uint)address << 1) | direction | Counted(rest) | StartBit);
        BusError refusal = BusError.AddressNotAcknowledged, error;
        for (int i = 0; i < count; i++)
        {
            if (i > 0 && i % Most == 0)
            {
                error = Await(CompleteReload, refusal);
                if (error != BusError.None) return error;
                rest -= Most;
                Io.Write(_base + Control2, ((uint)address << 1) | direction | Counted(rest));
            }

            error = Await(direction == 0 ? TransmitWanted : ReceiveNotEmpty, refusal);
            if (error != BusError.None) return error;
            if (direction == 0) Io.Write(_base + TransmitData, bytes[offset + i]);
            else bytes[offset + i] = (byte)Io.Read(_base + ReceiveData);
            refusal = BusError.DataNotAcknowledged;
        }

        return Await(Complete, refusal);
    }

    private static uint Counted(int rest)
    {
        return rest > Most ? ((uint)Most << 16) | Reload : (uint)rest << 16;
    }

    private BusError Await(uint flag, BusError refusal)
    {
        Deadline end = new Deadline(_time, TimeOutMicroseconds);
        while (true)
        {
            uint status = Io.Read(_base + Status);
            if ((status & ArbitrationFlag) != 0) return BusError.ArbitrationLost;
            if ((status & BusErrorFlag) != 0) return BusError.BusFault;
            if ((status & Refused) != 0) return refusal;
            if ((status & flag) != 0) return BusError.None;
            if (end.Passed()) return BusError.TimeOut;
        }
    }
}
