using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Inference;

/// <summary>
/// Runs a model file on the host as its source network would be run: real-valued input in the source's order, spikes and
/// membranes back in real numbers and the source's order. The integers are the interpreter's, bit by bit.
/// </summary>
/// <remarks>
/// Owns its interpreter and its memory. What the file's metadata says is checked against the model and ignored where it does
/// not fit; a file without metadata runs with its ports as they are. Not safe for concurrent use.
/// </remarks>
public sealed class ModelRunner
{
    private readonly Recorder _recorder;
    private readonly InputPort[] _inputs;
    private readonly double[] _activity;

    /// <summary>Verifies a model and stands before the first tick.</summary>
    /// <param name="file">The whole file; kept, not copied.</param>
    /// <param name="where">The file's name, for errors.</param>
    /// <param name="maximumArenaWords">Largest arena to accept.</param>
    /// <param name="maximumWork">Largest worst case of operations per tick to accept.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ModelRejected"/> with the offset and the operator.</exception>
    public ModelRunner(byte[] file, string where = "model", int maximumArenaWords = ModelLoading.DefaultArenaWords, long maximumWork = long.MaxValue / 4)
    {
        ArgumentNullException.ThrowIfNull(file);
        Where = where;
        Interpreter = ModelLoading.Load(file, where, maximumArenaWords, maximumWork);
        ModelFile model = Interpreter.Model;
        ModelMetadata? read = ModelMetadata.TryParse(file.AsSpan(model.MetadataOffset, model.MetadataBytes));
        Metadata = read is not null && MetadataCheck.Fits(read, model) ? read : MetadataCheck.FromPorts(model);
        int[] ports = [.. Enumerable.Range(0, model.Ports.Length).Where(p => model.Ports[p].Kind == PortKind.Input)];
        _inputs = [.. Metadata.Inputs.Select((input, i) => new InputPort(input, ports[i], model.Buffers[input.Buffer]))];
        _recorder = new Recorder(Interpreter, Metadata.Layers);
        _activity = Metadata.Outputs.Count > 0 ? new double[model.Buffers[Metadata.Outputs[0].Activity].Length] : [];
    }

    /// <summary>The interpreter; stepping it directly is allowed.</summary>
    public Interpreter Interpreter { get; }

    /// <summary>What host tools know of the model.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>The file's name.</summary>
    public string Where { get; }

    /// <summary>Elements of the input of one tick: those of all ports side by side.</summary>
    public int InputCount => _inputs.Sum(p => p.Count);

    /// <summary>Names of the classes, or empty.</summary>
    public IReadOnlyList<string> Labels => [.. Enumerable.Range(0, Interpreter.Model.LabelCount).Select(Interpreter.Model.Label)];

    /// <summary>Back to before the first tick.</summary>
    public void Reset() => Interpreter.Reset();

    /// <summary>One tick.</summary>
    /// <param name="input">[InputCount] real values, all ports side by side, in the source's order.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.InputMismatch"/>.</exception>
    public void Step(ReadOnlySpan<double> input)
    {
        SetInput(input);
        Interpreter.Step(_recorder);
    }

    /// <summary>Fills the ports for the next tick without running it.</summary>
    public void SetInput(ReadOnlySpan<double> input)
    {
        if (input.Length != InputCount)
            throw new ConversionException(ErrorCode.InputMismatch, Where, $"{input.Length} input values for a tick", $"give {InputCount}");
        foreach (InputPort port in _inputs)
        {
            port.Encode(input[..port.Count], Where);
            ModelError error = port.Events ? Interpreter.SetEvents(port.Port, port.Words, 0, port.Used) : Interpreter.SetValues(port.Port, port.Words, 0);
            if (error != ModelError.None) throw new InvalidOperationException($"port {port.Port}: {error}");
            input = input[port.Count..];
        }
    }

    /// <summary>The words that the last input became, for each port: ascending indices, or values.</summary>
    public int[][] LastInput() => [.. _inputs.Select(p => p.Words[..p.Used])];

    /// <summary>Spikes of a layer at the last tick in the source's order: 0, 1 or a count. Empty: it has none.</summary>
    public ReadOnlySpan<double> Spikes(string layer) => _recorder.Spikes(layer);

    /// <summary>Membrane, state or value of a layer at the last tick, real, in the source's order.</summary>
    public ReadOnlySpan<double> Values(string layer) => _recorder.Values(layer);

    /// <summary>What the first output emitted at the last tick, in the source's order and, for values, as integers of the model.</summary>
    public ReadOnlySpan<double> Activity
    {
        get
        {
            if (_activity.Length == 0) return [];
            OutputMetadata output = Metadata.Outputs[0];
            Recorder.Read(Interpreter, output.Activity, new Layout(output.Channels, output.Positions), [1.0], _activity);
            return _activity;
        }
    }

    /// <summary>Scores of an output so far, real: counts, or values, or for a mean the sum over the ticks divided by their number.</summary>
    public double[] Scores(int output = 0)
    {
        OutputMetadata about = Metadata.Outputs[output];
        ModelBuffer buffer = Interpreter.Model.Buffers[about.Scores];
        int[] arena = Interpreter.Arena;
        if (buffer.Kind != BufferKind.Words) return [.. Enumerable.Range(0, buffer.Length).Select(i => arena[buffer.Offset + i] * about.Step)];
        double divisor = about.Readout == Readout.Mean ? Math.Max(1, Interpreter.Ticks) : 1;
        return [.. Enumerable.Range(0, buffer.Length / 2).Select(i => ((uint)arena[buffer.Offset + 2 * i] | ((long)arena[buffer.Offset + 2 * i + 1] << 32)) * about.Step / divisor)];
    }

    /// <summary>The class so far: index of the largest score, the lowest on a tie; 0 for a single element.</summary>
    public int Answer(int output = 0)
    {
        int buffer = Metadata.Outputs[output].Answer;
        return buffer < 0 ? 0 : Interpreter.Arena[Interpreter.Model.Buffers[buffer].Offset];
    }

    /// <summary>Runs one sample from the start and records layers.</summary>
    /// <param name="samples">Samples.</param>
    /// <param name="sample">Which one.</param>
    /// <param name="spikes">Layers whose spikes are recorded.</param>
    /// <param name="values">Layers whose membranes or values are recorded.</param>
    public ModelRecording Run(ISampleSource samples, int sample, IEnumerable<string>? spikes = null, IEnumerable<string>? values = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Dictionary<string, SignalRecording> spikeRecords = Records(samples.Ticks, spikes), valueRecords = Records(samples.Ticks, values);
        double[] input = new double[samples.Channels];
        Reset();
        for (int tick = 0; tick < samples.Ticks; tick++)
        {
            samples.Tick(sample, tick, input);
            Step(input);
            foreach ((string name, SignalRecording record) in spikeRecords) Spikes(name).CopyTo(record.Row(tick));
            foreach ((string name, SignalRecording record) in valueRecords) Values(name).CopyTo(record.Row(tick));
        }

        return new ModelRecording(spikeRecords, valueRecords, Metadata.Outputs.Count > 0 ? Scores() : [], Metadata.Outputs.Count > 0 ? Answer() : 0);
    }

    /// <summary>Replays the vectors inside the file.</summary>
    /// <returns>Ticks replayed; 0 when the file has no vectors.</returns>
    /// <exception cref="ConversionException"><see cref="ErrorCode.CheckFailed"/> with the vector and the tick.</exception>
    public long Check()
    {
        VectorCheck check = new(Interpreter);
        ModelError error = check.Run();
        if (error != ModelError.None)
            throw new ConversionException(ErrorCode.CheckFailed, Where, $"vector {check.Vector}, tick {check.Tick}: {ModelLoading.Text(error)}", "convert the network again; if this file is fresh, please report it");
        return check.Ticks;
    }

    private Dictionary<string, SignalRecording> Records(int ticks, IEnumerable<string>? layers)
    {
        Dictionary<string, SignalRecording> records = new(StringComparer.Ordinal);
        foreach (string name in layers ?? [])
        {
            LayerMetadata layer = Metadata.Layers.FirstOrDefault(l => l.Name == name)
                ?? throw new ConversionException(ErrorCode.Usage, Where, $"there is no layer '{name}'", $"it has {string.Join(", ", Metadata.Layers.Select(l => $"'{l.Name}'"))}");
            records[name] = new SignalRecording(name, ticks, layer.Count);
        }

        return records;
    }

    // One input port: real values to words.
    private sealed class InputPort(InputMetadata about, int port, ModelBuffer buffer)
    {
        private readonly Layout _layout = new(about.Channels, about.Positions);

        public int Port { get; } = port;

        public int Count { get; } = buffer.Length;

        public bool Events { get; } = buffer.Kind == BufferKind.Events;

        public int[] Words { get; } = new int[buffer.Length];

        public int Used { get; private set; }

        public void Encode(ReadOnlySpan<double> values, string where)
        {
            Used = 0;
            for (int p = 0; p < Count; p++)
            {
                double value = values[_layout.ToSource(p)];
                if (!Events)
                {
                    // Clamping at the bound is the interpreter's, which counts it.
                    Words[Used++] = (int)Math.Clamp(Math.Round(value / about.Step, MidpointRounding.AwayFromZero), -int.MaxValue, int.MaxValue);
                }
                else if (value == 1) Words[Used++] = p;
                else if (value != 0)
                    throw new ConversionException(ErrorCode.InputMismatch, where, $"{value} at element {_layout.ToSource(p)} of input '{about.Name}', which takes spikes", "give 0 or 1, or convert with samples of such values (--calibrate)");
            }
        }
    }
}

/// <summary>What a model did with one sample.</summary>
/// <param name="Spikes">Spikes of the layers asked for.</param>
/// <param name="Values">Membranes, states or values of the layers asked for.</param>
/// <param name="Scores">Scores of the first output.</param>
/// <param name="Answer">Its class.</param>
public sealed record ModelRecording(IReadOnlyDictionary<string, SignalRecording> Spikes, IReadOnlyDictionary<string, SignalRecording> Values, double[] Scores, int Answer);
