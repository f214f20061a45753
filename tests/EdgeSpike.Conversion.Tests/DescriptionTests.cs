using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>Our own description: what it can say, what it refuses, and that writing and reading are inverse.</summary>
public class DescriptionTests
{
    /// <summary>One graph for each kind of node, with every option away from its default somewhere.</summary>
    public static IEnumerable<TheoryDataRow<string>> Kinds => Samples().Select(s => new TheoryDataRow<string>(s.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_node_comes_back_as_it_was_written(string kind)
    {
        NetworkGraph graph = Samples().Single(s => s.Name == kind);
        graph.Validate();
        (byte[] json, byte[] tensors) = DescriptionWriter.ToBytes(graph, "net.safetensors");
        GraphComparison.AssertSame(graph, DescriptionImporter.Import(json, "net.json", _ => tensors));
    }

    [Fact]
    public void The_L2MU_survives_the_way_through_files()
    {
        NetworkGraph graph = L2muBraille.LoadGraph(TestData.Require("l2mu-braille"));
        string folder = Directory.CreateTempSubdirectory("edgespike").FullName;
        try
        {
            DescriptionWriter.Write(graph, Path.Combine(folder, "l2mu.json"));
            GraphComparison.AssertSame(graph, NetworkImporter.Import(Path.Combine(folder, "l2mu.json"), new NirOptions()));
            Assert.Equal(2, Directory.GetFiles(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_chain_needs_no_edges_and_takes_its_shapes_from_the_input()
    {
        NetworkGraph graph = Import("""
            {"format":"edgespike-description","version":1,"dt":0.001,"labels":["no","yes"],"nodes":[
             {"name":"in","type":"input","shape":[3,8]},
             {"name":"conv","type":"conv1d","weight":[[[1,2,1],[0,0,0],[1,0,1]]],"padding":"same"},
             {"name":"pool","type":"sum_pool","kernel":2},
             {"name":"flat","type":"flatten"},
             {"name":"fc","type":"linear","weight":[[1,2,3,4],[5,6,7,8]]},
             {"name":"lif","type":"neuron","decay":0.9,"threshold":1},
             {"name":"out","type":"output"}]}
            """);
        Assert.Equal(["3x8", "1x8", "1x4", "4", "2", "2", "2"], graph.Nodes.Select(n => n.OutputShape.ToString()));
        Assert.Equal(Readout.SpikeCount, graph.Nodes.OfType<OutputNode>().Single().Readout);
        Assert.Equal(["no", "yes"], graph.Labels);
    }

    [Fact]
    public void A_Legendre_memory_is_built_from_order_and_window()
    {
        NetworkGraph graph = Import(Network("""{"name":"m","type":"state_space","legendre":{"order":4,"theta":10},"repeat":2}""", inputs: 2));
        StateSpaceNode memory = Assert.IsType<StateSpaceNode>(graph.Find("m"));
        (double[] a, double[] b) = LegendreMatrices.Discrete(4, 10);
        Assert.Equal(a, memory.StateMatrix);
        Assert.Equal(b, memory.InputMatrix);
        Assert.Equal(8, memory.OutputShape.Count);
    }

    [Fact]
    public void A_sparse_layer_is_the_dense_one_with_zeros()
    {
        NetworkGraph graph = Import(Network("""{"name":"s","type":"sparse_linear","outputs":2,"inputs":3,"rows":[0,1,1],"columns":[2,0,2],"values":[5,6,7]}""", inputs: 3));
        Assert.Equal([0, 0, 5, 6, 0, 7], Assert.IsType<LinearNode>(graph.Find("s")).Weight);
    }

    [Theory]
    [InlineData("""{"name":"x","type":"neurn","decay":0.9}""", ErrorCode.UnknownNode, "did you mean 'neuron'?", "$.nodes[1].type")]
    [InlineData("""{"name":"x","type":"neuron","decay":0.9,"treshold":1}""", ErrorCode.Damaged, "did you mean 'threshold'?", "$.nodes[1].treshold")]
    [InlineData("""{"name":"x","type":"neuron"}""", ErrorCode.Damaged, "'decay' is missing", "$.nodes[1]")]
    [InlineData("""{"name":"x","type":"neuron","decay":1.5}""", ErrorCode.ParameterRange, "1.5", "'x'")]
    [InlineData("""{"name":"x","type":"neuron","decay":"slow"}""", ErrorCode.Damaged, "no tensor 'slow'", "$.nodes[1].decay")]
    [InlineData("""{"name":"x","type":"neuron","decay":0.9,"reset":"zero"}""", ErrorCode.ParameterRange, "value, subtract, none", "$.nodes[1].reset")]
    [InlineData("""{"name":"x","type":"linear","weight":[[1,2],[3]]}""", ErrorCode.ShapeMismatch, "1 entries", "$.nodes[1].weight[1]")]
    [InlineData("""{"name":"x","type":"linear","weight":[[1,2,3]]}""", ErrorCode.ShapeMismatch, "takes 3", "'in' -> 'x'")]
    [InlineData("""{"name":"x","type":"delay","ticks":1.5}""", ErrorCode.ParameterRange, "1.5", "$.nodes[1].ticks")]
    [InlineData("""{"name":"in","type":"delay","ticks":1}""", ErrorCode.BadGraph, "occurs twice", "$.nodes[1].name")]
    [InlineData("""{"name":"x","type":"state_space","legendre":{"order":0,"theta":3}}""", ErrorCode.ParameterRange, "whole number from 1", "$.nodes[1].legendre.order")]
    [InlineData("""{"name":"x","type":"conv2d","weight":[[[[1]]]]}""", ErrorCode.ShapeMismatch, "2 arrives", "$.nodes[1]")]
    [InlineData("""{"name":"x","type":"delayed_linear","weight":[[1,2]],"ticks":[[1,-2]]}""", ErrorCode.ParameterRange, "-2", "$.nodes[1].ticks")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1}""", ErrorCode.Damaged, "'adaptation_decay' is missing", "$.nodes[1]")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"adaptation_decay":0.9}""", ErrorCode.Damaged, "'threshold' is missing", "$.nodes[1]")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1,"adaptation_decay":1.01}""", ErrorCode.ParameterRange, "adaptation decay of 1.01", "'x'")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1,"adaptation_decay":[0.9,0.8,0.7]}""", ErrorCode.ShapeMismatch, "adaptation decay: 3 elements where 2 belong", "'x'")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1,"adaptation_decay":0.9,"adaptation_step":[1,2,3]}""", ErrorCode.ShapeMismatch, "adaptation step: 3 elements where 2 belong", "'x'")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1,"adaptation_decay":0.9,"adaptation":1}""", ErrorCode.Damaged, "adaptation_decay, adaptation_step", "$.nodes[1].adaptation")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1,"adaptation_decay":0.9,"refractory":2}""", ErrorCode.Damaged, "the key is not known", "$.nodes[1].refractory")]
    [InlineData("""{"name":"x","type":"adaptive_neuron","decay":0.9,"threshold":1,"adaptation_decay":0.9,"threshold_lower_limit":"none"}""", ErrorCode.Damaged, "not a finite number", "$.nodes[1].threshold_lower_limit")]
    [InlineData("""{"name":"x","type":"neuron","decay":0.9,"membrane_step":0}""", ErrorCode.ParameterRange, "above 0", "$.nodes[1].membrane_step")]
    [InlineData("""{"name":"x","type":"linear","weight":[[0.5,0.3]],"weight_step":0.25}""", ErrorCode.ParameterRange, "weight[1] is 0.3, which is 1.2 weight steps", "'x'")]
    [InlineData("""{"name":"x","type":"linear","weight":[[0.5,0.25]],"weight_step":-0.25}""", ErrorCode.ParameterRange, "above 0", "$.nodes[1].weight_step")]
    [InlineData("""{"name":"x","type":"paired_encoder","decay":0.9,"threshold":1}""", ErrorCode.Damaged, "'weight' is missing", "$.nodes[1]")]
    [InlineData("""{"name":"x","type":"paired_encoder","weight":[[1,2,3]],"decay":0.9,"threshold":1}""", ErrorCode.ShapeMismatch, "takes 3", "'in' -> 'x'")]
    [InlineData("""{"name":"x","type":"paired_encoder","weight":[[[1,2]]],"decay":0.9,"threshold":1}""", ErrorCode.ShapeMismatch, "[pairs, inputs]", "$.nodes[1].weight")]
    [InlineData("""{"name":"x","type":"paired_encoder","weight":[[1,2],[3,4]],"decay":[0.9,0.9,0.9],"threshold":1}""", ErrorCode.ShapeMismatch, "decay: 3 elements where 2 belong", "'x'")]
    [InlineData("""{"name":"x","type":"paired_encoder","weight":[[1,2],[3,4]],"decay":0.9,"threshold":[1,-0.5]}""", ErrorCode.ParameterRange, "a threshold of -0.5", "'x'")]
    [InlineData("""{"name":"x","type":"paired_encoder","weight":[[1,2],[3,4]],"decay":0.9,"threshold":1,"reset":"value"}""", ErrorCode.Damaged, "the key is not known", "$.nodes[1].reset")]
    [InlineData("""{"name":"x","type":"leaky_readout","weight":[1,2]}""", ErrorCode.Damaged, "'leak' is missing", "$.nodes[1]")]
    [InlineData("""{"name":"x","type":"leaky_readout","weight":[1,2],"leak":-0.1}""", ErrorCode.ParameterRange, "a leak of -0.1", "'x'")]
    [InlineData("""{"name":"x","type":"leaky_readout","weight":[1,2],"leak":0.5,"mirrored":true}""", ErrorCode.ShapeMismatch, "takes 4", "'in' -> 'x'")]
    [InlineData("""{"name":"x","type":"leaky_readout","weight":[1,2],"leak":0.5,"mirrored":1}""", ErrorCode.Damaged, "true or false", "$.nodes[1].mirrored")]
    [InlineData("""{"name":"x","type":"leaky_readout","weight":[[1,2]],"leak":[0.5,0.6]}""", ErrorCode.ShapeMismatch, "leak: 2 elements where 1 belong", "'x'")]
    [InlineData("""{"name":"x","type":"leaky_readout","weight":[[0.5,0.75]],"leak":0.5,"weight_step":0.25}""", ErrorCode.ParameterRange, "weight[1] is 0.375, which is 1.5 weight steps", "'x'")]
    public void A_faulty_node_is_named_by_its_path_with_what_to_do(string node, ErrorCode code, string says, string where)
    {
        ConversionException e = Assert.Throws<ConversionException>(() => Import(Network(node)));
        Assert.Equal(code, e.Code);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains(where, e.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"format":"other"}""", ErrorCode.WrongFormat)]
    [InlineData("""{"format":"edgespike-description","version":2,"nodes":[]}""", ErrorCode.Unsupported)]
    [InlineData("""{"format":"edgespike-description","version":1,"nodes":[]}""", ErrorCode.BadGraph)]
    [InlineData("""{"format":"edgespike-description","version":1,"nodes":{}}""", ErrorCode.Damaged)]
    [InlineData("""{"format":"edgespike-description","version":1,"tensors":"../x","nodes":[]}""", ErrorCode.ParameterRange)]
    [InlineData("""{"format":"edgespike-description","version":1,"nodes":[""", ErrorCode.Damaged)]
    [InlineData("""{"format":"edgespike-description","version":1,"tensors":"\ud800","nodes":[]}""", ErrorCode.Damaged)]
    [InlineData("hello", ErrorCode.WrongFormat)]
    public void A_faulty_file_has_its_own_error(string json, ErrorCode code) =>
        Assert.Equal(code, Assert.Throws<ConversionException>(() => Import(json)).Code);

    [Fact]
    public void A_loop_without_delay_is_refused_and_one_with_delay_accepted()
    {
        string Loop(string delay) => $$"""
            {"format":"edgespike-description","version":1,"nodes":[{"name":"in","type":"input","shape":2},{"name":"n","type":"neuron","decay":0.5,"threshold":1},
             {"name":"w","type":"linear","weight":[[0,1],[1,0]]},{"name":"out","type":"output"}],
             "edges":[["in","n"],["n","w"{{delay}}],["w","n"],["n","out"]]}
            """;
        Assert.Equal(ErrorCode.BadGraph, Assert.Throws<ConversionException>(() => Import(Loop(""))).Code);
        Assert.Equal(1, Import(Loop(",1")).Edges[1].Delay);
        Assert.Contains("did you mean 'out'?", Assert.Throws<ConversionException>(() => Import(Loop(",1").Replace("[\"n\",\"out\"]", "[\"n\",\"oud\"]"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["w","n",0,"threshold"]""", null, "")]
    [InlineData("""["w","n",0,"input"]""", null, "")]
    [InlineData("""["w","n",0,"treshold"]""", ErrorCode.ParameterRange, "did you mean 'threshold'?")]
    [InlineData("""["w","n",0,"threshold",1]""", ErrorCode.Damaged, "5 entries")]
    [InlineData("""["w","n","threshold"]""", ErrorCode.Damaged, "not a finite number")]
    [InlineData("""["w","out",0,"threshold"]""", ErrorCode.BadGraph, "only an adaptive neuron")]
    [InlineData("""["wide","n",0,"threshold"]""", ErrorCode.ShapeMismatch, "3 elements (3) leave 'wide' but 'n' takes 2")]
    public void An_edge_may_drive_the_threshold_of_an_adaptive_neuron(string edge, ErrorCode? code, string says)
    {
        string json = $$"""
            {"format":"edgespike-description","version":1,"nodes":[{"name":"in","type":"input","shape":2},{"name":"n","type":"adaptive_neuron","decay":0.5,"threshold":1,"adaptation_decay":0.5},
             {"name":"w","type":"linear","weight":[[0,1],[1,0]]},{"name":"wide","type":"linear","weight":[[0,1],[1,0],[1,1]]},{"name":"out","type":"output"}],
             "edges":[["in","n"],["in","w"],["in","wide"],{{edge}},["n","out"]]}
            """;
        if (code is null) Assert.Equal(edge.Contains("threshold", StringComparison.Ordinal) ? EdgePort.Threshold : EdgePort.Input, Import(json).Edges[3].Port);
        else
        {
            ConversionException e = Assert.Throws<ConversionException>(() => Import(json));
            Assert.Equal(code, e.Code);
            Assert.Contains(says, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_adaptive_neuron_needs_an_input_beside_its_thresholds_drive()
    {
        ConversionException e = Assert.Throws<ConversionException>(() => Import("""
            {"format":"edgespike-description","version":1,"nodes":[{"name":"in","type":"input","shape":2},{"name":"n","type":"adaptive_neuron","decay":0.5,"threshold":1,"adaptation_decay":0.5},{"name":"out","type":"output"}],
             "edges":[["in","n",0,"threshold"],["n","out"]]}
            """));
        Assert.Equal(ErrorCode.BadGraph, e.Code);
        Assert.Contains("'n'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encoder_and_read_out_take_their_shapes_from_their_weights()
    {
        NetworkGraph graph = Import("""
            {"format":"edgespike-description","version":1,"nodes":[
             {"name":"error","type":"input","shape":1,"step":0.001},
             {"name":"encoder","type":"paired_encoder","weight":[1,2,3],"bias":0.5,"decay":0.5,"threshold":1},
             {"name":"command","type":"leaky_readout","weight":[[1,2,3],[4,5,6]],"mirrored":true,"leak":0.25},
             {"name":"out","type":"output"}]}
            """);
        Assert.Equal(["1", "6", "2", "2"], graph.Nodes.Select(n => n.OutputShape.ToString()));
        Assert.Equal(Readout.Last, graph.Nodes.OfType<OutputNode>().Single().Readout);
        Assert.Equal(0.001, graph.Nodes.OfType<InputNode>().Single().Step);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused_with_their_place()
    {
        byte[] tensors = SafetensorsFile.ToBytes([new("w", NumericArray.From((ReadOnlySpan<float>)[1, float.NaN], 1, 2))]);
        ConversionException e = Assert.Throws<ConversionException>(() => DescriptionImporter.Import(Encoding.UTF8.GetBytes(Network("""{"name":"x","type":"linear","weight":"w"}""")), "net.json", _ => tensors));
        Assert.Equal(ErrorCode.NotFinite, e.Code);
        Assert.Contains("weight[1]", e.Message, StringComparison.Ordinal);
    }

    internal static string Network(string node, int inputs = 2) =>
        $$"""{"format":"edgespike-description","version":1,"nodes":[{"name":"in","type":"input","shape":[{{inputs}}]},{{node}},{"name":"out","type":"output"}]}""";

    private static NetworkGraph Import(string json) => DescriptionImporter.Import(Encoding.UTF8.GetBytes(json), "net.json", _ => SafetensorsFile.ToBytes([]));

    internal static IEnumerable<NetworkGraph> Samples()
    {
        double[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => 0.1 + i / 7.0)];
        double[] Decays(int count) => [.. Enumerable.Range(0, count).Select(i => i / (double)count)];
        NetworkGraph Chain(string name, Node node) => new(
            name, 0.002,
            [new InputNode { Name = "in", InputShape = node.InputShape, OutputShape = node.InputShape }, node, new OutputNode { Name = "out", InputShape = node.OutputShape, OutputShape = node.OutputShape, Readout = Readout.Maximum }],
            [new Edge("in", node.Name), new Edge(node.Name, "out", 3)])
        { Labels = ["a", "é\"\n"] };

        yield return Chain("linear", new LinearNode { Name = "x", InputShape = new Shape(3), OutputShape = new Shape(2), Weight = Ramp(6), Bias = Ramp(2), Outputs = 2, Inputs = 3 });
        yield return Chain("linear repeated", new LinearNode { Name = "x", InputShape = new Shape(4, 3), OutputShape = new Shape(4, 2), Weight = [1, 2, 3, 4, 5, 6], Outputs = 2, Inputs = 3, Repeat = 4 });
        yield return Chain("delayed linear", new DelayedLinearNode { Name = "x", InputShape = new Shape(3), OutputShape = new Shape(2), Weight = Ramp(6), Ticks = [0, 1, 2, 3, 4, 5], Bias = Ramp(2) });
        yield return Chain("one delayed synapse", new DelayedLinearNode { Name = "x", InputShape = new Shape(1), OutputShape = new Shape(1), Weight = [2], Ticks = [4] });
        yield return Chain("flatten", new FlattenNode { Name = "x", InputShape = new Shape(2, 3, 4), OutputShape = new Shape(6, 4) });
        yield return Chain("scale", new ScaleNode { Name = "x", InputShape = new Shape(2, 2), OutputShape = new Shape(2, 2), Factor = Ramp(4) });
        yield return Chain("delay", new DelayNode { Name = "x", InputShape = new Shape(3), OutputShape = new Shape(3), Ticks = [1, 0, 7] });
        yield return Chain("state space", new StateSpaceNode { Name = "x", InputShape = new Shape(4), OutputShape = new Shape(6), StateMatrix = Ramp(9), InputMatrix = Ramp(6), Order = 3, Inputs = 2, Repeat = 2 });
        yield return Chain("average pool", new PoolNode { Name = "x", InputShape = new Shape(3, 9), OutputShape = new Shape(3, 4), Average = true, Channels = 3, Window = new Window { InputHeight = 1, InputWidth = 9, OutputHeight = 1, OutputWidth = 4, KernelHeight = 1, KernelWidth = 3, StrideWidth = 2, PaddingLeft = 0 } });
        yield return Chain("sum pool", new PoolNode { Name = "x", InputShape = new Shape(2, 5, 6), OutputShape = new Shape(2, 3, 3), Average = false, Channels = 2, Window = new Window { InputHeight = 5, InputWidth = 6, OutputHeight = 3, OutputWidth = 3, KernelHeight = 3, KernelWidth = 2, StrideHeight = 2, StrideWidth = 2, PaddingTop = 1 } });
        yield return Chain("conv1d", new ConvolutionNode { Name = "x", InputShape = new Shape(4, 9), OutputShape = new Shape(2, 5), Weight = Ramp(12), InputChannels = 4, OutputChannels = 2, Groups = 2, Window = new Window { InputHeight = 1, InputWidth = 9, OutputHeight = 1, OutputWidth = 5, KernelHeight = 1, KernelWidth = 3, StrideWidth = 2, PaddingLeft = 1 } });
        yield return Chain("conv2d", new ConvolutionNode { Name = "x", InputShape = new Shape(2, 6, 7), OutputShape = new Shape(3, 6, 7), Weight = Ramp(36), Bias = Ramp(3), InputChannels = 2, OutputChannels = 3, Window = new Window { InputHeight = 6, InputWidth = 7, OutputHeight = 6, OutputWidth = 7, KernelHeight = 2, KernelWidth = 3, PaddingTop = 0, PaddingLeft = 2, DilationWidth = 2 } });
        yield return Chain("neuron", new NeuronNode { Name = "x", InputShape = new Shape(2, 2), OutputShape = new Shape(2, 2), Decay = [0.25], Threshold = [1.0], Reset = ResetRule.ToValue });
        yield return Chain("integrator", new NeuronNode { Name = "x", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = Decays(2), Reset = ResetRule.None, LowerLimit = -3.5 });
        yield return Chain("multi-spike", new NeuronNode { Name = "x", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [1], Threshold = Ramp(2), Reset = ResetRule.Subtract, MaximumSpikes = 7, Comparison = Comparison.GreaterOrEqual });
        yield return Chain("stated weights", new LinearNode { Name = "x", InputShape = new Shape(3), OutputShape = new Shape(2), Weight = [0.5, 1, 0, -2, 0.25, 3], WeightStep = 0.25, Outputs = 2, Inputs = 3 });
        yield return Chain("encoder", new PairedEncoderNode { Name = "x", InputShape = new Shape(2), OutputShape = new Shape(6), Weight = Ramp(6), Bias = Ramp(3), Decay = Decays(3), Threshold = Ramp(3) });
        yield return Chain("stated encoder", new PairedEncoderNode { Name = "x", InputShape = new Shape(1), OutputShape = new Shape(2, 2), Weight = [0.5, -1], WeightStep = 0.5, Decay = [0.5], Threshold = [1], MembraneStep = 0.125 });
        yield return Chain("read-out", new LeakyReadoutNode { Name = "x", InputShape = new Shape(3), OutputShape = new Shape(2), Weight = Ramp(6), Leak = Decays(2) });
        yield return Chain("mirrored read-out", new LeakyReadoutNode { Name = "x", InputShape = new Shape(2, 2), OutputShape = new Shape(1), Weight = [0.5, 3], WeightStep = 0.125, Leak = [0.75], Mirrored = true, MembraneStep = 0.0625 });
        yield return Chain("adaptive", new AdaptiveNeuronNode { Name = "x", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [0.5], Threshold = [1], AdaptationDecay = [0.75] });
        AdaptiveNeuronNode driven = new()
        {
            Name = "x",
            InputShape = new Shape(2),
            OutputShape = new Shape(2),
            Decay = Decays(2),
            SynapticDecay = [0.1],
            Threshold = Ramp(2),
            AdaptationDecay = Decays(2),
            AdaptationStep = Ramp(2),
            ThresholdLowerLimit = 0.125,
            LowerLimit = -2,
            InputGain = [0.5],
            Reset = ResetRule.Subtract,
            ResetTime = ResetTime.Next,
            Comparison = Comparison.GreaterOrEqual,
            Current = CurrentOrder.Old,
            MembraneStep = 0.5,
        };
        NetworkGraph chain = Chain("driven", driven);
        yield return new NetworkGraph("driven", 0.002, [new InputNode { Name = "in", InputShape = driven.InputShape, OutputShape = driven.InputShape, Step = 0.03125 }, .. chain.Nodes.Skip(1)], [.. chain.Edges, new Edge("x", "x", 2, EdgePort.Threshold), new Edge("in", "x", 0, EdgePort.Threshold)]);
        yield return Chain("current-based", new NeuronNode
        {
            Name = "x",
            InputShape = new Shape(3),
            OutputShape = new Shape(3),
            Decay = Decays(3),
            SynapticDecay = [0.1],
            InputGain = Ramp(3),
            DriveGain = [2],
            InputBias = [0.5],
            MembraneBias = Ramp(3),
            Threshold = Ramp(3),
            ResetValue = Ramp(3),
            InitialMembrane = [-1],
            Reset = ResetRule.Subtract,
            ResetTime = ResetTime.Next,
            Current = CurrentOrder.Old,
            RefractoryTicks = 3,
        });
    }
}
