using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// The encoder by pairs of opposite sign: the equations at <see cref="PairedEncoderNode"/>, line by line. Every product and every addition is
/// rounded: the sum over the inputs first, then its bias.
/// </summary>
internal sealed class PairedEncoderOperator<TRounding> : PopulationOperator where TRounding : struct, IRounding
{
    private readonly double[] _weight, _bias, _decay, _threshold;
    private readonly int _pairs;

    public PairedEncoderOperator(PairedEncoderNode node, Precision precision) : base(node, new double[node.OutputShape.Count])
    {
        _pairs = node.Pairs;
        _weight = Rounding.Parameters(node.Weight, precision);
        _bias = Rounding.Parameters(node.Bias, _pairs, precision);
        _decay = Rounding.Parameters(node.Decay, _pairs, precision);
        _threshold = Rounding.Parameters(node.Threshold, _pairs, precision);
        SynapticCurrent = new double[2 * _pairs];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int p = 0; p < _pairs; p++)
        {
            double weighted = 0;
            for (int k = 0; k < Input.Length; k++) weighted = TRounding.Round(weighted + TRounding.Round(_weight[p * Input.Length + k] * Input[k]));
            Step(2 * p, p, TRounding.Round(weighted + _bias[p]));
            Step(2 * p + 1, p, TRounding.Round(-weighted + _bias[p]));
        }
    }

    private void Step(int j, int p, double current)
    {
        bool spiked = Output[j] != 0;                       // still that of the tick before
        SynapticCurrent[j] = current;
        double v = TRounding.Round(TRounding.Round(_decay[p] * Membrane[j]) + current);
        if (spiked) v = TRounding.Round(v - _threshold[p]);
        Membrane[j] = v;
        Output[j] = v > _threshold[p] ? 1 : 0;
    }
}
