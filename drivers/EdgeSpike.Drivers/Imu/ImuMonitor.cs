namespace EdgeSpike.Drivers;

/// <summary>What may be wrong with a stream of samples, beside an <see cref="ImuError"/>. Bits.</summary>
public enum ImuFaults
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The rate is off by more than <see cref="ImuMonitor.RateTolerance"/>.</summary>
    Rate = 1,

    /// <summary>An axis is at the end of its range: <see cref="ImuMonitor.SaturatedAxes"/>.</summary>
    Saturated = 2,

    /// <summary>An axis does not move by a single step: <see cref="ImuMonitor.FrozenAxes"/>.</summary>
    Frozen = 4,

    /// <summary>Samples were lost.</summary>
    Lost = 8,

    /// <summary>No sample comes.</summary>
    Silent = 16,

    /// <summary>The sensor or its bus gives errors.</summary>
    Error = 32,
}

/// <summary>Watches what <see cref="Imu.Read"/> gives, and says when it can't be believed.</summary>
/// <remarks>
/// Call <see cref="Look"/> after every read, before the samples are cleared. The rate is measured by the reader's clock over windows of
/// <see cref="RateWindowMicroseconds"/>, lost samples counted in. Two 64-bit divisions a window; no allocation.
/// </remarks>
public sealed class ImuMonitor
{
    private readonly Imu _imu;
    private readonly short[] _value = new short[ImuSamples.Axes];
    private readonly int[] _still = new int[ImuSamples.Axes];
    private bool _first = true;
    private bool _timed;
    private long _windowStart;
    private long _lastSample;
    private int _windowSamples;
    private int _lost;
    private int _errorsInARow;
    private bool _rateOff;

    /// <summary>Watches a sensor that is open.</summary>
    public ImuMonitor(Imu imu)
    {
        _imu = imu;
    }

    /// <summary>Percent by which the rate may be off.</summary>
    public int RateTolerance = 15;

    /// <summary>Time over which the rate is measured, at least; and at least 20 samples.</summary>
    public int RateWindowMicroseconds = 2000000;

    /// <summary>Samples at the end of the range in one read from which on it is a fault: one may be a knock.</summary>
    public int SaturatedSamples = 3;

    /// <summary>Equal values one after the other that can't be: a sensor at rest still shows its noise.</summary>
    public int FrozenSamples = 200;

    /// <summary>Time without a sample from which on it is a fault.</summary>
    public int SilentMicroseconds = 500000;

    /// <summary>Faults after which <see cref="Stopped"/> is set; the others are reported and the stream goes on.</summary>
    public ImuFaults StopOn = ImuFaults.Error | ImuFaults.Silent;

    /// <summary>Errors one after the other that are borne.</summary>
    public int BorneErrors = 3;

    /// <summary>A fault of <see cref="StopOn"/> was seen; stays until <see cref="Restart"/>.</summary>
    public bool Stopped { get; private set; }

    /// <summary>All faults seen since <see cref="Restart"/>.</summary>
    public ImuFaults Seen { get; private set; }

    /// <summary>Axes at their end, bit 0 accelerometer x … bit 5 gyroscope z; of the last look.</summary>
    public int SaturatedAxes { get; private set; }

    /// <summary>Axes that don't move; of the last look.</summary>
    public int FrozenAxes { get; private set; }

    /// <summary>Period measured over the last window, nanoseconds; 0: none is over yet.</summary>
    public int MeasuredNanoseconds { get; private set; }

    /// <summary>Samples seen.</summary>
    public int Samples { get; private set; }

    /// <summary>FIFO overflows seen.</summary>
    public int Overflows { get; private set; }

    /// <summary>Other errors seen.</summary>
    public int Errors { get; private set; }

    /// <summary>The last error other than an overflow.</summary>
    public ImuError LastError { get; private set; }

    /// <summary>Forgets what was seen; counters stay.</summary>
    public void Restart()
    {
        Stopped = false;
        Seen = ImuFaults.None;
        _first = true;
        _timed = false;
        _errorsInARow = 0;
        MeasuredNanoseconds = 0;
        _rateOff = false;
        for (int axis = 0; axis < ImuSamples.Axes; axis++) _still[axis] = 0;
    }

    /// <summary>Looks at one read: its error, the samples it gave, and when. Gives the faults of now.</summary>
    public ImuFaults Look(ImuError error, ImuSamples samples, long microseconds)
    {
        ImuFaults faults = ImuFaults.None;
        if (error == ImuError.FifoOverflow) Overflows++;
        else if (error != ImuError.None)
        {
            Errors++;
            LastError = error;
        }

        _errorsInARow = error == ImuError.None || error == ImuError.FifoOverflow ? 0 : _errorsInARow + 1;
        if (_errorsInARow > BorneErrors) faults |= ImuFaults.Error;
        int lost = samples.Lost - _lost;
        _lost = samples.Lost;
        if (lost > 0 || error == ImuError.FifoOverflow) faults |= ImuFaults.Lost;
        LookAtAxes(samples);
        if (SaturatedAxes != 0) faults |= ImuFaults.Saturated;
        if (FrozenAxes != 0) faults |= ImuFaults.Frozen;
        Samples += samples.Count;
        if (LookAtTime(samples.Count, lost, error, microseconds)) faults |= ImuFaults.Rate;
        if (microseconds - _lastSample > SilentMicroseconds) faults |= ImuFaults.Silent;
        Seen |= faults;
        if ((faults & StopOn) != 0) Stopped = true;
        return faults;
    }

    private void LookAtAxes(ImuSamples samples)
    {
        SaturatedAxes = 0;
        FrozenAxes = 0;
        for (int axis = 0; axis < ImuSamples.Axes; axis++)
        {
            if (samples.Saturated[axis] >= SaturatedSamples) SaturatedAxes |= 1 << axis;
            int still = _still[axis];
            short last = _value[axis];
            for (int i = 0; i < samples.Count; i++)
            {
                short value = samples.Values[i * ImuSamples.Axes + axis];
                if (value == last && !(_first && i == 0))
                {
                    if (still < int.MaxValue) still++;
                }
                else
                {
                    still = 1;
                }

                last = value;
            }

            _value[axis] = last;
            _still[axis] = still;
            if (still >= FrozenSamples) FrozenAxes |= 1 << axis;
        }

        if (samples.Count > 0) _first = false;
    }

    // True: the rate of the last whole window is off.
    private bool LookAtTime(int count, int lost, ImuError error, long microseconds)
    {
        if (!_timed)
        {
            _timed = true;
            _windowStart = microseconds;
            _lastSample = microseconds;
            _windowSamples = 0;
            return false;
        }

        // A FIFO that is full is a sensor that works.
        if (count > 0 || error == ImuError.FifoOverflow) _lastSample = microseconds;
        _windowSamples += count + lost;
        long elapsed = microseconds - _windowStart;
        if (elapsed < RateWindowMicroseconds || _windowSamples < 20) return _rateOff;
        long measured = elapsed * 1000 / _windowSamples, nominal = (long)_imu.PeriodNumerator * 1000 / _imu.PeriodDenominator;
        if (measured > int.MaxValue) measured = int.MaxValue;
        MeasuredNanoseconds = (int)measured;
        _windowStart = microseconds;
        _windowSamples = 0;

        // Of rates, not of periods: nominal / measured - 1.
        long off = measured > nominal ? measured - nominal : nominal - measured;
        _rateOff = off * 100 > measured * RateTolerance;
        return _rateOff;
    }
}
