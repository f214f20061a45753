using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Tests.Support;
using PureHDF;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>Every NIR node type, written in both layouts and both float widths, and every way to get one wrong.</summary>
public class NirNodeTests
{
    private static readonly NirOptions s_tick = new() { Dt = 0.25 };

    /// <summary>Each layout with each float width.</summary>
    public static TheoryData<bool, bool> Layouts => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    private static NetworkGraph Import(byte[] file, NirOptions? options = null) => NirImporter.Import(file, "test.nir", options ?? s_tick);

    private static T ImportNode<T>(NirWriter nir, long[] input, H5Group node, long[] output, NirOptions? options = null)
        where T : Node
        => Assert.IsType<T>(Import(nir.Chain(input, node, output), options).Find("x"));

    private static double[] Count(int n) => [.. Enumerable.Range(1, n).Select(i => i / 4.0)];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Linear_layers_keep_weight_bias_and_blocks(bool gzip, bool doubles)
    {
        NirWriter nir = new(gzip, doubles);
        LinearNode affine = ImportNode<LinearNode>(nir, [3], NirWriter.Node("Affine", ("weight", nir.Floats(Count(6), 2, 3)), ("bias", nir.Floats([5, 6]))), [2]);
        Assert.Equal(Count(6), affine.Weight);
        Assert.Equal([5, 6], affine.Bias!);
        LinearNode linear = ImportNode<LinearNode>(nir, [3], NirWriter.Node("Linear", ("weight", nir.Floats(Count(6), 2, 3))), [2]);
        Assert.Null(linear.Bias);

        // Two equal matrices repeat; two different ones are a block-diagonal matrix.
        LinearNode repeated = ImportNode<LinearNode>(nir, [2, 3], NirWriter.Node("Linear", ("weight", nir.Floats([.. Count(6), .. Count(6)], 2, 2, 3))), [2, 2]);
        Assert.Equal((2, 6, new Shape(2, 2)), (repeated.Repeat, repeated.Weight.Length, repeated.OutputShape));
        LinearNode blocks = ImportNode<LinearNode>(nir, [2, 1], NirWriter.Node("Linear", ("weight", nir.Floats([3, 4], 2, 1, 1))), [2, 1]);
        Assert.Equal([3, 0, 0, 4], blocks.Weight);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Scale_threshold_and_delay_come_with_one_number_or_one_for_each(bool gzip, bool doubles)
    {
        NirWriter nir = new(gzip, doubles);
        Assert.Equal(Count(4), ImportNode<ScaleNode>(nir, [2, 2], NirWriter.Node("Scale", ("scale", nir.Floats(Count(4), 2, 2))), [2, 2]).Factor);
        Assert.Equal([2.5], ImportNode<ScaleNode>(nir, [3], NirWriter.Node("Scale", ("scale", nir.Scalar(2.5))), [3]).Factor);

        NeuronNode threshold = ImportNode<NeuronNode>(nir, [3], NirWriter.Node("Threshold", ("threshold", nir.Floats([.5, .5, .5]))), [3]);
        Assert.Equal((0.0, ResetRule.None, Comparison.Greater), (threshold.Decay[0], threshold.Reset, threshold.Comparison));
        Assert.Equal([0.5], threshold.Threshold!);

        Assert.Equal([0, 1, 3], ImportNode<DelayNode>(nir, [3], NirWriter.Node("Delay", ("delay", nir.Floats([0, .25, .75]))), [3]).Ticks);
        NetworkGraph rounded = Import(nir.Chain([3], NirWriter.Node("Delay", ("delay", nir.Scalar(.4))), [3]));
        Assert.Equal([2], Assert.IsType<DelayNode>(rounded.Find("x")).Ticks);
        Assert.Contains(rounded.Choices, c => c.Contains("1.6 to 2", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Convolutions_recompute_their_shapes(bool gzip, bool doubles)
    {
        NirWriter nir = new(gzip, doubles);
        H5Group Conv2d(object padding, params (string, object)[] more) => NirWriter.Node(
            "Conv2d",
            [("weight", nir.Floats(Count(4 * 1 * 3 * 2), 4, 1, 3, 2)), ("bias", nir.Floats(Count(4))), ("stride", nir.Integers(2, 1)), ("padding", padding), ("dilation", nir.Integers(1, 2)), ("groups", 2L), .. more]);

        // Not square and in groups: what the package's own declared shapes get wrong.
        ConvolutionNode conv = ImportNode<ConvolutionNode>(nir, [2, 7, 8], Conv2d(nir.Integers(1, 0), ("input_shape", nir.Integers(7, 8))), [4, 4, 6]);
        Assert.Equal((2, 4, 2), (conv.InputChannels, conv.OutputChannels, conv.Groups));
        Assert.Equal(new Shape(4, 4, 6), conv.OutputShape);
        Assert.Equal(new Shape(4, 3, 6), ImportNode<ConvolutionNode>(nir, [2, 7, 8], Conv2d("valid"), [4, 3, 6]).OutputShape);

        ConvolutionNode same = ImportNode<ConvolutionNode>(nir, [2, 9], NirWriter.Node("Conv1d", ("weight", nir.Floats(Count(24), 3, 2, 4)), ("stride", 1L), ("padding", "same"), ("dilation", 1L), ("groups", 1L), ("bias", nir.Floats([0, 0, 0]))), [3, 9]);
        Assert.Equal((new Shape(3, 9), 1), (same.OutputShape, same.Window.PaddingLeft));
        ConvolutionNode strided = ImportNode<ConvolutionNode>(nir, [2, 9], NirWriter.Node("Conv1d", ("input_shape", 9L), ("weight", nir.Floats(Count(24), 3, 2, 4)), ("stride", nir.Integers(2)), ("padding", nir.Integers(1)), ("dilation", nir.Integers(2)), ("groups", 1L), ("bias", nir.Floats([1, 2, 3]))), [3, 3]);
        Assert.Equal((new Shape(3, 3), 1, 2), (strided.OutputShape, strided.Window.PaddingLeft, strided.Window.DilationWidth));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Pooling_and_flattening_follow_the_shape_that_arrives(bool gzip, bool doubles)
    {
        NirWriter nir = new(gzip, doubles);
        foreach (string type in new[] { "SumPool2d", "AvgPool2d" })
        {
            PoolNode pool = ImportNode<PoolNode>(nir, [3, 6, 5], NirWriter.Node(type, ("kernel_size", nir.Integers(2, 3)), ("stride", nir.Integers(2, 1)), ("padding", nir.Integers(0, 1))), [3, 3, 5]);
            Assert.Equal((type == "AvgPool2d", new Shape(3, 3, 5)), (pool.Average, pool.OutputShape));
        }

        Assert.Equal(new Shape(24), ImportNode<FlattenNode>(nir, [2, 3, 4], NirWriter.Node("Flatten", ("start_dim", 0L), ("end_dim", -1L), ("input_type", nir.Integers(2, 3, 4))), [24]).OutputShape);
        Assert.Equal(new Shape(6, 4), ImportNode<FlattenNode>(nir, [2, 3, 4], NirWriter.Node("Flatten", ("start_dim", 0L), ("end_dim", 1L)), [24]).OutputShape);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Neurons_follow_the_rules_of_discretisation(bool gzip, bool doubles)
    {
        NirWriter nir = new(gzip, doubles);
        (string, object)[] leak = [("tau", nir.Floats([1, 1])), ("r", nir.Floats([2, 4])), ("v_leak", nir.Scalar(.5))];
        (string, object)[] cuba = [("tau_syn", nir.Scalar(.5)), ("tau_mem", nir.Scalar(1)), ("r", nir.Scalar(3)), ("v_leak", nir.Scalar(2))];
        (string, object)[] spike = [("v_threshold", nir.Floats([1, 2]))];

        NeuronNode lif = ImportNode<NeuronNode>(nir, [2], NirWriter.Node("LIF", [.. leak, .. spike, ("v_reset", nir.Floats([.25, .25]))]), [2]);
        Assert.Equal([0.75], lif.Decay);
        Assert.Equal([0.5, 1.0], lif.InputGain);
        Assert.Equal([0.125], lif.MembraneBias);
        Assert.Equal([1.0, 2.0], lif.Threshold!);
        Assert.Equal([0.25], lif.ResetValue);

        NeuronNode zoh = ImportNode<NeuronNode>(nir, [2], NirWriter.Node("LIF", [.. leak, .. spike]), [2], s_tick with { Rule = DiscretisationRule.Zoh });
        Assert.Equal(Math.Exp(-0.25), zoh.Decay[0], 1e-12);
        Assert.Equal(2 * (1 - Math.Exp(-0.25)), zoh.InputGain[0], 1e-12);
        Assert.Equal([0.0], zoh.ResetValue);

        NeuronNode li = ImportNode<NeuronNode>(nir, [2], NirWriter.Node("LI", leak), [2]);
        Assert.Null(li.Threshold);

        NeuronNode cubaLif = ImportNode<NeuronNode>(nir, [2], NirWriter.Node("CubaLIF", [.. cuba, .. spike, ("w_in", nir.Floats([2, 4]))]), [2], s_tick with { Reset = ResetRule.Subtract, ResetAt = ResetTime.Next, Current = CurrentOrder.Old });
        Assert.Equal([0.5], cubaLif.SynapticDecay!);
        Assert.Equal([0.75], cubaLif.Decay);
        Assert.Equal([1.0, 2.0], cubaLif.InputGain);
        Assert.Equal([0.75], cubaLif.DriveGain);
        Assert.Equal([0.5], cubaLif.MembraneBias);
        Assert.Equal((ResetRule.Subtract, ResetTime.Next, CurrentOrder.Old), (cubaLif.Reset, cubaLif.ResetTime, cubaLif.Current));

        // A missing w_in is 1.
        NeuronNode cubaLi = ImportNode<NeuronNode>(nir, [2], NirWriter.Node("CubaLI", cuba), [2]);
        Assert.Equal([0.5], cubaLi.InputGain);
        Assert.False(cubaLi.Spikes);

        NeuronNode integrate = ImportNode<NeuronNode>(nir, [2], NirWriter.Node("IF", [("r", nir.Scalar(3)), .. spike]), [2], new NirOptions { Reset = ResetRule.Subtract, MaximumSpikes = 5 });
        Assert.Equal((1.0, 3.0, 5), (integrate.Decay[0], integrate.InputGain[0], integrate.MaximumSpikes));
        Assert.Equal([0.75], ImportNode<NeuronNode>(nir, [2], NirWriter.Node("I", ("r", nir.Scalar(3))), [2]).InputGain);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Nested_graphs_become_flat_with_dotted_names(bool gzip, bool doubles)
    {
        NirWriter nir = new(gzip, doubles);
        H5Group io = NirWriter.Node("Input", ("shape", nir.Integers(2)));
        H5Group inner = NirWriter.Graph(
            [("input", io), ("fc", NirWriter.Node("Linear", ("weight", nir.Floats(Count(4), 2, 2)))), ("output", NirWriter.Node("Output", ("shape", nir.Integers(2))))],
            ("input", "fc"), ("fc", "output"));
        H5Group outer = NirWriter.Graph(
            [("input", io), ("block", inner), ("same", NirWriter.Node("Identity")), ("lif", NirWriter.Node("IF", ("r", nir.Scalar(1)), ("v_threshold", nir.Scalar(1)))), ("output", NirWriter.Node("Output", ("shape", nir.Integers(2))))],
            ("input", "block"), ("block", "same"), ("same", "lif"), ("lif", "output"));
        NetworkGraph graph = Import(NirWriter.File(outer), new NirOptions());
        Assert.Equal(["input", "block.fc", "lif", "output"], graph.Nodes.Select(n => n.Name));
        Assert.Equal([new("input", "block.fc"), new("block.fc", "lif"), new("lif", "output")], graph.Edges);
    }

    [Fact]
    public void A_loop_is_closed_with_the_spikes_of_the_tick_before_whatever_the_order_of_the_file()
    {
        NirWriter nir = new();
        (string, H5Group)[] nodes =
        [
            ("input", NirWriter.Node("Input", ("shape", nir.Integers(2)))), ("lif", NirWriter.Node("IF", ("r", nir.Scalar(1)), ("v_threshold", nir.Scalar(1)))),
            ("rec", NirWriter.Node("Linear", ("weight", nir.Floats(Count(4), 2, 2)))), ("gain", NirWriter.Node("Scale", ("scale", nir.Scalar(2)))),
            ("output", NirWriter.Node("Output", ("shape", nir.Integers(2)))),
        ];
        (string, string)[] edges = [("input", "lif"), ("lif", "rec"), ("rec", "gain"), ("gain", "lif"), ("lif", "output")];
        NetworkGraph graph = Import(NirWriter.File(NirWriter.Graph(nodes, edges)), new NirOptions());
        Assert.Equal([new("lif", "rec", 1)], graph.Edges.Where(e => e.Delay > 0));
        Assert.Contains(graph.Choices, c => c.Contains("'lif' -> 'rec'", StringComparison.Ordinal));

        NetworkGraph turned = Import(NirWriter.File(NirWriter.Graph(nodes.Reverse(), [.. edges.Reverse()])), new NirOptions());
        GraphComparison.AssertSame(graph, turned);
    }

    [Fact]
    public void A_delay_in_a_loop_is_kept_as_long_as_it_is()
    {
        NirWriter nir = new();
        NetworkGraph graph = Import(File(
            nir,
            [("lif", NirWriter.Node("IF", ("r", nir.Scalar(1)), ("v_threshold", nir.Scalar(1)))), ("wait", NirWriter.Node("Delay", ("delay", nir.Scalar(.75)))), ("rec", NirWriter.Node("Scale", ("scale", nir.Scalar(-1))))],
            ("input", "lif"), ("lif", "wait"), ("wait", "rec"), ("rec", "lif"), ("lif", "output")));
        Assert.Equal([2], Assert.IsType<DelayNode>(graph.Find("wait")).Ticks);
        Assert.Equal([new("wait", "rec", 1)], graph.Edges.Where(e => e.Delay > 0));
    }

    [Fact]
    public void Integrators_beside_time_constants_need_dt_as_well()
    {
        NirWriter nir = new();
        byte[] file = File(
            nir,
            [("a", NirWriter.Node("IF", ("r", nir.Scalar(1)), ("v_threshold", nir.Scalar(1)))), ("b", NirWriter.Node("LI", ("tau", nir.Scalar(1)), ("r", nir.Scalar(1)), ("v_leak", nir.Scalar(0))))],
            ("input", "a"), ("a", "b"), ("b", "output"));
        Assert.Equal(ErrorCode.OptionNeeded, Assert.Throws<ConversionException>(() => Import(file, new NirOptions())).Code);
        Assert.Equal(Readout.Last, Import(file).Nodes.OfType<OutputNode>().Single().Readout);
    }

    [Fact]
    public void Edges_into_a_nested_graph_are_refused_unless_relaxed()
    {
        NirWriter nir = new();
        H5Group io = NirWriter.Node("Input", ("shape", nir.Integers(2)));
        H5Group inner = NirWriter.Graph([("input", io), ("fc", NirWriter.Node("Scale", ("scale", nir.Scalar(2)))), ("output", NirWriter.Node("Output", ("shape", nir.Integers(2))))], ("input", "fc"));
        byte[] file = File(nir, [("block", inner)], ("input", "block"), ("block.fc", "output"));
        ConversionException e = Assert.Throws<ConversionException>(() => Import(file));
        Assert.Equal(ErrorCode.BadGraph, e.Code);
        Assert.Contains("'block.fc'", e.Message, StringComparison.Ordinal);
        Assert.Equal(["input", "block.fc", "output"], Import(file, s_tick with { Relaxed = true }).Nodes.Select(n => n.Name));
    }

    [Fact]
    public void A_loop_without_a_neuron_is_refused()
    {
        NirWriter nir = new();
        ConversionException e = Refused(nir, [("a", NirWriter.Node("Scale", ("scale", nir.Scalar(2)))), ("b", NirWriter.Node("Scale", ("scale", nir.Scalar(2))))], ("input", "a"), ("a", "b"), ("b", "a"), ("b", "output"));
        Assert.Equal(ErrorCode.BadGraph, e.Code);
        Assert.Contains("without a neuron", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_edges_into_an_output_are_added_up_first()
    {
        NirWriter nir = new();
        H5Group lif = NirWriter.Node("IF", ("r", nir.Scalar(1)), ("v_threshold", nir.Scalar(1)));
        NetworkGraph graph = Import(File(nir, [("a", lif), ("b", lif)], ("input", "a"), ("input", "b"), ("a", "output"), ("b", "output")), new NirOptions());
        Assert.Equal("output.sum", Assert.Single(graph.Incoming("output")).Source);
        Assert.Equal(Readout.SpikeCount, graph.Nodes.OfType<OutputNode>().Single().Readout);
    }

    [Fact]
    public void Different_shapes_of_one_size_need_relaxed()
    {
        NirWriter nir = new();
        byte[] file = nir.Chain([2, 3], NirWriter.Node("Linear", ("weight", nir.Floats(Count(6), 1, 6))), [1]);
        ConversionException e = Assert.Throws<ConversionException>(() => Import(file));
        Assert.Equal(ErrorCode.ShapeMismatch, e.Code);
        Assert.Contains("--relaxed", e.Remedy, StringComparison.Ordinal);
        Import(file, s_tick with { Relaxed = true });
    }

    [Fact]
    public void Each_fault_has_its_code_and_names_its_place()
    {
        NirWriter nir = new();
        H5Group scale = NirWriter.Node("Scale", ("scale", nir.Scalar(2)));

        void Check(ErrorCode code, string place, (string, H5Group)[] nodes, params (string, string)[] edges)
        {
            ConversionException e = Refused(nir, nodes, edges);
            Assert.Equal((code, true), (e.Code, e.Where.Contains(place, StringComparison.Ordinal)));
        }

        Check(ErrorCode.BadGraph, "'x' -> 'nobody'", [("x", scale)], ("input", "x"), ("x", "nobody"));
        Check(ErrorCode.BadGraph, "'x'", [("x", scale)], ("input", "output"));
        Check(ErrorCode.UnknownNode, "'x' (Gru)", [("x", NirWriter.Node("Gru"))], ("input", "x"), ("x", "output"));
        Check(ErrorCode.Damaged, "'x' (LIF)", [("x", NirWriter.Node("LIF", ("tau", nir.Scalar(1))))], ("input", "x"), ("x", "output"));
        Check(ErrorCode.ShapeMismatch, "'input' -> 'x'", [("x", NirWriter.Node("Linear", ("weight", nir.Floats(Count(6), 2, 3))))], ("input", "x"), ("x", "output"));
        Check(ErrorCode.ParameterRange, "'x' (LI)", [("x", NirWriter.Node("LI", ("tau", nir.Scalar(.1)), ("r", nir.Scalar(1)), ("v_leak", nir.Scalar(0))))], ("input", "x"), ("x", "output"));
        Check(ErrorCode.NotFinite, "'x'", [("x", NirWriter.Node("Scale", ("scale", nir.Scalar(double.NaN))))], ("input", "x"), ("x", "output"));
        Check(ErrorCode.ParameterRange, "'x' (Delay)", [("x", NirWriter.Node("Delay", ("delay", nir.Scalar(-1))))], ("input", "x"), ("x", "output"));
        Check(ErrorCode.ShapeMismatch, "'x' (LIF)", [("x", NirWriter.Node("LIF", ("tau", nir.Floats([1, 1, 1])), ("r", nir.Floats([1, 1])), ("v_leak", nir.Scalar(0)), ("v_threshold", nir.Scalar(1))))], ("input", "x"), ("x", "output"));
    }

    [Fact]
    public void A_chain_of_two_thousand_nodes_keeps_its_order()
    {
        NirWriter nir = new();
        const int Length = 2000;
        (string, H5Group)[] nodes = [.. Enumerable.Range(0, Length).Select(i => ($"{i}", NirWriter.Node("Scale", ("scale", nir.Scalar(2)))))];
        (string, string)[] edges = [("input", "0"), .. Enumerable.Range(1, Length - 1).Select(i => ($"{i - 1}", $"{i}")), ($"{Length - 1}", "output")];
        NetworkGraph graph = Import(File(nir, nodes, edges));
        Assert.Equal(["input", .. Enumerable.Range(0, Length).Select(i => $"{i}"), "output"], graph.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void Recorded_activity_and_foreign_HDF5_are_told_apart_from_networks()
    {
        string path = System.IO.Path.GetTempFileName();
        try
        {
            new H5File { ["other"] = 1.0 }.Write(path);
            Assert.Equal(ErrorCode.WrongFormat, Assert.Throws<ConversionException>(() => NirImporter.Import(path, s_tick)).Code);
            H5File data = new() { ["nodes"] = new H5Group() };
            data.Attributes["__type__"] = "NIRGraphData";
            data.Write(path);
            Assert.Contains("recorded activity", Assert.Throws<ConversionException>(() => NirImporter.Import(path, s_tick)).Message, StringComparison.Ordinal);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private static byte[] File(NirWriter nir, (string, H5Group)[] nodes, params (string, string)[] edges) => NirWriter.File(NirWriter.Graph(
        [("input", NirWriter.Node("Input", ("shape", nir.Integers(2)))), .. nodes, ("output", NirWriter.Node("Output", ("shape", nir.Integers(2))))], edges));

    private static ConversionException Refused(NirWriter nir, (string, H5Group)[] nodes, params (string, string)[] edges) =>
        Assert.Throws<ConversionException>(() => Import(File(nir, nodes, edges)));
}
