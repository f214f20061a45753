namespace EdgeSpike.Drivers;

/// <summary>What a pin does.</summary>
public enum PinMode
{
    /// <summary>Reads, floating.</summary>
    Input = 0,

    /// <summary>Reads, high when nothing drives it.</summary>
    InputPullUp = 1,

    /// <summary>Reads, low when nothing drives it.</summary>
    InputPullDown = 2,

    /// <summary>Drives both levels.</summary>
    Output = 3,

    /// <summary>Drives low and lets go of high, which a resistor makes; the pin can be read.</summary>
    OpenDrain = 4,
}

/// <summary>A digital pin.</summary>
public abstract class GpioPin
{
    /// <summary>Chooses what it does; the level written before becomes its level at once.</summary>
    public abstract void SetMode(PinMode mode);

    /// <summary>The level at the pin: true is high.</summary>
    public abstract bool Read();

    /// <summary>Drives it, or lets go of it, where the mode says so.</summary>
    public abstract void Write(bool high);
}
