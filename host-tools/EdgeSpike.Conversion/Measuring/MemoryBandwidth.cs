using System;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeSpike.Conversion.Measuring;

/// <summary>
/// How fast one core reads memory from one end to the other: the bound that no kernel can pass, because every synaptic
/// event reads a weight. Measured, since it differs by machine and by cache.
/// </summary>
public static class MemoryBandwidth
{
    /// <summary>Bytes per second over an array of that size, the best of what fits into the time.</summary>
    /// <param name="bytes">Size: a few kilobytes stay in the first cache, many megabytes come from memory.</param>
    /// <param name="budget">Time to spend.</param>
    public static double Measure(int bytes, TimeSpan budget)
    {
        byte[] array = new byte[bytes];
        new Random(1).NextBytes(array);
        ReadOnlySpan<Vector<long>> vectors = MemoryMarshal.Cast<byte, Vector<long>>(array);
        int repeats = Math.Max(1, (1 << 22) / bytes);
        double best = 0;
        long sink = 0;
        long end = Stopwatch.GetTimestamp() + (long)(budget.TotalSeconds * Stopwatch.Frequency);
        do
        {
            long start = Stopwatch.GetTimestamp();
            for (int r = 0; r < repeats; r++) sink += Read(vectors);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, (double)repeats * vectors.Length * Vector<byte>.Count / seconds);
        }
        while (Stopwatch.GetTimestamp() < end);
        GC.KeepAlive(sink);
        return best;
    }

    /// <summary>Four sums, so that no addition waits for the one before.</summary>
    private static long Read(ReadOnlySpan<Vector<long>> vectors)
    {
        Vector<long> a = default, b = default, c = default, d = default;
        int i = 0;
        for (; i <= vectors.Length - 4; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }

        return Vector.Sum(a + b + c + d);
    }
}
