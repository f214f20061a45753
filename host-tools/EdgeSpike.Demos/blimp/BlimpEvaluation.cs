using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Demos.Blimp;

/// <summary>A controller's flights, one for each seed.</summary>
/// <param name="Controller">Its name.</param>
/// <param name="Flights">Metrics, seed by seed.</param>
public sealed record BlimpRow(string Controller, IReadOnlyList<FlightMetrics> Flights)
{
    /// <summary>The mean of a metric.</summary>
    public double Mean(Func<FlightMetrics, double> metric) => Flights.Average(metric);

    /// <summary>Its largest value.</summary>
    public double Worst(Func<FlightMetrics, double> metric) => Flights.Max(metric);
}

/// <summary>
/// The closed loop in figures: flights of three minutes with a step of half a metre up and down, lidar noise, drop-outs and a buoyancy off
/// by up to ±20 %, PID and the spiking controller in the same ones.
/// </summary>
public static class BlimpEvaluation
{
    /// <summary>Flights unless told otherwise.</summary>
    public const int DefaultSeeds = 20;

    /// <summary>How the included controller was chosen, for people.</summary>
    public const string Choice = "the included controller was chosen by 64 other flights, seeds 2,000,000 to 2,000,063, and evolved in flights from 1,000,000 to 1,999,999";

    /// <summary>The paper's overshoot of PID on the real blimp, up and down, m (section of results: 14 and 20 cm).</summary>
    public const double PaperUp = 0.14, PaperDown = 0.20;

    /// <summary>The paper's spiking PD + I on the real blimp stayed within this of the set-point, m.</summary>
    public const double PaperSpiking = 0.03;

    /// <summary>Flies seeds 1 … count: PID with the gains of the plant, on the range model PID with those of the double integrator too, which the spiking controller imitates.</summary>
    /// <param name="controller">It is reset before every flight.</param>
    /// <param name="seeds">Number of flights.</param>
    /// <param name="plant">What is flown.</param>
    /// <param name="progress">Share done.</param>
    public static IReadOnlyList<BlimpRow> Run(SpikingController controller, int seeds, FlightPlant plant = FlightPlant.DoubleIntegrator, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(controller);
        StepProfile profile = new();
        BlimpRow Classical(string name, PidGains gains) => new(name, [.. Enumerable.Range(1, seeds).Select(seed => ClosedLoop.Fly(ClosedLoop.Flight(plant, (ulong)seed), profile, new PidController(gains).Step))]);
        List<BlimpRow> rows = plant == FlightPlant.DoubleIntegrator
            ? [Classical("PID", PidGains.DoubleIntegrator)]
            : [Classical("PID, own gains", PidGains.RangeModel), Classical("PID, imitated", PidGains.DoubleIntegrator)];
        List<FlightMetrics> spiking = [];
        for (int seed = 1; seed <= seeds; seed++)
        {
            controller.Reset();
            int steps = 0, flight = seed;
            spiking.Add(ClosedLoop.Fly(ClosedLoop.Flight(plant, (ulong)seed), profile, error =>
            {
                // A flight on a board takes a while.
                if (++steps % 100 == 0) progress?.Report((flight - 1 + (double)steps / profile.Steps) / seeds);
                return controller.Step(error);
            }));
        }

        rows.Add(new BlimpRow("spiking", spiking));
        return rows;
    }
}
