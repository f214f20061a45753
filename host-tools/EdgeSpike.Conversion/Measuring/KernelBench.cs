using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Measuring;

/// <summary>One measured kernel.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Size">On how much, and where that lies.</param>
/// <param name="Unit">What is counted: "synaptic events" or "neuron updates".</param>
/// <param name="PerSecond">How many in a second, median over the runs.</param>
/// <param name="Bytes">Bytes that each reads and writes.</param>
/// <param name="Bound">How many in a second the same bytes allow, read at the speed measured for an array of that size.</param>
public sealed record KernelResult(string Name, string Size, string Unit, double PerSecond, double Bytes, double Bound);

/// <summary>
/// Measures the kernels on one core, through the interpreter and models made for it: what is timed is what runs. Inputs
/// are set outside the clock.
/// </summary>
public static class KernelBench
{
    // The same operator several times in a tick, so that the cost of a tick itself does not show.
    private const int Operators = 16;

    /// <summary>Measures all kernels.</summary>
    /// <param name="budget">Time to spend on each.</param>
    /// <param name="progress">Share done.</param>
    public static IReadOnlyList<KernelResult> Run(TimeSpan budget, IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        (string Place, TensorType Type, int Sources, int Width, int Operators)[] dense =
        [
            ("first cache", TensorType.Int8, 128, 128, Operators),
            ("first cache", TensorType.Int8, 64, 256, Operators),
            ("second cache", TensorType.Int8, 512, 512, Operators),
            ("memory", TensorType.Int8, 16384, 8192, 1),
            ("first cache", TensorType.Int16, 64, 128, Operators),
            ("first cache", TensorType.Int4, 128, 128, Operators),
        ];
        List<KernelResult> results = [];
        Dictionary<int, double> bandwidth = [];
        progress.Report(0);
        WarmUp();
        int total = dense.Length + 2;
        foreach ((string place, TensorType type, int sources, int width, int operators) in dense)
        {
            progress.Report((double)results.Count / total);
            double bytes = type switch { TensorType.Int4 => 0.5, TensorType.Int8 => 1, _ => 2 };
            double perSecond = Dense(type, sources, width, operators, budget);
            string size = Size(sources * width * bytes);
            results.Add(new KernelResult($"{Word(type)}, {sources} rows of {width}", $"{size}, {place}", "synaptic events", perSecond, bytes, Bandwidth((int)(sources * width * bytes)) / bytes));
        }

        foreach (bool current in (bool[])[false, true])
        {
            progress.Report((double)results.Count / total);
            const int neurons = 2048;
            // Sum in, membrane in and out; the same for the current.
            double bytes = current ? 20 : 12;
            results.Add(new KernelResult(current ? "neurons with current" : "neurons", $"{neurons}, first cache", "neuron updates", Neurons(neurons, current, budget), bytes, Bandwidth((int)(neurons * bytes)) / bytes));
        }

        return results;

        double Bandwidth(int bytes)
        {
            if (!bandwidth.TryGetValue(bytes, out double known)) bandwidth[bytes] = known = MemoryBandwidth.Measure(bytes, budget / 2);
            return known;
        }
    }

    /// <summary>All kernels once before the first is measured: they share code, and the order must not matter.</summary>
    private static void WarmUp() => Warm.Up(() =>
    {
        foreach (TensorType type in (TensorType[])[TensorType.Int8, TensorType.Int16, TensorType.Int4]) Dense(type, 32, 128, Operators, TimeSpan.Zero);
        Neurons(256, false, TimeSpan.Zero);
        Neurons(256, true, TimeSpan.Zero);
        MemoryBandwidth.Measure(1 << 10, TimeSpan.Zero);
    });

    private static double Dense(TensorType type, int sources, int width, int operators, TimeSpan budget)
    {
        Random random = new(1);
        int limit = type switch { TensorType.Int4 => 7, TensorType.Int8 => 127, _ => 32767 };
        int[] weights = new int[sources * width];
        for (int i = 0; i < weights.Length; i++) weights[i] = random.Next(-limit, limit + 1);
        ModelBuilder builder = new();
        int input = builder.AddBuffer(BufferKind.Events, sources, name: "input");
        long bound = (long)operators * sources * (limit + 1);
        int target = builder.AddBuffer(BufferKind.Values, width, checked((int)bound), name: "sum");
        builder.AddPort(PortKind.Input, input, "input");
        int matrix = builder.AddMatrix(type, weights, sources, width, out int rowBytes, 16);
        for (int i = 0; i < operators; i++)
            builder.AddOperator(new Planning.DenseOperator { Source = input, Target = target, Weights = matrix, Sources = sources, Width = width, RowBytes = rowBytes, Accumulate = i > 0 });
        Interpreter interpreter = Load(builder);
        int[] all = [.. Enumerable.Range(0, sources)];
        double seconds = Time(interpreter, () => interpreter.SetEvents(0, all, 0, all.Length), budget);
        return (double)operators * sources * width / seconds;
    }

    private static double Neurons(int neurons, bool current, TimeSpan budget)
    {
        Random random = new(1);
        ModelBuilder builder = new();
        int input = builder.AddBuffer(BufferKind.Values, neurons, 1 << 20, name: "input");
        builder.AddPort(PortKind.Input, input, "input");
        int decay = builder.AddTensor(TensorType.UInt16, [30000]), threshold = builder.AddTensor(TensorType.Int32, [1 << 16]);
        for (int i = 0; i < Operators; i++)
        {
            int membrane = builder.AddBuffer(BufferKind.Values, neurons, (1 << 28) - 1, persistent: true, name: $"membrane {i}");
            int state = current ? builder.AddBuffer(BufferKind.Values, neurons, (1 << 28) - 1, persistent: true, name: $"current {i}") : -1;
            int spikes = builder.AddBuffer(BufferKind.Events, neurons, name: $"spikes {i}");
            builder.AddOperator(new Planning.NeuronOperator { Source = input, Target = spikes, Membrane = membrane, Current = state, Reset = 2, Decay = decay, SynapticDecay = current ? decay : -1, Threshold = threshold });
        }

        Interpreter interpreter = Load(builder);
        int[] values = new int[neurons];
        // About one neuron in twenty spikes in a tick.
        for (int i = 0; i < neurons; i++) values[i] = random.Next(0, current ? 700 : 8000);
        double seconds = Time(interpreter, () => interpreter.SetValues(0, values, 0), budget);
        return (double)Operators * neurons / seconds;
    }

    /// <summary>Median seconds of a tick.</summary>
    private static double Time(Interpreter interpreter, Func<ModelError> fill, TimeSpan budget)
    {
        List<double> ticks = [];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < budget || ticks.Count < 8)
        {
            fill();
            long before = Stopwatch.GetTimestamp();
            interpreter.Step();
            ticks.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
        }

        ticks.Sort();
        return ticks[ticks.Count / 2];
    }

    private static Interpreter Load(ModelBuilder builder)
    {
        Interpreter interpreter = new();
        ModelError error = interpreter.Load(builder.Build(), int.MaxValue, long.MaxValue);
        if (error != ModelError.None) throw new InvalidOperationException($"a model made for measuring was refused: {error} at offset {interpreter.Model.ErrorOffset}");
        return interpreter;
    }

    private static string Word(TensorType type) => type.ToString().ToLowerInvariant();

    private static string Size(double bytes) => bytes >= 1 << 20 ? $"{(bytes / (1 << 20)).ToString("0", CultureInfo.InvariantCulture)} MiB" : $"{(bytes / 1024).ToString("0", CultureInfo.InvariantCulture)} KiB";
}
