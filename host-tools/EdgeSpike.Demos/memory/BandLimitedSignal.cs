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
        ulong state = seed;
        double[] signal = new double[ticks];
        for (int s = 0; s < Sines; s++)
        {
            double frequency = highest * (s + Next(ref state)) / Sines;
            double phase = 2 * Math.PI * Next(ref state);
            double height = 0.5 + Next(ref state);
            for (int t = 0; t < ticks; t++) signal[t] += height * Math.Sin(2 * Math.PI * frequency * t + phase);
        }

        double largest = 0;
        foreach (double value in signal) largest = Math.Max(largest, Math.Abs(value));
        for (int t = 0; t < ticks; t++) signal[t] /= largest;
        return signal;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014), upper 53 bits, in [0, 1): the same on every .NET.</summary>
    private static double Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
