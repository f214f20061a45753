namespace EdgeSpike.Drivers;

/// <summary>How a call to a range sensor or a barometer ended. Each value asks for another remedy.</summary>
public enum SensorError
{
    /// <summary>Done.</summary>
    None = 0,

    /// <summary>Nobody answers: check supply, wiring and address.</summary>
    NoSensor = 1,

    /// <summary>Another sensor answers at this address: check the part.</summary>
    WrongIdentity = 2,

    /// <summary>The bus failed: the driver's Bus says how.</summary>
    Bus = 3,

    /// <summary>The sensor does not come up in time: check its supply and reset pin.</summary>
    NotStarted = 4,

    /// <summary>There is no new value yet: ask again.</summary>
    NotReady = 5,

    /// <summary>The sensor lacks this setting; nothing was changed.</summary>
    Setting = 6,

    /// <summary>Its calibration can't be: check wiring, lower the bus's rate.</summary>
    Calibration = 7,

    /// <summary>What it sent is damaged: check wiring, lower the bus's rate.</summary>
    Damaged = 8,

    /// <summary>A value is outside what the sensor can measure.</summary>
    OutOfRange = 9,

    /// <summary>It was not opened, or its opening failed.</summary>
    NotOpen = 10,
}
