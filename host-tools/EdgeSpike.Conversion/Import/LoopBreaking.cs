using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import;

/// <summary>
/// Gives every loop a delay of one tick, for formats in which a loop is legal as it stands. What goes round is then the
/// activity of the tick before, as in every framework that trains recurrent spiking networks.
/// </summary>
/// <remarks>
/// A depth-first search from the inputs, neighbours in natural order of their names, finds the edges that close loops. From
/// the source of such an edge the way goes back, within the loop, over nodes without state to the neurons that feed it;
/// the edge that leaves the neuron gets the delay. A delay node on the way already delays the loop: one of its ticks moves
/// to the edges that leave it, and nothing is added. So the delays do not depend on the order in the file.
/// </remarks>
internal static class LoopBreaking
{
    /// <summary>Nodes and edges with the delays, in the given order; a sentence for each added delay goes to <paramref name="choices"/>.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.BadGraph"/>: a loop has no neuron.</exception>
    public static (List<Node> Nodes, List<Edge> Edges) Break(IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges, List<string> choices)
    {
        Dictionary<string, Node> byName = nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        Dictionary<string, string[]> targets = Neighbours(edges, e => e.Source, e => e.Target);
        Dictionary<string, string[]> sources = Neighbours(edges, e => e.Target, e => e.Source);
        List<string> start = [.. nodes.OrderBy(n => n is InputNode ? 0 : 1).ThenBy(n => n.Name, NaturalOrder.Instance).Select(n => n.Name)];

        HashSet<(string, string)> delayed = [];
        HashSet<string> shortened = [];
        foreach ((string source, string target) in BackEdges(start, targets))
        {
            HashSet<string> loop = Reach(target, targets);
            loop.IntersectWith(Reach(source, sources));
            bool found = false;
            Stack<(string Source, string Target)> way = new([(source, target)]);
            HashSet<string> seen = [];
            while (way.TryPop(out (string Source, string Target) edge))
            {
                if (byName[edge.Source] is NeuronNode)
                {
                    found = true;
                    if (delayed.Add(edge)) choices.Add($"The loop through '{edge.Source}' and '{edge.Target}' is closed with the activity of the tick before: '{edge.Source}' -> '{edge.Target}' has a delay of 1 tick.");
                    continue;
                }

                if (byName[edge.Source] is DelayNode wait && !wait.Ticks.Contains(0))
                {
                    found = true;
                    shortened.Add(wait.Name);
                    continue;
                }

                if (!seen.Add(edge.Source)) continue;
                foreach (string before in sources.GetValueOrDefault(edge.Source, []))
                    if (loop.Contains(before)) way.Push((before, edge.Source));
            }

            if (!found)
                throw new ConversionException(ErrorCode.BadGraph, $"edge '{source}' -> '{target}'", $"it closes a loop without a neuron ({string.Join(", ", loop.Order(NaturalOrder.Instance).Take(8).Select(n => $"'{n}'"))})", "a loop needs a neuron, whose activity of the tick before goes round");
        }

        return (
            [.. nodes.Select(n => n is DelayNode d && shortened.Contains(d.Name) ? new DelayNode { Name = d.Name, InputShape = d.InputShape, OutputShape = d.OutputShape, Ticks = [.. d.Ticks.Select(t => t - 1)] } : n)],
            [.. edges.Select(e => delayed.Contains((e.Source, e.Target)) || shortened.Contains(e.Source) ? e with { Delay = e.Delay + 1 } : e)]);
    }

    private static Dictionary<string, string[]> Neighbours(IReadOnlyList<Edge> edges, Func<Edge, string> from, Func<Edge, string> to) =>
        edges.Where(e => e.Delay == 0).GroupBy(from, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(to).Distinct().Order(NaturalOrder.Instance).ToArray(), StringComparer.Ordinal);

    // Iterative, since a hostile file may have a chain of any length.
    private static List<(string Source, string Target)> BackEdges(List<string> start, Dictionary<string, string[]> targets)
    {
        List<(string Source, string Target)> back = [];
        HashSet<string> open = [], done = [];
        Stack<(string Name, int Next)> path = new();
        foreach (string root in start)
        {
            if (done.Contains(root)) continue;
            open.Add(root);
            path.Push((root, 0));
            while (path.TryPop(out (string Name, int Next) step))
            {
                string[] following = targets.GetValueOrDefault(step.Name, []);
                if (step.Next == following.Length)
                {
                    open.Remove(step.Name);
                    done.Add(step.Name);
                    continue;
                }

                path.Push((step.Name, step.Next + 1));
                string next = following[step.Next];
                if (open.Contains(next)) back.Add((step.Name, next));
                else if (!done.Contains(next))
                {
                    open.Add(next);
                    path.Push((next, 0));
                }
            }
        }

        return back;
    }

    private static HashSet<string> Reach(string from, Dictionary<string, string[]> neighbours)
    {
        HashSet<string> reached = [from];
        Stack<string> work = new([from]);
        while (work.TryPop(out string? name))
            foreach (string next in neighbours.GetValueOrDefault(name, []))
                if (reached.Add(next)) work.Push(next);
        return reached;
    }
}
