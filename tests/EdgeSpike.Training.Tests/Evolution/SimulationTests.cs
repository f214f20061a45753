using System;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>The simulated blimp against the recorded flights and against what its equations say.</summary>
public sealed class SimulationTests
{
    /// <summary>Open-loop RMSE of the identified range model on TU Delft's six flights.</summary>
    [Theory]
    [InlineData(1, 0.316)]
    [InlineData(2, 0.262)]
    [InlineData(3, 0.272)]
    [InlineData(4, 0.290)]
    [InlineData(5, 0.347)]
    [InlineData(6, 0.364)]
    public void The_range_model_follows_the_recorded_flights(int flight, double expected)
    {
        string path = TestData.Require($"blimp/flight_csv/blimp_sysid_{flight}.csv");
        Assert.InRange(FlightFile.Read(path).OpenLoopError(), expected - 0.002, expected + 0.002);
    }

    [Fact]
    public void The_range_model_has_the_published_gain_and_answers_inversely_at_first()
    {
        Assert.Equal(2.70, RangeModel.Gain, 2);
        RangeModel plant = new();
        plant.Reset(0);
        double first = 0;
        for (int k = 0; k < 6000; k++)
        {
            double h = plant.StepOnce(1);
            if (k == 1) first = h;
        }

        Assert.True(first < 0, $"{first}");
        Assert.Equal(RangeModel.Gain, plant.Altitude, 3);
    }

    [Fact]
    public void The_double_integrator_is_exact_for_a_constant_force()
    {
        DoubleIntegrator plant = new(-2);
        plant.Reset(1);
        for (int t = 0; t < 50; t++) plant.Step(2.5, 0);
        Assert.Equal(1 + 0.5 * 0.5 * 25, plant.Altitude, 9);
        Assert.Equal(0.5 * 5, plant.Velocity, 9);
    }

    /// <summary>P 9, D 7 over three points, I 1, by hand.</summary>
    [Fact]
    public void The_pid_is_the_authors()
    {
        PidController pid = new(PidGains.DoubleIntegrator);
        Assert.Equal(9 * 0.1 + 0.01, pid.Step(0.1), 12);
        Assert.Equal(9 * 0.2 + 0.03 + 7 * (0.2 - 0.1) / 0.1, pid.Step(0.2), 12);
        Assert.Equal(9 * 0.4 + 0.07 + 7 * (0.4 - 0.1) / 0.2, pid.Step(0.4), 12);
        PidController integral = new(PidGains.DoubleIntegrator.OnlyIntegral);
        double last = 0;
        for (int t = 0; t < 300; t++) last = integral.Step(1);
        Assert.Equal(10, last, 12);
    }

    [Theory]
    [InlineData(5, 3.3)]
    [InlineData(-0.05, 0)]
    [InlineData(0.2, 0.2)]
    [InlineData(double.NaN, 0)]
    public void The_actuator_limits_and_has_a_dead_zone(double command, double thrust) => Assert.Equal(thrust, new Actuator().Step(command), 12);

    /// <summary>Over a whole turn at a constant rate cos(angle) adds up to nothing.</summary>
    [Fact]
    public void A_turn_of_the_rotor_costs_its_time()
    {
        Actuator actuator = new(0.3);
        Assert.Equal(2, actuator.Step(2), 12);
        double[] thrust = [.. Enumerable.Range(0, 5).Select(_ => actuator.Step(-2))];
        Assert.True(thrust[0] > 0);
        Assert.Equal(0, thrust[0] + thrust[1] + thrust[2], 9);
        Assert.Equal(-2, thrust[3], 12);
        Assert.Equal(-2, thrust[4], 12);
        Actuator half = new(0.05);
        half.Step(1);
        Assert.Equal(-0.5, half.Step(-1), 9);
    }

    [Fact]
    public void The_lidar_is_within_a_centimetre_and_a_half_and_loses_what_it_is_told_to()
    {
        Lidar lidar = new(new SeededRandom(1), dropOuts: 0.1);
        lidar.Reset(1.234);
        double[] readings = [.. Enumerable.Range(0, 10_000).Select(_ => lidar.Read(1.234))];
        Assert.All(readings.Skip(100), r => Assert.InRange(r, 1.234 - 0.0151, 1.234 + 0.0151));
        Assert.InRange(lidar.Lost, 850, 1150);
        Assert.Equal(1.234, readings.Average(), 3);
    }

    [Fact]
    public void Same_seed_same_flight()
    {
        FlightConditions windy = new() { GustsPerMinute = 6, LiftLoss = 0.001 };
        double Fly(ulong seed)
        {
            BlimpSimulation flight = new(new DoubleIntegrator(-0.1), windy, seed);
            PidController pid = new(PidGains.DoubleIntegrator);
            for (int t = 0; t < 600; t++) flight.Apply(pid.Step(1 - flight.Measure()));
            return flight.Altitude;
        }

        Assert.Equal(Fly(1), Fly(1));
        Assert.NotEqual(Fly(1), Fly(2));
        Assert.InRange(Fly(1), 0.8, 1.2);
    }

    [Theory]
    [InlineData(FaultKind.LidarSilent)]
    [InlineData(FaultKind.LidarFrozen)]
    [InlineData(FaultKind.LidarJump)]
    [InlineData(FaultKind.MotorStuck)]
    [InlineData(FaultKind.LinkCut)]
    public void Faults_come_and_go(FaultKind kind)
    {
        BlimpSimulation flight = new(new DoubleIntegrator(0), new FlightConditions { LidarDropOuts = 0, Faults = [new FlightFault(kind, 2, 1)] }, 4);
        for (int t = 0; t < 40; t++)
        {
            bool broken = t is >= 20 and < 30;
            double command = t % 2 == 0 ? 1 : 0.5, before = flight.Thrust, reading = flight.Measure();
            Assert.Equal(!(broken && kind == FaultKind.LidarSilent), flight.Fresh);
            bool wrong = Math.Abs(reading - flight.Altitude) > 0.016;
            bool expected = broken && (kind is FaultKind.LidarJump || (kind is FaultKind.LidarSilent or FaultKind.LidarFrozen && t > 21));
            if (t is < 20 or >= 30 || t > 21) Assert.True(expected == wrong, $"step {t}: {reading} for {flight.Altitude}");
            flight.Apply(command);
            if (broken && kind is FaultKind.MotorStuck or FaultKind.LinkCut && broken) Assert.Equal(before, flight.Thrust);
            else Assert.Equal(command, flight.Thrust, 9);
        }
    }

    [Theory]
    [InlineData("k,t_s,u,h_detrended_m\n0,0,1,0\n1,0.0333,1,0\n3,0.1,1,0\n", "sample 2", "missing or doubled")]
    [InlineData("k,t_s,u,h_detrended_m\n0,0,1,0\n1,33.3,1,0\n2,66.7,1,0\n", "sample 1", "seconds at 30 Hz")]
    [InlineData("k,t_s,u,h_detrended_m\n0,0,1,0\n1,0.0333,1,0\n2,0.0667,1,2500\n", "sample 2", "give metres")]
    [InlineData("k,t_s,u,h_detrended_m\n0,0,1,0\n1,0.0333,128,0\n2,0.0667,1,2\n", "sample 1", "motor units")]
    [InlineData("k,t_s,u\n0,0,1\n", "", "h_detrended_m")]
    [InlineData("k,t_s,u,h_detrended_m\n0,0,1,0\n", "", "fewer than 3")]
    public void A_flight_that_cannot_be_is_refused_by_row(string text, string where, string what)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, text);
        try
        {
            ConversionException e = Assert.Throws<ConversionException>(() => FlightFile.Read(path));
            Assert.Contains(where, e.Message, StringComparison.Ordinal);
            Assert.Contains(what, e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
