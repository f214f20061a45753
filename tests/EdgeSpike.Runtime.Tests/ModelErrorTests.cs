using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using EdgeSpike.Tests;
using Xunit;
using static EdgeSpike.Runtime.ModelError;

namespace EdgeSpike.RuntimeTests;

/// <summary>One broken file or input for each error, made by hand; and files that once broke the reader.</summary>
public sealed class ModelErrorTests
{
    private static readonly Dictionary<Runtime.ModelError, Func<Runtime.ModelError>> Fixtures = new()
    {
        [None] = () => Load(new SmallModel().Builder.Build()),
        [Truncated] = () => Load(new SmallModel().Builder.Build()[..^16]),
        [NotAModel] = () => Load(new SmallModel().Patched((0, 0x04034B50))),
        [Runtime.ModelError.Version] = () => Load(new SmallModel().Patched((4, 2 | (128 << 16)))),
        [Checksum] = () =>
        {
            byte[] file = new SmallModel().Builder.Build();
            file[^1] ^= 1;
            return Load(file);
        },
        [Field] = () => Load(new SmallModel().With<DenseOperator>(SmallModel.Dense, o => o with { Shift = 25 })),
        [Section] = () => Load(new SmallModel().Patched((44, 136))),
        [ArenaLimit] = () => Load(new SmallModel().Builder.Build(), arena: 20),
        [WorkLimit] = () => Load(new SmallModel().Builder.Build(), work: 15),
        [BufferRange] = () =>
        {
            SmallModel model = new();
            return Load(model.Patched((24, 1 + SmallModel.Word(model.Builder.Build(), 24))));
        },
        [BufferOverlap] = () =>
        {
            SmallModel model = new();
            byte[] file = model.Builder.Build();
            int buffers = SmallModel.Word(file, 44);
            return Load(model.Patched((buffers + 16 * SmallModel.Counts + 4, SmallModel.Word(file, buffers + 16 * SmallModel.Membrane + 4))));
        },
        [Runtime.ModelError.BufferUse] = () =>
        {
            SmallModel model = new();
            model.Builder.AddBuffer(BufferKind.Values, 5);
            return Load(model.Builder.Build());
        },
        [Order] = () => Load(new SmallModel().With<DenseOperator>(SmallModel.Dense, o => o with { Source = SmallModel.Spikes, Sources = 3 })),
        [Runtime.ModelError.Index] = () => Load(new SmallModel().With<DenseOperator>(SmallModel.Dense, o => o with { Weights = 99 })),
        [Kind] = () => Load(new SmallModel().With<RunningOperator>(SmallModel.Count, o => o with { Maximum = true })),
        [Size] = () => Load(new SmallModel().With<DenseOperator>(SmallModel.Dense, o => o with { Sources = 3 })),
        [Constant] = () =>
        {
            SmallModel model = new();
            int decay = model.Builder.AddTensor(TensorType.UInt16, [32769]);
            return Load(model.With<NeuronOperator>(SmallModel.Neuron, o => o with { Decay = decay }));
        },
        [Bound] = () => Load(new SmallModel().WithBuffer(SmallModel.Target, b => b with { Bound = 511 })),
        [Runtime.ModelError.Operator] = () =>
        {
            SmallModel model = new();
            int at = SmallModel.Word(model.Builder.Build(), 48);
            return Load(model.Patched((at, 99 | (56 << 16))));
        },
        [Runtime.ModelError.Profile] = () =>
        {
            SmallModel model = new();
            model.Builder.Profile = EdgeSpike.Conversion.Quantization.Profile.Loihi;
            return Load(model.Builder.Build());
        },
        [InputPort] = () => Runs.Load(new SmallModel().Builder.Build()).SetValues(0, [1, 2, 3, 4], 0),
        [InputIndex] = () => Runs.Load(new SmallModel().Builder.Build()).SetEvents(0, [2, 1], 0, 2),
        [Vector] = () =>
        {
            SmallModel model = new();
            byte[] file = model.WithVector([[0, 1]]);
            return Load(model.Patched((SmallModel.Word(file, 76), 10)));
        },
        [VectorDiffers] = () => new Runtime.VectorCheck(Runs.Load(new SmallModel().WithVector([[0, 1]], v => v with { Checksums = [v.Checksums[0] ^ 1] }))).Run(),
    };

    /// <summary>All but what only a build for one model gives; the firmware's tests have that.</summary>
    public static IEnumerable<TheoryDataRow<Runtime.ModelError>> AllErrors() => Enum.GetValues<Runtime.ModelError>().Where(e => e != LeftOut).Select(e => new TheoryDataRow<Runtime.ModelError>(e));

    [Theory]
    [MemberData(nameof(AllErrors))]
    public void Each_error_has_a_file_or_an_input_that_gives_it(Runtime.ModelError error)
    {
        Assert.True(Fixtures.ContainsKey(error), $"no fixture gives {error}: add one, or remove the error");
        Assert.Equal(error, Fixtures[error]());
    }

    [Fact]
    public void An_error_names_the_byte_and_the_operator()
    {
        byte[] file = new SmallModel().With<NeuronOperator>(SmallModel.Neuron, o => o with { Reset = 3 });
        Runtime.Interpreter interpreter = new();
        Assert.Equal(Field, interpreter.Load(file, int.MaxValue, long.MaxValue));
        Assert.Equal(SmallModel.Neuron, interpreter.Model.ErrorOperator);
        Assert.Equal(SmallModel.Word(file, 48) + 56 + 8 + 4 * 6, interpreter.Model.ErrorOffset);
    }

    [Fact]
    public void After_an_error_nothing_of_the_file_before_is_left()
    {
        Runtime.Interpreter interpreter = Runs.Load(new SmallModel().Builder.Build());
        Assert.Equal(Truncated, interpreter.Load(new byte[10], int.MaxValue, long.MaxValue));
        Assert.Empty(interpreter.Arena);
        Assert.Empty(interpreter.Model.Buffers);
        Assert.Empty(interpreter.Model.Operators);
        Assert.Equal(0, interpreter.Model.StringCount);
        Assert.Equal(InputPort, interpreter.SetEvents(0, [], 0, 0));
        interpreter.Step();
    }

    [Fact]
    public void A_model_at_its_limits_is_taken()
    {
        byte[] file = new SmallModel().Builder.Build();
        Runtime.Interpreter interpreter = Runs.Load(file);
        Assert.Equal(None, Load(file, interpreter.Model.ArenaWords, interpreter.Model.Work));
        Assert.Equal(ArenaLimit, Load(file, interpreter.Model.ArenaWords - 1));
        Assert.Equal(WorkLimit, Load(file, work: interpreter.Model.Work - 1));
    }

    [Fact]
    public void Texts_and_labels_are_read_from_the_file()
    {
        Runtime.ModelFile model = Runs.Load(new SmallModel().Builder.Build()).Model;
        Assert.Equal(["left", "right", "rest", ""], Enumerable.Range(0, 4).Select(model.Label));
        Assert.Equal("spikes", model.Text(model.Buffers[SmallModel.Spikes].Name));
        Assert.Equal("layer", model.Text(model.Operators[0].Name));
        Assert.Equal("", model.Text(model.Operators[1].Name));
    }

    [Fact]
    public void A_neuron_without_a_decay_forgets_at_once()
    {
        Runtime.Interpreter interpreter = Runs.Load(new SmallModel().With<NeuronOperator>(SmallModel.Neuron, o => o with { Decay = -1, Reset = 0 }));
        interpreter.SetEvents(0, [0], 0, 1);
        interpreter.Step();
        Assert.Equal([5, -3, 1], Runs.Words(interpreter, SmallModel.Membrane));
        interpreter.Step();
        Assert.Equal([0, 0, 0], Runs.Words(interpreter, SmallModel.Membrane));
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Row_starts_that_do_not_begin_at_0_are_refused(int first)
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Events, 2), sum = model.AddBuffer(BufferKind.Values, 2, 1000);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new SparseOperator
        {
            Source = input,
            Target = sum,
            Weights = model.AddTensor(TensorType.Int8, [1, 2]),
            RowStarts = model.AddTensor(TensorType.Int32, [first, 1, 2]),
            Targets = model.AddTensor(TensorType.UInt16, [0, 1]),
        });
        Assert.Equal(Constant, Load(model.Build()));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 2)]
    public void Targets_that_do_not_ascend_or_lie_outside_are_refused(int first, int second)
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Events, 1), sum = model.AddBuffer(BufferKind.Values, 2, 1000);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new SparseOperator
        {
            Source = input,
            Target = sum,
            Weights = model.AddTensor(TensorType.Int8, [1, 2]),
            RowStarts = model.AddTensor(TensorType.Int32, [0, 2]),
            Targets = model.AddTensor(TensorType.UInt16, [first, second]),
        });
        Assert.Equal(Constant, Load(model.Build()));
    }

    [Theory]
    [InlineData(false, false, None)]
    [InlineData(true, false, Runtime.ModelError.BufferUse)]
    [InlineData(false, true, Runtime.ModelError.BufferUse)]
    public void A_scratch_buffer_is_used_by_its_operator_alone(bool persistent, bool read, Runtime.ModelError expected)
    {
        SmallModel model = new();
        int scratch = model.Builder.AddBuffer(BufferKind.Values, 3, 512, persistent);
        model.WithBuffer(SmallModel.Target, b => b with { Bound = 2000 });
        DenseOperator dense = (DenseOperator)model.Builder.Operators[SmallModel.Dense];
        NeuronOperator neuron = (NeuronOperator)model.Builder.Operators[SmallModel.Neuron];
        model.Builder.ReplaceOperator(SmallModel.Neuron, dense with { Accumulate = true, Shift = 1, Scratch = scratch });
        model.Builder.ReplaceOperator(SmallModel.Count, neuron with { Source = read ? scratch : SmallModel.Target });
        model.Builder.AddOperator(new RunningOperator { Maximum = false, Source = SmallModel.Spikes, Target = SmallModel.Counts });
        Assert.Equal(expected, Load(model.Builder.Build()));
    }

    [Fact]
    public void Sixty_thousand_convolutions_with_extreme_padding_load_in_no_time()
    {
        // Each costs 104 bytes and next to no work per tick, so only the reader itself bounds what it takes to load them. Counting
        // up to the padding, instead of dividing, takes 17,000,000,000 steps a load: more than a minute for as many as there are here.
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Events, 1), sum = model.AddBuffer(BufferKind.Values, 1, int.MaxValue);
        model.AddPort(PortKind.Input, input);
        int weights = model.AddMatrix(TensorType.Int4, [3], 1, 1, out int rowBytes);
        for (int i = 0; i < 60_000; i++)
            model.AddOperator(new ConvolveOperator
            {
                Source = input,
                Target = sum,
                Accumulate = i > 0,
                Weights = weights,
                Window = new ModelWindow { InHeight = 1, InWidth = 1, OutHeight = 1, OutWidth = 1, KernelHeight = 1, KernelWidth = 1, PaddingTop = 65535, PaddingLeft = 65535, DilationHeight = 65535, DilationWidth = 65535 },
                InChannels = 1,
                OutChannels = 1,
                RowBytes = rowBytes,
            });
        byte[] file = model.Build();
        Endless.Refuse("loading", () =>
        {
            for (int i = 0; i < 20; i++) Assert.Equal(None, Load(file, work: 1 << 20));
        });
    }

    private static Runtime.ModelError Load(byte[] file, int arena = int.MaxValue, long work = long.MaxValue)
    {
        Runtime.Interpreter interpreter = new();
        Runtime.ModelError error = interpreter.Load(file, arena, work);
        Assert.Equal(error, interpreter.Model.Error);
        return error;
    }
}
