namespace EdgeSpike.Runtime;

/// <summary>What a <see cref="ControlLoop"/> finds wrong in a step: a bit each, so that several stand in one word. LOOP.md, section 3.</summary>
public static class LoopFault
{
    /// <summary>Nothing.</summary>
    public const int None = 0;

    /// <summary>An input has no believed sample, or its last one is too old: a silent sensor, a cut line.</summary>
    public const int Stale = 1;

    /// <summary>A sample was outside the range of its sensor.</summary>
    public const int OutOfRange = 2;

    /// <summary>An input repeats itself where a live sensor would not.</summary>
    public const int Frozen = 4;

    /// <summary>A sample was further from what was expected than the quantity can move.</summary>
    public const int Jump = 8;

    /// <summary>A layer has been silent for too long.</summary>
    public const int Silent = 16;

    /// <summary>A layer has been firing too much for too long.</summary>
    public const int Saturated = 32;

    /// <summary>The plant does not do what the internal model says: an actuator that is stuck, or another plant.</summary>
    public const int Residual = 64;

    /// <summary>Steps were missed, or the last one ended after its deadline.</summary>
    public const int Deadline = 128;

    /// <summary>Number of kinds.</summary>
    public const int Kinds = 8;
}
