using System;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// The second fitness: how both controllers fly together, in the figures by which a flight is reported (<see cref="FlightMetrics"/>).
/// </summary>
/// <remarks>
/// Of a flight, in cm: 2 oscillation + overshoot up + 0.3 overshoot down + 2 steady error + mean |e|, and 2 mean |Δu| in units of u; at most 10,000. Of
/// many: their mean, and 0.3 of the worst. An evaluation flies <see cref="Flights"/> flights of 90 s, a step of half a metre up and down.
/// </remarks>
public static class FlightCost
{
    /// <summary>Flights of an evaluation; a vector holds four genomes.</summary>
    public const int Flights = 4;

    /// <summary>Losses of imitation above which a pair is not chosen: the paper's of PD, and that which the I controller has to reach.</summary>
    public const double ProportionalLimit = 0.68, IntegralLimit = 0.75;

    private const double Oscillation = 200, Up = 100, Down = 30, Steady = 200, Error = 100, Rough = 2, Most = 1e4, Worst = 0.3;

    private static readonly StepProfile s_profile = new(30);

    /// <summary>The cost of one flight.</summary>
    public static double Of(FlightMetrics flight)
    {
        ArgumentNullException.ThrowIfNull(flight);
        return Math.Min(Most, Oscillation * flight.Oscillation + Up * flight.OvershootUp + Down * flight.OvershootDown + Steady * flight.SteadyError + Error * flight.MeanError + Rough * flight.Roughness);
    }

    /// <summary>The cost of flights: their mean, and a share of the worst.</summary>
    public static double Of(ReadOnlySpan<FlightMetrics> flights)
    {
        double sum = 0, worst = 0;
        foreach (FlightMetrics flight in flights)
        {
            double cost = Of(flight);
            sum += cost;
            worst = Math.Max(worst, cost);
        }

        return sum / flights.Length + Worst * worst;
    }

    /// <summary>The costs of up to 16 pairs in the same flights.</summary>
    /// <param name="first">Takes the controllers of <paramref name="firsts"/>.</param>
    /// <param name="firsts">One of each pair.</param>
    /// <param name="second">Takes the controllers of <paramref name="seconds"/>.</param>
    /// <param name="seconds">The others.</param>
    /// <param name="seeds">[<see cref="Flights"/>].</param>
    /// <param name="buoyancyOff">Share by which buoyancy is off at most.</param>
    /// <param name="costs">One for each pair.</param>
    public static void Evaluate(LaneController first, ReadOnlySpan<ControllerParameters> firsts, LaneController second, ReadOnlySpan<ControllerParameters> seconds, ReadOnlySpan<ulong> seeds, double buoyancyOff, Span<double> costs)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        const int lanes = LaneController.Lanes;
        Span<ulong> all = stackalloc ulong[lanes];
        for (int k = 0; k < lanes; k++) all[k] = seeds[k % Flights];
        LaneFlights flights = new(all, s_profile, buoyancyOff);
        ControllerParameters[] a = new ControllerParameters[lanes], b = new ControllerParameters[lanes];
        FlightMetrics[] metrics = new FlightMetrics[lanes];
        for (int pair = 0; pair < firsts.Length; pair += lanes / Flights)
        {
            for (int k = 0; k < lanes; k++)
            {
                int of = Math.Min(pair + k / Flights, firsts.Length - 1);
                (a[k], b[k]) = (firsts[of], seconds[of]);
            }

            first.Load(a);
            second.Load(b);
            flights.Fly(first, second, metrics);
            for (int i = pair; i < Math.Min(pair + lanes / Flights, firsts.Length); i++) costs[i] = Of(metrics.AsSpan((i - pair) * Flights, Flights));
        }
    }
}
