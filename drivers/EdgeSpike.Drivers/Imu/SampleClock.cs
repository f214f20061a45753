namespace EdgeSpike.Drivers;

/// <summary>Time stamps of samples that waited in a FIFO, from the sensor's nominal rate and the time of reading.</summary>
/// <remarks>
/// The newest sample of a burst was taken within one period before the FIFO was counted. Its stamp is the last burst's newest plus the
/// nominal periods, held within that period; the others lie evenly between. So stamps rise, and a sensor whose clock is off by any
/// per cent never leads or lags by more than a period, however long it runs. After a loss the stamps start from the reading again, and
/// the gap tells how many samples are missing. No 64-bit division but after a loss.
/// </remarks>
public sealed class SampleClock
{
    private const int LongestSpan = 1 << 30;

    private readonly int _numerator;
    private readonly int _denominator;
    private readonly int _whole;
    private readonly int _rest;
    private long _last;
    private bool _running;
    private bool _known;

    /// <summary>A period of numerator / denominator microseconds; denominator up to 10,000.</summary>
    public SampleClock(int numerator, int denominator)
    {
        _numerator = numerator;
        _denominator = denominator;
        _whole = numerator / denominator;
        _rest = numerator - _whole * denominator;
    }

    /// <summary>Microseconds of so many periods, rounded down; up to 100,000 periods.</summary>
    public long Periods(int count)
    {
        return (long)_whole * count + count * _rest / _denominator;
    }

    /// <summary>Forgets where it was: samples are lost from here on, as many as the next stamps tell.</summary>
    public void Restart()
    {
        _running = false;
    }

    /// <summary>Stamps the last <paramref name="count"/> samples held.</summary>
    /// <param name="samples">Holds them already.</param>
    /// <param name="count">How many are new.</param>
    /// <param name="counted">When the FIFO was counted.</param>
    /// <param name="left">Newer samples that stayed in the FIFO.</param>
    public void Stamp(ImuSamples samples, int count, long counted, int left)
    {
        if (count == 0) return;
        int first = samples.Count - count;
        long latest = counted - Periods(left), earliest = latest - Periods(1);
        if (!_running)
        {
            long newest = latest - (Periods(1) >> 1), oldest = newest - Periods(count - 1);
            if (_known)
            {
                if (oldest <= _last) oldest = _last + 1;
                long gap = (oldest - _last) * _denominator + (_numerator >> 1);
                long periods = gap / _numerator;
                if (periods > 1) samples.Lost += (int)(periods - 1);
            }

            Spread(samples, first, count, oldest, newest);
            return;
        }

        long expected = _last + Periods(count);
        if (expected > latest) expected = latest;
        if (expected < earliest) expected = earliest;
        if (expected < _last + count) expected = _last + count;
        if (expected - _last >= LongestSpan)
        {
            // Nobody read for a quarter of an hour, and the sensor told of no loss: it took these samples at the end.
            Restart();
            Stamp(samples, count, counted, left);
            return;
        }

        int span = (int)(expected - _last), step = span / count, rest = span - step * count, sum = 0;
        long at = _last;
        for (int i = 0; i < count; i++)
        {
            at += step;
            sum += rest;
            if (sum >= count)
            {
                sum -= count;
                at++;
            }

            samples.Microseconds[first + i] = at;
        }

        _last = at;
    }

    private void Spread(ImuSamples samples, int first, int count, long oldest, long newest)
    {
        long at = oldest;
        for (int i = 0; i < count; i++)
        {
            at = oldest + Periods(i);
            samples.Microseconds[first + i] = at;
        }

        _last = at > newest ? at : newest;
        samples.Microseconds[first + count - 1] = _last;
        _running = true;
        _known = true;
    }
}
