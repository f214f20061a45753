using System;
using System.Collections.Generic;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Where two runs of the same sample differ, layer by layer and summed over samples: the report's comparison of
/// reference and integers. For one layer of one sample alone use <see cref="Agreement.Compare"/>.
/// </summary>
public sealed class SpikeComparison
{
    private readonly Dictionary<string, Agreement> _layers = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <summary>Names of the layers, in the order they were first added.</summary>
    public IReadOnlyList<string> Layers => _order;

    /// <summary>The agreement of a layer over all samples so far.</summary>
    public Agreement this[string layer] => _layers[layer];

    /// <summary>Takes one sample of one layer; the reference's name is the layer's.</summary>
    public void Add(SignalRecording reference, SignalRecording other)
    {
        ArgumentNullException.ThrowIfNull(reference);
        Agreement one = Agreement.Compare(reference, other);
        if (_layers.TryGetValue(reference.Node, out Agreement? sum)) _layers[reference.Node] = sum.Plus(one);
        else
        {
            _layers.Add(reference.Node, one);
            _order.Add(reference.Node);
        }
    }
}

/// <summary>How far the spikes of one layer agree in two runs of the same sample, or of several.</summary>
/// <remarks>
/// Most neurons are silent at most ticks, so the share of equal (tick, neuron) pairs is near 1 even where every spike
/// is wrong: look at <see cref="SpikeFraction"/> or <see cref="Jaccard"/> beside it. Of a count of several spikes the smaller of the two is shared.
/// </remarks>
public sealed class Agreement
{
    private readonly long[] _pairs;         // for each tick
    private readonly long[] _equal;
    private readonly double[] _shared;
    private readonly double[] _reference;
    private readonly double[] _other;

    private Agreement(int ticks)
    {
        _pairs = new long[ticks];
        _equal = new long[ticks];
        _shared = new double[ticks];
        _reference = new double[ticks];
        _other = new double[ticks];
    }

    /// <summary>Compares two recordings of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Agreement Compare(SignalRecording reference, SignalRecording other)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(other);
        if (reference.Ticks != other.Ticks || reference.Width != other.Width)
            throw new ArgumentException($"layer '{reference.Node}': {reference.Ticks} x {reference.Width} compared with {other.Ticks} x {other.Width}", nameof(other));

        Agreement result = new(reference.Ticks) { Samples = 1 };
        for (int t = 0; t < reference.Ticks; t++)
        {
            ReadOnlySpan<double> a = reference.Row(t), b = other.Row(t);
            result._pairs[t] = a.Length;
            for (int i = 0; i < a.Length; i++)
            {
                if (a[i] == b[i]) result._equal[t]++;
                result._shared[t] += Math.Min(a[i], b[i]);
                result._reference[t] += a[i];
                result._other[t] += b[i];
            }

            if (result.FirstDifference < 0 && result._equal[t] < a.Length) result.FirstDifference = t;
        }

        result.SamplesThatDiffer = result.FirstDifference < 0 ? 0 : 1;
        result.Total();
        return result;
    }

    /// <summary>Both together; the sequences may differ in length. Neither changes.</summary>
    public Agreement Plus(Agreement other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Agreement sum = new(Math.Max(Ticks, other.Ticks));
        foreach (Agreement each in (ReadOnlySpan<Agreement>)[this, other])
        {
            sum.Samples += each.Samples;
            sum.SamplesThatDiffer += each.SamplesThatDiffer;
            if (each.FirstDifference >= 0 && (sum.FirstDifference < 0 || each.FirstDifference < sum.FirstDifference)) sum.FirstDifference = each.FirstDifference;
            for (int t = 0; t < each.Ticks; t++)
            {
                sum._pairs[t] += each._pairs[t];
                sum._equal[t] += each._equal[t];
                sum._shared[t] += each._shared[t];
                sum._reference[t] += each._reference[t];
                sum._other[t] += each._other[t];
            }
        }

        sum.Total();
        return sum;
    }

    /// <summary>Samples compared.</summary>
    public int Samples { get; private set; }

    /// <summary>Samples in which anything differs.</summary>
    public int SamplesThatDiffer { get; private set; }

    /// <summary>Ticks of the longest sample.</summary>
    public int Ticks => _pairs.Length;

    /// <summary>(tick, neuron) pairs compared.</summary>
    public long Pairs { get; private set; }

    /// <summary>Pairs with the same number of spikes in both.</summary>
    public long EqualPairs { get; private set; }

    /// <summary>Spikes of the reference.</summary>
    public double ReferenceSpikes { get; private set; }

    /// <summary>Spikes of the other run.</summary>
    public double OtherSpikes { get; private set; }

    /// <summary>Spikes that both have at the same tick and neuron.</summary>
    public double SharedSpikes { get; private set; }

    /// <summary>The first tick (from 0) at which anything differs, the earliest over the samples; -1: none.</summary>
    public int FirstDifference { get; private set; } = -1;

    /// <summary>Share of equal pairs, 0 to 1; 1 for an empty recording.</summary>
    public double Fraction => Pairs == 0 ? 1 : (double)EqualPairs / Pairs;

    /// <summary>Shared spikes over the mean of both numbers of spikes (F1, Dice), 0 to 1; 1 when neither spiked.</summary>
    public double SpikeFraction => F1(SharedSpikes, ReferenceSpikes, OtherSpikes);

    /// <summary>Shared spikes over those that at least one run has, 0 to 1; 1 when neither spiked.</summary>
    public double Jaccard
    {
        get
        {
            double either = ReferenceSpikes + OtherSpikes - SharedSpikes;
            return either == 0 ? 1 : SharedSpikes / either;
        }
    }

    /// <summary><see cref="Fraction"/> of each tick.</summary>
    public double[] FractionCurve()
    {
        double[] curve = new double[Ticks];
        for (int t = 0; t < Ticks; t++) curve[t] = _pairs[t] == 0 ? 1 : (double)_equal[t] / _pairs[t];
        return curve;
    }

    /// <summary><see cref="SpikeFraction"/> of each tick.</summary>
    public double[] SpikeFractionCurve()
    {
        double[] curve = new double[Ticks];
        for (int t = 0; t < Ticks; t++) curve[t] = F1(_shared[t], _reference[t], _other[t]);
        return curve;
    }

    private static double F1(double shared, double reference, double other) =>
        reference + other == 0 ? 1 : 2 * shared / (reference + other);

    private void Total()
    {
        for (int t = 0; t < Ticks; t++)
        {
            Pairs += _pairs[t];
            EqualPairs += _equal[t];
            SharedSpikes += _shared[t];
            ReferenceSpikes += _reference[t];
            OtherSpikes += _other[t];
        }
    }
}
