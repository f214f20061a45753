using System.Collections.Generic;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Width of weights in a model file.</summary>
public enum WeightType
{
    /// <summary>−128 … 127.</summary>
    Int8,

    /// <summary>−32768 … 32767.</summary>
    Int16,

    /// <summary>−8 … 7.</summary>
    Int4,
}

/// <summary>What shares one scale.</summary>
public enum Granularity
{
    /// <summary>All weights from one target's inputs: thresholds and biases follow row by row.</summary>
    Row,

    /// <summary>All weights of a tensor.</summary>
    Tensor,
}

/// <summary>How a range is chosen from what was observed (weights themselves, or signals on sample input).</summary>
public enum RangeMethod
{
    /// <summary>The largest magnitude.</summary>
    Maximum,

    /// <summary>A percentile of the magnitudes; see <see cref="ConvertOptions.Percentile"/>.</summary>
    Percentile,

    /// <summary>The range with the least mean squared error after rounding and clipping.</summary>
    LeastSquares,
}

/// <summary>The arithmetic of a model (runtime/ARITHMETIC.md, section 8).</summary>
public enum Profile
{
    /// <summary>Floor, saturating, 28-bit state.</summary>
    Edge = 0,

    /// <summary>Intel Loihi's, bit by bit.</summary>
    Loihi = 1,
}

/// <summary>Settings of one layer that differ from the network's; null: as the network.</summary>
/// <param name="Weights">Width.</param>
/// <param name="Granularity">What shares a scale.</param>
/// <param name="WeightRange">How weights are clipped.</param>
public sealed record LayerOverride(WeightType? Weights = null, Granularity? Granularity = null, RangeMethod? WeightRange = null);

/// <summary>Settings of a conversion.</summary>
public sealed record ConvertOptions
{
    /// <summary>Width of all weights.</summary>
    public WeightType Weights { get; init; } = WeightType.Int8;

    /// <summary>What shares a scale.</summary>
    public Granularity Granularity { get; init; } = Granularity.Row;

    /// <summary>How weights are clipped; null: by maximum for int16, by least squares for int8 and int4.</summary>
    public RangeMethod? WeightRange { get; init; }

    /// <summary>How ranges of real-valued signals are taken from sample input.</summary>
    public RangeMethod SignalRange { get; init; } = RangeMethod.Maximum;

    /// <summary>Percentile for <see cref="RangeMethod.Percentile"/>, in (0, 100].</summary>
    public double Percentile { get; init; } = 99.9;

    /// <summary>Arithmetic profile.</summary>
    public Profile Profile { get; init; } = Profile.Edge;

    /// <summary>Overrides by the name of a connection's node.</summary>
    public IReadOnlyDictionary<string, LayerOverride> Layers { get; init; } = new Dictionary<string, LayerOverride>();

    /// <summary>
    /// What the input carries; null: told from sample input, and spikes where there is none and a spiking layer takes them.
    /// </summary>
    public InputKind? Input { get; init; }

    /// <summary>Samples that become test vectors in the file, at most.</summary>
    public int Vectors { get; init; } = 2;

    /// <summary>Ticks of a test vector, at most.</summary>
    public int VectorTicks { get; init; } = 64;

    /// <summary>Samples that the report compares, at most.</summary>
    public int ReportSamples { get; init; } = 64;
}
