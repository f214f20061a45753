extern alias scalar;
using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using Xunit;
using Portable = scalar::EdgeSpike.Runtime;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>Loading and feeding models, and the vectors that a model's own run gives.</summary>
internal static class Runs
{
    /// <summary>A loaded model without limits; fails with the reason when it is refused.</summary>
    public static Runtime.Interpreter Load(byte[] file)
    {
        Runtime.Interpreter interpreter = new();
        Runtime.ModelError error = interpreter.Load(file, int.MaxValue, long.MaxValue);
        Assert.True(error == Runtime.ModelError.None, $"{error} at byte {interpreter.Model.ErrorOffset}, operator {interpreter.Model.ErrorOperator}");
        return interpreter;
    }

    /// <summary>Fills all input ports, in order.</summary>
    public static void Fill(Runtime.Interpreter interpreter, IReadOnlyList<int[]> inputs)
    {
        int next = 0;
        for (int p = 0; p < interpreter.Model.Ports.Length; p++)
        {
            if (interpreter.Model.Ports[p].Kind != Runtime.PortKind.Input) continue;
            int[] data = inputs[next++];
            bool events = interpreter.Model.Buffers[interpreter.Model.Ports[p].Buffer].Kind == Runtime.BufferKind.Events;
            Assert.Equal(Runtime.ModelError.None, events ? interpreter.SetEvents(p, data, 0, data.Length) : interpreter.SetValues(p, data, 0));
        }
    }

    /// <summary>Fills all input ports, in order.</summary>
    public static void Fill(Portable.Interpreter interpreter, IReadOnlyList<int[]> inputs)
    {
        int next = 0;
        for (int p = 0; p < interpreter.Model.Ports.Length; p++)
        {
            if (interpreter.Model.Ports[p].Kind != Portable.PortKind.Input) continue;
            int[] data = inputs[next++];
            bool events = interpreter.Model.Buffers[interpreter.Model.Ports[p].Buffer].Kind == Portable.BufferKind.Events;
            Assert.Equal(Portable.ModelError.None, events ? interpreter.SetEvents(p, data, 0, data.Length) : interpreter.SetValues(p, data, 0));
        }
    }

    /// <summary>
    /// Both hold the same in every buffer that keeps its content: values, words, and lists of events up to their count (behind it
    /// a kernel may leave what it likes, as in the place of a transient buffer whose time is over).
    /// </summary>
    public static void AssertSameState(Runtime.Interpreter fast, Portable.Interpreter plain, int tick)
    {
        foreach (Runtime.ModelBuffer buffer in fast.Model.Buffers)
            if (buffer.Persistent && !Held(buffer, plain.Arena).SequenceEqual(Held(buffer, fast.Arena)))
                Assert.Fail($"tick {tick}: fast and plain kernels differ in the buffer that operator {buffer.FirstWriter} begins");
    }

    private static ReadOnlySpan<int> Held(Runtime.ModelBuffer buffer, int[] arena) =>
        arena.AsSpan(buffer.Offset, buffer.Kind == Runtime.BufferKind.Events ? arena[buffer.Offset] + 1 : buffer.Words);

    /// <summary>The words of a buffer now.</summary>
    public static int[] Words(Runtime.Interpreter interpreter, int buffer)
    {
        Runtime.ModelBuffer b = interpreter.Model.Buffers[buffer];
        return interpreter.Arena[b.Offset..(b.Offset + b.Words)];
    }

    /// <summary>Adds vectors that the model itself makes of random input, and returns the file with them.</summary>
    public static byte[] WithVectors(RandomModel model, int vectors, int ticks)
    {
        Random random = new(model.Seed);
        Runtime.Interpreter interpreter = Load(model.File);
        for (int v = 0; v < vectors; v++)
        {
            interpreter.Reset();
            List<int[][]> inputs = [];
            List<uint> checksums = [];
            for (int t = 0; t < ticks + v; t++)
            {
                inputs.Add(model.Inputs(random));
                Fill(interpreter, inputs[t]);
                checksums.Add(interpreter.StepChecksum());
            }

            int[] results = [.. new[] { PortKind.Scores, PortKind.Sums, PortKind.Answer }
                .SelectMany(kind => model.Builder.Ports.Where(p => p.Kind == kind))
                .SelectMany(p => Words(interpreter, p.Buffer))];
            model.Builder.AddVector(new ModelVector(inputs, checksums, results));
        }

        return model.Builder.Build();
    }
}
