using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>The published NIR files: structure, shapes and coefficients, and what is asked for when the file is silent.</summary>
public class NirImporterTests
{
    private static NetworkGraph Import(string file, NirOptions options) => NirImporter.Import(TestData.Require(file), options);

    [Fact]
    public void The_single_neuron_gets_the_coefficients_of_forward_euler()
    {
        NetworkGraph graph = Import("nir/lif_norse.nir", new NirOptions { Dt = 1e-4 });
        Assert.Equal(["input", "0", "1", "output"], graph.Nodes.Select(n => n.Name));
        NeuronNode lif = Assert.IsType<NeuronNode>(graph.Find("1"));
        Assert.Equal(0.96, Assert.Single(lif.Decay), 1e-6);
        Assert.Equal(0.04, Assert.Single(lif.InputGain), 1e-6);
        Assert.Equal(0.1, Assert.Single(lif.Threshold!), 1e-6);
        Assert.Equal([0.0], lif.ResetValue);
    }

    [Theory]
    [InlineData("nir/lif_norse.csv", 1)]
    [InlineData("nir/lif_snntorch.csv", 25)]
    public void The_imported_coefficients_reproduce_the_published_traces(string trace, double scaleOfMembrane)
    {
        NeuronNode lif = Assert.IsType<NeuronNode>(Import("nir/lif_norse.nir", new NirOptions { Dt = 1e-4 }).Find("1"));
        CsvTable table = CsvTable.Read(TestData.Require(trace));
        double v = 0;
        List<int> spikes = [];
        for (int tick = 0; tick < table.Rows; tick++)
        {
            v = lif.Decay[0] * v + lif.InputGain[0] * table.Values[tick * 3] + lif.MembraneBias[0];
            if (v > lif.Threshold![0])
            {
                spikes.Add(tick);
                v = lif.ResetValue[0];
            }

            Assert.Equal(table.Values[tick * 3 + 1] / scaleOfMembrane, v, 1e-6);
            Assert.Equal(table.Values[tick * 3 + 2], spikes.Contains(tick) ? 1 : 0);
        }

        Assert.Equal([460, 510, 710, 760], spikes);
    }

    [Theory]
    [InlineData("nir/braille_noDelay_bias_zero.nir", 38, .55, .9, .5, .55)]
    [InlineData("nir/braille_noDelay_noBias_subtract.nir", 40, .75, .85, .45, .7)]
    public void The_Braille_networks_get_back_the_recursion_they_were_trained_with(string file, int hidden, double alpha1, double beta1, double alpha2, double beta2)
    {
        NetworkGraph graph = Import(file, new NirOptions { Dt = 1e-4 });
        Assert.Equal(7, graph.Nodes.Count);
        Assert.Equal(7, graph.Edges.Count);
        foreach ((string name, int size, double alpha, double beta) in new[] { ("lif1.lif", hidden, alpha1, beta1), ("lif2", 7, alpha2, beta2) })
        {
            NeuronNode lif = Assert.IsType<NeuronNode>(graph.Find(name));
            Assert.Equal(size, lif.InputShape.Count);
            Assert.Equal(alpha, Assert.Single(lif.SynapticDecay!), 1e-6);
            Assert.Equal(beta, Assert.Single(lif.Decay), 1e-6);
            Assert.Equal([1.0], lif.InputGain);
            Assert.Equal([1.0], lif.DriveGain);
        }

        Edge loop = Assert.Single(graph.Edges, e => e.Delay > 0);
        Assert.Equal(new Edge("lif1.lif", "lif1.w_rec", 1), loop);
        Assert.Equal(Readout.SpikeCount, graph.Nodes.OfType<OutputNode>().Single().Readout);
    }

    [Fact]
    public void The_convolutional_network_needs_no_dt_and_has_all_its_shapes()
    {
        NetworkGraph graph = Import("nir/cnn_sinabs.nir", new NirOptions());
        string[] expected = ["2x34x34", "16x16x16", "16x16x16", "16x16x16", "16x16x16", "16x8x8", "8x8x8", "8x8x8", "8x4x4", "128", "256", "256", "10", "10", "10"];
        Assert.Equal(expected, graph.Nodes.Select(n => n.OutputShape.ToString()));
        Assert.All(graph.Nodes.OfType<NeuronNode>(), n => Assert.Equal([1.0], n.InputGain));
        Assert.Contains(graph.Choices, c => c.Contains("unit step", StringComparison.Ordinal));
        Assert.Equal(0, graph.TickSeconds);
    }

    [Theory]
    [InlineData("nir/lif_norse.nir", 4, 3, 2)]
    [InlineData("nir/braille_noDelay_bias_zero.nir", 7, 7, (38 * 12) + 38 + (38 * 38) + 38 + (7 * 38) + 7)]
    [InlineData("nir/braille_noDelay_noBias_subtract.nir", 7, 7, (40 * 12) + (40 * 40) + (7 * 40))]
    [InlineData("nir/cnn_sinabs.nir", 15, 14, (16 * 2 * 25) + 16 + (16 * 16 * 9) + 16 + (8 * 16 * 9) + 8 + (256 * 128) + 256 + (10 * 256) + 10)]
    public void Nodes_edges_and_parameters_are_as_many_as_published(string file, int nodes, int edges, int parameters)
    {
        NetworkGraph graph = Import(file, new NirOptions { Dt = 1e-4 });
        Assert.Equal((nodes, edges), (graph.Nodes.Count, graph.Edges.Count));
        Assert.Equal(parameters, graph.Nodes.Sum(n => n switch
        {
            LinearNode linear => linear.Weight.Length + (linear.Bias?.Length ?? 0),
            ConvolutionNode convolution => convolution.Weight.Length + (convolution.Bias?.Length ?? 0),
            _ => 0,
        }));
        Assert.Equal(64, graph.SourceHash.Length);
    }

    [Fact]
    public void Time_constants_without_dt_are_refused_with_the_option_to_give()
    {
        ConversionException e = Assert.Throws<ConversionException>(() => Import("nir/lif_norse.nir", new NirOptions()));
        Assert.Equal(ErrorCode.OptionNeeded, e.Code);
        Assert.Contains("--dt", e.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tick_longer_than_a_time_constant_is_refused_under_Euler_and_names_the_node()
    {
        ConversionException e = Assert.Throws<ConversionException>(() => Import("nir/lif_norse.nir", new NirOptions { Dt = 0.005 }));
        Assert.Equal(ErrorCode.ParameterRange, e.Code);
        Assert.Contains("'1'", e.Where, StringComparison.Ordinal);
        Assert.Equal(Math.Exp(-2), Assert.IsType<NeuronNode>(Import("nir/lif_norse.nir", new NirOptions { Dt = 0.005, Rule = DiscretisationRule.Zoh }).Find("1")).Decay[0], 1e-6);
    }
}
