namespace EdgeSpike.Drivers;

/// <summary>Where the motor's current goes while a bridge's PWM is off.</summary>
public enum BridgeDecay
{
    /// <summary>Around through the bridge's low side, as in braking: speed follows the duty closely, with more torque at low speed.</summary>
    Slow = 0,

    /// <summary>Back into the supply, as in coasting: the current is gone quickly.</summary>
    Fast = 1,
}
