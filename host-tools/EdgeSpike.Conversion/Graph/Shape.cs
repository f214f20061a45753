using System;
using System.Linq;

namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// The shape of a signal without batch and time: [n], [channels, length] or [channels, height, width]. Row-major,
/// last index fastest, as in the source file; the runtime's channels-last order is a matter of lowering alone.
/// </summary>
public sealed class Shape : IEquatable<Shape>
{
    private readonly int[] _dimensions;

    /// <summary>Takes the dimensions, each at least 1.</summary>
    public Shape(params int[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        long count = 1;
        foreach (int dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
            count = checked(count * dimension);
        }

        _dimensions = (int[])dimensions.Clone();
        Count = checked((int)count);
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    /// <summary>The dimension at <paramref name="axis"/>.</summary>
    public int this[int axis] => _dimensions[axis];

    /// <summary>A copy of the dimensions.</summary>
    public int[] ToArray() => (int[])_dimensions.Clone();

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _dimensions.AsSpan().SequenceEqual(other._dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => _dimensions.Aggregate(17, HashCode.Combine);

    /// <summary>As "2x34x34".</summary>
    public override string ToString() => string.Join('x', _dimensions);
}
