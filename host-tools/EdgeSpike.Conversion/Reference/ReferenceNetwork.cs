using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Runs a <see cref="NetworkGraph"/> in floating point, tick by tick: what the integers are compared with.
/// For a whole sample use <see cref="SequenceRunner"/>, for the class of one <see cref="ReadoutAccumulator"/>.
/// </summary>
/// <remarks>
/// <para>Order within a tick: nodes as in <see cref="GraphChecks.EvaluationOrder"/>. An edge of delay d reads what its source
/// gave d ticks ago; before the first tick every signal is zero, a bias behind a delayed edge included.</para>
/// <para>Order within the sum that arrives at a node: it starts from the sum of the biases of its connections, then takes the
/// edges in the order of the graph. A linear node, or a convolution or delayed linear node with a single target, is
/// fused: it adds its products to the target's sum one by one, in ascending order of inputs. Any other source
/// adds its value. With <see cref="Precision.Float32"/> each product and each addition is rounded, but a sum that a
/// linear node of several blocks enters is made in double and rounded once, as is the state of a state space. The
/// order in a neuron is that of the lines at <see cref="NeuronNode"/>. With <see cref="Precision.Float64"/> the order is the same.</para>
/// <para>Cost: inputs that are zero cost one comparison; nothing is allocated after construction. Not safe for
/// concurrent use; several networks may share a graph.</para>
/// </remarks>
public sealed class ReferenceNetwork
{
    private readonly Dictionary<string, ReferenceOperator> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tap> _taps = new(StringComparer.Ordinal);
    private readonly ReferenceOperator[] _order;
    private readonly Arrival?[] _arrivals;          // beside _order; null for inputs
    private readonly Arrival?[] _drives;            // of thresholds, beside _order; null where none arrives
    private readonly ReferenceOperator[] _inputs;   // in the order of the graph's list
    private readonly bool _single;

    /// <summary>Validates the graph, takes all memory, and stands before the first tick.</summary>
    /// <exception cref="ConversionException">The graph is not valid.</exception>
    public ReferenceNetwork(NetworkGraph graph, Precision precision)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.Validate();
        Graph = graph;
        Precision = precision;
        _single = precision == Precision.Float32;
        foreach (Node node in graph.Nodes) _byName.Add(node.Name, Create(node, precision));

        IReadOnlyList<Node> order = graph.EvaluationOrder();
        _order = [.. order.Select(n => _byName[n.Name])];
        _arrivals = [.. order.Select(n => n is InputNode ? null : MakeArrival(n, EdgePort.Input))];
        _drives = [.. order.Select(n => Graph.Incoming(n.Name, EdgePort.Threshold).Any() ? MakeArrival(n, EdgePort.Threshold) : null)];
        _inputs = [.. graph.Nodes.OfType<InputNode>().Select(n => _byName[n.Name])];
        InputCount = _inputs.Sum(o => o.Input.Length);
        foreach (OutputNode output in graph.Nodes.OfType<OutputNode>()) _taps.Add(output.Name, MakeTap(output));
        Reset();
    }

    /// <summary>The graph it runs.</summary>
    public NetworkGraph Graph { get; }

    /// <summary>Its arithmetic.</summary>
    public Precision Precision { get; }

    /// <summary>Elements of the input of one tick: those of all input nodes together.</summary>
    public int InputCount { get; }

    /// <summary>Ticks since the last reset.</summary>
    public long Ticks { get; private set; }

    /// <summary>Back to before the first tick.</summary>
    public void Reset()
    {
        foreach (ReferenceOperator each in _order) each.Reset();
        Ticks = 0;
    }

    /// <summary>One tick.</summary>
    /// <param name="input">All input nodes one after another in the order of the graph's list, each row-major as in the source file.</param>
    /// <exception cref="ConversionException">The input has another length than <see cref="InputCount"/>.</exception>
    public void Step(ReadOnlySpan<double> input)
    {
        if (input.Length != InputCount)
            throw new ConversionException(ErrorCode.InputMismatch, Graph.Name, $"{input.Length} input values for a tick", $"give {InputCount}");

        // Nothing has been before the first tick: not even an initial membrane enters the past.
        if (Ticks > 0)
            foreach (ReferenceOperator each in _order) each.Advance();

        foreach (ReferenceOperator each in _inputs)
        {
            input[..each.Input.Length].CopyTo(each.Input);
            input = input[each.Input.Length..];
            if (_single)
                for (int i = 0; i < each.Input.Length; i++) each.Input[i] = (float)each.Input[i];
        }

        for (int i = 0; i < _order.Length; i++)
        {
            _arrivals[i]?.Sum(Ticks, _order[i].Input);
            _drives[i]?.Sum(Ticks, ((PopulationOperator)_order[i]).ThresholdDrive);
            _order[i].Step();
        }

        Ticks++;
    }

    /// <summary>What left the node at this tick: spikes as 0, 1 or a count, or values. Valid until the next tick.</summary>
    /// <remarks>Of a connection whose products went into its targets' sums the value is made when asked for.</remarks>
    public ReadOnlySpan<double> Output(string node) => Find(node).ReadOutput();

    /// <summary>The sum that arrived at the node at this tick, biases of its connections included. Valid until the next tick.</summary>
    public ReadOnlySpan<double> Input(string node) => Find(node).Input;

    /// <summary>
    /// The membrane at the end of this tick: after a reset in the same tick, before one in the next. Valid until the next tick.
    /// </summary>
    public ReadOnlySpan<double> Membrane(string neuron) => FindPopulation(neuron).Membrane;

    /// <summary>
    /// The current that drives the membranes at the end of this tick: the synaptic one, or the weighted sum of an encoder or read-out that
    /// has its weights inside; empty for neurons without. Valid until the next tick.
    /// </summary>
    public ReadOnlySpan<double> SynapticCurrent(string neuron) => FindPopulation(neuron).SynapticCurrent;

    /// <summary>What is added to the thresholds of adaptive neurons at this tick; empty for others. Valid until the next tick.</summary>
    public ReadOnlySpan<double> Adaptation(string neuron) => FindPopulation(neuron).Adaptation;

    /// <summary>
    /// What the readout of an output node takes at this tick: the spikes that arrive, or with <see cref="Readout.Last"/>,
    /// <see cref="Readout.Maximum"/> and <see cref="Readout.Mean"/> the membrane where a neuron comes before it. Valid until the next tick.
    /// </summary>
    public ReadOnlySpan<double> ReadoutSignal(string output)
    {
        if (!_taps.TryGetValue(output, out Tap tap)) throw new ArgumentException($"there is no output node '{output}'", nameof(output));
        return tap.Population is null ? tap.Output.ReadOutput() : tap.Population.ReadMembrane(tap.Delay);
    }

    private static ReferenceOperator Create(Node node, Precision precision)
    {
        bool single = precision == Precision.Float32;
        return node switch
        {
            LinearNode linear => new LinearOperator(linear, precision),
            DelayedLinearNode delayed => new DelayedLinearOperator(delayed, precision),
            ConvolutionNode convolution => new ConvolutionOperator(convolution, precision),
            PoolNode pool => single ? new PoolOperator<ToSingle>(pool) : new PoolOperator<ToDouble>(pool),
            ScaleNode scale => single ? new ScaleOperator<ToSingle>(scale, precision) : new ScaleOperator<ToDouble>(scale, precision),
            DelayNode delay => new DelayOperator(delay),
            StateSpaceNode space => single ? new StateSpaceOperator<ToSingle>(space, precision) : new StateSpaceOperator<ToDouble>(space, precision),
            AdaptiveNeuronNode adaptive => single ? new AdaptiveNeuronOperator<ToSingle>(adaptive, precision) : new AdaptiveNeuronOperator<ToDouble>(adaptive, precision),
            NeuronNode neuron => single ? new NeuronOperator<ToSingle>(neuron, precision) : new NeuronOperator<ToDouble>(neuron, precision),
            PairedEncoderNode encoder => single ? new PairedEncoderOperator<ToSingle>(encoder, precision) : new PairedEncoderOperator<ToDouble>(encoder, precision),
            LeakyReadoutNode readout => single ? new LeakyReadoutOperator<ToSingle>(readout, precision) : new LeakyReadoutOperator<ToDouble>(readout, precision),
            InputNode or OutputNode or FlattenNode => new CopyOperator(node),
            _ => throw new ConversionException(ErrorCode.UnknownNode, $"node '{node.Name}'", $"the reference can't run a {node.Kind}", "replace the node"),
        };
    }

    private Arrival MakeArrival(Node target, EdgePort port)
    {
        List<Arrival.Part> parts = [];
        foreach (Edge edge in Graph.Incoming(target.Name, port))
        {
            ReferenceOperator source = _byName[edge.Source];
            ReferenceConnection? connection = source as ReferenceConnection;
            ReferenceConnection? fused = connection is LinearOperator || Graph.Outgoing(edge.Source).All(e => e.Target == target.Name) ? connection : null;
            if (fused is not null) fused.KeepInput(edge.Delay);
            else
            {
                connection?.NeedOwnOutput();
                source.KeepOutput(edge.Delay);
            }

            parts.Add(new Arrival.Part(source, fused, edge.Delay));
        }

        return new Arrival(parts, target.InputShape.Count, Precision);
    }

    private Tap MakeTap(OutputNode output)
    {
        Edge edge = Graph.Incoming(output.Name).Single();
        PopulationOperator? population = output.Readout == Readout.SpikeCount ? null : _byName[edge.Source] as PopulationOperator;
        population?.KeepMembrane(edge.Delay);
        return new Tap(_byName[output.Name], population, edge.Delay);
    }

    private ReferenceOperator Find(string node) =>
        _byName.TryGetValue(node, out ReferenceOperator? found) ? found : throw new ArgumentException($"there is no node '{node}'", nameof(node));

    private PopulationOperator FindPopulation(string neuron) =>
        Find(neuron) as PopulationOperator ?? throw new ArgumentException($"node '{neuron}' has no membrane", nameof(neuron));

    /// <summary>Where a readout looks: at the membrane of a population, or else at what arrives at the output node.</summary>
    private readonly record struct Tap(ReferenceOperator Output, PopulationOperator? Population, int Delay);
}
