namespace EdgeSpike.Drivers;

/// <summary>LSM6DSOX: DS12814, FIFO of 512 words of seven bytes (AN5272, section 9), the gyroscope's word before the accelerometer's.</summary>
public sealed class SimulatedLsm6dsox : SimulatedSensor
{
    private const int Words = 512;
    private readonly byte[] _registers = new byte[128];
    private readonly SimulatedFifo _fifo = new SimulatedFifo(Words * 7);
    private int _turn;
    private bool _overrun;

    /// <summary>A sensor after power-on.</summary>
    public SimulatedLsm6dsox(TimeBase time, SimulatedMotion motion)
        : base(time, motion)
    {
        Reset();
    }

    /// <summary>OUT_TEMP.</summary>
    public short Temperature { get; set; }

    /// <summary>The tag of the next words, in the place of the right one; 0: none.</summary>
    public int ForeignTag { get; set; }

    /// <inheritdoc/>
    public override bool DataReady
    {
        get
        {
            bool level = _fifo.Count >= 7 * _registers[0x07] && _registers[0x07] != 0;
            return ((_registers[0x0D] & 0x08) != 0 && level) || ((_registers[0x0D] & 0x02) != 0 && (_registers[0x1E] & 2) != 0);
        }
    }

    /// <inheritdoc/>
    protected override int Following(int register)
    {
        if (register == 0x7E) return 0x78;
        return (_registers[0x12] & 0x04) != 0 ? (register + 1) & 0x7F : register;
    }

    /// <inheritdoc/>
    protected override void Sample(short[] axes)
    {
        for (int i = 0; i < 3; i++)
        {
            Little(0x22 + 2 * i, axes[3 + i]);
            Little(0x28 + 2 * i, axes[i]);
        }

        Little(0x20, Temperature);
        _registers[0x1E] = 7;
        if ((_registers[0x0A] & 7) != 6) return;
        _turn = (_turn + 1) & 3;
        if ((_registers[0x09] & 0xF0) != 0) Push(1, 0x22);
        if ((_registers[0x09] & 0x0F) != 0) Push(2, 0x28);
    }

    /// <inheritdoc/>
    protected override int Get(int register)
    {
        int value = _registers[register & 0x7F];
        int words = _fifo.Count / 7;
        switch (register)
        {
            case 0x0F: return 0x6C;
            case 0x27:
                _registers[0x1E] &= 0xFD;
                return value;
            case 0x2D:
                _registers[0x1E] &= 0xFE;
                return value;
            case 0x3A: return words & 0xFF;
            case 0x3B:
                value = (words >> 8) | (_overrun ? 0x48 : 0) | (words >= _registers[0x07] ? 0x80 : 0);
                _overrun = false;
                return value;
            default:
                if (register < 0x78 || register > 0x7E) return value;
                if (_fifo.Count == 0) return 0;
                value = _fifo.Peek(register - 0x78);
                if (register == 0x7E) _fifo.Drop(7);
                return value;
        }
    }

    /// <inheritdoc/>
    protected override void Set(int register, int value)
    {
        switch (register)
        {
            case 0x12:
                if ((value & 1) != 0) Reset();
                else _registers[0x12] = (byte)value;
                return;
            case 0x0F:
            case 0x1E:
            case 0x3A:
            case 0x3B:
                return;
            default:
                _registers[register] = (byte)value;
                if (register == 0x0A && (value & 7) == 0)
                {
                    _fifo.Clear();
                    _overrun = false;
                }

                if (register == 0x11) Rate();
                return;
        }
    }

    private void Reset()
    {
        for (int i = 0; i < _registers.Length; i++) _registers[i] = 0;
        _registers[0x12] = 0x04;
        _registers[0x18] = 0xE0;
        _fifo.Clear();
        _overrun = false;
        Halt();
    }

    private void Rate()
    {
        int code = _registers[0x11] >> 4;
        if (code == 0 || code > 10) Halt();
        else if (code == 1) Run(80000, 1);
        else if (code < 6) Run(1000000, 13 << (code - 1));
        else Run(1000000, code == 6 ? 417 : code == 7 ? 833 : code == 8 ? 1667 : code == 9 ? 3333 : 6667);
    }

    private void Little(int register, int value)
    {
        _registers[register] = (byte)value;
        _registers[register + 1] = (byte)(value >> 8);
    }

    private void Push(int tag, int register)
    {
        if (_fifo.Room < 7)
        {
            _overrun = true;
            _fifo.Drop(7);
        }

        int first = ((ForeignTag != 0 ? ForeignTag : tag) << 3) | (_turn << 1), parity = first;
        for (int shift = 4; shift > 0; shift >>= 1) parity ^= parity >> shift;
        _fifo.Push(first | (parity & 1));
        for (int i = 0; i < 6; i++) _fifo.Push(_registers[register + i]);
    }
}
