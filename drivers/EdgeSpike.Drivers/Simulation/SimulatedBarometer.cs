namespace EdgeSpike.Drivers;

/// <summary>An I2C bus with a BMP280 or a BMP388: registers, calibration, reset, and values that are there only while it measures.</summary>
public sealed class SimulatedBarometer : I2cBus
{
    private readonly TimeBase _time;
    private readonly bool _is388;
    private readonly byte[] _registers = new byte[256];
    private long _ready;

    /// <summary>A sensor with its calibration: 24 bytes for a BMP280, 21 for a BMP388.</summary>
    public SimulatedBarometer(TimeBase time, bool is388, byte[] calibration)
    {
        _time = time;
        _is388 = is388;
        for (int i = 0; i < calibration.Length; i++) _registers[(is388 ? 0x31 : 0x88) + i] = calibration[i];
        Identity = is388 ? 0x50 : 0x58;
    }

    /// <summary>What its identity register says.</summary>
    public int Identity { get; set; }

    /// <summary>Nothing at the address.</summary>
    public bool Absent { get; set; }

    /// <summary>Stays in reset.</summary>
    public bool Hangs { get; set; }

    /// <summary>The pressure's converter, 20 or 24 bits.</summary>
    public int Pressure { get; set; }

    /// <summary>The temperature's converter.</summary>
    public int Temperature { get; set; }

    /// <summary>Resets seen.</summary>
    public int Resets { get; private set; }

    /// <summary>A register.</summary>
    public int Register(int number)
    {
        return _registers[number];
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        if (Absent || address != 0x76) return BusError.AddressNotAcknowledged;
        Refresh();
        if (writeCount == 0) return BusError.None;
        int at = write[writeOffset];

        // Bosch's sensors take pairs of number and value; one pair is all that drivers here send.
        if (writeCount > 1) Set(at, write[writeOffset + 1]);
        for (int i = 0; i < readCount; i++) read[readOffset + i] = _registers[(at + i) & 255];
        if (_is388 && readCount > 0 && at <= 9 && at + readCount > 4) _registers[3] &= 0x9F;
        return BusError.None;
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        return BusError.None;
    }

    private void Refresh()
    {
        bool up = !Hangs && _time.Ticks >= _ready;
        if (!_is388)
        {
            _registers[0xD0] = (byte)Identity;
            _registers[0xF3] = (byte)(up ? 0 : 1);
            bool measures = (_registers[0xF4] & 3) == 3;
            Put20(0xF7, measures && (_registers[0xF4] & 0x1C) != 0 ? Pressure : 0x80000);
            Put20(0xFA, measures && (_registers[0xF4] & 0xE0) != 0 ? Temperature : 0x80000);
            return;
        }

        _registers[0] = (byte)Identity;
        bool normal = (_registers[0x1B] & 0x33) == 0x33;
        _registers[3] = (byte)((up ? 0x10 : 0) | (normal ? 0x60 : 0));
        for (int i = 0; i < 3; i++)
        {
            _registers[4 + i] = (byte)(Pressure >> (8 * i));
            _registers[7 + i] = (byte)(Temperature >> (8 * i));
        }

        // Oversampling of pressure by 8 takes 5 + 8 * 2 + 2 ms: 50 Hz is the fastest rate for it (data sheet, section 3.9).
        _registers[2] = (byte)(normal && (_registers[0x1C] & 7) > 3 - (_registers[0x1D] < 2 ? 1 : 0) && _registers[0x1D] < 3 ? 4 : 0);
    }

    private void Set(int number, int value)
    {
        if (number == (_is388 ? 0x7E : 0xE0) && value == 0xB6)
        {
            Resets++;
            _ready = _time.Ticks + _time.TicksOf(2000);
            _registers[0xF4] = _registers[0xF5] = _registers[0x1B] = 0;
            return;
        }

        bool writable = _is388 ? number >= 0x15 && number <= 0x1F : number == 0xF4 || number == 0xF5;
        if (writable) _registers[number] = (byte)value;
    }

    private void Put20(int at, int value)
    {
        _registers[at] = (byte)(value >> 12);
        _registers[at + 1] = (byte)(value >> 4);
        _registers[at + 2] = (byte)(value << 4);
    }
}
