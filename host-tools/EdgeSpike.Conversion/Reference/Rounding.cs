using System;
using System.Numerics;
using System.Runtime.InteropServices;

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
        // References and offsets rather than slices: a slice for every vector would cost as much as its arithmetic.
        int count = Math.Min(weights.Length, sum.Length), i = 0, lanes = Vector<double>.Count;
        ref double w = ref MemoryMarshal.GetReference(weights);
        ref double s = ref MemoryMarshal.GetReference(sum);
        if (single)
        {
            Vector<float> factors = new((float)factor);
            for (; i <= count - 2 * lanes; i += 2 * lanes)
            {
                Vector<float> product = Vector.Narrow(Vector.LoadUnsafe(ref w, (nuint)i), Vector.LoadUnsafe(ref w, (nuint)(i + lanes))) * factors;
                Vector<float> before = Vector.Narrow(Vector.LoadUnsafe(ref s, (nuint)i), Vector.LoadUnsafe(ref s, (nuint)(i + lanes)));
                Vector.Widen(before + product, out Vector<double> low, out Vector<double> high);
                low.StoreUnsafe(ref s, (nuint)i);
                high.StoreUnsafe(ref s, (nuint)(i + lanes));
            }

            for (; i < count; i++) sum[i] = (float)(sum[i] + (float)(weights[i] * factor));
        }
        else
        {
            Vector<double> factors = new(factor);
            for (; i <= count - lanes; i += lanes)
                (Vector.LoadUnsafe(ref s, (nuint)i) + Vector.LoadUnsafe(ref w, (nuint)i) * factors).StoreUnsafe(ref s, (nuint)i);
            for (; i < count; i++) sum[i] += weights[i] * factor;
        }
    }
}
