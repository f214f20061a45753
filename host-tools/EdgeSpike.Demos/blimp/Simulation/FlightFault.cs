namespace EdgeSpike.Demos.Blimp;

/// <summary>What breaks.</summary>
public enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The lidar sends nothing: the last reading stands and is not fresh.</summary>
    LidarSilent,

    /// <summary>The lidar repeats one reading as if it were fresh.</summary>
    LidarFrozen,

    /// <summary>The lidar reads <see cref="FlightFault.Magnitude"/> metres too much.</summary>
    LidarJump,

    /// <summary>The motor keeps the thrust it had.</summary>
    MotorStuck,

    /// <summary>Commands do not arrive; the actuator holds the last one.</summary>
    LinkCut,
}

/// <summary>A fault of a simulated flight.</summary>
/// <param name="Kind">What breaks.</param>
/// <param name="Start">When, s.</param>
/// <param name="Duration">For how long, s.</param>
/// <param name="Magnitude">Of a jump, m.</param>
public sealed record FlightFault(FaultKind Kind, double Start, double Duration, double Magnitude = 1)
{
    /// <summary>Whether it holds at a time, s.</summary>
    public bool HoldsAt(double time) => Kind != FaultKind.None && time >= Start - 1e-9 && time < Start + Duration - 1e-9;
}
