using System;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// Spikes (or small counts) by a seeded generator, the same on every machine: what a conversion is tried on when nobody gave
/// samples.
/// </summary>
internal sealed class SyntheticSamples(int channels, int largest) : ISampleSource
{
    /// <summary>Probability of a spike.</summary>
    public const double Rate = 0.1;

    /// <summary>Seed, for the report.</summary>
    public const int Seed = 1;

    /// <inheritdoc/>
    public int Count => 8;

    /// <inheritdoc/>
    public int Ticks => 100;

    /// <inheritdoc/>
    public int Channels { get; } = channels;

    /// <inheritdoc/>
    public void Tick(int sample, int tick, Span<double> values)
    {
        ulong state = (ulong)((sample + 1) * 1_000_003L + tick * 7_919L + Seed);
        for (int i = 0; i < Channels; i++)
        {
            ulong random = Next(ref state);
            bool spike = (random >> 11) * (1.0 / (1UL << 53)) < Rate;
            values[i] = spike ? 1 + (largest > 1 ? (int)(Next(ref state) % (ulong)largest) : 0) : 0;
        }
    }

    // SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
