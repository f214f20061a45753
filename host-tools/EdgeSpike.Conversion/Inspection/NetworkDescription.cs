using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Inspection;

/// <summary>A network as imported, in words and numbers.</summary>
/// <param name="Name">Name.</param>
/// <param name="TickSeconds">Seconds per tick, 0 if unknown.</param>
/// <param name="SourceHash">SHA-256 of the source files.</param>
/// <param name="Nodes">Nodes in file order.</param>
/// <param name="Edges">Edges in file order.</param>
/// <param name="Labels">Classes.</param>
/// <param name="Choices">What the importer chose where the file is silent.</param>
public sealed record NetworkDescription(
    string Name, double TickSeconds, string SourceHash, IReadOnlyList<NodeDescription> Nodes, IReadOnlyList<Edge> Edges,
    IReadOnlyList<string> Labels, IReadOnlyList<string> Choices)
{
    /// <summary>Describes a graph.</summary>
    public static NetworkDescription Of(NetworkGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return new NetworkDescription(
            graph.Name, graph.TickSeconds, graph.SourceHash,
            [.. graph.Nodes.Select(n => new NodeDescription(n.Name, n.Kind, n.InputShape.ToString(), n.OutputShape.ToString(), Parameters(n)))],
            graph.Edges, graph.Labels, graph.Choices);
    }

    /// <summary>As a Graphviz graph; an edge with a delay is dashed.</summary>
    public string ToDot()
    {
        StringBuilder dot = new("digraph network {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n");
        foreach (NodeDescription node in Nodes)
            dot.Append($"  {ModelDescription.Quote(node.Name)} [label={ModelDescription.Quote($"{node.Name}\n{node.Kind} {node.OutputShape}")}{(node.Kind is "input" or "output" ? ", shape=ellipse" : "")}];\n");
        foreach (Edge edge in Edges)
        {
            string label = string.Join(", ", ((string[])[edge.Delay > 0 ? $"{edge.Delay}" : "", edge.Port == EdgePort.Threshold ? "threshold" : ""]).Where(l => l.Length > 0));
            dot.Append($"  {ModelDescription.Quote(edge.Source)} -> {ModelDescription.Quote(edge.Target)}{(label.Length > 0 ? $" [label=\"{label}\"{(edge.Delay > 0 ? ", style=dashed" : "")}]" : "")};\n");
        }

        return dot.Append("}\n").ToString();
    }

    private static string Parameters(Node node) => node switch
    {
        LinearNode linear => $"{linear.Weight.Length:N0} weights{Bias(linear.Bias)}{(linear.Repeat > 1 ? $", {linear.Repeat} blocks" : "")}",
        DelayedLinearNode delayed => $"{delayed.Weight.Length:N0} weights{Bias(delayed.Bias)}, delays to {delayed.Ticks.Max()}",
        ConvolutionNode convolution => $"{convolution.Weight.Length:N0} weights{Bias(convolution.Bias)}, kernel {convolution.Window.KernelHeight}×{convolution.Window.KernelWidth}, stride {convolution.Window.StrideHeight}×{convolution.Window.StrideWidth}",
        PoolNode pool => $"kernel {pool.Window.KernelHeight}×{pool.Window.KernelWidth}, stride {pool.Window.StrideHeight}×{pool.Window.StrideWidth}",
        DelayNode delay => delay.Ticks.Length == 1 ? $"{delay.Ticks[0]} ticks" : $"{delay.Ticks.Min()} to {delay.Ticks.Max()} ticks",
        ScaleNode scale => $"factor {Range(scale.Factor)}",
        StateSpaceNode space => $"order {space.Order}{(space.Repeat > 1 ? $", {space.Repeat} blocks" : "")}",
        AdaptiveNeuronNode neuron => $"{NeuronWords(neuron)}, adaptation decay {Range(neuron.AdaptationDecay)}{(neuron.AdaptationStep.All(s => s == 0) ? "" : $", step {Range(neuron.AdaptationStep)}")}",
        NeuronNode neuron => NeuronWords(neuron),
        PairedEncoderNode encoder => $"{encoder.Pairs} pairs, decay {Range(encoder.Decay)}, threshold {Range(encoder.Threshold)}",
        LeakyReadoutNode readout => $"{readout.Weight.Length:N0} {(readout.Mirrored ? "mirrored " : "")}weights, leak {Range(readout.Leak)}",
        OutputNode output => output.Readout switch { Readout.SpikeCount => "spikes counted", Readout.Last => "last value", Readout.Maximum => "largest value", _ => "mean value" },
        _ => "",
    };

    private static string NeuronWords(NeuronNode neuron) =>
        $"decay {Range(neuron.Decay)}{(neuron.SynapticDecay is null ? "" : $", synaptic {Range(neuron.SynapticDecay)}")}{(neuron.Threshold is null ? "" : $", threshold {Range(neuron.Threshold)}, {ResetWords(neuron)}")}";

    private static string ResetWords(NeuronNode neuron) =>
        (neuron.Reset switch { ResetRule.None => "no reset", ResetRule.Subtract => "reset by subtraction", _ => $"reset to {Range(neuron.ResetValue)}" })
        + (neuron.Reset == ResetRule.None ? "" : neuron.ResetTime == ResetTime.Now ? " at once" : " at the next tick")
        + (neuron.RefractoryTicks > 0 ? $", refractory {neuron.RefractoryTicks}" : "");

    private static string Bias(double[]? bias) => bias is null ? "" : " and biases";

    private static string Range(double[] values)
    {
        double low = values.Min(), high = values.Max();
        return low == high ? $"{low:0.####}" : $"{low:0.####} … {high:0.####}";
    }
}

/// <summary>One node.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Kind">In words.</param>
/// <param name="InputShape">Shape of what arrives.</param>
/// <param name="OutputShape">Shape of what leaves.</param>
/// <param name="Parameters">Its parameters in words.</param>
public sealed record NodeDescription(string Name, string Kind, string InputShape, string OutputShape, string Parameters);
