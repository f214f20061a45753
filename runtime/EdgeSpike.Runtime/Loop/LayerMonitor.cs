namespace EdgeSpike.Runtime;

/// <summary>
/// Watches the spikes of one layer (<see cref="LayerSpikes"/>): a layer that never fires, or fires all the time, no longer tells one
/// input from another. LOOP.md, section 3.
/// </summary>
public sealed class LayerMonitor
{
    /// <summary>Fewer spikes in a step than this are silence; 0: silence is no fault.</summary>
    public int Least;

    /// <summary>More spikes in a step than this are saturation.</summary>
    public int Most = int.MaxValue;

    /// <summary>Steps in a row from which on silence is a fault, at least 1.</summary>
    public int SilentAfter = 1;

    /// <summary>Steps in a row from which on saturation is a fault, at least 1.</summary>
    public int SaturatedAfter = 1;

    private int _silent;
    private int _saturated;

    /// <summary>None, or what does not fit.</summary>
    public LoopError Check()
    {
        return Least < 0 || Most < Least || SilentAfter < 1 || SaturatedAfter < 1 ? LoopError.Layer : LoopError.None;
    }

    /// <summary>Forgets the steps before.</summary>
    public void Reset()
    {
        _silent = _saturated = 0;
    }

    /// <summary>The faults after a step with so many spikes. Once a step.</summary>
    public int Observe(int spikes)
    {
        if (spikes >= Least) _silent = 0;
        else if (_silent < int.MaxValue) _silent++;
        if (spikes <= Most) _saturated = 0;
        else if (_saturated < int.MaxValue) _saturated++;
        return (_silent >= SilentAfter ? LoopFault.Silent : LoopFault.None) | (_saturated >= SaturatedAfter ? LoopFault.Saturated : LoopFault.None);
    }
}
