using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>Every driver against its simulated sensor: what they all promise.</summary>
public sealed class ImuTests
{
    public static IEnumerable<TheoryDataRow<string>> All() => Bench.Names.Split(',').Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> WithFifo() => Bench.Names.Split(',').Where(name => name != "BNO055").Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(WithFifo))]
    public void Every_sample_of_the_fifo_arrives_once_in_order_with_its_time(string name)
    {
        Bench bench = new Bench(name).Open();
        long[] taken = new long[300];
        int expected = -1, total = 0;
        long last = 0;
        Random random = new(5);
        while (total < 300)
        {
            Assert.Equal(ImuError.None, bench.ReadAfter(random.Next(0, 12) + random.NextDouble()));
            long now = bench.Time.Now;
            for (int i = 0; i < bench.Samples.Count && total < 300; i++)
            {
                short[] sample = bench.Sample(i);
                if (expected < 0) expected = sample[0];
                short[] right = new short[6];
                CountingMotion.Instance.Next(expected++, right);
                Assert.Equal(right, sample);
                Assert.True(bench.Samples.Microseconds[i] > last);
                last = bench.Samples.Microseconds[i];
                taken[total++] = last;
                Assert.True(last <= now);
            }

            bench.Samples.Clear();
        }

        Assert.Equal(0, bench.Samples.Lost);

        // Sample k was made k periods after the first; stamps are within a period of that.
        for (int k = 0; k < 300; k++) Assert.InRange(taken[k] - taken[0] - k * bench.Period, -bench.Period, bench.Period);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_newest_sample_comes_once(string name)
    {
        Bench bench = new(name);
        bench.Settings.UseFifo = false;
        bench.Open();
        bench.ReadAfter(3);
        bench.Samples.Clear();
        Assert.Equal(ImuError.None, bench.ReadAfter(1.2));
        Assert.Equal(1, bench.Samples.Count);
        short[] first = bench.Sample(0), right = new short[6];
        CountingMotion.Instance.Next(first[0], right);
        Assert.Equal(right, first);
        Assert.InRange(bench.Time.Now - bench.Samples.Microseconds[0], 0, 2000);
        Assert.Equal(ImuError.None, bench.Imu.Read(bench.Samples));
        Assert.Equal(1, bench.Samples.Count);
        Assert.Equal(ImuError.None, bench.ReadAfter(1.2));
        Assert.Equal(2, bench.Samples.Count);
        Assert.Equal(first[0] + 1, bench.Sample(1)[0]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_sensor_is_told_from_a_wrong_one_and_from_a_stuck_bus(string name)
    {
        Bench bench = new(name);
        bench.Sensor.Absent = true;
        Assert.Equal(ImuError.NoSensor, bench.Imu.Open(bench.Settings));
        Assert.Contains("no sensor answers; check supply", ImuMessages.Describe(bench.Imu, ImuError.NoSensor));
        Assert.Equal(ImuError.NotOpen, bench.Imu.Read(bench.Samples));
        bench.Sensor.Absent = false;
        if (!name.EndsWith("SPI", StringComparison.Ordinal))
        {
            bench.Wire.Stuck = true;
            Assert.Equal(ImuError.BusStuck, bench.Imu.Open(bench.Settings));
            Assert.Contains("pull-up", ImuMessages.Describe(bench.Imu, ImuError.BusStuck));
            bench.Wire.Stuck = false;
        }

        bench.Open();
        Assert.Equal(ImuError.None, bench.ReadAfter(3));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_wrong_sensor_is_named(string name)
    {
        Bench bench = new(name);
        SimulatedSensor other = name.StartsWith("LSM", StringComparison.Ordinal) ? new SimulatedIcm20948(bench.Time, CountingMotion.Instance) : new SimulatedLsm6dsox(bench.Time, CountingMotion.Instance);
        Bench wrong = new(name);
        Imu imu;
        if (name.EndsWith("SPI", StringComparison.Ordinal))
        {
            SimulatedSpiBus bus = new(wrong.Time, other);
            SpiDevice chip = new(bus, bus.Select);
            imu = name[..^4] switch
            {
                "MPU-6500" => new Mpu6500(chip, wrong.Time),
                "MPU-9250" => new Mpu9250(chip, wrong.Time),
                "ICM-20948" => new Icm20948(chip, wrong.Time),
                "LSM6DSOX" => new Lsm6dsox(chip, wrong.Time),
                _ => new Bmi270(chip, wrong.Time, Bench.Image),
            };
        }
        else
        {
            for (int address = 8; address < 0x78; address++) wrong.Wire.Attach(address, other);
            imu = wrong.Imu;
        }

        ImuError error = imu.Open(wrong.Settings);

        // A sensor whose register of that number is zero can't be told from an open line on SPI.
        Assert.True(error == ImuError.WrongIdentity || (error == ImuError.NoSensor && name.EndsWith("SPI", StringComparison.Ordinal)), error.ToString());
        if (error == ImuError.WrongIdentity) Assert.Contains($"identity 0x{imu.Found:X2} where 0x{imu.Expected:X2}", ImuMessages.Describe(imu, error));
    }

    [Fact]
    public void An_mpu6500_sold_as_an_mpu6050_is_named()
    {
        SimulatedTime time = new();
        SimulatedI2cBus bus = new(time);
        bus.Attach(0x68, new SimulatedMpu(0x70, time, CountingMotion.Instance));
        Mpu6050 imu = new(new I2cDevice(bus, 0x68), time);
        Assert.Equal(ImuError.WrongIdentity, imu.Open(new ImuSettings()));
        Assert.Equal("MPU-6050: identity 0x70 where 0x68 is expected: an MPU-6500 answers; use its driver, or another address", ImuMessages.Describe(imu, ImuError.WrongIdentity));
    }

    [Theory]
    [MemberData(nameof(WithFifo))]
    public void An_overflow_is_told_once_what_follows_is_whole_and_the_lost_are_counted(string name)
    {
        Bench bench = new Bench(name).Open();
        bench.ReadAfter(10);
        Assert.True(bench.Samples.Count > 0);
        int before = bench.Sample(bench.Samples.Count - 1)[0];
        bench.Samples.Clear();
        Assert.Equal(ImuError.FifoOverflow, bench.ReadAfter(400));
        Assert.Equal(0, bench.Samples.Count);
        Assert.Equal(ImuError.None, bench.ReadAfter(5.5));
        Assert.InRange(bench.Samples.Count, 4, 6);
        int after = bench.Sample(0)[0];
        Assert.InRange(bench.Samples.Lost - (after - before - 1), -1, 1);
        for (int i = 0; i < bench.Samples.Count; i++)
        {
            short[] right = new short[6];
            CountingMotion.Instance.Next(after + i, right);
            Assert.Equal(right, bench.Sample(i));
        }
    }

    // The FIFO fills while it is read, and overflows after it was counted.
    [Theory]
    [MemberData(nameof(WithFifo))]
    public void A_bus_slower_than_the_sensor_gives_overflows_and_no_cut_samples(string name)
    {
        if (name.EndsWith("SPI", StringComparison.Ordinal)) return;
        Bench bench = new(name);
        bench.Settings.RateMillihertz = 800000;
        bench.Open();
        bench.Wire.NanosecondsPerByte = 160000;
        int overflows = 0;
        for (int read = 0; read < 40; read++)
        {
            ImuError error = bench.Imu.Read(bench.Samples);
            if (error == ImuError.FifoOverflow) overflows++;
            else Assert.Equal(ImuError.None, error);
            for (int i = 0; i < bench.Samples.Count; i++)
            {
                short[] right = new short[6];
                CountingMotion.Instance.Next(bench.Sample(i)[0], right);
                Assert.Equal(right, bench.Sample(i));
            }

            bench.Samples.Clear();
        }

        Assert.True(overflows > 2);
    }

    [Theory]
    [InlineData("MPU-6050", 85)]
    [InlineData("MPU-6500", 42)]
    [InlineData("ICM-20948", 42)]
    [InlineData("LSM6DSOX", 256)]
    [InlineData("BMI270", 157)]
    public void The_fifo_holds_what_the_datasheet_says(string name, int samples)
    {
        Bench bench = new Bench(name).Open();
        bench.Imu.Read(bench.Samples);
        bench.Samples.Clear();
        int before = bench.Sensor.Samples;
        while (bench.Sensor.Samples - before < samples - 1)
        {
            bench.Time.Advance(100);
            bench.Sensor.Advance();
        }

        Assert.Equal(ImuError.None, bench.Imu.Read(bench.Samples));
        Assert.InRange(bench.Samples.Count, samples - 1, samples);
        Assert.Equal(ImuError.FifoOverflow, bench.ReadAfter(samples + 4));
    }

    [Theory]
    [MemberData(nameof(WithFifo))]
    public void A_transfer_that_breaks_off_costs_samples_not_their_order(string name)
    {
        bool spi = name.EndsWith("SPI", StringComparison.Ordinal);
        for (int at = 0; at < 5; at++)
        {
            Bench bench = new Bench(name).Open();
            bench.ReadAfter(10);
            bench.Samples.Clear();
            bench.Time.Advance((long)(10 * bench.Period));
            if (spi) bench.Spi.Fault = BusError.TimeOut;
            else (bench.Wire.FaultIn, bench.Wire.Fault) = (at, BusError.DataNotAcknowledged);
            ImuError error = bench.Imu.Read(bench.Samples);
            if (error != ImuError.None)
            {
                Assert.Equal(ImuError.Bus, error);
                Assert.Equal(spi ? BusError.TimeOut : BusError.DataNotAcknowledged, bench.Imu.Bus);
                Assert.Equal(0, bench.Samples.Count);
            }

            (bench.Wire.FaultIn, bench.Samples.Count) = (-1, 0);
            Assert.Equal(ImuError.None, bench.ReadAfter(8));
            Assert.True(bench.Samples.Count > 3);
            for (int i = 0; i < bench.Samples.Count; i++)
            {
                short[] right = new short[6];
                CountingMotion.Instance.Next(bench.Sample(0)[0] + i, right);
                Assert.Equal(right, bench.Sample(i));
            }

            if (spi) return;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_bus_that_breaks_and_comes_back_is_read_on(string name)
    {
        if (name.EndsWith("SPI", StringComparison.Ordinal)) return;
        Bench bench = new Bench(name).Open();
        bench.ReadAfter(10);
        bench.Samples.Clear();
        bench.Wire.Stuck = true;
        for (int i = 0; i < 5; i++) Assert.Equal(ImuError.BusStuck, bench.ReadAfter(4));
        bench.Wire.Stuck = false;
        bench.Imu.Read(bench.Samples);
        bench.Samples.Clear();
        Assert.Equal(ImuError.None, bench.ReadAfter(5.5));
        Assert.True(bench.Samples.Count > 0);
        Assert.True(bench.Samples.Lost > 5);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Offsets_are_taken_off_and_saturate(string name)
    {
        Bench bench = new(name, new FunctionMotion((_, axis) => axis == 0 ? 32767 : axis == 1 ? -32768 : 100 * axis));
        bench.Imu.SetOffsets([-1, 1, 10, 20, -30, 500]);
        bench.Open();
        bench.ReadAfter(3);
        Assert.Equal([32767, -32768, 190, 280, 430, 0], bench.Sample(0));
        Assert.Equal([bench.Samples.Count, bench.Samples.Count, 0, 0, 0, 0], bench.Samples.Saturated);
        bench.Samples.Clear();
        Assert.Equal(new int[6], bench.Samples.Saturated);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_sample_stays_in_the_fifo_when_there_is_no_room(string name)
    {
        Bench bench = new Bench(name).Open();
        ImuSamples few = new(3);
        bench.Time.Advance((long)(10.5 * bench.Period));
        List<short> seen = [];
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(ImuError.None, bench.Imu.Read(few));
            Assert.InRange(few.Count, 0, 3);
            for (int k = 0; k < few.Count; k++) seen.Add(few.Values[6 * k]);
            few.Clear();
        }

        for (int i = 1; i < seen.Count; i++) Assert.Equal(seen[0] + i, seen[i]);
        Assert.InRange(seen.Count, bench.HasFifo ? 9 : 1, 12);
    }

    [Theory]
    [MemberData(nameof(WithFifo))]
    public void The_data_ready_pin_rises_with_a_sample_and_falls_with_its_reading(string name)
    {
        foreach (bool fifo in (bool[])[true, false])
        {
            Bench bench = new(name);
            bench.Settings.DataReady = new SimulatedReadyPin(bench.Sensor);
            bench.Settings.UseFifo = fifo;
            bench.Open();
            bench.Imu.Read(bench.Samples);
            bench.Samples.Clear();
            for (int i = 0; i < 20; i++)
            {
                int before = bench.Sensor.Samples;
                Assert.True(bench.Imu.WaitForData((int)(3 * bench.Period)));
                Assert.True(bench.Sensor.Samples - before <= 1);
                Assert.Equal(ImuError.None, bench.Imu.Read(bench.Samples));
            }

            Assert.InRange(bench.Samples.Count, 19, 20);
            Assert.False(bench.Imu.WaitForData((int)(0.5 * bench.Period)));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_the_sensor_lacks_is_refused_before_anything_is_sent(string name)
    {
        Bench bench = new(name);
        foreach ((int accel, int gyro, int rate) in ((int, int, int)[])[(3, 500, 50000), (32, 500, 50000), (4, 300, 50000), (4, 4000, 50000), (4, 500, 0), (4, 500, -1), (4, 500, 8000000)])
            Assert.Equal(ImuError.Setting, bench.Imu.Open(new ImuSettings { AccelRange = accel, GyroRange = gyro, RateMillihertz = rate }));
        Assert.Equal(0, bench.Wire.Transfers);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_rate_is_the_next_higher_one(string name)
    {
        Bench bench = new(name);
        foreach (int rate in (int[])[12500, 20000, 25000, 50000, 99000, 100000])
        {
            bench.Settings.RateMillihertz = rate;
            bench.Open();
            Assert.True(1e9 / bench.Period >= rate * 0.9999, $"{rate}");
            Assert.True(1e9 / bench.Period < rate * 2.2, $"{rate}");
            int before = bench.Sensor.Samples;
            bench.Time.Advance((long)(20 * bench.Period));
            bench.Sensor.Advance();
            if (name != "BNO055") Assert.InRange(bench.Sensor.Samples - before, 19, 21);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_read_allocates_nothing(string name)
    {
        Bench bench = new Bench(name).Open();
        for (int i = 0; i < 3; i++) bench.ReadAfter(5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            bench.ReadAfter(5);
            bench.Imu.ReadTemperature(out _);
            bench.Samples.Clear();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
