namespace EdgeSpike.Training;

/// <summary>
/// What one layer gives the next for a shard: values and their gradients, [lead + ticks, channels, 64]. The lead is zero:
/// what was before the first tick.
/// </summary>
internal sealed class Signal(int lead, int ticks, int channels, bool hasGradient)
{
    /// <summary>Ticks of zeros in front.</summary>
    public int Lead { get; } = lead;

    /// <summary>Ticks.</summary>
    public int Ticks { get; } = ticks;

    /// <summary>Channels.</summary>
    public int Channels { get; } = channels;

    /// <summary>Floats from one tick to the next.</summary>
    public int TickStride { get; } = channels * BatchMatrix.Lanes;

    /// <summary>The values.</summary>
    public float[] Value { get; } = new float[(lead + ticks) * channels * BatchMatrix.Lanes];

    /// <summary>Derivative of the loss by each value; empty where nobody needs it.</summary>
    public float[] Gradient { get; } = hasGradient ? new float[(lead + ticks) * channels * BatchMatrix.Lanes] : [];

    /// <summary>First element of a tick; −1 is the tick before the first.</summary>
    public int At(int tick) => (Lead + tick) * TickStride;
}
