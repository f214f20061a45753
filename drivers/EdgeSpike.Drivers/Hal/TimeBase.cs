namespace EdgeSpike.Drivers;

/// <summary>Time since start, which never goes back. For an end of waiting see <see cref="Deadline"/>.</summary>
public abstract class TimeBase
{
    /// <summary>Ticks since start.</summary>
    public abstract long Ticks { get; }

    /// <summary>Ticks per second.</summary>
    public abstract int Hz { get; }

    /// <summary>Microseconds since start. Divides 64 bits, which takes a Cortex-M some thousand instructions: waits compare ticks.</summary>
    public virtual long Microseconds
    {
        get { return ToMicroseconds(Ticks); }
    }

    /// <summary>Ticks of at least so many microseconds.</summary>
    public long TicksOf(int microseconds)
    {
        // Rounded up to whole ticks per microsecond: a wait may be longer, never shorter.
        return (long)((Hz + 999999) / 1000000) * microseconds;
    }

    /// <summary>Waits at least so long; gives up when time stands still.</summary>
    public void Wait(int microseconds)
    {
        Deadline end = new Deadline(this, microseconds);
        while (!end.Passed())
        {
        }
    }

    /// <summary>Exact up to 2^63 microseconds: whole seconds and the rest apart.</summary>
    protected long ToMicroseconds(long ticks)
    {
        long seconds = ticks / Hz;
        return seconds * 1000000 + (ticks - seconds * Hz) * 1000000 / Hz;
    }
}
