namespace EdgeSpike.Drivers;

/// <summary>BMI270: BST-BMI270-DS000, FIFO of 2,048 bytes in frames with headers. It starts with the image it is made with, and with no other.</summary>
public sealed class SimulatedBmi270 : SimulatedSensor
{
    private readonly byte[] _registers = new byte[128];
    private readonly byte[] _image;
    private readonly byte[] _loaded = new byte[8192];
    private readonly SimulatedFifo _fifo = new SimulatedFifo(2048);
    private bool _started;
    private bool _spi;
    private bool _deaf;
    private int _skipped;
    private int _read;
    private int _loadedBytes;

    /// <summary>A sensor after power-on, whose right image is this.</summary>
    public SimulatedBmi270(TimeBase time, SimulatedMotion motion, byte[] image)
        : base(time, motion)
    {
        _image = image;
        Reset();
    }

    /// <summary>TEMPERATURE; 0x8000: none yet.</summary>
    public short Temperature { get; set; }

    /// <summary>GYR_CAS.factor_zx.</summary>
    public int CrossAxis { get; set; }

    /// <summary>Puts a frame of the sensor's time behind what the FIFO holds.</summary>
    public void PushTime()
    {
        _fifo.Push(0x44);
        for (int i = 0; i < 3; i++) _fifo.Push(i);
    }

    /// <summary>Puts a byte behind what the FIFO holds.</summary>
    public void PushByte(int value)
    {
        _fifo.Push(value);
    }

    /// <inheritdoc/>
    public override bool DataReady
    {
        get { return (_registers[0x58] & 0x04) != 0 && (_registers[0x1D] & 0xC0) != 0; }
    }

    /// <inheritdoc/>
    protected override int SpiDummyBytes
    {
        get { return 1; }
    }

    /// <inheritdoc/>
    internal override bool Begin(bool spi)
    {
        // I2C until chip select has risen once.
        _deaf = spi && !_spi;
        _read = 0;
        return base.Begin(spi);
    }

    /// <inheritdoc/>
    internal override void End(bool spi)
    {
        // Frames that were read whole leave the FIFO; one read in part stays.
        int whole = 0;
        while (whole < _read)
        {
            int bytes = FrameBytes(whole);
            if (bytes == 0 || whole + bytes > _read) break;
            whole += bytes;
        }

        // What is no frame goes as it is read.
        if (whole == 0 && _read > 0 && FrameBytes(0) == 0) whole = _read;
        if (whole > 0) _fifo.Drop(whole);
        if (spi) _spi = true;
    }

    /// <inheritdoc/>
    protected override int Following(int register)
    {
        return register == 0x26 || register == 0x5E ? register : (register + 1) & 0x7F;
    }

    /// <inheritdoc/>
    protected override void Sample(short[] axes)
    {
        for (int i = 0; i < 6; i++)
        {
            _registers[0x0C + 2 * i] = (byte)axes[i];
            _registers[0x0D + 2 * i] = (byte)(axes[i] >> 8);
        }

        _registers[0x03] |= 0xC0;
        _registers[0x1D] |= 0xC0;
        if ((_registers[0x49] & 0xD0) != 0xD0) return;
        if (_skipped == 0 && _fifo.Room < 13)
        {
            // The oldest frames go; a skip frame takes their place when it is read.
            _fifo.Drop(FrameBytes(0));
            _skipped = 1;
        }
        else if (_skipped > 0 && _fifo.Room < 13)
        {
            _fifo.Drop(FrameBytes(0));
            if (_skipped < 255) _skipped++;
        }

        _fifo.Push(0x8C);
        for (int i = 0; i < 6; i++) _fifo.Push(_registers[0x12 + i]);
        for (int i = 0; i < 6; i++) _fifo.Push(_registers[0x0C + i]);
    }

    /// <inheritdoc/>
    protected override int Get(int register)
    {
        if (_deaf) return 0;
        int value = _registers[register];
        switch (register)
        {
            case 0x00: return 0x24;
            case 0x03:
                return value | 0x10;
            case 0x0D:
            case 0x0F:
            case 0x11:
                _registers[0x03] &= 0x7F;
                return value;
            case 0x13:
            case 0x15:
            case 0x17:
                _registers[0x03] &= 0xBF;
                return value;
            case 0x1D:
                _registers[0x1D] = 0;
                return value;
            case 0x22: return Temperature & 0xFF;
            case 0x23: return (Temperature >> 8) & 0xFF;
            case 0x24: return (_fifo.Count + (_skipped > 0 ? 2 : 0)) & 0xFF;
            case 0x25: return (_fifo.Count + (_skipped > 0 ? 2 : 0)) >> 8;
            case 0x26:
                if (_skipped > 0)
                {
                    value = _read == 0 ? 0x40 : _skipped;
                    _read++;
                    if (_read < 2) return value;
                    _skipped = 0;
                    _read = 0;
                    return value;
                }

                return _read < _fifo.Count ? _fifo.Peek(_read++) : 0x80;
            case 0x3C: return CrossAxis & 0x7F;
            default: return value;
        }
    }

    /// <inheritdoc/>
    protected override void Set(int register, int value)
    {
        if (_deaf) return;
        switch (register)
        {
            case 0x00:
            case 0x03:
            case 0x21:
            case 0x24:
            case 0x25:
            case 0x3C:
                return;
            case 0x5E:
                // Words are taken where INIT_ADDR says, and nothing while the sensor saves power.
                int at = ((_registers[0x5C] << 4) | (_registers[0x5B] & 0x0F)) * 2 + _loadedBytes;
                if ((_registers[0x7C] & 1) == 0 && _registers[0x59] == 0 && at < _loaded.Length) _loaded[at] = (byte)value;
                _loadedBytes++;
                return;
            case 0x7E:
                if (value == 0xB6) Reset();
                if (value == 0xB0) Empty();
                return;
            default:
                _registers[register] = (byte)value;
                if (register == 0x5B || register == 0x5C) _loadedBytes = 0;
                if (register == 0x59 && (value & 1) != 0) Initialize();
                if (register == 0x7D || register == 0x42) Rate();
                return;
        }
    }

    private void Initialize()
    {
        _started = _image != null;
        for (int i = 0; i < _loaded.Length && _started; i++)
            if (_loaded[i] != (i < _image.Length ? _image[i] : 0)) _started = false;
        _registers[0x21] = (byte)(_started ? 1 : 2);
    }

    private void Reset()
    {
        for (int i = 0; i < _registers.Length; i++) _registers[i] = 0;
        for (int i = 0; i < _loaded.Length; i++) _loaded[i] = 0;
        _registers[0x40] = 0xA8;
        _registers[0x42] = 0xA9;
        _registers[0x48] = 0x02;
        _registers[0x49] = 0x10;
        _registers[0x7C] = 0x03;
        _started = false;
        _spi = false;
        _loadedBytes = 0;
        Empty();
        Halt();
    }

    private void Empty()
    {
        _fifo.Clear();
        _skipped = 0;
        _read = 0;
    }

    private void Rate()
    {
        int code = _registers[0x42] & 0x0F;
        if (!_started || (_registers[0x7D] & 6) != 6 || code < 6 || code > 13) Halt();
        else Run(40000 >> (code - 6), 1);
    }

    private int FrameBytes(int at)
    {
        int header = at < _fifo.Count ? _fifo.Peek(at) : 0;
        return header == 0x8C ? 13 : header == 0x44 ? 4 : header == 0x48 ? 5 : 0;
    }
}
