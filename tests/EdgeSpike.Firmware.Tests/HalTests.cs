using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Drivers;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The firmware's drivers on simulated registers.</summary>
public sealed class HalTests
{
    private const int Clock = 16000000;

    private readonly SimulatedChip _chip = new();

    [Fact]
    public void Time_goes_on_over_wraps_whether_their_interrupt_is_served_or_waits()
    {
        SysTickTime time = new(Clock);
        Random random = new(1);
        long last = time.Ticks;
        for (int i = 0; i < 20000; i++)
        {
            _chip.Clocks += random.Next(1 << 14);
            if (i % 16 == 0) _chip.InterruptsOff = !_chip.InterruptsOff;
            long before = _chip.Clocks, now = time.Ticks;
            Assert.InRange(now, before, _chip.Clocks);
            Assert.True(now >= last);
            last = now;
        }

        Assert.True(_chip.Wrapped > 5);
    }

    [Fact]
    public void Microseconds_go_on_when_the_clock_changes()
    {
        SysTickTime time = new(Clock);
        _chip.Clocks = 3L * Clock;
        Assert.InRange(time.Microseconds, 3000000, 3000010);
        time.SetClock(168000000);
        _chip.Clocks += 2L * 168000000;
        Assert.InRange(time.Microseconds, 5000000, 5000010);
        time.Wait(1000);
        Assert.InRange(time.Microseconds, 5001000, 5001010);
    }

    [Fact]
    public void A_wait_ends_when_the_clock_stands_still() => new StoppedClock().Wait(1000);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(40)]
    public void I2c_of_the_stm32f4_reads_and_refuses_just_the_last_byte(int count)
    {
        SimulatedI2c unit = new(_chip);
        byte[] sent = [.. Enumerable.Range(1, count).Select(i => (byte)(3 * i))];
        foreach (byte value in sent) unit.ToSend.Enqueue(value);
        byte[] read = new byte[count + 2];
        I2cDevice device = new(OpenI2c(), 0x68);
        Assert.Equal(BusError.None, device.WriteRead([0x75], 0, 1, read, 1, count));
        Assert.Equal([0, .. sent, 0], read);
        Assert.Equal([0x75], unit.Written);
        Assert.Equal([.. Enumerable.Repeat(true, count - 1), false], unit.Acknowledged);
        Assert.Equal((2, 1), (unit.Starts, unit.Stops));
        foreach (byte value in sent) unit.ToSend.Enqueue(value);
        Assert.Equal(BusError.None, device.Read(read, 0, count));
        Assert.Equal(sent, read[..count]);
    }

    [Fact]
    public void I2c_of_the_stm32f4_writes_and_probes()
    {
        SimulatedI2c unit = new(_chip);
        I2cDevice device = new(OpenI2c(), 0x68);
        Assert.Equal(BusError.None, device.Probe());
        Assert.Equal(BusError.None, device.Write([9, 1, 2, 3, 9], 1, 3));
        Assert.Equal([1, 2, 3], unit.Written);
        Assert.Equal((2, 2), (unit.Starts, unit.Stops));
    }

    [Fact]
    public void I2c_of_the_stm32f4_tells_causes_apart_and_works_again_afterwards()
    {
        SimulatedI2c unit = new(_chip) { RefuseFrom = 2 };
        I2cBus bus = OpenI2c();
        I2cDevice device = new(bus, 0x68), nobody = new(bus, 0x69);
        Assert.Equal(BusError.AddressNotAcknowledged, nobody.Probe());
        Assert.Equal(BusError.AddressNotAcknowledged, nobody.Read(new byte[2], 0, 2));
        Assert.Equal(BusError.None, device.Probe());
        Assert.Equal(BusError.DataNotAcknowledged, device.Write([1, 2, 3], 0, 3));
        unit.LoseArbitration = true;
        Assert.Equal(BusError.ArbitrationLost, device.Probe());
        unit.LoseArbitration = false;
        Assert.Equal(BusError.None, device.Probe());
        Assert.Equal(BusError.Argument, device.Write([1], 0, 2));
        Assert.Equal(BusError.Argument, new I2cDevice(bus, 0x78).Probe());
    }

    [Fact]
    public void I2c_of_the_stm32f4_without_a_clock_ends_in_time()
    {
        _ = new SimulatedI2c(_chip) { Dead = true };
        I2cDevice device = new(OpenI2c(), 0x68);
        long before = _chip.Clocks;
        Assert.Equal(BusError.TimeOut, device.Read(new byte[4], 0, 4));
        Assert.InRange((_chip.Clocks - before) / (Clock / 1000), 25, 30);
    }

    [Theory]
    [InlineData(3, BusError.None)]
    [InlineData(8, BusError.None)]
    [InlineData(int.MaxValue, BusError.BusStuck)]
    public void A_stuck_bus_is_freed_by_nine_clocks_or_reported(int held, BusError expected)
    {
        SimulatedI2c unit = new(_chip);
        I2cBus bus = OpenI2c();
        unit.Wire.HoldData = held;
        long before = _chip.Clocks;
        Assert.Equal(expected, new I2cDevice(bus, 0x68).Probe());
        Assert.InRange((_chip.Clocks - before) / (Clock / 1000), 25, 40);
        unit.Wire.HoldData = 0;
        Assert.Equal(BusError.None, new I2cDevice(bus, 0x68).Probe());
    }

    [Fact]
    public void A_clock_line_that_stays_low_is_reported()
    {
        SimulatedI2c unit = new(_chip);
        I2cBus bus = OpenI2c();
        unit.Wire.HoldClock = true;
        Assert.Equal(BusError.BusStuck, new I2cDevice(bus, 0x68).Probe());
    }

    [Fact]
    public void I2c_in_software_speaks_the_protocol()
    {
        SimulatedWire wire = new() { RefuseFrom = 3 };
        I2cBus bus = OpenSbcon(wire);
        I2cDevice device = new(bus, 0x68);
        Assert.Equal(BusError.None, device.Probe());
        Assert.Equal(BusError.AddressNotAcknowledged, new I2cDevice(bus, 0x50).Probe());
        foreach (int value in (int[])[0xA5, 0x00, 0xFF]) wire.ToSend.Enqueue(value);
        byte[] read = new byte[3];
        Assert.Equal(BusError.None, device.WriteRead([0x75, 0x18], 0, 2, read, 0, 3));
        Assert.Equal([0xA5, 0x00, 0xFF], read);
        Assert.Equal([0x75, 0x18], wire.Written);
        Assert.Equal([true, true, false], wire.Acknowledged);
        Assert.Equal((4, 3), (wire.Starts, wire.Stops));
        Assert.Equal(BusError.DataNotAcknowledged, device.Write([1, 2], 0, 2));
        Assert.True(wire.Clock && wire.Data);
        wire.HoldData = 5;
        Assert.Equal(BusError.None, device.Probe());
        wire.HoldData = int.MaxValue;
        Assert.Equal(BusError.BusStuck, device.Probe());
        wire.HoldData = 0;
        wire.HoldClock = true;
        Assert.Equal(BusError.BusStuck, device.Probe());
    }

    [Fact]
    public void Spi_of_the_stm32f4_exchanges_and_tells_causes_apart()
    {
        const uint Base = 0x40013000;
        List<uint> sent = [];
        uint status = 2, data = 0;
        _chip.OnRead(Base + 0x08, () => status);
        _chip.OnWrite(Base + 0x0C, value =>
        {
            sent.Add(value);
            data = value ^ 0xFF;
            status |= 1;
        });
        _chip.OnRead(Base + 0x0C, () =>
        {
            status &= ~1u;
            return data;
        });
        Stm32GpioPin select = new(0x40020000, 0x40023830, 0, 4);
        SpiDevice device = new(new Stm32Spi(new SysTickTime(Clock), Base, fifo: false, Clock, 1000000, 3), select);
        Assert.Equal(0x347u | (3u << 3), _chip[Base] | 4);
        byte[] read = new byte[4];
        Assert.Equal(BusError.None, device.TransferFullDuplex([1, 2, 3], 0, read, 1, 3));
        Assert.Equal([0, 0xFE, 0xFD, 0xFC], read);
        Assert.Equal([1u, 2u, 3u], sent);
        Assert.Equal(1u << 4, _chip[0x40020018]);           // released
        Assert.Equal(1u << 8, _chip[0x40020000]);           // an output
        Assert.Equal(BusError.Argument, device.Write([1], 0, 2));
        status |= 1u << 6;
        Assert.Equal(BusError.Overrun, device.Write([1], 0, 1));
        status = 0x80 | 2;
        Assert.Equal(BusError.TimeOut, device.Write([1], 0, 1));    // BSY never goes
        status = 0;
        Assert.Equal(BusError.TimeOut, device.Write([1], 0, 1));
    }

    [Theory]
    [InlineData(true, true, 8u, BusError.None, 2, 168000000u)]
    [InlineData(false, true, 8u, BusError.TimeOut, 1, 168000000u)]
    [InlineData(false, true, 0u, BusError.None, 1, 168000000u)]
    [InlineData(true, false, 8u, BusError.TimeOut, 0, 16000000u)]
    public void The_clock_falls_back_and_says_so(bool crystal, bool pll, uint crystalMegahertz, BusError error, int source, uint hz)
    {
        const uint Rcc = 0x40023800;
        _chip.OnRead(Rcc, () => _chip[Rcc] | (crystal && (_chip[Rcc] & (1u << 16)) != 0 ? 1u << 17 : 0) | (pll && (_chip[Rcc] & (1u << 24)) != 0 ? 1u << 25 : 0));
        _chip.OnRead(Rcc + 8, () => (_chip[Rcc + 8] & ~12u) | ((_chip[Rcc + 8] & 3) << 2));
        SysTickTime time = new(Clock);
        Stm32F4Clock clock = new(time);
        Assert.Equal(error, clock.Start(crystalMegahertz * 1000000, 168000000));
        Assert.Equal((source, hz, (int)hz), ((int)clock.Source, clock.Hz, time.Hz));
        if (source == 0) return;
        Assert.Equal((42000000u, 84000000u), (clock.Apb1Hz, clock.Apb2Hz));

        // RM0090, 7.3.2: M, N, P, source, Q; 5 wait states, APB1 / 4, APB2 / 2.
        uint input = source == 2 ? crystalMegahertz : 16;
        Assert.Equal(input | (336u << 6) | (source == 2 ? 1u << 22 : 0) | (7u << 24), _chip[Rcc + 4]);
        Assert.Equal(5u, _chip[0x40023C00] & 7);
        Assert.Equal((5u << 10) | (4u << 13) | 2, _chip[Rcc + 8] & 0xFC03);
    }

    // RM0090, 18.3.9: PSC, ARR; periods of 16 MHz in at most 16 bits of counts.
    [Theory]
    [InlineData(50, 4u, 63999u)]
    [InlineData(20000, 0u, 799u)]
    [InlineData(245, 0u, 65305u)]
    [InlineData(244, 1u, 32785u)]
    [InlineData(1, 244u, 65305u)]
    public void Pwm_of_the_stm32f4_gets_its_period_and_its_duty(int hertz, uint prescaler, uint reload)
    {
        const uint Tim3 = 0x40000400;
        _chip[Tim3 + 0x1C] = 0x1234;                // CCMR2: channel 3 is another's
        _chip[Tim3 + 0x20] = 0x0101;
        Stm32F4Pwm output = new(Tim3, Clock, 4);
        Assert.Equal(BusError.None, output.Start(hertz));
        Assert.Equal((prescaler, reload), (_chip[Tim3 + 0x28], _chip[Tim3 + 0x2C]));
        Assert.Equal((2u, 0x6834u, 0x1101u, 1u, 0x81u), (_chip[0x40023840], _chip[Tim3 + 0x1C], _chip[Tim3 + 0x20], _chip[Tim3 + 0x14], _chip[Tim3]));
        Assert.Equal(0u, _chip[Tim3 + 0x40]);
        output.SetDuty(PwmOutput.Full);
        Assert.Equal(reload + 1, _chip[Tim3 + 0x40]);
        output.SetDuty(PwmOutput.Full / 4);
        Assert.InRange(4.0 * _chip[Tim3 + 0x40], reload - 2.0, reload + 4.0);
        Assert.Equal(BusError.None, output.Stop());
        Assert.Equal(0u, _chip[Tim3 + 0x40]);
        Assert.Equal(BusError.Argument, output.SetDuty(PwmOutput.Full + 1));
    }

    [Fact]
    public void Pwm_that_the_timer_cannot_make_is_refused()
    {
        Assert.Equal(BusError.Argument, new Stm32F4Pwm(0x40000400, Clock, 1).Start(0));
        Assert.Equal(BusError.Argument, new Stm32F4Pwm(0x40000400, Clock, 1).Start(1000001));
        Assert.Equal(BusError.Argument, new Stm32F4Pwm(0x40000400, Clock, 5).Start(50));
        Assert.Equal(BusError.Argument, new Stm32F4Pwm(0x40001000, Clock, 1).Start(50));
        Assert.Equal(0u, _chip[0x40023840]);
    }

    [Theory]
    [InlineData(1, 0u, 8u)]
    [InlineData(512, 0u, 4096u)]
    [InlineData(513, 1u, 2052u)]
    [InlineData(32768, 6u, 4096u)]
    public void The_independent_watchdog_gets_its_period(int milliseconds, uint prescaler, uint counts)
    {
        const uint Base = 0x40003000;
        Stm32Watchdog dog = new(new SysTickTime(Clock), Base);
        Assert.Equal(BusError.Argument, dog.Start(0));
        Assert.Equal(BusError.Argument, dog.Start(32769));
        Assert.Equal(BusError.None, dog.Start(milliseconds));
        Assert.Equal((prescaler, counts - 1, 0xAAAAu), (_chip[Base + 4], _chip[Base + 8], _chip[Base]));
        _chip[Base + 12] = 1;
        Assert.Equal(BusError.TimeOut, dog.Start(milliseconds));
    }

    private static Stm32F4I2c OpenI2c()
    {
        const uint Ports = 0x40020000, Enable = 0x40023830;
        return new Stm32F4I2c(new SysTickTime(Clock), 0x40005400, Clock, new Stm32GpioPin(Ports, Enable, 1, 6), new Stm32GpioPin(Ports, Enable, 1, 7), 4);
    }

    private SbconI2c OpenSbcon(SimulatedWire wire)
    {
        const uint Base = 0x40022000;
        uint lines = 3;
        void Drive(uint value)
        {
            lines = value;
            wire.Drive((lines & 1) != 0, (lines & 2) != 0);
        }

        _chip.OnRead(Base, () => (wire.Clock ? 1u : 0) | (wire.Data ? 2u : 0));
        _chip.OnWrite(Base, value => Drive(lines | value));
        _chip.OnWrite(Base + 4, value => Drive(lines & ~value));
        return new SbconI2c(new SysTickTime(Clock), Base);
    }

    private sealed class StoppedClock : TimeBase
    {
        public override long Ticks => 5;

        public override int Hz => 1000000;
    }
}
