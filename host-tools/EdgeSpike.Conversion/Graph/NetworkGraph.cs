using System;
using System.Collections.Generic;

namespace EdgeSpike.Conversion.Graph;

/// <summary>Where an edge enters its target.</summary>
public enum EdgePort
{
    /// <summary>The sum that every node takes.</summary>
    Input,

    /// <summary>The sum that drives the thresholds of an <see cref="AdaptiveNeuronNode"/>.</summary>
    Threshold,
}

/// <summary>A connection between two nodes; what arrives at a port of a node is the sum over its edges, in the order of the list.</summary>
/// <param name="Source">Name of the node it leaves.</param>
/// <param name="Target">Name of the node it enters.</param>
/// <param name="Delay">Whole ticks; 0: within the tick. Every loop has an edge with at least 1.</param>
/// <param name="Port">Where it enters.</param>
public sealed record Edge(string Source, string Target, int Delay = 0, EdgePort Port = EdgePort.Input);

/// <summary>
/// A network between import and lowering: discrete in time, real-valued, all shapes known, every loop delayed.
/// Importers build it and <see cref="GraphChecks.Validate"/> it; the reference runs it; the quantiser reads it. Nothing writes to it.
/// </summary>
public sealed class NetworkGraph
{
    private readonly Dictionary<string, Node> _byName = new(StringComparer.Ordinal);

    /// <summary>Takes nodes and edges as they are; call <see cref="GraphChecks.Validate"/> before use.</summary>
    public NetworkGraph(string name, double tickSeconds, IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Name = name;
        TickSeconds = tickSeconds;
        Nodes = nodes;
        Edges = edges;
        foreach (Node node in nodes)
            if (!_byName.TryAdd(node.Name, node))
                throw new ConversionException(ErrorCode.BadGraph, $"node '{node.Name}'", "the name occurs twice", "give every node its own name");
    }

    /// <summary>Name for messages and reports.</summary>
    public string Name { get; }

    /// <summary>Length of a tick in seconds; 0 when nobody knows.</summary>
    public double TickSeconds { get; }

    /// <summary>All nodes, in an order that depends on the source file alone.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>All edges; their order is the order of summation in the reference.</summary>
    public IReadOnlyList<Edge> Edges { get; }

    /// <summary>Names of the classes at the output, or empty.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>SHA-256 of the source file(s), lower-case hex; empty for graphs made in memory.</summary>
    public string SourceHash { get; init; } = "";

    /// <summary>Choices the importer made where the file is silent, one sentence each, for the report.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The node of that name, or null.</summary>
    public Node? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The edges that arrive at a port of a node, in order.</summary>
    public IEnumerable<Edge> Incoming(string name, EdgePort port = EdgePort.Input)
    {
        foreach (Edge edge in Edges)
            if (edge.Target == name && edge.Port == port)
                yield return edge;
    }

    /// <summary>The edges that leave a node, in order.</summary>
    public IEnumerable<Edge> Outgoing(string name)
    {
        foreach (Edge edge in Edges)
            if (edge.Source == name)
                yield return edge;
    }
}
