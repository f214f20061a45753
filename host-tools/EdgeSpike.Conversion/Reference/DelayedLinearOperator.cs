using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Weights with a delay for every synapse. Products are added in ascending order of inputs, not of arrival, so the
/// inputs of the past are kept rather than the sums of the future.
/// </summary>
/// <remarks>Cost: one row of outputs for each input that was not zero within the longest delay.</remarks>
internal sealed class DelayedLinearOperator : ReferenceConnection
{
    private readonly double[] _rows;        // [inputs x outputs]
    private readonly int[] _ticks;          // [inputs x outputs]
    private readonly int _outputs;
    private readonly int _longest;
    private readonly int[] _quiet;          // ticks since an input was last not zero, at most the depth of the ring
    private double[] _past;                 // [inputs x depth]; the newest is one tick old
    private int _depth;
    private int _newest;

    public DelayedLinearOperator(DelayedLinearNode node, Precision precision) : base(node, precision)
    {
        int inputs = Input.Length;
        _outputs = Output.Length;
        double[] weight = Rounding.Parameters(node.Weight, precision);
        _rows = new double[weight.Length];
        _ticks = new int[weight.Length];
        for (int i = 0; i < _outputs; i++)
            for (int j = 0; j < inputs; j++)
            {
                _rows[j * _outputs + i] = weight[i * inputs + j];
                _ticks[j * _outputs + i] = node.Ticks[i * inputs + j];
                _longest = Math.Max(_longest, node.Ticks[i * inputs + j]);
            }

        Bias = SpreadBias(node.Bias, _outputs, channelsOuter: false, precision);
        _quiet = new int[inputs];
        _past = [];
        KeepInput(0);
    }

    /// <inheritdoc/>
    public override void KeepInput(int delay)
    {
        int depth = Math.Max(_longest + delay, 1);
        if (depth <= _depth) return;
        _depth = depth;
        _past = new double[checked(Input.Length * depth)];
        Array.Fill(_quiet, depth);
    }

    /// <inheritdoc/>
    public override void Accumulate(int delay, Span<double> sum, bool single)
    {
        if (single) Accumulate<ToSingle>(delay, sum);
        else Accumulate<ToDouble>(delay, sum);
    }

    /// <inheritdoc/>
    public override void Advance()
    {
        base.Advance();
        _newest = _newest + 1 < _depth ? _newest + 1 : 0;
        for (int j = 0; j < Input.Length; j++)
        {
            _past[j * _depth + _newest] = Input[j];
            _quiet[j] = Input[j] != 0 ? 0 : Math.Min(_quiet[j] + 1, _depth);
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Array.Clear(_past);
        Array.Fill(_quiet, _depth);
    }

    private void Accumulate<TRounding>(int delay, Span<double> sum) where TRounding : struct, IRounding
    {
        for (int j = 0; j < Input.Length; j++)
        {
            if (_quiet[j] >= _depth && Input[j] == 0) continue;
            ReadOnlySpan<double> past = _past.AsSpan(j * _depth, _depth);
            ReadOnlySpan<double> row = _rows.AsSpan(j * _outputs, _outputs);
            ReadOnlySpan<int> ticks = _ticks.AsSpan(j * _outputs, _outputs);
            for (int i = 0; i < row.Length; i++)
            {
                int age = ticks[i] + delay;
                int slot = _newest - (age - 1);
                double x = age == 0 ? Input[j] : past[slot < 0 ? slot + _depth : slot];
                if (x != 0) sum[i] = TRounding.Round(sum[i] + TRounding.Round(row[i] * x));
            }
        }
    }
}
