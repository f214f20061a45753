using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>How the integers of an input port stand for its real values.</summary>
/// <param name="Kind">Spikes, counts or real values.</param>
/// <param name="Step">Real value of one.</param>
/// <param name="Bound">Largest magnitude of an integer.</param>
internal sealed record InputEncoding(InputKind Kind, double Step, int Bound);

/// <summary>
/// Network graph to operators of the edge profile. Nodes run in the graph's evaluation order; each writes one signal or none:
/// connections with one consumer go straight into its sum, flatten, scale and uniform delays change how a signal is read.
/// </summary>
/// <remarks>
/// A sum is planned before it is emitted (<see cref="SumPlan"/>): all rows that reach one element share a unit, the thresholds,
/// biases and resets of the neuron behind it are counted in that unit, so no spiking layer is ever rescaled. A signal that a
/// loop reads before it is written gets its buffer early (Declare).
/// </remarks>
internal sealed partial class Lowering
{
    private const int StateLimit = NeuronOperator.StateLimit;

    private readonly NetworkGraph _graph;
    private readonly ConvertOptions _options;
    private readonly Calibration _calibration;
    private readonly IReadOnlyDictionary<string, InputEncoding> _inputs;
    private readonly Dictionary<string, Signal> _signals = new(StringComparer.Ordinal);     // written by an operator so far
    private readonly Dictionary<string, Signal> _declared = new(StringComparer.Ordinal);    // promised to readers of the tick before
    private readonly SortedDictionary<(string Owner, int Delay), Signal> _taps = [];
    private readonly Dictionary<string, Layout> _layouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Signal Signal, int Operator)> _membranes = new(StringComparer.Ordinal);

    public Lowering(NetworkGraph graph, ConvertOptions options, Calibration calibration, IReadOnlyDictionary<string, InputEncoding> inputs)
    {
        _graph = graph;
        _options = options;
        _calibration = calibration;
        _inputs = inputs;
    }

    /// <summary>The model so far.</summary>
    public ModelBuilder Builder { get; } = new();

    /// <summary>Choices made, for the report.</summary>
    public List<string> Choices { get; } = [];

    /// <summary>Warnings, for the report.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Weight tensors, for the report.</summary>
    public List<TensorReport> Tensors { get; } = [];

    /// <summary>Layers, for metadata and recording.</summary>
    public List<LayerMetadata> Layers { get; } = [];

    /// <summary>Inputs, for metadata.</summary>
    public List<InputMetadata> Inputs { get; } = [];

    /// <summary>Read-outs, for metadata.</summary>
    public List<OutputMetadata> Outputs { get; } = [];

    /// <summary>Lowers the whole graph.</summary>
    public void Run()
    {
        foreach (InputNode input in _graph.Nodes.OfType<InputNode>()) LowerInput(input);
        foreach (Node node in Schedule())
            switch (node)
            {
                case InputNode: break;
                case NeuronNode chip when IsLoihi: LowerLoihiNeuron(chip); break;
                case NeuronNode neuron: LowerNeuron(neuron); break;
                case PairedEncoderNode encoder: LowerWeighted(encoder, encoder.Neurons(), encoder.MirroredWeight(), encoder.WeightStep); break;
                case LeakyReadoutNode readout: LowerWeighted(readout, readout.Neurons(), readout.FoldedWeight(), readout.WeightStep); break;
                case StateSpaceNode space: LowerStateSpace(space); break;
                case PoolNode pool: LowerPool(pool); break;
                case OutputNode: break;                            // after all others: what it shows may come later
                default:
                    if (IsOwner(node)) LowerValues(node);
                    break;
            }

        foreach (OutputNode output in _graph.Nodes.OfType<OutputNode>()) LowerOutput(output);
        foreach (string label in _graph.Labels) Builder.AddLabel(label);
    }

    // On Loihi all that is emitted arrives a tick later. Reading before writing makes that free, so readers come first.
    private IReadOnlyList<Node> Schedule()
    {
        if (!IsLoihi) return _graph.EvaluationOrder();
        NetworkGraph reversed = new(_graph.Name, _graph.TickSeconds, [.. _graph.Nodes.Reverse()], _graph.Edges);
        return [.. reversed.EvaluationOrder().Select(n => _graph.Find(n.Name)!)];
    }

    private bool IsLoihi => _options.Profile == Profile.Loihi;

    private void LowerInput(InputNode input)
    {
        InputEncoding encoding = _inputs[input.Name];
        Layout layout = LayoutOf(input);
        BufferKind kind = encoding.Kind == InputKind.Spikes ? BufferKind.Events : BufferKind.Values;
        int buffer = Builder.AddBuffer(kind, layout.Count, kind == BufferKind.Events ? 1 : encoding.Bound, name: input.Name);
        Builder.AddPort(PortKind.Input, buffer, input.Name);
        Signal signal = new()
        {
            Buffer = buffer,
            Kind = kind,
            Bound = kind == BufferKind.Events ? 1 : encoding.Bound,
            Step = [encoding.Step],
            Spread = encoding.Step * encoding.Bound,
            Layout = layout,
            Power = Math.Max(1e-6, _calibration[input.Name].Power / (encoding.Step * encoding.Step)),
        };
        _signals.Add(input.Name, signal);
        Inputs.Add(new InputMetadata(input.Name, buffer, encoding.Kind, encoding.Step, signal.Bound, input.OutputShape.ToArray(), layout.Channels, layout.Positions));
    }

    // A pool adds up small counts; its factor, if it averages, joins the step.
    private void LowerPool(PoolNode pool)
    {
        Layout expected = new(pool.Channels, pool.Window.InputHeight * pool.Window.InputWidth);
        Signal source = Ordered(SumOf(pool), expected, pool.Name);
        int perChannel = pool.Channels;
        if (!PerChannel(source, perChannel)) source = OneStep(source, pool.Name);
        int area = pool.Window.KernelHeight * pool.Window.KernelWidth;
        if ((long)area * source.Bound > int.MaxValue) source = Narrowed(source, int.MaxValue / area, pool.Name);
        double factor = pool.Average ? 1.0 / area : 1.0;
        Layout layout = LayoutOf(pool);
        int bound = area * source.Bound;
        double[] step = source.Step.Length == 1 ? [source.Step[0] * factor] : [.. Enumerable.Range(0, layout.Count).Select(p => source.Step[p % perChannel] * factor)];
        // A reader before this writer got the buffer early; it is this one unless its unit had to be guessed.
        int target = _declared.TryGetValue(pool.Name, out Signal? promised) && promised.Bound == bound && promised.Step.SequenceEqual(step)
            ? promised.Buffer : Builder.AddBuffer(BufferKind.Values, layout.Count, bound, name: pool.Name);
        int index = Builder.AddOperator(new PoolOperator
        {
            Name = pool.Name,
            Source = source.Buffer,
            When = source.When,
            Target = target,
            Window = Geometry(pool.Window),
            Channels = pool.Channels,
        });
        Written(pool, new Signal { Buffer = target, Kind = BufferKind.Values, Bound = bound, Step = step, Layout = layout, Power = Power(pool, step), Spread = Spread(pool) }, index);
    }

    // A node whose output is values: a connection that no neuron takes alone, or a sum of several signals.
    private void LowerValues(Node node)
    {
        Layout layout = LayoutOf(node);
        Arrivals arrivals = new(layout);
        switch (node)
        {
            case LinearNode or ConvolutionNode or DelayedLinearNode:
                Connect(node, 0, [1.0], arrivals);
                break;
            case ScaleNode scale:
                foreach (Edge edge in _graph.Incoming(node.Name)) Collect(edge.Source, edge.Delay, scale.Factor, arrivals);
                break;
            case DelayNode { Ticks.Length: > 1 }:
                Connect(node, 0, [1.0], arrivals);
                break;
            default:
                int ticks = node is DelayNode delay ? delay.Ticks[0] : 0;
                foreach (Edge edge in _graph.Incoming(node.Name)) Collect(edge.Source, edge.Delay + ticks, [1.0], arrivals);
                break;
        }

        double[] range = layout.Permute(_calibration[node.Name].Output);
        double floor = Math.Max(range.Max() * 1e-3, double.Epsilon);
        if (range.Max() == 0) (range, floor) = ([.. range.Select(_ => 1.0)], 1.0);
        range = [.. range.Select(r => Math.Max(r, floor) * _calibration.Headroom)];
        SumResult sum = EmitSum(node.Name, arrivals, range, forNeuron: false, uniform: false);
        Signal signal = new() { Buffer = sum.Buffer, Kind = BufferKind.Values, Bound = sum.Bound, Step = sum.Step, Layout = layout, Power = Power(node, sum.Step), Spread = Spread(node) };
        Written(node, signal, Builder.Operators.Count - 1);
    }

    // Records what a node wrote, and copies it where an earlier reader expects it.
    private void Written(Node node, Signal signal, int operatorIndex)
    {
        if (_declared.TryGetValue(node.Name, out Signal? promised) && promised.Buffer != signal.Buffer)
        {
            EmitScale(node.Name, signal, promised.Buffer, promised.Step, promised.Bound);
            signal = promised with { When = 0 };
            operatorIndex = Builder.Operators.Count - 1;
        }

        _signals.Add(node.Name, signal);
        if (node is PopulationNode or StateSpaceNode) return;           // these add their own metadata
        Layers.Add(new LayerMetadata
        {
            Name = node.Name,
            Kind = node.Kind,
            Operator = operatorIndex,
            Values = signal.Buffer,
            Shape = node.OutputShape.ToArray(),
            Channels = signal.Layout.Channels,
            Positions = signal.Layout.Positions,
            Step = signal.Step,
        });
    }

    // Mean square of a signal's integers.
    private double Power(Node node, double[] step)
    {
        double typical = step.Average(Math.Abs);
        return typical > 0 ? Math.Max(1e-6, _calibration[node.Name].Power / (typical * typical)) : 1e-6;
    }

    private static ModelWindow Geometry(Window w) => new()
    {
        InHeight = w.InputHeight,
        InWidth = w.InputWidth,
        OutHeight = w.OutputHeight,
        OutWidth = w.OutputWidth,
        KernelHeight = w.KernelHeight,
        KernelWidth = w.KernelWidth,
        StrideHeight = w.StrideHeight,
        StrideWidth = w.StrideWidth,
        PaddingTop = w.PaddingTop,
        PaddingLeft = w.PaddingLeft,
        DilationHeight = w.DilationHeight,
        DilationWidth = w.DilationWidth,
    };
}
