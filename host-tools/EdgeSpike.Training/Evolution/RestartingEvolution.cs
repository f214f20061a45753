using System;
using System.Collections.Generic;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution;

/// <summary>
/// CMA-ES with restarts: when a run has stagnated, the next begins elsewhere with twice the population (IPOP; Auger, Hansen 2005).
/// </summary>
/// <remarks>
/// Stagnation: the best values of the last 10 + ⌈30 n / λ⌉ generations, and all values of the last one, lie within 1e-12; or the largest deviation is
/// below 1e-12 of the initial step; or the axes differ by more than 1e7 (their criteria, TolFun, TolX and condition number 1e14).
/// </remarks>
public sealed class RestartingEvolution
{
    private const double Flat = 1e-12, Narrow = 1e-12, Crooked = 1e7;

    private readonly Func<SeededRandom, double[]> _start;
    private readonly double _sigma;
    private readonly ulong _seed;
    private readonly bool _separable;
    private readonly SeededRandom _random;
    private readonly Queue<double> _history = new();
    private CovarianceEvolution _run;

    /// <summary>A search whose first run has the default population, or a given one.</summary>
    /// <param name="start">Draws where a run begins.</param>
    /// <param name="sigma">Initial step of every run.</param>
    /// <param name="population">λ of the first run; 0: 4 + 3 ln n.</param>
    /// <param name="seed">Of starts and samples.</param>
    /// <param name="separable">Diagonal covariance.</param>
    public RestartingEvolution(Func<SeededRandom, double[]> start, double sigma, int population, ulong seed, bool separable = false)
    {
        ArgumentNullException.ThrowIfNull(start);
        (_start, _sigma, _seed, _separable) = (start, sigma, seed, separable);
        _random = new SeededRandom(seed, 0x72);
        _run = new CovarianceEvolution(start(_random), sigma, population, seed, separable);
    }

    /// <summary>Runs that have stagnated.</summary>
    public int Restarts { get; private set; }

    /// <summary>The run that is under way.</summary>
    public CovarianceEvolution Run => _run;

    /// <summary>The points of the next generation.</summary>
    public double[][] Ask() => _run.Ask();

    /// <summary>Their values.</summary>
    public void Tell(ReadOnlySpan<double> values)
    {
        _run.Tell(values);
        double best = double.PositiveInfinity, worst = double.NegativeInfinity;
        foreach (double value in values) (best, worst) = (Math.Min(best, value), Math.Max(worst, value));
        int length = 10 + (int)Math.Ceiling(30.0 * _run.Mean.Length / _run.Population);
        _history.Enqueue(best);
        if (_history.Count > length) _history.Dequeue();
        (double least, double most) = (best, best);
        foreach (double value in _history) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        bool flat = _history.Count == length && most - least < Flat && worst - best < Flat;
        if (!flat && _run.LargestDeviation > Narrow * _sigma && _run.AxisRatio < Crooked) return;
        Restarts++;
        _history.Clear();
        _run = new CovarianceEvolution(_start(_random), _sigma, _run.Population * 2, _seed + (ulong)Restarts, _separable);
    }
}
