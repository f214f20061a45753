using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import.Nir;

/// <summary>
/// Takes nested graphs apart: members get dotted names ("block.lif"), and what only passes a signal on (the inputs and
/// outputs of subgraphs, Identity) disappears, its edges joined.
/// </summary>
internal sealed class NirFlattening
{
    private readonly List<NirNode> _nodes = [];
    private readonly List<Edge> _edges = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<string> _passing = [];
    private readonly List<string> _choices;
    private readonly bool _relaxed;

    private NirFlattening(bool relaxed, List<string> choices)
    {
        _relaxed = relaxed;
        _choices = choices;
    }

    /// <summary>The flat nodes and edges; edges are in natural order of source, then target.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.BadGraph"/>: an end of an edge does not exist, or names collide.</exception>
    public static (List<NirNode> Nodes, List<Edge> Edges) Flatten(NirGraph graph, bool relaxed, List<string> choices)
    {
        NirFlattening flat = new(relaxed, choices);
        flat.Add(graph, "");
        flat.RemovePassing();
        return (flat._nodes, flat._edges);
    }

    private void Add(NirGraph graph, string prefix)
    {
        Dictionary<string, NirNode> members = [];
        foreach (NirNode node in graph.Nodes)
        {
            string name = prefix + node.Name;
            if (!members.TryAdd(node.Name, node) || (node.Graph is null && !_names.Add(name)))
                throw new ConversionException(ErrorCode.BadGraph, $"node '{name}'", "the name occurs twice once nested graphs are flattened", "rename one of them");
            if (node.Graph is not null)
            {
                Add(node.Graph, name + ".");
                continue;
            }

            _nodes.Add(node with { Name = name });
            if (node.Type == "Identity" || (prefix.Length > 0 && (node.Type is "Input" or "Output"))) _passing.Add(name);
        }

        foreach (IGrouping<(string Source, string Target), (string Source, string Target)> pair in graph.Edges.GroupBy(e => e))
        {
            if (pair.Count() > 1) _choices.Add($"The edge '{prefix}{pair.Key.Source}' -> '{prefix}{pair.Key.Target}' stands {pair.Count()} times in the file and counts once.");
            string where = $"edge '{prefix}{pair.Key.Source}' -> '{prefix}{pair.Key.Target}'";
            _edges.Add(new Edge(End(members, prefix, pair.Key.Source, "Output", where), End(members, prefix, pair.Key.Target, "Input", where)));
        }
    }

    /// <summary>The flat name of an edge's end: the node, or for a subgraph its only output or input.</summary>
    private string End(Dictionary<string, NirNode> members, string prefix, string name, string port, string where)
    {
        if (members.TryGetValue(name, out NirNode? node))
        {
            if (node.Graph is null) return prefix + name;
            NirNode[] ports = [.. node.Graph.Nodes.Where(n => n.Type == port)];
            if (ports.Length != 1)
                throw new ConversionException(ErrorCode.BadGraph, where, $"the graph '{prefix}{name}' has {ports.Length} nodes of type {port}", $"a nested graph that is connected as a whole has exactly one");
            return $"{prefix}{name}.{ports[0].Name}";
        }

        bool inside = _names.Contains(prefix + name);
        if (inside && _relaxed)
        {
            _choices.Add($"The {where} points into a nested graph and is followed (--relaxed).");
            return prefix + name;
        }

        throw new ConversionException(
            ErrorCode.BadGraph, where, inside ? $"'{name}' is a member of a nested graph" : $"there is no node '{name}'",
            inside ? "connect the nested graph itself, or accept it with --relaxed" : "correct the edge or add the node");
    }

    // Every source of a passing node is joined to every target of it.
    private void RemovePassing()
    {
        foreach (string name in _passing)
        {
            string[] sources = [.. _edges.Where(e => e.Target == name).Select(e => e.Source)];
            string[] targets = [.. _edges.Where(e => e.Source == name).Select(e => e.Target)];
            if (sources.Contains(name))
                throw new ConversionException(ErrorCode.BadGraph, $"node '{name}'", "a loop without a neuron runs through it", "a loop needs a neuron, whose activity of the tick before goes round");
            if ((long)sources.Length * targets.Length > 100_000)
                throw new ConversionException(ErrorCode.Unsupported, $"node '{name}'", $"it joins {sources.Length} sources to {targets.Length} targets", "simplify the graph");
            _edges.RemoveAll(e => e.Source == name || e.Target == name);
            foreach (string source in sources)
                foreach (string target in targets) _edges.Add(new Edge(source, target));
        }

        _nodes.RemoveAll(n => _passing.Contains(n.Name));
        _edges.Sort((a, b) => NaturalOrder.Instance.Compare(a.Source, b.Source) is var order && order != 0 ? order : NaturalOrder.Instance.Compare(a.Target, b.Target));
    }
}
