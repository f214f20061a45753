using System;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>The published NIR networks, converted and run; the Braille ones on the Braille recordings.</summary>
public sealed class NirConversionTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("nir/braille_noDelay_bias_zero.nir", ResetRule.ToValue, WeightType.Int16, Profile.Edge, 0.99)]
    [InlineData("nir/braille_noDelay_bias_zero.nir", ResetRule.ToValue, WeightType.Int8, Profile.Edge, 0.9)]
    [InlineData("nir/braille_noDelay_noBias_subtract.nir", ResetRule.Subtract, WeightType.Int16, Profile.Edge, 0.99)]
    [InlineData("nir/braille_noDelay_noBias_subtract.nir", ResetRule.Subtract, WeightType.Int8, Profile.Edge, 0.9)]
    [InlineData("nir/braille_noDelay_noBias_subtract.nir", ResetRule.ToValue, WeightType.Int8, Profile.Loihi, 0.8)]
    public void Braille_networks_answer_as_their_reference(string file, ResetRule reset, WeightType weights, Profile profile, double least)
    {
        NetworkGraph graph = NirImporter.Import(TestData.Require(file), new NirOptions { Dt = 1e-4, Reset = reset });
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        ConversionReport report = Converter.Convert(graph, new ConvertOptions { Weights = weights, Profile = profile, ReportSamples = 140 }, new BrailleSamples(braille), [.. braille.Expected.Select(e => e.Label)], null).Report;
        Show(report);
        Assert.True(report.AnswerAgreement >= least);
    }

    [Theory]
    [InlineData(1, WeightType.Int16, 0.99)]
    [InlineData(1, WeightType.Int8, 0.95)]
    [InlineData(10, WeightType.Int8, 0.93)]
    public void The_event_camera_network_converts_and_runs(int most, WeightType weights, double least)
    {
        NirOptions options = most == 1 ? new NirOptions { Dt = 1 } : new NirOptions { Dt = 1, Reset = ResetRule.Subtract, MaximumSpikes = most };
        NetworkGraph graph = NirImporter.Import(TestData.Require("nir/cnn_sinabs.nir"), options);
        ConversionReport report = Converter.Convert(graph, new ConvertOptions { Weights = weights }, new MovingBar(), null, null).Report;
        Show(report);
        Assert.All(report.Layers, l => Assert.True(l.ReferenceRate > 0, $"'{l.Name}' is silent: the test shows nothing"));
        Assert.All(report.Layers, l => Assert.InRange(l.Agreement, least, 1));
    }

    private void Show(ConversionReport report)
    {
        output.WriteLine($"{report.Network}: answers alike {report.AnswerAgreement:0.000}, {report.ReferenceAccuracy:0.000} -> {report.ModelAccuracy:0.000}, {report.FileBytes} B file, {4 * report.ArenaWords} B memory, {report.SynapticOperationsPerTick:0} operations a tick, saturations {report.Saturations}");
        foreach (LayerReport layer in report.Layers)
            output.WriteLine($"  {layer.Name}: alike {layer.Agreement:0.00000}, in common {layer.SpikeOverlap:0.0000}, rate {layer.ReferenceRate:0.0000} -> {layer.ModelRate:0.0000}, membrane {layer.RelativeError:0.0000}, first {layer.FirstDifference}");
        foreach (string line in report.Warnings) output.WriteLine("  ! " + line);
    }
}

/// <summary>A bar that moves over a 34 x 34 event camera: its front edge makes events of one polarity, its back edge of the other.</summary>
internal sealed class MovingBar : ISampleSource
{
    private const int Size = 34;

    public int Count => 4;

    public int Ticks => 60;

    public int Channels => 2 * Size * Size;

    public void Tick(int sample, int tick, Span<double> values)
    {
        values.Clear();
        int front = (tick + sample * 5) % Size;
        for (int along = 4 + sample; along < Size - 4; along++)
            for (int width = 0; width < 3; width++)
            {
                int x = (front + width) % Size, back = (front + Size - 6 + width) % Size;
                bool vertical = sample % 2 == 0;
                values[vertical ? along * Size + x : x * Size + along] = 1;
                values[Size * Size + (vertical ? along * Size + back : back * Size + along)] = 1;
            }
    }
}
