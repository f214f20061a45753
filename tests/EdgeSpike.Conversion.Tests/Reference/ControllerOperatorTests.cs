using System;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Conversion.Tests.Support;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>The paired encoder and the leaky read-out against their equations (Burgers, Stroobants, de Croon 2023), transcribed, and by hand.</summary>
public sealed class ControllerOperatorTests
{
    [Fact]
    public void An_encoder_is_two_neurons_of_opposite_weights_for_every_pair() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        int m = random.Next(1, 4), pairs = random.Next(1, 4);
        int Size() => random.Next(2) == 0 ? 1 : pairs;
        double[] weight = Graphs.Values(random, pairs * m), bias = Graphs.Values(random, Size());
        double[] decay = [.. Enumerable.Range(0, Size()).Select(_ => random.Next(5) / 4.0)], threshold = [.. Enumerable.Range(0, Size()).Select(_ => random.Next(0, 24) / 16.0)];
        double Of(double[] values, int p) => values[values.Length == 1 ? 0 : p];
        ReferenceNetwork network = Graphs.Around(new PairedEncoderNode { Name = "node", InputShape = new Shape(m), OutputShape = new Shape(2 * pairs), Weight = weight, Bias = bias, Decay = decay, Threshold = threshold });
        for (int run = 0; run < 2; run++)
        {
            network.Reset();
            double[] v = new double[2 * pairs], s = new double[2 * pairs];
            for (int t = 0; t < 12; t++)
            {
                double[] e = Graphs.Values(random, m);
                network.Step(e);
                for (int j = 0; j < 2 * pairs; j++)
                {
                    int p = j / 2, sign = j % 2 == 0 ? 1 : -1;
                    double i = Of(bias, p);
                    for (int k = 0; k < m; k++) i += sign * weight[p * m + k] * e[k];
                    v[j] = Of(decay, p) * v[j] + i - s[j] * Of(threshold, p);
                    s[j] = v[j] > Of(threshold, p) ? 1 : 0;
                }

                Assert.Equal(s, network.Output("node").ToArray());
                Assert.Equal(v, network.Membrane("node").ToArray());
            }
        }
    }, iter: 2000);

    /// <summary>
    /// w = 2, b = 1/4, decay 1/2, threshold 1; errors 1/2, 1/2, -1/2:
    /// <code>
    /// up:   i = 5/4, v = 5/4 spikes;  v = 5/8 + 5/4 - 1 = 7/8;   i = -3/4, v = 7/16 - 3/4 = -5/16
    /// down: i = -3/4, v = -3/4;       v = -3/8 - 3/4 = -9/8;     i = 5/4,  v = -9/16 + 5/4 = 11/16
    /// </code>
    /// </summary>
    [Fact]
    public void An_encoder_by_hand()
    {
        ReferenceNetwork network = Graphs.Around(new PairedEncoderNode { Name = "node", InputShape = new Shape(1), OutputShape = new Shape(2), Weight = [2], Bias = [0.25], Decay = [0.5], Threshold = [1] });
        double[][] membranes = [[1.25, -0.75], [0.875, -1.125], [-0.3125, 0.6875]], spikes = [[1, 0], [0, 0], [0, 0]];
        foreach ((int t, double e) in ((double[])[0.5, 0.5, -0.5]).Index())
        {
            network.Step([e]);
            Assert.Equal(membranes[t], network.Membrane("node").ToArray());
            Assert.Equal(spikes[t], network.Output("node").ToArray());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_read_out_leaks_towards_the_weighted_spikes(bool mirrored) => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        int pairs = random.Next(1, 4), outputs = random.Next(1, 4), inputs = 2 * pairs, columns = mirrored ? pairs : inputs;
        double[] weight = Graphs.Values(random, outputs * columns), leak = [.. Enumerable.Range(0, random.Next(2) == 0 ? 1 : outputs).Select(_ => random.Next(5) / 4.0)];
        ReferenceNetwork network = Graphs.Around(new LeakyReadoutNode { Name = "node", InputShape = new Shape(inputs), OutputShape = new Shape(outputs), Weight = weight, Leak = leak, Mirrored = mirrored });
        double[] y = new double[outputs];
        for (int t = 0; t < 12; t++)
        {
            double[] s = [.. Enumerable.Range(0, inputs).Select(_ => (double)random.Next(2))];
            network.Step(s);
            for (int o = 0; o < outputs; o++)
            {
                double sum = 0, l = leak[leak.Length == 1 ? 0 : o];
                if (mirrored)
                    for (int p = 0; p < pairs; p++) sum += weight[o * pairs + p] * s[2 * p] - weight[o * pairs + p] * s[2 * p + 1];
                else
                    for (int j = 0; j < inputs; j++) sum += weight[o * inputs + j] * s[j];
                y[o] = l * y[o] + (1 - l) * sum;
            }

            Assert.Equal(y, network.Output("node").ToArray());
            Assert.Equal(y, network.Membrane("node").ToArray());
        }
    }, iter: 2000);

    /// <summary>W = 4 for the pair, leak 3/4; spikes up, both, down: 1/4 * 4 = 1; 3/4 * 1 + 0; 9/16 - 1.</summary>
    [Fact]
    public void A_read_out_by_hand()
    {
        ReferenceNetwork network = Graphs.Around(new LeakyReadoutNode { Name = "node", InputShape = new Shape(2), OutputShape = new Shape(1), Weight = [4], Leak = [0.75], Mirrored = true });
        foreach ((double[] spikes, double expected) in new (double[], double)[] { ([1, 0], 1), ([1, 1], 0.75), ([0, 1], 0.5625 - 1) })
        {
            network.Step(spikes);
            Assert.Equal(expected, network.Output("node")[0]);
        }
    }

    /// <summary>NIR has nodes for it: Linear, then LI with r = 1 (Euler: decay 1 - dt/tau, gain dt/tau).</summary>
    [Fact]
    public void A_read_out_is_the_leaky_integrator_of_NIR()
    {
        Random random = new(3);
        double[] weight = Graphs.Rough(random, 6);
        const double dt = 1e-3, tau = 8e-3;
        ReferenceNetwork own = Graphs.Around(new LeakyReadoutNode { Name = "node", InputShape = new Shape(3), OutputShape = new Shape(2), Weight = weight, Leak = [1 - dt / tau] });
        NirWriter nir = new(doubles: true);
        byte[] file = NirWriter.File(NirWriter.Graph(
            [
                ("input", NirWriter.Node("Input", ("shape", nir.Integers(3)))), ("w", NirWriter.Node("Linear", ("weight", nir.Floats(weight, 2, 3)))),
                ("li", NirWriter.Node("LI", ("tau", nir.Floats([tau, tau])), ("r", nir.Floats([1, 1])), ("v_leak", nir.Floats([0, 0])))), ("output", NirWriter.Node("Output", ("shape", nir.Integers(2)))),
            ],
            ("input", "w"), ("w", "li"), ("li", "output")));
        ReferenceNetwork imported = new(NirImporter.Import(file, "test.nir", new NirOptions { Dt = dt }), Precision.Float64);
        for (int t = 0; t < 50; t++)
        {
            double[] s = [.. Enumerable.Range(0, 3).Select(_ => (double)random.Next(2))];
            own.Step(s);
            imported.Step(s);
            double[] expected = own.Output("node").ToArray(), actual = imported.Output("li").ToArray();
            for (int o = 0; o < 2; o++) Assert.Equal(expected[o], actual[o], 12);
        }
    }
}
