namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// The order of a signal's elements in the arena. Inside a model images are channels last: element p = position * Channels +
/// channel holds the source's element channel * Positions + position. One channel or one position: the source's own order.
/// </summary>
/// <param name="Channels">Channels C of [C, …].</param>
/// <param name="Positions">Product of the other dimensions.</param>
public sealed record Layout(int Channels, int Positions)
{
    /// <summary>The source's order, for n elements.</summary>
    public static Layout Plain(int count) => new(1, count);

    /// <summary>Channels last for shapes of rank 2 and 3, the source's order otherwise.</summary>
    public static Layout Of(Graph.Shape shape)
    {
        System.ArgumentNullException.ThrowIfNull(shape);
        return shape.Rank < 2 || shape[0] == 1 || shape[0] == shape.Count ? Plain(shape.Count) : new Layout(shape[0], shape.Count / shape[0]);
    }

    /// <summary>Elements.</summary>
    public int Count => Channels * Positions;

    /// <summary>True when nothing moves.</summary>
    public bool IsPlain => Channels == 1 || Positions == 1;

    /// <summary>True when both give the same order.</summary>
    public bool SameOrder(Layout other) => other is not null && ((IsPlain && other.IsPlain) || this == other);

    /// <summary>Index in the source of the arena's element p.</summary>
    public int ToSource(int p) => IsPlain ? p : p % Channels * Positions + p / Channels;

    /// <summary>Index in the arena of the source's element s.</summary>
    public int FromSource(int s) => IsPlain ? s : s % Positions * Channels + s / Positions;

    /// <summary>An array in the source's order (1 or n elements) in the arena's order.</summary>
    public double[] Permute(double[] values)
    {
        System.ArgumentNullException.ThrowIfNull(values);
        if (values.Length == 1 || IsPlain) return values;
        double[] moved = new double[values.Length];
        for (int p = 0; p < moved.Length; p++) moved[p] = values[ToSource(p)];
        return moved;
    }
}
