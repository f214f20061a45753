using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// One connection into a sum, in real numbers: distinct rows of weights, and which row each element of the target uses. The
/// source's steps are already multiplied in, so that a row times the source's integers is the real value.
/// </summary>
internal abstract class Contribution
{
    /// <summary>Name of the node it comes from, for operators and reports.</summary>
    public required string Name { get; init; }

    /// <summary>Where it reads.</summary>
    public required Signal Source { get; init; }

    /// <summary>Elements of the target.</summary>
    public required int TargetCount { get; init; }

    /// <summary>Weight type.</summary>
    public required WeightType Type { get; set; }

    /// <summary>What shares a scale.</summary>
    public required Granularity Granularity { get; init; }

    /// <summary>How weights are clipped.</summary>
    public required RangeMethod Range { get; init; }

    /// <summary>Real value of one integer of what it adds, where weights and source state their steps; null: it is chosen.</summary>
    public double? Stated { get; set; }

    /// <summary>True when it is its weights that state a step.</summary>
    public bool IsWeightStated { get; init; }

    /// <summary>Distinct rows.</summary>
    public abstract IReadOnlyList<double[]> Rows { get; }

    /// <summary>The row of the arena's target element j.</summary>
    public abstract int RowOf(int j);

    /// <summary>Sources that can reach one target, as the verifier counts them.</summary>
    public abstract long Reach { get; }

    /// <summary>Shape in words.</summary>
    public abstract string Shape { get; }

    /// <summary>Multiplies each row by a factor.</summary>
    public void ScaleRows(Func<int, double> factor)
    {
        for (int row = 0; row < Rows.Count; row++)
        {
            double f = factor(row);
            if (f == 1) continue;
            for (int i = 0; i < Rows[row].Length; i++) Rows[row][i] *= f;
        }
    }
}

/// <summary>Every source reaches every target of its block; block r holds sources r * S … and targets r * W …</summary>
internal sealed class DenseContribution : Contribution
{
    private readonly double[][] _rows;

    public DenseContribution(double[][] rows, int sources, int repeat)
    {
        _rows = rows;
        Sources = sources;
        Repeat = repeat;
    }

    public int Sources { get; }

    public int Repeat { get; }

    public override IReadOnlyList<double[]> Rows => _rows;

    public override long Reach => Sources;

    public override int RowOf(int j) => j % _rows.Length;

    public override string Shape => Repeat == 1 ? $"{_rows.Length}x{Sources}" : $"{Repeat} x {_rows.Length}x{Sources}";
}

/// <summary>A list of sources for each target.</summary>
internal sealed class SparseContribution : Contribution
{
    private readonly double[][] _rows;

    public SparseContribution(double[][] rows, int[][] sources)
    {
        _rows = rows;
        Sources = sources;
    }

    /// <summary>[target][entry] source, in the arena's order.</summary>
    public int[][] Sources { get; }

    public override IReadOnlyList<double[]> Rows => _rows;

    public override long Reach => Source.Count;

    public override int RowOf(int j) => j;

    public override string Shape => $"{_rows.Length}x{Source.Count}, {_rows.Sum(r => r.Length)} synapses";

    /// <summary>True when each target has one source, its namesake.</summary>
    public bool IsDiagonal => _rows.Length == Source.Count && Sources.Select((s, j) => s.Length == 1 && s[0] == j).All(ok => ok);
}

/// <summary>A cross-correlation; a row holds kernel row, kernel column, channel of the group, for one output channel.</summary>
internal sealed class ConvolutionContribution : Contribution
{
    private readonly double[][] _rows;

    public ConvolutionContribution(double[][] rows, ConvolutionNode node)
    {
        _rows = rows;
        Node = node;
    }

    public ConvolutionNode Node { get; }

    public override IReadOnlyList<double[]> Rows => _rows;

    public override long Reach => (long)Node.Window.KernelHeight * Node.Window.KernelWidth * (Node.InputChannels / Node.Groups);

    public override int RowOf(int j) => j % Node.OutputChannels;

    public override string Shape => $"{Node.OutputChannels}x{Node.InputChannels / Node.Groups}x{Node.Window.KernelHeight}x{Node.Window.KernelWidth}";
}
