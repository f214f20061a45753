using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import;

/// <summary>How a time constant becomes a factor per tick.</summary>
public enum DiscretisationRule
{
    /// <summary>Forward Euler: decay 1 - dt/tau, gain dt/tau. What norse and the snnTorch export assume.</summary>
    Euler,

    /// <summary>Zero-order hold, exact for an input that is constant within the tick: decay exp(-dt/tau), gain 1 - decay.</summary>
    Zoh,
}

/// <summary>What a NIR file leaves open. Other formats state it themselves and ignore this.</summary>
public sealed record NirOptions
{
    /// <summary>
    /// Seconds per tick, above 0. Needed as soon as the file has a time constant or a delay; without either a null is a
    /// unit step.
    /// </summary>
    public double? Dt { get; init; }

    /// <summary>How a time constant becomes a factor per tick.</summary>
    public DiscretisationRule Rule { get; init; } = DiscretisationRule.Euler;

    /// <summary>What a spike does: to the file's v_reset (0 where it has none), or subtract the threshold.</summary>
    public ResetRule Reset { get; init; } = ResetRule.ToValue;

    /// <summary>Whether the reset is in the tick of the spike or in the next.</summary>
    public ResetTime ResetAt { get; init; } = ResetTime.Now;

    /// <summary>Whether the membrane sees the synaptic current of this tick or of the one before.</summary>
    public CurrentOrder Current { get; init; } = CurrentOrder.New;

    /// <summary>Spikes that one neuron may emit in one tick, 1 to 255; above 1 needs <see cref="ResetRule.Subtract"/> and <see cref="ResetTime.Now"/>.</summary>
    public int MaximumSpikes { get; init; } = 1;

    /// <summary>How outputs are read; null: spikes are counted, and of anything else the last value is taken.</summary>
    public Readout? Readout { get; init; }

    /// <summary>Accepts edges whose two shapes differ but have equally many elements, and edges to members of subgraphs by dotted name.</summary>
    public bool Relaxed { get; init; }
}
