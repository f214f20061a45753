namespace EdgeSpike.Runtime;

/// <summary>Division for targets that have none: the school's method in base 2, in a bounded number of steps.</summary>
internal static class Division
{
    /// <summary>The quotient, rounded down.</summary>
    /// <param name="dividend">0 or more.</param>
    /// <param name="divisor">1 to 2^62.</param>
    internal static long Floor(long dividend, long divisor)
    {
        int shift = 0;
        while (shift < 62 && divisor <= dividend - divisor)
        {
            divisor <<= 1;
            shift++;
        }

        long quotient = 0;
        for (; shift >= 0; shift--)
        {
            quotient <<= 1;
            if (dividend >= divisor)
            {
                dividend -= divisor;
                quotient |= 1;
            }

            divisor >>= 1;
        }

        return quotient;
    }
}
