using System;
using System.Collections.Generic;

namespace EdgeSpike.Demos.Blimp;

/// <summary>A part of the flight that is shown.</summary>
/// <param name="Name">What happens.</param>
/// <param name="Start">From, s.</param>
/// <param name="End">To, s.</param>
public sealed record ScenarioPart(string Name, double Start, double End);

/// <summary>
/// The flight that is shown: level, a step up and down, a ramp up and down, ballast, gusts; 200 s, then again with other gusts. The
/// disturbances are accelerations, m/s², drawn from the seed, and the same for whoever flies.
/// </summary>
public sealed class BlimpScenario
{
    /// <summary>Control steps of one round.</summary>
    public const int RoundSteps = 2000;

    private const double Height = 0.5, RampSpeed = 0.04, Ballast = -0.3, GustSeconds = 2, GustPause = 4, GustStrength = 1;

    private readonly ulong _seed;

    /// <param name="seed">Of buoyancy, noise and gusts.</param>
    public BlimpScenario(ulong seed)
    {
        _seed = seed;
        Buoyancy = ClosedLoop.Buoyancy(seed);
    }

    /// <summary>The parts of a round.</summary>
    public static IReadOnlyList<ScenarioPart> Parts { get; } =
    [
        new("level", 0, 30), new("step up", 30, 55), new("step down", 55, 80), new("ramp up", 80, 105), new("ramp down", 105, 130), new("ballast", 130, 165), new("gusts", 165, 200),
    ];

    /// <summary>Imbalance at the start, m/s²: the nominal one off by up to ±20 %.</summary>
    public double Buoyancy { get; }

    /// <summary>A blimp for it.</summary>
    public (DoubleIntegrator Plant, BlimpSimulation Simulation) NewFlight()
    {
        DoubleIntegrator plant = new(Buoyancy);
        return (plant, new BlimpSimulation(plant, new FlightConditions(), _seed));
    }

    /// <summary>Set-point at a control step, m.</summary>
    public static double SetPoint(int step)
    {
        double t = step % RoundSteps * BlimpTiming.ControlSeconds;
        if (t < 30) return 0;
        if (t < 55) return Height;
        if (t < 80) return 0;
        if (t < 105) return Math.Min(Height, RampSpeed * (t - 80));
        return t < 130 ? Math.Max(0, Height - RampSpeed * (t - 105)) : 0;
    }

    /// <summary>Ballast and wind at a control step, m/s².</summary>
    public double Disturbance(int step)
    {
        double t = step % RoundSteps * BlimpTiming.ControlSeconds;
        if (t < 130) return 0;
        if (t < 165) return Ballast;
        // One gust of 2 s, 1 − cos (MIL-F-8785C, discrete gust), every 4 s; its strength is of its number.
        int gust = (int)((t - 165) / GustPause);
        double since = t - 165 - gust * GustPause;
        if (since >= GustSeconds) return 0;
        double peak = new SeededRandom(_seed, 0x6700 + (ulong)(step / RoundSteps * 100 + gust)).Next(-GustStrength, GustStrength);
        return 0.5 * peak * (1 - Math.Cos(2 * Math.PI * since / GustSeconds));
    }
}

/// <summary>How a part of a flight went, from true altitudes.</summary>
/// <param name="Part">Which.</param>
/// <param name="MeanError">Mean |error|, m.</param>
/// <param name="WorstError">Largest |error|, m.</param>
/// <param name="SettledError">|mean error| over the last 5 s, m.</param>
/// <param name="Oscillation">√2 times the standard deviation of the error over the last 5 s, m.</param>
/// <param name="Effort">Mean |u|.</param>
/// <param name="Roughness">Mean |u(t) − u(t−1)|.</param>
public sealed record PartMetrics(string Part, double MeanError, double WorstError, double SettledError, double Oscillation, double Effort, double Roughness)
{
    private const int SettledSteps = 50;

    /// <summary>Measures [first, end) of a flight.</summary>
    public static PartMetrics Of(string part, ReadOnlySpan<double> setPoint, ReadOnlySpan<double> altitude, ReadOnlySpan<double> command, int first, int end)
    {
        double mean = 0, worst = 0, sum = 0, squares = 0, effort = 0, rough = 0;
        int settled = Math.Min(SettledSteps, end - first);
        for (int t = first; t < end; t++)
        {
            double e = altitude[t] - setPoint[t];
            mean += Math.Abs(e);
            worst = Math.Max(worst, Math.Abs(e));
            effort += Math.Abs(command[t]);
            if (t > 0) rough += Math.Abs(command[t] - command[t - 1]);
            if (t < end - settled) continue;
            sum += e;
            squares += e * e;
        }

        int n = end - first;
        double offset = sum / settled;
        return new PartMetrics(part, mean / n, worst, Math.Abs(offset), Math.Sqrt(2 * Math.Max(0, squares / settled - offset * offset)), effort / n, rough / n);
    }
}
