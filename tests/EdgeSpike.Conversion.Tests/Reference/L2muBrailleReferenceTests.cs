using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>
/// The trained seven-class L2MU on its 280 held-out samples, against the counts of its float32 reference. Both
/// precisions run side by side, sample by sample, once for all tests.
/// </summary>
public sealed class L2muBrailleReferenceTests
{
    private static readonly string[] Layers = ["u", "m", "h", "out"];
    private static readonly Lazy<L2muBraille> Network = new(() => L2muBraille.Load(TestData.Require("l2mu-braille")));
    private static readonly Lazy<Both> Runs = new(() => Run(Network.Value));

    /// <summary>Every count of every sample, those of the hidden populations included.</summary>
    [Fact]
    public void Float32_reproduces_every_published_count()
    {
        _ = TestData.Require("l2mu-braille");
        for (int n = 0; n < L2muBraille.Samples; n++) AssertCounts(Network.Value.Expected[n], Runs.Value.Single[n]);
        Assert.Equal(264, Right(Runs.Value.Single));
    }

    /// <summary>
    /// The statement that the report's figures for this network rest on: with float64 the same 264 samples are right and
    /// none of the 280 rows of counts differs, although no membrane is the same.
    /// </summary>
    [Fact]
    public void Float64_changes_no_count()
    {
        _ = TestData.Require("l2mu-braille");
        for (int n = 0; n < L2muBraille.Samples; n++) AssertCounts(Network.Value.Expected[n], Runs.Value.Double[n]);
        Assert.Equal(264, Right(Runs.Value.Double));
    }

    /// <summary>
    /// Not the counts alone: spike for spike float64 and float32 are equal in all four populations, while the membranes of
    /// the outputs drift apart by up to 4e-7.
    /// </summary>
    [Fact]
    public void Float64_and_float32_agree_spike_for_spike()
    {
        _ = TestData.Require("l2mu-braille");
        SpikeComparison spikes = Runs.Value.Spikes;
        Assert.Equal(Layers, spikes.Layers);
        foreach ((string layer, double expected) in Layers.Zip([944882.0, 844326.0, 209847.0, 78737.0]))
        {
            Assert.Equal(280, spikes[layer].Samples);
            Assert.Equal((expected, expected, expected), (spikes[layer].ReferenceSpikes, spikes[layer].OtherSpikes, spikes[layer].SharedSpikes));
            Assert.Equal((0, -1), (spikes[layer].SamplesThatDiffer, spikes[layer].FirstDifference));
        }

        Assert.InRange(Runs.Value.LargestMembraneDifference, 3e-7, 5e-7);
    }

    /// <summary>
    /// Since float64 gives the same counts, they do not prove the order of rounding. The membranes do: bit for bit those of
    /// the equations written out in single precision, in the order of the published run (on the first sample).
    /// </summary>
    [Fact]
    public void Float32_membranes_are_those_of_the_equations_in_single_precision()
    {
        L2muBraille network = Network.Value;
        ReferenceNetwork reference = new(network.Graph, Precision.Float32);
        LiteralL2mu literal = new(network.Graph);
        double[] input = new double[L2muBraille.Channels];
        for (int t = 0; t < L2muBraille.Ticks; t++)
        {
            for (int i = 0; i < input.Length; i++) input[i] = network.Tick(0, t)[i];
            reference.Step(input);
            literal.Step(input);
            foreach (string layer in Layers)
                Assert.Equal(literal.Membranes[layer].Select(v => (double)v), reference.Membrane(layer).ToArray());
        }
    }

    private static void AssertCounts(L2muBraille.ExpectedSample expected, Counts counts)
    {
        Assert.Equal(expected.OutputSpikes, counts.Output);
        Assert.Equal((expected.TotalU, expected.TotalH, expected.TotalM), (counts.U, counts.H, counts.M));
        Assert.Equal(expected.Predicted, counts.Class);
    }

    private static int Right(Counts[] counts) => counts.Where((c, n) => c.Class == Network.Value.Expected[n].Label).Count();

    private static Both Run(L2muBraille network)
    {
        Both both = new(new Counts[L2muBraille.Samples], new Counts[L2muBraille.Samples], new SpikeComparison());
        Parallel.For(0, L2muBraille.Samples,
            () => (Double: Runner(network, Precision.Float64), Single: Runner(network, Precision.Float32)),
            (n, _, runners) =>
            {
                double[] input = new double[L2muBraille.Ticks * L2muBraille.Channels];
                for (int i = 0; i < input.Length; i++) input[i] = network.Inputs[n * input.Length + i];
                SequenceResult reference = runners.Double.Run(input), other = runners.Single.Run(input);
                both.Double[n] = Count(reference);
                both.Single[n] = Count(other);
                lock (both.Spikes)
                {
                    foreach (string layer in Layers) both.Spikes.Add(reference.Signals[layer], other.Signals[layer]);
                    for (int t = 0; t < L2muBraille.Ticks; t++)
                        for (int i = 0; i < L2muBraille.Classes; i++)
                            both.LargestMembraneDifference = Math.Max(both.LargestMembraneDifference, Math.Abs(reference.Membranes["out"][t, i] - other.Membranes["out"][t, i]));
                }

                return runners;
            },
            _ => { });
        return both;
    }

    private static SequenceRunner Runner(L2muBraille network, Precision precision) => new(new ReferenceNetwork(network.Graph, precision), Layers, ["out"]);

    private static Counts Count(SequenceResult result)
    {
        int[] output = new int[L2muBraille.Classes];
        for (int c = 0; c < output.Length; c++) output[c] = (int)result.Values[c];
        return new Counts(output, result.Class, (int)result.Signals["u"].Total, (int)result.Signals["h"].Total, (int)result.Signals["m"].Total);
    }

    private sealed record Both(Counts[] Double, Counts[] Single, SpikeComparison Spikes)
    {
        public double LargestMembraneDifference { get; set; }
    }

    private sealed record Counts(int[] Output, int Class, int U, int H, int M);

    /// <summary>The nine equations, each sum over all inputs, zeros included, in plain float.</summary>
    private sealed class LiteralL2mu(NetworkGraph graph)
    {
        private readonly Dictionary<string, float[]> _spikes = Layers.ToDictionary(l => l, l => new float[graph.Find(l)!.OutputShape.Count]);

        public Dictionary<string, float[]> Membranes { get; } = Layers.ToDictionary(l => l, l => new float[graph.Find(l)!.OutputShape.Count]);

        public void Step(double[] taxels)
        {
            float[] x = [.. taxels.Select(v => (float)v)];
            float[] current = new float[70];
            Add("E_x", x, current);
            Add("E_h", _spikes["h"], current);
            Add("E_m", _spikes["m"], current);
            Fire("u", current);

            double[] a = Weight("A"), b = Weight("B");
            float[] memory = new float[490];
            for (int k = 0; k < 490; k++)
            {
                double sum = 0;
                for (int j = 0; j < 7; j++) sum += a[k % 7 * 7 + j] * _spikes["m"][k / 7 * 7 + j];
                memory[k] = (float)(sum + b[k % 7] * _spikes["u"][k / 7]);
            }

            float[] hidden = new float[120];
            float[] old = (float[])_spikes["h"].Clone();
            Fire("m", memory);
            Add("W_x", x, hidden);
            Add("W_h", old, hidden);
            Add("W_m", _spikes["m"], hidden);
            Fire("h", hidden);

            float[] output = [.. ((LinearNode)graph.Find("W_o")!).Bias!.Select(v => (float)v)];
            Add("W_o", _spikes["h"], output);
            Fire("out", output);
        }

        private double[] Weight(string name) => ((LinearNode)graph.Find(name)!).Weight;

        private void Add(string name, float[] x, float[] sum)
        {
            double[] weight = Weight(name);
            for (int i = 0; i < sum.Length; i++)
                for (int j = 0; j < x.Length; j++)
                    sum[i] += (float)weight[i * x.Length + j] * x[j];
        }

        private void Fire(string layer, float[] current)
        {
            NeuronNode node = (NeuronNode)graph.Find(layer)!;
            float beta = (float)node.Decay[0], threshold = (float)node.Threshold![0];
            float[] v = Membranes[layer];
            for (int i = 0; i < v.Length; i++)
            {
                float reset = v[i] > threshold ? threshold : 0f;
                float decayed = beta * v[i];
                float driven = decayed + current[i];
                v[i] = driven - reset;
                _spikes[layer][i] = v[i] > threshold ? 1f : 0f;
            }
        }
    }
}
