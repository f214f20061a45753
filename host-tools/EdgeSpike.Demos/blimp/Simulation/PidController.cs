using System;

namespace EdgeSpike.Demos.Blimp;

/// <summary>Gains of a <see cref="PidController"/>; an integral gain of 0 makes a PD, the others 0 an I controller.</summary>
/// <param name="Proportional">u per m.</param>
/// <param name="Integral">u per m s.</param>
/// <param name="Derivative">u per m/s.</param>
public sealed record PidGains(double Proportional, double Integral, double Derivative)
{
    /// <summary>
    /// For the double integrator: P 9, D 7, the gains the authors used last. Their I is not published; 1 makes z''' + 7 z'' + 9 z' + z = 0,
    /// whose slow pole settles a change of buoyancy in about 8 s, well within one step of 50 s.
    /// </summary>
    public static PidGains DoubleIntegrator { get; } = new(9, 1, 7);

    /// <summary>For the identified range model: P 4.3 … 4.6, I 0.06 … 0.08, D 5 by the authors; the middle of each.</summary>
    public static PidGains RangeModel { get; } = new(4.45, 0.07, 5);

    /// <summary>The proportional and derivative part alone.</summary>
    public PidGains WithoutIntegral => this with { Integral = 0 };

    /// <summary>The integral part alone.</summary>
    public PidGains OnlyIntegral => this with { Proportional = 0, Derivative = 0 };
}

/// <summary>
/// The classical controller that the spiking ones imitate: u = P e + I Σ e dt + D de/dt, at a fixed rate. The derivative is
/// averaged over three points, (e(t) − e(t−2)) / (2 dt); the integral term stays within ±10. Not limited otherwise: the actuator does that.
/// </summary>
/// <remarks>Before there are three points the derivative is taken over those there are; of the first it is 0.</remarks>
public sealed class PidController(PidGains gains, double secondsPerStep = BlimpTiming.ControlSeconds)
{
    /// <summary>Limit of the integral term (the authors').</summary>
    public const double IntegralLimit = 10;

    private double _integral, _before, _twoBefore;
    private int _steps;

    /// <summary>Forgets the past.</summary>
    public void Reset() => (_integral, _before, _twoBefore, _steps) = (0, 0, 0, 0);

    /// <summary>One control step.</summary>
    /// <param name="error">Set-point minus altitude, m.</param>
    /// <returns>Command u, unlimited.</returns>
    public double Step(double error)
    {
        double derivative = _steps switch
        {
            0 => 0,
            1 => (error - _before) / secondsPerStep,
            _ => (error - _twoBefore) / (2 * secondsPerStep),
        };
        (_twoBefore, _before) = (_before, error);
        _steps++;
        _integral = Math.Clamp(_integral + gains.Integral * error * secondsPerStep, -IntegralLimit, IntegralLimit);
        return gains.Proportional * error + _integral + gains.Derivative * derivative;
    }
}
