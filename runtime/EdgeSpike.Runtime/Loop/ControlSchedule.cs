namespace EdgeSpike.Runtime;

/// <summary>
/// Releases steps at a fixed rate, in ticks of the caller's clock. The k-th release is at start + k * period, whenever the steps before
/// it ran: lateness does not add up to drift. LOOP.md, section 1.
/// </summary>
/// <remarks>
/// Of releases that passed unserved, the latest <see cref="CatchUp"/> are run late, back to back; earlier ones are missed and counted.
/// A clock that goes back releases nothing until it is where it was; one that stands still is a watchdog's business.
/// </remarks>
public sealed class ControlSchedule
{
    /// <summary>Ticks from release to release, at least 1.</summary>
    public int Period;

    /// <summary>Ticks from its release within which a step has to end, 1 … period.</summary>
    public int Deadline;

    /// <summary>Overdue steps to run before the current one, 0 … 64; 0: only the current one, the usual choice for control.</summary>
    public int CatchUp;

    private long _next;

    /// <summary>Steps that were run.</summary>
    public long Steps { get; private set; }

    /// <summary>Releases for which none was.</summary>
    public long Missed { get; private set; }

    /// <summary>Steps that ended after their deadline.</summary>
    public long Late { get; private set; }

    /// <summary>Time of the current step's release: the k-th is start + k * period exactly.</summary>
    public long Release { get; private set; }

    /// <summary>Releases that were missed just before the current step.</summary>
    public int Skipped { get; private set; }

    /// <summary>Longest time from a release to the start of its step.</summary>
    public long WorstStart { get; private set; }

    /// <summary>Longest time from a release to the end of its step.</summary>
    public long WorstEnd { get; private set; }

    /// <summary>True: the last step that ended was late, or steps before this one were missed.</summary>
    public bool Overrun { get; private set; }

    /// <summary>None, or what does not fit.</summary>
    public LoopError Check()
    {
        if (Period < 1) return LoopError.Period;
        if (Deadline < 1 || Deadline > Period) return LoopError.Deadline;
        return CatchUp < 0 || CatchUp > 64 ? LoopError.CatchUp : LoopError.None;
    }

    /// <summary>The first release is now; counters are 0.</summary>
    public void Start(long now)
    {
        _next = now;
        Release = now;
        Steps = Missed = Late = WorstStart = WorstEnd = 0;
        Skipped = 0;
        Overrun = false;
    }

    /// <summary>True: a step is to be run now, and is counted as begun. Call <see cref="End"/> when it is done.</summary>
    public bool Due(long now)
    {
        if (now < _next) return false;

        // Whole periods since the release, by subtraction of doubled periods: there is no division.
        long rest = now - _next, overdue = 0;
        for (int bit = 31; bit >= 0; bit--)
        {
            long periods = (long)Period << bit;
            if (periods > rest) continue;
            rest -= periods;
            overdue += 1L << bit;
        }

        long skip = overdue > CatchUp ? overdue - CatchUp : 0;
        Release = _next + skip * Period;
        _next = Release + Period;
        Missed += skip;
        Skipped = skip > int.MaxValue ? int.MaxValue : (int)skip;
        if (skip > 0) Overrun = true;
        Steps++;
        if (now - Release > WorstStart) WorstStart = now - Release;
        return true;
    }

    /// <summary>The step that <see cref="Due"/> released has ended.</summary>
    public void End(long now)
    {
        long time = now - Release;
        Overrun = time > Deadline;
        if (Overrun) Late++;
        if (time > WorstEnd) WorstEnd = time;
    }
}
