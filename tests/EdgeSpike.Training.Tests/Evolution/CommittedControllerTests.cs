using System;
using System.IO;
using System.Linq;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Tests;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>The controllers in the repository: their files belong together, and they reach what is claimed of them.</summary>
public sealed class CommittedControllerTests(ITestOutputHelper output)
{
    private static readonly string s_folder = Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp");

    private static GenomeFile Genome(string name) => GenomeFile.Read(Path.Combine(s_folder, $"{name}.genome.json"));

    [Theory]
    [InlineData("i")]
    [InlineData("pd")]
    public void The_model_is_the_genomes(string name)
    {
        GenomeFile genome = Genome(name);
        string path = Path.Combine(s_folder, $"{name}.genome.json");
        int[] proof = name == "i" ? ControlSet.ForIntegral(BlimpTask.HeldOutSets, 2)[0].Error[..200] : ControlSet.FromFlights(Flights().AsSpan(4, 2), BlimpTask.HeldOutSets, 2)[0].Error[..200];
        Assert.Equal(File.ReadAllBytes(Path.Combine(s_folder, $"{name}.esm")), ControllerModel.Build([(name, genome.Controller)], $"blimp-{name}", File.ReadAllBytes(path), proof));
    }

    /// <summary>The paper's LIF: 0.68, on its own data.</summary>
    [Fact]
    public void The_pd_controller_reaches_the_papers_loss_on_flights_it_never_saw()
    {
        BlimpTask task = new(ControlTask.ProportionalDerivative, 1, 0, null, Flights());
        double loss = task.HeldOutLoss(Genome("pd").Genes);
        output.WriteLine($"PD, LIF, held-out loss {loss:F4}");
        Assert.Equal(Genome("pd").HeldOutLoss, loss, 9);
        Assert.InRange(loss, 0, 0.68);
    }

    [Fact]
    public void The_integral_controller_integrates()
    {
        BlimpTask task = new(ControlTask.Integral, 1, 0, null, null);
        double loss = task.HeldOutLoss(Genome("i").Genes);
        output.WriteLine($"I, IWTA-LIF, held-out loss {loss:F4}");
        Assert.Equal(Genome("i").HeldOutLoss, loss, 9);
        Assert.InRange(loss, 0, 0.75);
    }

    [Fact]
    public void Together_they_hold_the_altitude_as_well_as_is_claimed()
    {
        BlimpFlights flights = BlimpFlights.Fly(File.ReadAllBytes(Path.Combine(s_folder, "blimp.esm")));
        foreach (FlightRow row in flights.Rows)
            output.WriteLine($"{row.Controller}: steady {row.Text(m => m.SteadyError)}, up {row.Text(m => m.OvershootUp)}, down {row.Text(m => m.OvershootDown)}, oscillation {row.Text(m => m.Oscillation)}");
        FlightRow pid = flights.Rows[0], spiking = flights.Rows[1];
        Assert.Equal(BlimpFlights.Seeds, spiking.Flights.Count);
        Assert.InRange(spiking.Worst(m => m.SteadyError), 0, 0.02);
        Assert.True(spiking.Mean(m => m.OvershootDown) < pid.Mean(m => m.OvershootDown));
        Assert.InRange(spiking.Mean(m => m.Oscillation), 0, 0.03);
    }

    private static FlightFile[] Flights() => FlightFile.ReadAll(Path.GetDirectoryName(TestData.Require("blimp/flight_csv/blimp_sysid_1.csv")))!;
}
