using System;
using System.Globalization;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Demos.Har;

namespace EdgeSpike.Demos.Tests.Har;

/// <summary>A network for the wrist with drawn weights: it takes and gives what the trained one does, and knows nothing.</summary>
internal static class StandIn
{
    /// <summary>Two layers of neurons; ticks take <paramref name="samplesPerTick"/> samples, [channels, samples] or [samples * channels].</summary>
    public static byte[] Model(int samplesPerTick = 2, bool channelsFirst = false, bool values = false)
    {
        const int hidden = 20;
        int size = samplesPerTick * HarWindows.Channels;
        SplitMix64 random = new(7);
        double[,] first = new double[hidden, size];
        for (int h = 0; h < hidden; h++)
            for (int i = 0; i < size; i++) first[h, i] = random.NextNormal() / (i % 6 < 3 ? 12_000 : 3_000);
        string rows = Rows(hidden, size, (h, i) => first[h, channelsFirst ? i % samplesPerTick * HarWindows.Channels + i / samplesPerTick : i]);
        string second = Rows(HarWindows.Classes, hidden, (_, _) => random.NextNormal() * 0.6);
        string shape = channelsFirst ? $"[{HarWindows.Channels}, {samplesPerTick}]" : $"[{size}]";
        string output = values
            ? """{"name": "readout", "type": "neuron", "decay": 0.95}, {"name": "output", "type": "output", "readout": "last"}"""
            : """{"name": "lif2", "type": "neuron", "decay": 0.8, "threshold": 0.7, "reset": "subtract"}, {"name": "output", "type": "output"}""";
        string json = $$"""
            {"format": "edgespike-description", "version": 1, "dt": {{0.05 * samplesPerTick}}, "labels": [{{string.Join(", ", HarWindows.ActivityNames.Select(n => $"\"{n}\""))}}], "nodes": [
              {"name": "input", "type": "input", "shape": {{shape}}},
              {"name": "fc1", "type": "linear", "weight": {{rows}}, "input_shape": {{shape}}},
              {"name": "lif1", "type": "neuron", "decay": 0.7, "threshold": 0.5, "reset": "subtract"},
              {"name": "fc2", "type": "linear", "weight": {{second}}},
              {{output}}
            ]}
            """;
        NetworkGraph graph = DescriptionImporter.Import(Encoding.UTF8.GetBytes(json), "wrist.json");
        HarWindows windows = SimulatedWrist.Windows(1, 2, 5);
        double[] samples = new double[windows.Samples.Length];
        for (int i = 0; i < samples.Length; i++) samples[i] = Sample(windows, i);
        NumericArray array = channelsFirst
            ? NumericArray.From(samples, windows.Count, HarWindows.Ticks / samplesPerTick, HarWindows.Channels, samplesPerTick)
            : NumericArray.From(samples, windows.Count, HarWindows.Ticks / samplesPerTick, size);
        Shape input = channelsFirst ? new Shape(HarWindows.Channels, samplesPerTick) : new Shape(size);
        return Converter.Convert(graph, new ConvertOptions { Weights = WeightType.Int8 }, SampleSet.From(array, input, "simulated wrist"), null, null).Bytes;

        double Sample(HarWindows from, int i)
        {
            if (!channelsFirst) return from.Samples[i];
            int tick = i / size, within = i % size;
            return from.Samples[tick * size + within % samplesPerTick * HarWindows.Channels + within / samplesPerTick];
        }
    }

    private static string Rows(int rows, int columns, Func<int, int, double> value) =>
        $"[{string.Join(", ", Enumerable.Range(0, rows).Select(r => $"[{string.Join(", ", Enumerable.Range(0, columns).Select(c => value(r, c).ToString("R", CultureInfo.InvariantCulture)))}]"))}]";
}
