using System;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The trained Braille L2MU as a model file, with its recordings as events.</summary>
internal static class L2mu
{
    /// <summary>Converts it; the calibration sees all recordings, the report a few.</summary>
    public static byte[] Convert(L2muBraille braille, WeightType weights) =>
        Converter.Convert(braille.Graph, new ConvertOptions { Weights = weights, ReportSamples = 4 }, new Samples(braille), null, null).Bytes;

    /// <summary>Active taxels for each tick of a recording.</summary>
    public static int[][] Events(L2muBraille braille, int sample) =>
        [.. Enumerable.Range(0, L2muBraille.Ticks).Select(tick => Enumerable.Range(0, L2muBraille.Channels).Where(c => braille.Tick(sample, tick)[c] != 0).ToArray())];

    /// <summary>The recordings, for converters.</summary>
    internal sealed class Samples(L2muBraille braille) : ISampleSource
    {
        public int Count => L2muBraille.Samples;

        public int Ticks => L2muBraille.Ticks;

        public int Channels => L2muBraille.Channels;

        public void Tick(int sample, int tick, Span<double> values)
        {
            ReadOnlySpan<byte> spikes = braille.Tick(sample, tick);
            for (int i = 0; i < spikes.Length; i++) values[i] = spikes[i];
        }
    }
}
