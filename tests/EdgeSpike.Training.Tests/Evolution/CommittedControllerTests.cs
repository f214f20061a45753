using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Tests;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>The controllers in the repository: their files belong together, and they reach what is claimed of them.</summary>
public sealed class CommittedControllerTests(ITestOutputHelper output)
{
    private static readonly string s_folder = Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp");
    private static readonly string s_genome = Path.Combine(s_folder, "blimp.genome.json");

    private static BlimpTask NewTask(GenomeFile genome) =>
        new(genome.Settings.Control, genome.Settings.Seed, FlightFile.ReadAll(Path.GetDirectoryName(TestData.Require("blimp/flight_csv/blimp_sysid_1.csv"))), buoyancyOff: genome.Settings.BuoyancyOff, lossWeight: genome.Settings.LossWeight);

    [Fact]
    public void The_model_is_the_genomes()
    {
        GenomeFile genome = GenomeFile.Read(s_genome);
        BlimpTask task = NewTask(genome);
        Assert.Equal((ControlTask.Both, genome.Data), (task.Control, task.DataName));
        Assert.Equal(File.ReadAllBytes(Path.Combine(s_folder, "blimp.esm")), BlimpTraining.Build(task, genome, File.ReadAllBytes(s_genome)));
        Assert.Equal(genome.Value, task.Validate(genome.Genes), 6);
    }

    /// <summary>The paper's LIF for PD: 0.68, on its own data; of I the paper has no figure: 0.75, which LIF neurons miss (0.84).</summary>
    [Fact]
    public void Both_imitate_signals_that_they_never_saw()
    {
        GenomeFile genome = GenomeFile.Read(s_genome);
        double[] losses = NewTask(genome).HeldOutLoss(genome.Genes);
        output.WriteLine($"held-out loss: PD, LIF {losses[0]:F4}; I, IWTA-LIF {losses[1]:F4}");
        for (int p = 0; p < 2; p++) Assert.Equal(genome.HeldOutLoss[p], losses[p], 9);
        Assert.InRange(losses[0], 0, 0.68);
        Assert.InRange(losses[1], 0, 0.75);
    }

    /// <summary>In the 20 flights that are reported, which neither evolved nor chose them.</summary>
    [Fact]
    public void Together_they_hold_the_altitude_as_well_as_is_claimed()
    {
        IReadOnlyList<BlimpRow> rows = BlimpEvaluation.Run(new SpikingController(BlimpModel.Included()!), BlimpEvaluation.DefaultSeeds);
        foreach (BlimpRow row in rows)
        {
            string Of(Func<FlightMetrics, double> metric) => string.Create(CultureInfo.InvariantCulture, $"{100 * row.Mean(metric):F1} ({100 * row.Worst(metric):F1}) cm");
            output.WriteLine($"{row.Controller}: steady {Of(m => m.SteadyError)}, up {Of(m => m.OvershootUp)}, down {Of(m => m.OvershootDown)}, oscillation {Of(m => m.Oscillation)}");
        }

        BlimpRow pid = rows[0], spiking = rows[1];
        Assert.Equal(20, spiking.Flights.Count);
        Assert.InRange(spiking.Worst(m => m.SteadyError), 0, 0.02);
        Assert.InRange(spiking.Worst(m => m.Oscillation), 0, 0.03);
        foreach (Func<FlightMetrics, double> overshoot in (Func<FlightMetrics, double>[])[m => m.OvershootUp, m => m.OvershootDown])
        {
            Assert.InRange(spiking.Mean(overshoot), 0, pid.Mean(overshoot));
            Assert.InRange(spiking.Worst(overshoot), 0, pid.Worst(overshoot));
        }
    }
}
