using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>Motors, bridges and servos: what their inputs see, and what must never happen.</summary>
public sealed class ActuatorTests
{
    private const int Full = PwmOutput.Full;

    private readonly SimulatedTime _time = new();
    private readonly SimulatedPwm _first = new();
    private readonly SimulatedPwm _second = new();
    private readonly Pin _a = new();
    private readonly Pin _b = new();
    private readonly Pin _standby = new();

    // SLVSAR1, tables 1 and 2.
    [Theory]
    [InlineData(BridgeDecay.Fast, 32768, Full, 0)]
    [InlineData(BridgeDecay.Fast, 8192, Full / 4, 0)]
    [InlineData(BridgeDecay.Fast, -8192, 0, Full / 4)]
    [InlineData(BridgeDecay.Slow, 32768, Full, 0)]
    [InlineData(BridgeDecay.Slow, 8192, Full, 3 * Full / 4)]
    [InlineData(BridgeDecay.Slow, -8192, 3 * Full / 4, Full)]
    [InlineData(BridgeDecay.Slow, 0, 0, 0)]
    [InlineData(BridgeDecay.Fast, 100000, Full, 0)]
    public void The_inputs_of_a_drv8833_follow_its_tables(BridgeDecay decay, int speed, int in1, int in2)
    {
        Drv8833 motor = Drv();
        motor.Decay = decay;
        Assert.Equal(BusError.None, motor.Set(speed));
        Assert.Equal((in1, in2), (_first.Duty, _second.Duty));
        Assert.Equal(BusError.None, motor.Brake());
        Assert.Equal((Full, Full, 0), (_first.Duty, _second.Duty, motor.Speed));
        Assert.Equal(BusError.None, motor.Coast());
        Assert.Equal((0, 0), (_first.Duty, _second.Duty));
    }

    [Fact]
    public void A_drv8833_sleeps_wakes_in_a_millisecond_and_reports_its_fault()
    {
        Drv8833 motor = Drv();
        Assert.Equal((20000, 20000, PinMode.Output, true), (_first.Hertz, _second.Hertz, _standby.Mode, _standby.Level));
        Assert.Equal(PinMode.InputPullUp, _a.Mode);
        motor.SetStandby(true);
        Assert.False(_standby.Level);
        long before = _time.Now;
        motor.SetStandby(false);
        Assert.True(_standby.Level);
        Assert.InRange(_time.Now - before, 1000, 1100);
        _a.Level = true;
        Assert.False(motor.Faulted);
        _a.Level = false;
        Assert.True(motor.Faulted);
        Drv8833 bare = new(_first, _second, null, null, _time);
        Assert.Equal(BusError.None, bare.Start(1000));
        Assert.False(bare.Faulted);
    }

    // TB6612FNG data sheet, H-SW control function.
    [Theory]
    [InlineData(16384, true, false, Full / 2)]
    [InlineData(-16384, false, true, Full / 2)]
    [InlineData(0, false, false, Full)]
    public void The_inputs_of_a_tb6612_follow_its_table(int speed, bool in1, bool in2, int duty)
    {
        Tb6612 motor = new(_first, _a, _b, _standby, _time);
        Assert.Equal(BusError.None, motor.Start(50000));
        Assert.Equal((true, false, false, Full), (_standby.Level, _a.Level, _b.Level, _first.Duty));
        motor.Set(speed);
        Assert.Equal((in1, in2, duty), (_a.Level, _b.Level, _first.Duty));
        motor.Brake();
        Assert.Equal((true, true), (_a.Level, _b.Level));
        motor.SetStandby(true);
        Assert.False(_standby.Level);
    }

    [Fact]
    public void A_motor_with_a_direction_pin_changes_it_only_without_current()
    {
        PwmMotor motor = new(_first, _a, _time) { ReversalMicroseconds = 1000 };
        motor.Start(20000);
        motor.Set(1000);
        Assert.Equal((false, 2000), (_a.Level, _first.Duty));
        motor.Set(-1000);
        Assert.Equal((false, 0, true), (_a.Level, _first.Duty, motor.Reversing));
        _time.Advance(2000);
        motor.Update();
        Assert.Equal((true, 2000, false), (_a.Level, _first.Duty, motor.Reversing));
        PwmMotor one = new(_second, null, _time);
        one.Start(100);
        one.Set(-5);
        Assert.Equal(0, _second.Duty);
    }

    [Fact]
    public void Reversal_waits_and_a_command_in_between_takes_its_place()
    {
        Drv8833 motor = Drv();
        motor.ReversalMicroseconds = 20000;
        motor.Decay = BridgeDecay.Fast;
        motor.Set(100);
        motor.Set(-200);
        Assert.Equal((0, 0), (_first.Duty, _second.Duty));
        _time.Advance(10000);
        motor.Update();
        Assert.Equal((0, 0, 0L), (_first.Duty, _second.Duty, motor.Reversals));

        // The way it turned before needs no pause.
        motor.Set(300);
        Assert.Equal((600, 0), (_first.Duty, _second.Duty));
        motor.Set(-200);
        motor.Set(-400);
        _time.Advance(20001);
        motor.Update();
        Assert.Equal((0, 800, 1L), (_first.Duty, _second.Duty, motor.Reversals));

        // Standing still since longer than that, it turns at once.
        motor.Coast();
        _time.Advance(30000);
        motor.Set(50);
        Assert.Equal((100, 0), (_first.Duty, _second.Duty));
    }

    [Fact]
    public void Without_a_command_in_time_it_coasts_and_the_next_one_drives_it()
    {
        Drv8833 motor = Drv();
        motor.TimeoutMicroseconds = 300000;
        motor.Set(1000);
        _time.Advance(299000);
        motor.Update();
        Assert.Equal((1000, false), (motor.Speed, motor.TimedOut));
        _time.Advance(2000);
        motor.Update();
        Assert.Equal((0, true, 0, 0), (motor.Speed, motor.TimedOut, _first.Duty, _second.Duty));
        motor.Set(1000);
        Assert.Equal((1000, false), (motor.Speed, motor.TimedOut));
    }

    [Fact]
    public void Whatever_is_commanded_no_direction_follows_the_other_without_the_pause()
    {
        const int Pause = 20000;
        Gen.Select(Gen.Int[0, 6], Gen.Int[-40000, 40000], Gen.Int[0, 30000]).Array[1, 60].Sample(steps =>
        {
            SimulatedTime time = new();
            SimulatedPwm first = new(), second = new();
            Drv8833 motor = new(first, second, null, null, time) { Decay = BridgeDecay.Fast, ReversalMicroseconds = Pause, TimeoutMicroseconds = 100000 };
            motor.Start(20000);
            int last = 0;
            long lastDriven = 0;
            foreach ((int what, int speed, int wait) in steps)
            {
                time.Advance(wait);
                BusError error = what switch { 0 => motor.Brake(), 1 => motor.Coast(), 2 => motor.Update(), _ => motor.Set(speed) };
                Assert.Equal(BusError.None, error);
                bool brakes = first.Duty == Full && second.Duty == Full;
                int sign = brakes ? 0 : Math.Sign(first.Duty - second.Duty);
                Assert.True(brakes || first.Duty == 0 || second.Duty == 0);
                Assert.Equal(sign, Math.Sign(motor.Speed));
                if (sign == 0) continue;
                if (last != 0 && sign != last) Assert.True(time.Now - lastDriven >= Pause, $"{time.Now - lastDriven}");
                last = sign;
                lastDriven = time.Now;
            }
        });
    }

    [Fact]
    public void Errors_of_the_output_are_told()
    {
        Drv8833 motor = Drv();
        _second.Fault = BusError.TimeOut;
        Assert.Equal(BusError.TimeOut, motor.Set(5));
        Assert.Equal(BusError.TimeOut, motor.Brake());
        Assert.Equal(BusError.TimeOut, new Drv8833(_first, _second, null, null, _time).Start(100));
    }

    [Theory]
    [InlineData(50, -32768, 1000, 3277)]       // 1 ms of 20 ms
    [InlineData(50, 0, 1500, 4915)]
    [InlineData(50, 32768, 2000, 6554)]
    [InlineData(333, 0, 1500, 32735)]
    public void A_servos_pulse_has_its_length(int hertz, int position, int microseconds, int duty)
    {
        Servo servo = new(_first, _time);
        Assert.Equal(BusError.None, servo.Start(hertz, position));
        Assert.Equal((hertz, duty, microseconds), (_first.Hertz, _first.Duty, servo.PulseMicroseconds));
    }

    [Fact]
    public void A_servo_keeps_its_limits_and_its_slew_however_often_it_is_updated()
    {
        Gen.Select(Gen.Int[1, 400000], Gen.Select(Gen.Int[-100000, 100000], Gen.Int[0, 200000], Gen.Bool).Array[1, 80]).Sample((slew, steps) =>
        {
            SimulatedTime time = new();
            Servo servo = new(new SimulatedPwm(), time) { Low = -20000, High = 10000, SlewPerSecond = slew };
            Assert.Equal(BusError.None, servo.Start(50, 0));
            long start = time.Now;
            int way = 0;
            foreach ((int target, int wait, bool set) in steps)
            {
                time.Advance(wait);
                int before = servo.Position;
                Assert.Equal(BusError.None, set ? servo.Set(target) : servo.Update());
                Assert.InRange(servo.Position, -20000, 10000);
                way += Math.Abs(servo.Position - before);
                Assert.True(way <= (time.Now - start) * (long)slew / 1000000 + 1);
            }
        });
    }

    [Fact]
    public void A_servo_arrives_in_the_time_of_its_slew()
    {
        Servo servo = new(_first, _time) { SlewPerSecond = 10000 };
        servo.Start(50, -10000);
        servo.Set(10000);
        int updates = 0;
        for (; servo.Position != 10000; updates++)
        {
            _time.Advance(7300);
            servo.Update();
        }

        Assert.InRange(updates * 7.3, 1990, 2015);      // 20000 positions at 10000 a second
        servo.SlewPerSecond = 0;
        servo.Set(-32768);
        Assert.Equal(-32768, servo.Position);
        Assert.Equal(BusError.None, servo.Stop());
        Assert.Equal(0, _first.Hertz);
    }

    [Fact]
    public void A_servo_with_limits_that_cannot_be_is_refused()
    {
        Assert.Equal(BusError.Argument, new Servo(_first, _time).Update());
        Assert.Equal(BusError.Argument, new Servo(_first, _time).Start(39, 0));
        Assert.Equal(BusError.Argument, new Servo(_first, _time) { LeastMicroseconds = 399 }.Start(50, 0));
        Assert.Equal(BusError.Argument, new Servo(_first, _time) { MostMicroseconds = 1000 }.Start(50, 0));
        Assert.Equal(BusError.Argument, new Servo(_first, _time) { Low = 5, High = 4 }.Start(50, 0));
    }

    private Drv8833 Drv()
    {
        Drv8833 motor = new(_first, _second, _standby, _a, _time);
        Assert.Equal(BusError.None, motor.Start(20000));
        return motor;
    }

    private sealed class Pin : GpioPin
    {
        public bool Level { get; set; }

        public PinMode Mode { get; private set; }

        public override void SetMode(PinMode mode) => Mode = mode;

        public override bool Read() => Level;

        public override void Write(bool high) => Level = high;
    }
}
