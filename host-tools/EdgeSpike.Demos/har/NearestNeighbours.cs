using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// The baseline that a network has to beat: the five nearest neighbours by 24 features of a window, z-scored by the windows
/// to learn from. Features of a channel: mean, log(1 + standard deviation), log(1 + mean absolute difference of
/// neighbours), crossings of the mean; in m/s² and rad/s.
/// </summary>
public sealed class NearestNeighbours
{
    /// <summary>Features of a window.</summary>
    public const int Features = 4 * HarWindows.Channels;

    private const int Neighbours = 5;

    private readonly double[] _mean = new double[Features], _scale = new double[Features];
    private readonly float[] _points;
    private readonly int[] _labels;

    /// <summary>Learns, which is keeping.</summary>
    public NearestNeighbours(HarWindows windows, IReadOnlyList<int> train)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(train);
        double[][] features = [.. train.Select(n => FeaturesOf(windows.Window(n)))];
        for (int f = 0; f < Features; f++)
        {
            _mean[f] = features.Average(x => x[f]);
            double deviation = Math.Sqrt(features.Average(x => (x[f] - _mean[f]) * (x[f] - _mean[f])));
            _scale[f] = deviation > 0 ? 1 / deviation : 0;
        }

        _points = new float[train.Count * Features];
        for (int i = 0; i < train.Count; i++) Scale(features[i]).CopyTo(_points, i * Features);
        _labels = [.. train.Select(n => windows.Labels[n])];
    }

    /// <summary>The 24 features, channel by channel.</summary>
    public static double[] FeaturesOf(ReadOnlySpan<short> window)
    {
        double[] features = new double[Features];
        for (int c = 0; c < HarWindows.Channels; c++)
        {
            double sum = 0, squares = 0, differences = 0;
            for (int t = 0; t < HarWindows.Ticks; t++) sum += window[t * HarWindows.Channels + c] / 1000.0;
            double mean = sum / HarWindows.Ticks;
            int crossings = 0;
            for (int t = 0; t < HarWindows.Ticks; t++)
            {
                double value = window[t * HarWindows.Channels + c] / 1000.0 - mean;
                squares += value * value;
                if (t == 0) continue;
                double before = window[(t - 1) * HarWindows.Channels + c] / 1000.0 - mean;
                differences += Math.Abs(value - before);
                if (value > 0 != before > 0) crossings++;
            }

            features[4 * c] = mean;
            features[4 * c + 1] = Math.Log(1 + Math.Sqrt(squares / HarWindows.Ticks));
            features[4 * c + 2] = Math.Log(1 + differences / (HarWindows.Ticks - 1));
            features[4 * c + 3] = crossings;
        }

        return features;
    }

    /// <summary>The class of a window: that of most of the five, on a tie that of the nearest among them.</summary>
    public int Classify(ReadOnlySpan<short> window)
    {
        float[] point = Scale(FeaturesOf(window));
        Span<float> distances = stackalloc float[Neighbours];
        Span<int> labels = stackalloc int[Neighbours];
        distances.Fill(float.PositiveInfinity);
        for (int i = 0; i < _labels.Length; i++)
        {
            float distance = 0;
            ReadOnlySpan<float> other = _points.AsSpan(i * Features, Features);
            for (int f = 0; f < Features; f++) distance += (point[f] - other[f]) * (point[f] - other[f]);
            if (distance >= distances[^1]) continue;
            int at = Neighbours - 1;
            for (; at > 0 && distances[at - 1] > distance; at--) (distances[at], labels[at]) = (distances[at - 1], labels[at - 1]);
            (distances[at], labels[at]) = (distance, _labels[i]);
        }

        Span<int> votes = stackalloc int[HarWindows.Classes];
        int best = labels[0];
        for (int k = 0; k < Math.Min(Neighbours, _labels.Length); k++) votes[labels[k]]++;
        for (int k = Neighbours - 1; k >= 0; k--)
            if (votes[labels[k]] >= votes[best]) best = labels[k];
        return best;
    }

    /// <summary>Share of right answers, on all cores.</summary>
    public double Accuracy(HarWindows windows, IReadOnlyList<int> test)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(test);
        int[] right = new int[test.Count];
        Parallel.For(0, test.Count, i => right[i] = Classify(windows.Window(test[i])) == windows.Labels[test[i]] ? 1 : 0);
        return right.Average();
    }

    private float[] Scale(double[] features)
    {
        float[] point = new float[Features];
        for (int f = 0; f < Features; f++) point[f] = (float)((features[f] - _mean[f]) * _scale[f]);
        return point;
    }
}
