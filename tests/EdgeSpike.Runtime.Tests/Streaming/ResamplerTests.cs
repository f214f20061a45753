using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.RuntimeTests.Streaming;

/// <summary>The grid against a literal transcription of its formula, and every kind of bad sample by itself and in a storm of them.</summary>
public sealed class ResamplerTests
{
    [Fact]
    public void Straight_lines_between_samples_by_the_formula()
    {
        Random random = new(1);
        for (int trial = 0; trial < 100; trial++)
        {
            int channels = random.Next(1, 7), period = random.Next(1, 120_000), gap = (int)Math.Min(4096L * period, Math.Max(period, random.Next(1, 1 << 24)));
            (Resampler resampler, _) = Make(s => (s.Channels, s.PeriodMicroseconds, s.LongestGapMicroseconds, s.Reorder) = (channels, period, gap, trial % 4));
            List<(long Time, short[] Values)> samples = [];
            long time = random.NextInt64(-(1L << 50), 1L << 50);
            for (int i = 0; i < 60; i++)
            {
                samples.Add((time, [.. Enumerable.Range(0, channels).Select(_ => (short)random.Next(short.MinValue, short.MaxValue + 1))]));
                time += random.NextInt64(1, Math.Min(gap, 3L * period + 5) + 1);
            }

            List<(long Time, short[] Values)> grid = Run(resampler, samples);
            Assert.Equal(Literal(samples[..^(trial % 4)], period), grid, Same);
            Assert.Equal((60, 0, 0), (resampler.Used, resampler.Faults, resampler.Missed));
        }
    }

    [Fact]
    public void A_sample_on_the_grid_is_taken_as_it_is()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 0));
        short[] values = [short.MinValue, short.MaxValue, short.MinValue, 0, -1, 1];
        List<(long, short[])> grid = Run(resampler, values.Select((v, i) => (7L + 50_000 * i, new[] { v })));
        Assert.Equal(values, grid.Select(g => g.Item2[0]));
    }

    [Fact]
    public void A_day_of_uneven_samples_ends_on_the_grid()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 0));
        short[] value = [5], taken = [0];
        Random random = new(2);
        // 47 ms and a bit: the times are those of a clock that knows thirds of a microsecond.
        long last = -1, count = 0;
        for (long i = 0; i < 86_400_000_000 / 47_000; i++)
        {
            long time = 1_000_003 + i * 141_001 / 3 + random.Next(-400, 400);
            if (i == 0) time = 1_000_003;
            resampler.Push(time, value, 0);
            while (resampler.Take(taken, 0))
            {
                Assert.Equal(1_000_003 + 50_000 * count++, resampler.Time);
                Assert.Equal(5, taken[0]);
                last = resampler.Time;
            }
        }

        Assert.InRange(last, 86_399_000_000, 86_401_000_000 + 2_000_003);
        Assert.Equal(count, resampler.Produced);
    }

    [Fact]
    public void Late_samples_within_the_order_held_back_change_nothing()
    {
        Random random = new(3);
        for (int reorder = 1; reorder <= 16; reorder++)
        {
            List<(long Time, short[] Values)> samples = [.. Enumerable.Range(0, 300).Select(i => (20_000L * i + random.Next(9_000), (short[])[(short)random.Next(-9000, 9000), (short)i]))];
            (Resampler straight, _) = Make(s => (s.Channels, s.Reorder) = (2, reorder));
            (Resampler mixed, _) = Make(s => (s.Channels, s.Reorder) = (2, reorder));
            // Every block of reorder + 1 in any order: no sample is passed by more than the others of its block.
            List<(long Time, short[] Values)> shuffled = [];
            for (int b = 0; b < samples.Count; b += reorder + 1)
            {
                (long, short[])[] block = [.. samples.Skip(b).Take(reorder + 1)];
                if (b > 0) random.Shuffle(block);
                shuffled.AddRange(block);
            }

            List<(long, short[])> expected = Run(straight, samples), given = Run(mixed, shuffled);
            Assert.Equal(expected, given, Same);
            Assert.Equal((300, 0, 300), (mixed.Used, mixed.Late, straight.Used));
            Assert.True(mixed.Reordered > 50);
        }
    }

    [Fact]
    public void A_sample_that_is_later_than_that_is_dropped_and_counted()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 1));
        foreach (long time in (long[])[0, 10_000, 20_000, 30_000]) Assert.Equal(SampleFate.Used, resampler.Push(time, [1], 0));
        Assert.Equal(SampleFate.Late, resampler.Push(15_000, [9], 0));
        Assert.Equal(SampleFate.Used, resampler.Push(25_000, [1], 0));
        Assert.Equal((5, 1, 1), (resampler.Used, resampler.Late, resampler.Reordered));
        Assert.Equal(StreamFault.Late, resampler.Faults);
    }

    [Theory]
    [InlineData(true, 9)]
    [InlineData(false, 1)]
    public void Of_two_samples_of_one_time_the_last_counts_or_the_first(bool lastCounts, int expected)
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder, s.LastCounts) = (1, 1, lastCounts));
        Assert.Equal(SampleFate.Used, resampler.Push(0, [1], 0));
        Assert.Equal(SampleFate.Duplicate, resampler.Push(0, [9], 0));
        resampler.Push(50_000, [3], 0);
        short[] value = new short[1];
        Assert.True(resampler.Take(value, 0));
        Assert.Equal(expected, value[0]);
        // Already passed on: the first stays.
        Assert.Equal(SampleFate.Duplicate, resampler.Push(0, [7], 0));
        Assert.Equal((2, 2), (resampler.Used, resampler.Duplicates));
    }

    [Fact]
    public void Values_at_the_limit_are_saturated_and_beyond_it_corrupt()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder, s.Limits) = (2, 0, [100, 32767]));
        Assert.Equal(SampleFate.Used, resampler.Push(0, [100, 5], 0));
        Assert.Equal((1, 1), (resampler.Saturated, resampler.SaturatedChannels));
        Assert.Equal(SampleFate.Corrupt, resampler.Push(1, [101, 5], 0));
        Assert.Equal(SampleFate.Corrupt, resampler.Push(1, [-101, 5], 0));
        Assert.Equal(SampleFate.Corrupt, resampler.Push(1, [0, short.MinValue], 0));
        Assert.Equal(SampleFate.Used, resampler.Push(2, [0, -32767], 0));
        Assert.Equal((3, 2, 2, 3), (resampler.Corrupt, resampler.Used, resampler.Saturated, resampler.SaturatedChannels));
    }

    [Fact]
    public void What_is_lost_is_known_by_the_period_and_bridged_by_a_line()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder, s.InputPeriodMicroseconds) = (1, 0, 10_000));
        List<(long, short[])> grid = Run(resampler, [(0, [0]), (10_000, [100]), (60_000, [600]), (74_999, [0]), (90_000, [0]), (150_000, [0])]);
        // 4 lost before 60 ms; 14,999 is one period yet, 15,001 two; 5 before 150 ms.
        Assert.Equal(4 + 0 + 1 + 5, resampler.Lost);
        Assert.Equal([0, 500, 0, 0], grid.Select(g => (int)g.Item2[0]));
        Assert.Equal(StreamFault.Lost, resampler.Faults);
    }

    [Fact]
    public void A_long_gap_keeps_the_grid_and_begins_anew()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 0));
        List<bool> restarted = [];
        List<(long Time, short[] Values)> grid = Run(resampler, [(10, [0]), (50_010, [50]), (1_030_000, [7]), (1_060_000, [10]), (1_110_000, [60])], () => restarted.Add(resampler.Restarted));
        Assert.Equal([10, 50_010, 1_050_010, 1_100_010], grid.Select(g => g.Time));
        // 7 + 3 * 20,010 / 30,000 and 10 + 50 * 40,010 / 50,000.
        Assert.Equal([0, 50, 9, 50], grid.Select(g => (int)g.Values[0]));
        Assert.Equal([false, false, true, false], restarted);
        Assert.Equal((1, 5, StreamFault.Gap), (resampler.Gaps, resampler.Used, resampler.Faults));
    }

    [Theory]
    [InlineData(1_000_000_000_000)]
    [InlineData(-1_000_000_000_000)]
    public void One_impossible_time_is_damage_and_the_stream_goes_on(long wrong)
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 0));
        List<(long Time, short[] Values)> grid = Run(resampler, [(0, [0]), (50_000, [50]), (wrong, [9]), (100_000, [100]), (150_000, [150])]);
        Assert.Equal([0, 50, 100, 150], grid.Select(g => (int)g.Values[0]));
        Assert.Equal((1, 4, 0, 0, StreamFault.Corrupt), (resampler.Corrupt, resampler.Used, resampler.Gaps, resampler.ClockResets, resampler.Faults));
    }

    [Fact]
    public void A_clock_that_goes_back_begins_a_new_grid()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 0));
        List<bool> restarted = [];
        List<(long Time, short[] Values)> grid = Run(resampler, [(5_000_000, [1]), (5_050_000, [2]), (3, [3]), (50_003, [4]), (100_003, [5])], () => restarted.Add(resampler.Restarted));
        Assert.Equal([5_000_000, 5_050_000, 3, 50_003, 100_003], grid.Select(g => g.Time));
        Assert.Equal([false, false, true, false, false], restarted);
        Assert.Equal((1, 5, 0), (resampler.ClockResets, resampler.Used, resampler.Late));
    }

    [Fact]
    public void A_channel_that_stands_still_is_named_until_it_moves()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder, s.FrozenSamples) = (2, 0, 3));
        int[] masks = [.. Enumerable.Range(0, 6).Select(i =>
        {
            resampler.Push(10_000 * i, [(short)i, (short)(i < 5 ? 4 : 5)], 0);
            return resampler.FrozenChannels;
        })];
        Assert.Equal([0, 0, 2, 2, 2, 0], masks);
        Assert.Equal((1, StreamFault.Frozen), (resampler.Frozen, resampler.Faults));
    }

    [Theory]
    [InlineData(10_000, 0)]
    [InlineData(10_900, 0)]
    [InlineData(12_000, 3)]
    [InlineData(8_000, 3)]
    public void A_rate_that_is_off_is_measured_and_told(int period, int errors)
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder, s.InputPeriodMicroseconds, s.RateTolerancePercent) = (1, 0, 10_000, 10));
        for (int i = 0; i <= 3 * 256; i++) resampler.Push((long)period * i, [(short)i], 0);
        Assert.Equal((period, errors, 0), (resampler.MeasuredPeriodMicroseconds, resampler.RateErrors, resampler.Lost));
        Assert.Equal(errors > 0 ? StreamFault.Rate : 0, resampler.Faults);
    }

    [Fact]
    public void A_fault_that_was_named_stops_the_stream_until_a_reset()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder, s.Limits, s.StopOn) = (1, 0, [100], StreamFault.Corrupt));
        Assert.Equal(SampleFate.Used, resampler.Push(0, [1], 0));
        Assert.Equal(SampleFate.Corrupt, resampler.Push(1, [101], 0));
        Assert.True(resampler.Stopped);
        Assert.Equal(SampleFate.Stopped, resampler.Push(2, [1], 0));
        Assert.False(resampler.Take(new short[1], 0));
        resampler.Reset();
        Assert.Equal(SampleFate.Used, resampler.Push(2, [1], 0));
        Assert.True(resampler.Take(new short[1], 0));
    }

    [Fact]
    public void What_nobody_takes_in_time_is_counted_and_voids_the_window()
    {
        (Resampler resampler, _) = Make(s => (s.Channels, s.Reorder) = (1, 0));
        short[] value = new short[1];
        resampler.Push(0, [0], 0);
        resampler.Push(110_000, [110], 0);
        resampler.Push(160_000, [160], 0);
        Assert.True(resampler.Take(value, 0));
        Assert.Equal(((short)150, 150_000L, true), (value[0], resampler.Time, resampler.Restarted));
        Assert.Equal(3, resampler.Missed);
    }

    [Fact]
    public void No_stream_breaks_it_and_every_sample_is_counted_once()
    {
        Random random = new(4);
        for (int trial = 0; trial < 60; trial++)
        {
            int channels = random.Next(1, 4), limit = random.Next(1, 32768);
            (Resampler resampler, _) = Make(s =>
            {
                (s.Channels, s.Reorder, s.LastCounts) = (channels, random.Next(0, 17), random.Next(2) == 0);
                (s.PeriodMicroseconds, s.LongestGapMicroseconds) = (random.Next(1000, 100_000), random.Next(100_000, 4_000_000));
                s.InputPeriodMicroseconds = random.Next(2) == 0 ? 0 : random.Next(5000, 100_000);
                (s.FrozenSamples, s.RateTolerancePercent) = (random.Next(2, 9), random.Next(0, 30));
                s.Limits = [.. Enumerable.Repeat(limit, channels)];
            });
            long time = random.NextInt64(-(1L << 60), 1L << 60), pushed = 0, before = long.MinValue;
            short[] taken = new short[channels + 2];
            for (int i = 0; i < 2000; i++)
            {
                time += random.Next(100) switch { < 90 => random.Next(1, 40_000), < 94 => 0, < 98 => -random.Next(0, 200_000), 98 => random.NextInt64(-(1L << 40), 1L << 40), _ => random.NextInt64(-(1L << 62), 1L << 62) };
                time = Math.Clamp(time, -(1L << 61), 1L << 61);
                short[] values = [.. Enumerable.Range(0, channels).Select(_ => (short)random.Next(-limit - (random.Next(50) == 0 ? 1 : 0), limit + 1))];
                resampler.Push(time, values, 0);
                pushed++;
                int resets = (int)resampler.ClockResets;
                while (random.Next(30) > 0 && resampler.Take(taken, 1))
                {
                    Assert.Equal((0, 0), (taken[0], taken[channels + 1]));
                    Assert.All(taken[1..(channels + 1)], v => Assert.InRange(v, -limit, limit));
                    if (resampler.ClockResets == resets && !resampler.Restarted) Assert.True(resampler.Time > before);
                    before = resampler.Time;
                }

                long counted = resampler.Used + resampler.Duplicates + resampler.Late + resampler.Corrupt;
                Assert.InRange(pushed - counted, 0, 1);
            }
        }
    }

    [Fact]
    public void Settings_that_can_not_be_are_refused()
    {
        foreach ((Action<ResamplerSettings> change, StreamError expected) in ((Action<ResamplerSettings>, StreamError)[])
        [
            (s => s.Channels = 0, StreamError.Channels), (s => s.Channels = 33, StreamError.Channels), (s => s.Limits = [1], StreamError.Channels),
            (s => s.PeriodMicroseconds = 0, StreamError.Period), (s => s.PeriodMicroseconds = 1 << 24, StreamError.Period), (s => s.InputPeriodMicroseconds = -1, StreamError.Period),
            (s => s.LongestGapMicroseconds = 49_999, StreamError.Gap), (s => s.LongestGapMicroseconds = 1 << 24, StreamError.Gap), (s => s.InputPeriodMicroseconds = 100, StreamError.Gap),
            (s => s.InputPeriodMicroseconds = 500_001, StreamError.Gap), (s => s.PeriodMicroseconds = 100, StreamError.Gap),
            (s => s.Reorder = -1, StreamError.Reorder), (s => s.Reorder = 17, StreamError.Reorder),
            (s => s.Limits = [1, 1, 1, 1, 1, -1], StreamError.Limit), (s => s.FrozenSamples = 1, StreamError.Limit), (s => s.RateTolerancePercent = -1, StreamError.Limit),
        ])
            Assert.Equal(expected, Make(change).Error);
        Assert.Equal(StreamError.None, Make(_ => { }).Error);
    }

    internal static (Resampler Resampler, StreamError Error) Make(Action<ResamplerSettings> change)
    {
        ResamplerSettings settings = new();
        change(settings);
        Resampler resampler = new();
        StreamError error = resampler.Prepare(settings);
        return (resampler, error);
    }

    private static List<(long Time, short[] Values)> Run(Resampler resampler, IEnumerable<(long Time, short[] Values)> samples, Action? taken = null)
    {
        List<(long, short[])> grid = [];
        foreach ((long time, short[] values) in samples)
        {
            resampler.Push(time, values, 0);
            short[] value = new short[values.Length];
            while (resampler.Take(value, 0))
            {
                grid.Add((resampler.Time, [.. value]));
                taken?.Invoke();
            }
        }

        return grid;
    }

    /// <summary>The remarks of <see cref="Resampler"/>, letter by letter.</summary>
    private static List<(long Time, short[] Values)> Literal(List<(long Time, short[] Values)> samples, int period)
    {
        List<(long, short[])> grid = [(samples[0].Time, samples[0].Values)];
        for (long g = samples[0].Time + period; g <= samples[^1].Time; g += period)
        {
            int second = samples.FindIndex(s => s.Time >= g);
            ((long t0, short[] a), (long t1, short[] b)) = (samples[second - 1], samples[second]);
            BigInteger f = BigInteger.Divide((BigInteger)(g - t0) << 24, t1 - t0);
            grid.Add((g, [.. a.Zip(b, (x, y) => (short)(x + FloorShift((y - x) * f + (1 << 23), 24)))]));
        }

        return grid;
    }

    private static BigInteger FloorShift(BigInteger value, int shift) => value >> shift;

    private static bool Same((long Time, short[] Values) x, (long Time, short[] Values) y) => x.Time == y.Time && x.Values.SequenceEqual(y.Values);
}
