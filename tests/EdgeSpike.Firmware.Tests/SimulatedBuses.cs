using System;
using System.Collections.Generic;

namespace EdgeSpike.Firmware.Tests;

/// <summary>An I2C unit with one device, and its pins on a <see cref="SimulatedWire"/> while they are driven by software.</summary>
internal abstract class SimulatedI2cUnit(SimulatedChip chip)
{
    public const int Address = 0x68;

    public SimulatedWire Wire { get; } = new();

    /// <summary>Bytes after which the device refuses.</summary>
    public int RefuseFrom { get; set; } = int.MaxValue;

    /// <summary>Nothing happens any more.</summary>
    public bool Dead { get; set; }

    public bool LoseArbitration { get; set; }

    public List<byte> Written { get; } = [];

    public Queue<byte> ToSend { get; } = new();

    public int Starts { get; protected set; }

    public int Stops { get; protected set; }

    protected SimulatedChip Chip { get; } = chip;

    protected bool Stuck => !Wire.Data || !Wire.Clock;

    protected byte Next() => ToSend.Count > 0 ? ToSend.Dequeue() : (byte)0xFF;

    /// <summary>Whether the device takes a byte.</summary>
    protected bool Take(byte value)
    {
        if (Written.Count >= RefuseFrom) return false;
        Written.Add(value);
        return true;
    }
}

/// <summary>I2C1 of the STM32L4+ and H7 (RM0432, section 45.9), pins PB8 and PB9.</summary>
internal sealed class SimulatedStm32I2c : SimulatedI2cUnit
{
    private const uint Base = 0x40005400;
    private uint _status, _count, _index, _output = 0xFFFF;
    private bool _busy, _reading, _reload, _on;

    public SimulatedStm32I2c(SimulatedChip chip, uint ports)
        : base(chip)
    {
        uint portB = ports + 0x400;
        chip.OnWrite(Base, value =>
        {
            chip[Base] = value;
            _on = (value & 1) != 0;
            if (!_on) (_status, _busy) = (0, false);
        });
        chip.OnWrite(Base + 0x04, Control);
        chip.OnRead(Base + 0x18, () => _status | (_busy || Stuck ? 1u << 15 : 0));
        chip.OnWrite(Base + 0x1C, value => _status &= ~(value & 0x3F38));
        chip.OnRead(Base + 0x24, () =>
        {
            if ((_status & 4) == 0) throw new InvalidOperationException("RXDR is read while it is empty");
            _status &= ~4u;
            _index++;
            uint value = chip[Base + 0x24];
            Advance();
            return value;
        });
        chip.OnWrite(Base + 0x28, value =>
        {
            if ((_status & 2) == 0) throw new InvalidOperationException("TXDR is written without TXIS");
            _status &= ~2u;
            _index++;
            if (Take((byte)value)) Advance();
            else Refuse();
        });
        chip.OnWrite(portB + 0x18, value =>
        {
            _output = (_output | (value & 0xFFFF)) & ~(value >> 16);
            Drive();
        });
        chip.OnWrite(portB, value =>
        {
            chip[portB] = value;
            Drive();
        });
        chip.OnRead(portB + 0x10, () => (Wire.Clock ? 1u << 8 : 0) | (Wire.Data ? 1u << 9 : 0));

        void Drive()
        {
            uint mode = chip[portB];
            bool Level(int pin) => (mode >> (2 * pin) & 3) != 1 || (_output >> pin & 1) != 0;
            Wire.Drive(Level(8), Level(9));
        }
    }

    private void Control(uint value)
    {
        Chip[Base + 0x04] = value & ~((1u << 13) | (1u << 14));
        if (!_on || Dead) return;
        if ((value & (1u << 14)) != 0 && (value & (1u << 13)) == 0)
        {
            if ((_status & (1u << 6)) == 0) return;
            Stops++;
            (_status, _busy) = ((_status & ~(1u << 6)) | (1u << 5), false);
            return;
        }

        (_count, _reload, _index) = ((value >> 16) & 255, (value & (1u << 24)) != 0, 0);
        if ((value & (1u << 13)) == 0)
        {
            if ((_status & (1u << 7)) == 0) throw new InvalidOperationException("NBYTES is written outside of TCR");
            _status &= ~(1u << 7);
            Advance();
            return;
        }

        Starts++;
        (_busy, _reading) = (true, (value & (1u << 10)) != 0);
        _status &= ~((1u << 6) | (1u << 7));
        if (LoseArbitration) (_status, _busy) = (_status | (1u << 9), false);
        else if (((value >> 1) & 127) != Address) Refuse();
        else Advance();
    }

    // The hardware sends the stop by itself.
    private void Refuse()
    {
        Stops++;
        (_status, _busy) = (_status | (1u << 4) | (1u << 5), false);
    }

    private void Advance()
    {
        if (_index == _count) _status |= _reload ? 1u << 7 : 1u << 6;
        else if (!_reading) _status |= 2;
        else
        {
            Chip[Base + 0x24] = Next();
            _status |= 4;
        }
    }
}

/// <summary>TWIM0 of the nRF52840 (product specification, section 6.31), pins P0.27 and P0.26.</summary>
internal sealed class SimulatedNordicI2c : SimulatedI2cUnit
{
    private const uint Base = 0x40003000;
    private uint _output = uint.MaxValue;

    public SimulatedNordicI2c(SimulatedChip chip)
        : base(chip)
    {
        chip.OnWrite(Base + 0x000, _ => Start(Receive));
        chip.OnWrite(Base + 0x008, _ => Start(Transmit));
        chip.OnWrite(Base + 0x014, _ => Stop());
        chip.OnWrite(Base + 0x4C4, value => chip[Base + 0x4C4] &= ~value);
        chip.OnWrite(0x50000508, value => Drive(_output | value));
        chip.OnWrite(0x5000050C, value => Drive(_output & ~value));
        chip.OnRead(0x50000510, () => (Wire.Clock ? 1u << 27 : 0) | (Wire.Data ? 1u << 26 : 0));
        chip.OnWrite(0x50000700 + 4 * 27, value => Mode(27, value));
        chip.OnWrite(0x50000700 + 4 * 26, value => Mode(26, value));
    }

    private void Mode(int pin, uint value)
    {
        Chip[0x50000700 + 4 * (uint)pin] = value;
        Drive(_output);
    }

    private void Drive(uint output)
    {
        _output = output;
        bool Level(int pin) => (Chip[0x50000700 + 4 * (uint)pin] & 1) == 0 || (output >> pin & 1) != 0;
        Wire.Drive(Level(27), Level(26));
    }

    private void Start(Action part)
    {
        if (Chip[Base + 0x500] != 6 || Chip[Base + 0x508] != 27 || Chip[Base + 0x50C] != 26 || Chip[Base + 0x524] != 0x01980000) throw new InvalidOperationException("TWIM is not set up");
        if (Dead || Stuck) return;
        if (Chip[Base + 0x588] == Address) part();
        else
        {
            Starts++;
            Fail(2);
        }
    }

    private void Transmit()
    {
        Starts++;
        foreach (byte value in Chip.Memory(Chip[Base + 0x544], Chip[Base + 0x548]))
            if (!Take(value))
            {
                Fail(4);
                return;
            }

        uint shortcuts = Chip[Base + 0x200];
        if ((shortcuts & (1u << 7)) != 0) Receive();
        else if ((shortcuts & (1u << 9)) != 0) Stop();
    }

    private void Receive()
    {
        Starts++;
        uint count = Chip[Base + 0x538];
        if (count == 0) throw new InvalidOperationException("nothing is received");
        Span<byte> memory = Chip.Memory(Chip[Base + 0x534], count);
        for (int i = 0; i < memory.Length; i++) memory[i] = Next();
        if ((Chip[Base + 0x200] & (1u << 12)) != 0) Stop();
    }

    private void Fail(uint source)
    {
        Chip[Base + 0x4C4] |= source;
        Chip[Base + 0x124] = 1;
    }

    private void Stop()
    {
        if (Dead || Stuck) return;
        Stops++;
        Chip[Base + 0x104] = 1;
    }
}

/// <summary>I2C0 of the RP2350 (data sheet, section 12.2.17), pins GP5 and GP4.</summary>
internal sealed class SimulatedRp2350I2c : SimulatedI2cUnit
{
    private const uint Base = 0x40090000;
    private readonly Queue<byte> _received = new();
    private uint _raw, _source, _output, _enabled;
    private bool _active, _empty = true;

    public SimulatedRp2350I2c(SimulatedChip chip)
        : base(chip)
    {
        chip.OnWrite(Base + 0x10, Command);
        chip.OnRead(Base + 0x10, () => _received.Dequeue());
        chip.OnRead(Base + 0x34, () => _raw | (_empty && !Dead ? 1u << 4 : 0));
        chip.OnRead(Base + 0x40, () => _raw = 0);
        chip.OnRead(Base + 0x54, () => _raw &= ~(1u << 6));
        chip.OnRead(Base + 0x70, () => (_received.Count > 0 ? 8u : 0) | (_active || Stuck ? 1u << 5 : 0));
        chip.OnRead(Base + 0x80, () => _source);
        chip.OnWrite(Base + 0x6C, value =>
        {
            chip[Base + 0x6C] = value & 1;
            if ((value & 1) == 0 || (value & 2) != 0) _active = false;
        });

        // XOSC, clk_ref, resets: as far as the driver waits for them.
        chip.OnRead(0x40048004, () => 1u << 31);
        chip.OnRead(0x40010038, () => 4);
        chip[0x40020000] = 0x1FFFFFFF;
        chip.OnRead(0x40020008, () => ~chip[0x40020000]);

        chip.OnWrite(0xD0000018, value => Drive(_output | value, _enabled));
        chip.OnWrite(0xD0000020, value => Drive(_output & ~value, _enabled));
        chip.OnWrite(0xD0000038, value => Drive(_output, _enabled | value));
        chip.OnWrite(0xD0000040, value => Drive(_output, _enabled & ~value));
        chip.OnRead(0xD0000004, () => (Wire.Clock ? 1u << 5 : 0) | (Wire.Data ? 1u << 4 : 0));
        chip.OnWrite(0x40028000 + 8 * 5 + 4, value => Function(5, value));
        chip.OnWrite(0x40028000 + 8 * 4 + 4, value => Function(4, value));
    }

    private void Function(int pin, uint value)
    {
        Chip[0x40028000 + 8 * (uint)pin + 4] = value;
        Drive(_output, _enabled);
    }

    private void Drive(uint output, uint enabled)
    {
        (_output, _enabled) = (output, enabled);
        bool Level(int pin) => Chip[0x40028000 + 8 * (uint)pin + 4] != 5 || (enabled >> pin & 1) == 0 || (output >> pin & 1) != 0;
        Wire.Drive(Level(5), Level(4));
    }

    private void Command(uint value)
    {
        if ((Chip[Base + 0x6C] & 1) == 0 || (Chip[Base] & 0x167) != 0x163) throw new InvalidOperationException("the unit is off or no master of standard mode");
        if (Dead) return;
        if (!_active || (value & (1u << 10)) != 0) Starts++;
        bool first = !_active;
        _active = true;
        if (LoseArbitration) Abort(1u << 12);
        else if (first && Chip[Base + 0x04] != Address) Abort(1);
        else if ((value & (1u << 8)) != 0) _received.Enqueue(Next());
        else if (!Take((byte)value)) Abort(8);
        if (!_active || (value & (1u << 9)) == 0) return;
        Stops++;
        _raw |= 1u << 9;
        _active = false;
    }

    private void Abort(uint source)
    {
        _source = source;
        _active = false;
        _raw |= 1u << 6;
        if (source == 1u << 12) return;
        Stops++;
        _raw |= 1u << 9;
    }
}
