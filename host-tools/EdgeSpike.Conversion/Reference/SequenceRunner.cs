using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Runs whole samples through a <see cref="ReferenceNetwork"/>, each from a reset, and keeps what was asked for.
/// Nothing is allocated per tick; a run allocates its <see cref="SequenceResult"/>.
/// </summary>
public sealed class SequenceRunner
{
    private readonly OutputNode[] _outputs;
    private readonly string[] _signals;
    private readonly string[] _membranes;

    /// <summary>Keeps the outputs of the nodes <paramref name="signals"/> and the membranes of the neurons <paramref name="membranes"/>.</summary>
    /// <exception cref="ArgumentException">There is no such node, or it has no membrane.</exception>
    public SequenceRunner(ReferenceNetwork network, IEnumerable<string>? signals = null, IEnumerable<string>? membranes = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        _outputs = [.. network.Graph.Nodes.OfType<OutputNode>()];
        _signals = [.. signals ?? []];
        _membranes = [.. membranes ?? []];
        foreach (string name in _signals) _ = network.Output(name);
        foreach (string name in _membranes) _ = network.Membrane(name);
    }

    /// <summary>The network it runs.</summary>
    public ReferenceNetwork Network { get; }

    /// <summary>One sample, [ticks x <see cref="ReferenceNetwork.InputCount"/>] row-major.</summary>
    /// <exception cref="ConversionException">The sample is not a whole number of ticks.</exception>
    public SequenceResult Run(ReadOnlySpan<double> input)
    {
        int width = Network.InputCount;
        if (input.Length % width != 0)
            throw new ConversionException(ErrorCode.InputMismatch, Network.Graph.Name, $"{input.Length} input values for a sample", $"give a multiple of {width}, one row a tick");
        int ticks = input.Length / width;

        SignalRecording[] signals = [.. _signals.Select(name => new SignalRecording(name, ticks, Network.Graph.Find(name)!.OutputShape.Count))];
        SignalRecording[] membranes = [.. _membranes.Select(name => new SignalRecording(name, ticks, Network.Graph.Find(name)!.OutputShape.Count))];
        ReadoutAccumulator[] readouts = [.. _outputs.Select(output => new ReadoutAccumulator(output))];
        Network.Reset();
        for (int t = 0; t < ticks; t++)
        {
            Network.Step(input.Slice(t * width, width));
            foreach (SignalRecording each in signals) Network.Output(each.Node).CopyTo(each.Row(t));
            foreach (SignalRecording each in membranes) Network.Membrane(each.Node).CopyTo(each.Row(t));
            for (int o = 0; o < readouts.Length; o++) readouts[o].Add(Network.ReadoutSignal(_outputs[o].Name));
        }

        return new SequenceResult(ticks, signals, membranes, _outputs.Zip(readouts, (output, readout) => KeyValuePair.Create(output.Name, readout)));
    }
}

/// <summary>What one sample gave.</summary>
public sealed class SequenceResult
{
    private readonly Dictionary<string, SignalRecording> _signals;
    private readonly Dictionary<string, SignalRecording> _membranes;
    private readonly Dictionary<string, ReadoutAccumulator> _readouts;
    private readonly ReadoutAccumulator _first;

    internal SequenceResult(int ticks, SignalRecording[] signals, SignalRecording[] membranes, IEnumerable<KeyValuePair<string, ReadoutAccumulator>> readouts)
    {
        Ticks = ticks;
        _signals = signals.ToDictionary(s => s.Node, StringComparer.Ordinal);
        _membranes = membranes.ToDictionary(s => s.Node, StringComparer.Ordinal);
        KeyValuePair<string, ReadoutAccumulator>[] all = [.. readouts];
        _readouts = new Dictionary<string, ReadoutAccumulator>(all, StringComparer.Ordinal);
        _first = all[0].Value;
    }

    /// <summary>Length of the sample.</summary>
    public int Ticks { get; }

    /// <summary>The outputs that were asked for.</summary>
    public IReadOnlyDictionary<string, SignalRecording> Signals => _signals;

    /// <summary>The membranes that were asked for.</summary>
    public IReadOnlyDictionary<string, SignalRecording> Membranes => _membranes;

    /// <summary>The readouts of all output nodes by name.</summary>
    public IReadOnlyDictionary<string, ReadoutAccumulator> Readouts => _readouts;

    /// <summary>The values of the first output node of the graph's list.</summary>
    public ReadOnlySpan<double> Values => _first.Values;

    /// <summary>The class at the first output node of the graph's list.</summary>
    public int Class => _first.Class;
}
