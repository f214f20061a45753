using System;
using System.Globalization;
using System.Linq;
using EdgeSpike.LoopDevice;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.RuntimeTests.Loop;

/// <summary>Flights with a fault each: found, made safe and recovered from, and the output never jumps.</summary>
public sealed class LoopScenarioTests(ITestOutputHelper output)
{
    /// <summary>Steps of 10 Hz within which a fault has to be found and the safe action taken.</summary>
    private const int Within = 5;

    private const uint Seeds = 20;

    [Fact]
    public void A_flight_without_a_fault_raises_none()
    {
        for (uint seed = 1; seed <= Seeds; seed++)
        {
            AltitudeScenario flight = Fly(FlightFault.None, seed * 2654435761);
            Assert.Equal((0, 0, -1, 0L), (flight.Reported, flight.FalseAlarms, flight.Tripped, flight.Loop.Guard.Trips));
            Assert.Equal((0L, 0L, (long)AltitudeScenario.Steps), (flight.Loop.Schedule.Missed, flight.Loop.Schedule.Late, flight.Loop.Schedule.Steps));
            Assert.Equal(0, flight.Loop.Predictor.Saturations);
            Assert.InRange(flight.WorstMove, 1, AltitudeScenario.Slew);
            Assert.InRange(flight.Regained, 1, 70);
        }
    }

    [Theory]
    [InlineData(FlightFault.LidarSilent, LoopFault.Stale, LoopFault.Residual)]
    [InlineData(FlightFault.LidarFrozen, LoopFault.Frozen, LoopFault.Stale | LoopFault.Residual)]
    [InlineData(FlightFault.LidarJump, LoopFault.Jump, LoopFault.Stale | LoopFault.Residual)]
    [InlineData(FlightFault.LidarBlind, LoopFault.OutOfRange, LoopFault.Stale | LoopFault.Residual)]
    [InlineData(FlightFault.LinkCut, LoopFault.Stale, 0)]
    [InlineData(FlightFault.MotorStuck, LoopFault.Residual, 0)]
    [InlineData(FlightFault.NetworkSilent, LoopFault.Silent, 0)]
    [InlineData(FlightFault.Overload, LoopFault.Deadline, LoopFault.Residual)]
    public void A_fault_is_found_made_safe_and_recovered_from_without_a_jump(FlightFault fault, int found, int follows)
    {
        // A stuck motor waits for someone to look, and may have to be looked at twice; the others come back by themselves.
        bool latches = fault == FlightFault.MotorStuck;
        for (uint seed = 1; seed <= Seeds; seed++)
        {
            AltitudeScenario flight = Fly(fault, seed * 2654435761);
            Assert.Equal(0, flight.FalseAlarms);
            Assert.InRange(flight.Detected, 1, Within);
            Assert.InRange(flight.Tripped, flight.Detected, Within);
            Assert.Equal(found, flight.Reported & ~follows);         // a model that went on alone for 2 s may need a moment
            Assert.InRange(flight.Loop.Guard.Trips, 1, latches ? 2 : 1);

            // The controller is back, nothing moved faster than the slew allows, and the altitude is where it should be.
            Assert.InRange(flight.Recovered, latches ? 11 : 1, latches ? 100 : 30);
            Assert.InRange(flight.WorstMove, 1, AltitudeScenario.Slew);
            Assert.InRange(flight.Regained, 1, latches ? 180 : 100);
            Assert.Equal(GuardState.Running, flight.Loop.Guard.State);
        }
    }

    [Fact]
    public void A_stuck_motor_stays_safe_until_someone_has_looked()
    {
        // Looked at ten steps after it runs again; the other faults need no one.
        Assert.True(Fly(FlightFault.MotorStuck).Recovered > 10);
        AltitudeScenario silent = Fly(FlightFault.LidarSilent);
        Assert.Equal(0, silent.Loop.Guard.Latched);
    }

    [Theory]
    [InlineData(FlightFault.LidarSilent)]
    [InlineData(FlightFault.LidarFrozen)]
    [InlineData(FlightFault.LidarJump)]
    [InlineData(FlightFault.LinkCut)]
    public void Level_flight_hardly_notices(FlightFault fault)
    {
        for (uint seed = 1; seed <= Seeds; seed++)
        {
            AltitudeScenario flight = Fly(fault, seed * 2654435761, level: true);
            Assert.InRange(flight.Tripped, 1, Within);
            Assert.InRange(flight.WorstError, 1, 150);
        }
    }

    [Fact]
    public void Every_fault_decides_differently()
    {
        uint[] hashes = [.. Enum.GetValues<FlightFault>().Select(fault => Fly(fault).Hash)];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void Table_of_faults_and_outcomes()
    {
        output.WriteLine("| fault for 2 s | found, steps | safe, steps | reported | control again, steps after its end | altitude within 5 cm again | worst error, mm | largest move, of 6600 |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (FlightFault fault in Enum.GetValues<FlightFault>())
        {
            AltitudeScenario flight = Fly(fault);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {fault} | {Steps(flight.Detected)} | {Steps(flight.Tripped)} | {Names(flight.Reported)} | {Steps(flight.Recovered)} | {Steps(flight.Regained)} | {flight.WorstError} | {flight.WorstMove} |"));
        }

        Assert.Equal("Stale, Jump", Names(LoopFault.Jump | LoopFault.Stale));
    }

    private static string Steps(int steps) => steps < 0 ? "-" : steps.ToString(CultureInfo.InvariantCulture);

    private static string Names(int faults) => string.Join(", ", typeof(LoopFault).GetFields()
        .Where(field => field.Name != nameof(LoopFault.Kinds) && (faults & (int)field.GetRawConstantValue()!) != 0).Select(field => field.Name));

    private static AltitudeScenario Fly(FlightFault fault, uint seed = 12345, bool level = false)
    {
        AltitudeScenario flight = new(fault, seed, level);
        Assert.Equal(LoopError.None, flight.Fly());
        return flight;
    }
}
