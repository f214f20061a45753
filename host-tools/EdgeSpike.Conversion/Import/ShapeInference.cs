using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import;

/// <summary>A node whose input shape may still be open; <see cref="Build"/> makes it once it is known.</summary>
internal sealed class PendingNode
{
    /// <summary>Name, unique in the graph.</summary>
    public required string Name { get; init; }

    /// <summary>The input shape that the node itself states, or null.</summary>
    public Shape? Input { get; init; }

    /// <summary>The output shape as far as the node itself states it; null: it follows from the input.</summary>
    public Shape? Output { get; init; }

    /// <summary>True when output and input have one shape, so that a successor's shape tells this node's.</summary>
    public bool Elementwise { get; init; }

    /// <summary>Makes the node for an input shape.</summary>
    public required Func<Shape, Node> Build { get; init; }
}

/// <summary>Finds the shapes that a file leaves out, along the edges from the shapes that it states.</summary>
internal static class ShapeInference
{
    /// <summary>The built nodes, in the given order.</summary>
    /// <remarks>
    /// Repeats until nothing changes: a node that states its input shape is built with it; another takes the shape that a
    /// built predecessor gives; if only successors are known, an elementwise node takes theirs. Cost: nodes times edges at
    /// worst, for files whose order is the reverse of their flow.
    /// </remarks>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ShapeMismatch"/>, naming the first node that stays open; <see cref="ErrorCode.BadGraph"/> if nothing enters it.</exception>
    public static List<Node> Build(IReadOnlyList<PendingNode> pending, IReadOnlyList<Edge> edges)
    {
        // What drives thresholds comes second: the layer's own input has its shape.
        ILookup<string, string> sources = edges.OrderBy(e => e.Port).ToLookup(e => e.Target, e => e.Source, StringComparer.Ordinal);
        ILookup<string, string> targets = edges.ToLookup(e => e.Source, e => e.Target, StringComparer.Ordinal);
        Dictionary<string, PendingNode> byName = [];
        foreach (PendingNode node in pending) byName.TryAdd(node.Name, node);
        Dictionary<string, Node> built = [];
        Queue<PendingNode> work = new(pending);
        HashSet<string> queued = [.. pending.Select(n => n.Name)];
        bool backward = false;
        while (true)
        {
            while (work.TryDequeue(out PendingNode? node))
            {
                queued.Remove(node.Name);
                if (built.ContainsKey(node.Name)) continue;
                Shape? input = node.Input ?? FromSources(node) ?? (backward && node.Elementwise ? FromTargets(node) : null);
                if (input is null) continue;
                built[node.Name] = node.Build(input);
                IEnumerable<string> neighbours = backward ? targets[node.Name].Concat(sources[node.Name]) : targets[node.Name];
                foreach (string neighbour in neighbours)
                    if (byName.TryGetValue(neighbour, out PendingNode? next) && !built.ContainsKey(neighbour) && queued.Add(neighbour)) work.Enqueue(next);
            }

            PendingNode? open = pending.FirstOrDefault(n => !built.ContainsKey(n.Name));
            if (open is null) break;
            if (backward && !sources[open.Name].Any())
                throw new ConversionException(ErrorCode.BadGraph, $"node '{open.Name}'", "no edge enters it", "connect it or remove it");
            if (backward)
                throw new ConversionException(ErrorCode.ShapeMismatch, $"node '{open.Name}'", "its shape is not in the file and can't be inferred from its neighbours", "state the shape of the network's input, or this node's");
            backward = true;
            foreach (PendingNode node in pending)
                if (!built.ContainsKey(node.Name) && queued.Add(node.Name)) work.Enqueue(node);
        }

        return [.. pending.Select(n => built[n.Name])];

        Shape? FromSources(PendingNode node)
        {
            foreach (string source in sources[node.Name])
            {
                if (built.TryGetValue(source, out Node? ready)) return ready.OutputShape;
                if (byName.TryGetValue(source, out PendingNode? other) && other.Output is Shape stated) return stated;
            }

            return null;
        }

        Shape? FromTargets(PendingNode node)
        {
            foreach (string target in targets[node.Name])
            {
                if (built.TryGetValue(target, out Node? ready)) return ready.InputShape;
                if (byName.TryGetValue(target, out PendingNode? other) && other.Input is Shape stated) return stated;
            }

            return null;
        }
    }

    /// <summary>A shape of stored dimensions.</summary>
    /// <exception cref="ConversionException">A dimension is below 1, or the elements exceed 2^28.</exception>
    public static Shape ShapeOf(string where, params ReadOnlySpan<long> dimensions)
    {
        long count = 1;
        int[] sizes = new int[dimensions.Length];
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (dimensions[axis] is < 1 or > LargestCount || (count *= dimensions[axis]) > LargestCount)
                throw new ConversionException(ErrorCode.ParameterRange, where, $"a shape of {string.Join('x', dimensions.ToArray())}", $"dimensions are 1 or more and no signal has over {LargestCount} elements");
            sizes[axis] = (int)dimensions[axis];
        }

        return sizes.Length == 0 ? new Shape(1) : new Shape(sizes);
    }

    /// <summary>No signal has more elements; keeps products of sizes far from overflow.</summary>
    public const long LargestCount = 1 << 28;

    /// <summary>
    /// The geometry of a convolution or pooling along two axes. <paramref name="padding"/> null is "same": the output has the
    /// input's size, the odd zero goes to the end.
    /// </summary>
    /// <exception cref="ConversionException">A parameter is out of range or the kernel does not fit.</exception>
    public static Window WindowOf(string where, int height, int width, int[] kernel, int[] stride, int[]? padding, int[] dilation)
    {
        int[] size = [height, width], output = new int[2], before = new int[2];
        for (int axis = 0; axis < 2; axis++)
        {
            foreach ((string name, int value) in new[] { ("kernel", kernel[axis]), ("stride", stride[axis]), ("dilation", dilation[axis]) })
                if (value is < 1 or > 1 << 20)
                    throw new ConversionException(ErrorCode.ParameterRange, where, $"a {name} of {value}", "use 1 or more");
            long reach = (long)dilation[axis] * (kernel[axis] - 1);
            if (padding is null)
            {
                if (stride[axis] != 1)
                    throw new ConversionException(ErrorCode.ParameterRange, where, $"padding 'same' with a stride of {stride[axis]}", "'same' needs stride 1; give the padding as numbers");
                before[axis] = (int)Math.Min(reach / 2, 1 << 20);
                output[axis] = size[axis];
                continue;
            }

            before[axis] = padding[axis];
            if (before[axis] is < 0 or > 1 << 20)
                throw new ConversionException(ErrorCode.ParameterRange, where, $"a padding of {before[axis]}", "use 0 or more");
            long room = size[axis] + 2L * before[axis] - reach - 1;
            if (room < 0)
                throw new ConversionException(ErrorCode.ShapeMismatch, where, $"a kernel that covers {reach + 1} does not fit into {size[axis]} with padding {before[axis]}", "correct kernel, dilation, padding or input shape");
            output[axis] = (int)(room / stride[axis] + 1);
        }

        return new Window
        {
            InputHeight = height,
            InputWidth = width,
            OutputHeight = output[0],
            OutputWidth = output[1],
            KernelHeight = kernel[0],
            KernelWidth = kernel[1],
            StrideHeight = stride[0],
            StrideWidth = stride[1],
            PaddingTop = before[0],
            PaddingLeft = before[1],
            DilationHeight = dilation[0],
            DilationWidth = dilation[1],
        };
    }

    /// <summary>One element when all are equal, which most files' full tensors of constants are; else the array itself.</summary>
    public static double[] Collapse(double[] values) => values.Length > 1 && !values.AsSpan().ContainsAnyExcept(values[0]) ? [values[0]] : values;
}
