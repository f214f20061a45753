namespace EdgeSpike.Runtime;

/// <summary>
/// From the samples of a sensor to answers: a <see cref="Resampler"/> and behind it a <see cref="WindowClassifier"/>. A gap
/// that is too long begins a new window. Both are lent and prepared before; nothing is allocated after the start.
/// </summary>
public sealed class StreamClassifier
{
    private readonly short[] _sample;

    /// <summary>Puts the two together.</summary>
    /// <param name="resampler">Prepared.</param>
    /// <param name="classifier">Prepared, for as many channels.</param>
    /// <param name="channels">Values of a sample.</param>
    public StreamClassifier(Resampler resampler, WindowClassifier classifier, int channels)
    {
        Resampler = resampler;
        Classifier = classifier;
        _sample = new short[channels];
    }

    /// <summary>Makes the grid, and counts what was wrong with the samples.</summary>
    public Resampler Resampler { get; }

    /// <summary>Makes the answers.</summary>
    public WindowClassifier Classifier { get; }

    /// <summary>Adds a sample; take the answers before the next.</summary>
    public SampleFate Push(long time, short[] values, int offset)
    {
        return Resampler.Push(time, values, offset);
    }

    /// <summary>True: there is an answer, in <see cref="Classifier"/>, of the time <see cref="Runtime.Resampler.Time"/>. False: push more first.</summary>
    public bool Next()
    {
        while (Resampler.Take(_sample, 0))
        {
            if (Resampler.Restarted) Classifier.Restart();
            if (Classifier.Push(_sample, 0)) return true;
        }

        return false;
    }
}
