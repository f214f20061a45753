using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>What is wrong with a stream is found, told, and stops it or not as asked.</summary>
public sealed class ImuMonitorTests
{
    private static readonly FunctionMotion Noise = new((index, axis) => (int)((uint)((index * 6 + axis) * 2654435761) >> 20) - 2048);

    public static IEnumerable<TheoryDataRow<string>> All() => ImuTests.All();

    [Theory]
    [MemberData(nameof(All))]
    public void A_sound_stream_has_no_faults(string name)
    {
        Bench bench = new Bench(name, Noise).Open();
        ImuMonitor monitor = new(bench.Imu);
        Assert.Equal(ImuFaults.None, Run(bench, monitor, 2000));
        Assert.False(monitor.Stopped);
        Assert.InRange(monitor.Samples, 1900, 2010);
        Assert.Equal(bench.Period * 1000, monitor.MeasuredNanoseconds, bench.Period * 1000 * (name == "BNO055" ? 0.12 : 0.03));
    }

    [Theory]
    [InlineData("MPU-6050", 800)]
    [InlineData("MPU-6050", 1200)]
    [InlineData("ICM-20948 SPI", 800)]
    [InlineData("LSM6DSOX", 1200)]
    [InlineData("BMI270", 800)]
    public void A_rate_off_by_a_fifth_is_told_and_stamps_follow_it(string name, int permille)
    {
        Bench bench = new(name, Noise);
        bench.Sensor.RatePermille = permille;
        bench.Open();
        ImuMonitor monitor = new(bench.Imu);
        Assert.Equal(ImuFaults.Rate, Run(bench, monitor, 1000));
        Assert.False(monitor.Stopped);
        Assert.Equal(1000.0 / permille, monitor.MeasuredNanoseconds / 1000.0 / bench.Period, 0.05);
        string line = Assert.Single(ImuMessages.Describe(bench.Imu, monitor, ImuFaults.Rate));
        Assert.Contains(permille == 800 ? "(-" : "(+", line);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(970)]
    [InlineData(1040)]
    public void A_rate_within_what_sensors_have_is_none(int permille)
    {
        Bench bench = new("MPU-6500", Noise);
        bench.Sensor.RatePermille = permille;
        bench.Open();
        Assert.Equal(ImuFaults.None, Run(bench, new ImuMonitor(bench.Imu), 1000));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_saturated_axis_is_named(string name)
    {
        Bench bench = new(name, new FunctionMotion((index, axis) => axis == 2 && index > 100 ? 32767 : axis == 4 && index > 100 ? -32768 : index * 37 % 101));
        bench.Open();
        ImuMonitor monitor = new(bench.Imu) { StopOn = ImuFaults.Saturated, SaturatedSamples = name == "BNO055" ? 1 : 3 };
        Assert.Equal(ImuFaults.Saturated, Run(bench, monitor, 180) & ImuFaults.Saturated);
        Assert.Equal((1 << 2) | (1 << 4), monitor.SaturatedAxes);
        Assert.True(monitor.Stopped);
        Assert.Contains(ImuMessages.Describe(bench.Imu, monitor, ImuFaults.Saturated), line => line.Contains("accelerometer z, gyroscope y; choose a larger range"));
        monitor.Restart();
        Assert.False(monitor.Stopped);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_frozen_axis_is_named_not_one_that_merely_rests(string name)
    {
        Bench bench = new(name, new FunctionMotion((index, axis) => axis == 1 ? 77 : axis == 5 ? 30 + (index % 190 == 0 ? 1 : 0) : index * 37 % 101));
        bench.Open();
        ImuMonitor monitor = new(bench.Imu);
        Assert.Equal(ImuFaults.None, Run(bench, monitor, 150));
        Assert.Equal(ImuFaults.Frozen, Run(bench, monitor, 300));
        Assert.Equal(1 << 1, monitor.FrozenAxes);
        Assert.Contains(ImuMessages.Describe(bench.Imu, monitor, ImuFaults.Frozen), line => line.Contains("200 samples: accelerometer y;"));
    }

    [Fact]
    public void An_overflow_is_counted_and_the_stream_goes_on()
    {
        Bench bench = new Bench("MPU-9250", Noise).Open();
        ImuMonitor monitor = new(bench.Imu);
        Run(bench, monitor, 100);
        bench.Time.Advance((long)(60 * bench.Period));
        ImuFaults faults = Run(bench, monitor, 100);
        Assert.Equal(ImuFaults.Lost, faults & ImuFaults.Lost);
        Assert.Equal((1, 0, false), (monitor.Overflows, monitor.Errors, monitor.Stopped));
        Assert.InRange(bench.Samples.Lost, 55, 75);
        Assert.Equal(ImuFaults.None, Run(bench, monitor, 500));
    }

    [Fact]
    public void Late_samples_lose_nothing_and_a_hanging_sensor_stops_the_stream()
    {
        Bench bench = new Bench("MPU-6050", CountingMotion.Instance).Open();
        ImuMonitor monitor = new(bench.Imu);
        Run(bench, monitor, 100);
        bench.Sensor.Delay(80000);
        Assert.Equal(ImuFaults.None, Run(bench, monitor, 100));
        Assert.Equal((0, 0), (bench.Samples.Lost, monitor.Overflows));
        bench.Sensor.Delay(2000000);
        Assert.Equal(ImuFaults.Silent, Run(bench, monitor, 120) & ImuFaults.Silent);
        Assert.True(monitor.Stopped);
        Assert.Contains(ImuMessages.Describe(bench.Imu, monitor, monitor.Seen), line => line.Contains("no sample for 500 ms; check the supply"));
    }

    [Fact]
    public void A_few_errors_are_borne_more_stop_the_stream()
    {
        Bench bench = new Bench("LSM6DSOX", Noise).Open();
        ImuMonitor monitor = new(bench.Imu);
        Run(bench, monitor, 50);
        bench.Wire.Stuck = true;
        for (int i = 0; i < 3; i++) Assert.Equal(ImuFaults.None, monitor.Look(bench.ReadAfter(5), bench.Samples, bench.Time.Now));
        Assert.Equal(ImuFaults.Error, monitor.Look(bench.ReadAfter(5), bench.Samples, bench.Time.Now));
        Assert.True(monitor.Stopped);
        Assert.Contains(ImuMessages.Describe(bench.Imu, monitor, ImuFaults.Error), line => line.Contains("a line of the bus stays low"));
        bench.Wire.Stuck = false;
        monitor.Restart();
        bench.Samples.Clear();
        Run(bench, monitor, 200);
        Assert.False(monitor.Stopped);
    }

    [Fact]
    public void Every_error_and_fault_has_its_text()
    {
        Bench bench = new Bench("BNO055").Open();
        HashSet<string> texts = [.. Enum.GetValues<ImuError>().Select(error => ImuMessages.Describe(bench.Imu, error))];
        Assert.Equal(Enum.GetValues<ImuError>().Length, texts.Count);
        Assert.DoesNotContain(texts, text => text.Contains(": error ", StringComparison.Ordinal));
        ImuMonitor monitor = new(bench.Imu);
        Run(bench, monitor, 300);
        foreach (ImuFaults fault in Enum.GetValues<ImuFaults>().Where(fault => fault != ImuFaults.None)) Assert.Single(ImuMessages.Describe(bench.Imu, monitor, fault));
    }

    // Reads every few periods until so many have passed; the faults seen meanwhile.
    private static ImuFaults Run(Bench bench, ImuMonitor monitor, int periods)
    {
        ImuFaults seen = ImuFaults.None;
        int step = bench.HasFifo ? 5 : 1;
        for (int i = 0; i < periods; i += step)
        {
            bench.Samples.Clear();
            long start = bench.Time.Now;
            ImuError error = bench.Imu.Read(bench.Samples);
            seen |= monitor.Look(error, bench.Samples, bench.Time.Now);
            bench.Time.Advance((long)(step * bench.Period) - (bench.Time.Now - start));
        }

        return seen;
    }
}
