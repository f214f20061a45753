using System;
using CsCheck;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.RuntimeTests.Loop;

/// <summary>Releases stay on their grid, and every one is either run or counted as missed.</summary>
public sealed class ControlScheduleTests
{
    [Fact]
    public void Steps_that_start_late_do_not_shift_the_next()
    {
        ControlSchedule schedule = Start(1000, 400, 0, 70);
        long[] looks = [70, 1069, 1070, 2090, 3069, 3500, 4070];
        bool[] due = [true, false, true, true, false, true, true];
        long[] releases = [70, 70, 1070, 2070, 2070, 3070, 4070];
        for (int i = 0; i < looks.Length; i++)
        {
            Assert.Equal((due[i], releases[i]), (schedule.Due(looks[i]), schedule.Release));
            if (due[i]) schedule.End(looks[i] + 1);
        }

        Assert.Equal((5, 0, 1, 430, 431), (schedule.Steps, schedule.Missed, schedule.Late, schedule.WorstStart, schedule.WorstEnd));
    }

    [Theory]
    [InlineData(0, 1, 3, 4300)]     // only the current one: releases 1000 to 3000 are missed
    [InlineData(2, 3, 1, 2000)]     // the latest three, back to back
    [InlineData(9, 4, 0, 1000)]
    public void Overdue_steps_are_run_or_missed_as_configured(int catchUp, int runs, long missed, long first)
    {
        ControlSchedule schedule = Start(1000, 1000, catchUp, 0);
        Assert.True(schedule.Due(0));
        schedule.End(0);
        Assert.True(schedule.Due(4300));
        Assert.Equal(first / 1000 * 1000, schedule.Release);
        Assert.Equal(missed, schedule.Skipped);
        Assert.Equal(missed > 0, schedule.Overrun);
        int count = 1;
        while (schedule.Due(4300))
        {
            Assert.Equal(0, schedule.Skipped);
            count++;
        }

        Assert.Equal((runs, missed, 4000L), (count, schedule.Missed, schedule.Release));
    }

    [Fact]
    public void A_step_that_ends_at_its_deadline_is_in_time_and_one_tick_later_is_not()
    {
        ControlSchedule schedule = Start(1000, 400, 0, 0);
        schedule.Due(10);
        schedule.End(400);
        Assert.Equal((0L, false), (schedule.Late, schedule.Overrun));
        schedule.Due(1000);
        schedule.End(1401);
        Assert.Equal((1L, true), (schedule.Late, schedule.Overrun));
        schedule.Due(2000);
        Assert.True(schedule.Overrun);
        schedule.End(2001);
        Assert.False(schedule.Overrun);
    }

    [Fact]
    public void On_any_walk_of_time_every_release_is_run_or_missed_and_lies_on_the_grid()
    {
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[0, 64], Gen.Long[0, 1L << 40], Gen.Long[0, 5_000_000_000].Array[1, 60]).Sample((period, catchUp, start, moves) =>
        {
            ControlSchedule schedule = Start(period, period, catchUp, start);
            long now = start, last = start - period;
            foreach (long move in moves)
            {
                now += move;
                while (schedule.Due(now))
                {
                    Assert.Equal(0, (schedule.Release - start) % period);
                    Assert.True(schedule.Release > last && schedule.Release <= now);
                    last = schedule.Release;
                }

                // All releases up to now: the grid's points from start to now.
                Assert.Equal((now - start) / period + 1, schedule.Steps + schedule.Missed);
                Assert.True(now - schedule.Release < period);
            }
        });
    }

    [Fact]
    public void A_clock_that_goes_back_releases_nothing_until_it_is_where_it_was()
    {
        ControlSchedule schedule = Start(10, 10, 0, 100);
        Assert.True(schedule.Due(100));
        Assert.False(schedule.Due(long.MinValue + 200));
        Assert.False(schedule.Due(109));
        Assert.True(schedule.Due(110));
    }

    [Theory]
    [InlineData(0, 1, 0, LoopError.Period)]
    [InlineData(-5, 1, 0, LoopError.Period)]
    [InlineData(10, 0, 0, LoopError.Deadline)]
    [InlineData(10, 11, 0, LoopError.Deadline)]
    [InlineData(10, 10, -1, LoopError.CatchUp)]
    [InlineData(10, 10, 65, LoopError.CatchUp)]
    [InlineData(10, 10, 64, LoopError.None)]
    public void What_does_not_fit_is_refused(int period, int deadline, int catchUp, LoopError expected) =>
        Assert.Equal(expected, new ControlSchedule { Period = period, Deadline = deadline, CatchUp = catchUp }.Check());

    private static ControlSchedule Start(int period, int deadline, int catchUp, long at)
    {
        ControlSchedule schedule = new() { Period = period, Deadline = deadline, CatchUp = catchUp };
        Assert.Equal(LoopError.None, schedule.Check());
        schedule.Start(at);
        return schedule;
    }
}
