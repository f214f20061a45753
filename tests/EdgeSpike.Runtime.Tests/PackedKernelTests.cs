extern alias packed;
extern alias scalar;
using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using Xunit;
using Packed = packed::EdgeSpike.Runtime;
using Portable = scalar::EdgeSpike.Runtime;

namespace EdgeSpike.RuntimeTests;

/// <summary>The kernels of 32-bit cores against the plain ones, on random models and on what their lanes find hardest.</summary>
public sealed class PackedKernelTests
{
    [Fact]
    public void Packed_kernels_leave_the_same_arena_after_every_tick()
    {
        Many.Seeds(9_000_000, Many.Number("EDGESPIKE_MODELS", 5_000), seed =>
        {
            RandomModel model = RandomModels.Make(seed);
            Random random = new(seed);
            int ticks = 3 + random.Next(6);
            Equal(model.File, [.. Enumerable.Range(0, ticks).Select(_ => model.Inputs(random))]);
        });
    }

    /// <summary>Every weight at an end of its range, every source active: more rows than a pass has, at all widths around a block.</summary>
    [Theory]
    [InlineData(TensorType.Int8, -128, 127)]
    [InlineData(TensorType.Int16, -32768, 32767)]
    [InlineData(TensorType.Int4, -8, 7)]
    public void Lanes_hold_the_extremes_of_any_number_of_rows(TensorType type, int least, int most)
    {
        Random random = new(1);
        foreach (int sources in new[] { 1, 2, 3, 4, 5, 63, 64, 65, 130, 300 })
            for (int width = 1; width <= 40; width++)
                foreach (int alignment in new[] { 1, 4 })
                {
                    ModelBuilder builder = new();
                    int input = builder.AddBuffer(BufferKind.Events, sources);
                    builder.AddPort(PortKind.Input, input);
                    int sum = builder.AddBuffer(BufferKind.Values, width, int.MaxValue, persistent: true);
                    int[] weights = [.. Enumerable.Range(0, sources * width).Select(_ => random.Next(3) switch { 0 => least, 1 => most, _ => random.Next(least, most + 1) })];
                    int tensor = builder.AddMatrix(type, weights, sources, width, out int rowBytes, alignment);
                    for (int i = 0; i < 3; i++)
                        builder.AddOperator(new DenseOperator
                        {
                            Source = input, Target = sum, Accumulate = i > 0, Shift = i == 0 ? random.Next(3) : 0, Weights = tensor, Sources = sources, Width = width, RowBytes = rowBytes,
                        });
                    builder.AddPort(PortKind.Scores, sum);
                    byte[] file = builder.Build();
                    int[] all = [.. Enumerable.Range(0, sources)];
                    Equal(file, [[all], [[.. all.Where(_ => random.Next(2) == 0)]], [[]], [all]]);
                }
    }

    /// <summary>Inputs that no connection has summed: nothing but their bound tells what a tick can add.</summary>
    [Fact]
    public void Neurons_that_read_an_input_are_clamped_as_well()
    {
        const int limit = (1 << 28) - 1;
        ModelBuilder builder = new();
        int input = builder.AddBuffer(BufferKind.Values, 3, limit), membrane = builder.AddBuffer(BufferKind.Values, 3, limit, persistent: true);
        int spikes = builder.AddBuffer(BufferKind.Events, 3);
        builder.AddPort(PortKind.Input, input);
        builder.AddOperator(new NeuronOperator
        {
            Source = input, Target = spikes, Membrane = membrane, Decay = builder.AddTensor(TensorType.UInt16, [32768]), Threshold = builder.AddTensor(TensorType.Int32, [limit]),
        });
        int[][] tick = [[limit, -limit, 5]];
        Equal(builder.Build(), [tick, tick, tick]);
    }

    /// <summary>A bias that fits beside the shifted sum, but not beside the sum before its shift.</summary>
    [Fact]
    public void Neurons_behind_a_shifted_sum_with_a_large_bias_are_clamped_as_well()
    {
        const int limit = (1 << 28) - 1, bias = int.MaxValue - (1 << 20);
        ModelBuilder builder = new();
        int input = builder.AddBuffer(BufferKind.Events, 512), sum = builder.AddBuffer(BufferKind.Values, 2, int.MaxValue);
        int membrane = builder.AddBuffer(BufferKind.Values, 2, limit, persistent: true), spikes = builder.AddBuffer(BufferKind.Events, 2);
        builder.AddPort(PortKind.Input, input);
        int weights = builder.AddMatrix(TensorType.Int16, [.. Enumerable.Repeat(short.MaxValue, 1024).Select(w => (int)w)], 512, 2, out int rowBytes);
        builder.AddOperator(new DenseOperator
        {
            Source = input, Target = sum, Shift = -7, Weights = weights, Bias = builder.AddTensor(TensorType.Int32, [bias, -bias]), Sources = 512, Width = 2, RowBytes = rowBytes,
        });
        builder.AddOperator(new NeuronOperator
        {
            Source = sum, Target = spikes, Membrane = membrane, Decay = builder.AddTensor(TensorType.UInt16, [32768]), Threshold = builder.AddTensor(TensorType.Int32, [limit]),
        });
        int[][] tick = [[.. Enumerable.Range(0, 512)]];
        Equal(builder.Build(), [tick, tick, tick]);
    }

    private static void Equal(byte[] file, IReadOnlyList<int[][]> ticks)
    {
        Packed.Interpreter fast = new();
        Portable.Interpreter plain = new();
        Assert.Equal(Packed.ModelError.None, fast.Load(file, int.MaxValue, long.MaxValue));
        Assert.Equal(Portable.ModelError.None, plain.Load(file, int.MaxValue, long.MaxValue));
        for (int t = 0; t < ticks.Count; t++)
        {
            Fill(fast, ticks[t]);
            Runs.Fill(plain, ticks[t]);
            Assert.Equal(plain.StepChecksum(), fast.StepChecksum());
            Assert.True(plain.Arena.AsSpan().SequenceEqual(fast.Arena), $"tick {t}: word {plain.Arena.AsSpan().CommonPrefixLength(fast.Arena)} differs");
        }

        for (int i = 0; i < plain.Model.Operators.Length; i++)
        {
            Portable.Operator a = plain.Model.Operators[i];
            Packed.Operator b = fast.Model.Operators[i];
            Assert.Equal((a.Spikes, a.Saturations, a.NeuronUpdates, a.SynapticOperations), (b.Spikes, b.Saturations, b.NeuronUpdates, b.SynapticOperations));
        }
    }

    private static void Fill(Packed.Interpreter interpreter, int[][] inputs)
    {
        int next = 0;
        for (int p = 0; p < interpreter.Model.Ports.Length; p++)
        {
            if (interpreter.Model.Ports[p].Kind != Packed.PortKind.Input) continue;
            int[] data = inputs[next++];
            bool events = interpreter.Model.Buffers[interpreter.Model.Ports[p].Buffer].Kind == Packed.BufferKind.Events;
            Assert.Equal(Packed.ModelError.None, events ? interpreter.SetEvents(p, data, 0, data.Length) : interpreter.SetValues(p, data, 0));
        }
    }
}
