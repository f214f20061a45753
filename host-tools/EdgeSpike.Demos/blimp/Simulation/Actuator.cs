using System;

namespace EdgeSpike.Demos.Blimp;

/// <summary>
/// The one motor and the servo that turns it: |u| at most 3.3, nothing below 0.1 (dead zone), and 180 degrees of turn when the sign
/// changes, during which the thrust along the vertical is |u| cos(angle).
/// </summary>
/// <param name="turnSeconds">Time of a turn by 180 degrees; 0: at once.</param>
public sealed class Actuator(double turnSeconds = Actuator.ServoSeconds)
{
    /// <summary>Largest command.</summary>
    public const double Limit = 3.3;

    /// <summary>Commands below it do not turn the propeller.</summary>
    public const double DeadZone = 0.1;

    /// <summary>
    /// A turn by 180 degrees: one control step, so that it is over before the next command. The paper does not state it; at 0.3 s (a servo
    /// of 0.1 s for 60 degrees) the classical controller itself overshoots by more than a metre.
    /// </summary>
    public const double ServoSeconds = BlimpTiming.ControlSeconds;

    /// <summary>Angle of the rotor, rad: 0 up, π down.</summary>
    public double Angle { get; private set; }

    /// <summary>Pointing up.</summary>
    public void Reset() => Angle = 0;

    /// <summary>The mean thrust along the vertical over one control step, in units of the command.</summary>
    /// <param name="command">u of the controller; a command that is not a number stops the motor.</param>
    public double Step(double command)
    {
        if (double.IsNaN(command)) command = 0;
        command = Math.Clamp(command, -Limit, Limit);
        if (Math.Abs(command) < DeadZone) return 0;
        double to = command > 0 ? 0 : Math.PI;
        if (turnSeconds <= 0) Angle = to;
        if (Angle == to) return command;

        // Mean of cos(angle) over the step: it turns for a part of the step and stands for the rest.
        const double dt = BlimpTiming.ControlSeconds;
        double rate = Math.PI / turnSeconds, from = Angle, needed = Math.Abs(to - from) / rate;
        double turning = Math.Min(needed, dt);
        Angle = needed <= dt ? to : from + Math.Sign(to - from) * rate * dt;
        double swept = (Math.Sin(Angle) - Math.Sin(from)) / (Math.Sign(to - from) * rate);
        return Math.Abs(command) * (swept + (dt - turning) * Math.Cos(Angle)) / dt;
    }
}
