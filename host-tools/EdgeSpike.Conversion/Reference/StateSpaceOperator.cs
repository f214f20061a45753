using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// m(t) = A m(t-1) + B u(t) for every block. Each new element is summed in double (first A, then B, ascending) and
/// rounded once, like the sum at a connection of several blocks.
/// </summary>
internal sealed class StateSpaceOperator<TRounding> : ReferenceOperator where TRounding : struct, IRounding
{
    private readonly double[] _state;       // A transposed: what one element of m adds lies together
    private readonly double[] _drive;       // B transposed
    private readonly double[] _sum;
    private readonly int _order;
    private readonly int _inputs;
    private readonly int _repeat;

    public StateSpaceOperator(StateSpaceNode node, Precision precision) : base(node)
    {
        _order = node.Order;
        _inputs = node.Inputs;
        _repeat = node.Repeat;
        _sum = new double[_order];
        _state = Transpose(Rounding.Parameters(node.StateMatrix, precision), _order, _order);
        _drive = Transpose(Rounding.Parameters(node.InputMatrix, precision), _order, _inputs);
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int r = 0; r < _repeat; r++)
        {
            Span<double> m = Output.AsSpan(r * _order, _order);
            Array.Clear(_sum);
            for (int j = 0; j < _order; j++)
                if (m[j] != 0) Rounding.AddScaled(_state.AsSpan(j * _order, _order), m[j], _sum, single: false);
            for (int j = 0; j < _inputs; j++)
                if (Input[r * _inputs + j] is var u and not 0) Rounding.AddScaled(_drive.AsSpan(j * _order, _order), u, _sum, single: false);
            for (int i = 0; i < _order; i++) m[i] = TRounding.Round(_sum[i]);
        }
    }

    private static double[] Transpose(double[] matrix, int rows, int columns)
    {
        double[] result = new double[matrix.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                result[j * rows + i] = matrix[i * columns + j];
        return result;
    }
}
