using System;
using System.Linq;
using EdgeSpike.Demos.Har;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.Demos.Tests.Har;

public class SimulatedTests
{
    private const long Day = 86_400_000_000;

    [Fact]
    public void TheSameSeedIsTheSamePersonAndMovementsDiffer()
    {
        HarWindows a = SimulatedWrist.Windows(2, 5, 1);
        Assert.Equal(a.Samples, SimulatedWrist.Windows(2, 5, 1).Samples);
        Assert.NotEqual(a.Samples, SimulatedWrist.Windows(2, 5, 2).Samples);
        Assert.Equal(70, a.Count);
        // Five neighbours tell the movements of people they have met apart: the windows are not noise.
        HarWindows all = SimulatedWrist.Windows(4, 20, 3);
        int[] train = [.. Enumerable.Range(0, all.Count).Where(n => n % 2 == 0)], test = [.. Enumerable.Range(0, all.Count).Where(n => n % 2 == 1)];
        Assert.True(new NearestNeighbours(all, train).Accuracy(all, test) > 0.95);
    }

    [Fact]
    public void AWristStaysOnItsArm()
    {
        // It turns back as much as it turns, and where it hardly moves it weighs what it does at rest.
        short[] values = new short[6];
        for (int activity = 0; activity < HarWindows.Classes; activity++)
        {
            SimulatedWrist wrist = new(11);
            double[] sums = new double[6];
            for (int i = 0; i < 12_000; i++)
            {
                wrist.Read(activity, i * 0.01, values, 0);
                for (int c = 0; c < 6; c++) sums[c] += values[c] / 1000.0 / 12_000;
            }

            // Wide turns about several axes do not: a cone's mean rate in its own axes is not 0.
            if (activity is >= 2 and <= 5) Assert.All(sums[3..], rate => Assert.InRange(rate, -0.05, 0.05));
            if (activity is 2 or 3) Assert.InRange(Math.Sqrt(sums[0] * sums[0] + sums[1] * sums[1] + sums[2] * sums[2]), 9.5, 10.1);
        }
    }

    [Fact]
    public void AStreamCountsWhatItDoesWrong()
    {
        SimulatedStream stream = new(new StreamTroubles { Lost = 0.02, Late = 0.05, Doubled = 0.03, Corrupt = 0.01, Jitter = 0.003 }, 2, 500, 1);
        short[] values = new short[6];
        long newest = long.MinValue, damaged = 0, behind = 0, same = 0, last = 0;
        for (int i = 0; i < 100_000; i++)
        {
            long time = stream.Next(values);
            bool wrong = values.Contains(SimulatedStream.Damage) || Math.Abs(time - newest) > 1_000_000 && i > 0;
            if (wrong) damaged++;
            else if (time == last) same++;
            else if (time < newest) behind++;
            if (!wrong) (newest, last) = (Math.Max(newest, time), time);
        }

        Assert.Equal((stream.Corrupt, stream.Doubled), (damaged, same));
        // A late sample whose followers are all lost is behind nobody.
        Assert.InRange(behind, (long)(0.95 * stream.Late), stream.Late);
        Assert.InRange(stream.Late, 4700, 5500);
        Assert.InRange(stream.Made + stream.Doubled - stream.Lost - stream.Sent, 0, 16);
    }

    [Fact]
    public void ADayOfATroubledStreamDoesNotDriftLosesNothingUncountedAndTakesNoMemory()
    {
        StreamTroubles troubles = new() { Rate = 25, RateError = 0.003, Jitter = 0.002, Lost = 0.01, Late = 0.01, Doubled = 0.001, Corrupt = 0.001 };
        SimulatedStream stream = new(troubles, 6, 1_234_567, 5);
        Resampler resampler = new();
        Assert.Equal(StreamError.None, resampler.Prepare(HarDemo.StreamSettings(troubles)));
        WindowClassifier classifier = HarModel.Load(StandIn.Model(), "stand-in").Classifier(null);
        StreamClassifier whole = new(resampler, classifier, HarWindows.Channels);
        short[] values = new short[HarWindows.Channels];
        long answers = 0, wrongTimes = 0, allocated = 0;
        // The first minute is for what the first call of a method allocates.
        foreach (long until in (long[])[60_000_000, Day])
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            while (stream.Made < (long)(until / 1e6 * 25 * 1.003))
            {
                long time = stream.Next(values);
                whole.Push(time, values, 0);
                while (whole.Next())
                {
                    answers++;
                    if (resampler.Time != 1_234_567 + 50_000 * (40 * answers - 1)) wrongTimes++;
                }
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal((0, 0), (wrongTimes, allocated));
        Assert.Equal(resampler.Produced / 40, answers);
        Assert.InRange(resampler.Time, 1_234_567 + Day - 1_000_000, 1_234_567 + Day + 1_000_000);
        Assert.Equal((0, 0, 0, 0), (resampler.Gaps, resampler.ClockResets, resampler.Missed, resampler.Late));
        Assert.InRange(stream.Sent - resampler.Used - resampler.Duplicates - resampler.Corrupt, 0, 1);
        Assert.Equal((stream.Doubled, stream.Corrupt), (resampler.Duplicates, resampler.Corrupt));
        Assert.InRange(resampler.Reordered, (long)(0.97 * stream.Late), stream.Late);
        // A damaged sample leaves a hole like a lost one; the last few may still be held back.
        Assert.InRange(stream.Lost + stream.Corrupt - resampler.Lost, 0, 6);
        Assert.InRange(resampler.MeasuredPeriodMicroseconds, 39_700, 40_060);
        Assert.Equal(0, resampler.RateErrors);
    }
}
