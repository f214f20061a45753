namespace EdgeSpike.Drivers;

/// <summary>
/// An inertial sensor of six axes: accelerometer and gyroscope at one rate. A file beside this one is a driver; all are used alike:
/// make it on a <see cref="SensorPort"/>, <see cref="Open"/> it, then call <see cref="Read"/> more often than its FIFO fills.
/// </summary>
/// <remarks>
/// Errors are values, and no call waits for ever. Nothing is allocated after <see cref="Open"/>. Values are the sensor's own steps less
/// the calibration's offsets; <see cref="AccelScale"/> and <see cref="GyroScale"/> give them units (ImuUnits, on .NET, in SI).
/// </remarks>
public abstract class Imu
{
    private const int ResetLookMicroseconds = 1000;

    private readonly short[] _offsets = new short[ImuSamples.Axes];
    private readonly byte[] _one = new byte[1];
    private GpioPin _dataReady;
    private bool _open;
    private bool _restart;

    /// <summary>A sensor at this port, by this clock.</summary>
    protected Imu(SensorPort port, TimeBase time)
    {
        Port = port;
        Time = time;
    }

    /// <summary>The sensor's name.</summary>
    public abstract string Name { get; }

    /// <summary>Micro-g of 32,768 steps of the accelerometer at the range in use.</summary>
    public int AccelScale { get; protected set; }

    /// <summary>Millidegrees per second of 32,768 steps of the gyroscope at the range in use.</summary>
    public int GyroScale { get; protected set; }

    /// <summary>Steps from which on the accelerometer is at its end.</summary>
    public int AccelLimit { get; protected set; }

    /// <summary>Steps from which on the gyroscope is at its end.</summary>
    public int GyroLimit { get; protected set; }

    /// <summary>The period between samples is this over <see cref="PeriodDenominator"/>, microseconds.</summary>
    public int PeriodNumerator { get; protected set; }

    /// <summary>See <see cref="PeriodNumerator"/>.</summary>
    public int PeriodDenominator { get; protected set; }

    /// <summary>How the last transfer ended.</summary>
    public BusError Bus { get; private set; }

    /// <summary>The register that the last error speaks of.</summary>
    public int Register { get; protected set; }

    /// <summary>What the last error found: an identity, or a register's value.</summary>
    public int Found { get; protected set; }

    /// <summary>What was looked for instead.</summary>
    public int Expected { get; protected set; }

    /// <summary>What the last read of one register gave.</summary>
    protected int LastValue { get; private set; }

    /// <summary>The sensor's registers.</summary>
    protected SensorPort Port { get; }

    /// <summary>The clock of waits and stamps.</summary>
    protected TimeBase Time { get; }

    /// <summary>Stamps the samples of the FIFO.</summary>
    protected SampleClock Clock { get; private set; }

    /// <summary>Bytes of a transfer.</summary>
    protected byte[] Scratch { get; } = new byte[SensorPort.MostBytes];

    /// <summary>Whether samples come through the FIFO.</summary>
    protected bool UsesFifo { get; private set; }

    /// <summary>
    /// Checks the identity, resets the sensor and sets it up; waits up to a second. May be called again, after any error.
    /// </summary>
    public ImuError Open(ImuSettings settings)
    {
        _open = false;
        ImuError error = Choose(settings);
        if (error != ImuError.None) return error;
        UsesFifo = settings.UseFifo && HasFifo;
        _dataReady = settings.DataReady;
        if (_dataReady != null) _dataReady.SetMode(PinMode.Input);
        Clock = new SampleClock(PeriodNumerator, PeriodDenominator);
        error = Start(settings);
        if (error == ImuError.None && UsesFifo) error = Restart();
        _open = error == ImuError.None;
        return error;
    }

    /// <summary>Calibration: what is taken from every value, in steps at the range in use. [6] accelerometer x, y, z, gyroscope x, y, z.</summary>
    public void SetOffsets(short[] offsets)
    {
        for (int i = 0; i < ImuSamples.Axes; i++) _offsets[i] = offsets[i];
    }

    /// <summary>
    /// Appends the samples that wait, as many as there is room for; there may be none. After <see cref="ImuError.FifoOverflow"/> and
    /// <see cref="ImuError.FifoContent"/> reading goes on with the next call; after another error with it too, when its cause is gone.
    /// </summary>
    public ImuError Read(ImuSamples samples)
    {
        if (!_open) return ImuError.NotOpen;
        if (samples.Room == 0) return ImuError.None;
        if (!UsesFifo)
        {
            int held = samples.Count;
            ImuError direct = ReadNewest(samples);
            if (direct != ImuError.None) samples.Count = held;
            return direct;
        }

        ImuError error = _restart ? Restart() : ImuError.None;
        if (error != ImuError.None) return error;
        int before = samples.Count;
        error = ReadFifo(samples);
        if (error == ImuError.None) return error;

        // What was read may be cut anywhere. If the FIFO can't be emptied now it is before the next samples.
        int register = Register, found = Found, expected = Expected;
        BusError bus = Bus;
        samples.Count = before;
        Restart();
        Register = register;
        Found = found;
        Expected = expected;
        Bus = bus;
        return error;
    }

    /// <summary>The sensor's temperature in thousandths of a degree Celsius.</summary>
    public abstract ImuError ReadTemperature(out int milliCelsius);

    /// <summary>Waits for the data-ready pin, up to so long. False: it stayed low, or is not wired.</summary>
    public bool WaitForData(int microseconds)
    {
        if (_dataReady == null) return false;
        Deadline end = new Deadline(Time, microseconds);
        do
        {
            if (_dataReady.Read()) return true;
        }
        while (!end.Passed());
        return _dataReady.Read();
    }

    /// <summary>Whether the sensor has a FIFO.</summary>
    protected virtual bool HasFifo
    {
        get { return true; }
    }

    /// <summary>Finds ranges and rate in the sensor's tables and sets the scales; talks to nobody.</summary>
    protected abstract ImuError Choose(ImuSettings settings);

    /// <summary>Identity, reset, set-up.</summary>
    protected abstract ImuError Start(ImuSettings settings);

    /// <summary>Appends what the FIFO holds, stamped.</summary>
    protected abstract ImuError ReadFifo(ImuSamples samples);

    /// <summary>Empties the FIFO and lets it fill anew.</summary>
    protected abstract ImuError RestartFifo();

    /// <summary>Appends the newest sample if there is a new one, stamped with now.</summary>
    protected abstract ImuError ReadNewest(ImuSamples samples);

    /// <summary>Which of 2, 4, 8 and 16 g, or of <paramref name="least"/> … 2000 degrees per second, a range is; -1: none.</summary>
    protected static int RangeIndex(int range, int least, int count)
    {
        int index = -1;
        for (int i = 0; i < count; i++)
            if (range == least << i) index = i;
        return index;
    }

    /// <summary>A bus error as this driver's.</summary>
    protected ImuError Map(BusError error)
    {
        Bus = error;
        switch (error)
        {
            case BusError.None: return ImuError.None;
            case BusError.AddressNotAcknowledged: return ImuError.NoSensor;
            case BusError.BusStuck: return ImuError.BusStuck;
            default: return ImuError.Bus;
        }
    }

    /// <summary>Reads into <see cref="Scratch"/>.</summary>
    protected ImuError ReadRegisters(int register, int count)
    {
        Register = register;
        return Map(Port.Read(register, Scratch, 0, count));
    }

    /// <summary>Reads one register.</summary>
    protected ImuError ReadRegister(int register, out int value)
    {
        Register = register;
        ImuError error = Map(Port.Read(register, _one, 0, 1));
        value = _one[0];
        LastValue = value;
        return error;
    }

    /// <summary>Writes one register.</summary>
    protected ImuError WriteRegister(int register, int value)
    {
        Register = register;
        return Map(Port.Write(register, value));
    }

    /// <summary>Writes one register and reads it back.</summary>
    protected ImuError WriteChecked(int register, int value)
    {
        int found;
        ImuError error = WriteRegister(register, value);
        if (error == ImuError.None) error = ReadRegister(register, out found);
        else return error;
        if (error != ImuError.None || found == value) return error;
        Found = found;
        Expected = value;
        return ImuError.ReadBack;
    }

    /// <summary>Reads the identity: no sensor, another one, or the right one.</summary>
    protected ImuError CheckIdentity(int register, int expected)
    {
        int found;
        ImuError error = ReadRegister(register, out found);
        if (error != ImuError.None) return error;
        Found = found;
        Expected = expected;
        if (found == expected) return ImuError.None;

        // Nobody drives the line that data comes in by.
        return Port.IsSpi && (found == 0 || found == 0xFF) ? ImuError.NoSensor : ImuError.WrongIdentity;
    }

    /// <summary>
    /// Looks every millisecond until the masked bits have a value; a sensor that restarts need not answer meanwhile.
    /// </summary>
    protected ImuError Await(int register, int mask, int value, int microseconds)
    {
        ImuError error;
        int found;
        Deadline end = new Deadline(Time, microseconds);
        do
        {
            Time.Wait(ResetLookMicroseconds);
            error = ReadRegister(register, out found);
            if (error == ImuError.BusStuck) return error;
            if (error == ImuError.None && (found & mask) == value) return error;
        }
        while (!end.Passed());
        if (error != ImuError.None) return error;
        Found = found & mask;
        Expected = value;
        return ImuError.NotStarted;
    }

    /// <summary>Appends a sample, less the offsets; the caller stamps it.</summary>
    protected void Put(ImuSamples samples, int ax, int ay, int az, int gx, int gy, int gz)
    {
        int at = samples.Count * ImuSamples.Axes;
        Put(samples, at, 0, ax, AccelLimit);
        Put(samples, at, 1, ay, AccelLimit);
        Put(samples, at, 2, az, AccelLimit);
        Put(samples, at, 3, gx, GyroLimit);
        Put(samples, at, 4, gy, GyroLimit);
        Put(samples, at, 5, gz, GyroLimit);
        samples.Count++;
    }

    /// <summary>Stamps the newest sample with a time.</summary>
    protected static void StampNewest(ImuSamples samples, long microseconds)
    {
        samples.Microseconds[samples.Count - 1] = microseconds;
    }

    /// <summary>A value of two bytes of <see cref="Scratch"/>, the high one first.</summary>
    protected int Big(int at)
    {
        return (short)((Scratch[at] << 8) | Scratch[at + 1]);
    }

    /// <summary>A value of two bytes of <see cref="Scratch"/>, the low one first.</summary>
    protected int Little(int at)
    {
        return (short)((Scratch[at + 1] << 8) | Scratch[at]);
    }

    private ImuError Restart()
    {
        Clock.Restart();
        ImuError error = RestartFifo();
        _restart = error != ImuError.None;
        return error;
    }

    private void Put(ImuSamples samples, int at, int axis, int value, int limit)
    {
        if (value >= limit || value <= -limit) samples.Saturated[axis]++;
        int less = value - _offsets[axis];
        samples.Values[at + axis] = (short)(less > 32767 ? 32767 : less < -32768 ? -32768 : less);
    }
}
