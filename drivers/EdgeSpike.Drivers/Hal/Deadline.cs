namespace EdgeSpike.Drivers;

/// <summary>The end of a wait. It passes in time, and also when the clock it rests on does not run: no wait is for ever.</summary>
public struct Deadline
{
    /// <summary>Looks at a clock that stands still before it is given up.</summary>
    public const int Patience = 1000000;

    private readonly TimeBase _time;
    private readonly long _end;
    private long _last;
    private int _still;

    /// <summary>So many microseconds from now.</summary>
    public Deadline(TimeBase time, int microseconds)
    {
        _time = time;
        _last = time.Ticks;
        _end = _last + time.TicksOf(microseconds);
        _still = 0;
    }

    /// <summary>True from the end on.</summary>
    public bool Passed()
    {
        long now = _time.Ticks;
        _still = now == _last ? _still + 1 : 0;
        _last = now;
        return now >= _end || _still > Patience;
    }
}
