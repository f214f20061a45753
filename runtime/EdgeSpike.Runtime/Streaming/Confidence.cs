namespace EdgeSpike.Runtime;

/// <summary>
/// How sure a network is of its answer, from what its output has added up to so far, and whether that is enough to stop:
/// Dynamic Confidence (Li, Jones, Furber, <i>Unleashing the Potential of Spiking Neural Networks with Dynamic
/// Confidence</i>, ICCV 2023), in integers.
/// </summary>
/// <remarks>
/// The confidence is the largest share of a softmax over the scores s: 1 / (1 + D), D = sum of 2^(-g (s_best - s_c)) over
/// all other classes c. The gain g takes the place of the temperature, one for each tick, since scores grow with time.
/// Whether 1 / (1 + D) reaches a threshold T needs no division: D &lt;= 1 / T - 1, and a calibration on the host writes the
/// right-hand side, a limit for each tick.
/// <para>Integers: x = floor((s_best - s_c) * gain / 2^shift) in sixteenths of an octave; its term is Powers[x mod 16] shifted
/// right by x / 16, in units of 2^-15, so terms of 16 octaves and more are 0. D, limits and confidence have 15 fractional
/// bits: 32768 is 1.</para>
/// </remarks>
public sealed class Confidence
{
    /// <summary>1, in the units of limits and confidences.</summary>
    public const int One = 1 << 15;

    // round(2^15 * 2^(-i/16))
    private static readonly ushort[] Powers = new ushort[] { 32768, 31379, 30048, 28774, 27554, 26386, 25268, 24196, 23170, 22188, 21247, 20347, 19484, 18658, 17867, 17109 };

    private readonly int[] _gains;
    private readonly int _shift;
    private readonly int[] _limits;

    /// <summary>Takes the arrays as they are; <see cref="Check"/> tells whether they will do.</summary>
    /// <param name="gains">[ticks], 0 or more.</param>
    /// <param name="shift">0 to 62: a gain of 2^shift makes one unit of score a sixteenth of an octave.</param>
    /// <param name="limits">[ticks]: the largest D at which the tick may be the last; -1: it may not. Null: none may.</param>
    public Confidence(int[] gains, int shift, int[] limits)
    {
        _gains = gains;
        _shift = shift;
        _limits = limits;
    }

    /// <summary>Ticks that there are gains for.</summary>
    public int Ticks
    {
        get { return _gains.Length; }
    }

    /// <summary>None, or what is wrong with gains and limits.</summary>
    public StreamError Check()
    {
        if (_gains.Length == 0 || (_limits != null && _limits.Length != _gains.Length)) return StreamError.Ticks;
        if (_shift < 0 || _shift > 62) return StreamError.Gain;
        for (int i = 0; i < _gains.Length; i++)
            if (_gains[i] < 0) return StreamError.Gain;
        return StreamError.None;
    }

    /// <summary>D after a tick.</summary>
    /// <param name="scores">[classes].</param>
    /// <param name="classes">How many.</param>
    /// <param name="best">Index of the largest.</param>
    /// <param name="tick">0 is the first.</param>
    public int Doubt(long[] scores, int classes, int best, int tick)
    {
        long gain = _gains[tick];
        int doubt = 0;
        for (int c = 0; c < classes; c++)
        {
            if (c == best) continue;
            long behind = scores[best] - scores[c];
            // Also when the difference did not fit: then it is as large as any.
            if (behind < 0 || behind > int.MaxValue) behind = int.MaxValue;
            long sixteenths = (behind * gain) >> _shift;
            if (sixteenths < 256) doubt += Powers[(int)sixteenths & 15] >> ((int)sixteenths >> 4);
        }

        return doubt;
    }

    /// <summary>Whether a tick may be the last at this D.</summary>
    public bool Enough(int doubt, int tick)
    {
        return _limits != null && doubt <= _limits[tick];
    }

    /// <summary>1 / (1 + D), rounded down: 0 to 32768.</summary>
    public static int Of(int doubt)
    {
        return (int)Division.Floor((long)One * One, (long)One + doubt);
    }
}
