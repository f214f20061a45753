namespace EdgeSpike.Drivers;

/// <summary>What a frame of a <see cref="TfMiniS"/> is worth.</summary>
public enum TfMiniStatus
{
    /// <summary>A distance.</summary>
    Valid = 0,

    /// <summary>Too little light came back (signal strength below 100, distance -1): too far, too dark, or nothing there.</summary>
    Weak = 1,

    /// <summary>Too much came back (distance -2, or strength 65535): a mirror, or too near.</summary>
    Saturated = 2,

    /// <summary>Too much other light (distance -4): the sun.</summary>
    Ambient = 3,

    /// <summary>A distance that it can't measure: beyond 12 m, or 0.</summary>
    OutOfRange = 4,
}
