using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>All that adds up in one place: connections in the arena's order of the target, and their biases.</summary>
internal sealed class Arrivals(Layout layout)
{
    /// <summary>Order of the target's elements.</summary>
    public Layout Layout { get; } = layout;

    /// <summary>Elements of the target.</summary>
    public int Count => Layout.Count;

    /// <summary>Connections.</summary>
    public List<Contribution> Connections { get; } = [];

    /// <summary>Sum of the biases, real, in the arena's order.</summary>
    public double[] Bias { get; } = new double[layout.Count];

    /// <summary>True when some bias is not 0.</summary>
    public bool HasBias => Array.Exists(Bias, b => b != 0);
}

/// <summary>How what arrives at a node becomes contributions, through nodes that fold into them.</summary>
internal sealed partial class Lowering
{
    /// <summary>Adds what an edge brings. <paramref name="factor"/>: 1 or n, in the source's order.</summary>
    private void Collect(string source, int delay, double[] factor, Arrivals arrivals)
    {
        Node node = _graph.Find(source)!;
        switch (node)
        {
            case FlattenNode when !IsOwner(node):
                foreach (Edge edge in _graph.Incoming(source)) Collect(edge.Source, edge.Delay + delay, factor, arrivals);
                break;
            case DelayNode { Ticks.Length: 1 } wait when !IsOwner(node):
                foreach (Edge edge in _graph.Incoming(source)) Collect(edge.Source, edge.Delay + delay + wait.Ticks[0], factor, arrivals);
                break;
            case ScaleNode scale when !IsOwner(node):
                CheckFactor(node, Multiply(factor, scale.Factor));
                foreach (Edge edge in _graph.Incoming(source)) Collect(edge.Source, edge.Delay + delay, Multiply(factor, scale.Factor), arrivals);
                break;
            case LinearNode or ConvolutionNode or DelayedLinearNode or DelayNode { Ticks.Length: > 1 } when !IsOwner(node):
                Connect(node, delay, factor, arrivals);
                break;
            default:
                Signal signal = Resolve(source, delay);
                Direct(source, signal.Times(signal.Layout.Permute(factor)), arrivals);
                break;
        }
    }

    // A factor that the rows of a convolution would have to carry must be the same over a channel.
    private void CheckFactor(Node node, double[] factor)
    {
        if (factor.Length == 1) return;
        foreach (Edge edge in _graph.Incoming(node.Name))
        {
            Node source = _graph.Find(edge.Source)!;
            if (IsOwner(source)) continue;
            if (source is ConvolutionNode convolution && !UniformPerChannel(factor, convolution.OutputChannels))
                throw new ConversionException(ErrorCode.Unsupported, $"node '{node.Name}'", "a factor of its own for each position of a convolution", "use one factor for each channel");
            if (source is FlattenNode or DelayNode) CheckFactor(source, factor);
        }
    }

    private static bool UniformPerChannel(double[] factor, int channels)
    {
        int positions = factor.Length / channels;
        for (int i = 0; i < factor.Length && factor.Length > 1; i++)
            if (factor[i] != factor[i / positions * positions]) return false;
        return true;
    }

    private static double[] Multiply(double[] a, double[] b)
    {
        if (a.Length == 1 && b.Length == 1) return [a[0] * b[0]];
        double[] product = new double[Math.Max(a.Length, b.Length)];
        for (int i = 0; i < product.Length; i++) product[i] = At(a, i) * At(b, i);
        return product;
    }

    private static double At(double[] values, int i) => values.Length == 1 ? values[0] : values[i];

    // One to one.
    private void Direct(string name, Signal signal, Arrivals arrivals)
    {
        int n = arrivals.Count;
        if (!signal.Layout.SameOrder(arrivals.Layout) && signal.Bound > 4096) signal = Ordered(signal, arrivals.Layout, name);
        double[][] rows = new double[n][];
        int[][] sources = new int[n][];
        for (int j = 0; j < n; j++)
        {
            int p = signal.Layout.FromSource(arrivals.Layout.ToSource(j));
            rows[j] = [signal.StepAt(p)];
            sources[j] = [p];
        }

        arrivals.Connections.Add(new SparseContribution(rows, sources)
        {
            Name = name,
            Source = signal,
            TargetCount = n,
            Type = TypeOf(name),
            Granularity = GranularityOf(name),
            Range = RangeMethod.Maximum,
            Stated = signal.Uniform ? signal.Step[0] : null,
        });
    }

    // The weights of a connection node, once for every signal that enters it.
    private void Connect(Node node, int delay, double[] factor, Arrivals arrivals)
    {
        if (node is DelayNode separate)
        {
            foreach (Edge edge in _graph.Incoming(node.Name))
                foreach (int ticks in separate.Ticks.Distinct().Order())
                    ConnectSome(node, edge.Source, edge.Delay + delay + ticks, i => separate.Ticks[i] == ticks, factor, arrivals);
            return;
        }

        Layout own = LayoutOf(node);
        if (node is ConvolutionNode && !own.SameOrder(arrivals.Layout))
        {
            // Two images with different channel counts meet: this one is made in its own order first.
            Arrivals apart = new(own);
            Connect(node, delay, factor, apart);
            double[] range = new double[own.Count];
            Array.Fill(range, Spread(node) * Math.Max(factor.Max(Math.Abs), double.Epsilon));
            SumResult sum = EmitSum(node.Name, apart, range, forNeuron: false, uniform: false);
            Direct(node.Name, new Signal { Buffer = sum.Buffer, Kind = BufferKind.Values, Bound = sum.Bound, Step = sum.Step, Layout = own, Spread = range[0] }, arrivals);
            return;
        }

        double[]? bias = node switch { LinearNode l => l.Bias, ConvolutionNode c => c.Bias, DelayedLinearNode d => d.Bias, _ => null };
        if (bias is not null)
            for (int j = 0; j < arrivals.Count; j++)
            {
                int s = arrivals.Layout.ToSource(j);
                int channel = node is ConvolutionNode c ? s / (arrivals.Count / c.OutputChannels) : s % bias.Length;
                arrivals.Bias[j] += bias[channel] * At(factor, s);
            }

        foreach (Edge edge in _graph.Incoming(node.Name))
            switch (node)
            {
                case LinearNode linear: ConnectLinear(linear, Resolve(edge.Source, edge.Delay + delay), factor, arrivals); break;
                case ConvolutionNode convolution: ConnectConvolution(convolution, Resolve(edge.Source, edge.Delay + delay), factor, arrivals); break;
                case DelayedLinearNode delayed:
                    foreach (int ticks in delayed.Ticks.Where((_, i) => delayed.Weight[i] != 0).Distinct().Order())
                        ConnectDelayed(delayed, Resolve(edge.Source, edge.Delay + delay + ticks), ticks, factor, arrivals);
                    break;
                default: break;
            }

        // A layer without any synapse still begins its sum.
        if (arrivals.Connections.Count == 0 && _graph.Incoming(node.Name).FirstOrDefault() is Edge first)
            ConnectSome(node, first.Source, first.Delay + delay, _ => false, factor, arrivals);
    }

    // Elements that one delay of a delay node concerns.
    private void ConnectSome(Node node, string source, int delay, Func<int, bool> concerns, double[] factor, Arrivals arrivals)
    {
        Signal signal = Resolve(source, delay);
        int n = arrivals.Count;
        double[][] rows = new double[n][];
        int[][] sources = new int[n][];
        for (int j = 0; j < n; j++)
        {
            int s = arrivals.Layout.ToSource(j);
            bool here = concerns(s);
            int p = here ? signal.Layout.FromSource(s) : 0;
            rows[j] = here ? [signal.StepAt(p) * At(factor, s)] : [];
            sources[j] = here ? [p] : [];
        }

        arrivals.Connections.Add(new SparseContribution(rows, sources)
        {
            Name = node.Name,
            Source = signal,
            TargetCount = n,
            Type = TypeOf(node.Name),
            Granularity = GranularityOf(node.Name),
            Range = RangeMethod.Maximum,
        });
    }

    private void ConnectLinear(LinearNode linear, Signal source, double[] factor, Arrivals arrivals)
    {
        int sources = linear.Inputs, width = linear.Outputs, repeat = linear.Repeat;
        // Blocks share their weights only where nothing in a block depends on the block.
        bool shared = repeat == 1 ||
            (source.Layout.IsPlain && arrivals.Layout.IsPlain && Periodic(source.Step, sources) && Periodic(factor, width));
        if (!shared)
        {
            ConnectBlocks(linear, source, factor, arrivals);
            return;
        }

        double[][] rows = new double[width][];
        for (int j = 0; j < width; j++)
        {
            int s = repeat == 1 ? arrivals.Layout.ToSource(j) : j;
            rows[j] = new double[sources];
            for (int p = 0; p < sources; p++)
                rows[j][p] = linear.Weight[s * sources + (repeat == 1 ? source.Layout.ToSource(p) : p)] * source.StepAt(p) * At(factor, s);
        }

        arrivals.Connections.Add(new DenseContribution(rows, sources, repeat)
        {
            Name = linear.Name,
            Source = source,
            TargetCount = arrivals.Count,
            Type = TypeOf(linear.Name),
            Granularity = GranularityOf(linear.Name),
            Range = RangeOf(linear.Name),
            Stated = StatedStep(linear, source, factor),
            IsWeightStated = linear.WeightStep is not null,
        });
    }

    private void ConnectBlocks(LinearNode linear, Signal source, double[] factor, Arrivals arrivals)
    {
        double[][] rows = new double[arrivals.Count][];
        int[][] sources = new int[arrivals.Count][];
        for (int j = 0; j < arrivals.Count; j++)
        {
            int s = arrivals.Layout.ToSource(j), block = s / linear.Outputs, row = s % linear.Outputs;
            (int Source, double Weight)[] entries =
            [
                .. Enumerable.Range(0, linear.Inputs)
                    .Select(i => (source.Layout.FromSource(block * linear.Inputs + i), linear.Weight[row * linear.Inputs + i]))
                    .OrderBy(e => e.Item1),
            ];
            sources[j] = [.. entries.Select(e => e.Source)];
            rows[j] = [.. entries.Select(e => e.Weight * source.StepAt(e.Source) * At(factor, s))];
        }

        arrivals.Connections.Add(new SparseContribution(rows, sources)
        {
            Name = linear.Name,
            Source = source,
            TargetCount = arrivals.Count,
            Type = TypeOf(linear.Name),
            Granularity = GranularityOf(linear.Name),
            Range = RangeOf(linear.Name),
            Stated = StatedStep(linear, source, factor),
            IsWeightStated = linear.WeightStep is not null,
        });
    }

    private static double? StatedStep(LinearNode linear, Signal source, double[] factor) =>
        linear.WeightStep is double step && source.Uniform && factor[0] != 0 && Array.TrueForAll(factor, f => Math.Abs(f) == Math.Abs(factor[0]))
            ? step * source.Step[0] * Math.Abs(factor[0])
            : null;

    // The synapses of one delay: a list, or a matrix where most are there.
    private void ConnectDelayed(DelayedLinearNode delayed, Signal source, int ticks, double[] factor, Arrivals arrivals)
    {
        int inputs = source.Count;
        double[][] rows = new double[arrivals.Count][];
        int[][] sources = new int[arrivals.Count][];
        for (int j = 0; j < arrivals.Count; j++)
        {
            int s = arrivals.Layout.ToSource(j);
            List<int> reached = [];
            for (int p = 0; p < inputs; p++)
            {
                int i = s * inputs + source.Layout.ToSource(p);
                if (delayed.Ticks[i] == ticks && delayed.Weight[i] != 0) reached.Add(p);
            }

            sources[j] = [.. reached];
            rows[j] = [.. reached.Select(p => delayed.Weight[s * inputs + source.Layout.ToSource(p)] * source.StepAt(p) * At(factor, s))];
        }

        bool dense = rows.Sum(r => (long)r.Length) * 3 > (long)inputs * arrivals.Count;
        double[][] matrix = rows;
        if (dense)
        {
            matrix = new double[arrivals.Count][];
            for (int j = 0; j < matrix.Length; j++)
            {
                matrix[j] = new double[inputs];
                for (int e = 0; e < rows[j].Length; e++) matrix[j][sources[j][e]] = rows[j][e];
            }
        }

        arrivals.Connections.Add(dense
            ? new DenseContribution(matrix, inputs, 1)
            {
                Name = delayed.Name, Source = source, TargetCount = arrivals.Count, Type = TypeOf(delayed.Name), Granularity = GranularityOf(delayed.Name), Range = RangeOf(delayed.Name),
            }
            : new SparseContribution(rows, sources)
            {
                Name = delayed.Name, Source = source, TargetCount = arrivals.Count, Type = TypeOf(delayed.Name), Granularity = GranularityOf(delayed.Name), Range = RangeOf(delayed.Name),
            });
    }

    private void ConnectConvolution(ConvolutionNode node, Signal source, double[] factor, Arrivals arrivals)
    {
        Window w = node.Window;
        source = Ordered(source, new Layout(node.InputChannels, w.InputHeight * w.InputWidth), node.Name);
        if (!PerChannel(source, node.InputChannels)) source = OneStep(source, node.Name);
        int perGroup = node.InputChannels / node.Groups, outPerGroup = node.OutputChannels / node.Groups, area = w.KernelHeight * w.KernelWidth;
        int positions = w.OutputHeight * w.OutputWidth;
        double[][] rows = new double[node.OutputChannels][];
        for (int o = 0; o < rows.Length; o++)
        {
            rows[o] = new double[area * perGroup];
            for (int k = 0; k < area; k++)
                for (int c = 0; c < perGroup; c++)
                {
                    int channel = o / outPerGroup * perGroup + c;
                    rows[o][k * perGroup + c] = node.Weight[(o * perGroup + c) * area + k] * source.StepAt(source.Step.Length == 1 ? 0 : channel) * At(factor, factor.Length == 1 ? 0 : o * positions);
                }
        }

        arrivals.Connections.Add(new ConvolutionContribution(rows, node)
        {
            Name = node.Name,
            Source = source,
            TargetCount = arrivals.Count,
            Type = TypeOf(node.Name),
            Granularity = GranularityOf(node.Name),
            Range = RangeOf(node.Name),
        });
    }

    private static bool Periodic(double[] values, int period)
    {
        for (int i = period; i < values.Length; i++)
            if (values[i] != values[i % period]) return false;
        return true;
    }

    private LayerOverride Override(string name) => _options.Layers.TryGetValue(name, out LayerOverride? own) ? own : new LayerOverride();

    private WeightType TypeOf(string name) => Override(name).Weights ?? _options.Weights;

    private Granularity GranularityOf(string name) => Override(name).Granularity ?? _options.Granularity;

    private RangeMethod RangeOf(string name) => Override(name).WeightRange ?? _options.WeightRange
        ?? (TypeOf(name) == WeightType.Int16 ? RangeMethod.Maximum : RangeMethod.LeastSquares);
}
