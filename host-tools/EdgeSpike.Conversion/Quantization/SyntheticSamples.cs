using System;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// Spikes, small counts or slowly changing values by a seeded generator, the same on every machine: what a conversion is tried on when
/// nobody gave samples.
/// </summary>
/// <remarks>
/// Values are within a sixteenth of the range of an input that states its step: straight lines between levels that are drawn every
/// <see cref="Segment"/> ticks, each level a whole number of steps.
/// </remarks>
/// <param name="channels">The encoding of each channel.</param>
internal sealed class SyntheticSamples(InputEncoding[] channels) : ISampleSource
{
    private const int Largest = 3, Segment = 10;

    private readonly bool _real = Array.Exists(channels, c => c.Kind == InputKind.Real), _onlySpikes = Array.TrueForAll(channels, c => c.Kind == InputKind.Spikes);

    /// <summary>Probability of a spike.</summary>
    public const double Rate = 0.1;

    /// <summary>Seed, for the report.</summary>
    public const int Seed = 1;

    /// <inheritdoc/>
    public int Count => 8;

    /// <inheritdoc/>
    public int Ticks => 100;

    /// <inheritdoc/>
    public int Channels { get; } = channels.Length;

    /// <summary>What they are, for the report.</summary>
    public string Text => _real
        ? $"synthetic signals within a sixteenth of the input's range, seed {Seed}"
        : $"synthetic spikes at a rate of {Rate} per tick, seed {Seed}";

    /// <inheritdoc/>
    public void Tick(int sample, int tick, Span<double> values)
    {
        ulong state = StateOf(sample, tick), from = StateOf(sample, tick / Segment), to = StateOf(sample, tick / Segment + 1);
        for (int i = 0; i < Channels; i++)
        {
            ulong random = Next(ref state);
            double start = Level(channels[i], ref from), end = Level(channels[i], ref to);
            if (channels[i].Kind == InputKind.Real)
            {
                values[i] = start + Math.Round((end - start) / channels[i].Step * (tick % Segment) / Segment) * channels[i].Step;
                continue;
            }

            bool spike = (random >> 11) * (1.0 / (1UL << 53)) < Rate;
            values[i] = spike ? 1 + (_onlySpikes ? 0 : (int)(Next(ref state) % Largest)) : 0;
        }
    }

    private static ulong StateOf(int sample, int tick) => (ulong)((sample + 1) * 1_000_003L + tick * 7_919L + Seed);

    private static double Level(InputEncoding channel, ref ulong state)
    {
        int bound = Math.Max(1, channel.Bound / 16);
        return ((long)(Next(ref state) % (ulong)(2 * bound + 1)) - bound) * channel.Step;
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
