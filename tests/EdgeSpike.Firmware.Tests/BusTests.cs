using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Drivers;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>I2C and SPI masters of the STM32L4+, STM32H7, nRF52840 and RP2350 on simulated registers; those of the STM32F4: HalTests.</summary>
public sealed class BusTests
{
    private const int Clock = 16000000;

    private readonly SimulatedChip _chip = new();

    /// <summary>Chips.</summary>
    public static TheoryData<string> Chips => ["stm32l4", "stm32h7", "nrf", "rp2350"];

    [Theory]
    [MemberData(nameof(Chips))]
    public void I2c_reads_what_the_device_sends(string chip)
    {
        (I2cBus bus, SimulatedI2cUnit unit) = Open(chip);
        I2cDevice device = new(bus, 0x68);
        foreach (int count in (int[])[1, 2, 3, 40, 255, 256, 600])
        {
            byte[] sent = [.. Enumerable.Range(1, count).Select(i => (byte)(3 * i))], read = new byte[count + 2];
            foreach (byte value in sent) unit.ToSend.Enqueue(value);
            unit.Written.Clear();
            (int starts, int stops) = (unit.Starts, unit.Stops);
            Assert.Equal(BusError.None, device.WriteRead([0x75], 0, 1, read, 1, count));
            Assert.Equal([0, .. sent, 0], read);
            Assert.Equal([0x75], unit.Written);
            Assert.Equal((2, 1), (unit.Starts - starts, unit.Stops - stops));
            foreach (byte value in sent) unit.ToSend.Enqueue(value);
            Assert.Equal(BusError.None, device.Read(read, 0, count));
            Assert.Equal(sent, read[..count]);
            Assert.Empty(unit.ToSend);
        }
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void I2c_writes_and_probes(string chip)
    {
        (I2cBus bus, SimulatedI2cUnit unit) = Open(chip);
        I2cDevice device = new(bus, 0x68);
        Assert.Equal(BusError.None, device.Probe());
        Assert.Equal((1, 1), (unit.Starts, unit.Stops));
        Assert.Empty(unit.Written);
        byte[] data = [.. Enumerable.Range(0, 302).Select(i => (byte)(5 * i))];
        Assert.Equal(BusError.None, device.Write(data, 1, 300));
        Assert.Equal(data[1..301], unit.Written);
        Assert.Equal((2, 2), (unit.Starts, unit.Stops));
        Assert.Equal(BusError.Argument, device.Write(data, 1, 302));
        Assert.Equal(BusError.Argument, new I2cDevice(bus, 0x78).Probe());
        Assert.Equal(2, unit.Starts);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void I2c_tells_causes_apart_and_works_again_afterwards(string chip)
    {
        (I2cBus bus, SimulatedI2cUnit unit) = Open(chip);
        I2cDevice device = new(bus, 0x68), nobody = new(bus, 0x69);
        Assert.Equal(BusError.AddressNotAcknowledged, nobody.Probe());
        Assert.Equal(BusError.AddressNotAcknowledged, nobody.Read(new byte[2], 0, 2));
        Assert.Equal(BusError.AddressNotAcknowledged, nobody.Write([1, 2], 0, 2));
        Assert.Equal(unit.Starts, unit.Stops);
        Assert.Equal(BusError.None, device.Probe());
        unit.RefuseFrom = 2;
        Assert.Equal(BusError.DataNotAcknowledged, device.Write([1, 2, 3], 0, 3));
        Assert.Equal([1, 2], unit.Written);
        unit.RefuseFrom = int.MaxValue;
        if (chip != "nrf")
        {
            unit.LoseArbitration = true;
            Assert.Equal(BusError.ArbitrationLost, device.Write([1], 0, 1));
            unit.LoseArbitration = false;
        }

        Assert.Equal(BusError.None, device.Write([1], 0, 1));
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void I2c_without_an_answer_ends_in_time_and_works_again(string chip)
    {
        (I2cBus bus, SimulatedI2cUnit unit) = Open(chip);
        I2cDevice device = new(bus, 0x68);
        unit.Dead = true;
        long before = _chip.Clocks;
        Assert.Equal(BusError.TimeOut, device.Read(new byte[4], 0, 4));
        Assert.InRange((_chip.Clocks - before) / (Clock / 1000), 25, 45);
        before = _chip.Clocks;
        Assert.Equal(BusError.TimeOut, device.Write(new byte[4], 0, 4));
        Assert.InRange((_chip.Clocks - before) / (Clock / 1000), 25, 45);
        unit.Dead = false;
        Assert.Equal(BusError.None, device.Probe());
    }

    [Theory]
    [InlineData("stm32l4", 3, BusError.None)]
    [InlineData("stm32h7", 8, BusError.None)]
    [InlineData("stm32l4", int.MaxValue, BusError.BusStuck)]
    [InlineData("nrf", 3, BusError.TimeOut)]
    [InlineData("nrf", int.MaxValue, BusError.BusStuck)]
    [InlineData("rp2350", 8, BusError.None)]
    [InlineData("rp2350", int.MaxValue, BusError.BusStuck)]
    public void A_stuck_bus_is_freed_by_nine_clocks_or_reported(string chip, int held, BusError expected)
    {
        (I2cBus bus, SimulatedI2cUnit unit) = Open(chip);
        I2cDevice device = new(bus, 0x68);
        unit.Wire.HoldData = held;
        unit.Wire.Drive(true, true);
        long before = _chip.Clocks;
        Assert.Equal(expected, device.Probe());
        Assert.InRange((_chip.Clocks - before) / (Clock / 1000), 25, 45);
        unit.Wire.HoldData = 0;
        Assert.Equal(BusError.None, device.Probe());
    }

    [Fact]
    public void I2c_of_the_stm32_has_the_timing_of_the_manual()
    {
        // RM0432, examples of timing: 100 kHz at 8, 16 and 48 MHz.
        foreach ((uint hz, uint timing) in ((uint, uint)[])[(8000000, 0x10420F13), (16000000, 0x30420F13), (48000000, 0xB0420F13)])
        {
            _ = new Stm32I2c(new SysTickTime(Clock), 0x40005800, 0x40021058, hz, Pin(8), Pin(9), 4);
            Assert.Equal(timing, _chip[0x40005810]);
        }

        Assert.Equal(1u << 22, _chip[0x40021058]);
        Assert.Equal(0x44u, _chip[0x48000424]);                                 // AF4 of PB8 and PB9
        Assert.Equal(3u << 8, _chip[0x48000404]);                               // open
    }

    [Fact]
    public void I2c_of_the_rp2350_keeps_the_times_of_standard_mode()
    {
        _ = new SimulatedRp2350I2c(_chip);
        _ = new Rp2350I2c(new SysTickTime(Clock), 0x40090000, 12000000, 5, 4);
        double step = 1 / 12.0;
        Assert.InRange(_chip[0x40090018] * step, 4.7, 6.0);                     // UM10204, table 10: t_LOW, t_HIGH in µs
        Assert.InRange(_chip[0x40090014] * step, 4.0, 5.3);
        Assert.Equal(0u, _chip[0x40020000] & ((1u << 4) | (1u << 6) | (1u << 9)));
        Assert.Equal((3u, 0x5Au), (_chip[0x40028000 + 8 * 4 + 4], _chip[0x40038000 + 4 + 4 * 4]));
    }

    [Fact]
    public void I2c_of_the_nordic_copies_what_stands_in_flash()
    {
        SimulatedNordicI2c unit = new(_chip);
        I2cDevice device = new(new NordicI2c(new SysTickTime(Clock), 0x40003000, 27, 26), 0x68);
        byte[] constant = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        _chip.PutInFlash(constant);
        Assert.Equal(BusError.None, device.Write(constant, 3, 32));
        Assert.Equal(constant[3..35], unit.Written);
        Assert.Equal(BusError.Argument, device.Write(constant, 0, 33));
        Assert.Equal(1, unit.Starts);
    }

    [Fact]
    public void Spi_of_the_stm32l4_exchanges_bytes_and_tells_causes_apart()
    {
        const uint Base = 0x40013000;
        List<uint> sent = [];
        uint status = 2, data = 0;
        _chip.OnRead(Base + 0x08, () => status);
        _chip.OnBytes(Base + 0x0C, () =>
        {
            status &= ~1u;
            return data;
        }, value =>
        {
            sent.Add(value);
            data = value ^ 0xFFu;
            status |= 1;
        });
        SpiBus bus = new Stm32Spi(new SysTickTime(Clock), Base, fifo: true, Clock, 1000000, 3);
        Assert.Equal(0x347u | (3u << 3), _chip[Base] | 4);
        Assert.Equal(0x1700u, _chip[Base + 4]);                                 // bytes, and a flag for each
        Assert.Equal(1u << 12, _chip[0x40021060]);
        Exchange(bus, sent);
        status |= 1u << 6;
        Assert.Equal(BusError.Overrun, bus.Exchange([1], 0, null!, 0, 1));
        status = 2 | (1u << 5);
        Assert.Equal(BusError.BusFault, bus.Exchange([1], 0, null!, 0, 1));
        status = 0x80 | 2;
        Assert.Equal(BusError.TimeOut, bus.Exchange([1], 0, null!, 0, 1));
        status = 0;
        Assert.Equal(BusError.TimeOut, bus.Exchange([1], 0, null!, 0, 1));
    }

    [Fact]
    public void Spi_of_the_stm32h7_counts_its_bytes_and_tells_causes_apart()
    {
        const uint Base = 0x40013000;
        List<uint> sent = [];
        uint control = 0, status = 0, data = 0, left = 0;
        bool dead = false;
        _chip.OnRead(Base, () => control);
        _chip.OnWrite(Base, value =>
        {
            if ((value & (1u << 12)) == 0) throw new InvalidOperationException("SSI is low: a mode fault");
            if ((value & (1u << 9)) != 0 && !dead)
            {
                if ((value & control & 1) == 0) throw new InvalidOperationException("CSTART without SPE before");
                status |= 2;
                left = _chip[Base + 4];
            }

            if ((value & 1) == 0) status &= ~3u;
            control = value;
        });
        _chip.OnWrite(Base + 0x04, value => _chip[Base + 4] = (control & 1) == 0 ? value : throw new InvalidOperationException("TSIZE is written while the unit is on"));
        _chip.OnRead(Base + 0x14, () => status);
        _chip.OnWrite(Base + 0x18, value => status &= ~value);
        _chip.OnBytes(Base + 0x20, null, value =>
        {
            sent.Add(value);
            data = value ^ 0xFFu;
            status = (status | 1) & ~2u;
        });
        _chip.OnBytes(Base + 0x30, () =>
        {
            left--;
            status = (status & ~1u) | (left == 0 ? 1u << 3 : 2u);
            return data;
        }, null);
        _chip[0x58024450] = 0x1234 << 16 | 0x7000;
        SpiBus bus = new Stm32H7Spi(new SysTickTime(Clock), Base, 64000000, 1000000, 2);
        Assert.Equal(7u | (5u << 28), _chip[Base + 0x08]);                      // 64 MHz / 64
        Assert.Equal(0x86400000u, _chip[Base + 0x0C]);                          // AFCNTR, SSM, CPOL, MASTER
        Assert.Equal(0x12344000u, _chip[0x58024450]);                           // per_ck
        Assert.Equal(1u << 12, _chip[0x580244F0]);
        Exchange(bus, sent);
        Assert.Equal(1u << 12, control);
        dead = true;
        Assert.Equal(BusError.TimeOut, bus.Exchange([1], 0, null!, 0, 1));
        dead = false;
        _chip.OnWrite(Base + 0x18, value => status = (status & ~value) | (1u << 6));
        Assert.Equal(BusError.Overrun, bus.Exchange([1], 0, null!, 0, 1));
        dead = true;
        _chip.OnWrite(Base + 0x18, value => status = (status & ~value) | (1u << 9));
        Assert.Equal(BusError.BusFault, bus.Exchange([1], 0, null!, 0, 1));
        Assert.Equal(1u << 12, control);
    }

    [Theory]
    [InlineData(100000u, 0x02000000u)]
    [InlineData(999999u, 0x08000000u)]
    [InlineData(1000000u, 0x10000000u)]
    [InlineData(20000000u, 0x80000000u)]
    public void Spi_of_the_nordic_exchanges_through_ram(uint rate, uint frequency)
    {
        const uint Base = 0x40004000;
        List<uint> sent = [];
        bool dead = false;
        int stops = 0;
        _chip.OnWrite(Base + 0x014, _ => stops++);
        _chip.OnWrite(Base + 0x010, _ =>
        {
            if (_chip[Base + 0x500] != 7 || _chip[Base + 0x548] != _chip[Base + 0x538]) throw new InvalidOperationException("SPIM is not set up");
            if (dead) return;
            Span<byte> from = _chip.Memory(_chip[Base + 0x544], _chip[Base + 0x548]), to = _chip.Memory(_chip[Base + 0x534], _chip[Base + 0x538]);
            for (int i = 0; i < from.Length; i++)
            {
                sent.Add(from[i]);
                to[i] = (byte)~from[i];
            }

            _chip[Base + 0x118] = 1;
        });
        SpiBus bus = new NordicSpi(new SysTickTime(Clock), Base, rate, 3, 47, 46, 45);
        Assert.Equal((frequency, 6u), (_chip[Base + 0x524], _chip[Base + 0x554]));
        Assert.Equal((47u, 45u, 46u), (_chip[Base + 0x508], _chip[Base + 0x50C], _chip[Base + 0x510]));
        Assert.Equal(1u << 13, _chip[0x5000080C]);                              // MOSI idles low
        Assert.Equal(1u << 15, _chip[0x50000808]);                              // SCK high, as mode 3 says
        Assert.Equal((1u, 1u, 0u), (_chip[0x50000A00 + 4 * 15], _chip[0x50000A00 + 4 * 13], _chip[0x50000A00 + 4 * 14]));
        Exchange(bus, sent);
        byte[] constant = new byte[70];
        constant[69] = 5;
        _chip.PutInFlash(constant);
        sent.Clear();
        Assert.Equal(BusError.None, bus.Exchange(constant, 0, null!, 0, 70));
        Assert.Equal(constant.Select(b => (uint)b), sent);
        dead = true;
        long before = _chip.Clocks;
        Assert.Equal(BusError.TimeOut, bus.Exchange([1], 0, null!, 0, 1));
        Assert.InRange((_chip.Clocks - before) / (Clock / 1000), 10, 15);
        Assert.Equal(1, stops);
    }

    [Fact]
    public void Spi_of_the_rp2350_is_a_pl022()
    {
        const uint Base = 0x40080000;
        List<uint> sent = [];
        Queue<uint> received = new();
        uint overrun = 0;
        bool dead = false;
        _chip.OnRead(Base + 0x0C, () => dead ? 0 : 2 | (received.Count > 0 ? 4u : 0));
        _chip.OnWrite(Base + 0x08, value =>
        {
            sent.Add(value);
            received.Enqueue(value ^ 0xFF);
        });
        _chip.OnRead(Base + 0x08, () => received.Dequeue());
        _chip.OnRead(Base + 0x18, () => overrun);
        SpiBus bus = new Pl022Spi(new SysTickTime(Clock), Base, 12000000, 1000000, 3);
        Assert.Equal((2u, 0x5C7u, 2u), (_chip[Base + 0x10], _chip[Base], _chip[Base + 4]));     // 12 MHz / (2 * 6), mode 3, 8 bits
        Exchange(bus, sent);
        overrun = 1;
        Assert.Equal(BusError.Overrun, bus.Exchange([1], 0, null!, 0, 1));
        dead = true;
        Assert.Equal(BusError.TimeOut, bus.Exchange([1], 0, null!, 0, 1));
    }

    [Fact]
    public void Pins_of_the_rp2350_drive_let_go_and_are_read()
    {
        _ = new SimulatedRp2350I2c(_chip);
        uint output = 0, enabled = 0;
        _chip.OnWrite(0xD0000018, value => output |= value);
        _chip.OnWrite(0xD0000020, value => output &= ~value);
        _chip.OnWrite(0xD0000038, value => enabled |= value);
        _chip.OnWrite(0xD0000040, value => enabled &= ~value);
        Rp2350Pin pin = new(25);
        pin.Write(true);
        pin.SetMode(PinMode.Output);
        Assert.Equal((1u << 25, 1u << 25, 5u), (output, enabled, _chip[0x40028000 + 8 * 25 + 4]));
        pin.Write(false);
        Assert.Equal((0u, 1u << 25), (output, enabled));
        pin.SetMode(PinMode.OpenDrain);
        Assert.Equal((0u, 1u << 25), (output, enabled));
        pin.Write(true);
        Assert.Equal((0u, 0u), (output, enabled));
        pin.SetMode(PinMode.InputPullUp);
        Assert.Equal((0u, 0x5Au), (enabled, _chip[0x40038000 + 4 + 4 * 25]));
        _chip.OnRead(0xD0000004, () => 1u << 25);
        Assert.True(pin.Read());
    }

    // Three bytes out of five and complements back, zeros, ranges that don't fit.
    private static void Exchange(SpiBus bus, List<uint> sent)
    {
        byte[] read = new byte[5];
        Assert.Equal(BusError.None, bus.Exchange([9, 1, 2, 3, 9], 1, read, 1, 3));
        Assert.Equal([0, 0xFE, 0xFD, 0xFC, 0], read);
        Assert.Equal([1u, 2u, 3u], sent);
        Assert.Equal(BusError.None, bus.Exchange(null!, 0, read, 0, 2));
        Assert.Equal([0xFF, 0xFF, 0xFD, 0xFC, 0], read);
        Assert.Equal(BusError.Argument, bus.Exchange([1], 0, null!, 0, 2));
        Assert.Equal(BusError.None, bus.Exchange([1], 0, read, 0, 0));
        Assert.Equal(5, sent.Count);
    }

    private static Stm32GpioPin Pin(int number, uint ports = 0x48000000, uint enable = 0x4002104C) => new(ports, enable, 1, number);

    private (I2cBus Bus, SimulatedI2cUnit Unit) Open(string chip)
    {
        SimulatedI2cUnit unit = chip switch
        {
            "stm32l4" => new SimulatedStm32I2c(_chip, 0x48000000),
            "stm32h7" => new SimulatedStm32I2c(_chip, 0x58020000),
            "nrf" => new SimulatedNordicI2c(_chip),
            _ => new SimulatedRp2350I2c(_chip),
        };
        SysTickTime time = new(Clock);
        return (chip switch
        {
            "stm32l4" => new Stm32I2c(time, 0x40005400, 0x40021058, 4000000, Pin(8), Pin(9), 4),
            "stm32h7" => new Stm32I2c(time, 0x40005400, 0x580244E8, 64000000, Pin(8, 0x58020000, 0x580244E0), Pin(9, 0x58020000, 0x580244E0), 4),
            "nrf" => new NordicI2c(time, 0x40003000, 27, 26),
            _ => new Rp2350I2c(time, 0x40090000, 12000000, 5, 4),
        }, unit);
    }
}
