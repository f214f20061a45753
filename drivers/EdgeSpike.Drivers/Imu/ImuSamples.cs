namespace EdgeSpike.Drivers;

/// <summary>Room for samples, made once. A reader appends to it; its owner takes them and calls <see cref="Clear"/>.</summary>
public sealed class ImuSamples
{
    /// <summary>Values of one sample.</summary>
    public const int Axes = 6;

    /// <summary>[capacity × 6] accelerometer x, y, z, gyroscope x, y, z in the sensor's steps: <see cref="Imu.AccelScale"/>, <see cref="Imu.GyroScale"/>.</summary>
    public readonly short[] Values;

    /// <summary>[capacity] when each was taken: microseconds of the driver's <see cref="TimeBase"/>, rising.</summary>
    public readonly long[] Microseconds;

    /// <summary>Samples held.</summary>
    public int Count;

    /// <summary>Samples that the sensor took and nobody read, since start; known from the time between samples.</summary>
    public int Lost;

    /// <summary>[6] samples held of which the axis was at the end of its range.</summary>
    public readonly int[] Saturated = new int[Axes];

    /// <summary>Room for so many.</summary>
    public ImuSamples(int capacity)
    {
        Values = new short[capacity * Axes];
        Microseconds = new long[capacity];
    }

    /// <summary>Samples that still fit.</summary>
    public int Room
    {
        get { return Microseconds.Length - Count; }
    }

    /// <summary>Forgets the samples, not <see cref="Lost"/>.</summary>
    public void Clear()
    {
        Count = 0;
        for (int axis = 0; axis < Axes; axis++) Saturated[axis] = 0;
    }
}
