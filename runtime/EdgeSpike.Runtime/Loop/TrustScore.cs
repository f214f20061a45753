namespace EdgeSpike.Runtime;

/// <summary>
/// How far a loop may be trusted, 0 … 32768 in 1/2^15: every step with faults costs the weights of all of them, every step without
/// brings the rise. It falls fast and comes back slowly. LOOP.md, section 5.
/// </summary>
public sealed class TrustScore
{
    /// <summary>Full trust.</summary>
    public const int One = 32768;

    /// <summary>What a step with a fault costs, one weight a bit of <see cref="LoopFault"/>, each 0 … 32768. 0: the fault is only counted.</summary>
    public int[] Weights;

    /// <summary>What a step without faults brings, 1 … 32768.</summary>
    public int Rise = 1;

    /// <summary>The score.</summary>
    public int Value { get; private set; }

    /// <summary>None, or what does not fit.</summary>
    public LoopError Check()
    {
        if (Weights == null || Weights.Length != LoopFault.Kinds || Rise < 1 || Rise > One) return LoopError.Trust;
        for (int i = 0; i < Weights.Length; i++)
            if (Weights[i] < 0 || Weights[i] > One) return LoopError.Trust;
        return LoopError.None;
    }

    /// <summary>No trust: it has to be earned.</summary>
    public void Reset()
    {
        Value = 0;
    }

    /// <summary>A step with these faults. Returns the score.</summary>
    public int Update(int faults)
    {
        int cost = 0;
        for (int i = 0; i < LoopFault.Kinds; i++)
            if ((faults & (1 << i)) != 0) cost += Weights[i];
        int value = cost > 0 ? Value - cost : Value + Rise;
        Value = value < 0 ? 0 : value > One ? One : value;
        return Value;
    }
}
