namespace EdgeSpike.Drivers;

/// <summary>ICM-20948: DS-000189, four banks, FIFO of 512 bytes.</summary>
public sealed class SimulatedIcm20948 : SimulatedSensor
{
    private const int ResetMicroseconds = 30000;
    private readonly byte[] _registers = new byte[4 * 128];
    private readonly SimulatedFifo _fifo = new SimulatedFifo(512);
    private int _bank;
    private long _resetUntil = -1;

    /// <summary>A sensor after power-on.</summary>
    public SimulatedIcm20948(TimeBase time, SimulatedMotion motion)
        : base(time, motion)
    {
        Reset();
    }

    /// <summary>TEMP_OUT.</summary>
    public short Temperature { get; set; }

    /// <summary>A register of a bank, as it stands.</summary>
    public int Peek(int bank, int register)
    {
        return _registers[bank * 128 + register];
    }

    /// <inheritdoc/>
    public override bool DataReady
    {
        get { return _registers[0x1A] != 0 || _registers[0x1B] != 0; }
    }

    /// <inheritdoc/>
    protected override int Following(int register)
    {
        return _bank == 0 && register == 0x72 ? 0x72 : (register + 1) & 0x7F;
    }

    /// <inheritdoc/>
    protected override void Sample(short[] axes)
    {
        for (int i = 0; i < 6; i++)
        {
            _registers[0x2D + 2 * i] = (byte)(axes[i] >> 8);
            _registers[0x2E + 2 * i] = (byte)axes[i];
        }

        _registers[0x39] = (byte)(Temperature >> 8);
        _registers[0x3A] = (byte)Temperature;
        _registers[0x1A] |= (byte)(_registers[0x11] & 1);
        if ((_registers[0x03] & 0x40) == 0 || (_registers[0x68] & 0x1F) != 0) return;
        int enabled = _registers[0x67];
        if ((enabled & 0x10) != 0) Push(0x2D, 6);
        for (int axis = 0; axis < 3; axis++)
            if ((enabled & (2 << axis)) != 0) Push(0x33 + 2 * axis, 2);
        if ((enabled & 0x01) != 0) Push(0x39, 2);
    }

    /// <inheritdoc/>
    protected override int Get(int register)
    {
        if (register == 0x7F) return _bank << 4;
        if (_bank != 0) return _registers[_bank * 128 + register];
        int value = _registers[register];
        switch (register)
        {
            case 0x00: return 0xEA;
            case 0x06:
                if (_resetUntil >= 0 && Time.Microseconds >= _resetUntil)
                {
                    _resetUntil = -1;
                    Reset();
                }

                return _registers[0x06];
            case 0x1A:
            case 0x1B:
                _registers[register] = 0;
                return value;
            case 0x70: return _fifo.Count >> 8;
            case 0x71: return _fifo.Count & 0xFF;
            case 0x72:
                if (_fifo.Count == 0) return 0xFF;
                value = _fifo.Peek(0);
                _fifo.Drop(1);
                return value;
            default: return value;
        }
    }

    /// <inheritdoc/>
    protected override void Set(int register, int value)
    {
        if (_resetUntil >= 0) return;
        if (register == 0x7F)
        {
            _bank = (value >> 4) & 3;
            return;
        }

        _registers[_bank * 128 + register] = (byte)value;
        if (_bank == 0 && register == 0x06 && (value & 0x80) != 0) _resetUntil = Time.Microseconds + ResetMicroseconds;
        if (_bank == 0 && register == 0x68 && (value & 0x1F) != 0) _fifo.Clear();
        if ((_bank == 0 && register == 0x06) || (_bank == 2 && register == 0x00)) Rate();
    }

    private void Reset()
    {
        for (int i = 0; i < _registers.Length; i++) _registers[i] = 0;
        _registers[0x06] = 0x41;
        _registers[2 * 128 + 0x01] = 1;
        _registers[2 * 128 + 0x14] = 1;
        _fifo.Clear();
        _bank = 0;
        Rate();
    }

    private void Rate()
    {
        if (_resetUntil >= 0 || (_registers[0x06] & 0x40) != 0) Halt();
        else Run(8000 * (1 + _registers[2 * 128]), 9);
    }

    private void Push(int register, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_fifo.Room == 0)
            {
                _registers[0x1B] |= (byte)(_registers[0x12] & 1);
                if ((_registers[0x69] & 1) != 0) return;
                _fifo.Drop(1);
            }

            _fifo.Push(_registers[register + i]);
        }
    }
}
