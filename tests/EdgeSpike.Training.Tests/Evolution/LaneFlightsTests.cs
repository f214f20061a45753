using System;
using System.Linq;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>The flights that evolution sees are those that are reported: lanes against the simulator with the interpreter, bit for bit.</summary>
public sealed class LaneFlightsTests
{
    private static readonly StepProfile s_profile = new(20);

    /// <summary>Genes near the middle fly badly and turn the rotor often; the ends of the bounds saturate.</summary>
    private static double[] Genome(ulong seed, double spread)
    {
        SeededRandom random = new(seed, 8);
        return [.. Enumerable.Range(0, ControllerGenome.Length).Select(i => i % ControllerGenome.PairGenes == 3 ? 0.3 * random.Next() : 0.5 + spread * (random.Next() - 0.5))];
    }

    private static FlightMetrics Simulated(ControllerParameters pd, ControllerParameters integral, ulong seed)
    {
        SpikingController controller = new(BlimpModel.Load(ControllerModel.Build([("pd", pd), ("i", integral)], "blimp", null, []), "test"));
        return ClosedLoop.Fly(ClosedLoop.DoubleIntegratorFlight(seed), s_profile, controller.Step);
    }

    [Fact]
    public void Every_lane_flies_as_the_simulator_does()
    {
        ulong[] seeds = [7, 1_234_567, 7, 2_000_000, 99];
        double reversals = 0;
        for (ulong round = 0; round < 4; round++)
        {
            ControllerParameters[] pd = [.. seeds.Select((_, k) => ControllerGenome.Decode(Genome(10 * round + (ulong)k, 1), false))];
            ControllerParameters[] integral = [.. seeds.Select((_, k) => ControllerGenome.Decode(Genome(1000 + 10 * round + (ulong)k, 0.5), true))];
            FlightMetrics[] metrics = new FlightMetrics[seeds.Length];
            LaneFlights flights = new(seeds, s_profile);
            flights.Fly(new LaneController(pd), new LaneController(integral), metrics);
            for (int k = 0; k < seeds.Length; k++)
            {
                Assert.Equal(Simulated(pd[k], integral[k], seeds[k]), metrics[k]);
                reversals += metrics[k].Roughness;
            }

            // Flying changes nothing in the flights.
            FlightMetrics[] again = new FlightMetrics[seeds.Length];
            flights.Fly(new LaneController(pd), new LaneController(integral), again);
            Assert.Equal(metrics, again);
        }

        Assert.True(reversals > 1, "controllers that sleep prove nothing");
    }

    [Fact]
    public void The_cost_of_a_flight_is_what_it_says()
    {
        FlightMetrics flight = new(SteadyError: 0.01, OvershootUp: 0.05, OvershootDown: 0.1, Oscillation: 0.02, MeanError: 0.03, Effort: 2, Roughness: 0.6);
        Assert.Equal(2 * 2 + 5 + 0.3 * 10 + 2 * 1 + 3 + 2 * 0.6, FlightCost.Of(flight), 9);
        FlightMetrics lost = flight with { OvershootUp = 1e6 };
        Assert.Equal((18.2 + 1e4) / 2 + 0.3 * 1e4, FlightCost.Of([flight, lost]), 6);
    }

    /// <summary>Four flights a genome, four genomes a vector: whoever else is in it.</summary>
    [Fact]
    public void A_pair_costs_the_same_alone_and_among_others()
    {
        BlimpTask task = new(ControlTask.Both, 5, null);
        double[][] genomes = [.. Enumerable.Range(0, 6).Select(k => (double[])[.. Genome((ulong)k, 1), .. Genome(100 + (ulong)k, 0.5)])];
        double[] together = new double[6], alone = new double[1];
        task.Evaluate(3, genomes, together);
        for (int k = 0; k < 6; k++)
        {
            task.Evaluate(3, genomes.AsSpan(k, 1), alone);
            Assert.Equal(together[k], alone[0]);
        }

        Assert.True(together.Distinct().Count() > 1);
        Assert.Equal(BlimpTask.ValidationFlights, task.ValidationMetrics(genomes[0]).Length);
    }
}
