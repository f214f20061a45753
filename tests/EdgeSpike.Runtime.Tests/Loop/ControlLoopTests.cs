using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.LoopDevice;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.RuntimeTests.Loop;

/// <summary>The guard, the loop around it, and what they promise whatever happens.</summary>
public sealed class ControlLoopTests
{
    [Fact]
    public void The_safe_action_begins_below_trip_and_ends_at_recover_with_hysteresis()
    {
        ActionGuard guard = Guard(new ActionGuard { Low = -100, High = 100, Slew = 10, SafeSlew = 30, SafeValue = 5, Trip = 10000, Recover = 20000, SafeSteps = 2 });
        Assert.Equal((GuardState.Safe, 5), (guard.State, guard.Output));

        // From the start: no wait, but trust has to be there.
        Assert.Equal(GuardState.Safe, guard.Decide(19999, LoopFault.None));
        Assert.Equal(GuardState.Recovering, guard.Decide(20000, LoopFault.None));
        Assert.True(guard.Resumed);
        int[] rising = [15, 25, 35, 45, 50, 50];
        foreach (int expected in rising)
        {
            Assert.Equal(expected, guard.Act(50));
            Assert.Equal(expected == 50 ? GuardState.Running : GuardState.Recovering, guard.State);
            guard.Decide(20000, LoopFault.None);
            Assert.False(guard.Resumed);
        }

        // Between the two nothing changes; below trip the command has no effect any more.
        Assert.Equal(GuardState.Running, guard.Decide(10000, LoopFault.Jump));
        Assert.Equal(60, guard.Act(1000));
        Assert.Equal(GuardState.Safe, guard.Decide(9999, LoopFault.Jump));
        Assert.Equal((LoopFault.Jump, 1L), (guard.Cause, guard.Trips));
        Assert.Equal(30, guard.Act(1000));
        Assert.Equal(GuardState.Safe, guard.Decide(32768, LoopFault.None));     // first of two steps
        Assert.Equal(5, guard.Act(1000));
        Assert.Equal(GuardState.Safe, guard.Decide(32768, LoopFault.None));
        Assert.Equal(GuardState.Recovering, guard.Decide(32768, LoopFault.None));
        Assert.Equal(15, guard.Act(1000));
    }

    [Fact]
    public void A_guard_that_holds_stays_where_it_was()
    {
        ActionGuard guard = Guard(new ActionGuard { Low = -100, High = 100, Slew = 40, SafeValue = 0, Hold = true, Trip = 1, Recover = 1 });
        guard.Decide(1, 0);
        Assert.Equal(40, guard.Act(77));
        guard.Decide(0, LoopFault.Stale);
        Assert.Equal(40, guard.Act(-100));
        Assert.Equal(40, guard.Act(100));
    }

    [Fact]
    public void A_latched_fault_waits_to_be_acknowledged_and_to_be_gone()
    {
        ActionGuard guard = Guard(new ActionGuard { High = 10, Trip = 100, Recover = 200, Latching = LoopFault.Residual });
        guard.Decide(200, 0);
        guard.Act(0);
        guard.Decide(0, LoopFault.Residual | LoopFault.Jump);
        Assert.Equal(LoopFault.Residual, guard.Latched);
        for (int i = 0; i < 50; i++) Assert.Equal(GuardState.Safe, guard.Decide(32768, LoopFault.None));
        guard.Acknowledge();
        Assert.Equal(GuardState.Safe, guard.Decide(32768, LoopFault.Residual));     // acknowledged, not gone
        Assert.Equal(LoopFault.None, guard.Latched);
        Assert.Equal(GuardState.Recovering, guard.Decide(32768, LoopFault.None));

        // The next time it latches again.
        guard.Decide(0, LoopFault.Residual);
        Assert.Equal(LoopFault.Residual, guard.Latched);
    }

    [Fact]
    public void The_output_never_leaves_its_envelope_nor_moves_faster_than_its_slew()
    {
        Gen<int> any = Gen.OneOf(Gen.Int, Gen.Int[-2000, 2000], Gen.Const(int.MinValue), Gen.Const(int.MaxValue));
        Gen.Select(any, any, any, Gen.Int[1, 3000], Gen.Int[1, 3000], Gen.Bool, Gen.Select(Gen.Int[0, 32768], Gen.Int[0, 255], any, Gen.Int[0, 20]).Array[1, 200]).Sample((a, b, c, slew, safeSlew, hold, steps) =>
        {
            int[] sorted = [.. new[] { a, b, c }.Order()];
            ActionGuard guard = Guard(new ActionGuard { Low = sorted[0], SafeValue = sorted[1], High = sorted[2], Slew = slew, SafeSlew = safeSlew, Hold = hold, Trip = 12000, Recover = 20000, SafeSteps = 3, Latching = LoopFault.Frozen });
            foreach ((int trust, int faults, int command, int acknowledge) in steps)
            {
                if (acknowledge == 0) guard.Acknowledge();
                int before = guard.Output;
                GuardState previous = guard.State, state = guard.Decide(trust, faults);
                if (previous == GuardState.Safe && state != GuardState.Safe) Assert.True(trust >= 20000 && faults == 0 && guard.Latched == 0);
                if (previous != GuardState.Safe) Assert.Equal(trust < 12000, state == GuardState.Safe);
                int output = guard.Act(command);
                Assert.InRange(output, sorted[0], sorted[2]);
                Assert.InRange(Math.Abs((long)output - before), 0, state == GuardState.Safe ? safeSlew : slew);
                if (state != GuardState.Safe) continue;
                if (hold) Assert.Equal(before, output);
                else Assert.True(Math.Abs((long)output - sorted[1]) <= Math.Abs((long)before - sorted[1]));
            }
        });
    }

    [Fact]
    public void Whatever_comes_in_the_loop_neither_throws_nor_leaves_the_envelope()
    {
        Gen<int> value = Gen.OneOf(Gen.Int, Gen.Int[0, 3000], Gen.Const(int.MinValue), Gen.Const(int.MaxValue));
        Gen<(int, int, int, int, int, long)> step = Gen.Select(value, value, value, value, Gen.Int[0, 40], Gen.Long[-50000, 2_000_000]);
        step.Array[1, 300].Sample(steps =>
        {
            ControlLoop loop = AltitudeScenario.Configure();
            Assert.Equal(LoopError.None, loop.Start(0));
            long now = 0;
            int before = loop.Guard.Output;
            foreach ((int lidar, int signature, int setPoint, int command, int spikes, long wait) in steps)
            {
                now += wait;
                loop.Inputs[0].Sample(lidar, signature, now);
                loop.Inputs[1].Sample(setPoint, now - wait);
                if (!loop.Due(now)) continue;
                loop.Observe(now);
                Assert.Equal(0, loop.Faults & ~255);
                _ = loop.Measurement;
                loop.Layer(0, spikes);
                int output = loop.Act(command);
                Assert.InRange(output, -3300, 3300);
                Assert.InRange(Math.Abs((long)output - before), 0, AltitudeScenario.Slew);
                Assert.InRange(loop.Trust.Value, 0, TrustScore.One);
                before = output;
                loop.End(now + Math.Abs(wait));
            }
        });
    }

    [Fact]
    public void A_measurement_that_is_refused_is_replaced_by_what_the_model_expects()
    {
        ControlLoop loop = AltitudeScenario.Configure();
        loop.Start(0);
        long now = 0;
        for (int i = 0; i < 60; i++, now += 100000)
        {
            loop.Inputs[0].Sample(1000 + (i & 1), now);
            loop.Inputs[1].Sample(1000, i, now);
            Assert.True(loop.Due(now));
            loop.Observe(now);
            Assert.Equal(1000 + (i & 1), loop.Measurement);
            loop.Act(200);
            loop.End(now);
        }

        loop.Inputs[0].Sample(2000, now);
        loop.Due(now);
        loop.Observe(now);
        Assert.Equal(LoopFault.Jump, loop.Faults);
        Assert.Equal(loop.Predictor.Estimate, loop.Measurement);
        Assert.InRange(loop.Measurement, 990, 1010);
    }

    [Fact]
    public void An_actuator_that_does_not_follow_is_found_by_its_feedback()
    {
        ControlLoop loop = AltitudeScenario.Configure();
        loop.Inputs = [loop.Inputs[0], loop.Inputs[1], new InputMonitor { Gate = 50 }];
        loop.Feedback = 2;
        loop.Predictor = null;
        Assert.Equal(LoopError.None, loop.Start(0));
        int output = loop.Guard.Output, stuckAt = 0, found = -1;
        for (int i = 0; i < 100 && found < 0; i++)
        {
            long now = 100000L * i;
            loop.Inputs[0].Sample(1000 + (i & 1), now);
            loop.Inputs[1].Sample(1000, i, now);

            // Its speed is the output of the step before, until it sticks at step 80.
            loop.Inputs[2].Sample(i < 80 ? output : stuckAt, i, now);
            loop.Due(now);
            GuardState state = loop.Observe(now);
            if (loop.Faults != LoopFault.None) found = i;
            else Assert.Equal(i < 40 ? GuardState.Safe : GuardState.Running, state == GuardState.Recovering ? GuardState.Running : state);
            output = loop.Act(i < 80 ? 210 : 240 + 20 * (i - 80));
            if (i == 79) stuckAt = output;
            loop.End(now);
        }

        // 240 differs by 30, 260 by 50, 280 by 70: commanded in step 82, seen in 83.
        Assert.Equal((83, LoopFault.Residual), (found, loop.Faults));
    }

    [Fact]
    public void After_start_nothing_is_allocated()
    {
        AltitudeScenario first = new(FlightFault.LidarJump, 1, false), second = new(FlightFault.LidarJump, 1, false);
        Assert.Equal(LoopError.None, first.Fly());
        second.Loop.Start(0);
        long allocated = long.MaxValue;
        for (int attempt = 0; attempt < 3 && allocated != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            LoopError error = second.Fly();
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(LoopError.None, error);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_second_start_repeats_the_first()
    {
        ControlLoop loop = AltitudeScenario.Configure();
        Assert.Equal(Trace(loop), Trace(loop));
    }

    public static IEnumerable<TheoryDataRow<string, LoopError>> Refused() =>
    [
        new("period", LoopError.Period), new("inputs", LoopError.InputRange), new("no inputs", LoopError.InputRange), new("range", LoopError.InputRange), new("gate", LoopError.InputGate),
        new("growth", LoopError.InputGate), new("age", LoopError.InputAge), new("repetitions", LoopError.InputAge), new("layer", LoopError.Layer), new("layer steps", LoopError.Layer), new("order", LoopError.PredictorShape),
        new("no gain", LoopError.PredictorShape), new("shift", LoopError.PredictorScale), new("fraction", LoopError.PredictorScale), new("coefficient", LoopError.PredictorScale), new("limit", LoopError.PredictorScale),
        new("weights", LoopError.Trust), new("weight", LoopError.Trust), new("rise", LoopError.Trust), new("thresholds", LoopError.Thresholds), new("recover", LoopError.Thresholds),
        new("output", LoopError.Output), new("safe value", LoopError.Output), new("slew", LoopError.Slew), new("safe steps", LoopError.Slew), new("start steps", LoopError.Slew),
        new("feedback", LoopError.Feedback), new("feedback without a gate", LoopError.Feedback), new("no feedback", LoopError.Feedback),
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_configuration_that_does_not_fit_is_refused(string what, LoopError expected)
    {
        ControlLoop loop = AltitudeScenario.Configure();
        switch (what)
        {
            case "period": loop.Schedule.Period = 0; break;
            case "inputs": loop.Inputs = []; break;
            case "no inputs": loop.Inputs = null; break;
            case "range": loop.Inputs[1].Low = loop.Inputs[1].High + 1; break;
            case "gate": loop.Inputs[1].Gate = -1; break;
            case "growth": loop.Inputs[1].GateGrowth = 1; break;
            case "age": loop.Inputs[1].StaleAfter = 0; break;
            case "repetitions": loop.Inputs[1].FrozenAfter = -1; break;
            case "layer": loop.Layers[0].Most = 0; break;
            case "layer steps": loop.Layers[0].SilentAfter = 0; break;
            case "order": loop.Predictor.Transition = new int[8]; break;
            case "no gain": loop.Predictor.Gain = null; break;
            case "shift": loop.Predictor.Shift = 28; break;
            case "fraction": loop.Predictor.Fraction = 17; break;
            case "coefficient": loop.Predictor.Input[2] = int.MinValue; break;
            case "limit": loop.Predictor.Limit = 0; break;
            case "weights": loop.Trust.Weights = new int[7]; break;
            case "weight": loop.Trust.Weights[7] = 32769; break;
            case "rise": loop.Trust.Rise = 0; break;
            case "thresholds": loop.Guard.Recover = loop.Guard.Trip - 1; break;
            case "recover": loop.Guard.Recover = 32769; break;
            case "output": loop.Guard.Low = loop.Guard.High + 1; break;
            case "safe value": loop.Guard.SafeValue = loop.Guard.High + 1; break;
            case "start steps": loop.Guard.StartSteps = -1; break;
            case "feedback": loop.Feedback = 2; break;
            case "feedback without a gate": loop.Feedback = 1; break;
            case "no feedback": loop.Feedback = -1; break;
            case "slew": loop.Guard.SafeSlew = 0; break;
            default: loop.Guard.SafeSteps = -1; break;
        }

        Assert.Equal(expected, loop.Start(0));
        Assert.Equal(expected is LoopError.InputGate or LoopError.InputAge || what == "range" ? 1 : 0, loop.ErrorIndex);
    }

    private static List<(GuardState, int, int, int)> Trace(ControlLoop loop)
    {
        Assert.Equal(LoopError.None, loop.Start(1_000_000));
        Random random = new(3);
        List<(GuardState, int, int, int)> trace = [];
        for (int i = 0; i < 200; i++)
        {
            long now = 1_000_000 + i * 100_000 + random.Next(20) * 3_000;
            if (i % 50 > 2) loop.Inputs[0].Sample(1000 + random.Next(30), random.Next(), now);
            loop.Inputs[1].Sample(1000, i, now);
            if (!loop.Due(now)) continue;
            GuardState state = loop.Observe(now);
            loop.Layer(0, random.Next(1, 30));
            trace.Add((state, loop.Act(random.Next(150, 250)), loop.Faults, loop.Trust.Value));
            loop.End(now + random.Next(1000));
        }

        Assert.True(trace.Count > 100 && trace.Select(t => t.Item1).Distinct().Count() > 1);
        return trace;
    }

    private static ActionGuard Guard(ActionGuard guard)
    {
        Assert.Equal(LoopError.None, guard.Check());
        guard.Reset();
        return guard;
    }
}
