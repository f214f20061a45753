using System;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using Xunit;

namespace EdgeSpike.Training.Tests;

/// <summary>The forward pass in integers against the interpreter, and the float pass against the reference engine.</summary>
public class IntegerForwardTests
{
    private const int Ticks = 20;
    private static readonly float[] s_units = [1e-4f, 1e-4f, 1e-4f, 1f / 3000, 1f / 3000];

    /// <summary>Spikes of every layer and the answer, tick for tick, of 64 windows.</summary>
    [Theory]
    [InlineData(NeuronKind.Lif, ResetDelay.Next, WeightType.Int8, false)]
    [InlineData(NeuronKind.Lif, ResetDelay.Now, WeightType.Int4, true)]
    [InlineData(NeuronKind.CubaLif, ResetDelay.Next, WeightType.Int8, true)]
    [InlineData(NeuronKind.CubaLif, ResetDelay.Now, WeightType.Int16, false)]
    public void EqualsTheInterpreter(NeuronKind kind, ResetDelay reset, WeightType weights, bool each)
    {
        Network network = Folding.Fold(SmallNetworks.Create(kind, reset, normalize: true, counts: false, each));
        NetworkGraph graph = NetworkExport.ToGraph(network, "small", 0.1, [], s_units);
        Readings readings = new(64, Ticks, s_units.Length, seed: 5);
        ConvertOptions options = new() { Weights = weights };
        byte[] model = Converter.Convert(graph, options, readings, null, null).Bytes;
        NetworkPass pass = new(network, Ticks, backward: true);
        readings.Fill(pass, s_units);
        IntegerForward integers = new(network, model, s_units);
        integers.Forward(pass, integers.CreateScratch());

        ModelRunner runner = new(model);
        string[] layers = ["lif1", "lif2", "h", "m"];
        double[] values = new double[s_units.Length];
        int spikes = 0;
        for (int k = 0; k < 64; k++)
        {
            runner.Reset();
            for (int t = 0; t < Ticks; t++)
            {
                readings.Tick(k, t, values);
                runner.Step(values);
                foreach (string layer in layers)
                {
                    (Signal signal, int first) = Place(pass, network, layer);
                    double[] expected = runner.Spikes(layer).ToArray();
                    for (int j = 0; j < expected.Length; j++)
                    {
                        Assert.True(expected[j] == signal.Value[signal.At(t) + (first + j) * 64 + k], $"{layer} {j}, window {k}, tick {t}");
                        spikes += (int)expected[j];
                    }
                }

                double[] scores = runner.Scores();
                for (int c = 0; c < SmallNetworks.Classes; c++) Assert.Equal(scores[c], pass.Output.Value[pass.Output.At(t) + c * 64 + k], 1e-3 + 1e-4 * Math.Abs(scores[c]));
            }
        }

        Assert.InRange(spikes, 1000, 64 * Ticks * 28 - 1000);
    }

    /// <summary>
    /// Weights, decays and thresholds that are short binary fractions make every sum exact in float32: the spikes are those of
    /// the reference in float64, every tick, and the scores to the last bit.
    /// </summary>
    [Theory]
    [InlineData(NeuronKind.Lif, ResetDelay.Next, false)]
    [InlineData(NeuronKind.Lif, ResetDelay.Now, true)]
    [InlineData(NeuronKind.CubaLif, ResetDelay.Next, true)]
    public void FloatPassEqualsTheReference(NeuronKind kind, ResetDelay reset, bool counts)
    {
        Network network = Folding.Fold(SmallNetworks.Create(kind, reset, normalize: false, counts, each: true));
        foreach (Parameter parameter in network.Parameters)
            for (int i = 0; i < parameter.Value.Length; i++)
                parameter.Value[i] = parameter.Name.Contains("decay", StringComparison.Ordinal) ? parameter.Value[i] == 1 ? 1 : 0.5f : MathF.Round(parameter.Value[i] * 16) / 16 + (parameter.Name.Contains("threshold", StringComparison.Ordinal) ? 1f / 32 : 0);
        LegendreCell cell = network.Layers.OfType<LegendreCell>().Single();
        for (int i = 0; i < cell.StateMatrix.Length; i++) cell.StateMatrix[i] = MathF.Round(cell.StateMatrix[i] * 8) / 8;
        for (int i = 0; i < cell.InputMatrix.Length; i++) cell.InputMatrix[i] = MathF.Round(cell.InputMatrix[i] * 8) / 8;
        const int T = 6;                                   // the membranes halve at each tick: their fractions fit 24 bits
        float[] units = [1, 1, 1, 1, 1];
        NetworkGraph graph = NetworkExport.ToGraph(network, "small", 0.1, [], units);
        Readings readings = new(64, T, units.Length, seed: 6, largest: 7);
        NetworkPass pass = new(network, T, backward: false);
        readings.Fill(pass, units);
        pass.Forward(new PassSettings());
        Conversion.Reference.ReferenceNetwork reference = new(graph, Conversion.Reference.Precision.Float64);
        double[] values = new double[units.Length];
        int spikes = 0;
        double[] total = new double[SmallNetworks.Classes];
        for (int k = 0; k < 64; k++)
        {
            reference.Reset();
            Array.Clear(total);
            for (int t = 0; t < T; t++)
            {
                readings.Tick(k, t, values);
                reference.Step(values);
                foreach (string layer in (string[])["lif1", "lif2", "h", "m"])
                {
                    (Signal signal, int first) = Place(pass, network, layer);
                    ReadOnlySpan<double> expected = reference.Output(layer);
                    for (int j = 0; j < expected.Length; j++)
                    {
                        Assert.True(expected[j] == signal.Value[signal.At(t) + (first + j) * 64 + k], $"{layer} {j}, window {k}, tick {t}");
                        spikes += (int)expected[j];
                    }
                }

                ReadOnlySpan<double> scores = reference.Output(counts ? "out" : "scores");
                for (int c = 0; c < SmallNetworks.Classes; c++) total[c] = scores[c] + (counts ? total[c] : 0);
                for (int c = 0; c < SmallNetworks.Classes; c++) Assert.Equal(total[c], pass.Output.Value[pass.Output.At(t) + c * 64 + k]);
            }
        }

        Assert.InRange(spikes, 300, 64 * T * 28 - 300);
    }

    private static (Signal Signal, int First) Place(NetworkPass pass, Network network, string layer) => layer switch
    {
        "lif1" => (pass.Signals[1], 0),
        "lif2" => (pass.Signals[2], 0),
        "h" => (pass.Signals[3], 0),
        _ => (pass.Signals[3], network.Layers.OfType<LegendreCell>().Single().Hidden.Size),
    };

    private sealed class Readings : ISampleSource
    {
        private readonly short[] _values;

        public Readings(int count, int ticks, int channels, int seed, int largest = 12000)
        {
            (Count, Ticks, Channels) = (count, ticks, channels);
            TrainingRandom random = new((ulong)seed);
            _values = [.. Enumerable.Range(0, count * ticks * channels).Select(_ => (short)Math.Clamp(MathF.Round(random.Normal() * largest / 2), -largest, largest))];
        }

        public int Count { get; }

        public int Ticks { get; }

        public int Channels { get; }

        public void Tick(int sample, int tick, Span<double> values)
        {
            for (int c = 0; c < Channels; c++) values[c] = _values[(sample * Ticks + tick) * Channels + c];
        }

        public void Fill(NetworkPass pass, float[] units)
        {
            for (int k = 0; k < 64; k++)
                for (int t = 0; t < Ticks; t++)
                    for (int c = 0; c < Channels; c++) pass.Input.Value[pass.Input.At(t) + c * 64 + k] = _values[(k * Ticks + t) * Channels + c] * units[c];
        }
    }
}
