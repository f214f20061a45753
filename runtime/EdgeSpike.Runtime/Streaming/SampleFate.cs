namespace EdgeSpike.Runtime;

/// <summary>What became of a sample.</summary>
public enum SampleFate
{
    /// <summary>It is part of the signal.</summary>
    Used = 0,

    /// <summary>Its time was there already.</summary>
    Duplicate = 1,

    /// <summary>It came after the signal at its time was used.</summary>
    Late = 2,

    /// <summary>A value beyond its channel's limit, or an impossible time.</summary>
    Corrupt = 3,

    /// <summary>Its time is far from the others': the next sample tells whether it or the stream has moved.</summary>
    Held = 4,

    /// <summary>The stream has stopped on a fault; see <see cref="Resampler.Faults"/>.</summary>
    Stopped = 5,
}
