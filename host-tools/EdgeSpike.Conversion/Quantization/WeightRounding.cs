using System;
using System.Collections.Generic;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Symmetric rounding of weights, and the choice of the range that is rounded to it.</summary>
internal static class WeightRounding
{
    /// <summary>Largest magnitude used on both sides: 7, 127, 32767.</summary>
    public static int Largest(WeightType type) => type switch { WeightType.Int4 => 7, WeightType.Int8 => 127, _ => 32767 };

    /// <summary>Bits of a weight.</summary>
    public static int Bits(WeightType type) => type switch { WeightType.Int4 => 4, WeightType.Int8 => 8, _ => 16 };

    /// <summary>The integer of a weight at a scale, clipped.</summary>
    public static int Round(double weight, double scale, int largest) =>
        (int)Math.Clamp(Math.Round(weight / scale, MidpointRounding.AwayFromZero), -largest, largest);

    /// <summary>The magnitude that the largest integer stands for; 0 when all weights are 0.</summary>
    public static double Range(ReadOnlySpan<double> weights, RangeMethod method, double percentile, int largest)
    {
        double maximum = 0;
        foreach (double weight in weights) maximum = Math.Max(maximum, Math.Abs(weight));
        if (maximum == 0 || method == RangeMethod.Maximum) return maximum;
        return method == RangeMethod.Percentile ? Percentile(weights, percentile, maximum) : LeastSquares(weights, maximum, largest);
    }

    private static double Percentile(ReadOnlySpan<double> weights, double percentile, double maximum)
    {
        List<double> magnitudes = new(weights.Length);
        foreach (double weight in weights)
            if (weight != 0) magnitudes.Add(Math.Abs(weight));      // pruned weights are not part of the distribution
        magnitudes.Sort();
        int index = (int)Math.Ceiling(percentile / 100 * magnitudes.Count) - 1;
        double range = magnitudes[Math.Clamp(index, 0, magnitudes.Count - 1)];
        return range > 0 ? range : maximum;
    }

    // A grid over the clipping range; the error has several minima, so that a search by slope would miss the best.
    private static double LeastSquares(ReadOnlySpan<double> weights, double maximum, int largest)
    {
        const int Steps = 60;
        double best = maximum, least = double.PositiveInfinity;
        for (int i = 0; i < Steps; i++)
        {
            double range = maximum * (1 - 0.7 * i / Steps), scale = range / largest, error = 0;
            foreach (double weight in weights)
            {
                double difference = Round(weight, scale, largest) * scale - weight;
                error += difference * difference;
            }

            if (error < least) (least, best) = (error, range);
        }

        return best;
    }
}
