namespace EdgeSpike.Drivers;

/// <summary>Time that goes on only by being looked at, a microsecond a look, and by <see cref="Advance"/>: simulated waits take no time.</summary>
public sealed class SimulatedTime : TimeBase
{
    private long _now;

    /// <inheritdoc/>
    public override int Hz
    {
        get { return 1000000; }
    }

    /// <inheritdoc/>
    public override long Ticks
    {
        get { return ++_now; }
    }

    /// <summary>Now, without going on.</summary>
    public long Now
    {
        get { return _now; }
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(long microseconds)
    {
        _now += microseconds;
    }
}
