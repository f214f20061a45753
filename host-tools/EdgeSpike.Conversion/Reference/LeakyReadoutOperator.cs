using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// The leaky read-out: the equation at <see cref="LeakyReadoutNode"/>. Every product and every addition is rounded: the weighted sum in
/// ascending order of inputs, then its factor 1 - Leak, then the integrator.
/// </summary>
internal sealed class LeakyReadoutOperator<TRounding> : PopulationOperator where TRounding : struct, IRounding
{
    private readonly double[] _weight, _leak;
    private readonly bool _mirrored;

    public LeakyReadoutOperator(LeakyReadoutNode node, Precision precision) : base(node, new double[node.OutputShape.Count])
    {
        _weight = Rounding.Parameters(node.Weight, precision);
        _leak = Rounding.Parameters(node.Leak, node.OutputShape.Count, precision);
        _mirrored = node.Mirrored;
        SynapticCurrent = new double[node.OutputShape.Count];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        int columns = _weight.Length / Output.Length;
        for (int o = 0; o < Output.Length; o++)
        {
            double sum = 0;
            for (int j = 0; j < Input.Length; j++)
            {
                if (Input[j] == 0) continue;
                double weight = _weight[o * columns + (_mirrored ? j / 2 : j)];
                double product = TRounding.Round((_mirrored && (j & 1) != 0 ? -weight : weight) * Input[j]);
                sum = TRounding.Round(sum + product);
            }

            SynapticCurrent[o] = TRounding.Round(TRounding.Round(1 - _leak[o]) * sum);
            Membrane[o] = TRounding.Round(TRounding.Round(_leak[o] * Membrane[o]) + SynapticCurrent[o]);
            Output[o] = Membrane[o];
        }
    }
}
