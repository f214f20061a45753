using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using Xunit;
using static EdgeSpike.Conversion.Tests.Quantization.Networks;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>Every node type and how they combine, at int16 against the float64 reference.</summary>
public sealed class LoweringTests(ITestOutputHelper output)
{
    private static readonly ConvertOptions s_int16 = new() { Weights = WeightType.Int16 };

    private void Follows(NetworkGraph graph, RandomSamples? samples, double tolerance = 2e-3, double share = 2e-3, ConvertOptions? options = null)
    {
        Departure departure = Compare(graph, options ?? s_int16, samples, out ConversionResult result);
        output.WriteLine($"{graph.Name}: {departure}; saturations {result.Report.Saturations}");
        foreach (string choice in result.Report.Choices) output.WriteLine("  " + choice);
        Assert.True(departure.Worst <= tolerance, departure.ToString());
        Assert.True(departure.Different <= departure.Pairs * share, departure.ToString());
        if (departure.Pairs > 0) Assert.True(departure.Spikes > 0, "nothing spiked: the test shows nothing");
        Assert.Equal(0, result.Report.Saturations);
    }

    [Theory]
    [InlineData(ResetRule.ToValue, ResetTime.Now, Comparison.Greater, CurrentOrder.New, false, 0)]
    [InlineData(ResetRule.Subtract, ResetTime.Now, Comparison.GreaterOrEqual, CurrentOrder.New, true, 0)]
    [InlineData(ResetRule.Subtract, ResetTime.Next, Comparison.Greater, CurrentOrder.New, true, 0)]
    [InlineData(ResetRule.ToValue, ResetTime.Next, Comparison.Greater, CurrentOrder.Old, true, 0)]
    [InlineData(ResetRule.ToValue, ResetTime.Now, Comparison.Greater, CurrentOrder.Old, true, 3)]
    [InlineData(ResetRule.Subtract, ResetTime.Next, Comparison.GreaterOrEqual, CurrentOrder.New, false, 2)]
    public void Neurons_of_every_kind(ResetRule reset, ResetTime time, Comparison comparison, CurrentOrder order, bool current, int refractory)
    {
        Random random = new(1);
        NeuronNode Make(string name, int n) => new()
        {
            Name = name,
            InputShape = new Shape(n),
            OutputShape = new Shape(n),
            Decay = [.. Weights(random, n).Select(w => 0.8 + 0.1 * w)],
            SynapticDecay = current ? [.. Weights(random, n).Select(w => 0.5 + 0.3 * w)] : null,
            Threshold = [.. Weights(random, n).Select(w => 1 + 0.2 * w)],
            InputGain = [.. Weights(random, n).Select(w => 0.7 + 0.3 * w)],
            DriveGain = current ? [0.4] : [1.0],
            InputBias = Weights(random, n, 0.05),
            MembraneBias = Weights(random, n, 0.02),
            ResetValue = Weights(random, n, 0.2),
            InitialMembrane = Weights(random, n, 0.3),
            Reset = reset,
            ResetTime = time,
            Comparison = comparison,
            Current = order,
            RefractoryTicks = refractory,
        };
        Follows(Chain(Input(20), Linear("a", random, 20, 15, 0.6, bias: true), Make("first", 15), Linear("b", random, 15, 5, 1.5), Make("second", 5), Output(Readout.SpikeCount, 5)), new RandomSamples(20, 1, 100, 4));
    }

    [Theory]
    [InlineData(Readout.Last)]
    [InlineData(Readout.Maximum)]
    [InlineData(Readout.Mean)]
    [InlineData(Readout.SpikeCount)]
    public void Readouts_give_the_answers_of_the_reference(Readout readout)
    {
        Random random = new(2);
        foreach (Node last in (Node[])[Neuron("last", 1, 0.9, 5), Integrator("last", 0.9, 5), Linear("last", random, 5, 5)])
        {
            NetworkGraph graph = Chain(Input(12), Linear("a", random, 12, 8, 0.8, bias: true), Neuron("n", 1, 0.8, 8), Linear("b", random, 8, 5, bias: true), last, Output(readout, 5));
            ConversionReport report = Converter.Convert(graph, s_int16, new RandomSamples(12, 1, 60, 20), null, null).Report;
            output.WriteLine($"{last.Kind}: {report.AnswerAgreement}");
            Assert.True(report.AnswerAgreement >= 0.95);
        }
    }

    [Fact]
    public void Convolutions_flatten_and_linear_agree_on_the_order_of_elements()
    {
        Random random = new(3);
        Follows(
            Chain(
                Input(2, 9, 8), Convolution("conv1", random, 2, 9, 8, 6, 3, stride: 1, padding: 1, bias: true), Neuron("n1", 1.2, 0.5, 6, 9, 8), Pool("pool", 6, 9, 8, 2, average: false),
                Convolution("conv2", random, 6, 4, 4, 4, 3, padding: 1, groups: 2), Neuron("n2", 1, 0.7, 4, 4, 4), Flatten("flat", 4, 4, 4), Linear("fc", random, 64, 7, 0.5), Neuron("n3", 1, 0.9, 7), Output(Readout.SpikeCount, 7)),
            new RandomSamples(144, 1, 30, 3));
    }

    [Fact]
    public void Average_pools_cost_no_operator_and_pools_feed_neurons()
    {
        Random random = new(4);
        Follows(
            Chain(Input(3, 8, 8), Pool("average", 3, 8, 8, 2, average: true), Convolution("conv", random, 3, 4, 4, 5, 3, stride: 2, padding: 1), Neuron("n1", 0.6, 0.5, 5, 2, 2), Pool("sum", 5, 2, 2, 2, average: true), Neuron("n2", 0.4, 0.8, 5, 1, 1), Output(Readout.SpikeCount, 5, 1, 1)),
            new RandomSamples(192, 1, 40, 3));
    }

    [Fact]
    public void Counts_go_through_convolutions_and_matrices()
    {
        Random random = new(5);
        Follows(Chain(Input(2, 6, 6), Convolution("conv", random, 2, 6, 6, 4, 3), Neuron("n", 20, 0.6, 4, 4, 4), Flatten("f", 4, 4, 4), Linear("fc", random, 64, 5, 0.4), Neuron("m", 1, 0.6, 5), Output(Readout.SpikeCount, 5)), new RandomSamples(72, 40, 30, 3));
        Follows(Chain(Input(30), Linear("fc", random, 30, 10, 0.1, bias: true), Neuron("n", 20, 0.8, 10), Output(Readout.SpikeCount, 10)), new RandomSamples(30, 300, 50, 3));
    }

    [Fact]
    public void Real_values_go_through_products_scales_and_convolutions()
    {
        Random random = new(6);
        Follows(Chain(Input(10), Linear("a", random, 10, 12, 1, bias: true), Linear("b", random, 12, 8, 0.5, bias: true), Neuron("n", 1, 0.8, 8), Output(Readout.SpikeCount, 8)), new RandomSamples(10, -3, 80, 4));
        Follows(Chain(Input(6), new ScaleNode { Name = "scale", InputShape = new Shape(6), OutputShape = new Shape(6), Factor = [1, 0.5, -0.7, 2, 0.1, 1.5] }, Neuron("n", 1, 0.9, 6), Output(Readout.SpikeCount, 6)), new RandomSamples(6, -2, 80, 4));
        Follows(Chain(Input(2, 5, 5), Convolution("conv", random, 2, 5, 5, 3, 3, bias: true), Neuron("n", 1, 0.7, 3, 3, 3), Output(Readout.SpikeCount, 3, 3, 3)), new RandomSamples(50, -1, 60, 3), tolerance: 2e-2, share: 1e-2);
    }

    [Fact]
    public void Integrators_feed_what_follows_with_real_values()
    {
        Random random = new(7);
        Follows(Chain(Input(12), Linear("a", random, 12, 9), Integrator("i", 0.9, 9), Linear("b", random, 9, 6, 0.7, bias: true), Neuron("n", 1, 0.8, 6), Output(Readout.SpikeCount, 6)), new RandomSamples(12, 1, 80, 4));
        Follows(Chain(Input(12), Linear("a", random, 12, 9), Integrator("i", 0.9, 9), Neuron("n", 2, 0.5, 9), Output(Readout.SpikeCount, 9)), new RandomSamples(12, 1, 80, 4));
    }

    [Fact]
    public void Scales_between_spiking_layers_fold_into_weights()
    {
        Random random = new(8);
        ScaleNode Scale(string name, int n) => new() { Name = name, InputShape = new Shape(n), OutputShape = new Shape(n), Factor = Weights(random, n, 1.5) };
        Follows(Chain(Input(12), Scale("s0", 12), Linear("a", random, 12, 9), Scale("s1", 9), Neuron("n", 1, 0.8, 9), Scale("s2", 9), Linear("b", random, 9, 9), Neuron("m", 1, 0.8, 9), Scale("s3", 9), Neuron("o", 0.5, 0.8, 9), Output(Readout.SpikeCount, 9)), new RandomSamples(12, 1, 80, 4));
    }

    [Fact]
    public void Loops_and_delays_of_every_length()
    {
        Random random = new(9);
        Node[] nodes =
        [
            Input(10), Linear("in", random, 10, 8), Neuron("h", 1, 0.8, 8), Linear("rec", random, 8, 8, 0.4), Linear("rec3", random, 8, 8, 0.4, bias: true), Linear("skip", random, 10, 5),
            new DelayNode { Name = "wait", InputShape = new Shape(10), OutputShape = new Shape(10), Ticks = [0, 1, 2, 3, 4, 5, 5, 5, 2, 1] },
            Linear("out", random, 8, 5), Neuron("o", 1, 0.7, 5), Linear("back", random, 5, 8, 0.5), Output(Readout.SpikeCount, 5),
        ];
        Edge[] edges =
        [
            new("input", "in"), new("in", "h"), new("h", "rec", 1), new("rec", "h"), new("h", "rec3"), new("rec3", "h", 3), new("input", "wait", 1), new("wait", "skip"), new("skip", "o", 0),
            new("h", "out"), new("out", "o"), new("o", "back", 2), new("back", "h"), new("o", "output"),
        ];
        Follows(new NetworkGraph("loops", 0.001, nodes, edges), new RandomSamples(10, 1, 80, 4));
    }

    [Fact]
    public void Synapses_with_delays_of_their_own()
    {
        Random random = new(10);
        DelayedLinearNode Delayed(string name, int inputs, int outputs, int longest) => new()
        {
            Name = name,
            InputShape = new Shape(inputs),
            OutputShape = new Shape(outputs),
            Weight = [.. Weights(random, inputs * outputs).Select(w => Math.Abs(w) < 0.2 ? 0 : w)],
            Ticks = [.. Enumerable.Range(0, inputs * outputs).Select(_ => random.Next(longest))],
            Bias = Weights(random, outputs, 0.1),
        };
        Follows(Chain(Input(10), Delayed("a", 10, 8, 6), Neuron("n", 1, 0.8, 8), Delayed("b", 8, 5, 2), Neuron("m", 1, 0.8, 5), Output(Readout.SpikeCount, 5)), new RandomSamples(10, 1, 80, 4));
    }

    [Fact]
    public void Several_sources_and_several_targets()
    {
        Random random = new(11);
        Node[] nodes =
        [
            Input(10), Linear("a", random, 10, 8, bias: true), Linear("b", random, 10, 8, 0.01), Neuron("n", 1, 0.8, 8), Neuron("m", 0.7, 0.6, 8), Flatten("sum", 8), Linear("c", random, 8, 6, bias: true),
            Neuron("o", 1, 0.8, 6), Integrator("li", 0.9, 6), Linear("d", random, 6, 6), Output(Readout.Last, 6),
        ];
        // a feeds both neurons and the sum; the sum of a, n and m feeds c; c feeds two populations; d takes both.
        Edge[] edges =
        [
            new("input", "a"), new("input", "b"), new("a", "n"), new("b", "n"), new("a", "m"), new("n", "m"), new("a", "sum"), new("n", "sum"), new("m", "sum"), new("sum", "c"),
            new("c", "o"), new("c", "li"), new("o", "d"), new("li", "d"), new("d", "output"),
        ];
        Follows(new NetworkGraph("several", 0.001, nodes, edges), new RandomSamples(10, 1, 80, 4), tolerance: 4e-3, share: 4e-3);
    }

    [Fact]
    public void Repeated_blocks_share_their_weights()
    {
        Random random = new(12);
        Follows(Chain(Input(12), Linear("a", random, 3, 5, repeat: 4, bias: true), Neuron("n", 1, 0.8, 20), Linear("b", random, 5, 2, repeat: 4), Neuron("m", 1, 0.8, 8), Output(Readout.SpikeCount, 8)), new RandomSamples(12, 1, 80, 4));
        ScaleNode uneven = new() { Name = "uneven", InputShape = new Shape(12), OutputShape = new Shape(12), Factor = Weights(random, 12) };
        Follows(Chain(Input(12), uneven, Linear("a", random, 3, 5, 2, repeat: 4), Neuron("n", 1, 0.8, 20), Output(Readout.SpikeCount, 20)), new RandomSamples(12, 1, 80, 4));
    }

    [Fact]
    public void A_memory_follows_real_values_and_spikes_and_closes_loops()
    {
        Random random = new(13);
        (double[] a, double[] b) = LegendreMatrices.Discrete(6, 40);
        StateSpaceNode Memory(int repeat) => new() { Name = "memory", InputShape = new Shape(repeat), OutputShape = new Shape(6 * repeat), StateMatrix = a, InputMatrix = b, Order = 6, Inputs = 1, Repeat = repeat };
        Follows(Chain(Input(1), Memory(1), Output(Readout.Last, 6)), new RandomSamples(1, -1, 300, 2), tolerance: 0.02);
        Follows(Chain(Input(8), Linear("e", random, 8, 3), Neuron("u", 0.8, 0.8, 3), Memory(3), Linear("w", random, 18, 6, 2), Neuron("h", 1, 0.8, 6), Output(Readout.SpikeCount, 6)), new RandomSamples(8, 1, 100, 3), tolerance: 0.02, share: 5e-3);
        Node[] nodes = [Input(2), Linear("e", random, 2, 3), Linear("m", random, 18, 3, 0.02), Flatten("sum", 3), Memory(3), Integrator("o", 0.5, 18), Output(Readout.Mean, 18)];
        Edge[] edges = [new("input", "e"), new("memory", "m", 1), new("e", "sum"), new("m", "sum"), new("sum", "memory"), new("memory", "o"), new("o", "output")];
        Follows(new NetworkGraph("loop", 0, nodes, edges), new RandomSamples(2, -1, 200, 2), tolerance: 0.02);
    }

    [Fact]
    public void Small_weights_beside_large_ones_keep_their_precision_at_int8()
    {
        Random random = new(14);
        Node[] nodes = [Input(40), Linear("large", random, 40, 10, 1), Linear("small", random, 40, 10, 0.01), Neuron("n", 1, 0.9, 10), Output(Readout.SpikeCount, 10)];
        NetworkGraph graph = new("shift", 0, nodes, [new("input", "large"), new("input", "small", 1), new("large", "n"), new("small", "n"), new("n", "output")]);
        ConversionReport report = Converter.Convert(graph, new ConvertOptions(), new RandomSamples(40, 1, 50, 4), null, null).Report;
        Assert.All(report.Tensors, t => Assert.InRange(t.RelativeError, 0, 0.02));
    }

    [Fact]
    public void A_mostly_zero_matrix_becomes_a_list()
    {
        Random random = new(15);
        LinearNode sparse = Linear("a", random, 100, 40);
        for (int i = 0; i < sparse.Weight.Length; i++)
            if (random.NextDouble() < 0.9) sparse.Weight[i] = 0;
        NetworkGraph graph = Chain(Input(100), sparse, Neuron("n", 1, 0.8, 40), Output(Readout.SpikeCount, 40));
        Follows(graph, new RandomSamples(100, 1, 40, 2));
        Assert.True(Converter.Convert(graph, new ConvertOptions(), null, null, null).Report.Tensors.Single().Bytes < 4000);
    }

    [Theory]
    [InlineData(WeightType.Int4, Granularity.Row)]
    [InlineData(WeightType.Int8, Granularity.Row)]
    [InlineData(WeightType.Int8, Granularity.Tensor)]
    [InlineData(WeightType.Int16, Granularity.Tensor)]
    public void Every_width_and_granularity_runs(WeightType weights, Granularity granularity)
    {
        Random random = new(16);
        NetworkGraph graph = Chain(Input(2, 8, 8), Convolution("c", random, 2, 8, 8, 4, 3, bias: true), Neuron("n", 1, 0.8, 4, 6, 6), Flatten("f", 4, 6, 6), Linear("l", random, 144, 10, 0.3), Neuron("m", 1, 0.8, 10), Output(Readout.SpikeCount, 10));
        foreach (RangeMethod range in Enum.GetValues<RangeMethod>())
        {
            Departure departure = Compare(graph, new ConvertOptions { Weights = weights, Granularity = granularity, WeightRange = range, Percentile = 99 }, new RandomSamples(128, 1, 30, 3), out ConversionResult result);
            output.WriteLine($"{weights} {granularity} {range}: {departure}");
            Assert.True(departure.Different < departure.Pairs * (weights == WeightType.Int4 ? 0.3 : 0.1));
            Assert.Equal(granularity == Granularity.Tensor, result.Report.Tensors.All(t => t.SmallestScale == t.LargestScale));
        }
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        byte[] Make() => Converter.Convert(
            Chain(Input(12), Linear("a", new Random(17), 12, 9, bias: true), Neuron("n", 1, 0.8, 9), Output(Readout.SpikeCount, 9)), new ConvertOptions(), new RandomSamples(12, 1, 50, 4), null, null).Bytes;
        Assert.Equal(Make(), Make());
    }

    [Fact]
    public void Several_spikes_lower_limits_and_rows_without_weights()
    {
        Random random = new(18);
        LinearNode gaps = Linear("a", random, 12, 9, bias: true);
        Array.Clear(gaps.Weight, 12, 24);
        NeuronNode several = new() { Name = "n", InputShape = new Shape(9), OutputShape = new Shape(9), Decay = [1.0], Threshold = [0.4], Reset = ResetRule.Subtract, MaximumSpikes = 10, LowerLimit = -0.4 };
        Follows(Chain(Input(12), gaps, several, Linear("b", random, 9, 4), Neuron("m", 1, 0.8, 4), Output(Readout.SpikeCount, 4)), new RandomSamples(12, 1, 80, 4), tolerance: 5e-3);
    }

    [Fact]
    public void Several_inputs_and_outputs_one_dimension_and_delayed_outputs()
    {
        Random random = new(19);
        ConvolutionNode line = new()
        {
            Name = "line", InputShape = new Shape(3, 12), OutputShape = new Shape(4, 5), InputChannels = 3, OutputChannels = 4, Weight = Weights(random, 4 * 3 * 4), Bias = Weights(random, 4, 0.1),
            Window = new Window { InputHeight = 1, InputWidth = 12, OutputHeight = 1, OutputWidth = 5, KernelHeight = 1, KernelWidth = 4, StrideWidth = 2, DilationWidth = 1 },
        };
        Node[] nodes =
        [
            Input(3, 12), new InputNode { Name = "second", InputShape = new Shape(4), OutputShape = new Shape(4) }, line, Neuron("n", 0.6, 0.8, 4, 5), Flatten("f", 4, 5), Linear("a", random, 20, 5), Linear("b", random, 4, 5),
            Neuron("m", 1, 0.8, 5), Output(Readout.SpikeCount, 5), new OutputNode { Name = "membrane", InputShape = new Shape(5), OutputShape = new Shape(5), Readout = Readout.Mean },
            new OutputNode { Name = "through", InputShape = new Shape(4), OutputShape = new Shape(4), Readout = Readout.Last }, new OutputNode { Name = "image", InputShape = new Shape(4, 5), OutputShape = new Shape(4, 5), Readout = Readout.Last },
        ];
        Edge[] edges =
        [
            new("input", "line"), new("line", "n"), new("n", "f"), new("f", "a"), new("second", "b"), new("a", "m"), new("b", "m"), new("m", "output"), new("m", "membrane", 2), new("second", "through"), new("n", "image"),
        ];
        Follows(new NetworkGraph("several inputs", 0.001, nodes, edges), new RandomSamples(40, 1, 60, 3));
    }

    [Fact]
    public void Random_stacks_follow_their_reference()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(1000 + seed);
            List<Node> nodes = [Input(10)];
            int width = 10;
            for (int layer = 0; layer < 3; layer++)
            {
                int next = random.Next(1, 12);
                nodes.Add(Linear($"w{layer}", random, width, next, Math.Pow(10, random.NextDouble() - 0.5), random.Next(2) == 0));
                if (random.Next(3) == 0) nodes.Add(new ScaleNode { Name = $"s{layer}", InputShape = new Shape(next), OutputShape = new Shape(next), Factor = Weights(random, random.Next(2) == 0 ? 1 : next, 2) });
                nodes.Add(random.Next(4) == 0
                    ? Integrator($"n{layer}", random.NextDouble(), next)
                    : new NeuronNode
                    {
                        Name = $"n{layer}", InputShape = new Shape(next), OutputShape = new Shape(next), Decay = [random.NextDouble()], Threshold = [0.3 + random.NextDouble()],
                        SynapticDecay = random.Next(2) == 0 ? [random.NextDouble()] : null, Reset = (ResetRule)random.Next(3), ResetTime = (ResetTime)random.Next(2), InputGain = [0.2 + random.NextDouble()],
                    });
                width = next;
            }

            nodes.Add(Output((Readout)random.Next(4), width));
            Departure departure = Compare(Chain([.. nodes]), s_int16, new RandomSamples(10, 1, 60, 2), out ConversionResult result);
            string what = $"seed {seed}: {departure}; {string.Join(" ", nodes.Select(n => n.Kind))}";
            output.WriteLine(what);
            Assert.True(departure.Worst <= 5e-3, what);
            Assert.True(departure.Different <= departure.Pairs * 0.01, what);
        }
    }
}
