using System;
using System.Runtime.Intrinsics;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// Up to 16 flights side by side, one a lane, each of its own seed and pair of controllers: noise, drop-outs and buoyancy are those of
/// <see cref="ClosedLoop.DoubleIntegratorFlight"/>, every operation is the simulator's, and the metrics are <see cref="ClosedLoop.Fly"/>'s, bit for bit (tests).
/// </summary>
/// <remarks>
/// What does not depend on the controllers is drawn once: flying changes nothing here, so that many threads can. Cost of a step: about a tenth
/// of the two controllers'. The rotor turns in one control step, <see cref="Actuator.ServoSeconds"/>.
/// </remarks>
public sealed class LaneFlights
{
    private const int Lanes = LaneController.Lanes;
    private readonly StepProfile _profile;
    private readonly int _flights;
    private readonly double[] _buoyancy = new double[Lanes], _noise, _fresh;
    private readonly double _down, _up;

    /// <summary>Draws what is random in the flights.</summary>
    /// <param name="seeds">1 to 16; lanes beyond them repeat the last.</param>
    /// <param name="profile">Set-points, from 0 at the start.</param>
    /// <param name="off">Share by which buoyancy is off at most.</param>
    public LaneFlights(ReadOnlySpan<ulong> seeds, StepProfile profile, double off = 0.2)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (seeds.Length is < 1 or > Lanes) throw new ArgumentException($"{seeds.Length} flights where 1 to {Lanes} belong", nameof(seeds));
        (_profile, _flights) = (profile, seeds.Length);
        _noise = new double[profile.Steps * Lanes];
        _fresh = new double[profile.Steps * Lanes];
        FlightConditions conditions = new();
        for (int k = 0; k < Lanes; k++)
        {
            ulong seed = seeds[Math.Min(k, seeds.Length - 1)];
            _buoyancy[k] = ClosedLoop.Buoyancy(seed, off);
            int same = seeds[..Math.Min(k, seeds.Length)].IndexOf(seed);
            if (same >= 0)
            {
                for (int t = 0; t < profile.Steps; t++) (_noise[t * Lanes + k], _fresh[t * Lanes + k]) = (_noise[t * Lanes + same], _fresh[t * Lanes + same]);
                continue;
            }

            SeededRandom random = new(seed, BlimpSimulation.LidarStream);
            for (int t = 0; t < profile.Steps; t++)
            {
                _noise[t * Lanes + k] = random.Next(-conditions.LidarNoise, conditions.LidarNoise);
                _fresh[t * Lanes + k] = random.Next() >= conditions.LidarDropOuts ? 1 : 0;
            }
        }

        // The share of |u| that is left of a step in which the rotor turns over: cos over the whole turn, nothing but rounding.
        Actuator actuator = new();
        _ = actuator.Step(1);
        (_down, _up) = (actuator.Step(-1), actuator.Step(1));
    }

    /// <summary>Flies.</summary>
    /// <param name="first">A controller for each lane, at rest.</param>
    /// <param name="second">Others, whose commands are added.</param>
    /// <param name="metrics">One for each flight.</param>
    public void Fly(LaneController first, LaneController second, Span<FlightMetrics> metrics)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        const double dt = BlimpTiming.ControlSeconds;
        int hold = _profile.HoldSteps, settled = _profile.SettledSteps;
        LaneNumbers buoyancy = LaneNumbers.Load(ref _buoyancy[0]), zero = default;
        LaneNumbers altitude = default, velocity = default, reading = default, before = default, pointsUp = zero < 1;
        LaneNumbers steady = default, oscillation = default, up = default, down = default, mean = default, effort = default, rough = default, sum = default, squares = default;
        for (int t = 0; t < _profile.Steps; t++)
        {
            double set = _profile.At(t);
            int level = t / hold;
            LaneNumbers above = altitude - new LaneNumbers(set);
            if (level > 0)
            {
                mean += LaneNumbers.Abs(above);
                if (level == 1) up = LaneNumbers.Max(up, above);
                else down = LaneNumbers.Max(down, zero - above);
                if (t >= (level + 1) * hold - settled)
                {
                    sum += above;
                    squares += above * above;
                    if (t == (level + 1) * hold - 1)
                    {
                        LaneNumbers offset = sum / settled;
                        steady = LaneNumbers.Max(steady, LaneNumbers.Abs(offset));
                        oscillation = LaneNumbers.Max(oscillation, LaneNumbers.Sqrt(LaneNumbers.Max(zero, squares / settled - offset * offset) * 2));
                        sum = squares = default;
                    }
                }
            }

            // The lidar, then the error as the model takes it.
            LaneNumbers read = LaneNumbers.Round((altitude + LaneNumbers.Load(ref _noise[t * Lanes])) * 100) / 100;
            reading = LaneNumbers.Select(LaneNumbers.Load(ref _fresh[t * Lanes]) > 0.5, read, reading);
            Vector512<int> error = LaneNumbers.Held(LaneNumbers.Round((new LaneNumbers(set) - reading) * ControllerParameters.ErrorScale), ControllerParameters.ErrorBound).ToInt32();
            LaneNumbers u = LaneNumbers.Held(LaneNumbers.Of(first.Step(error) + second.Step(error)) * (1.0 / (1 << ControllerParameters.OutputBits)), Actuator.Limit);
            if (t > 0)
            {
                effort += LaneNumbers.Abs(u);
                rough += LaneNumbers.Abs(u - before);
            }

            before = u;

            // The motor: nothing in the dead zone, next to nothing while the rotor turns.
            LaneNumbers size = LaneNumbers.Abs(u), idle = size < Actuator.DeadZone, wantsUp = LaneNumbers.Select(idle, pointsUp, u > 0);
            LaneNumbers turning = LaneNumbers.Select(wantsUp, size * _up, size * _down);
            LaneNumbers thrust = LaneNumbers.Select(idle, zero, LaneNumbers.Select(wantsUp ^ pointsUp, turning, u));
            pointsUp = wantsUp;

            // The double integrator.
            LaneNumbers acceleration = thrust + buoyancy;
            altitude += velocity * dt + acceleration * 0.5 * dt * dt;
            velocity += acceleration * dt;
        }

        double[] all = new double[7 * Lanes];
        steady.Store(ref all[0]);
        oscillation.Store(ref all[Lanes]);
        up.Store(ref all[2 * Lanes]);
        down.Store(ref all[3 * Lanes]);
        (mean / (2 * hold)).Store(ref all[4 * Lanes]);
        (effort / _profile.Steps).Store(ref all[5 * Lanes]);
        (rough / _profile.Steps).Store(ref all[6 * Lanes]);
        for (int k = 0; k < _flights; k++)
            metrics[k] = new FlightMetrics(all[k], all[2 * Lanes + k], all[3 * Lanes + k], all[Lanes + k], all[4 * Lanes + k], all[5 * Lanes + k], all[6 * Lanes + k]);
    }
}
