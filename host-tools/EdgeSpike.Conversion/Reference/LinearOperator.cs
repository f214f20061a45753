using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>A dense layer, or equal blocks of one. Cost: one row of outputs for each input that is not zero.</summary>
internal sealed class LinearOperator : ReferenceConnection
{
    private readonly double[] _rows;        // [inputs x outputs]: what one input adds lies together
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly int _repeat;

    public LinearOperator(LinearNode node, Precision precision) : base(node, precision)
    {
        _inputs = node.Inputs;
        _outputs = node.Outputs;
        _repeat = node.Repeat;
        double[] weight = Rounding.Parameters(node.Weight, precision);
        _rows = new double[weight.Length];
        for (int i = 0; i < _outputs; i++)
            for (int j = 0; j < _inputs; j++)
                _rows[j * _outputs + i] = weight[i * _inputs + j];
        Bias = SpreadBias(node.Bias, node.OutputShape.Count, channelsOuter: false, precision);
    }

    /// <inheritdoc/>
    public override bool SumsInDouble => _repeat > 1;

    /// <inheritdoc/>
    public override void Accumulate(int delay, Span<double> sum, bool single)
    {
        ReadOnlySpan<double> input = ReadInput(delay);
        for (int r = 0; r < _repeat; r++)
        {
            ReadOnlySpan<double> x = input.Slice(r * _inputs, _inputs);
            Span<double> y = sum.Slice(r * _outputs, _outputs);
            for (int j = 0; j < x.Length; j++)
                if (x[j] != 0) Rounding.AddScaled(_rows.AsSpan(j * _outputs, _outputs), x[j], y, single);
        }
    }
}
