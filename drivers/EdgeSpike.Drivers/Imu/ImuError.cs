namespace EdgeSpike.Drivers;

/// <summary>How a call to an inertial sensor ended. Each value asks for another remedy; ImuMessages, on .NET, tells it to people.</summary>
public enum ImuError
{
    /// <summary>Done.</summary>
    None = 0,

    /// <summary>Nobody answers: the address is not acknowledged, or on SPI every bit reads alike.</summary>
    NoSensor = 1,

    /// <summary>Another sensor answers: <see cref="Imu.Found"/> is its identity, <see cref="Imu.Expected"/> the one looked for.</summary>
    WrongIdentity = 2,

    /// <summary>A line of the bus stays low.</summary>
    BusStuck = 3,

    /// <summary>Another failure of the bus: <see cref="Imu.Bus"/>.</summary>
    Bus = 4,

    /// <summary>A register did not keep what was written: <see cref="Imu.Register"/>, <see cref="Imu.Found"/>, <see cref="Imu.Expected"/>.</summary>
    ReadBack = 5,

    /// <summary>The sensor does not come back from its reset, or its start, in time.</summary>
    NotStarted = 6,

    /// <summary>The sensor lacks this range or rate; nothing was changed.</summary>
    Setting = 7,

    /// <summary>BMI270: the configuration image is missing, has a size that can't be, or was refused (<see cref="Imu.Found"/> is INTERNAL_STATUS).</summary>
    ConfigurationImage = 8,

    /// <summary>The FIFO was full: samples are lost, the FIFO was emptied, the next call goes on. What is lost is counted then.</summary>
    FifoOverflow = 9,

    /// <summary>The FIFO holds what can't stand there; it was emptied, the next call goes on.</summary>
    FifoContent = 10,

    /// <summary>The sensor reports an error of its own: <see cref="Imu.Found"/>.</summary>
    Sensor = 11,

    /// <summary>There is no new value yet.</summary>
    NotReady = 12,

    /// <summary>A value is beyond what the sensor can measure.</summary>
    Saturated = 13,

    /// <summary>The sensor was not opened.</summary>
    NotOpen = 14,
}
