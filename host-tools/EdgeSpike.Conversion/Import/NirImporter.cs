using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import.Nir;

namespace EdgeSpike.Conversion.Import;

/// <summary>
/// Imports NIR, the exchange format of spiking frameworks (HDF5, versions 0.1 to 1.x): continuous-time equations become
/// ticks under stated rules, nested graphs are flattened, missing shapes inferred, loops delayed by a tick.
/// </summary>
/// <remarks>
/// Everything that the file leaves open is an option or a rule here, and each appears as a sentence in
/// <see cref="NetworkGraph.Choices"/>. The result depends on the content of the file alone, not on the order in it.
/// </remarks>
public static class NirImporter
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ConversionException">Says what is wrong, at which node or edge, and what to do.</exception>
    public static NetworkGraph Import(string path, NirOptions options) => Import(InputFile.ReadAllBytes(path), path, options);

    /// <summary>Imports the content of a file; <paramref name="path"/> names it in errors and, without folder and ending, the network.</summary>
    /// <exception cref="ConversionException">Says what is wrong, at which node or edge, and what to do.</exception>
    public static NetworkGraph Import(byte[] content, string path, NirOptions options)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Dt is double dt && (!double.IsFinite(dt) || dt <= 0))
            throw new ConversionException(ErrorCode.ParameterRange, "--dt", $"{dt} s", "give the seconds per tick, above 0");

        NirGraph file = NirReader.Read(content, path);
        List<string> choices = [];
        (List<NirNode> flat, List<Edge> edges) = NirFlattening.Flatten(file, options.Relaxed, choices);
        bool unitStep = options.Dt is null && !flat.Any(n => NirNodes.NeedsDt(n.Type));
        NirNodes translator = new(options, unitStep);
        List<PendingNode> pending = [.. flat.Select(translator.Translate)];
        AddUpOutputs(flat, pending, edges);
        List<Node> nodes = ShapeInference.Build(pending, edges);
        CheckShapes(nodes, edges, options.Relaxed);

        (nodes, List<Edge> delayed) = LoopBreaking.Break(nodes, edges, choices);
        nodes = SetReadouts(nodes, delayed, options.Readout, choices);
        nodes = InOrder(nodes, delayed, path);
        Dictionary<string, int> position = [];
        foreach (Node node in nodes) position[node.Name] = position.Count;
        delayed = [.. delayed.OrderBy(e => position[e.Target]).ThenBy(e => position[e.Source])];

        NetworkGraph graph = new(Path.GetFileNameWithoutExtension(path), options.Dt ?? 0, nodes, delayed)
        {
            SourceHash = Convert.ToHexStringLower(SHA256.HashData(content)),
            Choices = [.. General(options, flat), .. translator.Choices, .. choices],
        };
        graph.Validate();
        return graph;
    }

    private static IEnumerable<string> General(NirOptions options, List<NirNode> nodes)
    {
        if (options.Dt is double dt) yield return $"A tick is {dt.ToString("G6", CultureInfo.InvariantCulture)} s (--dt).";
        if (nodes.Any(n => NirNodes.NeedsDt(n.Type) && n.Type != "Delay"))
            yield return options.Rule == DiscretisationRule.Euler
                ? "Time constants become decays by forward Euler: decay = 1 - dt/tau, gain = dt/tau (--rule euler)."
                : "Time constants become decays by zero-order hold: decay = exp(-dt/tau), gain = 1 - decay (--rule zoh).";
    }

    // The graph's outputs take one edge each; several in the file are added up in a node of their own.
    private static void AddUpOutputs(List<NirNode> flat, List<PendingNode> pending, List<Edge> edges)
    {
        foreach (NirNode output in flat.Where(n => n.Type == "Output"))
        {
            int[] entering = [.. Enumerable.Range(0, edges.Count).Where(i => edges[i].Target == output.Name)];
            string sum = $"{output.Name}.sum";
            if (entering.Length < 2) continue;
            while (pending.Any(p => p.Name == sum)) sum += "_";
            foreach (int i in entering) edges[i] = edges[i] with { Target = sum };
            edges.Add(new Edge(sum, output.Name));
            string name = sum;
            pending.Add(new PendingNode
            {
                Name = name,
                Elementwise = true,
                Build = s => new ScaleNode { Name = name, InputShape = s, OutputShape = s, Factor = [1.0] },
            });
        }
    }

    /// <summary>
    /// Both ends of an edge have one shape, axes of 1 aside. Reshaping by Flatten may leave the package's default first axis;
    /// relaxed accepts any shapes of equal count, which is what the graph itself demands.
    /// </summary>
    private static void CheckShapes(List<Node> nodes, List<Edge> edges, bool relaxed)
    {
        Dictionary<string, Node> byName = nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        foreach (Edge edge in edges)
        {
            Node source = byName[edge.Source], target = byName[edge.Target];
            if (source.OutputShape.Count == target.InputShape.Count && (relaxed || source is FlattenNode || target is FlattenNode || Same(source.OutputShape, target.InputShape))) continue;
            bool count = source.OutputShape.Count == target.InputShape.Count;
            throw new ConversionException(
                ErrorCode.ShapeMismatch, $"edge '{edge.Source}' -> '{edge.Target}'", $"{source.OutputShape} leaves '{edge.Source}' but '{edge.Target}' takes {target.InputShape}",
                count ? "put a Flatten between them, or accept equal counts with --relaxed" : "correct the shapes and export again");
        }

        static bool Same(Shape a, Shape b) => a.ToArray().Where(d => d != 1).SequenceEqual(b.ToArray().Where(d => d != 1));
    }

    private static List<Node> SetReadouts(List<Node> nodes, List<Edge> edges, Readout? wanted, List<string> choices)
    {
        Dictionary<string, Node> byName = nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        ILookup<string, string> sources = edges.ToLookup(e => e.Target, e => e.Source, StringComparer.Ordinal);
        List<Node> result = [];
        foreach (Node node in nodes)
        {
            if (node is not OutputNode)
            {
                result.Add(node);
                continue;
            }

            Readout readout = wanted ?? (Spiking(node.Name, 0) ? Readout.SpikeCount : Readout.Last);
            choices.Add($"The output '{node.Name}' is read as {Words(readout)} (--readout).");
            result.Add(new OutputNode { Name = node.Name, InputShape = node.InputShape, OutputShape = node.OutputShape, Readout = readout });
        }

        return result;

        // Spikes stay spikes through reshaping, delays and the sum before an output.
        bool Spiking(string name, int depth) => depth < 64 && sources[name].Any() && sources[name].All(s => byName[s] switch
        {
            NeuronNode neuron => neuron.Spikes,
            FlattenNode or DelayNode or ScaleNode { Factor: [1.0] } => Spiking(s, depth + 1),
            _ => false,
        });
    }

    private static string Words(Readout readout) => readout switch
    {
        Readout.SpikeCount => "the number of spikes",
        Readout.Last => "the value at the last tick",
        Readout.Maximum => "the largest value",
        _ => "the mean over all ticks",
    };

    // From the inputs on, among those that are ready in natural order: independent of the file's order.
    private static List<Node> InOrder(List<Node> nodes, List<Edge> edges, string path)
    {
        List<Node> sorted = [.. nodes.OrderBy(n => n is InputNode ? 0 : n is OutputNode ? 2 : 1).ThenBy(n => n.Name, NaturalOrder.Instance)];
        return [.. new NetworkGraph(path, 0, sorted, edges).EvaluationOrder()];
    }
}
