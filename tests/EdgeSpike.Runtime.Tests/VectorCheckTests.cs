using System;
using System.Buffers.Binary;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using EdgeSpike.Tests;
using Xunit;
using static EdgeSpike.Runtime.ModelError;

namespace EdgeSpike.RuntimeTests;

/// <summary>A file that proves itself, and files that fail to.</summary>
public sealed class VectorCheckTests
{
    private static readonly int[][] Ticks = [[0, 2], [], [1], [0, 1, 2, 3], [3]];

    [Fact]
    public void A_file_proves_itself_and_leaves_the_interpreter_reset()
    {
        SmallModel model = new();
        model.WithVector(Ticks);
        Runtime.Interpreter interpreter = Runs.Load(model.WithVector([[3], [3], [3]]));
        interpreter.SetEvents(0, [0], 0, 1);
        interpreter.Step();
        Runtime.VectorCheck check = new(interpreter);
        Assert.Equal(None, check.Run());
        Assert.Equal(8, check.Ticks);
        Assert.Equal(2, check.Vector);
        Assert.Equal(0, interpreter.Ticks);
        Assert.All(interpreter.Arena, word => Assert.Equal(0, word));
        Assert.Equal(None, check.Run());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_wrong_checksum_is_found_at_its_vector_and_tick(int tick)
    {
        SmallModel model = new();
        model.WithVector([[3], [3]]);
        byte[] file = model.WithVector(Ticks, v => v with { Checksums = [.. v.Checksums.Select((c, t) => t == tick ? c ^ 0x80000000 : c)] });
        Runtime.VectorCheck check = new(Runs.Load(file));
        Assert.Equal(VectorDiffers, check.Run());
        Assert.Equal((1, tick), (check.Vector, check.Tick));
        Assert.Equal(2 + tick + 1, check.Ticks);
    }

    [Fact]
    public void A_wrong_result_is_found_behind_the_last_tick()
    {
        for (int word = 0; word < 10; word++)
        {
            int wrong = word;
            byte[] file = new SmallModel().WithVector(Ticks, v => v with { Results = [.. v.Results.Select((r, i) => i == wrong ? r + 1 : r)] });
            Runtime.VectorCheck check = new(Runs.Load(file));
            Assert.Equal(VectorDiffers, check.Run());
            Assert.Equal((0, Ticks.Length), (check.Vector, check.Tick));
        }
    }

    [Fact]
    public void A_changed_weight_is_found_by_its_spikes()
    {
        byte[] file = new SmallModel().WithVector(Ticks);
        int table = SmallModel.Word(file, 56), weights = SmallModel.Word(file, table + 4);
        file[weights] = 127;
        ModelBuilder.Reseal(file);
        Runtime.VectorCheck check = new(Runs.Load(file));

        // 11 or 133 is above the threshold either way; what is left after the subtraction shows in the next tick.
        Assert.Equal(VectorDiffers, check.Run());
        Assert.Equal((0, 1), (check.Vector, check.Tick));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0, 4)]
    [InlineData(0, 0)]
    [InlineData(0, -4)]
    [InlineData(0, int.MaxValue - 3)]
    [InlineData(0, 1000)]
    [InlineData(4, -1)]
    [InlineData(4, int.MinValue)]
    public void A_record_of_impossible_size_is_refused_when_the_file_is_loaded(int offset, int word)
    {
        SmallModel model = new();
        int at = SmallModel.Word(model.WithVector(Ticks), 76);
        Runtime.Interpreter interpreter = new();
        Assert.Equal(Vector, interpreter.Load(model.Patched((at + offset, word)), int.MaxValue, long.MaxValue));
        Assert.Equal(at, interpreter.Model.ErrorOffset);
    }

    [Theory]
    [InlineData(4, 6, "more ticks than the record holds")]
    [InlineData(4, 4, "fewer ticks than the record holds")]
    [InlineData(4, int.MaxValue, "a walk without end")]
    [InlineData(8, 5, "more events than the port has elements")]
    [InlineData(8, -1, "a negative count")]
    [InlineData(12, 3, "indices that descend")]
    [InlineData(16, 4, "an index outside the port")]
    public void A_record_that_does_not_fit_the_ports_is_named_as_such(int offset, int word, string why)
    {
        SmallModel model = new();
        int at = SmallModel.Word(model.WithVector(Ticks), 76);
        Runtime.VectorCheck check = new(Runs.Load(model.Patched((at + offset, word))));
        Runtime.ModelError error = None;
        Endless.Refuse(why, () => error = check.Run());
        Assert.True(error is Vector or VectorDiffers, $"{why}: {error}");
        Assert.True(offset == 4 && word < 6 || error == Vector, $"{why}: {error}");
        Assert.Equal(0, check.Vector);
        Assert.InRange(check.Ticks, 0, Ticks.Length);
    }

    [Fact]
    public void A_record_with_words_left_over_is_malformed()
    {
        byte[] file = new SmallModel().WithVector(Ticks, v => v with { Results = [.. v.Results, 0] });
        Assert.Equal(Vector, new Runtime.VectorCheck(Runs.Load(file)).Run());
        file = new SmallModel().WithVector(Ticks, v => v with { Results = v.Results[..^1] });
        Assert.Equal(Vector, new Runtime.VectorCheck(Runs.Load(file)).Run());
    }

    [Fact]
    public void Two_billion_ticks_without_an_input_are_not_walked_through()
    {
        // A neuron that feeds itself: no input port, so a tick of a record takes no bytes but its checksum.
        ModelBuilder model = new();
        int spikes = model.AddBuffer(BufferKind.Events, 1, 1, true), sum = model.AddBuffer(BufferKind.Values, 1, 200);
        int membrane = model.AddBuffer(BufferKind.Values, 1, NeuronOperator.StateLimit, true);
        int weights = model.AddMatrix(TensorType.Int8, [3], 1, 1, out int rowBytes);
        model.AddOperator(new DenseOperator { Source = spikes, When = 1, Target = sum, Weights = weights, Sources = 1, Width = 1, RowBytes = rowBytes });
        model.AddOperator(new NeuronOperator { Source = sum, Target = spikes, Membrane = membrane, Threshold = model.AddTensor(TensorType.Int32, [2]) });
        model.AddVector(new ModelVector([[]], [0], []));
        byte[] file = model.Build();
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SmallModel.Word(file, 76) + 4), int.MaxValue);
        ModelBuilder.Reseal(file);
        Runtime.VectorCheck check = new(Runs.Load(file));

        // A walk takes seconds, as many as there are here an hour.
        Endless.Refuse("the check", () =>
        {
            for (int i = 0; i < 1000; i++) Assert.Equal(Vector, check.Run());
        });
        Assert.Equal(0, check.Ticks);
    }

    [Fact]
    public void Random_models_prove_themselves() => Many.Seeds(7_000_000, 300, seed =>
    {
        Runtime.VectorCheck check = new(Runs.Load(Runs.WithVectors(RandomModels.Make(seed), 3, 4)));
        Assert.Equal(None, check.Run());
        Assert.Equal(4 + 5 + 6, check.Ticks);
    });
}
