namespace EdgeSpike.Drivers;

/// <summary>
/// A sensor as its bus sees it: registers, banks, FIFO, reset, and samples that come by the clock at the rate that is set, or at a
/// wrong one, or late. The drivers' tests rest on these; so can a program that has no sensor.
/// </summary>
/// <remarks>Each is written from its datasheet, as its driver is, but knows nothing of it. Values that it makes are the motion's, unscaled.</remarks>
public abstract class SimulatedSensor
{
    private readonly short[] _axes = new short[ImuSamples.Axes];
    private readonly SimulatedMotion _motion;
    private long _nextNanoseconds;
    private int _numerator;
    private int _denominator;
    private int _pointer;
    private bool _addressed;
    private bool _reading;
    private int _dummy;

    /// <summary>A sensor that feels this motion, by this clock.</summary>
    protected SimulatedSensor(TimeBase time, SimulatedMotion motion)
    {
        Time = time;
        _motion = motion;
    }

    /// <summary>The sensor's rate in thousandths of the one that it should have: 800 is 20 % too slow.</summary>
    public int RatePermille { get; set; } = 1000;

    /// <summary>Whether it is there at all.</summary>
    public bool Absent { get; set; }

    /// <summary>Samples made since the start.</summary>
    public int Samples { get; private set; }

    /// <summary>Bytes on SPI between a register's number and its value.</summary>
    protected virtual int SpiDummyBytes
    {
        get { return 0; }
    }

    /// <summary>Level of the data-ready output.</summary>
    public abstract bool DataReady { get; }

    /// <summary>The clock.</summary>
    protected TimeBase Time { get; }

    /// <summary>The next samples come so much later, at once, as if the sensor had hung.</summary>
    public void Delay(int microseconds)
    {
        _nextNanoseconds += microseconds * 1000L;
    }

    /// <summary>Makes the samples that are due.</summary>
    public void Advance()
    {
        if (_numerator == 0) return;
        long now = Time.Microseconds * 1000;
        while (_numerator != 0 && _nextNanoseconds <= now)
        {
            _motion.Next(Samples, _axes);
            Samples++;
            _nextNanoseconds += (long)_numerator * 1000000 / ((long)_denominator * RatePermille);
            Sample(_axes);
        }
    }

    /// <summary>Takes samples from now on, a period of numerator / denominator microseconds.</summary>
    protected void Run(int numerator, int denominator)
    {
        _numerator = numerator;
        _denominator = denominator;
        _nextNanoseconds = Time.Microseconds * 1000 + (long)numerator * 1000000 / ((long)denominator * RatePermille);
    }

    /// <summary>Takes no samples.</summary>
    protected void Halt()
    {
        _numerator = 0;
    }

    /// <summary>A sample was taken.</summary>
    protected abstract void Sample(short[] axes);

    /// <summary>A register is read.</summary>
    protected abstract int Get(int register);

    /// <summary>A register is written.</summary>
    protected abstract void Set(int register, int value);

    /// <summary>The register after this one in a burst.</summary>
    protected virtual int Following(int register)
    {
        return register + 1;
    }

    /// <summary>A transfer starts, on SPI or I2C; false: the sensor does not answer.</summary>
    internal virtual bool Begin(bool spi)
    {
        if (Absent) return false;
        Advance();
        _addressed = false;
        _reading = false;
        return true;
    }

    /// <summary>A transfer ends.</summary>
    internal virtual void End(bool spi)
    {
    }

    /// <summary>I2C: a byte written; the first is a register's number.</summary>
    internal void Write(int value)
    {
        if (!_addressed)
        {
            _pointer = value;
            _addressed = true;
            return;
        }

        Set(_pointer, value);
        _pointer = Following(_pointer);
    }

    /// <summary>I2C: a byte read.</summary>
    internal int Read()
    {
        int value = Get(_pointer);
        _pointer = Following(_pointer);
        return value;
    }

    /// <summary>SPI: a byte both ways.</summary>
    internal int Exchange(int value)
    {
        if (!_addressed)
        {
            _pointer = value & 0x7F;
            _reading = (value & 0x80) != 0;
            _dummy = SpiDummyBytes;
            _addressed = true;
            return 0;
        }

        if (!_reading)
        {
            Set(_pointer, value);
            _pointer = Following(_pointer);
            return 0;
        }

        if (_dummy > 0)
        {
            _dummy--;
            return 0;
        }

        return Read();
    }
}
