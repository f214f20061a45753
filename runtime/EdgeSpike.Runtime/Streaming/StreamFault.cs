namespace EdgeSpike.Runtime;

/// <summary>What can be wrong with the samples of a sensor: bits of a mask. Each has a counter in <see cref="Resampler"/>.</summary>
public static class StreamFault
{
    /// <summary>A value beyond its channel's limit, a time that nothing continues, or a sample that the driver refused.</summary>
    public const int Corrupt = 1;

    /// <summary>A sample that came after the signal at its time was used.</summary>
    public const int Late = 2;

    /// <summary>Two samples of the same time.</summary>
    public const int Duplicate = 4;

    /// <summary>Samples that never came, as the input's period tells.</summary>
    public const int Lost = 8;

    /// <summary>Longer silence than is bridged: the window begins anew.</summary>
    public const int Gap = 16;

    /// <summary>The clock went back: the sensor restarted, say.</summary>
    public const int Clock = 32;

    /// <summary>A channel that does not move at all: its wire, its sensor or its driver.</summary>
    public const int Frozen = 64;

    /// <summary>A value at its channel's limit: the range is too small, or the sensor damaged.</summary>
    public const int Saturated = 128;

    /// <summary>The sensor's rate is further off than tolerated.</summary>
    public const int Rate = 256;
}
