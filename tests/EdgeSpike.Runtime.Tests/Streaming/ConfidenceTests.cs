using System;
using System.Linq;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.RuntimeTests.Streaming;

/// <summary>The integers against the softmax they stand for.</summary>
public sealed class ConfidenceTests
{
    [Fact]
    public void It_is_the_largest_share_of_a_softmax()
    {
        Random random = new(1);
        for (int trial = 0; trial < 5000; trial++)
        {
            int classes = random.Next(2, 12);
            // Half an octave a spike, as counts have it, or a fine gain on large membranes.
            (int gain, int range) = trial % 2 == 0 ? (random.Next(1, 24) << 20, 41) : (random.Next(200, 4000), 400_000);
            long[] scores = [.. Enumerable.Range(0, classes).Select(_ => (long)random.Next(-range, range))];
            int best = Array.IndexOf(scores, scores.Max());
            double octaves = gain / (16.0 * (1 << 20));
            double exact = 1 / scores.Sum(s => Math.Pow(2, (s - scores[best]) * octaves));
            int doubt = new Confidence([gain], 20, null).Doubt(scores, classes, best, 0);
            // Each term is off by a sixteenth of an octave at most (4.4 %) and one unit.
            double least = 1 / (1 + (1 / exact - 1) * Math.Pow(2, 1 / 16.0) + classes / 32768.0) - 1.0 / 32768, most = 1 / (1 + (1 / exact - 1) / Math.Pow(2, 1 / 16.0) - classes / 32768.0) + 1.0 / 32768;
            Assert.InRange(Confidence.Of(doubt) / 32768.0, least, most);
        }
    }

    [Theory]
    [InlineData(new long[] { 10, 10 }, 32768, 16384)]
    [InlineData(new long[] { 10, 9 }, 16384, 21845)]
    [InlineData(new long[] { 10, 9, 9 }, 32768, 16384)]
    [InlineData(new long[] { 10, 8, 0 }, 8192 + 32, 26193)]
    [InlineData(new long[] { 100, 0, 0 }, 0, 32768)]
    [InlineData(new[] { long.MaxValue, long.MinValue }, 0, 32768)]
    public void An_octave_a_point_halves_the_doubt(long[] scores, int doubt, int confidence)
    {
        Confidence rule = new([16], 0, [doubt]);
        Assert.Equal(doubt, rule.Doubt(scores, scores.Length, 0, 0));
        Assert.Equal(confidence, Confidence.Of(doubt));
        Assert.True(rule.Enough(doubt, 0));
        Assert.False(rule.Enough(doubt + 1, 0));
    }

    [Fact]
    public void It_is_rounded_down_for_every_doubt()
    {
        for (long doubt = 0; doubt < 40_000_000; doubt += 1 + doubt / 1000) Assert.Equal((1L << 30) / (32768 + doubt), Confidence.Of((int)doubt));
        Assert.Equal(0, Confidence.Of(int.MaxValue));
    }

    [Fact]
    public void Without_limits_no_tick_is_the_last()
    {
        Assert.False(new Confidence([1], 0, null).Enough(0, 0));
        Assert.False(new Confidence([1], 0, [-1]).Enough(0, 0));
    }

    [Fact]
    public void Arrays_that_do_not_fit_are_refused()
    {
        Assert.Equal(StreamError.Ticks, new Confidence([], 0, null).Check());
        Assert.Equal(StreamError.Ticks, new Confidence([1, 2], 0, [1]).Check());
        Assert.Equal(StreamError.Gain, new Confidence([1, -2], 0, null).Check());
        Assert.Equal(StreamError.Gain, new Confidence([1], 63, null).Check());
        Assert.Equal(StreamError.None, new Confidence([1, 0], 62, [-1, 5]).Check());
    }
}
