using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Runtime;

namespace EdgeSpike.Demos.Blimp;

/// <summary>A fault of the table.</summary>
/// <param name="Name">As the table says it.</param>
/// <param name="Kind">What breaks in the simulator.</param>
/// <param name="SetPointCut">No set-point comes: the line to the ground is cut.</param>
/// <param name="Steps">Control steps that it lasts. Nothing slows the fall of a blimp that is 2 m/s² too heavy: one whose motor is lost for 2 s meets the floor.</param>
public sealed record FaultCase(string Name, FaultKind Kind, bool SetPointCut = false, int Steps = 20)
{
    /// <summary>None, then all that the table has.</summary>
    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("none", FaultKind.None), new("lidar silent", FaultKind.LidarSilent), new("lidar frozen", FaultKind.LidarFrozen), new("lidar 1 m off", FaultKind.LidarJump),
        new("ground line cut", FaultKind.None, SetPointCut: true), new("motor line cut", FaultKind.LinkCut, Steps: 10), new("motor stuck", FaultKind.MotorStuck, Steps: 10),
    ];
}

/// <summary>What became of one flight.</summary>
/// <param name="Found">Control steps from the start of the fault, of the motor from the first time that it does not obey, to the first that reports one, counting it; null: never.</param>
/// <param name="Safe">To the safe action, counting its first; null: never.</param>
/// <param name="Back">From the end of the fault to the controller's return; null: never, or it never left.</param>
/// <param name="Regained">From the end of the fault to the last time that the altitude comes within 25 cm of the set-point; null: never.</param>
/// <param name="Reported">All faults from its start to the safe action, bits of <see cref="LoopFault"/>.</param>
/// <param name="FalseTrips">Safe actions before it.</param>
/// <param name="WorstError">Largest |error| of the altitude from its start on, m.</param>
/// <param name="MoveAtTrip">Largest change of the command from a step to the next while the safe action holds, units of u.</param>
/// <param name="MoveAtReturn">Largest change until the controller has taken over again.</param>
/// <param name="WorstResidual">Largest residual of the model of the plant before the fault, the first 20 s left out, m.</param>
public sealed record FaultOutcome(int? Found, int? Safe, int? Back, int? Regained, int Reported, int FalseTrips, double WorstError, double MoveAtTrip, double MoveAtReturn, double WorstResidual);

/// <summary>
/// A flight of 80 s at 9 m, in which something is wrong from 40 s on, for 1 or 2 s, guarded by the runtime's <see cref="ControlLoop"/> (LOOP.md): the
/// blimp stays level, or is asked to climb by half a metre as the fault begins.
/// </summary>
/// <remarks>
/// Integers as a device has them: mm, mm/s², µs. The loop's output is the command less the nominal hover thrust, so that its internal model
/// (altitude, speed, bias) has only what buoyancy is off to learn. The safe action is to carry the weight that it has learnt and to come to rest
/// by the model's speed: nothing else brakes this plant. Beside the lidar it hears the set-point and the motor's thrust; a lidar frame's
/// signal strength, which the TFmini-S sends along, tells a still scene from a frozen sensor. While the safe action holds, the controller is given no error: an integral that can't act must not wind up. From there the set-point
/// is approached at <see cref="Approach"/>.
/// </remarks>
public static class GuardedFlight
{
    /// <summary>Control steps of a flight.</summary>
    public const int Steps = 800;

    /// <summary>The fault's first step.</summary>
    public const int FaultStart = 400;

    /// <summary>Most by which the command moves in a step under the safe action, and until the controller has taken over again, mm/s².</summary>
    public const int Slew = 500;

    /// <summary>How fast the set-point is approached after the safe action, mm a step.</summary>
    public const int Approach = 30;

    private const int Learnt = 200, Period = 100_000, Hover = 2020, FullScale = 3300, DeadZone = 100;
    private const double Start = 9, Climb = 0.5, Near = 0.25;

    /// <summary>How the loop is configured; the reasons stand in LOOP.md, section 8.</summary>
    public static ControlLoop Configure() => new()
    {
        Schedule = new ControlSchedule { Period = Period, Deadline = Period / 2 },
        Inputs =
        [
            // The lidar's range. Gate: what a motor that does as it likes, up to 6 m/s² off, leaves between model and blimp; it stays below 1 m through 2 s without the lidar.
            new InputMonitor { Low = 100, High = 12_000, Gate = 400, GateGrowth = 15, FrozenAfter = 3, StaleAfter = Period * 3 / 2 },
            new InputMonitor { Low = 0, High = 10_000, StaleAfter = Period * 3 / 2 },
            // What the motor does. No sample while the rotor turns.
            new InputMonitor { Low = -FullScale - Hover, High = FullScale - Hover, Gate = 20, StaleAfter = Period * 9 / 2 },
        ],
        Feedback = 2,
        Predictor = new LinearPredictor
        {
            // h' = h + 0.1 v + 0.005 a, v' = v + 0.1 a, a = output + bias; states in 1/256 mm, mm/s, mm/s², coefficients in 2^-20.
            Shift = 20, Fraction = 8,
            Transition = [1_048_576, 104_858, 5_243, 0, 1_048_576, 104_858, 0, 0, 1_048_576],
            Input = [5_243 * 256, 104_858 * 256, 0],
            // Fast enough to follow a motor that does what it likes: 1 m/s² that it does not know of leaves 60 mm. alpha 0.5, beta 0.167 / 0.1 s, gamma 0.015 * 2 / 0.01 s².
            Gain = [524_288, 1_751_122, 3_145_728],
            Limit = 300, After = 2, LostAfter = 40,
        },
        Trust = new TrustScore { Weights = [12_000, 12_000, 20_000, 12_000, 12_000, 12_000, 20_000, 6_000], Rise = 4096 },
        Guard = new ActionGuard { Low = -FullScale - Hover, High = FullScale - Hover, Slew = Slew, SafeSlew = Slew, SafeValue = 0, Trip = 16_384, Recover = 24_576, SafeSteps = 5, Latching = LoopFault.Residual },
    };

    /// <summary>Flies.</summary>
    /// <param name="controller">u for an error in m, from rest.</param>
    /// <param name="fault">What breaks.</param>
    /// <param name="climbing">Asked to climb as it does.</param>
    /// <param name="seed">Of buoyancy and noise.</param>
    public static FaultOutcome Fly(Func<double, double> controller, FaultCase fault, bool climbing, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(controller);
        ArgumentNullException.ThrowIfNull(fault);
        SeededRandom strengths = new(seed, 0x66);
        FlightFault held = new(fault.Kind, FaultStart * BlimpTiming.ControlSeconds, fault.Steps * BlimpTiming.ControlSeconds);
        int faultEnd = FaultStart + fault.Steps;
        BlimpSimulation blimp = new(
            new DoubleIntegrator(ClosedLoop.Buoyancy(seed)), new FlightConditions { Faults = [held] }, seed, Start);
        ControlLoop loop = Configure();
        LoopError error = loop.Start(0);
        if (error != LoopError.None) throw new InvalidOperationException($"the loop refuses its configuration: {error}");

        // A motor that is stuck at what it is asked for does no harm, and can't be told from one that obeys.
        int? found = null, safe = null, back = null, regained = null, shows = fault.Kind is FaultKind.MotorStuck or FaultKind.LinkCut ? null : FaultStart;
        int reported = 0, strength = 0, output = 0, before = 0, falseTrips = 0, residual = 0, carried = 0;
        double worst = 0, move = 0, moveAtReturn = 0;
        bool up = true, turned = false, stands = false, returning = false;
        int reference = 0;
        for (int t = 0; t < Steps; t++)
        {
            long now = (long)t * Period;
            bool failing = t >= FaultStart && t < faultEnd;
            double setPoint = Start + (climbing && t >= FaultStart ? Climb : 0);
            double altitude = blimp.Altitude, reading = blimp.Measure();
            if (!(failing && fault.Kind == FaultKind.LidarFrozen && t > FaultStart)) strength = 1000 + strengths.NextIndex(41) + strengths.NextIndex(41);
            if (blimp.Fresh) loop.Inputs[0].Sample((int)Math.Round(1000 * reading), strength, now);
            if (!(failing && fault.SetPointCut)) loop.Inputs[1].Sample((int)Math.Round(1000 * setPoint), t, now);
            // A motor that stands because it is asked for less than its dead zone obeys.
            if (t > 0 && !turned) loop.Inputs[2].Sample(stands ? output : (int)Math.Round(1000 * blimp.Thrust) - Hover, now);
            // Someone looks a second after the fault, then every five.
            if (t >= faultEnd && (t - faultEnd) % 50 == 10) loop.Guard.Acknowledge();

            if (!loop.Due(now)) throw new InvalidOperationException($"step {t} is not due");
            GuardState state = loop.Observe(now);
            int speed = loop.Predictor.State(1) / 256, bias = loop.Predictor.State(2) / 256;
            if (t < Learnt / 4) carried = -bias;
            else if (state == GuardState.Running && loop.Faults == LoopFault.None) carried += (-bias - carried) / 8;
            // Once its command is reached the controller moves as it likes.
            loop.Guard.Slew = state == GuardState.Running ? 2 * FullScale : Slew;
            // A motor that does not obey is not asked for more and more.
            bool obeys = (loop.Faults & LoopFault.Residual) == 0;
            loop.Guard.SafeValue = Math.Clamp(obeys ? carried - (speed * 3 / 2) : carried, loop.Guard.Low, loop.Guard.High);
            // Back from where it came to rest: errors of a metre and more are beyond what the controller can brake from, with 1.3 m/s² upwards.
            int wanted = loop.Inputs[1].Value;
            if (state == GuardState.Safe) (reference, returning) = (loop.Measurement, true);
            else reference = returning ? reference + Math.Clamp(wanted - reference, -Approach, Approach) : wanted;
            if (reference == wanted) returning = false;
            int e = reference - loop.Measurement;
            double u = controller(e / 1000.0);
            before = output;
            output = loop.Act(double.IsNaN(u) ? 0 : (int)Math.Round(1000 * Math.Clamp(u, -Actuator.Limit, Actuator.Limit)) - Hover);
            blimp.Apply((output + Hover) / 1000.0);
            turned = Math.Abs(output + Hover) >= DeadZone && output + Hover > 0 != up;
            if (turned) up = !up;
            stands = blimp.Thrust == 0 && Math.Abs(output + Hover) < DeadZone;
            if (failing && !turned && !stands && Math.Abs((1000 * blimp.Thrust) - Hover - output) > loop.Inputs[2].Gate) shows ??= t;
            loop.End(now + (Period / 10));

            int moved = Math.Abs(output - before);
            if (t > 0 && state == GuardState.Safe) move = Math.Max(move, moved / 1000.0);
            if (t > 0 && state == GuardState.Recovering) moveAtReturn = Math.Max(moveAtReturn, moved / 1000.0);
            if (t < FaultStart)
            {
                falseTrips = (int)loop.Guard.Trips;
                if (t >= Learnt) residual = Math.Max(residual, Math.Abs(loop.Predictor.Residual));
                continue;
            }

            if (safe is null) reported |= loop.Faults;
            worst = Math.Max(worst, Math.Abs(altitude - setPoint));
            if (loop.Faults != LoopFault.None) found ??= t - (shows ?? FaultStart) + 1;
            if (state == GuardState.Safe) safe ??= t - (shows ?? FaultStart) + 1;
            if (t < faultEnd) continue;
            back = state == GuardState.Safe ? null : back ?? (safe is null ? null : t - faultEnd + 1);
            regained = Math.Abs(altitude - setPoint) > Near ? null : regained ?? t - faultEnd + 1;
        }

        return new FaultOutcome(found, safe, back, regained, reported, falseTrips, worst, move, moveAtReturn, residual / 1000.0);
    }

    /// <summary>Names of faults, "Stale, Jump".</summary>
    public static string Names(int faults)
    {
        string[] names = ["Stale", "OutOfRange", "Frozen", "Jump", "Silent", "Saturated", "Residual", "Deadline"];
        return string.Join(", ", names.Where((_, bit) => (faults & (1 << bit)) != 0));
    }
}

/// <summary>A row of the table: one fault, all seeds.</summary>
/// <param name="Fault">What broke.</param>
/// <param name="Climbing">While it was asked to climb.</param>
/// <param name="Outcomes">Seed by seed.</param>
public sealed record FaultRow(FaultCase Fault, bool Climbing, IReadOnlyList<FaultOutcome> Outcomes)
{
    /// <summary>All that was reported.</summary>
    public int Reported => Outcomes.Aggregate(0, (all, o) => all | o.Reported);

    /// <summary>The largest of all seeds; null when one of them has none.</summary>
    public int? Worst(Func<FaultOutcome, int?> steps) => Outcomes.Any(o => steps(o) is null) ? null : Outcomes.Max(o => steps(o));

    /// <summary>Flights that have it.</summary>
    public int Count(Func<FaultOutcome, int?> steps) => Outcomes.Count(o => steps(o) is not null);

    /// <summary>The table, flights level and climbing for each fault.</summary>
    /// <param name="controller">It is reset before every flight.</param>
    /// <param name="seeds">Flights of each row.</param>
    /// <param name="progress">Share done.</param>
    public static IReadOnlyList<FaultRow> Table(SpikingController controller, int seeds, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(controller);
        List<FaultRow> rows = [];
        int flown = 0;
        foreach (bool climbing in (bool[])[false, true])
            foreach (FaultCase fault in FaultCase.All)
            {
                List<FaultOutcome> outcomes = [];
                for (int seed = 1; seed <= seeds; seed++)
                {
                    controller.Reset();
                    outcomes.Add(GuardedFlight.Fly(controller.Step, fault, climbing, (ulong)seed));
                    progress?.Report(++flown / (2.0 * FaultCase.All.Count * seeds));
                }

                rows.Add(new FaultRow(fault, climbing, outcomes));
            }

        return rows;
    }
}
