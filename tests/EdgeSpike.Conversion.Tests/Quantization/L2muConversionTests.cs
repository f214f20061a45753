using System;
using System.Linq;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>The trained Braille L2MU on all 280 held-out recordings: what the integers cost. The float reference gets 264.</summary>
public sealed class L2muConversionTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(WeightType.Int16, Granularity.Row, 263)]
    [InlineData(WeightType.Int8, Granularity.Row, 262)]
    [InlineData(WeightType.Int8, Granularity.Tensor, 260)]
    [InlineData(WeightType.Int4, Granularity.Row, 255)]
    public void Answers_stay_right(WeightType weights, Granularity granularity, int least)
    {
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        BrailleSamples samples = new(braille);
        int[] labels = [.. braille.Expected.Select(e => e.Label)];
        ConversionReport report = Converter.Convert(braille.Graph, new ConvertOptions { Weights = weights, Granularity = granularity, ReportSamples = L2muBraille.Samples }, samples, labels, null).Report;
        output.WriteLine($"{weights} by {granularity}: {report.ModelAccuracy * 280:0} of 280 (reference {report.ReferenceAccuracy * 280:0}), answers alike {report.AnswerAgreement:0.0000}, {report.FileBytes} bytes, {4 * report.ArenaWords} bytes of memory");
        foreach (LayerReport layer in report.Layers)
            output.WriteLine($"  {layer.Name}: alike {layer.Agreement:0.0000}, in common {layer.SpikeOverlap:0.000}, rate {layer.ReferenceRate:0.0000} -> {layer.ModelRate:0.0000}, membrane {layer.RelativeError:0.0000}, saturations {layer.Saturations}, step {layer.Step:g4}");
        foreach (TensorReport tensor in report.Tensors) output.WriteLine($"  {tensor.Name} {tensor.Type} {tensor.Shape} {tensor.Bytes} B error {tensor.RelativeError:0.0000} used {tensor.RangeUsed:0.00}");
        foreach (string warning in report.Warnings) output.WriteLine($"  ! {warning}");
        Assert.Equal(264, (int)Math.Round(report.ReferenceAccuracy!.Value * 280));
        Assert.InRange((int)Math.Round(report.ModelAccuracy!.Value * 280), least, 280);
        Assert.Equal(0, report.Saturations);
    }
}
