namespace EdgeSpike.Drivers;

/// <summary>What is asked of a sensor.</summary>
public sealed class ImuSettings
{
    /// <summary>Full scale of the accelerometer in g: 2, 4, 8 or 16.</summary>
    public int AccelRange = 4;

    /// <summary>Full scale of the gyroscope in degrees per second: 250, 500, 1000 or 2000; 125 where the sensor has it.</summary>
    public int GyroRange = 500;

    /// <summary>Samples per second, times 1000. The sensor takes the next higher rate that it has; <see cref="Imu.PeriodNumerator"/> tells it.</summary>
    public int RateMillihertz = 50000;

    /// <summary>Samples wait in the sensor's FIFO, where it has one. False: a call takes the newest sample alone.</summary>
    public bool UseFifo = true;

    /// <summary>The pin at the sensor's data-ready output (INT, INT1), which is set to be high from a sample to its reading; null: not wired.</summary>
    public GpioPin DataReady;
}
