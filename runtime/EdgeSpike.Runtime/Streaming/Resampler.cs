namespace EdgeSpike.Runtime;

/// <summary>
/// Turns the samples of a sensor, each with its time, into samples at equal distances, by straight lines between them.
/// Late, lost, doubled and damaged samples are treated as the settings say, and counted. Integers only; nothing is
/// allocated after <see cref="Prepare"/>, and the work of a call is bounded.
/// </summary>
/// <remarks>
/// Times are microseconds in 64 bits, below 2^61 in magnitude. The grid is t0 + n * period, by addition only: it does not
/// drift. t0 is the time of the first sample; after a gap the grid goes on, after a clock that went back it starts anew.
/// <para>A value at grid time g between samples (t0, a) and (t1, b): f = floor((g - t0) * 2^24 / (t1 - t0)),
/// a + floor(((b - a) * f + 2^23) / 2^24): the rounded straight line, off by less than 1/128 before rounding.</para>
/// <para>A straight line does not filter. A sensor that runs faster than the grid has to limit its own bandwidth to half of
/// the grid's rate, as IMUs can.</para>
/// <para>A time further than the longest gap from the newest sample is believed only when the next sample continues it:
/// one damaged time stamp neither makes a gap nor makes all that follows late.</para>
/// <para>Use: <see cref="Push"/> a sample, then <see cref="Take"/> until it says no. Every pushed or refused sample is in
/// exactly one of Used, Duplicates, Late and Corrupt, but for at most one that waits as <see cref="SampleFate.Held"/>.</para>
/// </remarks>
public sealed class Resampler
{
    private const long MostTime = 1L << 61;
    private const int MostMicroseconds = (1 << 24) - 1;
    private const int MostPeriods = 4096;
    private const int RateSamples = 256;

    private int _channels;
    private int _period;
    private int _inputPeriod;
    private int _longestGap;
    private int _reorder;
    private bool _lastCounts;
    private int[] _limits;
    private int _frozenSamples;
    private int _tolerance;
    private int _stopOn;

    // Samples that wait for late ones, by rising time.
    private long[] _heldTimes;
    private short[] _held;
    private int _heldCount;
    private long _newest;
    private bool _any;

    // The sample whose time is not believed yet.
    private long _doubtfulTime;
    private short[] _doubtful;
    private bool _hasDoubtful;

    // The two samples around the grid time.
    private long _firstTime;
    private long _secondTime;
    private short[] _first;
    private short[] _second;
    private bool _hasFirst;
    private bool _hasSecond;
    private long _grid;
    private bool _hasGrid;
    private bool _restart;

    private int[] _same;
    private long _rateSpan;
    private int _rateIntervals;

    /// <summary>Samples that are part of the signal.</summary>
    public long Used { get; private set; }

    /// <summary>Samples whose time was there already.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Samples that came too late to be used, and those still held back when the stream moved on over a gap.</summary>
    public long Late { get; private set; }

    /// <summary>Samples with a value beyond its limit or a time that nothing continued, and those the driver refused.</summary>
    public long Corrupt { get; private set; }

    /// <summary>Samples that were late and put in their place; they are among those used.</summary>
    public long Reordered { get; private set; }

    /// <summary>Samples that never came, as the input's period tells.</summary>
    public long Lost { get; private set; }

    /// <summary>Silences longer than is bridged.</summary>
    public long Gaps { get; private set; }

    /// <summary>Times that the clock went back.</summary>
    public long ClockResets { get; private set; }

    /// <summary>Samples with a value at its channel's limit.</summary>
    public long Saturated { get; private set; }

    /// <summary>Times that a channel froze.</summary>
    public long Frozen { get; private set; }

    /// <summary>Channels that are frozen now: bit c for channel c.</summary>
    public int FrozenChannels { get; private set; }

    /// <summary>Channels that were at their limit since the reset.</summary>
    public int SaturatedChannels { get; private set; }

    /// <summary>Stretches of 256 samples whose rate was further off than tolerated.</summary>
    public long RateErrors { get; private set; }

    /// <summary>Mean period of the last stretch of 256 samples, microseconds; 0 before the first.</summary>
    public int MeasuredPeriodMicroseconds { get; private set; }

    /// <summary>Samples of the grid that were taken.</summary>
    public long Produced { get; private set; }

    /// <summary>Samples of the grid that nobody took in time.</summary>
    public long Missed { get; private set; }

    /// <summary>Time of the sample taken last, microseconds.</summary>
    public long Time { get; private set; }

    /// <summary>The sample taken last does not continue the one before it: a window that had begun is void.</summary>
    public bool Restarted { get; private set; }

    /// <summary>Faults since the reset (<see cref="StreamFault"/>).</summary>
    public int Faults { get; private set; }

    /// <summary>A fault that the settings name has stopped the stream, until <see cref="Reset"/>.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes the settings and all the memory there will be. None, or what is wrong with them; then it must not be used.</summary>
    public StreamError Prepare(ResamplerSettings settings)
    {
        if (settings.Channels < 1 || settings.Channels > 32) return StreamError.Channels;
        if (settings.PeriodMicroseconds < 1 || settings.PeriodMicroseconds > MostMicroseconds) return StreamError.Period;
        if (settings.InputPeriodMicroseconds < 0 || settings.InputPeriodMicroseconds > MostMicroseconds) return StreamError.Period;
        long gap = settings.LongestGapMicroseconds;
        if (gap < settings.PeriodMicroseconds || gap > MostMicroseconds || gap > (long)settings.PeriodMicroseconds * MostPeriods) return StreamError.Gap;
        if (settings.InputPeriodMicroseconds > 0 && (gap < settings.InputPeriodMicroseconds || gap > (long)settings.InputPeriodMicroseconds * MostPeriods)) return StreamError.Gap;
        if (settings.Reorder < 0 || settings.Reorder > 16) return StreamError.Reorder;
        if (settings.FrozenSamples < 0 || settings.FrozenSamples == 1 || settings.RateTolerancePercent < 0) return StreamError.Limit;
        if (settings.Limits != null)
        {
            if (settings.Limits.Length != settings.Channels) return StreamError.Channels;
            for (int c = 0; c < settings.Channels; c++)
                if (settings.Limits[c] < 0) return StreamError.Limit;
        }

        _channels = settings.Channels;
        _period = settings.PeriodMicroseconds;
        _inputPeriod = settings.InputPeriodMicroseconds;
        _longestGap = settings.LongestGapMicroseconds;
        _reorder = settings.Reorder;
        _lastCounts = settings.LastCounts;
        _limits = null;
        if (settings.Limits != null)
        {
            _limits = new int[_channels];
            for (int c = 0; c < _channels; c++) _limits[c] = settings.Limits[c];
        }

        _frozenSamples = settings.FrozenSamples;
        _tolerance = settings.RateTolerancePercent;
        _stopOn = settings.StopOn;
        _heldTimes = new long[_reorder + 1];
        _held = new short[(_reorder + 1) * _channels];
        _doubtful = new short[_channels];
        _first = new short[_channels];
        _second = new short[_channels];
        _same = new int[_channels];
        Reset();
        return StreamError.None;
    }

    /// <summary>Back to before the first sample: signal and counters.</summary>
    public void Reset()
    {
        Used = Duplicates = Late = Corrupt = Reordered = Lost = Gaps = ClockResets = Saturated = Frozen = RateErrors = Produced = Missed = Time = 0;
        SaturatedChannels = MeasuredPeriodMicroseconds = Faults = 0;
        Stopped = Restarted = false;
        _any = _hasDoubtful = false;
        Forget();
        _hasGrid = false;
        _restart = false;
    }

    /// <summary>A sample that the driver refused itself: a bad checksum, a bus that did not answer, a number that is none.</summary>
    public void Refuse()
    {
        Corrupt++;
        Raise(StreamFault.Corrupt);
    }

    /// <summary>Adds a sample. Take what is ready before the next.</summary>
    /// <param name="time">Microseconds, of one clock.</param>
    /// <param name="values">One value a channel, from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where they begin.</param>
    public SampleFate Push(long time, short[] values, int offset)
    {
        if (Stopped) return SampleFate.Stopped;
        if (time <= -MostTime || time >= MostTime || Beyond(values, offset))
        {
            Refuse();
            return SampleFate.Corrupt;
        }

        if (!_any)
        {
            _any = true;
            _newest = time;
            return Insert(time, values, offset);
        }

        long ahead = time - _newest;
        if (ahead <= _longestGap && ahead >= -_longestGap)
        {
            Disbelieve();
            return Stopped ? SampleFate.Stopped : Insert(time, values, offset);
        }

        long after = time - _doubtfulTime;
        if (!_hasDoubtful || after <= 0 || after > _longestGap)
        {
            Disbelieve();
            if (Stopped) return SampleFate.Stopped;
            _hasDoubtful = true;
            _doubtfulTime = time;
            Copy(values, offset, _doubtful, 0);
            return SampleFate.Held;
        }

        // Two in a row agree: it is the stream that has moved.
        _hasDoubtful = false;
        Move(_doubtfulTime);
        if (Stopped) return SampleFate.Stopped;
        Insert(_doubtfulTime, _doubtful, 0);
        return Insert(time, values, offset);
    }

    /// <summary>Takes the next sample of the grid, if the input has come so far.</summary>
    /// <param name="values">Receives one value a channel, from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where they begin.</param>
    /// <returns>False: push more first.</returns>
    public bool Take(short[] values, int offset)
    {
        if (Stopped || !_hasSecond || _grid > _secondTime) return false;
        if (_hasFirst)
        {
            long share = Division.Floor((_grid - _firstTime) << 24, _secondTime - _firstTime);
            for (int c = 0; c < _channels; c++)
                values[offset + c] = (short)(_first[c] + (((_second[c] - _first[c]) * share + (1 << 23)) >> 24));
        }
        else
        {
            // The first sample of all, or of a stretch: the grid begins no earlier, and what is later needs a second one.
            if (_grid != _secondTime) return false;
            Copy(_second, 0, values, offset);
        }

        Time = _grid;
        _grid += _period;
        Restarted = _restart;
        _restart = false;
        Produced++;
        return true;
    }

    private bool Beyond(short[] values, int offset)
    {
        if (_limits == null) return false;
        for (int c = 0; c < _channels; c++)
        {
            int value = values[offset + c];
            if (value > _limits[c] || value < -_limits[c]) return true;
        }

        return false;
    }

    /// <summary>What nothing continued was damaged.</summary>
    private void Disbelieve()
    {
        if (_hasDoubtful) Refuse();
        _hasDoubtful = false;
    }

    /// <summary>The stream goes on elsewhere in time: what was held back is used no more, and the window is void.</summary>
    private void Move(long time)
    {
        bool back = time < _newest;
        Used -= _heldCount;
        Late += _heldCount;
        Forget();
        _newest = time;
        _restart = true;
        if (back)
        {
            ClockResets++;
            _hasGrid = false;
            Raise(StreamFault.Clock);
            return;
        }

        Gaps++;
        if (_hasGrid && _grid < time) _grid += Division.Floor(time - _grid + _period - 1, _period) * _period;
        Raise(StreamFault.Gap);
    }

    private void Forget()
    {
        _hasFirst = _hasSecond = false;
        _heldCount = 0;
        _rateSpan = _rateIntervals = 0;
        FrozenChannels = 0;
        if (_same != null) Kernels.Fill(_same, 0, _channels, 0);
    }

    /// <summary>Puts a sample in its place among those held back, and passes the oldest on when there are enough.</summary>
    private SampleFate Insert(long time, short[] values, int offset)
    {
        int at = _heldCount;
        while (at > 0 && _heldTimes[at - 1] > time) at--;
        bool held = at > 0 && _heldTimes[at - 1] == time;
        if (held || (_hasSecond && time == _secondTime))
        {
            if (held && _lastCounts) Copy(values, offset, _held, (at - 1) * _channels);
            Duplicates++;
            Raise(StreamFault.Duplicate);
            return SampleFate.Duplicate;
        }

        if (_hasSecond && time < _secondTime)
        {
            Late++;
            Raise(StreamFault.Late);
            return SampleFate.Late;
        }

        if (at < _heldCount) Reordered++;
        for (int i = _heldCount; i > at; i--)
        {
            _heldTimes[i] = _heldTimes[i - 1];
            Copy(_held, (i - 1) * _channels, _held, i * _channels);
        }

        _heldTimes[at] = time;
        Copy(values, offset, _held, at * _channels);
        _heldCount++;
        if (time > _newest) _newest = time;
        Used++;
        if (_heldCount > _reorder) Release();
        return SampleFate.Used;
    }

    /// <summary>The oldest held sample becomes the second of the two around the grid.</summary>
    private void Release()
    {
        long time = _heldTimes[0];
        if (_hasSecond)
        {
            Look(time);
            short[] spare = _first;
            _first = _second;
            _second = spare;
            _firstTime = _secondTime;
            _hasFirst = true;
        }

        Copy(_held, 0, _second, 0);
        _secondTime = time;
        _hasSecond = true;
        _heldCount--;
        for (int i = 0; i < _heldCount; i++)
        {
            _heldTimes[i] = _heldTimes[i + 1];
            Copy(_held, (i + 1) * _channels, _held, i * _channels);
        }

        if (!_hasGrid)
        {
            _hasGrid = true;
            _grid = time;
        }

        // Only when the caller did not take what was ready.
        while (_hasFirst && _grid < _firstTime)
        {
            _grid += _period;
            Missed++;
            _restart = true;
        }

        Saturation();
    }

    /// <summary>Lost samples, frozen channels and the rate, between the second sample and the one that follows it.</summary>
    private void Look(long time)
    {
        for (int c = 0; c < _channels; c++)
        {
            if (_held[c] != _second[c])
            {
                _same[c] = 0;
                FrozenChannels &= ~(1 << c);
                continue;
            }

            // Pairs of equal values: one fewer than the values.
            if (_same[c] >= _frozenSamples - 1 || ++_same[c] < _frozenSamples - 1) continue;
            FrozenChannels |= 1 << c;
            Frozen++;
            Raise(StreamFault.Frozen);
        }

        if (_inputPeriod == 0) return;
        long distance = time - _secondTime;
        int intervals = 1;
        for (long rest = distance - _inputPeriod - (_inputPeriod >> 1); rest >= 0; rest -= _inputPeriod) intervals++;
        if (intervals > 1)
        {
            Lost += intervals - 1;
            Raise(StreamFault.Lost);
        }

        _rateSpan += distance;
        _rateIntervals += intervals;
        if (_rateIntervals < RateSamples) return;
        MeasuredPeriodMicroseconds = (int)Division.Floor(_rateSpan, _rateIntervals);
        _rateSpan = _rateIntervals = 0;
        if (_tolerance == 0) return;
        long off = MeasuredPeriodMicroseconds - _inputPeriod;
        if (off < 0) off = -off;
        if (off * 100 <= (long)_inputPeriod * _tolerance) return;
        RateErrors++;
        Raise(StreamFault.Rate);
    }

    private void Saturation()
    {
        if (_limits == null) return;
        bool any = false;
        for (int c = 0; c < _channels; c++)
        {
            if (_second[c] != _limits[c] && _second[c] != -_limits[c]) continue;
            SaturatedChannels |= 1 << c;
            any = true;
        }

        if (!any) return;
        Saturated++;
        Raise(StreamFault.Saturated);
    }

    private void Raise(int fault)
    {
        Faults |= fault;
        if ((_stopOn & fault) != 0) Stopped = true;
    }

    private void Copy(short[] source, int from, short[] target, int to)
    {
        for (int c = 0; c < _channels; c++) target[to + c] = source[from + c];
    }
}
