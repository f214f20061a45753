using System.Linq;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>The VL53L1X on a sensor that knows its registers.</summary>
public sealed class Vl53l1xTests
{
    private readonly SimulatedTime _time = new();
    private readonly SimulatedVl53l1x _sensor;
    private readonly Vl53l1x _driver;

    public Vl53l1xTests()
    {
        _sensor = new SimulatedVl53l1x(_time);
        _driver = new Vl53l1x(new I2cDevice(_sensor, Vl53l1x.DefaultAddress), _time);
    }

    [Fact]
    public void It_waits_for_the_boot_configures_and_calibrates()
    {
        Assert.Equal(SensorError.NotOpen, _driver.TryRead());
        Assert.Equal(SensorError.None, _driver.Open());
        Assert.Equal(1, _sensor.Ranges);
        Assert.Equal((0x09, 0x00, 0x00), (_sensor.Register(0x08), _sensor.Register(0x0B), _sensor.Register(0x87)));

        // Of the 91 registers: the ones whose meaning ST tells (STSW-IMG009).
        Assert.Equal((0x01, 0x02, 0x20), (_sensor.Register(0x30), _sensor.Register(0x31) | 2, _sensor.Register(0x46)));
        Assert.Equal((0x0168, 0x0080), ((_sensor.Register(0x64) << 8) | _sensor.Register(0x65), (_sensor.Register(0x66) << 8) | _sensor.Register(0x67)));     // 90 mm in 14.2, 1 Mcps in 9.7
        Assert.Equal((0xC7, 0xFF, 0x9B), (_sensor.Register(0x7F), _sensor.Register(0x80), _sensor.Register(0x81)));
        Assert.Equal(SensorError.NotReady, _driver.TryRead());
    }

    [Fact]
    public void Ranges_come_at_the_period_and_each_once()
    {
        Open();
        Assert.Equal(SensorError.None, _driver.Configure(longDistance: true, 50, 60));
        Assert.Equal(SensorError.None, _driver.Start());
        int before = _sensor.Ranges, seen = 0;
        for (int millisecond = 0; millisecond < 600; millisecond++)
        {
            _time.Advance(1000);
            _sensor.Millimetres = 1000 + seen;
            if (_driver.TryRead() != SensorError.None) continue;
            Assert.Equal((true, Vl53l1xStatus.Valid, 1000 + seen, 200, 5120), (_driver.IsValid, _driver.Status, _driver.Millimetres, _driver.AmbientKcps, _driver.SignalKcps));
            seen++;
        }

        // 7.5 % slower than asked for, as ST has it.
        Assert.InRange(seen, 8, 10);
        Assert.Equal(_sensor.Ranges - before, seen);
        Assert.Equal(SensorError.None, _driver.Stop());
        _time.Advance(200000);
        Assert.Equal(SensorError.NotReady, _driver.TryRead());
    }

    // UM2510 and STSW-IMG009: macro periods A and B.
    [Theory]
    [InlineData(false, 15, 0x001D, 0x0027)]
    [InlineData(false, 100, 0x02E1, 0x0388)]
    [InlineData(true, 20, 0x001E, 0x0022)]
    [InlineData(true, 500, 0x048F, 0x04A4)]
    public void Mode_and_budget_are_sts(bool longDistance, int budget, int a, int b)
    {
        Open();
        Assert.Equal(SensorError.None, _driver.Configure(longDistance, budget, budget));
        Assert.Equal((a, b), (Word(0x5E), Word(0x61)));
        Assert.Equal(longDistance ? (0x0A, 0x0F, 0x0D, 0xB8, 0x0F0D, 0x0E0E) : (0x14, 0x07, 0x05, 0x38, 0x0705, 0x0606),
            (_sensor.Register(0x4B), _sensor.Register(0x60), _sensor.Register(0x63), _sensor.Register(0x69), Word(0x78), Word(0x7A)));
        Assert.Equal((long)(0x1CC * budget * 1.075), ((long)Word(0x6C) << 16) | (long)Word(0x6E));
    }

    [Theory]
    [InlineData(true, 15, 20)]
    [InlineData(true, 21, 50)]
    [InlineData(true, 50, 49)]
    [InlineData(true, 0, 50)]
    public void What_it_cannot_do_is_refused_and_changes_nothing(bool longDistance, int budget, int period)
    {
        Open();
        int[] before = [.. Enumerable.Range(0, 0x200).Select(_sensor.Register)];
        Assert.Equal(SensorError.Setting, _driver.Configure(longDistance, budget, period));
        Assert.Equal(before, Enumerable.Range(0, 0x200).Select(_sensor.Register));
    }

    [Theory]
    [InlineData(9, Vl53l1xStatus.Valid, true)]
    [InlineData(19, Vl53l1xStatus.ValidWithoutWrapCheck, true)]
    [InlineData(8, Vl53l1xStatus.BelowMinimum, true)]
    [InlineData(6, Vl53l1xStatus.SigmaFailure, false)]
    [InlineData(4, Vl53l1xStatus.SignalFailure, false)]
    [InlineData(5, Vl53l1xStatus.OutOfBounds, false)]
    [InlineData(3, Vl53l1xStatus.HardwareFailure, false)]
    [InlineData(7, Vl53l1xStatus.WrapAround, false)]
    [InlineData(12, Vl53l1xStatus.CrosstalkFailure, false)]
    [InlineData(13, Vl53l1xStatus.MinimumRangeFailure, false)]
    [InlineData(18, Vl53l1xStatus.Synchronization, false)]
    [InlineData(31, Vl53l1xStatus.Unknown, false)]
    public void A_status_means_what_st_says(int register, Vl53l1xStatus status, bool valid)
    {
        Open();
        Assert.Equal(SensorError.None, _driver.Configure(false, 20, 20));
        _sensor.RangeStatus = register;
        _driver.Start();
        _time.Advance(50000);
        Assert.Equal((SensorError.None, status, valid), (_driver.TryRead(), _driver.Status, _driver.IsValid));
    }

    [Fact]
    public void What_is_not_there_or_not_it_or_dead_is_told_apart()
    {
        _sensor.Absent = true;
        Assert.Equal(SensorError.NoSensor, _driver.Open());
        _sensor.Absent = false;
        _sensor.Dead = true;
        long before = _time.Now;
        Assert.Equal(SensorError.NotStarted, _driver.Open());
        Assert.InRange(_time.Now - before, 100000, 110000);
        _sensor.Dead = false;
        _sensor.Put16(0x010F, 0xEBAA);          // a VL53L4CD
        Assert.Equal((SensorError.WrongIdentity, 0xEBAA), (_driver.Open(), _driver.Found));
        _sensor.Put16(0x010F, 0xEACC);
        _sensor.Hangs = true;
        Assert.Equal(SensorError.NotStarted, _driver.Open());
        Assert.Equal(SensorError.NotOpen, _driver.Start());
    }

    [Fact]
    public void A_transfer_that_fails_anywhere_is_told_and_leaves_it_closed_or_the_last_range_whole()
    {
        int failures = 0;
        for (int at = 0; at < 40; at++)
        {
            SimulatedTime time = new();
            SimulatedVl53l1x sensor = new(time) { FaultIn = at, Fault = BusError.DataNotAcknowledged };
            time.Advance(2000);
            Vl53l1x driver = new(new I2cDevice(sensor, 0x29), time);
            SensorError error = driver.Open();
            if (error == SensorError.None) continue;
            failures++;
            Assert.Equal((SensorError.Bus, BusError.DataNotAcknowledged), (error, driver.Bus));
            Assert.Equal(SensorError.NotOpen, driver.TryRead());
            sensor.FaultIn = -1;
            Assert.Equal(SensorError.None, driver.Open());
        }

        Assert.True(failures >= 8, $"{failures}");
        Open();
        _driver.Configure(false, 20, 20);
        _driver.Start();
        _time.Advance(50000);
        _sensor.FaultIn = 1;
        _sensor.Fault = BusError.TimeOut;
        Assert.Equal(SensorError.Bus, _driver.TryRead());
        Assert.Equal(0, _driver.Millimetres);
        Assert.Equal((SensorError.None, 1234), (_driver.TryRead(), _driver.Millimetres));
    }

    private void Open() => Assert.Equal(SensorError.None, _driver.Open());

    private int Word(int register) => (_sensor.Register(register) << 8) | _sensor.Register(register + 1);
}
