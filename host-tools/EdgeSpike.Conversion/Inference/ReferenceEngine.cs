using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;

namespace EdgeSpike.Conversion.Inference;

/// <summary>Plays recordings on the float reference of a network.</summary>
public sealed class ReferenceEngine : IPlaybackEngine
{
    private readonly NetworkGraph _graph;
    private readonly ReferenceNetwork _network;
    private readonly OutputNode _output;
    private readonly ReadoutAccumulator _readout;

    /// <summary>Makes ready to run.</summary>
    public ReferenceEngine(NetworkGraph graph, Precision precision)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _network = new ReferenceNetwork(graph, precision);
        _output = graph.Nodes.OfType<OutputNode>().First();
        _readout = new ReadoutAccumulator(_output);
        Name = precision == Precision.Float32 ? "float32" : "float64";
        InputNode[] inputs = [.. graph.Nodes.OfType<InputNode>()];
        InputShape = inputs.Length == 1 ? inputs[0].OutputShape : new Shape(_network.InputCount);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Shape InputShape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _graph.Labels;

    /// <inheritdoc/>
    public (int Width, bool Spikes) Find(SignalRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string where = $"layer '{request.Layer}'";
        Node node = _graph.Find(request.Layer)
            ?? throw new ConversionException(ErrorCode.Usage, where, "the network has no such layer", $"its layers are {string.Join(", ", _graph.Nodes.Select(n => $"'{n.Name}'").Take(20))}");
        bool spikes = node is PopulationNode { Spikes: true };
        if (request.Kind == SignalKind.Membrane && node is not PopulationNode)
            throw new ConversionException(ErrorCode.Unsupported, where, $"a {node.Kind} has no membrane", "leave out ':membrane' to record its output");
        if (request.Kind == SignalKind.Spikes && !spikes)
            throw new ConversionException(ErrorCode.Unsupported, where, $"a {node.Kind} does not spike", "leave out ':spikes' to record its output");
        return (node.OutputShape.Count, spikes && request.Kind != SignalKind.Membrane);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _network.Reset();
        _readout.Reset();
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<double> input, IReadOnlyList<SignalRequest> requests, double[][] signals)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(signals);
        _network.Step(input);
        _readout.Add(_network.ReadoutSignal(_output.Name));
        for (int r = 0; r < requests.Count; r++)
            (requests[r].Kind == SignalKind.Membrane ? _network.Membrane(requests[r].Layer) : _network.Output(requests[r].Layer)).CopyTo(signals[r]);
    }

    /// <inheritdoc/>
    public double[] Scores() => [.. _readout.Values];

    /// <inheritdoc/>
    public int Answer() => _readout.Class;

    /// <inheritdoc/>
    public long Saturations() => 0;
}
