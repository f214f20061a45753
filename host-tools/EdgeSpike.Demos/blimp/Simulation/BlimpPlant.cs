using System;

namespace EdgeSpike.Demos.Blimp;

/// <summary>The vertical motion of a blimp: what becomes of its altitude under a thrust that is held for a control step.</summary>
public abstract class BlimpPlant
{
    /// <summary>Altitude, m.</summary>
    public abstract double Altitude { get; }

    /// <summary>At rest at an altitude.</summary>
    public abstract void Reset(double altitude);

    /// <summary>Advances one control step, 0.1 s.</summary>
    /// <param name="thrust">Command after the actuator.</param>
    /// <param name="disturbance">Wind and lost lift, in units of the command.</param>
    public abstract void Step(double thrust, double disturbance);
}

/// <summary>
/// The paper's plant: z'' = u + b, with b the imbalance of buoyancy, m/s² (the authors' workspace: −2.02). Exact for a force that is
/// constant over the step.
/// </summary>
public sealed class DoubleIntegrator(double buoyancy) : BlimpPlant
{
    /// <summary>b of the authors' training workspace: heavier than air.</summary>
    public const double NominalBuoyancy = -2.02;

    private double _altitude;

    /// <summary>Imbalance of buoyancy, m/s².</summary>
    public double Buoyancy { get; set; } = buoyancy;

    /// <inheritdoc/>
    public override double Altitude => _altitude;

    /// <summary>Climbing speed, m/s.</summary>
    public double Velocity { get; private set; }

    /// <inheritdoc/>
    public override void Reset(double altitude) => (_altitude, Velocity) = (altitude, 0);

    /// <inheritdoc/>
    public override void Step(double thrust, double disturbance)
    {
        const double dt = BlimpTiming.ControlSeconds;
        double acceleration = thrust + Buoyancy + disturbance;
        _altitude += Velocity * dt + 0.5 * acceleration * dt * dt;
        Velocity += acceleration * dt;
    }
}

/// <summary>
/// The range model identified from flights of TU Delft's blimp (tudelft/blimp_snn), at 30 Hz:
/// h[k] = 1.990293321618669 h[k−1] − 0.990311599031747 h[k−2] − 0.000969428630164 u[k−1] + 0.001018772629138 u[k−2].
/// u in motor units (−3 … 3 when it was identified), h in m relative to the altitude of rest. Poles of 13.0 s and 4.64 s, gain 2.70 m
/// per unit, and an inverse response at first.
/// </summary>
/// <remarks>In double: the gain comes from differences of 1e-5, which fewer digits lose.</remarks>
public sealed class RangeModel(double bias = 0) : BlimpPlant
{
    private const double A1 = 1.990293321618669, A2 = -0.990311599031747, B1 = -0.000969428630164, B2 = 0.001018772629138;

    private double _rest, _h1, _h2, _u1, _u2;

    /// <summary>Steady gain, m per unit: (B1 + B2) / (1 − A1 − A2).</summary>
    public static double Gain => (B1 + B2) / (1 - A1 - A2);

    /// <summary>Imbalance of buoyancy, in motor units.</summary>
    public double Bias { get; set; } = bias;

    /// <inheritdoc/>
    public override double Altitude => _rest + _h1;

    /// <inheritdoc/>
    public override void Reset(double altitude) => (_rest, _h1, _h2, _u1, _u2) = (altitude, 0, 0, 0, 0);

    /// <inheritdoc/>
    public override void Step(double thrust, double disturbance)
    {
        for (int i = 0; i < BlimpTiming.PlantSteps; i++) StepOnce(thrust + Bias + disturbance);
    }

    /// <summary>At rest, with the two inputs before the first step known.</summary>
    /// <param name="before">u[k−1].</param>
    /// <param name="twoBefore">u[k−2].</param>
    public void Remember(double before, double twoBefore) => (_u1, _u2) = (before, twoBefore);

    /// <summary>One step of the difference equation: the response to the inputs before this one, which is then remembered.</summary>
    /// <param name="u">Motor units.</param>
    /// <returns>h[k] relative to rest, m; it depends on u[k−1] and u[k−2], not on <paramref name="u"/> = u[k].</returns>
    public double StepOnce(double u)
    {
        double h = A1 * _h1 + A2 * _h2 + B1 * _u1 + B2 * _u2;
        (_h2, _h1, _u2, _u1) = (_h1, h, _u1, u);
        return h;
    }
}
