namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// A leaky integrator that reads spikes as real values: y(t) = Leak y(t-1) + (1 - Leak) W s(t) (Burgers, Stroobants, de Croon 2023).
/// </summary>
/// <remarks>
/// Mirrored, the spikes come in pairs of opposite sign and share a weight: W[o, 2p] = +Weight[o, p], W[o, 2p + 1] = -Weight[o, p]. The output
/// is y. It is a linear layer with weights (1 - Leak) W and a neuron without threshold of that decay.
/// </remarks>
public sealed class LeakyReadoutNode : PopulationNode
{
    /// <summary>[outputs x inputs] row-major; mirrored: [outputs x inputs / 2].</summary>
    public required double[] Weight { get; init; }

    /// <summary>Decay of y for one tick, in [0, 1]: 1 or one for each output.</summary>
    public required double[] Leak { get; init; }

    /// <summary>Whether inputs 2p and 2p + 1 share the weight p, the second with the other sign.</summary>
    public bool Mirrored { get; init; }

    /// <summary>Real value of one integer, of which all (1 - Leak) W are whole multiples, above 0; null: chosen at conversion.</summary>
    public double? WeightStep { get; init; }

    /// <inheritdoc/>
    public override bool Spikes => false;

    /// <inheritdoc/>
    public override string Kind => "leaky read-out";

    /// <summary>The integrators alone, with the weighted sums as their input: what runs behind the weights.</summary>
    internal NeuronNode Neurons() => new()
    {
        Name = Name,
        InputShape = OutputShape,
        OutputShape = OutputShape,
        Decay = Leak,
        Reset = ResetRule.None,
        MembraneStep = MembraneStep,
    };

    /// <summary>(1 - Leak) W, [outputs x inputs].</summary>
    internal double[] FoldedWeight()
    {
        int inputs = InputShape.Count, outputs = OutputShape.Count;
        double[] folded = new double[outputs * inputs];
        for (int o = 0; o < outputs; o++)
            for (int j = 0; j < inputs; j++)
            {
                double weight = Mirrored ? (j & 1) == 0 ? Weight[o * (inputs / 2) + j / 2] : -Weight[o * (inputs / 2) + j / 2] : Weight[o * inputs + j];
                folded[o * inputs + j] = (1 - Leak[Leak.Length == 1 ? 0 : o]) * weight;
            }

        return folded;
    }
}
