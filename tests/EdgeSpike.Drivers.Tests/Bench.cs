using System;
using System.Linq;

namespace EdgeSpike.Drivers.Tests;

/// <summary>Sample k is (k, k + 1000, -k, 7 k, 3 - k, k xor 0x55): every lost, doubled or cut sample shows.</summary>
internal sealed class CountingMotion : SimulatedMotion
{
    public static readonly CountingMotion Instance = new();

    public override void Next(int index, short[] axes)
    {
        axes[0] = (short)index;
        axes[1] = (short)(index + 1000);
        axes[2] = (short)-index;
        axes[3] = (short)(7 * index);
        axes[4] = (short)(3 - index);
        axes[5] = (short)(index ^ 0x55);
    }
}

/// <summary>A motion as a function.</summary>
internal sealed class FunctionMotion(Func<int, int, int> value) : SimulatedMotion
{
    public override void Next(int index, short[] axes)
    {
        for (int axis = 0; axis < 6; axis++) axes[axis] = (short)value(index, axis);
    }
}

/// <summary>Each driver with its simulated sensor, on I2C or SPI.</summary>
internal sealed class Bench
{
    public const string Names = "MPU-6050,MPU-6500,MPU-6500 SPI,MPU-9250,MPU-9250 SPI,ICM-20948,ICM-20948 SPI,LSM6DSOX,LSM6DSOX SPI,BMI270,BMI270 SPI,BNO055";

    public Bench(string name, SimulatedMotion? motion = null)
    {
        motion ??= CountingMotion.Instance;
        Name = name;
        bool spi = name.EndsWith(" SPI", StringComparison.Ordinal);
        string part = spi ? name[..^4] : name;
        Sensor = part switch
        {
            "MPU-6050" => new SimulatedMpu(0x68, Time, motion),
            "MPU-6500" => new SimulatedMpu(0x70, Time, motion),
            "MPU-9250" => new SimulatedMpu(0x71, Time, motion),
            "ICM-20948" => new SimulatedIcm20948(Time, motion),
            "LSM6DSOX" => new SimulatedLsm6dsox(Time, motion),
            "BMI270" => new SimulatedBmi270(Time, motion, Image),
            "BNO055" => new SimulatedBno055(Time, motion),
            _ => throw new ArgumentException(name),
        };
        Wire = new SimulatedI2cBus(Time);
        Spi = new SimulatedSpiBus(Time, Sensor);
        int address = part switch { "LSM6DSOX" => Lsm6dsox.DefaultAddress, "BNO055" => Bno055.DefaultAddress, _ => 0x68 };
        Wire.Attach(address, Sensor);
        I2cDevice wire = new(Wire, address);
        SpiDevice chip = new(Spi, Spi.Select);
        Imu = part switch
        {
            "MPU-6050" => new Mpu6050(wire, Time),
            "MPU-6500" => spi ? new Mpu6500(chip, Time) : new Mpu6500(wire, Time),
            "MPU-9250" => spi ? new Mpu9250(chip, Time) : new Mpu9250(wire, Time),
            "ICM-20948" => spi ? new Icm20948(chip, Time) : new Icm20948(wire, Time),
            "LSM6DSOX" => spi ? new Lsm6dsox(chip, Time) : new Lsm6dsox(wire, Time),
            "BMI270" => spi ? new Bmi270(chip, Time, Image) : new Bmi270(wire, Time, Image),
            _ => new Bno055(wire, Time),
        };
        Settings = new ImuSettings { RateMillihertz = 100000 };
    }

    public static byte[] Image { get; } = [.. Enumerable.Range(0, 8192).Select(i => (byte)(i * 31 + (i >> 8)))];

    public string Name { get; }

    public SimulatedTime Time { get; } = new();

    public SimulatedSensor Sensor { get; }

    public SimulatedI2cBus Wire { get; }

    public SimulatedSpiBus Spi { get; }

    public Imu Imu { get; }

    public ImuSettings Settings { get; }

    public bool HasFifo => Name != "BNO055";

    public ImuSamples Samples { get; } = new(1024);

    public double Period => (double)Imu.PeriodNumerator / Imu.PeriodDenominator;

    public Bench Open()
    {
        ImuError error = Imu.Open(Settings);
        return error == ImuError.None ? this : throw new InvalidOperationException(ImuMessages.Describe(Imu, error));
    }

    /// <summary>Lets so many periods pass, then reads.</summary>
    public ImuError ReadAfter(double periods)
    {
        Time.Advance((long)(periods * Period));
        return Imu.Read(Samples);
    }

    public short[] Sample(int index) => Samples.Values[(6 * index)..(6 * index + 6)];
}
