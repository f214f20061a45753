namespace EdgeSpike.Training;

/// <summary>Windows to learn from or to judge by.</summary>
public interface ITrainingData
{
    /// <summary>Windows.</summary>
    int Count { get; }

    /// <summary>Ticks of a window.</summary>
    int Ticks { get; }

    /// <summary>Values of a tick.</summary>
    int Channels { get; }

    /// <summary>Classes.</summary>
    int Classes { get; }

    /// <summary>Class of a window.</summary>
    int Label(int index);

    /// <summary>
    /// Writes a window, element (tick, channel) to target[first + (tick · Channels + channel) · stride].
    /// </summary>
    /// <param name="index">Which one.</param>
    /// <param name="key">Key of random changes to it; 0: as it is.</param>
    /// <param name="target">Where to.</param>
    /// <param name="first">Place of the first element.</param>
    /// <param name="stride">Distance of elements.</param>
    void Load(int index, ulong key, float[] target, int first, int stride);
}
