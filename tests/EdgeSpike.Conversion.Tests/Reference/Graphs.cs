using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>
/// Small graphs and signals for the tests of the reference. Random numbers are multiples of 1/16, so that sums of few
/// products are exact in double and a transcription in any order has to give the same bits.
/// </summary>
internal static class Graphs
{
    /// <summary>A source of randomness that CsCheck can report and replay.</summary>
    public static readonly Gen<int> Seed = Gen.Int[0, int.MaxValue - 1];

    public static InputNode Input(string name, params int[] shape) => new() { Name = name, InputShape = new Shape(shape), OutputShape = new Shape(shape) };

    public static OutputNode Output(string name, int count, Readout readout = Readout.SpikeCount) =>
        new() { Name = name, InputShape = new Shape(count), OutputShape = new Shape(count), Readout = readout };

    public static LinearNode Linear(string name, int outputs, int inputs, double[] weight, double[]? bias = null, int repeat = 1) => new()
    {
        Name = name,
        InputShape = new Shape(inputs * repeat),
        OutputShape = new Shape(outputs * repeat),
        Weight = weight,
        Bias = bias,
        Outputs = outputs,
        Inputs = inputs,
        Repeat = repeat,
    };

    /// <summary>Leaves its input as it is, tick by tick: an integrator without memory.</summary>
    public static NeuronNode Relay(string name, int count) => new() { Name = name, InputShape = new Shape(count), OutputShape = new Shape(count), Decay = [0] };

    /// <summary>input "in" -> node -> output "out".</summary>
    public static ReferenceNetwork Around(Node node, Precision precision = Precision.Float64, Readout readout = Readout.Last) => Network(
        precision,
        [Input("in", node.InputShape.ToArray()), node, Output("out", node.OutputShape.Count, readout)],
        [new Edge("in", node.Name), new Edge(node.Name, "out")]);

    public static ReferenceNetwork Network(Precision precision, IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges) =>
        new(new NetworkGraph("test", 0.001, nodes, edges), precision);

    /// <summary>Multiples of 1/16 in [-2, 2], about a third of them zero.</summary>
    public static double[] Values(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? 0 : random.Next(-32, 33) / 16.0)];

    /// <summary>Numbers with no short binary form, about a third of them zero: what rounding shows on.</summary>
    public static double[] Rough(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? 0 : random.NextDouble() * 2 - 1)];

    /// <summary>Values for each of several ticks.</summary>
    public static double[][] Signal(Random random, int ticks, int count) =>
        [.. Enumerable.Range(0, ticks).Select(_ => Values(random, count))];
}
