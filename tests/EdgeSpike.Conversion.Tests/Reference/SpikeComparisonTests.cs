using System;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>Comparison of recordings, readouts, and whole samples, on numbers small enough to check by hand.</summary>
public sealed class SpikeComparisonTests
{
    [Fact]
    public void Agreement_counts_pairs_and_spikes()
    {
        Agreement a = Agreement.Compare(Recording(3, 2, 1, 0, 0, 1, 1, 1), Recording(3, 2, 1, 0, 1, 0, 1, 0));
        Assert.Equal((6, 3), (a.Pairs, a.EqualPairs));
        Assert.Equal(0.5, a.Fraction);
        Assert.Equal((4, 3, 2), (a.ReferenceSpikes, a.OtherSpikes, a.SharedSpikes));
        Assert.Equal(4.0 / 7, a.SpikeFraction);
        Assert.Equal(2.0 / 5, a.Jaccard);
        Assert.Equal(1, a.FirstDifference);
        Assert.Equal((1, 1, 3), (a.Samples, a.SamplesThatDiffer, a.Ticks));
        Assert.Equal([1, 0, 0.5], a.FractionCurve());
        Assert.Equal([1, 0, 2.0 / 3], a.SpikeFractionCurve());
    }

    [Fact]
    public void Equal_and_silent_recordings_agree_fully()
    {
        Agreement a = Agreement.Compare(Recording(2, 2, 0, 0, 0, 0), Recording(2, 2, 0, 0, 0, 0));
        Assert.Equal((1.0, 1.0, 1.0, -1, 0), (a.Fraction, a.SpikeFraction, a.Jaccard, a.FirstDifference, a.SamplesThatDiffer));
        Assert.Equal([1, 1], a.SpikeFractionCurve());
    }

    [Fact]
    public void Of_several_spikes_the_smaller_count_is_shared()
    {
        Agreement a = Agreement.Compare(Recording(1, 2, 3, 0), Recording(1, 2, 2, 1));
        Assert.Equal((3, 3, 2, 0), (a.ReferenceSpikes, a.OtherSpikes, a.SharedSpikes, a.EqualPairs));
    }

    [Fact]
    public void Layers_add_up_over_samples_of_any_length()
    {
        SpikeComparison comparison = new();
        comparison.Add(Recording(1, 2, 1, 0), Recording(1, 2, 1, 0));
        comparison.Add(Recording(3, 2, 1, 0, 0, 0, 1, 0), Recording(3, 2, 1, 0, 0, 0, 0, 0));
        Assert.Equal(["layer"], comparison.Layers);
        Agreement a = comparison["layer"];
        Assert.Equal((2, 1, 3, 2), (a.Samples, a.SamplesThatDiffer, a.Ticks, a.FirstDifference));
        Assert.Equal((8, 7), (a.Pairs, a.EqualPairs));
        Assert.Equal((3, 2, 2), (a.ReferenceSpikes, a.OtherSpikes, a.SharedSpikes));
        Assert.Equal([1, 1, 0.5], a.FractionCurve());
    }

    [Fact]
    public void Recordings_of_different_shape_are_refused() =>
        Assert.Contains("3 x 2 compared with 2 x 3", Assert.Throws<ArgumentException>(() => Agreement.Compare(Recording(3, 2, new double[6]), Recording(2, 3, new double[6]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(Readout.SpikeCount, -4.0, 3.0, 1)]
    [InlineData(Readout.Last, -3.0, 1.0, 1)]
    [InlineData(Readout.Maximum, -0.5, 1.0, 1)]
    [InlineData(Readout.Mean, -4.0 / 3, 1.0, 1)]
    public void Readouts_take_sum_last_largest_and_mean(Readout readout, double first, double second, int best)
    {
        ReadoutAccumulator accumulator = new(readout, 2);
        for (int run = 0; run < 2; run++)
        {
            accumulator.Reset();
            accumulator.Add([-0.5, 1]);
            accumulator.Add([-0.5, 1]);
            accumulator.Add([-3, 1]);
            Assert.Equal([first, second], accumulator.Values.ToArray());
            Assert.Equal((best, 3), (accumulator.Class, accumulator.Ticks));
        }
    }

    [Fact]
    public void A_tie_goes_to_the_lowest_index() => Assert.Equal(1, ReadoutAccumulator.ArgumentOfMaximum([1, 2, 2, 0]));

    [Fact]
    public void A_runner_starts_every_sample_from_a_reset_and_keeps_what_was_asked()
    {
        NeuronNode neuron = new() { Name = "n", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [1], Threshold = [1], Reset = ResetRule.Subtract };
        SequenceRunner runner = new(Graphs.Around(neuron, readout: Readout.SpikeCount), ["n", "in"], ["n"]);
        double[] input = [0.75, 0.25, 0.75, 0.25, 0, 0];
        for (int run = 0; run < 2; run++)
        {
            SequenceResult result = runner.Run(input);
            Assert.Equal(3, result.Ticks);
            Assert.Equal(input, Enumerable.Range(0, 3).SelectMany(t => result.Signals["in"].Row(t).ToArray()));
            Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(t => result.Signals["n"][t, 0]));
            Assert.Equal([0.75, 0.5, 0.5], Enumerable.Range(0, 3).Select(t => result.Membranes["n"][t, 0]));
            Assert.Equal(1, result.Signals["n"].Total);
            Assert.Equal([1, 0], result.Values.ToArray());
            Assert.Equal(0, result.Class);
            Assert.Equal(Readout.SpikeCount, result.Readouts["out"].Readout);
        }

        Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => runner.Run(new double[5])).Code);
        Assert.Throws<ArgumentException>(() => new SequenceRunner(runner.Network, ["nobody"]));
    }

    private static SignalRecording Recording(int ticks, int width, params double[] values) => new("layer", ticks, width, values);
}
