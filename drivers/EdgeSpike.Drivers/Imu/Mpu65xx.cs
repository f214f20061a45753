namespace EdgeSpike.Drivers;

/// <summary>What MPU-6500 and MPU-9250 have beyond <see cref="Mpu"/>: a filter for the accelerometer, a FIFO of 512 bytes, SPI.</summary>
public abstract class Mpu65xx : Mpu
{
    private const int AccelConfiguration2 = 0x1D;       // ACCEL_CONFIG2: bit 3 accel_fchoice_b, bits 2:0 A_DLPFCFG (RM-MPU-6500A, 4.9)

    /// <summary>A sensor at this port.</summary>
    protected Mpu65xx(SensorPort port, TimeBase time)
        : base(port, time)
    {
    }

    /// <inheritdoc/>
    protected override int FifoBytes
    {
        get { return 512; }                             // PS-MPU-6500A, 4.17; PS-MPU-9250A, 4.18
    }

    /// <inheritdoc/>
    protected override int ConfigurationBits
    {
        get { return 0x40; }                            // FIFO_MODE: a full FIFO keeps what it has (RM-MPU-6500A, 4.6)
    }

    /// <inheritdoc/>
    protected override ImuError SetAccelFilter(int filter)
    {
        return WriteChecked(AccelConfiguration2, filter);
    }

    /// <inheritdoc/>
    protected override int ToMilliCelsius(int value)
    {
        return 21000 + (int)((long)value * 100000 / 33387); // 333.87 LSB per degree, 0 at 21 °C (PS-MPU-6500A, table 3; RM, 4.23)
    }
}
