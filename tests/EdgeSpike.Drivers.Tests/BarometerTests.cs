using System;
using System.Linq;
using CsCheck;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>The barometers' compensation against their data sheets, the drivers on simulated registers, and height from pressure.</summary>
public sealed class BarometerTests
{
    // BST-BMP280-DS001, section 3.12.
    private static readonly int[] Words = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];

    private static byte[] Calibration280 => [.. Words.SelectMany(word => new[] { (byte)word, (byte)(word >> 8) })];

    [Fact]
    public void The_worked_example_of_the_bmp280_comes_out()
    {
        Bmp280 sensor = new(new I2cDevice(null, 0x76), new SimulatedTime());
        Assert.True(sensor.SetCalibration(Calibration280, 0));
        Assert.Equal(SensorError.None, sensor.Compensate(519888, 415148));
        Assert.Equal(2508, sensor.CentiCelsius);
        Assert.InRange(sensor.Pressure / 256.0, 100653.27 - 0.02, 100653.27 + 0.02);
    }

    [Fact]
    public void The_bmp280_is_near_the_floating_point_of_its_data_sheet()
    {
        Bmp280 sensor = new(new I2cDevice(null, 0x76), new SimulatedTime());
        sensor.SetCalibration(Calibration280, 0);
        int inside = 0;
        Gen.Select(Gen.Int[400000, 700000], Gen.Int[200000, 900000]).Sample((temperature, pressure) =>
        {
            if (sensor.Compensate(temperature, pressure) != SensorError.None) return;
            inside++;

            // Section 8.1, literally.
            double v1 = (temperature / 16384.0 - Words[0] / 1024.0) * Words[1];
            double v2 = (temperature / 131072.0 - Words[0] / 8192.0) * (temperature / 131072.0 - Words[0] / 8192.0) * Words[2];
            double fine = Math.Truncate(v1 + v2);
            Assert.InRange(sensor.CentiCelsius - (v1 + v2) / 51.2, -1.0, 1.0);
            v1 = fine / 2.0 - 64000.0;
            v2 = v1 * v1 * Words[8] / 32768.0;
            v2 += v1 * Words[7] * 2.0;
            v2 = v2 / 4.0 + Words[6] * 65536.0;
            v1 = (Words[5] * v1 * v1 / 524288.0 + Words[4] * v1) / 524288.0;
            v1 = (1.0 + v1 / 32768.0) * Words[3];
            double p = (1048576.0 - pressure - v2 / 4096.0) * 6250.0 / v1;
            v1 = Words[11] * p * p / 2147483648.0;
            v2 = p * Words[10] / 32768.0;
            p += (v1 + v2 + Words[9]) / 16.0;

            // The temperature is rounded to 1/5120 of a degree, which moves the pressure.
            Assert.InRange(sensor.Pressure / 256.0 - p, -0.5, 0.5);
        }, threads: 1);
        Assert.True(inside > 20, $"{inside}");
    }

    [Fact]
    public void The_bmp388_computes_the_formula_of_its_data_sheet()
    {
        Bmp388 sensor = new(new I2cDevice(null, 0x76), new SimulatedTime());
        int inside = 0;
        double worst = 0;
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[6_500_000, 9_500_000], Gen.Int[2_000_000, 12_000_000]).Sample((seed, temperature, pressure) =>
        {
            Random random = new(seed);
            int t1 = 27000 + random.Next(1500), t2 = 18000 + random.Next(1500), t3 = random.Next(-10, 1);
            int[] p = [0, random.Next(-4000, 4000), random.Next(-6000, -500), random.Next(50), random.Next(-5, 5), random.Next(20000, 30000), random.Next(20000, 34000),
                random.Next(-20, 20), random.Next(-20, 5), random.Next(10000, 20000), random.Next(-30, 40), random.Next(-60, 10)];
            Assert.True(sensor.SetCalibration([(byte)t1, (byte)(t1 >> 8), (byte)t2, (byte)(t2 >> 8), (byte)t3, (byte)p[1], (byte)(p[1] >> 8), (byte)p[2], (byte)(p[2] >> 8), (byte)p[3], (byte)p[4],
                (byte)p[5], (byte)(p[5] >> 8), (byte)p[6], (byte)(p[6] >> 8), (byte)p[7], (byte)p[8], (byte)p[9], (byte)(p[9] >> 8), (byte)p[10], (byte)p[11]], 0));
            if (sensor.Compensate(temperature, pressure) != SensorError.None) return;
            inside++;

            // BST-BMP388-DS001, sections 9.1 to 9.3, literally.
            double par1 = t1 / Math.Pow(2, -8), par2 = t2 / Math.Pow(2, 30), par3 = t3 / Math.Pow(2, 48);
            double d = temperature - par1, t = d * par2 + d * d * par3;
            double out1 = p[5] / Math.Pow(2, -3) + p[6] / Math.Pow(2, 6) * t + p[7] / Math.Pow(2, 8) * t * t + p[8] / Math.Pow(2, 15) * t * t * t;
            double out2 = pressure * ((p[1] - 16384) / Math.Pow(2, 20) + (p[2] - 16384) / Math.Pow(2, 29) * t + p[3] / Math.Pow(2, 32) * t * t + p[4] / Math.Pow(2, 37) * t * t * t);
            double out3 = (double)pressure * pressure * (p[9] / Math.Pow(2, 48) + p[10] / Math.Pow(2, 48) * t) + Math.Pow(pressure, 3) * p[11] / Math.Pow(2, 65);
            worst = Math.Max(worst, Math.Abs(sensor.Pressure / 256.0 - (out1 + out2 + out3)));
            Assert.InRange(sensor.CentiCelsius - 100 * t, -0.51, 0.51);
        }, threads: 1, iter: 2000);
        Assert.True(inside > 500, $"{inside}");
        Assert.InRange(worst, 0, 1.0 / 64);
    }

    [Fact]
    public void Whatever_the_calibration_nothing_throws()
    {
        Gen.Select(Gen.Byte.Array[24], Gen.Int[0, (1 << 20) - 1], Gen.Int[0, (1 << 20) - 1], Gen.Int[0, (1 << 24) - 1], Gen.Int[0, (1 << 24) - 1]).Sample((bytes, t20, p20, t24, p24) =>
        {
            Bmp280 first = new(new I2cDevice(null, 0x76), new SimulatedTime());
            if (first.SetCalibration(bytes, 0) && first.Compensate(t20, p20) == SensorError.None) Assert.InRange(first.Pressure, 30000 * 256, 110000 * 256);
            Bmp388 second = new(new I2cDevice(null, 0x76), new SimulatedTime());
            if (second.SetCalibration(bytes, 2) && second.Compensate(t24, p24) == SensorError.None) Assert.InRange(second.Pressure, 30000 * 256, 125000 * 256);
        }, iter: 20000);
        Assert.False(new Bmp280(new I2cDevice(null, 0x76), new SimulatedTime()).SetCalibration(new byte[23], 0));
        Assert.False(new Bmp388(new I2cDevice(null, 0x76), new SimulatedTime()).SetCalibration(new byte[24], 4));
    }

    [Fact]
    public void A_bmp280_is_opened_and_read()
    {
        SimulatedTime time = new();
        SimulatedBarometer bus = new(time, is388: false, Calibration280) { Pressure = 415148, Temperature = 519888 };
        Bmp280 sensor = new(new I2cDevice(bus, Bmp280.DefaultAddress), time);
        Assert.Equal(SensorError.NotOpen, sensor.Read());
        Assert.Equal(SensorError.None, sensor.Open());
        Assert.Equal((1, 0x57, 0x10), (bus.Resets, bus.Register(0xF4), bus.Register(0xF5)));
        Assert.Equal((SensorError.None, 2508, 25767233), (sensor.Read(), sensor.CentiCelsius, sensor.Pressure));
        bus.Pressure = 0x80000;
        Assert.Equal(SensorError.NotReady, sensor.Read());
        bus.Pressure = 0;
        Assert.Equal(SensorError.OutOfRange, sensor.Read());
    }

    [Fact]
    public void A_bmp388_is_opened_and_read_each_value_once()
    {
        SimulatedTime time = new();
        byte[] calibration = [0x24, 0x6B, 0x9C, 0x49, 0xF6, 0x35, 0x01, 0xC2, 0xF5, 0x23, 0x00, 0xF2, 0x62, 0x56, 0x79, 0xF3, 0xF6, 0xE4, 0x3E, 0x10, 0xC4];
        SimulatedBarometer bus = new(time, is388: true, calibration) { Pressure = 6_400_000, Temperature = 8_200_000 };
        Bmp388 sensor = new(new I2cDevice(bus, Bmp388.DefaultAddress), time);
        Assert.Equal(SensorError.None, sensor.Open());
        Assert.Equal((1, 0x33, 3, 2, 4), (bus.Resets, bus.Register(0x1B), bus.Register(0x1C), bus.Register(0x1D), bus.Register(0x1F)));
        Assert.Equal(SensorError.None, sensor.Read());
        Assert.InRange(sensor.CentiCelsius, -4000, 8500);
        bus.Identity = 0x60;
        Assert.Equal((SensorError.None, Bmp388.Identity390), (sensor.Open(), sensor.Found));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_not_there_or_not_it_or_without_calibration_is_told_apart(bool is388)
    {
        SimulatedTime time = new();
        SimulatedBarometer bus = new(time, is388, new byte[is388 ? 21 : 24]);
        I2cDevice device = new(bus, 0x76);
        Bmp280 first = new(device, time);
        Bmp388 second = new(device, time);
        SensorError Open() => is388 ? second.Open() : first.Open();
        Assert.Equal(SensorError.Calibration, Open());
        bus.Hangs = true;
        Assert.Equal(SensorError.NotStarted, Open());
        bus.Identity = 0x61;
        Assert.Equal((SensorError.WrongIdentity, 0x61), (Open(), is388 ? second.Found : first.Found));
        bus.Absent = true;
        Assert.Equal(SensorError.NoSensor, Open());
        Assert.Equal(SensorError.NotOpen, is388 ? second.Read() : first.Read());
    }

    [Fact]
    public void Height_is_within_a_millimetre_of_the_standard_atmosphere()
    {
        double worst = 0;
        Gen.Select(Gen.Int[30000 * 256, 110000 * 256], Gen.OneOf(Gen.Const(PressureAltitude.SeaLevel), Gen.Int[30000 * 256, 110000 * 256])).Sample((pressure, reference) =>
        {
            double literal = 288.15 / 0.0065 * (1 - Math.Pow(pressure / (double)reference, 287.05287 * 0.0065 / 9.80665));
            worst = Math.Max(worst, Math.Abs(1000 * literal - PressureAltitude.Millimetres(pressure, reference)));
        }, threads: 1, iter: 50000);
        Assert.InRange(worst, 0.01, 1);
    }

    // ISO 2533, table of the standard atmosphere: geopotential height and pressure in Pa.
    [Theory]
    [InlineData(0, 101325)]
    [InlineData(1000, 89874.6)]
    [InlineData(5000, 54019.9)]
    [InlineData(9000, 30742.5)]
    public void Heights_are_those_of_the_table(int metres, double pascal) =>
        Assert.InRange(PressureAltitude.Millimetres((int)Math.Round(pascal * 256), PressureAltitude.SeaLevel), metres * 1000 - 15, metres * 1000 + 15);

    [Theory]
    [InlineData(29999 * 256, 101325 * 256)]
    [InlineData(101325 * 256, 0)]
    [InlineData(-1, 101325 * 256)]
    [InlineData(int.MaxValue, 101325 * 256)]
    public void A_pressure_that_is_none_has_no_height(int pressure, int reference) => Assert.Equal(PressureAltitude.Invalid, PressureAltitude.Millimetres(pressure, reference));
}
