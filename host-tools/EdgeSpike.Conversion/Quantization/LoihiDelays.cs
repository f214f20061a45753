using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// What a population or an input emits arrives at least one tick later on Loihi. This gives every such path that has no delay
/// one tick, so that reference, report and model speak of the same network.
/// </summary>
internal static class LoihiDelays
{
    /// <summary>The graph with the delays; the same graph when none is missing.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="choices">Takes a sentence about what was changed.</param>
    public static NetworkGraph Apply(NetworkGraph graph, ICollection<string> choices)
    {
        foreach (Node node in graph.Nodes)
            if (node is StateSpaceNode or AdaptiveNeuronNode or PairedEncoderNode or LeakyReadoutNode)
                throw new ConversionException(ErrorCode.Unsupported, $"node '{node.Name}'", $"a {node.Kind} is not in the loihi profile", "use --profile edge");
        List<Edge> changed = [];
        List<Edge> edges =
        [
            .. graph.Edges.Select(edge =>
            {
                if (graph.Find(edge.Source) is not (InputNode or NeuronNode) || edge.Delay > 0 || Shortest(graph, edge.Target, []) != 0) return edge;
                changed.Add(edge);
                return edge with { Delay = 1 };
            }),
        ];
        if (changed.Count == 0) return graph;
        choices.Add($"Loihi delivers spikes one tick after they are emitted: {changed.Count} edges without a delay got one tick ({string.Join(", ", changed.Take(6).Select(e => $"'{e.Source}' -> '{e.Target}'"))}{(changed.Count > 6 ? ", …" : "")}).");
        NetworkGraph delayed = new(graph.Name, graph.TickSeconds, graph.Nodes, edges) { Labels = graph.Labels, SourceHash = graph.SourceHash, Choices = graph.Choices };
        delayed.Validate();
        return delayed;
    }

    // Fewest ticks from entering a node to entering a population; null: no population is behind it.
    private static int? Shortest(NetworkGraph graph, string name, HashSet<string> passed)
    {
        Node node = graph.Find(name)!;
        if (node is NeuronNode) return 0;
        if (!passed.Add(name)) return null;
        int own = node switch
        {
            DelayNode delay => delay.Ticks.Min(),
            DelayedLinearNode delayed => delayed.Ticks.Where((_, i) => delayed.Weight[i] != 0).DefaultIfEmpty(0).Min(),
            _ => 0,
        };
        int? least = null;
        foreach (Edge edge in graph.Outgoing(name))
            if (Shortest(graph, edge.Target, passed) is int further) least = Math.Min(least ?? int.MaxValue, own + edge.Delay + further);
        passed.Remove(name);
        return least;
    }
}
