namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// The leaky threshold neuron whose threshold adapts: to weighted input (IWTA-LIF), to its own spikes (ALIF), or to both. What drives the
/// threshold arrives over edges of <see cref="EdgePort.Threshold"/>; all else is as at <see cref="NeuronNode"/>, without refractory ticks
/// and with at most one spike a tick.
/// </summary>
/// <remarks>
/// With y the sum that arrives at the threshold (0 without such edges), in one tick:
/// <code>
/// before  = max(Threshold + a, ThresholdLowerLimit)                          the threshold of the tick before
/// spiked  = this neuron spiked at the tick before                            with ResetTime.Next: v compares with before as spiked
/// a       = AdaptationDecay * a + y + (spiked ? AdaptationStep : 0)
/// now     = max(Threshold + a, ThresholdLowerLimit)
/// </code>
/// then the lines of <see cref="NeuronNode"/>: a pending subtraction takes <c>before</c>, under which that spike came; the spike of this tick
/// and a reset at once take <c>now</c>. So input acts on the threshold within the tick, a neuron's own spike from the next tick on.
/// IWTA-LIF (Burgers, Stroobants, de Croon 2023): q(t) = tau_th q(t-1) + s(t), th(t) = th0 + W_th q(t); as tau_th is one for all inputs of a
/// neuron, a = W_th q, with W_th in the connection that arrives here. ALIF (Bellec et al. 2018): b(t+1) = rho b(t) + (1 - rho) z(t),
/// B(t) = b0 + beta b(t); a = beta b, so AdaptationStep = beta (1 - rho).
/// </remarks>
public sealed class AdaptiveNeuronNode : NeuronNode
{
    /// <summary>Decay of what is added to the threshold, for one tick, in [0, 1]: 1 or n.</summary>
    public required double[] AdaptationDecay { get; init; }

    /// <summary>What a neuron's own spike adds to its threshold: 1 or n.</summary>
    public double[] AdaptationStep { get; init; } = [0.0];

    /// <summary>No adapted threshold goes below this; null: no limit.</summary>
    public double? ThresholdLowerLimit { get; init; }

    /// <inheritdoc/>
    public override string Kind => SynapticDecay is null ? "adaptive neuron" : "current-based adaptive neuron";
}
