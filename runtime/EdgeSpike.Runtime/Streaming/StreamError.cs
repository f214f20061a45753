namespace EdgeSpike.Runtime;

/// <summary>Why a stream can't be set up so. Errors are values: nothing here throws on purpose.</summary>
public enum StreamError
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Channels are not 1 to 32, or not as many as limits.</summary>
    Channels = 1,

    /// <summary>A period is not 1 to 2^24 - 1 microseconds, or the input's is negative.</summary>
    Period = 2,

    /// <summary>The longest gap is below a period of the grid or the input, above 2^24 - 1 microseconds, or above 4096 periods.</summary>
    Gap = 3,

    /// <summary>The samples held back for late ones are not 0 to 16.</summary>
    Reorder = 4,

    /// <summary>A limit is negative, or a tolerance or a number of samples is.</summary>
    Limit = 5,

    /// <summary>The model has no input port of values, or more than one.</summary>
    InputPort = 6,

    /// <summary>The input port's elements are not the channels times the samples of a tick.</summary>
    InputSize = 7,

    /// <summary>The order of the input is no permutation of it.</summary>
    InputOrder = 8,

    /// <summary>The model has no scores, or fewer than two.</summary>
    Scores = 9,

    /// <summary>A window has no tick, or gains and limits are not one a tick.</summary>
    Ticks = 10,

    /// <summary>A gain of the confidence is negative, or its shift not 0 to 62.</summary>
    Gain = 11,
}
