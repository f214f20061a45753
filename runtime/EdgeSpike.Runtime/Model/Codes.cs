namespace EdgeSpike.Runtime;

/// <summary>Arithmetic profile of a model (ARITHMETIC.md, section 8).</summary>
public enum ModelProfile
{
    /// <summary>Floor, saturating, 28-bit state.</summary>
    Edge = 0,

    /// <summary>Intel Loihi's.</summary>
    Loihi = 1,
}

/// <summary>What a buffer holds (ARITHMETIC.md, section 1).</summary>
public enum BufferKind
{
    /// <summary>An int32 for each element.</summary>
    Values = 0,

    /// <summary>A count, then the ascending indices of the active elements.</summary>
    Events = 1,

    /// <summary>An operator's private words.</summary>
    Words = 2,
}

/// <summary>Element type of a tensor (FORMAT.md).</summary>
public enum TensorType
{
    /// <summary>int8.</summary>
    Int8 = 0,

    /// <summary>int16.</summary>
    Int16 = 1,

    /// <summary>int32.</summary>
    Int32 = 2,

    /// <summary>uint8.</summary>
    UInt8 = 3,

    /// <summary>uint16.</summary>
    UInt16 = 4,

    /// <summary>int4, two a byte, the even index in the low half.</summary>
    Int4 = 5,
}

/// <summary>Operator codes (FORMAT.md).</summary>
public enum OperatorCode
{
    /// <summary>Matrix, weights by source.</summary>
    Dense = 1,

    /// <summary>Compressed rows by source.</summary>
    Sparse = 2,

    /// <summary>Convolution, channels last.</summary>
    Convolve = 3,

    /// <summary>Sum over windows.</summary>
    Pool = 4,

    /// <summary>Matrix for real values, weights by target.</summary>
    Product = 5,

    /// <summary>Whole ticks of delay.</summary>
    Delay = 6,

    /// <summary>The general leaky threshold neuron.</summary>
    Neuron = 7,

    /// <summary>Loihi's current-based neuron.</summary>
    LoihiNeuron = 8,

    /// <summary>Linear state space.</summary>
    StateSpace = 9,

    /// <summary>Sum, with a shift.</summary>
    Add = 10,

    /// <summary>Factor for each element.</summary>
    Scale = 11,

    /// <summary>Read-out: spikes over time.</summary>
    Count = 12,

    /// <summary>Read-out: largest over time.</summary>
    Maximum = 13,

    /// <summary>Read-out: 64-bit sum over time.</summary>
    Sum = 14,

    /// <summary>Index of the largest.</summary>
    Argmax = 15,

    /// <summary>Loihi's sigma-delta unit.</summary>
    LoihiSigmaDelta = 16,

    /// <summary>Loihi's resonate-and-fire neuron.</summary>
    LoihiResonator = 17,

    /// <summary>Neuron of the edge profile whose threshold adapts.</summary>
    AdaptiveNeuron = 18,
}

/// <summary>What a port is for (FORMAT.md).</summary>
public enum PortKind
{
    /// <summary>Filled before a tick.</summary>
    Input = 0,

    /// <summary>What the output emits at each tick.</summary>
    Activity = 1,

    /// <summary>A value for each class.</summary>
    Scores = 2,

    /// <summary>A 64-bit sum for each class.</summary>
    Sums = 3,

    /// <summary>Index of the best class.</summary>
    Answer = 4,
}
