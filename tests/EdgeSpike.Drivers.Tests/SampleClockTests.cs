using System;
using CsCheck;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>Time stamps of samples that waited.</summary>
public sealed class SampleClockTests
{
    // Any period, any error of the sensor's clock up to 10 %, reads at any time, room for any number: stamps rise, and each is within two
    // periods of the sample's own time.
    [Fact]
    public void Stamps_rise_and_stay_with_the_samples()
    {
        (from numerator in Gen.Int[500, 90000]
         from denominator in Gen.Int[1, 9]
         from permille in Gen.Int[900, 1100]
         from room in Gen.Int[1, 60]
         from seed in Gen.Int
         select (numerator, denominator, permille, room, seed)).Sample(
            given =>
            {
                SampleClock clock = new(given.numerator, given.denominator);
                ImuSamples samples = new(given.room);
                Random random = new(given.seed);
                double nominal = (double)given.numerator / given.denominator, period = nominal * 1000 / given.permille, time = 1e6;
                long last = 0;
                int made = 0, taken = 0;
                for (int read = 0; read < 300; read++)
                {
                    time += random.NextDouble() * 20 * period;
                    made = (int)((time - 1e6) / period);
                    int waiting = made - taken, count = Math.Min(waiting, given.room);
                    samples.Count = count;
                    clock.Stamp(samples, count, (long)time, waiting - count);
                    for (int i = 0; i < count; i++)
                    {
                        long stamp = samples.Microseconds[i];
                        double real = 1e6 + (taken + 1 + i) * period;
                        if (stamp <= last) return false;

                        // While samples stay behind, their time is told by the nominal period alone.
                        double slack = 2 * Math.Max(nominal, period) + Math.Abs(nominal - period) * Math.Max(waiting, 20) + 2;
                        if (Math.Abs(stamp - real) > slack) return false;
                        last = stamp;
                    }

                    taken += count;
                }

                return true;
            },
            iter: 2000);
    }

    [Fact]
    public void A_day_at_a_clock_one_per_cent_off_does_not_drift()
    {
        SampleClock clock = new(20000, 1);
        ImuSamples samples = new(64);
        double period = 20000 * 1.01, time = 0;
        long taken = 0, worst = 0;
        while (time < 86400e6)
        {
            time += 500000;
            int count = (int)((long)(time / period) - taken);
            samples.Count = count;
            clock.Stamp(samples, count, (long)time, 0);
            taken += count;
            worst = Math.Max(worst, Math.Abs(samples.Microseconds[count - 1] - (long)(taken * period)));
        }

        Assert.InRange(worst, 0, 20300);
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(100, 1)]
    [InlineData(1, 5)]
    public void What_is_lost_is_counted_from_the_gap(int lost, int after)
    {
        SampleClock clock = new(10000, 1);
        ImuSamples samples = new(64) { Count = 5 };
        clock.Stamp(samples, 5, 1000000, 0);
        clock.Restart();
        samples.Count = after;
        clock.Stamp(samples, after, 1000000 + (lost + after) * 10000, 0);
        Assert.Equal(lost, samples.Lost);
        clock.Restart();
        clock.Stamp(samples, after, samples.Microseconds[after - 1] + 100, 0);
        Assert.Equal(lost, samples.Lost);
    }

    [Fact]
    public void Periods_that_are_no_whole_microseconds_add_up()
    {
        SampleClock clock = new(8000, 9);
        Assert.Equal((8000, 888, 1777), (clock.Periods(9), clock.Periods(1), clock.Periods(2)));
        Assert.Equal(80000000, new SampleClock(8000, 10).Periods(100000));
    }

    [Fact]
    public void A_pause_of_hours_without_a_word_of_loss_starts_anew()
    {
        SampleClock clock = new(10000, 1);
        ImuSamples samples = new(64) { Count = 3 };
        clock.Stamp(samples, 3, 1000000, 0);
        clock.Stamp(samples, 3, 1000000 + 7200L * 1000000, 0);
        Assert.InRange(samples.Microseconds[2], 7200L * 1000000 + 990000, 7200L * 1000000 + 1000000);
        Assert.Equal(10000, samples.Microseconds[2] - samples.Microseconds[1]);
    }
}
