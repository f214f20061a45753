namespace EdgeSpike.Runtime;

/// <summary>How a <see cref="Resampler"/> treats its samples. Read once, by <see cref="Resampler.Prepare"/>.</summary>
public sealed class ResamplerSettings
{
    /// <summary>Values of a sample, 1 to 32.</summary>
    public int Channels = 6;

    /// <summary>Period of the grid, 1 to 2^24 - 1 microseconds. 50,000: 20 Hz.</summary>
    public int PeriodMicroseconds = 50000;

    /// <summary>Nominal period of the sensor, by which lost samples and a wrong rate are known; 0: not known.</summary>
    public int InputPeriodMicroseconds;

    /// <summary>Longest silence that is bridged by a straight line; at least one period, at most 2^24 - 1 microseconds and 4096 periods.</summary>
    public int LongestGapMicroseconds = 500000;

    /// <summary>Samples held back, 0 to 16, so that one which is late by as many is put in its place. Each delays the signal by one sample.</summary>
    public int Reorder = 2;

    /// <summary>Of two samples of the same time the later counts, while it is held back; otherwise the first.</summary>
    public bool LastCounts = true;

    /// <summary>The largest magnitude of each channel: at it a value is saturated, beyond it corrupt. Null: none.</summary>
    public int[] Limits;

    /// <summary>A channel that is the same in so many samples in a row is frozen, 2 or more; 0: do not look.</summary>
    public int FrozenSamples;

    /// <summary>Tolerated error of the sensor's rate, in percent, over 256 samples; 0: do not look.</summary>
    public int RateTolerancePercent;

    /// <summary>Faults (<see cref="StreamFault"/>) that stop the stream until it is reset; all others are counted and it goes on.</summary>
    public int StopOn;
}
