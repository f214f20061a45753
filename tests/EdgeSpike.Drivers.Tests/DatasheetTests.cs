using System;
using System.Linq;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>Numbers of the datasheets: conversions, what stands in which register after set-up, and each sensor's own ways.</summary>
public sealed class DatasheetTests
{
    // AN5272, tables 18 and 19: content of the output registers against acceleration at ±2 g and rate at ±250 degrees per second.
    [Theory]
    [InlineData(0x0000, 0)]
    [InlineData(0x1669, 350)]
    [InlineData(0x4009, 1000)]
    [InlineData(0xE997, -350)]
    [InlineData(0xBFF7, -1000)]
    public void Lsm6dsox_acceleration(int content, double milliG)
    {
        Bench bench = Constant("LSM6DSOX", 2, 250, (short)content);
        Assert.Equal(milliG / 1000 * 9.80665, bench.Sample(0)[0] * ImuUnits.MetresPerSecondSquared(bench.Imu), 0.061e-3 * 9.80665);
    }

    [Theory]
    [InlineData(0x2CA4, 100)]
    [InlineData(0x5949, 200)]
    [InlineData(0xD35C, -100)]
    [InlineData(0xA6B7, -200)]
    public void Lsm6dsox_rate(int content, double degreesPerSecond)
    {
        Bench bench = Constant("LSM6DSOX", 2, 250, (short)content);
        Assert.Equal(degreesPerSecond * Math.PI / 180, bench.Sample(0)[3] * ImuUnits.RadiansPerSecond(bench.Imu), 8.75e-3 * Math.PI / 180);
    }

    // Sensitivities as the datasheets state them, to their last digit: LSB/g and LSB/(degree/s); LSM6DSOX in mg and mdps a step; BNO055 table 3-17, 3-22.
    [Theory]
    [InlineData("MPU-6050", 2, 250, 16384, 131)]
    [InlineData("MPU-6050", 4, 500, 8192, 65.5)]
    [InlineData("MPU-6050", 8, 1000, 4096, 32.8)]
    [InlineData("MPU-6050", 16, 2000, 2048, 16.4)]
    [InlineData("MPU-6500", 16, 2000, 2048, 16.4)]
    [InlineData("MPU-9250", 2, 250, 16384, 131)]
    [InlineData("ICM-20948", 4, 500, 8192, 65.5)]
    [InlineData("ICM-20948", 16, 2000, 2048, 16.4)]
    [InlineData("BMI270", 2, 2000, 16384, 16.4)]
    [InlineData("BMI270", 16, 125, 2048, 262.1)]
    [InlineData("LSM6DSOX", 2, 125, 1000 / 0.061, 1000 / 4.375)]
    [InlineData("LSM6DSOX", 4, 250, 1000 / 0.122, 1000 / 8.75)]
    [InlineData("LSM6DSOX", 8, 1000, 1000 / 0.244, 1000 / 35.0)]
    [InlineData("LSM6DSOX", 16, 2000, 1000 / 0.488, 1000 / 70.0)]
    [InlineData("BNO055", 8, 1000, 1000, 16)]
    public void Sensitivities(string name, int accel, int gyro, double stepsPerG, double stepsPerDegree)
    {
        Bench bench = Constant(name, accel, gyro, 5);
        Assert.Equal(9.80665, stepsPerG * ImuUnits.MetresPerSecondSquared(bench.Imu), 1e-3);
        Assert.InRange(stepsPerDegree * ImuUnits.RadiansPerSecond(bench.Imu) * 180 / Math.PI, 0.9965, 1.0025);
        double[] axes = new double[6];
        ImuUnits.Convert(bench.Imu, bench.Samples, 0, axes);
        Assert.Equal(5 * ImuUnits.MetresPerSecondSquared(bench.Imu), axes[2]);
        Assert.Equal(5 * ImuUnits.RadiansPerSecond(bench.Imu), axes[5]);
    }

    // RM-MPU-6000A 4.18: value / 340 + 36.53. PS-MPU-6500A: 333.87 a degree, 0 at 21. AN5272: 256 a degree, 0 at 25. BMI270 5.2.18: 7FFFh 87 °C - 1/512, 0000h 23 °C, 8001h -41 °C + 1/512.
    [Theory]
    [InlineData("MPU-6050", 0, 36.53)]
    [InlineData("MPU-6050", -521, 34.998)]
    [InlineData("MPU-6050", -32768, -59.846)]
    [InlineData("MPU-6500", 0, 21)]
    [InlineData("MPU-6500", 3339, 31.001)]
    [InlineData("MPU-9250", -20032, -39.0)]
    [InlineData("ICM-20948", 1335, 24.999)]
    [InlineData("ICM-20948", -32768, -77.146)]
    [InlineData("LSM6DSOX", 0, 25)]
    [InlineData("LSM6DSOX", 0x0100, 26)]
    [InlineData("LSM6DSOX", -0x4100, -40)]
    [InlineData("BMI270", 0x7FFF, 87 - 1 / 512.0)]
    [InlineData("BMI270", 0, 23)]
    [InlineData("BMI270", -0x7FFF, -41 + 1 / 512.0)]
    [InlineData("BNO055", 24, 24)]
    [InlineData("BNO055", -5, -5)]
    public void Temperatures(string name, int content, double celsius)
    {
        Bench bench = new Bench(name).Open();
        SetTemperature(bench.Sensor, (short)content);
        bench.ReadAfter(2);
        Assert.Equal(ImuError.None, bench.Imu.ReadTemperature(out int milliCelsius));
        Assert.Equal(celsius, milliCelsius / 1000.0, 0.0021);
    }

    [Fact]
    public void A_bmi270_without_a_temperature_yet_says_so()
    {
        Bench bench = new Bench("BMI270").Open();
        SetTemperature(bench.Sensor, -32768);
        Assert.Equal(ImuError.NotReady, bench.Imu.ReadTemperature(out _));
    }

    [Fact]
    public void A_register_that_does_not_keep_its_value_is_told_with_both()
    {
        Bench bench = new("MPU-6050");
        ((SimulatedMpu)bench.Sensor).BrokenRegister = 0x19;
        bench.Settings.RateMillihertz = 50000;
        Assert.Equal(ImuError.ReadBack, bench.Imu.Open(bench.Settings));
        Assert.Equal((0x19, 19, 18), (bench.Imu.Register, bench.Imu.Expected, bench.Imu.Found));
        Assert.Equal("MPU-6050: register 0x19: wrote 0x13, read 0x12; check supply and wiring, and lower the bus's rate", ImuMessages.Describe(bench.Imu, ImuError.ReadBack));
    }

    [Fact]
    public void A_sensor_that_hangs_in_its_reset_is_given_up_in_time()
    {
        Bench bench = new("MPU-6500");
        ((SimulatedMpu)bench.Sensor).HangsInReset = true;
        long before = bench.Time.Now;
        Assert.Equal(ImuError.NotStarted, bench.Imu.Open(bench.Settings));
        Assert.InRange(bench.Time.Now - before, 100000, 400000);
    }

    [Fact]
    public void The_icm20948_is_set_up_in_its_banks()
    {
        Bench bench = new("ICM-20948");
        bench.Settings.AccelRange = 8;
        bench.Settings.GyroRange = 2000;
        bench.Settings.RateMillihertz = 50000;
        bench.Open();
        SimulatedIcm20948 chip = (SimulatedIcm20948)bench.Sensor;

        // 1125 / (1 + 21) = 51.1 Hz, filter 4 (23.9 Hz), ranges 2 and 3, each with FCHOICE.
        Assert.Equal((21, (4 << 3) | (3 << 1) | 1), (chip.Peek(2, 0x00), chip.Peek(2, 0x01)));
        Assert.Equal((0, 21, (4 << 3) | (2 << 1) | 1, 1), (chip.Peek(2, 0x10), chip.Peek(2, 0x11), chip.Peek(2, 0x14), chip.Peek(2, 0x09)));
        Assert.Equal((1, 0x40, 0x1E), (chip.Peek(0, 0x06), chip.Peek(0, 0x03), chip.Peek(0, 0x67)));
        Assert.Equal(1e6 * 22 / 1125, bench.Period, 1e-6);
    }

    [Fact]
    public void The_bno055_gets_the_times_that_changing_its_mode_takes()
    {
        Bench bench = new("BNO055");
        bench.Settings.AccelRange = 16;
        bench.Settings.GyroRange = 250;
        long before = bench.Time.Now;
        bench.Open();
        SimulatedBno055 chip = (SimulatedBno055)bench.Sensor;
        Assert.Equal((3 << 2) | 3, chip.Peek(1, 0x08));
        Assert.Equal((7 << 3) | 3, chip.Peek(1, 0x0A));
        Assert.Equal((1, 5), (chip.Peek(0, 0x3B), chip.Peek(0, 0x3D)));
        Assert.InRange(bench.Time.Now - before, 650000 + 19000 + 7000, 1000000);

        // It may still stand in its mode and on its other page from before a restart of the host.
        Assert.Equal(ImuError.None, bench.Imu.Open(bench.Settings));
        chip.SystemError = 3;
        Assert.Equal(ImuError.Sensor, bench.Imu.Open(bench.Settings));
        Assert.Contains("its error 3", ImuMessages.Describe(bench.Imu, ImuError.Sensor));
    }

    [Fact]
    public void Samples_that_the_bno055_was_asked_for_too_late_are_counted()
    {
        Bench bench = new Bench("BNO055").Open();
        bench.ReadAfter(1);
        bench.ReadAfter(7);
        Assert.InRange(bench.Samples.Lost, 5, 7);
    }

    [Theory]
    [InlineData("BMI270")]
    [InlineData("BMI270 SPI")]
    public void The_bmi270_starts_with_its_own_image_alone(string name)
    {
        Bench bench = new(name);
        bool spi = name != "BMI270";
        foreach (byte[]? image in (byte[]?[])[null, [], [1, 2, 3], new byte[8194], new byte[8192], Bench.Image[..8190], [.. Bench.Image[..4095], 0, .. Bench.Image[4096..]]])
        {
            Imu imu = spi ? new Bmi270(new SpiDevice(bench.Spi, bench.Spi.Select), bench.Time, image) : new Bmi270(new I2cDevice(bench.Wire, 0x68), bench.Time, image);
            Assert.Equal(ImuError.ConfigurationImage, imu.Open(bench.Settings));
            Assert.Contains("image", ImuMessages.Describe(imu, ImuError.ConfigurationImage));
        }

        bench.Open();
    }

    [Fact]
    public void A_shorter_image_of_the_bmi270_is_loaded_too()
    {
        byte[] image = Bench.Image[..330];
        SimulatedTime time = new();
        SimulatedI2cBus bus = new(time);
        bus.Attach(0x68, new SimulatedBmi270(time, CountingMotion.Instance, image));
        Assert.Equal(ImuError.None, new Bmi270(new I2cDevice(bus, 0x68), time, image).Open(new ImuSettings()));
    }

    // BST-BMI270-DS000, 5.2.11: Rate X - GYR_CAS * Rate Z / 2^9; the factor has 7 bits and a sign.
    [Theory]
    [InlineData(0, 100, 5120, 100)]
    [InlineData(10, 100, 5120, 0)]
    [InlineData(127, 100, 5120, 110)]
    [InlineData(64, 0, 512, 64)]
    [InlineData(63, -32768, 32767, -32768)]
    public void The_bmi270s_gyroscope_is_freed_of_its_cross_axis(int factor, int x, int z, int expected)
    {
        Bench bench = new("BMI270", new FunctionMotion((_, axis) => axis == 3 ? x : axis == 5 ? z : 0));
        ((SimulatedBmi270)bench.Sensor).CrossAxis = factor;
        bench.Open();
        bench.ReadAfter(2);
        Assert.Equal(expected, bench.Sample(0)[3]);
        Assert.Equal(z, bench.Sample(0)[5]);
    }

    [Fact]
    public void Other_frames_in_the_bmi270s_fifo_are_passed_over_and_foreign_ones_told()
    {
        Bench bench = new Bench("BMI270").Open();
        SimulatedBmi270 chip = (SimulatedBmi270)bench.Sensor;
        bench.ReadAfter(3);
        int next = bench.Sample(bench.Samples.Count - 1)[0] + 1;
        bench.Samples.Clear();
        chip.PushTime();
        Assert.Equal(ImuError.None, bench.ReadAfter(3));
        Assert.Equal(next, bench.Sample(0)[0]);
        chip.PushByte(0x13);
        Assert.Equal(ImuError.FifoContent, bench.ReadAfter(3));
        Assert.Equal((0x13, 0x8C), (bench.Imu.Found, bench.Imu.Expected));
        bench.Samples.Clear();
        Assert.Equal(ImuError.None, bench.ReadAfter(3));
        Assert.True(bench.Samples.Count > 1);
    }

    [Fact]
    public void A_foreign_word_in_the_lsm6dsoxs_fifo_is_told()
    {
        Bench bench = new Bench("LSM6DSOX").Open();
        SimulatedLsm6dsox chip = (SimulatedLsm6dsox)bench.Sensor;
        chip.ForeignTag = 0x0A;
        Assert.Equal(ImuError.FifoContent, bench.ReadAfter(3));
        Assert.Equal(0x0A, bench.Imu.Found);
        chip.ForeignTag = 0;
        bench.Samples.Clear();
        bench.ReadAfter(1);
        Assert.Equal(ImuError.None, bench.ReadAfter(3));
        Assert.True(bench.Samples.Count > 1);
    }

    // RM-MPU-9250A, 5.11: H ((ASA - 128) 0.5 / 128 + 1).
    [Theory]
    [InlineData("MPU-9250")]
    [InlineData("MPU-9250 SPI")]
    public void The_magnetometer_of_the_mpu9250_is_read_and_adjusted(string name)
    {
        Bench bench = new Bench(name).Open();
        SimulatedMpu chip = (SimulatedMpu)bench.Sensor;
        Mpu9250 imu = (Mpu9250)bench.Imu;
        short[] field = [300, -400, 32760];
        byte[] adjustment = [176, 128, 0];
        field.CopyTo(chip.Field, 0);
        adjustment.CopyTo(chip.Adjustment, 0);
        int[] read = new int[3];
        Assert.Equal(ImuError.NotOpen, imu.ReadMagnetometer(read));
        Assert.Equal(ImuError.None, imu.StartMagnetometer());
        bench.ReadAfter(3);
        Assert.Equal(ImuError.None, imu.ReadMagnetometer(read));
        for (int axis = 0; axis < 3; axis++) Assert.Equal(field[axis] * ((adjustment[axis] - 128) * 0.5 / 128 + 1), read[axis], 1.0);
        chip.MagnetometerOverflow = true;
        bench.ReadAfter(2);
        Assert.Equal(ImuError.Saturated, imu.ReadMagnetometer(read));

        // The FIFO goes on beside it.
        bench.Samples.Clear();
        Assert.Equal(ImuError.None, bench.ReadAfter(5));
        Assert.InRange(bench.Samples.Count, 4, 6);
    }

    [Fact]
    public void A_missing_or_other_magnetometer_is_told()
    {
        Bench bench = new Bench("MPU-9250").Open();
        SimulatedMpu chip = (SimulatedMpu)bench.Sensor;
        Mpu9250 imu = (Mpu9250)bench.Imu;
        chip.MagnetometerAbsent = true;
        Assert.Equal(ImuError.NoSensor, imu.StartMagnetometer());
        chip.MagnetometerAbsent = false;
        chip.MagnetometerIdentity = 0x09;
        Assert.Equal(ImuError.WrongIdentity, imu.StartMagnetometer());
        Assert.Equal((0x09, 0x48), (imu.Found, imu.Expected));
    }

    private static Bench Constant(string name, int accel, int gyro, short value)
    {
        Bench bench = new(name, new FunctionMotion((_, _) => value));
        bench.Settings.AccelRange = accel;
        bench.Settings.GyroRange = gyro;
        bench.Open();
        Assert.Equal(ImuError.None, bench.ReadAfter(2));
        Assert.Equal([.. Enumerable.Repeat(value, 6)], bench.Sample(0));
        return bench;
    }

    private static void SetTemperature(SimulatedSensor sensor, short content)
    {
        switch (sensor)
        {
            case SimulatedMpu chip: chip.Temperature = content; break;
            case SimulatedIcm20948 chip: chip.Temperature = content; break;
            case SimulatedLsm6dsox chip: chip.Temperature = content; break;
            case SimulatedBmi270 chip: chip.Temperature = content; break;
            case SimulatedBno055 chip: chip.Temperature = (sbyte)content; break;
        }
    }
}
