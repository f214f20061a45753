using System;
using System.Runtime.CompilerServices;

namespace EdgeSpike.Demos.Blimp;

/// <summary>
/// Random numbers that are the same on every .NET and machine: xoshiro256** (Blackman, Vigna 2018), seeded by SplitMix64.
/// Its state is four words, so that work can be stopped and taken up again.
/// </summary>
public sealed class SeededRandom
{
    private ulong _a, _b, _c, _d;
    private double _spare = double.NaN;

    /// <summary>A sequence; the same seed and stream give the same one.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">Tells sequences of one seed apart.</param>
    public SeededRandom(ulong seed, ulong stream = 0)
    {
        ulong state = seed ^ (stream * 0xD1B54A32D192ED03);
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    /// <summary>The four words, and the second number of a Gaussian pair as bits (NaN: none): five words in all.</summary>
    public ulong[] State
    {
        get => [_a, _b, _c, _d, BitConverter.DoubleToUInt64Bits(_spare)];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != 5) throw new ArgumentException("five words", nameof(value));
            (_a, _b, _c, _d, _spare) = (value[0], value[1], value[2], value[3], BitConverter.UInt64BitsToDouble(value[4]));
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = RotateLeft(_b * 5, 7) * 9, t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [least, most).</summary>
    public double Next(double least, double most) => least + (most - least) * Next();

    /// <summary>0 … count − 1 (bias below count / 2^53).</summary>
    public int NextIndex(int count) => (int)(Next() * count);

    /// <summary>Gaussian of mean 0 and variance 1 (Marsaglia's polar method).</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(_spare))
        {
            double spare = _spare;
            _spare = double.NaN;
            return spare;
        }

        while (true)
        {
            double x = 2 * Next() - 1, y = 2 * Next() - 1, s = x * x + y * y;
            if (s >= 1 || s == 0) continue;
            double scale = Math.Sqrt(-2 * Math.Log(s) / s);
            _spare = y * scale;
            return x * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong RotateLeft(ulong x, int by) => (x << by) | (x >> (64 - by));

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
