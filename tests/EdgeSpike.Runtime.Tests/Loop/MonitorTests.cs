using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using CsCheck;
using EdgeSpike.Runtime;
using EdgeSpike.RuntimeTests.Support;
using Xunit;

namespace EdgeSpike.RuntimeTests.Loop;

/// <summary>Inputs, layers, the internal model and trust, each by itself.</summary>
public sealed class MonitorTests
{
    [Fact]
    public void An_input_is_stale_before_its_first_sample_and_when_the_last_is_too_old()
    {
        InputMonitor input = Input(new InputMonitor { StaleAfter = 100 });
        Assert.Equal(LoopFault.Stale, input.Observe(0));
        Assert.True(input.Sample(5, 50));
        Assert.Equal(LoopFault.None, input.Observe(150));
        Assert.Equal(LoopFault.Stale, input.Observe(151));

        // An older sample that comes late does not make the newer one older.
        input.Sample(6, 140);
        input.Sample(7, 60);
        Assert.Equal((LoopFault.None, 7), (input.Observe(240), input.Value));
    }

    [Fact]
    public void A_value_outside_the_sensors_range_is_refused_and_reported_until_one_is_believed()
    {
        InputMonitor input = Input(new InputMonitor { Low = -10, High = 10 });
        Assert.True(input.Sample(10, 0));
        Assert.False(input.Sample(11, 1));
        Assert.Equal(LoopFault.OutOfRange, input.Observe(1));
        Assert.Equal(LoopFault.OutOfRange, input.Observe(2));
        Assert.Equal((10, 1L, 2L), (input.Value, input.Refused, input.Samples));
        Assert.False(input.Sample(-11, 3));
        Assert.True(input.Sample(-10, 3));
        Assert.Equal(LoopFault.None, input.Observe(3));
    }

    [Fact]
    public void A_jump_is_refused_and_one_that_stays_is_believed_when_the_gate_has_widened_to_it()
    {
        InputMonitor input = Input(new InputMonitor { Gate = 100, GateGrowth = 50 });
        Assert.True(input.Sample(int.MinValue + 5, 0));
        Assert.False(input.Sample(int.MaxValue, 0));        // the difference does not wrap
        input.Reset();
        Assert.True(input.Sample(1000, 0));
        input.Expect(1000);
        for (int step = 0; step < 18; step++)
        {
            // 1000 away: 100 + 18 * 50.
            Assert.False(input.Sample(2000, step));
            Assert.Equal(LoopFault.Jump, input.Observe(step));
            input.Expect(1000);
        }

        Assert.True(input.Sample(2000, 18));
        input.Expect(2000);
        Assert.False(input.Sample(2101, 19));
        Assert.True(input.Sample(1900, 19));
    }

    [Fact]
    public void What_is_expected_moves_the_gate()
    {
        InputMonitor input = Input(new InputMonitor { Gate = 10 });
        input.Sample(0, 0);
        input.Expect(500);
        Assert.False(input.Sample(0, 1));
        Assert.True(input.Sample(495, 1));
    }

    [Fact]
    public void Repetition_counts_only_when_the_signature_repeats_as_well()
    {
        InputMonitor input = Input(new InputMonitor { FrozenAfter = 3 });
        for (int i = 0; i < 10; i++) Assert.True(input.Sample(7, i & 1, i));
        Assert.True(input.Sample(7, 1, 10));        // first repetition
        Assert.True(input.Sample(7, 1, 11));
        Assert.False(input.Sample(7, 1, 12));
        Assert.Equal((LoopFault.Frozen, 3), (input.Observe(12), input.Repeated));
        Assert.True(input.Sample(7, 2, 13));
        Assert.Equal((LoopFault.None, 0), (input.Observe(13), input.Repeated));
    }

    [Fact]
    public void Layers_are_silent_or_saturated_after_so_many_steps_in_a_row()
    {
        LayerMonitor layer = new() { Least = 2, Most = 5, SilentAfter = 2, SaturatedAfter = 3 };
        int[] spikes = [2, 1, 0, 2, 1, 5, 6, 6, 5, 6, 7, 8, 9, 0, 0];
        const int N = LoopFault.None, Low = LoopFault.Silent, High = LoopFault.Saturated;
        int[] expected = [N, N, Low, N, N, N, N, N, N, N, N, High, High, N, Low];
        Assert.Equal(expected, spikes.Select(layer.Observe));
        layer.Reset();
        Assert.Equal(N, layer.Observe(0));
    }

    [Fact]
    public void Trust_falls_by_the_weights_of_all_faults_and_rises_only_without()
    {
        TrustScore trust = new() { Weights = [1000, 2000, 0, 0, 0, 0, 0, 32768], Rise = 300 };
        trust.Reset();
        Assert.Equal(0, trust.Value);
        for (int i = 0; i < 110; i++) trust.Update(LoopFault.None);
        Assert.Equal(TrustScore.One, trust.Value);
        Assert.Equal(TrustScore.One - 3000, trust.Update(LoopFault.Stale | LoopFault.OutOfRange));
        Assert.Equal(TrustScore.One - 2700, trust.Update(LoopFault.Jump));          // of no weight: counted elsewhere
        Assert.Equal(0, trust.Update(LoopFault.Deadline));
        Assert.Equal(0, trust.Update(LoopFault.Deadline | LoopFault.Stale));
    }

    [Fact]
    public void The_predictor_computes_its_formula_exactly()
    {
        Gen<int> coefficient = Gen.OneOf(Gen.Int[-(1 << 27), 1 << 27], Gen.Int[-1000, 1000]);
        Gen<int> value = Gen.OneOf(Gen.Int, Gen.Int[-100000, 100000]);
        Gen.Int[1, 8].SelectMany(n => Gen.Select(coefficient.Array[n * n], coefficient.Array[n], coefficient.Array[n], Gen.Int[1, 27], Gen.Int[0, 16], value.Array[2, 20])).Sample((a, b, l, shift, fraction, values) =>
        {
            LinearPredictor predictor = new() { Transition = a, Input = b, Gain = l, Shift = shift, Fraction = fraction, Limit = 10, After = 2 };
            Assert.Equal(LoopError.None, predictor.Check());
            predictor.Reset();
            Literal literal = new(predictor);
            predictor.Correct(values[0]);
            literal.Start(values[0]);
            for (int i = 1; i < values.Length; i++)
            {
                predictor.Predict(values[i]);
                literal.Predict(values[i]);
                Assert.Equal(literal.States, Enumerable.Range(0, b.Length).Select(predictor.State));
                if (i % 3 == 0) continue;
                int fault = predictor.Correct(values[i - 1]);
                Assert.Equal(literal.Correct(values[i - 1]), fault == LoopFault.Residual);
                Assert.Equal((literal.Residual, literal.Saturations), (predictor.Residual, predictor.Saturations));
                Assert.Equal(literal.States, Enumerable.Range(0, b.Length).Select(predictor.State));
            }
        });
    }

    [Fact]
    public void A_predictor_without_measurements_is_lost_and_starts_again_keeping_its_bias()
    {
        LinearPredictor predictor = new() { Transition = [1024, 1024, 0, 0, 1024, 0, 0, 0, 1024], Input = [0, 1024, 0], Gain = [512, 0, 100], Shift = 10, Limit = 5, LostAfter = 2 };
        Assert.Equal(LoopError.None, predictor.Check());
        predictor.Reset();
        Assert.False(predictor.Follows);
        predictor.Correct(100);
        predictor.Predict(3);
        predictor.Predict(0);
        Assert.Equal((true, 103, 3), (predictor.Follows, predictor.Estimate, predictor.State(1)));
        Assert.Equal(LoopFault.Residual, predictor.Correct(113));
        Assert.Equal((10, 108), (predictor.Residual, predictor.Estimate));
        int bias = predictor.State(2);
        Assert.Equal(1, bias);
        for (int i = 0; i < 3; i++) predictor.Predict(0);
        Assert.False(predictor.Follows);
        Assert.Equal(LoopFault.None, predictor.Correct(900));
        Assert.Equal((900, 0, bias), (predictor.Estimate, predictor.State(1), predictor.State(2)));
    }

    [Fact]
    public void Spikes_are_counted_right_after_the_operator_that_emits_them()
    {
        int counted = 0, models = 0;
        for (int seed = 9_100_000; seed < 9_100_060; seed++)
        {
            RandomModel model = RandomModels.Make(seed);
            Interpreter interpreter = Runs.Load(model.Builder.Build());
            List<(int Operator, int Buffer)> pairs = [];
            for (int i = 0; i < model.Builder.Operators.Count; i++)
                for (int b = 0; b < interpreter.Model.Buffers.Length; b++)
                    if (interpreter.Model.Buffers[b].Kind != BufferKind.Words && interpreter.Model.Buffers[b].FirstWriter == i) pairs.Add((i, b));
            LayerSpikes spikes = new(interpreter, [.. pairs.Select(p => p.Operator), 3], [.. pairs.Select(p => p.Buffer), 9999]);
            Look look = new(interpreter, spikes, pairs);
            Random random = new(seed);
            for (int t = 0; t < 6; t++)
            {
                Runs.Fill(interpreter, model.Inputs(random));
                interpreter.Step(look);
                for (int i = 0; i < pairs.Count; i++)
                {
                    Assert.Equal(look.Counts[i], spikes.Count(i));
                    counted += look.Counts[i];
                }
            }

            models++;
        }

        Assert.True(counted > 500 && models == 60, $"{counted}");
    }

    private static InputMonitor Input(InputMonitor input)
    {
        Assert.Equal(LoopError.None, input.Check());
        input.Reset();
        return input;
    }

    private sealed class Look(Interpreter interpreter, LayerSpikes spikes, List<(int Operator, int Buffer)> pairs) : StepObserver
    {
        public int[] Counts { get; } = new int[pairs.Count];

        public override void After(int index)
        {
            spikes.After(index);
            for (int i = 0; i < pairs.Count; i++)
            {
                if (pairs[i].Operator != index) continue;
                ModelBuffer buffer = interpreter.Model.Buffers[pairs[i].Buffer];
                Counts[i] = buffer.Kind == BufferKind.Events
                    ? interpreter.Arena[buffer.Offset]
                    : interpreter.Arena.Skip(buffer.Offset).Take(buffer.Length).Count(value => value != 0);
            }
        }
    }

    /// <summary>LOOP.md, section 4, in unlimited integers.</summary>
    private sealed class Literal(LinearPredictor p)
    {
        private int _above;

        public int[] States { get; } = new int[p.Input.Length];

        public long Saturations { get; private set; }

        public int Residual { get; private set; }

        public void Start(int y) => States[0] = Narrow((BigInteger)y << p.Fraction);

        public void Predict(int u)
        {
            int n = States.Length;
            int[] next = [.. Enumerable.Range(0, n).Select(i => Narrow(Rounded(Enumerable.Range(0, n).Aggregate((BigInteger)p.Input[i] * u, (sum, j) => sum + (BigInteger)p.Transition[i * n + j] * States[j]), p.Shift)))];
            next.CopyTo(States, 0);
        }

        public bool Correct(int y)
        {
            Residual = (int)Limited(y - Rounded(States[0], p.Fraction));
            BigInteger difference = Limited(((BigInteger)y << p.Fraction) - States[0]);
            for (int i = 0; i < States.Length; i++) States[i] = Narrow(States[i] + Rounded(difference * p.Gain[i], p.Shift));
            _above = Math.Abs(Residual) > p.Limit ? _above + 1 : 0;
            return _above >= p.After;
        }

        private static BigInteger Rounded(BigInteger value, int shift) => shift == 0 ? value : (value + (BigInteger.One << (shift - 1))) >> shift;

        private static BigInteger Limited(BigInteger value) => BigInteger.Clamp(value, -int.MaxValue, int.MaxValue);

        private int Narrow(BigInteger value)
        {
            if (Limited(value) != value) Saturations++;
            return (int)Limited(value);
        }
    }
}
