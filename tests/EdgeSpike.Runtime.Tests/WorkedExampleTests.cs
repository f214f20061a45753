using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.RuntimeTests.Support;
using Xunit;

namespace EdgeSpike.RuntimeTests;

/// <summary>Examples worked out by hand from runtime/ARITHMETIC.md: small enough to be followed on paper.</summary>
public sealed class WorkedExampleTests
{
    private const int Half = 16384, Whole = 32768, L = (1 << 28) - 1;

    [Fact]
    public void A_decay_rounds_down_so_a_negative_membrane_ends_at_minus_1()
    {
        // floor(-5/2) = -3, floor(-3/2) = -2, floor(-2/2) = -1, floor(-1/2) = -1; 5 -> 2 -> 1 -> 0.
        Assert.Equal([-5, -3, -2, -1, -1], Membranes(new() { Decay = Half }, -5, 0, 0, 0, 0));
        Assert.Equal([5, 2, 1, 0, 0], Membranes(new() { Decay = Half }, 5, 0, 0, 0, 0));
    }

    [Fact]
    public void A_right_shift_of_a_sum_rounds_down_and_acts_on_the_sum()
    {
        // (3 + 3) >> 1 = 3, not 1 + 1; (-3 + -3) >> 1 = -3, not -2 + -2; (-3 + -4) >> 1 = floor(-3.5) = -4.
        Assert.Equal([3], Dense([3, 3], -1));
        Assert.Equal([-3], Dense([-3, -3], -1));
        Assert.Equal([-4], Dense([-3, -4], -1));
        Assert.Equal([-1], Dense([-1, 0], -31));
        Assert.Equal([28], Dense([3, 4], 2));
    }

    [Fact]
    public void A_rescaled_value_rounds_half_up()
    {
        // 3/2 = 1.5 -> 2, -3/2 = -1.5 -> -1, 1/2 -> 1, -1/2 -> 0, -5/4 = -1.25 -> -1, -7/4 = -1.75 -> -2, -6/4 = -1.5 -> -1.
        Assert.Equal([2, -1, 1, 0], Scaled(1, [3, -3, 1, -1]));
        Assert.Equal([-1, -2, -1, 2], Scaled(2, [-5, -7, -6, 6]));
    }

    [Fact]
    public void Subtraction_now_leaves_the_rest_and_subtraction_next_takes_it_a_tick_later()
    {
        // 10 a tick, threshold 8, no leak. Now: 10 - 8 = 2, 12 - 8 = 4, 14 - 8 = 6, 16 - 8 = 8.
        Example now = new() { Decay = Whole, Threshold = 8, Reset = 2 };
        Assert.Equal([2, 4, 6, 8], Membranes(now, 10, 10, 10, 10));
        Assert.Equal([1, 1, 1, 1], Spikes(now, 10, 10, 10, 10));

        // Next: 10; 10 + 10 - 8 = 12; 12 - 8 = 4 is no spike; 4 + 3 = 7, nothing is taken.
        Example next = now with { ResetTime = 1 };
        Assert.Equal([10, 12, 4, 7], Membranes(next, 10, 10, 0, 3));
        Assert.Equal([1, 1, 0, 0], Spikes(next, 10, 10, 0, 3));
    }

    [Fact]
    public void A_reset_to_a_value_next_tick_decays_that_value()
    {
        // 20 > 8: at the next tick v is 6 first, halves to 3, plus 1 = 4. Now: 6 at once, then 3 + 1 = 4 too.
        Example next = new() { Decay = Half, Threshold = 8, Reset = 1, ResetTime = 1, ResetValue = 6 };
        Assert.Equal([20, 4], Membranes(next, 20, 1));
        Assert.Equal([6, 4], Membranes(next with { ResetTime = 0 }, 20, 1));
    }

    [Fact]
    public void Without_a_reset_a_neuron_spikes_as_long_as_it_is_above()
    {
        Assert.Equal([1, 1, 1, 0], Spikes(new() { Decay = Half, Threshold = 2 }, 16, 0, 0, 0));      // 16, 8, 4, 2
        Assert.Equal([1, 1, 1, 1], Spikes(new() { Decay = Half, Threshold = 2, Comparison = 1 }, 16, 0, 0, 0));
    }

    [Fact]
    public void A_refractory_neuron_neither_integrates_nor_spikes_for_its_ticks()
    {
        Example neuron = new() { Decay = Whole, Threshold = 8, Reset = 1, Refractory = 2 };
        Assert.Equal([1, 0, 0, 1, 0], Spikes(neuron, 10, 10, 10, 10, 10));
        Assert.Equal([0, 0, 0, 0, 0], Membranes(neuron, 10, 10, 10, 10, 10));

        // Reset on the next tick, by subtraction: it is taken in the first refractory tick, once. 20, then 12, 12, then 12 + 1.
        Example next = neuron with { Reset = 2, ResetTime = 1 };
        Assert.Equal([20, 12, 12, 13], Membranes(next, 20, 1, 1, 1));
        Assert.Equal([1, 0, 0, 1], Spikes(next, 20, 1, 1, 1));
    }

    [Fact]
    public void Several_spikes_a_tick_are_subtractions_up_to_the_most()
    {
        // 10: 7, 4, stop at 2 spikes; 4 + 10 = 14: 11, 8; 8 + 0: 5, 2.
        Example neuron = new() { Decay = Whole, Threshold = 3, Reset = 2, MostSpikes = 2 };
        Assert.Equal([2, 2, 2, 0], Spikes(neuron, 10, 10, 0, 0));
        Assert.Equal([4, 8, 2, 2], Membranes(neuron, 10, 10, 0, 0));
    }

    [Fact]
    public void A_current_drives_with_its_new_or_its_old_value()
    {
        // Current 8, 4, 2, 1. New: 8, 12, 14, 15. Old: 0, 8, 12, 14.
        Example neuron = new() { Decay = Whole, SynapticDecay = Half };
        Assert.Equal([8, 12, 14, 15], Membranes(neuron, 8, 0, 0, 0));
        Assert.Equal([0, 8, 12, 14], Membranes(neuron with { CurrentOrder = 1 }, 8, 0, 0, 0));
    }

    [Fact]
    public void A_membrane_saturates_at_L_and_a_reset_may_not_carry_it_further()
    {
        Assert.Equal([L, L], Membranes(new() { Decay = Whole }, int.MaxValue, int.MaxValue));
        Assert.Equal([-L, -L], Membranes(new() { Decay = Whole }, -int.MaxValue, -1));

        // A negative threshold is subtracted: 0 - -L would be L, 5 more would be beyond.
        Assert.Equal([L], Membranes(new() { Decay = Whole, Threshold = -L, Reset = 2 }, 5));
        Assert.Equal([5, L], Membranes(new() { Decay = Whole, Threshold = -L, Reset = 2, ResetTime = 1, Refractory = 1 }, 5, 0));

        // 2^24 << 4 is L + 1: the input is clamped to (L >> 4) << 4.
        Assert.Equal([L >> 4 << 4], Membranes(new() { InputShift = 4 }, 1 << 24));
    }

    [Fact]
    public void The_lower_limit_holds_the_membrane_but_not_the_reset()
    {
        Example neuron = new() { Decay = Whole, LowerLimit = -2, Threshold = 8, Reset = 1, ResetValue = -7 };
        Assert.Equal([-2, 1, -7, -2], Membranes(neuron, -100, 3, 9, 0));
    }

    [Fact]
    public void The_initial_membrane_decays_in_the_first_tick_and_counts_as_a_spike_of_the_tick_before()
    {
        Assert.Equal([5, 2], Membranes(new() { Decay = Half, Initial = 10 }, 0, 0));
        Assert.Equal([1, 0], Membranes(new() { Decay = Half, Initial = 10, Threshold = 4, Reset = 2, ResetTime = 1 }, 0, 0));     // 10/2 - 4
    }

    [Fact]
    public void A_loop_closes_with_a_delay_of_one_tick()
    {
        // An input of 1 tick starts it: the neuron spikes, its spike of the tick before keeps it spiking.
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Values, 1, 100), spikes = model.AddBuffer(BufferKind.Events, 1, 1, true);
        int sum = model.AddBuffer(BufferKind.Values, 1, 1000), membrane = model.AddBuffer(BufferKind.Values, 1, L, true);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new AddOperator { Source = input, Target = sum });
        int weights = model.AddMatrix(TensorType.Int8, [10], 1, 1, out int rowBytes);
        model.AddOperator(new DenseOperator { Source = spikes, When = 1, Target = sum, Accumulate = true, Weights = weights, Sources = 1, Width = 1, RowBytes = rowBytes });
        model.AddOperator(new NeuronOperator { Source = sum, Target = spikes, Membrane = membrane, Threshold = model.AddTensor(TensorType.Int32, [5]) });
        Runtime.Interpreter run = Runs.Load(model.Build());
        List<int> membranes = [];
        foreach (int x in (int[])[0, 7, 0, 0, -20, 0])
        {
            run.SetValues(0, [x], 0);
            run.Step();
            membranes.Add(Runs.Words(run, membrane)[0]);
        }

        Assert.Equal([0, 7, 10, 10, -10, 0], membranes);
    }

    [Fact]
    public void A_residual_state_space_adds_half_up_to_what_it_holds()
    {
        // m' = m + round(-m + 2u, 1): u = 3: 0 + 3 = 3; then 3 + (-3 + 1 >> 1) = 2; 2 - 1 = 1; 1 + (-1 + 1 >> 1) = 1.
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Values, 1, 100), state = model.AddBuffer(BufferKind.Values, 1, L, true), scratch = model.AddBuffer(BufferKind.Values, 1, L);
        model.AddPort(PortKind.Input, input);
        int matrix = model.AddMatrix(TensorType.Int8, [-1, 1], 1, 2, out int rowBytes);
        model.AddOperator(new StateSpaceOperator
        {
            Source = input,
            State = state,
            Scratch = scratch,
            Order = 1,
            Inputs = 1,
            Matrix = matrix,
            RowBytes = rowBytes,
            Shifts = model.AddTensor(TensorType.UInt8, [1]),
            Residual = true,
            InputShift = 1,
        });
        Assert.Equal([3, 2, 1, 1], Follow(model, state, 3, 0, 0, 0));
    }

    [Fact]
    public void Sums_are_64_bits_in_two_words_and_a_tie_goes_to_the_lowest_index()
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Values, 3, int.MaxValue), sums = model.AddBuffer(BufferKind.Words, 6, 1, true), answer = model.AddBuffer(BufferKind.Values, 1, 3, true);
        int counts = model.AddBuffer(BufferKind.Values, 3, int.MaxValue, true), most = model.AddBuffer(BufferKind.Values, 3, int.MaxValue, true);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new SumOperator { Source = input, State = sums });
        model.AddOperator(new ArgumentMaximumOperator { Source = sums, Target = answer });
        model.AddOperator(new RunningOperator { Maximum = false, Source = input, Target = counts });
        model.AddOperator(new RunningOperator { Maximum = true, Source = input, Target = most });
        Runtime.Interpreter run = Runs.Load(model.Build());
        Assert.Equal([-int.MaxValue, -int.MaxValue, -int.MaxValue], Runs.Words(run, most));
        for (int t = 0; t < 2; t++)
        {
            run.SetValues(0, [-1, int.MaxValue, int.MaxValue], 0);
            run.Step();
        }

        // 2 (2^31 - 1) = 2^32 - 2: low word -2, high word 0; -2: both words of all ones but the last bit.
        Assert.Equal([-2, -1, -2, 0, -2, 0], Runs.Words(run, sums));
        Assert.Equal([1], Runs.Words(run, answer));
        Assert.Equal([-2, int.MaxValue, int.MaxValue], Runs.Words(run, counts));
        Assert.Equal([-1, int.MaxValue, int.MaxValue], Runs.Words(run, most));
        Assert.Equal(2, run.Model.Operators[2].Saturations);
    }

    [Fact]
    public void A_loihi_membrane_decays_toward_zero_and_a_current_forgets_at_4095()
    {
        // du = 4095: no memory. a = 1: u = 64. dv = 2048 halves toward zero: 64, 32 + 0, ..., 1, 0; negative alike: -1 -> 0.
        ModelBuilder model = new() { Profile = Profile.Loihi };
        int input = model.AddBuffer(BufferKind.Values, 1, 1000), sum = model.AddBuffer(BufferKind.Values, 1, 1000), spikes = model.AddBuffer(BufferKind.Events, 1, 1, true);
        int membrane = model.AddBuffer(BufferKind.Values, 1, (1 << 23) - 1, true), current = model.AddBuffer(BufferKind.Values, 1, int.MaxValue, true);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new AddOperator { Source = input, Target = sum });
        model.AddOperator(new LoihiNeuronOperator
        {
            Source = sum,
            Target = spikes,
            Membrane = membrane,
            Current = current,
            CurrentDecay = 4095,
            MembraneDecay = 2048,
            Threshold = model.AddTensor(TensorType.Int32, [640]),
        });
        Assert.Equal([64, 32, 16, 8, 4, 2, 1, 0], Follow(model, membrane, 1, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal([-64, -32, -16, -8, -4, -2, -1, 0], Follow(model, membrane, -1, 0, 0, 0, 0, 0, 0, 0));

        // Strictly above: 640 does not spike, 320 + 384 = 704 does and is set to 0.
        Assert.Equal([640, 0, 64], Follow(model, membrane, 10, 6, 1));
    }

    [Fact]
    public void The_checksum_is_that_of_the_indices_that_spike()
    {
        Runtime.Interpreter run = Runs.Load(new SmallModel().Builder.Build());
        run.SetEvents(0, [0, 3], 0, 2);                 // 5 - 1, -3 + 2, 1 + 9: only neuron 2 reaches 10, and 10 > 10 does not hold
        Assert.Equal(unchecked(2166136261u * 16777619), run.StepChecksum());
        run.SetEvents(0, [0, 1, 2], 0, 3);              // neuron 0: floor(4 * 0.9155) + 13 = 16 > 8; 1: -1 + 4 = 3; 2: 9 + 0 = 9
        Assert.Equal(unchecked(((2166136261u ^ 1) * 16777619) * 16777619), run.StepChecksum());
    }

    private sealed record Example
    {
        public int Decay { get; init; }

        public int SynapticDecay { get; init; } = -1;

        public int? Threshold { get; init; }

        public int Reset { get; init; }

        public int ResetTime { get; init; }

        public int ResetValue { get; init; }

        public int Comparison { get; init; }

        public int CurrentOrder { get; init; }

        public int Refractory { get; init; }

        public int MostSpikes { get; init; } = 1;

        public int LowerLimit { get; init; } = -L;

        public int InputShift { get; init; }

        public int Initial { get; init; }
    }

    private static int[] Membranes(Example example, params int[] inputs) => Run(example, inputs).Membranes;

    private static int[] Spikes(Example example, params int[] inputs) => Run(example, inputs).Spikes;

    private static (int[] Membranes, int[] Spikes) Run(Example example, int[] inputs)
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Values, 1, int.MaxValue);
        int spikes = example.Threshold is null ? -1 : model.AddBuffer(example.MostSpikes > 1 ? BufferKind.Values : BufferKind.Events, 1, example.MostSpikes, true);
        int membrane = model.AddBuffer(BufferKind.Values, 1, L, true);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new NeuronOperator
        {
            Source = input,
            Target = spikes,
            Membrane = membrane,
            Current = example.SynapticDecay < 0 ? -1 : model.AddBuffer(BufferKind.Values, 1, L, true),
            Counter = example.Refractory == 0 ? -1 : model.AddBuffer(BufferKind.Values, 1, example.Refractory, true),
            InputShift = example.InputShift,
            Reset = example.Reset,
            ResetTime = example.ResetTime,
            Comparison = example.Comparison,
            CurrentOrder = example.CurrentOrder,
            Refractory = example.Refractory,
            MostSpikes = example.MostSpikes,
            LowerLimit = example.LowerLimit,
            Decay = model.AddTensor(TensorType.UInt16, [example.Decay]),
            SynapticDecay = example.SynapticDecay < 0 ? -1 : model.AddTensor(TensorType.UInt16, [example.SynapticDecay]),
            Threshold = example.Threshold is { } threshold ? model.AddTensor(TensorType.Int32, [threshold]) : -1,
            ResetValue = model.AddTensor(TensorType.Int32, [example.ResetValue]),
            Initial = model.AddTensor(TensorType.Int32, [example.Initial]),
        });
        Runtime.Interpreter run = Runs.Load(model.Build());
        List<int> membranes = [], counts = [];
        foreach (int x in inputs)
        {
            run.SetValues(0, [x], 0);
            run.Step();
            membranes.Add(Runs.Words(run, membrane)[0]);
            counts.Add(spikes < 0 ? 0 : Runs.Words(run, spikes)[0]);
        }

        return ([.. membranes], [.. counts]);
    }

    private static int[] Follow(ModelBuilder model, int buffer, params int[] inputs)
    {
        Runtime.Interpreter run = Runs.Load(model.Build());
        return [.. inputs.Select(x =>
        {
            run.SetValues(0, [x], 0);
            run.Step();
            return Runs.Words(run, buffer)[0];
        })];
    }

    // Two active inputs, one target.
    private static int[] Dense(int[] weights, int shift)
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Events, weights.Length), sum = model.AddBuffer(BufferKind.Values, 1, 1 << 20, true);
        model.AddPort(PortKind.Input, input);
        int matrix = model.AddMatrix(TensorType.Int4, weights, weights.Length, 1, out int rowBytes);
        model.AddOperator(new DenseOperator { Source = input, Target = sum, Shift = shift, Weights = matrix, Sources = weights.Length, Width = 1, RowBytes = rowBytes });
        Runtime.Interpreter run = Runs.Load(model.Build());
        run.SetEvents(0, [.. Enumerable.Range(0, weights.Length)], 0, weights.Length);
        run.Step();
        return Runs.Words(run, sum);
    }

    private static int[] Scaled(int shift, int[] values)
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Values, values.Length, 1000), target = model.AddBuffer(BufferKind.Values, values.Length, 1000, true);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new ScaleOperator { Source = input, Target = target, Factor = model.AddTensor(TensorType.Int16, [1]), Shift = shift, Limit = 1000 });
        Runtime.Interpreter run = Runs.Load(model.Build());
        run.SetValues(0, values, 0);
        run.Step();
        return Runs.Words(run, target);
    }
}
