using System;
using System.Linq;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Tests;

/// <summary>A conversion report made by hand, with names that HTML has to escape, for tests of the page.</summary>
internal static class SampleReport
{
    /// <summary>A network of four spiking layers, a memory of values, one warning and a few saturations.</summary>
    public static ConversionReport Create()
    {
        Random random = new(1);
        LayerReport Layer(string name, int size, double rate, double fall) => new()
        {
            Name = name,
            Kind = "leaky threshold neuron",
            Size = size,
            Spikes = true,
            Agreement = 1 - fall,
            SpikeOverlap = 1 - 8 * fall,
            ReferenceRate = rate,
            ModelRate = rate * (1 + 3 * fall),
            FirstDifference = fall > 0 ? 12 : -1,
            RelativeError = 2 * fall,
            AgreementOverTime = [.. Enumerable.Range(0, 256).Select(t => 1 - Math.Min(1, t / 40.0) * fall * (1 + 0.5 * random.NextDouble()))],
            Saturations = name == "h" ? 17 : 0,
            Step = 0.00031,
        };
        MemoryReport Buffer(string name, string kind, bool kept, int offset, int words, int from, int to) => new() { Name = name, Kind = kind, Persistent = kept, Offset = offset, Words = words, From = from, To = to };
        return new ConversionReport
        {
            Network = "braille <l2mu> & friends",
            SourceHash = "2b8c61ff014ea21595c684029e987d3df42ad8a88b0d787763188f5df47fdd85",
            ModelHash = "8c61ff014ea21595c684029e987d3df42ad8a88b0d787763188f5df47fdd852b",
            Profile = "edge",
            TickSeconds = 0.005,
            Choices = ["The file does not say how a spike resets: by subtraction (--reset).", "Weights clipped at their largest magnitude (--weight-range)."],
            Warnings = ["Layer 'h' saturates 17 times: raise its width with --layer h=int16."],
            InputSource = "val9.npy",
            Samples = 280,
            Ticks = 280 * 256,
            AnswerAgreement = 278.0 / 280,
            ReferenceAccuracy = 264.0 / 280,
            ModelAccuracy = 263.0 / 280,
            Layers = [Layer("u", 70, 0.188, 0.001), Layer("m", 490, 0.024, 0.004), Layer("h", 120, 0.0245, 0.009), Layer("out", 7, 0.157, 0), new LayerReport { Name = "state", Kind = "state space", Size = 12, Spikes = false, RelativeError = 0.0123, Step = 0.002 }],
            Tensors =
            [
                new TensorReport { Name = "e_m", Type = "int8", Shape = "70x490", Bytes = 34304, SmallestScale = 0.000012, LargestScale = 0.0123, Clipped = 3, RangeUsed = 1, RelativeError = 0.0061 },
                new TensorReport { Name = "output_transformation", Type = "int16", Shape = "7x120", Bytes = 1680, SmallestScale = 0.00001, LargestScale = 0.00002, Clipped = 0, RangeUsed = 0.62, RelativeError = 0.00002 },
            ],
            Memory =
            [
                Buffer("in", "events", false, 1400, 13, -1, 4), Buffer("u.membrane", "values", true, 0, 70, -1, 12), Buffer("m.membrane", "values", true, 70, 490, -1, 12),
                Buffer("h.membrane", "values", true, 560, 120, -1, 12), Buffer("s_u", "events", false, 680, 71, 3, 5), Buffer("s_m", "events", true, 751, 491, -1, 12),
                Buffer("sum u", "values", false, 1242, 70, 0, 3), Buffer("sum m", "values", false, 920, 480, 4, 7), Buffer("sum h", "values", false, 1242, 120, 6, 9), Buffer("out delay", "words", false, 1370, 28, 9, 12),
            ],
            ArenaWords = 1413,
            FileBytes = 139_264,
            SynapticOperationsPerTick = 3503.25,
            NeuronUpdatesPerTick = 687,
            Saturations = 17,
        };
    }
}
