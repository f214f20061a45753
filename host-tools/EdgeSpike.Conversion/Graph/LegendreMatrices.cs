using System;
using MathNet.Numerics.LinearAlgebra;

namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// The matrices of a Legendre memory: a linear system whose state holds the last theta ticks of its input as coefficients
/// of the shifted Legendre polynomials.
/// </summary>
/// <remarks>
/// Continuous, for i, j from 0 to d - 1: a_ij = (2i+1)/theta * (i &lt; j ? -1 : (-1)^(i-j+1)), b_i = (2i+1) (-1)^i / theta.
/// Discrete by zero-order hold over one tick: A = exp(a), B = a^-1 (A - I) b.
/// </remarks>
public static class LegendreMatrices
{
    /// <summary>The largest order offered; beyond it double precision loses the window's far end.</summary>
    public const int LargestOrder = 128;

    /// <summary>The continuous pair: a [order x order] row-major and b [order].</summary>
    /// <exception cref="ConversionException">Order or theta out of range.</exception>
    public static (double[] A, double[] B) Continuous(int order, double theta)
    {
        Check(order, theta);
        double[] a = new double[order * order], b = new double[order];
        for (int i = 0; i < order; i++)
        {
            double scale = (2 * i + 1) / theta;
            b[i] = i % 2 == 0 ? scale : -scale;
            for (int j = 0; j < order; j++) a[i * order + j] = i < j || (i - j) % 2 == 0 ? -scale : scale;
        }

        return (a, b);
    }

    /// <summary>The discrete pair for a tick of 1: A [order x order] row-major and B [order].</summary>
    /// <param name="order">Number of polynomials d, 1 to 128.</param>
    /// <param name="theta">Length of the window in ticks, above 0.</param>
    /// <exception cref="ConversionException">Order or theta out of range.</exception>
    public static (double[] A, double[] B) Discrete(int order, double theta)
    {
        (double[] a, double[] b) = Continuous(order, theta);

        // exp of [[a, b], [0, 0]] is [[A, B], [0, 1]]: one exponential gives both, and a needs no inverse.
        Matrix<double> joined = Matrix<double>.Build.Dense(order + 1, order + 1, (i, j) => i == order ? 0 : j == order ? b[i] : a[i * order + j]);
        Matrix<double> exponential = Exponential(joined);
        double[] stateMatrix = new double[order * order], inputMatrix = new double[order];
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++) stateMatrix[i * order + j] = exponential[i, j];
            inputMatrix[i] = exponential[i, order];
        }

        return (stateMatrix, inputMatrix);
    }

    // Scaling and squaring of a Taylor series: with the norm at 1/2 or below, 20 terms are beyond double precision.
    private static Matrix<double> Exponential(Matrix<double> matrix)
    {
        int halvings = Math.Max(0, (int)Math.Ceiling(Math.Log2(Math.Max(matrix.InfinityNorm(), 1e-300))) + 1);
        Matrix<double> x = matrix / Math.Pow(2, halvings);
        Matrix<double> sum = Matrix<double>.Build.DenseIdentity(matrix.RowCount), term = sum;
        for (int k = 1; k <= 20; k++)
        {
            term = term * x / k;
            sum += term;
        }

        for (int k = 0; k < halvings; k++) sum *= sum;
        return sum;
    }

    private static void Check(int order, double theta)
    {
        if (order is < 1 or > LargestOrder)
            throw new ConversionException(ErrorCode.ParameterRange, "Legendre memory", $"an order of {order}", $"use 1 to {LargestOrder}");
        if (!double.IsFinite(theta) || theta <= 0 || theta > 1e6)
            throw new ConversionException(ErrorCode.ParameterRange, "Legendre memory", $"a window of {theta} ticks", "use more than 0 and at most 1e6");
        if (order / theta > 100)
            throw new ConversionException(ErrorCode.ParameterRange, "Legendre memory", $"order {order} in a window of {theta} ticks", "a window shorter than a tick holds nothing; use a longer one");
    }
}
