using System;
using System.Runtime.Intrinsics;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// The second fitness: how a controller flies. Tracking, effort and smoothness over a simulated flight with steps of the set-point, the
/// other part of the command (I for a PD controller, PD for an I controller) added by the classical controller or by an evolved one.
/// </summary>
/// <remarks>
/// cost = 10 mean |e| + 20 mean |e| in the second half of each level + 0.1 mean |Δu| + 0.01 mean |u| + 2 (overshoot up + overshoot down), e the
/// true error in m, u the limited command, all levels of 20 s counted, the first too: there the integral has to find the buoyancy. An error beyond 2 m counts as 2 m.
/// </remarks>
public static class ClosedLoopCost
{
    private const double Tracking = 10, Settled = 20, Smoothness = 0.1, Effort = 0.01, Overshoot = 2, Furthest = 2;

    private static readonly StepProfile s_profile = new(20);

    /// <summary>Control steps of an evaluation.</summary>
    public static int Steps => s_profile.Steps;

    /// <summary>The costs of the controllers of all lanes in the flight of a seed.</summary>
    /// <param name="controllers">At rest.</param>
    /// <param name="task">What they do; the other part comes from <paramref name="partner"/>.</param>
    /// <param name="partner">An evolved controller of the other part in every lane, at rest; null: the classical one.</param>
    /// <param name="seed">Of buoyancy and noise, the same for all lanes.</param>
    /// <param name="costs">[<see cref="LaneController.Lanes"/>].</param>
    public static void Evaluate(LaneController controllers, ControlTask task, LaneController? partner, ulong seed, Span<double> costs)
    {
        ArgumentNullException.ThrowIfNull(controllers);
        const int lanes = LaneController.Lanes;
        BlimpSimulation[] flights = new BlimpSimulation[lanes];
        PidController[] classical = new PidController[lanes];
        PidGains gains = task == ControlTask.Integral ? PidGains.DoubleIntegrator.WithoutIntegral : PidGains.DoubleIntegrator.OnlyIntegral;
        for (int k = 0; k < lanes; k++) (flights[k], classical[k]) = (ClosedLoop.DoubleIntegratorFlight(seed), new PidController(gains));
        int[] error = new int[lanes], output = new int[lanes], other = new int[lanes];
        double[] before = new double[lanes], up = new double[lanes], down = new double[lanes];
        costs[..lanes].Clear();
        for (int t = 0; t < s_profile.Steps; t++)
        {
            double set = s_profile.At(t), weight = Tracking + (t % s_profile.HoldSteps >= s_profile.HoldSteps / 2 ? Settled : 0);
            for (int k = 0; k < lanes; k++)
            {
                double above = Math.Clamp(flights[k].Altitude - set, -Furthest, Furthest);
                costs[k] += weight * Math.Abs(above);
                int level = t / s_profile.HoldSteps;
                if (level == 1) up[k] = Math.Max(up[k], above);
                else if (level == 2) down[k] = Math.Max(down[k], -above);
                double e = set - flights[k].Measure();
                error[k] = ControllerParameters.ErrorSteps(e);
                if (partner is null) other[k] = (int)Math.Round(Math.Clamp(classical[k].Step(e), -1000, 1000) * (1 << ControllerParameters.OutputBits));
            }

            Vector512<int> errors = Vector512.LoadUnsafe(ref error[0]);
            controllers.Step(errors).StoreUnsafe(ref output[0]);
            partner?.Step(errors).StoreUnsafe(ref other[0]);
            for (int k = 0; k < lanes; k++)
            {
                double u = Math.Clamp((output[k] + (long)other[k]) * (1.0 / (1 << ControllerParameters.OutputBits)), -Actuator.Limit, Actuator.Limit);
                costs[k] += Smoothness * Math.Abs(u - before[k]) + Effort * Math.Abs(u);
                before[k] = u;
                flights[k].Apply(u);
            }
        }

        for (int k = 0; k < lanes; k++) costs[k] = costs[k] / s_profile.Steps + Overshoot * (up[k] + down[k]);
    }
}
