using System;

namespace EdgeSpike.Demos.Blimp;

/// <summary>A set-point over time: it stays at 0, steps up, and back.</summary>
/// <param name="HoldSeconds">Time at each of the three levels.</param>
/// <param name="Height">Of the step, m.</param>
public sealed record StepProfile(double HoldSeconds = 60, double Height = 0.5)
{
    /// <summary>Control steps at each level.</summary>
    public int HoldSteps => (int)Math.Round(HoldSeconds / BlimpTiming.ControlSeconds);

    /// <summary>Control steps of the flight.</summary>
    public int Steps => 3 * HoldSteps;

    /// <summary>The last control steps of a level, over which it is settled: 15 s, or the whole level where that is shorter.</summary>
    public int SettledSteps => Math.Min(HoldSteps, (int)Math.Round(SettledSeconds / BlimpTiming.ControlSeconds));

    private const double SettledSeconds = 15;

    /// <summary>Set-point at a control step, m.</summary>
    public double At(int step) => step / HoldSteps == 1 ? Height : 0;
}

/// <summary>How a flight along a <see cref="StepProfile"/> went, from true altitudes.</summary>
/// <param name="SteadyError">|mean error| over the last 15 s of a level, the larger of the two after a step, m.</param>
/// <param name="OvershootUp">How far above the upper level, m.</param>
/// <param name="OvershootDown">How far below the lower level after the step down, m.</param>
/// <param name="Oscillation">Amplitude of a sustained oscillation: √2 times the standard deviation over the last 15 s of a level (that of a sine of this amplitude), the larger of the two after a step, m.</param>
/// <param name="MeanError">Mean |error| after the first step, m.</param>
/// <param name="Effort">Mean |u|.</param>
/// <param name="Roughness">Mean |u(t) − u(t−1)|.</param>
public sealed record FlightMetrics(double SteadyError, double OvershootUp, double OvershootDown, double Oscillation, double MeanError, double Effort, double Roughness)
{
    /// <summary>Measures a flight.</summary>
    /// <param name="profile">Its set-points.</param>
    /// <param name="altitude">[steps] true altitude at each control step.</param>
    /// <param name="command">[steps] limited command at each control step.</param>
    public static FlightMetrics Of(StepProfile profile, ReadOnlySpan<double> altitude, ReadOnlySpan<double> command)
    {
        ArgumentNullException.ThrowIfNull(profile);
        int hold = profile.HoldSteps, settled = profile.SettledSteps;
        double steady = 0, oscillation = 0, up = 0, down = 0, error = 0, effort = 0, rough = 0;
        for (int level = 1; level <= 2; level++)
        {
            double set = profile.At(level * hold), sum = 0, squares = 0;
            for (int t = level * hold; t < (level + 1) * hold; t++)
            {
                error += Math.Abs(altitude[t] - set);
                if (level == 1) up = Math.Max(up, altitude[t] - set);
                else down = Math.Max(down, set - altitude[t]);
                if (t < (level + 1) * hold - settled) continue;
                sum += altitude[t] - set;
                squares += (altitude[t] - set) * (altitude[t] - set);
            }

            steady = Math.Max(steady, Math.Abs(sum / settled));
            oscillation = Math.Max(oscillation, Math.Sqrt(2 * Math.Max(0, squares / settled - sum / settled * (sum / settled))));
        }

        for (int t = 1; t < command.Length; t++)
        {
            effort += Math.Abs(command[t]);
            rough += Math.Abs(command[t] - command[t - 1]);
        }

        return new FlightMetrics(steady, up, down, oscillation, error / (2 * hold), effort / command.Length, rough / command.Length);
    }
}

/// <summary>What flies.</summary>
public enum FlightPlant
{
    /// <summary>The paper's <see cref="Blimp.DoubleIntegrator"/>, 2 m/s² too heavy.</summary>
    DoubleIntegrator,

    /// <summary>The identified <see cref="Blimp.RangeModel"/>, neutral but for what buoyancy is off by, up to ±0.4 units of u.</summary>
    Range,
}

/// <summary>Flies a controller in the simulator.</summary>
public static class ClosedLoop
{
    /// <summary>One flight along a profile.</summary>
    /// <param name="simulation">At rest, at the profile's first level.</param>
    /// <param name="profile">Set-points.</param>
    /// <param name="controller">The command for an error in m (set-point minus reading), called once a control step.</param>
    public static FlightMetrics Fly(BlimpSimulation simulation, StepProfile profile, Func<double, double> controller)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(controller);
        double[] altitude = new double[profile.Steps], command = new double[profile.Steps];
        for (int t = 0; t < profile.Steps; t++)
        {
            altitude[t] = simulation.Altitude;
            double u = Math.Clamp(controller(profile.At(t) - simulation.Measure()), -Actuator.Limit, Actuator.Limit);
            command[t] = u;
            simulation.Apply(u);
        }

        return FlightMetrics.Of(profile, altitude, command);
    }

    /// <summary>A flight of a seed on a plant; noise and what buoyancy is off by are the same on both.</summary>
    public static BlimpSimulation Flight(FlightPlant plant, ulong seed) => plant == FlightPlant.DoubleIntegrator
        ? DoubleIntegratorFlight(seed)
        : new BlimpSimulation(new RangeModel(Buoyancy(seed) - DoubleIntegrator.NominalBuoyancy), new FlightConditions(), seed);

    /// <summary>A simulated flight of the paper's plant whose buoyancy is off by up to ±20 %, drawn from the seed.</summary>
    public static BlimpSimulation DoubleIntegratorFlight(ulong seed) => new(new DoubleIntegrator(Buoyancy(seed)), new FlightConditions(), seed);

    /// <summary>Imbalance of buoyancy of the flight of a seed, m/s²: the nominal one off by up to ±20 %, or another share.</summary>
    public static double Buoyancy(ulong seed, double off = 0.2) => DoubleIntegrator.NominalBuoyancy * new SeededRandom(seed, 0x62).Next(1 - off, 1 + off);
}
