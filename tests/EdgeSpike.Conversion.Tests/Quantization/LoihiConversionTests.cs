using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using Xunit;
using static EdgeSpike.Conversion.Tests.Quantization.Networks;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>The loihi profile: what it takes, what it refuses, and how near it stays to the float network with its delays.</summary>
public sealed class LoihiConversionTests(ITestOutputHelper output)
{
    private static readonly ConvertOptions s_loihi = new() { Profile = Profile.Loihi };

    private static NeuronNode Current(string name, int n, double threshold = 1, double decay = 0.9, double synaptic = 0.6) => new()
    {
        Name = name,
        InputShape = new Shape(n),
        OutputShape = new Shape(n),
        Decay = [decay],
        SynapticDecay = [synaptic],
        Threshold = [threshold],
    };

    [Fact]
    public void Weights_that_are_exact_on_the_chip_give_the_spikes_of_the_float_network()
    {
        // Weights of k/100 with the largest 254/100 and a threshold of 1: 100 weight steps. Decays are multiples of 1/4096.
        Random random = new(1);
        double[] weights = [.. Enumerable.Range(0, 60).Select(_ => 2 * random.Next(-40, 60) / 100.0)];
        weights[0] = 2.54;
        LinearNode linear = new() { Name = "a", InputShape = new Shape(12), OutputShape = new Shape(5), Inputs = 12, Outputs = 5, Weight = weights };
        NetworkGraph graph = Chain(Input(12), linear, Neuron("n", 1, 0.75, 5), Output(Readout.SpikeCount, 5));
        Departure departure = Compare(graph, s_loihi, new RandomSamples(12, 1, 100, 4), out ConversionResult result);
        output.WriteLine(departure.ToString());
        Assert.Equal(0, departure.Different);
        Assert.True(departure.Spikes > 50);
        Assert.InRange(departure.Worst, 0, 1e-3);
        Assert.Equal(0, result.Report.Tensors.Single().RelativeError, 1e-9);
        Assert.Equal("loihi", result.Report.Profile);
    }

    [Fact]
    public void Layers_loops_convolutions_and_delays_stay_near()
    {
        Random random = new(2);
        Node[] nodes =
        [
            Input(2, 6, 6), Convolution("conv", random, 2, 6, 6, 4, 3), Neuron("n", 1.5, 0.5, 4, 4, 4), Pool("pool", 4, 4, 4, 2, average: true), Flatten("f", 4, 2, 2),
            Linear("fc", random, 16, 8, 2), Current("h", 8), Linear("rec", random, 8, 8, 0.3), Linear("out", random, 8, 5), Neuron("o", 1, 0.8, 5), Output(Readout.SpikeCount, 5),
        ];
        Edge[] edges =
        [
            new("input", "conv"), new("conv", "n"), new("n", "pool"), new("pool", "f"), new("f", "fc"), new("fc", "h", 3), new("h", "rec", 1), new("rec", "h"), new("h", "out"), new("out", "o"), new("o", "output"),
        ];
        Departure departure = Compare(new NetworkGraph("loihi", 0.001, nodes, edges), s_loihi, new RandomSamples(72, 1, 60, 4), out ConversionResult result);
        output.WriteLine(departure.ToString());
        foreach (TensorReport tensor in result.Report.Tensors) output.WriteLine($"{tensor.Name} {tensor.RelativeError:0.0000} {tensor.RangeUsed:0.00} {tensor.SmallestScale:g4}");
        foreach (string choice in result.Report.Choices.Concat(result.Report.Warnings)) output.WriteLine(choice);
        Assert.True(departure.Spikes > 200);
        Assert.True(departure.Different < 0.05 * departure.Pairs, departure.ToString());
        Assert.Contains(result.Report.Choices, c => c.Contains("one tick", StringComparison.Ordinal) && c.Contains("'input' -> 'conv'", StringComparison.Ordinal));
        // The edge with 3 ticks of its own keeps them.
        Assert.Equal(0, result.Graph.Edges.Single(e => e.Source == "n").Delay);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("comparison")]
    [InlineData("threshold")]
    [InlineData("decays")]
    [InlineData("bias")]
    [InlineData("memory")]
    [InlineData("delay")]
    [InlineData("real")]
    public void What_the_chip_does_not_have_is_refused_with_the_layer_and_a_remedy(string what)
    {
        NeuronNode neuron = what switch
        {
            "reset" => new NeuronNode { Name = "n", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [0.5], Threshold = [1.0], Reset = ResetRule.Subtract },
            "comparison" => new NeuronNode { Name = "n", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [0.5], Threshold = [1.0], Comparison = Comparison.GreaterOrEqual },
            "threshold" => Integrator("n", 0.5, 2),
            "decays" => new NeuronNode { Name = "n", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [0.5, 0.6], Threshold = [1.0] },
            "bias" => new NeuronNode { Name = "n", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [0.5], SynapticDecay = [0.5], InputBias = [0.1], Threshold = [1.0] },
            _ => Neuron("n", 1, 0.5, 2),
        };
        List<Node> nodes = [Input(2)];
        if (what == "memory") nodes.Add(new StateSpaceNode { Name = "n0", InputShape = new Shape(2), OutputShape = new Shape(2), StateMatrix = [0.5, 0, 0, 0.5], InputMatrix = [1, 0, 0, 1], Order = 2, Inputs = 2 });
        nodes.AddRange([Linear("a", new Random(3), 2, 2), neuron, Output(Readout.SpikeCount, 2)]);
        NetworkGraph graph = Chain([.. nodes]);
        if (what == "delay") graph = new NetworkGraph("d", 0, graph.Nodes, [.. graph.Edges.Select(e => e.Target == "a" ? e with { Delay = 63 } : e)]);
        ConversionException error = Assert.Throws<ConversionException>(() => Converter.Convert(graph, s_loihi, what == "real" ? new RandomSamples(2, -3, 10, 2) : new RandomSamples(2, 1, 10, 2), null, null));
        output.WriteLine(error.Message);
        Assert.Equal(ErrorCode.Unsupported, error.Code);
        Assert.Contains('\'', error.Where);
    }

    [Fact]
    public void Biases_thresholds_and_refractory_ticks_keep_to_their_registers()
    {
        Random random = new(4);
        NeuronNode neuron = new() { Name = "n", InputShape = new Shape(6), OutputShape = new Shape(6), Decay = [0.9], Threshold = [1.3], MembraneBias = Weights(random, 6, 0.1), RefractoryTicks = 3 };
        Departure departure = Compare(Chain(Input(10), Linear("a", random, 10, 6, 1, bias: true), neuron, Output(Readout.SpikeCount, 6)), s_loihi, new RandomSamples(10, 1, 100, 4), out _);
        output.WriteLine(departure.ToString());
        Assert.True(departure.Different < 0.03 * departure.Pairs && departure.Spikes > 100, departure.ToString());
    }
}
