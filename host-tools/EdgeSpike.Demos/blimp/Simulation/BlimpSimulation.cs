using System;
using System.Collections.Generic;

namespace EdgeSpike.Demos.Blimp;

/// <summary>What a simulated flight is like; the defaults are a quiet hall.</summary>
public sealed record FlightConditions
{
    /// <summary>Half width of the lidar's noise, m.</summary>
    public double LidarNoise { get; init; } = Lidar.Noise;

    /// <summary>Share of lidar readings that are lost.</summary>
    public double LidarDropOuts { get; init; } = 0.01;

    /// <summary>Time of a turn of the rotor by 180 degrees, s.</summary>
    public double TurnSeconds { get; init; } = Actuator.ServoSeconds;

    /// <summary>Mean number of gusts a minute; each is 1 − cos, 2 s long (MIL-F-8785C, discrete gust).</summary>
    public double GustsPerMinute { get; init; }

    /// <summary>Largest acceleration of a gust, units of the command.</summary>
    public double GustStrength { get; init; } = 1;

    /// <summary>Lift lost each second, units of the command.</summary>
    public double LiftLoss { get; init; }

    /// <summary>Faults, at most a few.</summary>
    public IReadOnlyList<FlightFault> Faults { get; init; } = [];
}

/// <summary>
/// A blimp in flight, 10 Hz: <see cref="Measure"/> gives the altitude as the controller sees it, <see cref="Apply"/> takes the command and
/// advances 0.1 s. Same plant, conditions and seed: the same flight.
/// </summary>
public sealed class BlimpSimulation
{
    /// <summary>Stream of the seed's numbers that the lidar draws from.</summary>
    public const ulong LidarStream = 1;

    private const double GustSeconds = 2;

    private readonly BlimpPlant _plant;
    private readonly FlightConditions _conditions;
    private readonly SeededRandom _random;
    private readonly Actuator _actuator;
    private readonly Lidar _lidar;
    private double _gustStart = double.NegativeInfinity, _gustPeak, _frozen = double.NaN, _stuck = double.NaN, _command;

    /// <summary>A blimp at rest.</summary>
    /// <param name="plant">Its motion.</param>
    /// <param name="conditions">Noise, wind and faults.</param>
    /// <param name="seed">Of noise and wind.</param>
    /// <param name="altitude">At the start, m.</param>
    public BlimpSimulation(BlimpPlant plant, FlightConditions conditions, ulong seed, double altitude = 0)
    {
        ArgumentNullException.ThrowIfNull(plant);
        ArgumentNullException.ThrowIfNull(conditions);
        (_plant, _conditions) = (plant, conditions);
        _random = new SeededRandom(seed);
        _lidar = new Lidar(new SeededRandom(seed, LidarStream), conditions.LidarNoise, conditions.LidarDropOuts);
        _actuator = new Actuator(conditions.TurnSeconds);
        _plant.Reset(altitude);
        _lidar.Reset(altitude);
    }

    /// <summary>Time since the start, s.</summary>
    public double Time => Steps * BlimpTiming.ControlSeconds;

    /// <summary>Control steps since the start.</summary>
    public int Steps { get; private set; }

    /// <summary>True altitude, m.</summary>
    public double Altitude => _plant.Altitude;

    /// <summary>Whether the last measurement is of its own step.</summary>
    public bool Fresh { get; private set; }

    /// <summary>Thrust along the vertical of the last step, units of the command.</summary>
    public double Thrust { get; private set; }

    /// <summary>The altitude as the lidar gives it now, m. Once a step, before <see cref="Apply"/>.</summary>
    public double Measure()
    {
        double reading;
        if (Holds(FaultKind.LidarSilent) is not null) reading = _lidar.Silent();
        else reading = _lidar.Read(_plant.Altitude);
        Fresh = _lidar.Fresh;
        if (Holds(FaultKind.LidarFrozen) is not null)
        {
            if (double.IsNaN(_frozen)) _frozen = reading;
            Fresh = true;
            return _frozen;
        }

        _frozen = double.NaN;
        return Holds(FaultKind.LidarJump) is { } jump ? reading + jump.Magnitude : reading;
    }

    /// <summary>Takes a command and advances 0.1 s.</summary>
    public void Apply(double command)
    {
        if (Holds(FaultKind.LinkCut) is null) _command = command;
        double thrust = _actuator.Step(_command);
        if (Holds(FaultKind.MotorStuck) is null) _stuck = double.NaN;
        else if (double.IsNaN(_stuck)) thrust = _stuck = Thrust;
        else thrust = _stuck;
        Thrust = thrust;
        _plant.Step(thrust, Wind() - _conditions.LiftLoss * Time);
        Steps++;
    }

    private double Wind()
    {
        if (_conditions.GustsPerMinute <= 0) return 0;
        double since = Time - _gustStart;
        if (since < GustSeconds) return 0.5 * _gustPeak * (1 - Math.Cos(2 * Math.PI * since / GustSeconds));
        if (_random.Next() < _conditions.GustsPerMinute * BlimpTiming.ControlSeconds / 60)
            (_gustStart, _gustPeak) = (Time, _random.Next(-_conditions.GustStrength, _conditions.GustStrength));
        return 0;
    }

    private FlightFault? Holds(FaultKind kind)
    {
        foreach (FlightFault fault in _conditions.Faults)
            if (fault.Kind == kind && fault.HoldsAt(Time)) return fault;
        return null;
    }
}
