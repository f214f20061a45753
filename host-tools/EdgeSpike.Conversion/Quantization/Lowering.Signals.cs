using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>How signals are found, delayed, reordered and brought to another unit.</summary>
internal sealed partial class Lowering
{
    /// <summary>
    /// The order of a node's elements. Convolutions and pools dictate channels last; a node that only passes elements on takes
    /// the order of the first source that has one; matrices adapt.
    /// </summary>
    private Layout LayoutOf(Node node)
    {
        if (_layouts.TryGetValue(node.Name, out Layout? known)) return known;
        Layout plain = Layout.Plain(node.OutputShape.Count);
        _layouts[node.Name] = plain;                               // what a loop back to here sees
        Layout layout = node switch
        {
            InputNode => Layout.Of(node.OutputShape),
            ConvolutionNode convolution => new Layout(convolution.OutputChannels, convolution.Window.OutputHeight * convolution.Window.OutputWidth),
            PoolNode pool => new Layout(pool.Channels, pool.Window.OutputHeight * pool.Window.OutputWidth),
            LinearNode or DelayedLinearNode or StateSpaceNode or PairedEncoderNode or LeakyReadoutNode => plain,
            _ => _graph.Incoming(node.Name).Select(e => LayoutOf(_graph.Find(e.Source)!)).FirstOrDefault(l => !l.IsPlain) ?? plain,
        };
        return _layouts[node.Name] = layout.IsPlain ? plain : layout;
    }

    // Passes a single signal on with another factor, shape or age: read through, never written.
    private bool IsTransparent(Node node) =>
        node is FlattenNode or ScaleNode or DelayNode { Ticks.Length: 1 } && _graph.Incoming(node.Name).Count() == 1;

    /// <summary>True when the node writes a signal of its own.</summary>
    private bool IsOwner(Node node) => node switch
    {
        InputNode or PopulationNode or StateSpaceNode or PoolNode => true,
        OutputNode => false,
        LinearNode or ConvolutionNode or DelayedLinearNode or DelayNode { Ticks.Length: > 1 } => !IsFused(node),
        _ => !IsTransparent(node) && SumTarget(node, out _) is null,
    };

    /// <summary>A connection that goes straight into the sum of its only consumer.</summary>
    private bool IsFused(Node node)
    {
        if (SumTarget(node, out int delay) is null) return false;
        // A bias that arrives late is not the same as one that was always there.
        double[]? bias = node switch { LinearNode l => l.Bias, ConvolutionNode c => c.Bias, DelayedLinearNode d => d.Bias, _ => null };
        return delay == 0 || bias is null || bias.All(b => b == 0);
    }

    /// <summary>The neuron (or sum of several signals) that is the only end of a node's output, and the ticks on the way; null: there is none.</summary>
    private Node? SumTarget(Node node, out int delay)
    {
        delay = 0;
        Node? sum = null;
        int sumDelay = 0;
        for (Node at = node; ;)
        {
            Edge[] leaving = [.. _graph.Outgoing(at.Name)];
            if (leaving.Length != 1) break;
            delay += leaving[0].Delay;
            Node target = _graph.Find(leaving[0].Target)!;
            if (target is NeuronNode) return target;
            if (target is not (FlattenNode or ScaleNode or DelayNode { Ticks.Length: 1 })) break;
            if (sum is null && _graph.Incoming(target.Name).Count() > 1) (sum, sumDelay) = (target, delay);
            if (target is DelayNode wait) delay += wait.Ticks[0];
            at = target;
        }

        // A sum that has a delay of its own collects before it waits, so that delay does not count.
        delay = sumDelay + (sum is DelayNode own ? own.Ticks[0] : 0);
        return sum;
    }

    /// <summary>A node's output some ticks ago, looking through nodes that write nothing.</summary>
    private Signal Resolve(string name, int delay)
    {
        Node node = _graph.Find(name)!;
        if (!IsTransparent(node)) return Tap(node, delay);
        Edge edge = _graph.Incoming(name).First();
        Signal signal = Resolve(edge.Source, delay + edge.Delay + (node is DelayNode wait ? wait.Ticks[0] : 0));
        return node is ScaleNode scale ? signal.Times(signal.Layout.Permute(scale.Factor)) : signal;
    }

    // An owner's signal some ticks ago. Before its writer in the schedule the buffer itself is one tick old; otherwise a
    // delay operator, which starts from the nearest younger one.
    private Signal Tap(Node owner, int delay)
    {
        bool written = _signals.TryGetValue(owner.Name, out Signal? signal);
        if (written && delay == 0) return signal!;
        if (!written)
        {
            signal = Declare(owner) with { When = 1 };
            if (delay == 0) throw new InvalidOperationException($"'{owner.Name}' is read before it is written");
            if (delay == 1) return signal;
        }

        if (IsLoihi && delay > LargestLoihiDelay)
            throw new ConversionException(ErrorCode.Unsupported, $"node '{owner.Name}'", $"a delay of {delay} ticks", $"Loihi delays by 1 to {LargestLoihiDelay} ticks; use a longer tick");
        if (_taps.TryGetValue((owner.Name, delay), out Signal? tap)) return tap;
        (Signal nearest, int age) = (signal!, written ? 0 : 1);
        foreach (((string name, int ticks), Signal other) in _taps)
            if (name == owner.Name && ticks < delay && ticks > age) (nearest, age) = (other, ticks);
        tap = Delayed(nearest, delay - age, $"{owner.Name}.delay{delay}");
        _taps.Add((owner.Name, delay), tap);
        return tap;
    }

    private Signal Delayed(Signal source, int ticks, string name)
    {
        int target = Builder.AddBuffer(source.Kind, source.Count, source.Bound, name: name);
        int state = Builder.AddBuffer(BufferKind.Words, DelayOperator.StateWords(source.Kind, source.Count, ticks), persistent: true, name: $"{name}.state");
        Builder.AddOperator(new DelayOperator { Name = name, Source = source.Buffer, When = source.When, Target = target, State = state, Ticks = ticks });
        return source with { Buffer = target, When = 0 };
    }

    // The buffer of a node that a loop reads before the node has run.
    private Signal Declare(Node node)
    {
        if (_declared.TryGetValue(node.Name, out Signal? known)) return known;
        Layout layout = LayoutOf(node);
        Signal signal;
        if (node is PopulationNode { Spikes: true } neuron)
        {
            BufferKind kind = neuron.LargestOutput > 1 ? BufferKind.Values : BufferKind.Events;
            signal = new Signal { Buffer = -1, Kind = kind, Bound = neuron.LargestOutput, Step = [1.0], Layout = layout, Power = Power(node, [1.0]) };
        }
        else if (Foreseen(node) is Signal exact) signal = exact with { When = 0 };
        else
        {
            double step = Spread(node) / StateLimit;
            signal = new Signal { Buffer = -1, Kind = BufferKind.Values, Bound = StateLimit, Step = [step], Layout = layout, Power = Power(node, [step]) };
        }

        signal = signal with { Buffer = Builder.AddBuffer(signal.Kind, layout.Count, signal.Bound, persistent: true, name: node.Name) };
        _declared.Add(node.Name, signal);
        return signal;
    }

    // What a pool will write, where that follows from spikes alone; null: it depends on scales not chosen yet.
    private Signal? Foreseen(Node node)
    {
        if (_signals.TryGetValue(node.Name, out Signal? known) || _declared.TryGetValue(node.Name, out known)) return known;
        if (node is PopulationNode { Spikes: true }) return Declare(node);
        Edge[] edges = [.. _graph.Incoming(node.Name)];
        if (edges.Length != 1 || Foreseen(_graph.Find(edges[0].Source)!) is not { Step.Length: 1 } source) return null;
        switch (node)
        {
            case FlattenNode or DelayNode { Ticks.Length: 1 }: return source;
            case ScaleNode { Factor.Length: 1 } scale: return source.Times(scale.Factor);
            case PoolNode pool:
                int area = pool.Window.KernelHeight * pool.Window.KernelWidth;
                if (!source.Layout.SameOrder(new Layout(pool.Channels, pool.Window.InputHeight * pool.Window.InputWidth)) || (long)area * source.Bound > int.MaxValue) return null;
                double[] step = [source.Step[0] * (pool.Average ? 1.0 / area : 1.0)];
                return new Signal { Buffer = -1, Kind = BufferKind.Values, Bound = area * source.Bound, Step = step, Layout = LayoutOf(pool), Power = Power(pool, step), Spread = Spread(pool) };
            default: return null;
        }
    }

    /// <summary>The magnitude that a signal of this node is provided for.</summary>
    private double Spread(Node node)
    {
        double largest = _calibration[node.Name].Largest;
        return (largest > 0 ? largest : 1) * _calibration.Headroom;
    }

    private void MakePersistent(int buffer)
    {
        ModelBuffer description = Builder.Buffers[buffer];
        bool isInput = Builder.Ports.Any(p => p.Kind == PortKind.Input && p.Buffer == buffer);
        if (!description.Persistent && !isInput) Builder.ReplaceBuffer(buffer, description with { Persistent = true });
    }

    /// <summary>All that arrives at a node as one signal.</summary>
    private Signal SumOf(Node node)
    {
        Edge[] edges = [.. _graph.Incoming(node.Name)];
        if (edges.Length == 1) return Resolve(edges[0].Source, edges[0].Delay);
        Layout layout = edges.Select(e => LayoutOf(_graph.Find(e.Source)!)).FirstOrDefault(l => !l.IsPlain) ?? Layout.Plain(node.InputShape.Count);
        Arrivals arrivals = new(layout);
        double spread = 0;
        foreach (Edge edge in edges)
        {
            Collect(edge.Source, edge.Delay, [1.0], arrivals);
            spread += Spread(_graph.Find(edge.Source)!);
        }

        double[] range = new double[layout.Count];
        Array.Fill(range, spread);
        SumResult sum = EmitSum(node.Name, arrivals, range, forNeuron: false, uniform: true);
        return new Signal { Buffer = sum.Buffer, Kind = BufferKind.Values, Bound = sum.Bound, Step = sum.Step, Layout = layout, Spread = spread };
    }

    /// <summary>The same values in another order.</summary>
    private Signal Ordered(Signal signal, Layout layout, string name)
    {
        if (signal.Layout.SameOrder(layout)) return signal with { Layout = layout };
        int n = signal.Count, largest = (int)Math.Min(int.MaxValue, int.MaxValue / (8L * n));
        if (signal.Bound > largest) signal = Narrowed(signal, largest, name);
        int[] targets = new int[n], starts = new int[n + 1], ones = new int[n];
        double[] step = new double[signal.Step.Length];
        for (int p = 0; p < n; p++)
        {
            targets[p] = layout.FromSource(signal.Layout.ToSource(p));
            starts[p + 1] = p + 1;
            ones[p] = 1;
            if (step.Length > 1) step[targets[p]] = signal.Step[p];
        }

        if (step.Length == 1) step[0] = signal.Step[0];
        CheckSparseTargets(n, name);
        int bound = checked((int)(8L * n * signal.Bound));
        int target = Builder.AddBuffer(BufferKind.Values, n, bound, name: $"{name}.ordered");
        Builder.AddOperator(new SparseOperator
        {
            Name = $"{name}.ordered",
            Source = signal.Buffer,
            When = signal.When,
            Target = target,
            Weights = Builder.AddTensor(TensorType.Int4, ones),
            RowStarts = Builder.AddTensor(TensorType.Int32, starts),
            Targets = Builder.AddTensor(TensorType.UInt16, targets),
        });
        return signal with { Buffer = target, Kind = BufferKind.Values, Bound = bound, When = 0, Layout = layout, Step = step };
    }

    /// <summary>The same signal as values; events become 0 and 1.</summary>
    private Signal AsValues(Signal signal, string name)
    {
        if (signal.Kind == BufferKind.Values) return signal;
        int target = Builder.AddBuffer(BufferKind.Values, signal.Count, 1, name: $"{name}.values");
        Builder.AddOperator(new AddOperator { Name = $"{name}.values", Source = signal.Buffer, When = signal.When, Target = target });
        return signal with { Kind = BufferKind.Values, Buffer = target, When = 0 };
    }

    /// <summary>The same signal with one positive step for all elements.</summary>
    private Signal OneStep(Signal signal, string name)
    {
        if (signal.Uniform) return signal;
        return Rescaled(AsValues(signal, name), signal.Reach / StateLimit, StateLimit, name);
    }

    /// <summary>The same signal with a smaller bound, for sums that have to be exact.</summary>
    private Signal Narrowed(Signal signal, int bound, string name)
    {
        return Rescaled(AsValues(signal, name), signal.Reach / bound, bound, name);
    }

    private Signal Rescaled(Signal signal, double step, int bound, string name)
    {
        int target = Builder.AddBuffer(BufferKind.Values, signal.Count, bound, name: $"{name}.scaled");
        EmitScale($"{name}.scaled", signal, target, [step], bound);
        double ratio = signal.Step.Average(Math.Abs) / step;
        return signal with { Buffer = target, Bound = bound, Step = [step], When = 0, Power = signal.Power * ratio * ratio };
    }

    // target = round(source * step / target step), limited to bound.
    private void EmitScale(string name, Signal signal, int target, double[] targetStep, int bound, int biasTensor = -1)
    {
        if (IsLoihi)
            throw new ConversionException(ErrorCode.Unsupported, $"node '{name}'", "values have to be rescaled here, which Loihi's connections can't", "leave out factors that differ between elements, or use --profile edge");
        signal = AsValues(signal, name);
        int n = signal.Step.Length == 1 && targetStep.Length == 1 ? 1 : signal.Count;
        double[] ratio = [.. Enumerable.Range(0, n).Select(p => signal.StepAt(p) / (targetStep.Length == 1 ? targetStep[0] : targetStep[p]))];
        double largest = ratio.Max(Math.Abs);
        // As many fraction bits as an int32 factor and the shift's range allow.
        int shift = largest > 0 ? (int)Math.Clamp(Math.Floor(Math.Log2(int.MaxValue / largest)), 0, 46) : 0;
        int[] factor = new int[n];
        for (int i = 0; i < n; i++)
        {
            double scaled = Math.Round(Math.ScaleB(ratio[i], shift));
            if (Math.Abs(scaled) > int.MaxValue)
                throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"a factor of {ratio[i]:g4} between two integer signals", "give samples that show the signal's range (--calibrate)");
            factor[i] = (int)scaled;
        }

        Builder.AddOperator(new ScaleOperator
        {
            Name = name,
            Source = signal.Buffer,
            When = signal.When,
            Target = target,
            Factor = Builder.AddTensor(TensorType.Int32, factor),
            Shift = shift,
            Limit = bound,
            Bias = biasTensor,
        });
    }

    private static bool PerChannel(Signal signal, int channels)
    {
        if (signal.Step.Length == 1) return true;
        for (int p = channels; p < signal.Count; p++)
            if (signal.Step[p] != signal.Step[p % channels]) return false;
        return true;
    }

    private static void CheckSparseTargets(int count, string name)
    {
        if (count > 65536)
            throw new ConversionException(ErrorCode.Unsupported, $"node '{name}'", $"{count} targets of a sparse connection", "a sparse connection has at most 65536 targets; divide the layer");
    }
}
