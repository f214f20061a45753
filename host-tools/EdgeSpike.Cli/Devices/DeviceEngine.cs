using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Boards.Images;
using EdgeSpike.Boards.Link;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Runtime;

namespace EdgeSpike.Cli.Devices;

/// <summary>
/// Plays recordings on a board, tick by tick, and the same tick on the host's interpreter: the first tick whose checksums differ
/// ends it. Spikes that are recorded are those the device streamed; membranes, scores and answers are read from its memory.
/// </summary>
/// <remarks>
/// Two ways through the link. Mostly one request a tick, answered by the checksum. When spikes are recorded, the device streams
/// what its operators emit and the checksum (runtime/FORMAT.md, Vectors) is formed here. Membranes and states are persistent: after
/// a tick they stand where the model file says, and no other signal shares their words.
/// </remarks>
internal sealed class DeviceEngine : IPlaybackEngine
{
    private readonly DeviceConnection _device;
    private readonly ModelEngine _host;
    private readonly bool _streamsAll;
    private readonly int[] _ports;
    private readonly bool[] _events;
    private int _recording = -1;
    private int _tick;

    /// <param name="device">Holds the model.</param>
    /// <param name="host">The same model here.</param>
    /// <param name="path">Its file.</param>
    public DeviceEngine(DeviceConnection device, ModelEngine host, string path)
    {
        _device = device;
        _host = host;
        ModelFile model = host.Runner.Interpreter.Model;
        _ports = [.. Enumerable.Range(0, model.Ports.Length).Where(p => model.Ports[p].Kind == PortKind.Input)];
        _events = [.. _ports.Select(p => model.Buffers[model.Ports[p].Buffer].Kind == BufferKind.Events)];
        _streamsAll = !ModelHeader.Read(path).Operators.Any(code => (OperatorCode)code is OperatorCode.LoihiSigmaDelta or OperatorCode.LoihiResonator);
    }

    /// <summary>Ticks whose checksums were equal.</summary>
    public long Compared { get; private set; }

    /// <inheritdoc/>
    public string Name => $"integers on {_device.Place}";

    /// <inheritdoc/>
    public Shape InputShape => _host.InputShape;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _host.Labels;

    /// <inheritdoc/>
    public (int Width, bool Spikes) Find(SignalRequest request)
    {
        (int width, bool spikes) = _host.Find(request);
        if (!spikes)
        {
            if (!Buffer(request.Layer).Persistent) throw new ConversionException(ErrorCode.Unsupported, $"layer '{request.Layer}'", "its values are gone when a tick has ended: the board uses their memory again", "leave out --board to record them; the spikes are the same");
            return (width, spikes);
        }

        if (!_streamsAll) throw new ConversionException(ErrorCode.Unsupported, $"layer '{request.Layer}'", "a board does not stream the spikes of resonators and sigma-delta neurons", "leave out --board to record them");
        return (width, spikes);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _device.Link.Reset();
        _host.Reset();
        _recording++;
        _tick = 0;
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<double> input, IReadOnlyList<SignalRequest> requests, double[][] signals)
    {
        _host.Runner.SetInput(input);
        int[][] words = _host.Runner.LastInput();
        uint expected = _host.Runner.Interpreter.StepChecksum();
        bool streams = requests.Any(r => Find(r).Spikes);
        uint given = streams ? Stream(words, requests, signals) : _device.Link.Run([[.. words.Select((w, i) => (_ports[i], _events[i], w))]])[0];
        if (given != expected)
        {
            // A device that restarted begins at tick 0 again, which is no difference in arithmetic.
            _device.ThrowIfStopped();
            throw Differs($"recording {_recording} differs first at tick {_tick} (checksum {given:x8}, the host's {expected:x8})");
        }

        for (int r = 0; r < requests.Count; r++)
            if (!Find(requests[r]).Spikes) ReadValues(requests[r].Layer, signals[r]);
        Compared++;
        _tick++;
    }

    /// <inheritdoc/>
    public double[] Scores()
    {
        Same("scores", PortKind.Scores);
        return _host.Scores();
    }

    /// <inheritdoc/>
    public int Answer()
    {
        Same("answer", PortKind.Answer);
        return _host.Answer();
    }

    /// <inheritdoc/>
    public long Saturations() =>
        // The device does not tell what it clamped at its inputs; the host clamped the same numbers.
        _host.Runner.Interpreter.InputSaturations + Enumerable.Range(0, _host.Runner.Interpreter.Model.Operators.Length).Sum(i => _device.Link.Profile(i).Saturations);

    private uint Stream(int[][] words, IReadOnlyList<SignalRequest> requests, double[][] signals)
    {
        for (int i = 0; i < words.Length; i++)
            if (_events[i]) _device.Link.SetEvents(_ports[i], words[i]);
            else _device.Link.SetValues(_ports[i], words[i]);
        IReadOnlyList<Emission> emissions = _device.Link.StepEmitting();
        uint hash = 2166136261;
        foreach (Emission emission in emissions)
        {
            foreach (int value in emission.Values) hash = (hash ^ (uint)(value + 1)) * 16777619;
            hash *= 16777619;
        }

        for (int r = 0; r < requests.Count; r++)
            if (Find(requests[r]).Spikes) Read(requests[r].Layer, emissions, signals[r]);
        return hash;
    }

    /// <summary>Spikes of a layer in the source's order.</summary>
    private void Read(string name, IReadOnlyList<Emission> emissions, double[] signal)
    {
        LayerMetadata layer = _host.Runner.Metadata.Layers.First(l => l.Name == name);
        Layout layout = new(layer.Channels, layer.Positions);
        Emission emission = emissions.FirstOrDefault(e => e.Operator == layer.Operator)
            ?? throw new ConversionException(ErrorCode.Unsupported, $"layer '{name}'", "the device streams nothing of it", "leave out --board to record it");
        Array.Clear(signal);
        for (int i = 0; i < emission.Values.Count; i++)
            if (emission.Events) signal[layout.ToSource(emission.Values[i])] = 1;
            else signal[layout.ToSource(i)] = emission.Values[i];
    }

    /// <summary>Membranes or states of a layer, real, in the source's order.</summary>
    private void ReadValues(string name, double[] signal)
    {
        LayerMetadata layer = _host.Runner.Metadata.Layers.First(l => l.Name == name);
        Layout layout = new(layer.Channels, layer.Positions);
        ModelBuffer buffer = Buffer(name);
        int[] words = _device.Link.ReadArena(buffer.Offset, buffer.Length);
        if (!words.AsSpan().SequenceEqual(_host.Runner.Interpreter.Arena.AsSpan(buffer.Offset, buffer.Length)))
            throw Differs($"recording {_recording} gives other values of layer '{name}' after tick {_tick}");
        for (int p = 0; p < words.Length; p++) signal[layout.ToSource(p)] = words[p] * layer.Step[p % layer.Step.Length];
    }

    /// <summary>Where a layer's membranes or values stand.</summary>
    private ModelBuffer Buffer(string name)
    {
        LayerMetadata layer = _host.Runner.Metadata.Layers.First(l => l.Name == name);
        return _host.Runner.Interpreter.Model.Buffers[layer.Membrane >= 0 ? layer.Membrane : layer.Values];
    }

    /// <summary>What the ports of a kind hold on the device is what they hold here.</summary>
    private void Same(string what, PortKind kind)
    {
        Interpreter interpreter = _host.Runner.Interpreter;
        foreach (ModelPort port in interpreter.Model.Ports.Where(p => p.Kind == kind))
        {
            ModelBuffer buffer = interpreter.Model.Buffers[port.Buffer];
            if (!_device.Link.ReadArena(buffer.Offset, buffer.Words).AsSpan().SequenceEqual(interpreter.Arena.AsSpan(buffer.Offset, buffer.Words)))
                throw Differs($"recording {_recording} gives other {what} after tick {_tick - 1}");
        }
    }

    private ConversionException Differs(string what) => new(ErrorCode.CheckFailed, _device.Place, what, "flash it again; if it stays, please report it with the model and the recording");
}
