using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Models of random networks, with vectors made by the host's interpreter: what the device has to reproduce.</summary>
internal static class Models
{
    private const int StateLimit = Conversion.Planning.NeuronOperator.StateLimit;

    /// <summary>Events to recurrent leaky neurons to a Legendre-like state space and to counted output neurons; a delay between.</summary>
    public static byte[] Random(int seed, TensorType weights, int inputs = 12, int hidden = 37, int outputs = 7, int ticks = 40)
    {
        Random random = new(seed);
        ModelBuilder builder = new() { TickNanoseconds = 1_000_000 };
        int input = builder.AddBuffer(BufferKind.Events, inputs, name: "in");
        int sum = builder.AddBuffer(BufferKind.Values, hidden, StateLimit);
        int spikes = builder.AddBuffer(BufferKind.Events, hidden, persistent: true, name: "hidden");
        int membrane = builder.AddBuffer(BufferKind.Values, hidden, StateLimit, persistent: true);
        int current = builder.AddBuffer(BufferKind.Values, hidden, StateLimit, persistent: true);
        int counter = builder.AddBuffer(BufferKind.Values, hidden, 3, persistent: true);
        int delayed = builder.AddBuffer(BufferKind.Events, hidden);
        int delayState = builder.AddBuffer(BufferKind.Words, Conversion.Planning.DelayOperator.StateWords(BufferKind.Events, hidden, 3), persistent: true);
        int scratch = builder.AddBuffer(BufferKind.Values, outputs, StateLimit);
        int sum2 = builder.AddBuffer(BufferKind.Values, outputs, StateLimit);
        int spikes2 = builder.AddBuffer(BufferKind.Events, outputs, persistent: true, name: "out");
        int membrane2 = builder.AddBuffer(BufferKind.Values, outputs, StateLimit, persistent: true);
        int memory = builder.AddBuffer(BufferKind.Values, 6, StateLimit, persistent: true, name: "memory");
        int memoryScratch = builder.AddBuffer(BufferKind.Values, 6, StateLimit);
        int counts = builder.AddBuffer(BufferKind.Values, outputs, int.MaxValue, persistent: true, name: "counts");
        int answer = builder.AddBuffer(BufferKind.Values, 1, outputs, persistent: true);
        int most = weights switch { TensorType.Int4 => 7, TensorType.Int8 => 127, _ => 32767 };

        int Weights(int rows, int columns, out int rowBytes) =>
            builder.AddMatrix(weights, [.. Enumerable.Range(0, rows * columns).Select(_ => random.Next(-most, most + 1))], rows, columns, out rowBytes, weights == TensorType.Int16 ? 2 : 1);

        int w1 = Weights(inputs, hidden, out int bytes1);
        builder.AddOperator(new Conversion.Planning.DenseOperator { Source = input, Target = sum, Weights = w1, Sources = inputs, Width = hidden, RowBytes = bytes1 });
        int w2 = Weights(hidden, hidden, out int bytes2);
        builder.AddOperator(new Conversion.Planning.DenseOperator { Source = spikes, When = 1, Target = sum, Weights = w2, Sources = hidden, Width = hidden, RowBytes = bytes2, Accumulate = true });
        builder.AddOperator(new Conversion.Planning.NeuronOperator
        {
            Source = sum,
            Target = spikes,
            Membrane = membrane,
            Current = current,
            Counter = counter,
            Reset = 2,
            Refractory = 2,
            Decay = builder.AddTensor(TensorType.UInt16, [.. Enumerable.Range(0, hidden).Select(_ => random.Next(20000, 32768))]),
            SynapticDecay = builder.AddTensor(TensorType.UInt16, [random.Next(10000, 30000)]),
            Threshold = builder.AddTensor(TensorType.Int32, [.. Enumerable.Range(0, hidden).Select(_ => random.Next(most, 3 * most))]),
        });
        builder.AddOperator(new Conversion.Planning.DelayOperator { Source = spikes, Target = delayed, State = delayState, Ticks = 3 });
        int w3 = Weights(hidden, outputs, out int bytes3);
        builder.AddOperator(new Conversion.Planning.DenseOperator { Source = spikes, Target = sum2, Weights = w3, Sources = hidden, Width = outputs, RowBytes = bytes3, Shift = 1 });
        int w4 = Weights(hidden, outputs, out int bytes4);
        builder.AddOperator(new Conversion.Planning.DenseOperator { Source = delayed, Target = sum2, Scratch = scratch, Weights = w4, Sources = hidden, Width = outputs, RowBytes = bytes4, Accumulate = true, Shift = -1 });
        builder.AddOperator(new Conversion.Planning.NeuronOperator
        {
            Source = sum2,
            Target = spikes2,
            Membrane = membrane2,
            Reset = 1,
            Comparison = 1,
            Decay = builder.AddTensor(TensorType.UInt16, [30000]),
            Threshold = builder.AddTensor(TensorType.Int32, [2 * most]),
        });
        int matrix = builder.AddMatrix(TensorType.Int16, [.. Enumerable.Range(0, 6 * (6 + outputs)).Select(_ => random.Next(-9000, 9001))], 6, 6 + outputs, out int matrixBytes, 2);
        builder.AddOperator(new Conversion.Planning.StateSpaceOperator
        {
            Source = sum2,
            State = memory,
            Scratch = memoryScratch,
            Repeat = 1,
            Order = 6,
            Inputs = outputs,
            Matrix = matrix,
            RowBytes = matrixBytes,
            Shifts = builder.AddTensor(TensorType.UInt8, [15, 15, 16, 16, 17, 17]),
            Residual = true,
        });
        builder.AddOperator(new RunningOperator { Source = spikes2, Target = counts, Maximum = false });
        builder.AddOperator(new ArgumentMaximumOperator { Source = counts, Target = answer });
        builder.AddPort(PortKind.Input, input, "in");
        builder.AddPort(PortKind.Activity, spikes2, "out");
        builder.AddPort(PortKind.Scores, counts, "counts");
        builder.AddPort(PortKind.Answer, answer, "answer");
        return WithVector(builder, random, inputs, ticks);
    }

    /// <summary>The model with one vector: random input, and what the host's interpreter makes of it.</summary>
    private static byte[] WithVector(ModelBuilder builder, Random random, int inputs, int ticks)
    {
        int[][] events = RandomInput(random, inputs, ticks);
        Interpreter interpreter = Load(builder.Build());
        uint[] checksums = Checksums(interpreter, events);
        List<int> results = [];
        foreach (Runtime.ModelPort port in interpreter.Model.Ports.Where(p => p.Kind is Runtime.PortKind.Scores or Runtime.PortKind.Answer).OrderBy(p => p.Kind))
        {
            Runtime.ModelBuffer buffer = interpreter.Model.Buffers[port.Buffer];
            results.AddRange(interpreter.Arena.AsSpan(buffer.Offset, buffer.Words));
        }

        builder.AddVector(new ModelVector([.. events.Select(e => new[] { e })], checksums, [.. results]));
        return builder.Build();
    }

    /// <summary>Ascending indices for each tick, each active with a chance of a quarter.</summary>
    public static int[][] RandomInput(Random random, int inputs, int ticks) =>
        [.. Enumerable.Range(0, ticks).Select(_ => Enumerable.Range(0, inputs).Where(_ => random.Next(4) == 0).ToArray())];

    /// <summary>The host's interpreter with a model.</summary>
    public static Interpreter Load(byte[] file)
    {
        Interpreter interpreter = new();
        ModelError error = interpreter.Load(file, 1 << 24, long.MaxValue);
        if (error != ModelError.None) throw new InvalidOperationException($"{error} at {interpreter.Model.ErrorOffset}, operator {interpreter.Model.ErrorOperator}");
        return interpreter;
    }

    /// <summary>Checksums of ticks with events at port 0, from a reset.</summary>
    public static uint[] Checksums(Interpreter interpreter, IReadOnlyList<int[]> events)
    {
        interpreter.Reset();
        return [.. events.Select(tick =>
        {
            ModelError error = interpreter.SetEvents(0, tick, 0, tick.Length);
            if (error != ModelError.None) throw new InvalidOperationException(error.ToString());
            return interpreter.StepChecksum();
        })];
    }
}
