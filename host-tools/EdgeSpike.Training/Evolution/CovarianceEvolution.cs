using System;
using System.IO;
using System.Runtime.Intrinsics;
using EdgeSpike.Demos.Blimp;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace EdgeSpike.Training.Evolution;

/// <summary>
/// CMA-ES: minimises a function of n numbers by samples from a Gaussian whose mean, step size and covariance follow the better ones.
/// <see cref="Ask"/> gives a generation, <see cref="Tell"/> takes its values. After Hansen, "The CMA Evolution Strategy: A Tutorial"
/// (arXiv 1604.00772v2), with the weights, rates and names of its appendix A, negative weights included.
/// </summary>
/// <remarks>
/// Not bounded: the caller maps what it asks for into its range. The separable form keeps only the diagonal and learns it (n + 2) / 3
/// times faster (Ros, Hansen 2008, "A simple modification in CMA-ES achieving linear time and space complexity"). Cost of a generation:
/// λ n² for samples and as much for the covariance, and every few generations an eigendecomposition (n³); separable: λ n.
/// The same seed gives the same run on every machine: vectors have a fixed width and there is one thread.
/// </remarks>
public sealed class CovarianceEvolution
{
    private readonly bool _separable;
    private readonly int _parents, _eigenInterval;
    private readonly double[] _weights;
    private readonly double _variance, _rateSigma, _dampSigma, _rateC, _rateOne, _rateMu, _sumWeights, _expectedNorm;
    private readonly double[] _pathSigma, _pathC, _scratch;

    // Separable: the diagonal. Otherwise rows of n, symmetric; only the part up to the diagonal is kept current.
    private readonly double[] _covariance;

    // B D by rows, and B by rows, of the last decomposition.
    private readonly double[] _root, _axes, _scales;
    private readonly double[][] _z, _y, _x;
    private readonly SeededRandom _random;
    private double[] _mean;
    private int _sinceEigen;

    /// <summary>A search at generation 0.</summary>
    /// <param name="mean">Where it starts.</param>
    /// <param name="sigma">Step size: a third of the distance to where the best is believed.</param>
    /// <param name="population">λ; 0: 4 + 3 ln n.</param>
    /// <param name="seed">Of the samples.</param>
    /// <param name="separable">Diagonal covariance.</param>
    public CovarianceEvolution(double[] mean, double sigma, int population, ulong seed, bool separable = false)
    {
        ArgumentNullException.ThrowIfNull(mean);
        int n = mean.Length;
        if (n < 1) throw new ArgumentException("at least one dimension", nameof(mean));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        Population = population == 0 ? 4 + (int)(3 * Math.Log(n)) : population;
        ArgumentOutOfRangeException.ThrowIfLessThan(Population, 4, nameof(population));
        _mean = (double[])mean.Clone();
        Sigma = sigma;
        _separable = separable;
        _random = new SeededRandom(seed, 0x636D61);

        int lambda = Population;
        _parents = lambda / 2;
        _weights = new double[lambda];
        for (int i = 0; i < lambda; i++) _weights[i] = Math.Log((lambda + 1) / 2.0) - Math.Log(i + 1);
        double positive = 0, squares = 0, negative = 0, negativeSquares = 0;
        for (int i = 0; i < lambda; i++)
        {
            if (i < _parents)
            {
                positive += _weights[i];
                squares += _weights[i] * _weights[i];
            }
            else
            {
                negative += _weights[i];
                negativeSquares += _weights[i] * _weights[i];
            }
        }

        _variance = positive * positive / squares;
        double varianceNegative = negative * negative / negativeSquares;
        _rateC = (4 + _variance / n) / (n + 4 + 2 * _variance / n);
        _rateSigma = (_variance + 2) / (n + _variance + 5);
        _rateOne = 2 / ((n + 1.3) * (n + 1.3) + _variance);
        _rateMu = Math.Min(1 - _rateOne, 2 * (0.25 + _variance + 1 / _variance - 2) / ((n + 2.0) * (n + 2) + _variance));
        if (separable)
        {
            _rateOne = Math.Min(1, _rateOne * (n + 2) / 3);
            _rateMu = Math.Min(1 - _rateOne, _rateMu * (n + 2) / 3);
        }

        _dampSigma = 1 + 2 * Math.Max(0, Math.Sqrt((_variance - 1) / (n + 1)) - 1) + _rateSigma;
        _expectedNorm = Math.Sqrt(n) * (1 - 1 / (4.0 * n) + 1 / (21.0 * n * n));
        double scaleNegative = Math.Min(1 + _rateOne / _rateMu, Math.Min(1 + 2 * varianceNegative / (_variance + 2), (1 - _rateOne - _rateMu) / (n * _rateMu)));
        for (int i = 0; i < lambda; i++)
        {
            _weights[i] = _weights[i] >= 0 && i < _parents ? _weights[i] / positive : Math.Min(0, _weights[i]) * scaleNegative / Math.Abs(negative);
            _sumWeights += _weights[i];
        }

        // As often as the covariance changes by some tenth (appendix B.2), and seldom enough for the n³ not to outweigh the samples.
        _eigenInterval = Math.Max(1, (int)(1 / (10.0 * n * (_rateOne + _rateMu))));
        if (n > 100) _eigenInterval = Math.Max(_eigenInterval, (int)(n * 20.0 / lambda));
        _pathSigma = new double[n];
        _pathC = new double[n];
        _scratch = new double[n];
        _scales = new double[n];
        Array.Fill(_scales, 1);
        if (separable)
        {
            _covariance = new double[n];
            Array.Fill(_covariance, 1);
            _root = _axes = [];
        }
        else
        {
            _covariance = Identity(n);
            _root = Identity(n);
            _axes = Identity(n);
        }

        _z = Rows(lambda, n);
        _y = Rows(lambda, n);
        _x = Rows(lambda, n);
    }

    /// <summary>λ.</summary>
    public int Population { get; }

    /// <summary>Generations told.</summary>
    public long Generation { get; private set; }

    /// <summary>Step size σ.</summary>
    public double Sigma { get; private set; }

    /// <summary>The mean m: with a noisy function the best estimate.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>Ratio of the longest to the shortest axis of the distribution.</summary>
    public double AxisRatio
    {
        get
        {
            double least = double.MaxValue, most = 0;
            foreach (double scale in _scales) (least, most) = (Math.Min(least, scale), Math.Max(most, scale));
            return most / least;
        }
    }

    /// <summary>The largest standard deviation of a coordinate.</summary>
    public double LargestDeviation
    {
        get
        {
            double largest = 0;
            for (int i = 0; i < _mean.Length; i++) largest = Math.Max(largest, _separable ? _covariance[i] : _covariance[i * _mean.Length + i]);
            return Sigma * Math.Sqrt(largest);
        }
    }

    /// <summary>Samples a generation: λ points of n numbers, valid until the next call.</summary>
    public double[][] Ask()
    {
        int n = _mean.Length;
        foreach (double[] z in _z)
            for (int i = 0; i < n; i++) z[i] = _random.NextGaussian();
        for (int k = 0; k < Population; k++)
        {
            double[] z = _z[k], y = _y[k];
            if (_separable)
                for (int i = 0; i < n; i++) y[i] = _scales[i] * z[i];
            else if (k + 4 > Population)
                for (int i = 0; i < n; i++) y[i] = Dot(_root, i * n, z, n);
            else
            {
                for (int i = 0; i < n; i++) Dot4(_root, i * n, n, i, _z[k], _z[k + 1], _z[k + 2], _z[k + 3], y, _y[k + 1], _y[k + 2], _y[k + 3]);
                k += 3;
            }
        }

        for (int k = 0; k < Population; k++)
        {
            double[] y = _y[k], x = _x[k];
            for (int i = 0; i < n; i++) x[i] = _mean[i] + Sigma * y[i];
        }

        return _x;
    }

    /// <summary>Takes the values of the points of the last <see cref="Ask"/>; NaN counts as worst.</summary>
    public void Tell(ReadOnlySpan<double> values)
    {
        int n = _mean.Length, lambda = Population;
        if (values.Length != lambda) throw new ArgumentException($"{values.Length} values for {lambda} points", nameof(values));
        int[] order = Ranked(values);

        // The step of the mean, in y and, for the path of σ, in z: C^(-1/2) y = B z.
        double[] step = _scratch, newMean = new double[n], zStep = new double[n];
        Array.Clear(step);
        for (int i = 0; i < _parents; i++)
        {
            double w = _weights[i];
            double[] y = _y[order[i]], z = _z[order[i]];
            for (int j = 0; j < n; j++)
            {
                step[j] += w * y[j];
                zStep[j] += w * z[j];
            }
        }

        for (int j = 0; j < n; j++) newMean[j] = _mean[j] + Sigma * step[j];
        double keep = Math.Sqrt(_rateSigma * (2 - _rateSigma) * _variance), norm = 0;
        for (int j = 0; j < n; j++)
        {
            double whitened = _separable ? zStep[j] : Dot(_axes, j * n, zStep, n);
            _pathSigma[j] = (1 - _rateSigma) * _pathSigma[j] + keep * whitened;
            norm += _pathSigma[j] * _pathSigma[j];
        }

        norm = Math.Sqrt(norm);
        bool stalled = norm / Math.Sqrt(1 - Math.Pow(1 - _rateSigma, 2 * (Generation + 1))) >= (1.4 + 2 / (n + 1.0)) * _expectedNorm;
        double keepC = stalled ? 0 : Math.Sqrt(_rateC * (2 - _rateC) * _variance);
        for (int j = 0; j < n; j++) _pathC[j] = (1 - _rateC) * _pathC[j] + keepC * step[j];

        double[] factors = new double[lambda];
        for (int i = 0; i < lambda; i++)
        {
            factors[i] = _rateMu * _weights[i];
            if (_weights[i] < 0)
            {
                double length = 0;
                foreach (double z in _z[order[i]]) length += z * z;
                factors[i] *= n / length;
            }
        }

        double decay = 1 - _rateOne - _rateMu * _sumWeights + (stalled ? _rateOne * _rateC * (2 - _rateC) : 0);
        if (_separable)
            for (int j = 0; j < n; j++)
            {
                double sum = decay * _covariance[j] + _rateOne * _pathC[j] * _pathC[j];
                for (int i = 0; i < lambda; i++) sum += factors[i] * _y[order[i]][j] * _y[order[i]][j];
                _covariance[j] = Math.Max(sum, double.Epsilon);
                _scales[j] = Math.Sqrt(_covariance[j]);
            }
        else
            for (int r = 0; r < n; r++)
            {
                Blend(_covariance, r * n, r + 1, decay, _rateOne * _pathC[r], _pathC);
                int i = 0;
                for (; i + 4 <= lambda; i += 4)
                {
                    double[] a = _y[order[i]], b = _y[order[i + 1]], c = _y[order[i + 2]], d = _y[order[i + 3]];
                    Blend4(_covariance, r * n, r + 1, factors[i] * a[r], a, factors[i + 1] * b[r], b, factors[i + 2] * c[r], c, factors[i + 3] * d[r], d);
                }

                for (; i < lambda; i++) Blend(_covariance, r * n, r + 1, 1, factors[i] * _y[order[i]][r], _y[order[i]]);
            }

        Sigma *= Math.Exp(Math.Min(1, _rateSigma / _dampSigma * (norm / _expectedNorm - 1)));
        _mean = newMean;
        Generation++;
        if (!_separable && ++_sinceEigen >= _eigenInterval) Decompose();
    }

    /// <summary>Writes all that a later <see cref="Restore"/> needs to go on exactly as this would.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Generation);
        writer.Write(Sigma);
        writer.Write(_sinceEigen);
        foreach (double[] part in (double[][])[_mean, _pathSigma, _pathC, _covariance, _root, _axes, _scales])
            foreach (double value in part) writer.Write(value);
        foreach (ulong word in _random.State) writer.Write(word);
    }

    /// <summary>Takes up what <see cref="Save"/> of a search with the same dimension, population and form wrote.</summary>
    /// <exception cref="EndOfStreamException">The content is shorter.</exception>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Generation = reader.ReadInt64();
        Sigma = Finite(reader.ReadDouble());
        _sinceEigen = reader.ReadInt32();
        foreach (double[] part in (double[][])[_mean, _pathSigma, _pathC, _covariance, _root, _axes, _scales])
            for (int i = 0; i < part.Length; i++) part[i] = Finite(reader.ReadDouble());
        ulong[] state = new ulong[5];
        for (int i = 0; i < 5; i++) state[i] = reader.ReadUInt64();
        _random.State = state;
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : throw new InvalidDataException("a number is not finite");

    private void Decompose()
    {
        int n = _mean.Length;
        _sinceEigen = 0;
        for (int r = 0; r < n; r++)
            for (int c = 0; c < r; c++) _covariance[c * n + r] = _covariance[r * n + c];
        MathNet.Numerics.Control.UseSingleThread();
        var eigen = DenseMatrix.OfColumnMajor(n, n, _covariance).Evd(Symmetricity.Symmetric);
        Vector<System.Numerics.Complex> values = eigen.EigenValues;
        double floor = 0;
        for (int j = 0; j < n; j++) floor = Math.Max(floor, values[j].Real * 1e-14);
        for (int j = 0; j < n; j++)
        {
            // Rounding may leave an axis at or below 0.
            _scales[j] = Math.Sqrt(Math.Max(values[j].Real, floor));
            for (int r = 0; r < n; r++)
            {
                double axis = eigen.EigenVectors[r, j];
                _axes[r * n + j] = axis;
                _root[r * n + j] = axis * _scales[j];
            }
        }
    }

    private static int[] Ranked(ReadOnlySpan<double> values)
    {
        int[] order = new int[values.Length];
        double[] keys = new double[values.Length];
        for (int i = 0; i < order.Length; i++) (order[i], keys[i]) = (i, double.IsNaN(values[i]) ? double.PositiveInfinity : values[i]);

        // Equal values in the order of their points: a sort that is not stable could differ from one .NET to the next.
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        return order;
    }

    private static double Dot(double[] matrix, int at, double[] vector, int n)
    {
        Vector512<double> a = default, b = default;
        int i = 0;
        for (; i + 16 <= n; i += 16)
        {
            a += Vector512.LoadUnsafe(ref matrix[at + i]) * Vector512.LoadUnsafe(ref vector[i]);
            b += Vector512.LoadUnsafe(ref matrix[at + i + 8]) * Vector512.LoadUnsafe(ref vector[i + 8]);
        }

        return Rest(a + b, matrix, at, vector, i, n);
    }

    /// <summary>The same for four vectors, each sum in the order of <see cref="Dot"/>: the row is read once.</summary>
    private static void Dot4(double[] matrix, int at, int n, int row, double[] z0, double[] z1, double[] z2, double[] z3, double[] y0, double[] y1, double[] y2, double[] y3)
    {
        Vector512<double> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
        int i = 0;
        for (; i + 16 <= n; i += 16)
        {
            Vector512<double> m = Vector512.LoadUnsafe(ref matrix[at + i]), o = Vector512.LoadUnsafe(ref matrix[at + i + 8]);
            a0 += m * Vector512.LoadUnsafe(ref z0[i]);
            b0 += o * Vector512.LoadUnsafe(ref z0[i + 8]);
            a1 += m * Vector512.LoadUnsafe(ref z1[i]);
            b1 += o * Vector512.LoadUnsafe(ref z1[i + 8]);
            a2 += m * Vector512.LoadUnsafe(ref z2[i]);
            b2 += o * Vector512.LoadUnsafe(ref z2[i + 8]);
            a3 += m * Vector512.LoadUnsafe(ref z3[i]);
            b3 += o * Vector512.LoadUnsafe(ref z3[i + 8]);
        }

        (y0[row], y1[row], y2[row], y3[row]) = (Rest(a0 + b0, matrix, at, z0, i, n), Rest(a1 + b1, matrix, at, z1, i, n), Rest(a2 + b2, matrix, at, z2, i, n), Rest(a3 + b3, matrix, at, z3, i, n));
    }

    private static double Rest(Vector512<double> sums, double[] matrix, int at, double[] vector, int i, int n)
    {
        double sum = 0;
        for (int k = 0; k < 8; k++) sum += sums.GetElement(k);
        for (; i < n; i++) sum += matrix[at + i] * vector[i];
        return sum;
    }

    /// <summary>row += Σ factor × vector, four at a time.</summary>
    private static void Blend4(double[] matrix, int at, int n, double f0, double[] y0, double f1, double[] y1, double f2, double[] y2, double f3, double[] y3)
    {
        Vector512<double> g0 = Vector512.Create(f0), g1 = Vector512.Create(f1), g2 = Vector512.Create(f2), g3 = Vector512.Create(f3);
        int i = 0;
        for (; i + 8 <= n; i += 8)
        {
            Vector512<double> sum = Vector512.LoadUnsafe(ref y0[i]) * g0 + Vector512.LoadUnsafe(ref y1[i]) * g1 + (Vector512.LoadUnsafe(ref y2[i]) * g2 + Vector512.LoadUnsafe(ref y3[i]) * g3);
            (Vector512.LoadUnsafe(ref matrix[at + i]) + sum).StoreUnsafe(ref matrix[at + i]);
        }

        for (; i < n; i++) matrix[at + i] += y0[i] * f0 + y1[i] * f1 + (y2[i] * f2 + y3[i] * f3);
    }

    /// <summary>row = row × decay + factor × vector.</summary>
    private static void Blend(double[] matrix, int at, int n, double decay, double factor, double[] vector)
    {
        Vector512<double> d = Vector512.Create(decay), f = Vector512.Create(factor);
        int i = 0;
        for (; i + 8 <= n; i += 8)
            (Vector512.LoadUnsafe(ref matrix[at + i]) * d + Vector512.LoadUnsafe(ref vector[i]) * f).StoreUnsafe(ref matrix[at + i]);
        for (; i < n; i++) matrix[at + i] = matrix[at + i] * decay + vector[i] * factor;
    }

    private static double[] Identity(int n)
    {
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++) matrix[i * n + i] = 1;
        return matrix;
    }

    private static double[][] Rows(int count, int n)
    {
        double[][] rows = new double[count][];
        for (int i = 0; i < count; i++) rows[i] = new double[n];
        return rows;
    }
}
