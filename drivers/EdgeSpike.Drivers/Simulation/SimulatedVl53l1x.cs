namespace EdgeSpike.Drivers;

/// <summary>
/// An I2C bus with one VL53L1X: 16-bit register numbers, a boot that takes its time, ranges that come by the clock at the period that is
/// set, an interrupt that has to be cleared. Knows the registers, and nothing of the driver.
/// </summary>
public sealed class SimulatedVl53l1x : I2cBus
{
    private readonly TimeBase _time;
    private readonly byte[] _registers = new byte[0x200];
    private long _next;
    private int _stream;

    /// <summary>A sensor that is given power now.</summary>
    public SimulatedVl53l1x(TimeBase time)
    {
        _time = time;
        PoweredAt = time.Ticks;
        Put16(0x010F, 0xEACC);
        Put16(0x00DE, 0x01CC);                          // clocks of the slow oscillator in 1 ms
    }

    /// <summary>When it got power; it boots for 1.2 ms.</summary>
    public long PoweredAt { get; set; }

    /// <summary>Never boots.</summary>
    public bool Dead { get; set; }

    /// <summary>Ranges and then gives no interrupt.</summary>
    public bool Hangs { get; set; }

    /// <summary>Nothing at the address.</summary>
    public bool Absent { get; set; }

    /// <summary>So many transfers go well, then one fails as <see cref="Fault"/>; -1: none.</summary>
    public int FaultIn { get; set; } = -1;

    /// <summary>How it fails.</summary>
    public BusError Fault { get; set; }

    /// <summary>Distance in mm that the next range has.</summary>
    public int Millimetres { get; set; } = 1234;

    /// <summary>Range status of the register, 5 bits: 9 is a whole range.</summary>
    public int RangeStatus { get; set; } = 9;

    /// <summary>Ranges made.</summary>
    public int Ranges { get; private set; }

    /// <summary>A register.</summary>
    public int Register(int number)
    {
        return _registers[number];
    }

    /// <summary>Writes a register as nothing on the bus could.</summary>
    public void Put16(int number, int value)
    {
        _registers[number] = (byte)(value >> 8);
        _registers[number + 1] = (byte)value;
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        if (FaultIn >= 0 && FaultIn-- == 0) return Fault;
        if (Absent || address != 0x29) return BusError.AddressNotAcknowledged;
        bool booted = !Dead && _time.Ticks - PoweredAt >= _time.TicksOf(1200);
        _registers[0xE5] = (byte)(booted ? 3 : 0);
        Range();
        if (writeCount == 0) return BusError.None;
        if (writeCount < 2) return BusError.DataNotAcknowledged;
        int at = (write[writeOffset] << 8) | write[writeOffset + 1];
        for (int i = 2; i < writeCount; i++) Set(at++, write[writeOffset + i], booted);
        for (int i = 0; i < readCount; i++, at++) read[readOffset + i] = at < _registers.Length ? _registers[at] : (byte)0;
        return BusError.None;
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        return BusError.None;
    }

    private void Set(int number, int value, bool booted)
    {
        if (!booted || number >= _registers.Length || (number >= 0x88 && number < 0x100)) return;
        _registers[number] = (byte)value;
        if (number == 0x86 && (value & 1) != 0) Interrupt(false);
        if (number != 0x87) return;
        if (value == 0x40) _next = _time.Ticks + Period();
        else _next = 0;
    }

    private long Period()
    {
        int clocks = (_registers[0x6C] << 24) | (_registers[0x6D] << 16) | (_registers[0x6E] << 8) | _registers[0x6F];
        int perMillisecond = ((_registers[0xDE] << 8) | _registers[0xDF]) & 0x3FF;
        return _time.TicksOf((int)((long)clocks * 1000 / perMillisecond));
    }

    private void Range()
    {
        if (_next == 0 || _time.Ticks < _next || Hangs) return;
        _next = _time.Ticks + Period();
        Ranges++;
        _stream = _stream == 255 ? 128 : _stream + 1;
        _registers[0x89] = (byte)(RangeStatus | 0xE0);
        _registers[0x8B] = (byte)_stream;
        Put16(0x90, 25);
        Put16(0x96, Millimetres);
        Put16(0x98, 640);
        Interrupt(true);
    }

    // Bit 0 is the level of the pin: high when active, unless bit 4 of 0x30 says low.
    private void Interrupt(bool active)
    {
        bool low = (_registers[0x30] & 0x10) != 0;
        _registers[0x31] = (byte)((_registers[0x31] & 0xFE) | (active != low ? 1 : 0));
    }
}
