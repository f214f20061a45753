namespace EdgeSpike.Drivers;

/// <summary>BNO055: BST-BNO055-DS000, two pages, operating modes and the times that changing them takes.</summary>
public sealed class SimulatedBno055 : SimulatedSensor
{
    private const int ResetMicroseconds = 650000;
    private readonly byte[] _registers = new byte[2 * 128];
    private int _page;
    private long _silentUntil = -1;
    private long _modeFrom;

    /// <summary>A sensor after power-on.</summary>
    public SimulatedBno055(TimeBase time, SimulatedMotion motion)
        : base(time, motion)
    {
        Reset();
    }

    /// <summary>TEMP.</summary>
    public sbyte Temperature { get; set; }

    /// <summary>SYS_ERR.</summary>
    public int SystemError { get; set; }

    /// <summary>A register of a page, as it stands.</summary>
    public int Peek(int page, int register)
    {
        return _registers[page * 128 + register];
    }

    /// <inheritdoc/>
    public override bool DataReady
    {
        get { return false; }
    }

    /// <inheritdoc/>
    internal override bool Begin(bool spi)
    {
        // While it restarts it acknowledges nothing.
        return (_silentUntil < 0 || Time.Microseconds >= _silentUntil) && base.Begin(spi);
    }

    /// <inheritdoc/>
    protected override void Sample(short[] axes)
    {
        // In CONFIG, and while a mode starts, nothing is measured.
        if ((_registers[0x3D] & 0x0F) != 5 || Time.Microseconds < _modeFrom) return;
        for (int i = 0; i < 3; i++)
        {
            Little(0x08 + 2 * i, axes[i]);
            Little(0x14 + 2 * i, axes[3 + i]);
        }
    }

    /// <inheritdoc/>
    protected override int Get(int register)
    {
        if (register == 0x07) return _page;
        if (_page == 0)
        {
            if (register == 0x34) return (byte)Temperature;
            if (register == 0x3A) return SystemError;
        }

        return _registers[_page * 128 + (register & 0x7F)];
    }

    /// <inheritdoc/>
    protected override void Set(int register, int value)
    {
        if (register == 0x07)
        {
            _page = value & 1;
            return;
        }

        bool config = (_registers[0x3D] & 0x0F) == 0 && Time.Microseconds >= _modeFrom;
        if (_page == 0 && register == 0x3F && (value & 0x20) != 0)
        {
            Reset();
            _silentUntil = Time.Microseconds + ResetMicroseconds;
            return;
        }

        if (_page == 0 && register == 0x3D)
        {
            bool toConfig = (value & 0x0F) == 0;
            if (toConfig != ((_registers[0x3D] & 0x0F) == 0)) _modeFrom = Time.Microseconds + (toConfig ? 19000 : 7000);
            _registers[0x3D] = (byte)(value & 0x0F);
            return;
        }

        // Everything else is written in CONFIG alone (section 3.3).
        if (config && (_page == 1 || register >= 0x3B)) _registers[_page * 128 + register] = (byte)value;
    }

    private void Reset()
    {
        for (int i = 0; i < _registers.Length; i++) _registers[i] = 0;
        _registers[0x00] = 0xA0;
        _registers[0x01] = 0xFB;
        _registers[0x02] = 0x32;
        _registers[0x03] = 0x0F;
        _registers[0x3B] = 0x80;
        _registers[128 + 0x08] = 0x0D;
        _registers[128 + 0x0A] = 0x38;
        _page = 0;
        _modeFrom = 0;
        Run(10000, 1);
    }

    private void Little(int register, int value)
    {
        _registers[register] = (byte)value;
        _registers[register + 1] = (byte)(value >> 8);
    }
}
