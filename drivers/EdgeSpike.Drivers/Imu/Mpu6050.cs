namespace EdgeSpike.Drivers;

/// <summary>InvenSense MPU-6050: accelerometer and gyroscope on I2C, 0x68 or, with AD0 high, 0x69; FIFO of 1,024 bytes.</summary>
/// <remarks>Registers: see <see cref="Mpu"/>. 4 to 1,000 samples a second: a FIFO of 85 samples. Many boards sold as this carry an MPU-6500, which says so.</remarks>
public sealed class Mpu6050 : Mpu
{
    /// <summary>Address with AD0 low.</summary>
    public const int DefaultAddress = 0x68;

    /// <summary>A sensor on I2C.</summary>
    public Mpu6050(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time)
    {
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "MPU-6050"; }
    }

    /// <inheritdoc/>
    protected override int Identity
    {
        get { return 0x68; }                            // RM-MPU-6000A, 4.32
    }

    /// <inheritdoc/>
    protected override int FifoBytes
    {
        get { return 1024; }                            // PS-MPU-6000A, 7.17
    }

    /// <inheritdoc/>
    protected override int ToMilliCelsius(int value)
    {
        return 36530 + value * 1000 / 340;              // RM-MPU-6000A, 4.18
    }
}
