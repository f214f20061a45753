namespace EdgeSpike.Drivers;

/// <summary>What a range of a <see cref="Vl53l1x"/> is worth: ST's numbers (UM2510, "range status").</summary>
public enum Vl53l1xStatus
{
    /// <summary>A distance.</summary>
    Valid = 0,

    /// <summary>Noise: the spread is above the limit.</summary>
    SigmaFailure = 1,

    /// <summary>Too little light came back.</summary>
    SignalFailure = 2,

    /// <summary>Nearer than can be measured; the distance is the least.</summary>
    BelowMinimum = 3,

    /// <summary>The phase is outside its limits: nothing in range.</summary>
    OutOfBounds = 4,

    /// <summary>The laser or the clock failed.</summary>
    HardwareFailure = 5,

    /// <summary>A distance, not checked against wrapping: the first one.</summary>
    ValidWithoutWrapCheck = 6,

    /// <summary>Farther than the range: the phase wrapped around.</summary>
    WrapAround = 7,

    /// <summary>Light within the cover glass.</summary>
    CrosstalkFailure = 9,

    /// <summary>The first range of two that interleave.</summary>
    Synchronization = 10,

    /// <summary>The distance is below what the region of interest sees.</summary>
    MinimumRangeFailure = 13,

    /// <summary>None of these.</summary>
    Unknown = 255,
}
