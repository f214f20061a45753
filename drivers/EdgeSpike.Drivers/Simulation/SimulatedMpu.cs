namespace EdgeSpike.Drivers;

/// <summary>MPU-6050 (identity 0x68), MPU-6500 (0x70) or MPU-9250 (0x71, with its AK8963): RM-MPU-6000A, RM-MPU-6500A, RM-MPU-9250A.</summary>
public sealed class SimulatedMpu : SimulatedSensor
{
    private const int ResetMicroseconds = 30000;
    private readonly byte[] _registers = new byte[128];
    private readonly byte[] _magnetometer = new byte[32];
    private readonly SimulatedFifo _fifo;
    private readonly int _identity;
    private long _resetUntil = -1;
    private bool _slave4;

    /// <summary>A sensor after power-on.</summary>
    public SimulatedMpu(int identity, TimeBase time, SimulatedMotion motion)
        : base(time, motion)
    {
        _identity = identity;
        _fifo = new SimulatedFifo(identity == 0x68 ? 1024 : 512);
        Reset();
    }

    /// <summary>A register that does not keep its bits; -1: none.</summary>
    public int BrokenRegister { get; set; } = -1;

    /// <summary>The sensor never ends its reset.</summary>
    public bool HangsInReset { get; set; }

    /// <summary>TEMP_OUT.</summary>
    public short Temperature { get; set; }

    /// <summary>What the AK8963 measures, its own steps.</summary>
    public short[] Field { get; } = new short[3];

    /// <summary>ASAX, ASAY, ASAZ.</summary>
    public byte[] Adjustment { get; } = new byte[] { 128, 128, 128 };

    /// <summary>AK8963's WIA.</summary>
    public int MagnetometerIdentity { get; set; } = 0x48;

    /// <summary>The AK8963 does not answer.</summary>
    public bool MagnetometerAbsent { get; set; }

    /// <summary>Values beyond the AK8963's range.</summary>
    public bool MagnetometerOverflow { get; set; }

    /// <inheritdoc/>
    public override bool DataReady
    {
        get { return (_registers[0x3A] & _registers[0x38]) != 0; }
    }

    /// <inheritdoc/>
    protected override int Following(int register)
    {
        return register == 0x74 ? 0x74 : (register + 1) & 0x7F;
    }

    /// <inheritdoc/>
    protected override void Sample(short[] axes)
    {
        if (_resetUntil >= 0 || (_registers[0x6B] & 0x40) != 0) return;
        for (int i = 0; i < 3; i++) Big(0x3B + 2 * i, axes[i]);
        Big(0x41, Temperature);
        for (int i = 0; i < 3; i++) Big(0x43 + 2 * i, axes[3 + i]);
        Slaves();
        _registers[0x3A] |= (byte)(_registers[0x38] & 0x01);
        if ((_registers[0x6A] & 0x40) == 0) return;
        int enabled = _registers[0x23];
        if ((enabled & 0x08) != 0) Push(0x3B, 6);
        if ((enabled & 0x80) != 0) Push(0x41, 2);
        for (int axis = 0; axis < 3; axis++)
            if ((enabled & (0x40 >> axis)) != 0) Push(0x43 + 2 * axis, 2);
    }

    /// <inheritdoc/>
    protected override int Get(int register)
    {
        int value;
        switch (register)
        {
            case 0x3A:
                value = _registers[0x3A];
                _registers[0x3A] = 0;
                return value;
            case 0x36:
                value = _registers[0x36];
                _registers[0x36] = 0;
                return value;
            case 0x6B:
                if (_resetUntil >= 0 && !HangsInReset && Time.Microseconds >= _resetUntil)
                {
                    _resetUntil = -1;
                    Reset();
                }

                return _registers[0x6B];
            case 0x72: return _fifo.Count >> 8;
            case 0x73: return _fifo.Count & 0xFF;
            case 0x74:
                if (_fifo.Count == 0) return 0xFF;
                value = _fifo.Peek(0);
                _fifo.Drop(1);
                return value;
            case 0x75: return _identity;
            default: return _registers[register];
        }
    }

    /// <inheritdoc/>
    protected override void Set(int register, int value)
    {
        if (_resetUntil >= 0) return;
        if (register == BrokenRegister) value &= ~1;
        switch (register)
        {
            case 0x6B:
                _registers[0x6B] = (byte)value;
                if ((value & 0x80) != 0) _resetUntil = Time.Microseconds + ResetMicroseconds;
                Rate();
                return;
            case 0x6A:
                if ((value & 0x04) != 0) _fifo.Clear();
                _registers[0x6A] = (byte)(value & ~0x07);
                return;
            case 0x34:
                _slave4 = (value & 0x80) != 0;
                _registers[0x34] = (byte)value;
                return;
            case 0x3A:
            case 0x72:
            case 0x73:
            case 0x75:
                return;
            default:
                _registers[register] = (byte)value;
                if (register == 0x19 || register == 0x1A) Rate();
                return;
        }
    }

    private void Reset()
    {
        for (int i = 0; i < _registers.Length; i++) _registers[i] = 0;
        _registers[0x6B] = (byte)(_identity == 0x68 ? 0x40 : 0x01);
        _fifo.Clear();
        _slave4 = false;
        Rate();
    }

    private void Rate()
    {
        int filter = _registers[0x1A] & 7;
        if (_resetUntil >= 0 || (_registers[0x6B] & 0x40) != 0) Halt();
        else Run((filter == 0 || filter == 7 ? 125 : 1000) * (1 + _registers[0x19]), 1);
    }

    private void Big(int register, int value)
    {
        _registers[register] = (byte)(value >> 8);
        _registers[register + 1] = (byte)value;
    }

    private void Push(int register, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_fifo.Room == 0)
            {
                _registers[0x3A] |= (byte)(_registers[0x38] & 0x10);

                // CONFIG.FIFO_MODE: what does not fit is dropped; else the oldest byte goes.
                if (_identity != 0x68 && (_registers[0x1A] & 0x40) != 0) return;
                _fifo.Drop(1);
            }

            _fifo.Push(_registers[register + i]);
        }
    }

    // The I2C master: slave 4 once, slave 0 with every sample.
    private void Slaves()
    {
        if ((_registers[0x6A] & 0x20) == 0) return;
        if (_slave4)
        {
            bool there = Answers(_registers[0x31]);
            int register = _registers[0x32];
            if (there && (_registers[0x31] & 0x80) != 0) _registers[0x35] = (byte)ReadMagnetometer(register);
            else if (there) WriteMagnetometer(register, _registers[0x33]);
            _registers[0x36] |= (byte)(there ? 0x40 : 0x50);
            _registers[0x34] &= 0x7F;
            _slave4 = false;
        }

        if ((_registers[0x27] & 0x80) == 0 || !Answers(_registers[0x25])) return;
        for (int i = 0; i < (_registers[0x27] & 0x0F); i++) _registers[0x49 + i] = (byte)ReadMagnetometer(_registers[0x26] + i);
    }

    private bool Answers(int address)
    {
        return (address & 0x7F) == 0x0C && _identity == 0x71 && !MagnetometerAbsent;
    }

    private int ReadMagnetometer(int register)
    {
        int mode = _magnetometer[0x0A] & 0x0F;
        if (register == 0x00) return MagnetometerIdentity;
        if (register == 0x02) return mode == 6 || mode == 2 ? 1 : 0;
        if (register >= 0x03 && register <= 0x08)
        {
            int value = Field[(register - 3) >> 1];
            return ((register & 1) != 0 ? value : value >> 8) & 0xFF;
        }

        if (register == 0x09) return (_magnetometer[0x0A] & 0x10) | (MagnetometerOverflow ? 8 : 0);
        if (register >= 0x10 && register <= 0x12) return mode == 15 ? Adjustment[register - 0x10] : 0xFF;
        return _magnetometer[register & 31];
    }

    private void WriteMagnetometer(int register, int value)
    {
        if (register == 0x0B && (value & 1) != 0) _magnetometer[0x0A] = 0;
        else _magnetometer[register & 31] = (byte)value;
    }
}
