namespace EdgeSpike.Drivers;

/// <summary>InvenSense MPU-6500: accelerometer and gyroscope on I2C (0x68, 0x69) or SPI (mode 0 or 3, 1 MHz); FIFO of 512 bytes.</summary>
/// <remarks>Registers: see <see cref="Mpu"/>. 4 to 1,000 samples a second: a FIFO of 42 samples.</remarks>
public sealed class Mpu6500 : Mpu65xx
{
    /// <summary>Address with AD0 low.</summary>
    public const int DefaultAddress = 0x68;

    /// <summary>A sensor on I2C.</summary>
    public Mpu6500(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time)
    {
    }

    /// <summary>A sensor on SPI.</summary>
    public Mpu6500(SpiDevice device, TimeBase time)
        : base(new SensorPort(device, 0), time)
    {
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "MPU-6500"; }
    }

    /// <inheritdoc/>
    protected override int Identity
    {
        get { return 0x70; }                            // RM-MPU-6500A, 4.41
    }
}
