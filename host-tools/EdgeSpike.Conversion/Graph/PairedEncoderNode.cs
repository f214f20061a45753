namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// Spikes from real values by pairs of neurons of opposite sign: neuron 2p sees the values with weights +w, neuron 2p + 1 with −w; bias,
/// decay and threshold are shared by the pair.
/// </summary>
/// <remarks>
/// With x the m values that arrive, in one tick, for both neurons of every pair p (Burgers, Stroobants, de Croon 2023: no synaptic decay,
/// soft reset in the tick after a spike):
/// <code>
/// i(2p)     = +sum_k Weight[p, k] x_k + Bias[p]
/// i(2p + 1) = -sum_k Weight[p, k] x_k + Bias[p]
/// v(t) = Decay[p] v(t-1) + i(t) - s(t-1) Threshold[p]
/// s(t) = v(t) > Threshold[p]
/// </code>
/// The output is s, 2 Pairs elements.
/// </remarks>
public sealed class PairedEncoderNode : PopulationNode
{
    /// <summary>Weights of the neurons 2p, [Pairs x inputs] row-major.</summary>
    public required double[] Weight { get; init; }

    /// <summary>Bias: 1 or Pairs.</summary>
    public double[] Bias { get; init; } = [0.0];

    /// <summary>Decay for one tick, in [0, 1]: 1 or Pairs.</summary>
    public required double[] Decay { get; init; }

    /// <summary>Threshold: 1 or Pairs.</summary>
    public required double[] Threshold { get; init; }

    /// <summary>Pairs of neurons.</summary>
    public int Pairs => OutputShape.Count / 2;

    /// <summary>Real value of one integer, of which all weights are whole multiples, above 0; null: chosen at conversion.</summary>
    public double? WeightStep { get; init; }

    /// <inheritdoc/>
    public override bool Spikes => true;

    /// <inheritdoc/>
    public override string Kind => "paired encoder";

    /// <summary>The neurons alone, with the weighted sums as their input: what runs behind the weights.</summary>
    internal NeuronNode Neurons() => new()
    {
        Name = Name,
        InputShape = OutputShape,
        OutputShape = OutputShape,
        InputBias = Doubled(Bias),
        Decay = Doubled(Decay),
        Threshold = Doubled(Threshold),
        Reset = ResetRule.Subtract,
        ResetTime = ResetTime.Next,
        MembraneStep = MembraneStep,
    };

    /// <summary>[2 Pairs x inputs]: each row as it is, then negated.</summary>
    internal double[] MirroredWeight()
    {
        int inputs = InputShape.Count;
        double[] mirrored = new double[2 * Weight.Length];
        for (int j = 0; j < 2 * Pairs; j++)
            for (int k = 0; k < inputs; k++)
                mirrored[j * inputs + k] = (j & 1) == 0 ? Weight[j / 2 * inputs + k] : -Weight[j / 2 * inputs + k];
        return mirrored;
    }

    private static double[] Doubled(double[] values)
    {
        if (values.Length == 1) return values;
        double[] doubled = new double[2 * values.Length];
        for (int j = 0; j < doubled.Length; j++) doubled[j] = values[j / 2];
        return doubled;
    }
}
