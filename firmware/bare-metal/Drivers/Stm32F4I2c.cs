using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C master of the STM32F4 (RM0090, section 27), standard mode, polled; both lines need a pull-up resistor.</summary>
/// <remarks>
/// Transfers follow the sequences EV5 to EV8_2 of section 27.3.3. A bus that is busy before a transfer is freed once by nine clocks.
/// After an error the unit is reset and set up anew: RM0090 leaves it in states that only SWRST ends.
/// </remarks>
internal sealed class Stm32F4I2c : I2cBus
{
    private const uint Apb1Enable = 0x40023840;         // RCC_APB1ENR: bit 21 I2C1, 22 I2C2, 23 I2C3
    private const uint I2c1 = 0x40005400;               // units are 0x400 apart

    private const uint Control1 = 0x00;                 // I2C_CR1
    private const uint Control2 = 0x04;                 // I2C_CR2: FREQ, MHz of the bus
    private const uint Data = 0x10;                     // I2C_DR
    private const uint Status1 = 0x14;                  // I2C_SR1
    private const uint Status2 = 0x18;                  // I2C_SR2: bit 1 BUSY
    private const uint ClockControl = 0x1C;             // I2C_CCR
    private const uint RiseTime = 0x20;                 // I2C_TRISE

    private const uint Enable = 1;                      // CR1
    private const uint StartBit = 1u << 8;
    private const uint StopBit = 1u << 9;
    private const uint Acknowledge = 1u << 10;
    private const uint AcknowledgeNext = 1u << 11;      // POS
    private const uint Reset = 1u << 15;                // SWRST

    private const uint StartSent = 1;                   // SR1
    private const uint AddressSent = 1u << 1;
    private const uint ByteFinished = 1u << 2;
    private const uint ReceiveNotEmpty = 1u << 6;
    private const uint TransmitEmpty = 1u << 7;
    private const uint BusErrorFlag = 1u << 8;
    private const uint ArbitrationFlag = 1u << 9;
    private const uint AcknowledgeFailure = 1u << 10;
    private const uint OverrunFlag = 1u << 11;
    private const uint AllErrors = BusErrorFlag | ArbitrationFlag | AcknowledgeFailure | OverrunFlag;
    private const uint BusBusy = 1u << 1;               // SR2

    private readonly TimeBase _time;
    private readonly uint _base;
    private readonly uint _clockHz;
    private readonly uint _alternate;
    private readonly Stm32GpioPin _clock;
    private readonly Stm32GpioPin _data;

    /// <summary>Clocks, pins, rate of 100 kHz.</summary>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="at">Address of the registers: I2C1, 2 or 3.</param>
    /// <param name="clockHz">Clock of APB1, 2 to 50 MHz.</param>
    /// <param name="clock">Pin of SCL.</param>
    /// <param name="data">Pin of SDA.</param>
    /// <param name="alternate">Their alternate function.</param>
    public Stm32F4I2c(TimeBase time, uint at, uint clockHz, Stm32GpioPin clock, Stm32GpioPin data, uint alternate)
    {
        _time = time;
        _base = at;
        _clockHz = clockHz;
        _clock = clock;
        _data = data;
        _alternate = alternate;
        Io.Change(Apb1Enable, 0, 1u << (int)(21 + ((_base - I2c1) >> 10)));
        SetUp();
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        BusError error = BusError.None;
        if (!Waiting.For(_time, _base + Status2, BusBusy, 0, TimeOutMicroseconds)) error = Recover();
        if (error != BusError.None) return error;
        if (writeCount > 0 || readCount == 0) error = Send(address, write, writeOffset, writeCount, readCount == 0);
        if (error == BusError.None && readCount > 0) error = Receive(address, read, readOffset, readCount);
        if (error == BusError.None) return error;

        // Let go of the bus, wait until the stop is out, and start afresh.
        Io.Write(_base + Status1, 0);
        if (error != BusError.ArbitrationLost)
        {
            Io.Change(_base + Control1, 0, StopBit);
            Waiting.For(_time, _base + Control1, StopBit, 0, 1000);
        }

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
        _clock.SetOpenAlternate(_alternate);
        _data.SetOpenAlternate(_alternate);
        Io.Write(_base + Control1, Reset);
        Io.Write(_base + Control1, 0);
        uint megahertz = _clockHz / 1000000;
        Io.Write(_base + Control2, megahertz);
        Io.Write(_base + ClockControl, (_clockHz + 199999) / 200000);   // half a period of 100 kHz
        Io.Write(_base + RiseTime, megahertz + 1);                      // 1000 ns (RM0090, 27.6.9)
        Io.Write(_base + Control1, Enable);
    }

    private BusError Send(int address, byte[] write, int offset, int count, bool stop)
    {
        BusError error = Begin(address << 1);
        if (error != BusError.None) return error;
        ClearAddress();
        for (int i = 0; i < count; i++)
        {
            error = Await(TransmitEmpty, BusError.DataNotAcknowledged);
            if (error != BusError.None) return error;
            Io.Write(_base + Data, write[offset + i]);
        }

        if (count > 0) error = Await(ByteFinished, BusError.DataNotAcknowledged);
        if (error == BusError.None && stop) error = End();
        return error;
    }

    // Section 27.3.3, "Closing the communication": the last acknowledge has to be decided before the byte arrives, which for one, two
    // and more bytes happens at different places.
    private BusError Receive(int address, byte[] read, int offset, int count)
    {
        Io.Change(_base + Control1, AcknowledgeNext, Acknowledge);
        BusError error = Begin((address << 1) | 1);
        if (error != BusError.None) return error;
        if (count == 1)
        {
            Io.Change(_base + Control1, Acknowledge, 0);
            ClearAddress();
            Io.Change(_base + Control1, 0, StopBit);
            error = Await(ReceiveNotEmpty, BusError.BusFault);
            if (error != BusError.None) return error;
            read[offset] = (byte)Io.Read(_base + Data);
            return Stopped();
        }

        if (count == 2)
        {
            Io.Change(_base + Control1, Acknowledge, AcknowledgeNext);
            ClearAddress();
        }
        else
        {
            ClearAddress();
            int i = 0;
            for (; i < count - 3; i++)
            {
                error = Await(ReceiveNotEmpty, BusError.BusFault);
                if (error != BusError.None) return error;
                read[offset + i] = (byte)Io.Read(_base + Data);
            }

            // Two bytes wait, the third last in the register; the acknowledge now is that of the last.
            error = Await(ByteFinished, BusError.BusFault);
            if (error != BusError.None) return error;
            Io.Change(_base + Control1, Acknowledge, 0);
            read[offset + i] = (byte)Io.Read(_base + Data);
        }

        error = Await(ByteFinished, BusError.BusFault);
        if (error != BusError.None) return error;
        Io.Change(_base + Control1, 0, StopBit);
        read[offset + count - 2] = (byte)Io.Read(_base + Data);
        error = Await(ReceiveNotEmpty, BusError.BusFault);
        if (error != BusError.None) return error;
        read[offset + count - 1] = (byte)Io.Read(_base + Data);
        return Stopped();
    }

    private BusError Begin(int first)
    {
        Io.Change(_base + Control1, 0, StartBit);
        BusError error = Await(StartSent, BusError.BusFault);
        if (error != BusError.None) return error;
        Io.Write(_base + Data, (uint)first);
        return Await(AddressSent, BusError.AddressNotAcknowledged);
    }

    // ADDR goes when both status registers have been read, and the clock runs on.
    private void ClearAddress()
    {
        Io.Read(_base + Status1);
        Io.Read(_base + Status2);
    }

    private BusError End()
    {
        Io.Change(_base + Control1, 0, StopBit);
        return Stopped();
    }

    // The hardware clears STOP once it is sent; CR1 must not be written before.
    private BusError Stopped()
    {
        return Waiting.For(_time, _base + Control1, StopBit, 0, TimeOutMicroseconds) ? BusError.None : BusError.BusStuck;
    }

    private BusError Await(uint flag, BusError refused)
    {
        Deadline end = new Deadline(_time, TimeOutMicroseconds);
        while (true)
        {
            uint status = Io.Read(_base + Status1);
            if ((status & AllErrors) != 0)
            {
                if ((status & ArbitrationFlag) != 0) return BusError.ArbitrationLost;
                if ((status & AcknowledgeFailure) != 0) return refused;
                return (status & OverrunFlag) != 0 ? BusError.Overrun : BusError.BusFault;
            }

            if ((status & flag) != 0) return BusError.None;
            if (end.Passed()) return BusError.TimeOut;
        }
    }
}
