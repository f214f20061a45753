using System;
using System.Numerics;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// What happens to the result of one addition or multiplication. A type argument rather than a flag, so that the compiler
/// makes a loop of its own for each.
/// </summary>
/// <remarks>
/// A sum or product of two singles, made in double and then rounded, equals the one made in single (53 bits are at
/// least 2 * 24 + 2), so one storage type serves both precisions.
/// </remarks>
internal interface IRounding
{
    /// <summary>The value that is kept.</summary>
    static abstract double Round(double value);
}

/// <summary>Keeps the double.</summary>
internal readonly struct ToDouble : IRounding
{
    public static double Round(double value) => value;
}

/// <summary>Rounds to the nearest single, ties to even.</summary>
internal readonly struct ToSingle : IRounding
{
    public static double Round(double value) => (float)value;
}

/// <summary>Rounding of whole arrays, and the one inner loop in which the reference spends its time.</summary>
internal static class Rounding
{
    /// <summary>A copy of the parameters as a network of that precision holds them.</summary>
    public static double[] Parameters(double[] values, Precision precision)
    {
        double[] copy = (double[])values.Clone();
        if (precision == Precision.Float32)
            for (int i = 0; i < copy.Length; i++) copy[i] = (float)copy[i];
        return copy;
    }

    /// <summary>The same, with a single value repeated for all <paramref name="count"/> elements.</summary>
    public static double[] Parameters(double[] values, int count, Precision precision)
    {
        double[] copy = Parameters(values, precision);
        if (copy.Length == count) return copy;
        double[] all = new double[count];
        Array.Fill(all, copy[0]);
        return all;
    }

    /// <summary>sum[i] += weights[i] * factor, with product and addition rounded to single when asked.</summary>
    /// <remarks>Lanes do not interact, so the vector loop gives the bits of the scalar one.</remarks>
    public static void AddScaled(ReadOnlySpan<double> weights, double factor, Span<double> sum, bool single)
    {
        int i = 0, lanes = Vector<double>.Count;
        if (single)
        {
            Vector<float> factors = new((float)factor);
            for (; i <= weights.Length - 2 * lanes; i += 2 * lanes)
            {
                Vector<float> w = Vector.Narrow(new Vector<double>(weights[i..]), new Vector<double>(weights[(i + lanes)..]));
                Vector<float> s = Vector.Narrow(new Vector<double>(sum[i..]), new Vector<double>(sum[(i + lanes)..]));
                Vector.Widen(s + w * factors, out Vector<double> low, out Vector<double> high);
                low.CopyTo(sum[i..]);
                high.CopyTo(sum[(i + lanes)..]);
            }

            for (; i < weights.Length; i++) sum[i] = (float)(sum[i] + (float)(weights[i] * factor));
        }
        else
        {
            Vector<double> factors = new(factor);
            for (; i <= weights.Length - lanes; i += lanes)
                (new Vector<double>(sum[i..]) + new Vector<double>(weights[i..]) * factors).CopyTo(sum[i..]);
            for (; i < weights.Length; i++) sum[i] += weights[i] * factor;
        }
    }
}
