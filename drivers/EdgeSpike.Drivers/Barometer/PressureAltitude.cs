namespace EdgeSpike.Drivers;

/// <summary>Height from pressure in the standard atmosphere (ISO 2533, ICAO Doc 7488), in integers.</summary>
/// <remarks>
/// h = T0 / L (1 - (p / p0)^(R L / g)) with T0 = 288.15 K, L = 6.5 K/km, R = 287.05287 J/(kg K), g = 9.80665 m/s^2: 44330.769 m and 0.1902631. The power is taken as
/// e^(0.1902631 ln): logarithms bit by bit, the exponential by its series. Within 1 mm of the formula from 300 to 1100 hPa, over any
/// reference there; the atmosphere itself departs from the standard by far more, a constant as long as the weather holds.
/// </remarks>
public static class PressureAltitude
{
    /// <summary>Standard pressure at sea level in 1/256 Pa.</summary>
    public const int SeaLevel = 101325 * 256;

    /// <summary>What <see cref="Millimetres"/> gives for a pressure outside 300 to 1250 hPa.</summary>
    public const int Invalid = int.MinValue;

    private const int LogBits = 26;
    private const long One = 1L << 30;
    private const long Exponent = 141605429;            // 0.1902631 ln 2 in 1/2^30
    private const long Scale = 44330769;                // mm

    /// <summary>Height over the place where the pressure is <paramref name="reference"/>, in mm.</summary>
    /// <param name="pressure">1/256 Pa.</param>
    /// <param name="reference">1/256 Pa.</param>
    public static int Millimetres(int pressure, int reference)
    {
        if (!Fits(pressure) || !Fits(reference)) return Invalid;
        long y = (Log2(pressure) - Log2(reference)) * Exponent >> LogBits;

        // e^y for |y| <= 0.28: nine terms leave 2^-36.
        long power = One;
        for (int term = 9; term >= 1; term--) power = One + (power * y >> 30) / term;
        return (int)((Scale * (One - power) + (One >> 1)) >> 30);
    }

    private static bool Fits(int pressure)
    {
        return pressure >= 30000 * 256 && pressure <= 125000 * 256;
    }

    // Binary logarithm in 1/2^26: the square of a number in [1, 2) tells the next bit.
    private static long Log2(int value)
    {
        int exponent = 0;
        long m = value;
        while (m < One)
        {
            m <<= 1;
            exponent--;
        }

        long log = exponent;
        for (int bit = 0; bit < LogBits; bit++)
        {
            m = m * m >> 30;
            log <<= 1;
            if (m < 2 * One) continue;
            m >>= 1;
            log |= 1;
        }

        return log;
    }
}
