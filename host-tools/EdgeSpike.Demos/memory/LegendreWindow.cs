using System;

namespace EdgeSpike.Demos.Memory;

/// <summary>
/// Reads a Legendre memory: its state holds the last θ ticks as coefficients of shifted Legendre polynomials
/// (Voelker, Kajić, Eliasmith 2019, eq. 3): u(t − θ') ≈ Σ_i P̃_i(θ'/θ) m_i(t).
/// </summary>
public sealed class LegendreWindow
{
    private readonly double[] _polynomials;

    /// <param name="order">Length d of the state.</param>
    /// <param name="share">How far back, as a share θ'/θ of the window: 0 is now, 1 the oldest end.</param>
    public LegendreWindow(int order, double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        _polynomials = new double[order];
        // P̃_i(r) = P_i(2r − 1), by Bonnet's recursion.
        double x = 2 * share - 1, before = 0, here = 1;
        for (int i = 0; i < order; i++)
        {
            _polynomials[i] = here;
            (before, here) = (here, ((2 * i + 1) * x * here - i * before) / (i + 1));
        }
    }

    /// <summary>The value that far back, read from the state.</summary>
    public double Decode(ReadOnlySpan<double> state)
    {
        double sum = 0;
        for (int i = 0; i < _polynomials.Length; i++) sum += _polynomials[i] * state[i];
        return sum;
    }
}
