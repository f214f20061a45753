using System;

namespace EdgeSpike.Training;

/// <summary>
/// Random numbers that depend on their key alone (SplitMix64, Steele, Lea, Flood 2014): one stream for each window, shard
/// or layer, so that no order of threads changes what is drawn.
/// </summary>
/// <remarks>A mutable structure: pass it by reference.</remarks>
public struct TrainingRandom
{
    private ulong _state;

    /// <summary>The stream of a key made of up to four numbers.</summary>
    public TrainingRandom(ulong seed, ulong a = 0, ulong b = 0, ulong c = 0)
    {
        _state = Mix(Mix(Mix(Mix(seed) + a) + b) + c);
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits()
    {
        _state += 0x9E3779B97F4A7C15;
        return Finish(_state);
    }

    /// <summary>Uniform in [0, 1), in steps of 2^-24.</summary>
    public float Uniform() => (Bits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Uniform(float low, float high) => low + (high - low) * Uniform();

    /// <summary>Uniform in 0 … count − 1.</summary>
    public int Below(int count) => (int)((Bits() >> 32) * (ulong)count >> 32);

    /// <summary>Standard normal (Box, Muller 1958).</summary>
    public float Normal()
    {
        double u = ((Bits() >> 11) + 1) * (1.0 / (1L << 53)), v = Bits() * (2 * Math.PI / 18446744073709551616.0);
        return (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(v));
    }

    private static ulong Mix(ulong x) => Finish(x + 0x9E3779B97F4A7C15);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
