using System;

namespace EdgeSpike.Conversion.Reference;

/// <summary>A signal of one node over a sequence: [ticks x width], row-major, one row a tick. Spikes are 0, 1 or a count.</summary>
public sealed class SignalRecording
{
    private readonly double[] _values;

    /// <summary>All zeros, to be filled by <see cref="Row"/>.</summary>
    public SignalRecording(string node, int ticks, int width) : this(node, ticks, width, new double[checked(ticks * width)])
    {
    }

    /// <summary>Takes the values as they are, without a copy.</summary>
    public SignalRecording(string node, int ticks, int width, double[] values)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (values.Length != (long)ticks * width) throw new ArgumentException($"{values.Length} values where {ticks} x {width} belong", nameof(values));
        Node = node;
        Ticks = ticks;
        Width = width;
        _values = values;
    }

    /// <summary>Name of the node.</summary>
    public string Node { get; }

    /// <summary>Number of rows.</summary>
    public int Ticks { get; }

    /// <summary>Elements of a row.</summary>
    public int Width { get; }

    /// <summary>The value of an element at a tick.</summary>
    public double this[int tick, int element] => Row(tick)[element];

    /// <summary>Sum of all values: for spikes their number.</summary>
    public double Total
    {
        get
        {
            double total = 0;
            foreach (double value in _values) total += value;
            return total;
        }
    }

    /// <summary>All elements at a tick, to read or to fill.</summary>
    public Span<double> Row(int tick) => _values.AsSpan(checked(tick * Width), Width);
}
