using System.Linq;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The trained Braille L2MU as a model file, with its recordings as events.</summary>
internal static class L2mu
{
    /// <summary>Converts it; the calibration sees all recordings, the report a few.</summary>
    public static byte[] Convert(L2muBraille braille, WeightType weights) =>
        Converter.Convert(braille.Graph, new ConvertOptions { Weights = weights, ReportSamples = 4 }, new BrailleSamples(braille), null, null).Bytes;

    /// <summary>Active taxels for each tick of a recording.</summary>
    public static int[][] Events(L2muBraille braille, int sample) =>
        [.. Enumerable.Range(0, L2muBraille.Ticks).Select(tick => Enumerable.Range(0, L2muBraille.Channels).Where(c => braille.Tick(sample, tick)[c] != 0).ToArray())];
}
