using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>Sums, delays, order and memory of the network as a whole.</summary>
public sealed class ReferenceNetworkTests
{
    [Fact]
    public void An_edge_with_a_delay_reads_the_past_and_zero_before_it() => Gen.Select(Gen.Int[0, 7], Gen.Int[0, 7], Graphs.Seed).Sample((first, second, seed) =>
    {
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [Graphs.Input("in", 2), Graphs.Relay("sum", 2), Graphs.Output("out", 2)],
            [new("in", "sum", first), new("in", "sum", second), new("sum", "out")]);
        double[][] x = Graphs.Signal(new Random(seed), 20, 2);
        for (int t = 0; t < x.Length; t++)
        {
            network.Step(x[t]);
            for (int i = 0; i < 2; i++)
                Assert.Equal((t >= first ? x[t - first][i] : 0) + (t >= second ? x[t - second][i] : 0), network.Output("sum")[i]);
        }
    });

    /// <summary>The delay may stand before or behind a connection; a bias behind it is not there before the first tick.</summary>
    [Fact]
    public void A_delay_behind_a_connection_delays_products_and_bias() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Bool, Graphs.Seed).Sample((delay, ticks, shared, seed) =>
    {
        Random random = new(seed);
        double[] weight = Graphs.Values(random, 6), bias = Graphs.Values(random, 2);
        Node dense = Graphs.Linear("dense", 2, 3, weight, bias);
        DelayedLinearNode delayed = new() { Name = "delayed", InputShape = new Shape(3), OutputShape = new Shape(2), Weight = weight, Ticks = [.. Enumerable.Repeat(ticks, 6)], Bias = bias };
        List<Edge> edges = [new("in", "dense"), new("in", "delayed"), new("dense", "a", delay), new("delayed", "b", delay), new("a", "out")];
        if (shared) edges.AddRange([new("delayed", "a", delay), new("dense", "b", delay)]);
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [Graphs.Relay("a", 2), Graphs.Relay("b", 2), dense, delayed, Graphs.Input("in", 3), Graphs.Output("out", 2)], edges);
        double[][] x = Graphs.Signal(random, 12, 3);
        double[] At(int t, int past) => t < 0 ? [0, 0] :
            [.. Enumerable.Range(0, 2).Select(i => bias[i] + (t - past < 0 ? 0 : Enumerable.Range(0, 3).Sum(j => weight[i * 3 + j] * x[t - past][j])))];
        for (int t = 0; t < x.Length; t++)
        {
            network.Step(x[t]);
            double[] a = At(t - delay, 0), b = At(t - delay, ticks), both = [.. a.Zip(b, (p, q) => p + q)];
            Assert.Equal(shared ? both : a, network.Input("a").ToArray());
            Assert.Equal(shared ? both : b, network.Input("b").ToArray());
            Assert.Equal(At(t, 0), network.Output("dense").ToArray());
            Assert.Equal(At(t, ticks), network.Output("delayed").ToArray());
        }
    });

    [Fact]
    public void A_loop_reads_the_spikes_of_the_tick_before()
    {
        NeuronNode counter = new() { Name = "n", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [0], Threshold = [0.5] };
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [Graphs.Input("in", 1), counter, Graphs.Linear("loop", 1, 1, [1]), Graphs.Output("out", 1)],
            [new("in", "n"), new("n", "loop", 1), new("loop", "n"), new("n", "out")]);
        List<double> spikes = [];
        foreach (double x in (double[])[0, 0, 1, 0, 0, -1, 0])
        {
            network.Step([x]);
            spikes.Add(network.Output("n")[0]);
        }

        Assert.Equal([0, 0, 1, 1, 1, 0, 0], spikes);
        Assert.Equal(7, network.Ticks);
    }

    [Fact]
    public void Inputs_follow_the_order_of_the_list()
    {
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [Graphs.Relay("a", 1), Graphs.Input("second", 1), Graphs.Relay("b", 2), Graphs.Input("first", 2), Graphs.Output("x", 1), Graphs.Output("y", 2)],
            [new("second", "a"), new("first", "b"), new("a", "x"), new("b", "y")]);
        Assert.Equal(3, network.InputCount);
        network.Step([1, 2, 3]);
        Assert.Equal([1], network.Output("x").ToArray());
        Assert.Equal([2, 3], network.Output("y").ToArray());
    }

    /// <summary>Biases first, then each product in ascending order with a rounding each, then the value of what is no connection.</summary>
    [Fact]
    public void Float32_rounds_every_addition_in_the_stated_order() => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 20], Graphs.Seed).Sample((outputs, inputs, seed) =>
    {
        Random random = new(seed);
        LinearNode first = Graphs.Linear("first", outputs, inputs, Graphs.Rough(random, outputs * inputs), Graphs.Rough(random, outputs));
        LinearNode second = Graphs.Linear("second", outputs, inputs, Graphs.Rough(random, outputs * inputs), Graphs.Rough(random, outputs));
        ReferenceNetwork network = Graphs.Network(
            Precision.Float32,
            [Graphs.Input("x", inputs), Graphs.Input("y", outputs), first, second, Graphs.Relay("sum", outputs), Graphs.Output("out", outputs)],
            [new("x", "second"), new("x", "first"), new("second", "sum"), new("y", "sum"), new("first", "sum"), new("sum", "out")]);
        double[] values = Graphs.Rough(random, inputs + outputs);
        network.Step(values);
        for (int i = 0; i < outputs; i++)
        {
            float sum = (float)second.Bias![i] + (float)first.Bias![i], own = (float)first.Bias[i];
            for (int j = 0; j < inputs; j++) sum += (float)second.Weight[i * inputs + j] * (float)values[j];
            sum += (float)values[inputs + i];
            for (int j = 0; j < inputs; j++) sum += (float)first.Weight[i * inputs + j] * (float)values[j];
            for (int j = 0; j < inputs; j++) own += (float)first.Weight[i * inputs + j] * (float)values[j];
            Assert.Equal(sum, network.Input("sum")[i]);
            Assert.Equal(own, network.Output("first")[i]);
        }
    });

    [Fact]
    public void Float32_rounds_a_sum_with_blocks_once() => Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[2, 4], Graphs.Seed).Sample((outputs, inputs, repeat, seed) =>
    {
        Random random = new(seed);
        int all = outputs * repeat;
        LinearNode blocks = Graphs.Linear("blocks", outputs, inputs, Graphs.Rough(random, outputs * inputs), Graphs.Rough(random, outputs), repeat);
        LinearNode dense = Graphs.Linear("dense", all, inputs * repeat, Graphs.Rough(random, all * inputs * repeat));
        ReferenceNetwork network = Graphs.Network(
            Precision.Float32,
            [Graphs.Input("x", inputs * repeat), dense, blocks, Graphs.Relay("sum", all), Graphs.Output("out", all)],
            [new("x", "dense"), new("x", "blocks"), new("dense", "sum"), new("blocks", "sum"), new("sum", "out")]);
        double[] x = Graphs.Rough(random, inputs * repeat);
        network.Step(x);
        for (int i = 0; i < all; i++)
        {
            double sum = (float)blocks.Bias![i % outputs];
            for (int j = 0; j < x.Length; j++) sum += (double)(float)dense.Weight[i * x.Length + j] * (float)x[j];
            for (int j = 0; j < inputs; j++) sum += (double)(float)blocks.Weight[i % outputs * inputs + j] * (float)x[i / outputs * inputs + j];
            Assert.Equal((float)sum, network.Input("sum")[i]);
        }
    });

    /// <summary>A convolution with several targets is made once, with its own rounding, and enters both sums as a value.</summary>
    [Fact]
    public void Float32_takes_a_shared_convolution_as_a_value() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        ConvolutionNode convolution = new()
        {
            Name = "convolution",
            InputShape = new Shape(1, 5),
            OutputShape = new Shape(1, 3),
            InputChannels = 1,
            OutputChannels = 1,
            Weight = Graphs.Rough(random, 3),
            Bias = Graphs.Rough(random, 1),
            Window = new Window { InputHeight = 1, InputWidth = 5, OutputHeight = 1, OutputWidth = 3, KernelHeight = 1, KernelWidth = 3 },
        };
        double[] x = Graphs.Rough(random, 8);
        foreach (bool several in (bool[])[false, true])
        {
            List<Edge> edges = [new("x", "convolution"), new("y", "sum"), new("convolution", "sum"), new("sum", "out")];
            List<Node> nodes = [Graphs.Input("x", 1, 5), Graphs.Input("y", 3), convolution, Graphs.Relay("sum", 3), Graphs.Output("out", 3)];
            if (several)
            {
                nodes.Add(Graphs.Output("copy", 3));
                edges.Add(new("convolution", "copy"));
            }

            ReferenceNetwork network = Graphs.Network(Precision.Float32, nodes, edges);
            network.Step(x);
            for (int i = 0; i < 3; i++)
            {
                float bias = (float)convolution.Bias![0], value = bias, fused = bias + (float)x[5 + i];
                for (int k = 0; k < 3; k++)
                {
                    value += (float)convolution.Weight[k] * (float)x[i + k];
                    fused += (float)convolution.Weight[k] * (float)x[i + k];
                }

                Assert.Equal(value, network.Output("convolution")[i]);
                Assert.Equal(several ? (float)x[5 + i] + value : fused, network.Input("sum")[i]);
            }
        }
    });

    [Fact]
    public void The_readout_sees_the_membrane_of_a_neuron_and_the_output_of_anything_else()
    {
        NeuronNode neuron = new() { Name = "n", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [1], Threshold = [1], Reset = ResetRule.Subtract, InitialMembrane = [0.25] };
        FlattenNode flatten = new() { Name = "f", InputShape = new Shape(1), OutputShape = new Shape(1) };
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [Graphs.Input("in", 1), neuron, flatten, Graphs.Output("count", 1), Graphs.Output("last", 1, Readout.Last), Graphs.Output("late", 1, Readout.Mean), Graphs.Output("flat", 1, Readout.Maximum)],
            [new("in", "n"), new("n", "f"), new("n", "count"), new("n", "last"), new("n", "late", 2), new("f", "flat")]);
        List<(double Count, double Last, double Late, double Flat)> seen = [];
        foreach (double x in (double[])[1, 0.5, 0.5, 0])
        {
            network.Step([x]);
            seen.Add((network.ReadoutSignal("count")[0], network.ReadoutSignal("last")[0], network.ReadoutSignal("late")[0], network.ReadoutSignal("flat")[0]));
        }

        Assert.Equal([(1, 0.25, 0, 1), (0, 0.75, 0, 0), (1, 0.25, 0.25, 1), (0, 0.25, 0.75, 0)], seen);
    }

    [Fact]
    public void A_tick_allocates_nothing()
    {
        foreach (Precision precision in (Precision[])[Precision.Float64, Precision.Float32])
        {
            Random random = new(3);
            ReferenceNetwork network = Graphs.Network(precision, EveryKind(random), EveryKindEdges);
            double[][] x = Graphs.Signal(random, 64, network.InputCount);
            ReadoutAccumulator readout = new(Readout.Mean, 2);
            void Run()
            {
                network.Reset();
                readout.Reset();
                foreach (double[] tick in x)
                {
                    network.Step(tick);
                    readout.Add(network.ReadoutSignal("out"));
                    _ = network.Output("dense")[0] + network.Membrane("n")[0] + network.Input("n")[0] + readout.Values[0];
                }
            }

            Run();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void A_reset_forgets_everything()
    {
        Random random = new(4);
        ReferenceNetwork network = Graphs.Network(Precision.Float64, EveryKind(random), EveryKindEdges);
        double[][] x = Graphs.Signal(random, 32, network.InputCount);
        double[][] first = Trace(network, x);
        Assert.Contains(first, row => row.Any(v => v != 0));
        network.Reset();
        Assert.Equal(0, network.Ticks);
        Assert.All(network.Graph.Nodes, node => Assert.All(network.Output(node.Name).ToArray(), v => Assert.Equal(0, v)));
        Assert.Equal(first, Trace(network, x));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        ReferenceNetwork network = Graphs.Around(Graphs.Relay("node", 3));
        ConversionException wrong = Assert.Throws<ConversionException>(() => network.Step([1, 2]));
        Assert.Equal(ErrorCode.InputMismatch, wrong.Code);
        Assert.Contains("give 3", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("'nobody'", Assert.Throws<ArgumentException>(() => { network.Output("nobody"); }).Message, StringComparison.Ordinal);
        Assert.Contains("'in'", Assert.Throws<ArgumentException>(() => { network.Membrane("in"); }).Message, StringComparison.Ordinal);
        Assert.Contains("'node'", Assert.Throws<ArgumentException>(() => { network.ReadoutSignal("node"); }).Message, StringComparison.Ordinal);
        ConversionException bad = Assert.Throws<ConversionException>(() => Graphs.Around(Graphs.Linear("node", 2, 3, [1])));
        Assert.Equal(ErrorCode.ShapeMismatch, bad.Code);
    }

    private static double[][] Trace(ReferenceNetwork network, double[][] x) => [.. x.Select(tick =>
    {
        network.Step(tick);
        return network.Graph.Nodes.SelectMany(node => network.Output(node.Name).ToArray()).Concat(network.Membrane("n").ToArray()).ToArray();
    })];

    /// <summary>One node of each kind in a chain with a loop.</summary>
    private static Node[] EveryKind(Random random) =>
    [
        Graphs.Input("in", 2, 4),
        new ConvolutionNode
        {
            Name = "convolution", InputShape = new Shape(2, 4), OutputShape = new Shape(2, 4), InputChannels = 2, OutputChannels = 2, Weight = Graphs.Values(random, 12),
            Window = new Window { InputHeight = 1, InputWidth = 4, OutputHeight = 1, OutputWidth = 4, KernelHeight = 1, KernelWidth = 3, PaddingLeft = 1 },
        },
        new PoolNode
        {
            Name = "pool", InputShape = new Shape(2, 4), OutputShape = new Shape(2, 2), Average = true, Channels = 2,
            Window = new Window { InputHeight = 1, InputWidth = 4, OutputHeight = 1, OutputWidth = 2, KernelHeight = 1, KernelWidth = 2, StrideWidth = 2 },
        },
        new FlattenNode { Name = "flatten", InputShape = new Shape(2, 2), OutputShape = new Shape(4) },
        new DelayNode { Name = "delay", InputShape = new Shape(4), OutputShape = new Shape(4), Ticks = [0, 1, 2, 5] },
        new DelayedLinearNode { Name = "delayed", InputShape = new Shape(4), OutputShape = new Shape(4), Weight = Graphs.Values(random, 16), Ticks = [.. Enumerable.Range(0, 16).Select(i => i % 5)], Bias = [1, 0, 0.5, 0] },
        new StateSpaceNode { Name = "space", InputShape = new Shape(4), OutputShape = new Shape(4), Order = 2, Inputs = 2, Repeat = 2, StateMatrix = [0.5, 0.25, -0.25, 0.5], InputMatrix = [1, 0, 0, 1] },
        Graphs.Linear("blocks", 2, 2, Graphs.Values(random, 4), repeat: 2),
        new ScaleNode { Name = "scale", InputShape = new Shape(4), OutputShape = new Shape(4), Factor = [0.5] },
        new NeuronNode { Name = "n", InputShape = new Shape(4), OutputShape = new Shape(4), Decay = [0.75], SynapticDecay = [0.5], Threshold = [0.25], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next, RefractoryTicks = 1 },
        Graphs.Linear("loop", 4, 4, Graphs.Values(random, 16)),
        Graphs.Linear("dense", 2, 4, Graphs.Values(random, 8), [0.5, 0]),
        Graphs.Output("out", 2, Readout.Mean),
        Graphs.Output("late", 4, Readout.Mean),
    ];

    private static readonly Edge[] EveryKindEdges =
    [
        new("in", "convolution"), new("convolution", "pool"), new("pool", "flatten"), new("flatten", "delay"), new("delay", "delayed"),
        new("delayed", "space", 1), new("space", "scale"), new("scale", "blocks"), new("blocks", "n"), new("scale", "n", 3), new("n", "loop"), new("loop", "n", 2),
        new("n", "dense"), new("dense", "out"), new("n", "late", 4),
    ];
}
