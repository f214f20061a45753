using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Measuring;

/// <summary>
/// Recordings as the integers that a model takes: those of its own test vectors (runtime/FORMAT.md, Vectors), or samples
/// encoded once. <see cref="Fill"/> allocates nothing.
/// </summary>
public sealed class ModelInputs
{
    private readonly Interpreter _interpreter;
    private readonly List<(int Port, bool Events, int[] Words)[]>[] _ticks;

    private ModelInputs(Interpreter interpreter, List<(int Port, bool Events, int[] Words)[]>[] ticks)
    {
        _interpreter = interpreter;
        _ticks = ticks;
        foreach (List<(int, bool, int[])[]> recording in ticks) TotalTicks += recording.Count;
    }

    /// <summary>Reads the vectors of a loaded model.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ModelRejected"/>: a vector is malformed.</exception>
    public static ModelInputs OfVectors(Interpreter interpreter)
    {
        ArgumentNullException.ThrowIfNull(interpreter);
        ModelFile model = interpreter.Model;
        List<(int, bool, int[])[]>[] recordings = new List<(int, bool, int[])[]>[model.VectorCount];
        int at = Word(model, 76);
        for (int v = 0; v < recordings.Length; v++)
        {
            int end = at + Word(model, at), ticks = Word(model, at + 4), here = at + 8;
            recordings[v] = [];
            for (int t = 0; t < ticks; t++) recordings[v].Add(ReadTick(model, ref here, end));
            at = end;
        }

        return new ModelInputs(interpreter, recordings);
    }

    /// <summary>Encodes samples for a model.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.InputMismatch"/>.</exception>
    public static ModelInputs OfSamples(ModelRunner runner, SampleSet samples)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(samples);
        ModelFile model = runner.Interpreter.Model;
        int[] ports = [.. Enumerable.Range(0, model.Ports.Length).Where(p => model.Ports[p].Kind == PortKind.Input)];
        List<(int, bool, int[])[]>[] recordings = new List<(int, bool, int[])[]>[samples.Count];
        double[] input = new double[samples.Channels];
        for (int n = 0; n < samples.Count; n++)
        {
            recordings[n] = [];
            for (int t = 0; t < samples.Ticks; t++)
            {
                samples.ReadTick(n, t, input);
                runner.SetInput(input);
                recordings[n].Add([.. runner.LastInput().Select((words, i) => (ports[i], model.Buffers[model.Ports[ports[i]].Buffer].Kind == BufferKind.Events, words.ToArray()))]);
            }
        }

        return new ModelInputs(runner.Interpreter, recordings);
    }

    /// <summary>Recordings.</summary>
    public int Count => _ticks.Length;

    /// <summary>Ticks of all recordings.</summary>
    public long TotalTicks { get; }

    /// <summary>Ticks of one recording.</summary>
    public int Ticks(int recording) => _ticks[recording].Count;

    /// <summary>The inputs of a tick, port by port: ascending indices, or values.</summary>
    public IReadOnlyList<(int Port, bool Events, int[] Words)> Tick(int recording, int tick) => _ticks[recording][tick];

    /// <summary>Sets the inputs of a tick.</summary>
    public void Fill(int recording, int tick)
    {
        foreach ((int port, bool events, int[] words) in _ticks[recording][tick])
            _ = events ? _interpreter.SetEvents(port, words, 0, words.Length) : _interpreter.SetValues(port, words, 0);
    }

    /// <summary>Runs all and counts: mean synaptic operations and neuron updates of a tick. Leaves the interpreter reset.</summary>
    public (double SynapticOperations, double NeuronUpdates) CountOperations()
    {
        double synaptic = 0, updates = 0;
        for (int v = 0; v < Count; v++)
        {
            _interpreter.Reset();
            for (int t = 0; t < Ticks(v); t++)
            {
                Fill(v, t);
                _interpreter.Step();
            }

            foreach (Operator each in _interpreter.Model.Operators)
            {
                synaptic += each.SynapticOperations;
                updates += each.NeuronUpdates;
            }
        }

        _interpreter.Reset();
        return (synaptic / Math.Max(1, TotalTicks), updates / Math.Max(1, TotalTicks));
    }

    private static (int Port, bool Events, int[] Words)[] ReadTick(ModelFile model, ref int at, int end)
    {
        List<(int, bool, int[])> ports = [];
        for (int p = 0; p < model.Ports.Length; p++)
        {
            if (model.Ports[p].Kind != PortKind.Input) continue;
            ModelBuffer buffer = model.Buffers[model.Ports[p].Buffer];
            bool events = buffer.Kind == BufferKind.Events;
            int count = buffer.Length;
            if (events)
            {
                Need(at, end, 4);
                count = Word(model, at);
                at += 4;
                if (count < 0 || count > buffer.Length) Need(at, end, long.MaxValue);
            }

            Need(at, end, 4L * count);
            int[] words = new int[count];
            for (int i = 0; i < count; i++) words[i] = Word(model, at + 4 * i);
            at += 4 * count;
            ports.Add((p, events, words));
        }

        return [.. ports];
    }

    private static void Need(int at, int end, long bytes)
    {
        if (bytes > end - at) throw new ConversionException(ErrorCode.ModelRejected, $"offset {at}", "a test vector is malformed", "convert the network again");
    }

    private static int Word(ModelFile model, int at) => BinaryPrimitives.ReadInt32LittleEndian(model.File.AsSpan(at));
}
