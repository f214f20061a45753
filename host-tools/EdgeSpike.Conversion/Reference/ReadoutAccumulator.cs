using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Reads an output over a sequence: the sum, the last, the largest or the mean value of each element, and the class.
/// Owns its memory; nothing is allocated after construction. Sums and means are made in double.
/// </summary>
/// <remarks>It takes what <see cref="ReferenceNetwork.ReadoutSignal"/> gives, or the same of another engine.</remarks>
public sealed class ReadoutAccumulator
{
    private readonly double[] _kept;
    private readonly double[] _values;

    /// <summary>For <paramref name="count"/> elements.</summary>
    public ReadoutAccumulator(Readout readout, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Readout = readout;
        _kept = new double[count];
        _values = new double[count];
    }

    /// <summary>For an output node.</summary>
    public ReadoutAccumulator(OutputNode output)
        : this((output ?? throw new ArgumentNullException(nameof(output))).Readout, output.OutputShape.Count)
    {
    }

    /// <summary>What is made of the signal.</summary>
    public Readout Readout { get; }

    /// <summary>Ticks since the last reset.</summary>
    public long Ticks { get; private set; }

    /// <summary>The result so far for each element; zeros before the first tick.</summary>
    public ReadOnlySpan<double> Values
    {
        get
        {
            for (int i = 0; i < _values.Length; i++) _values[i] = Readout == Readout.Mean && Ticks > 0 ? _kept[i] / Ticks : _kept[i];
            return _values;
        }
    }

    /// <summary>Index of the largest result; the lowest of those that tie.</summary>
    public int Class => ArgumentOfMaximum(Values);

    /// <summary>Takes the signal of one tick.</summary>
    public void Add(ReadOnlySpan<double> signal)
    {
        if (signal.Length != _kept.Length) throw new ArgumentException($"{signal.Length} values where {_kept.Length} belong", nameof(signal));
        for (int i = 0; i < _kept.Length; i++)
            _kept[i] = Readout switch
            {
                Readout.Last => signal[i],
                Readout.Maximum => Ticks == 0 || signal[i] > _kept[i] ? signal[i] : _kept[i],
                _ => _kept[i] + signal[i],
            };
        Ticks++;
    }

    /// <summary>Back to before the first tick.</summary>
    public void Reset()
    {
        Array.Clear(_kept);
        Ticks = 0;
    }

    /// <summary>Index of the largest value, the lowest of those that tie.</summary>
    public static int ArgumentOfMaximum(ReadOnlySpan<double> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }
}
