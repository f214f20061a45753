using System;

namespace EdgeSpike.Demos.Memory;

/// <summary>A made-up signal: a sum of sines up to a highest frequency, scaled to a largest magnitude of 1. Same seed, same signal.</summary>
public static class BandLimitedSignal
{
    private const int Sines = 24;

    /// <summary>Makes <paramref name="ticks"/> values.</summary>
    /// <param name="ticks">Length.</param>
    /// <param name="highest">Highest frequency, in periods per tick.</param>
    /// <param name="seed">Chooses frequencies and phases.</param>
    public static double[] Create(int ticks, double highest, ulong seed)
    {
        SplitMix64 random = new(seed);
        double[] signal = new double[ticks];
        for (int s = 0; s < Sines; s++)
        {
            double frequency = highest * (s + random.NextDouble()) / Sines;
            double phase = 2 * Math.PI * random.NextDouble();
            double height = 0.5 + random.NextDouble();
            for (int t = 0; t < ticks; t++) signal[t] += height * Math.Sin(2 * Math.PI * frequency * t + phase);
        }

        double largest = 0;
        foreach (double value in signal) largest = Math.Max(largest, Math.Abs(value));
        for (int t = 0; t < ticks; t++) signal[t] /= largest;
        return signal;
    }
}
