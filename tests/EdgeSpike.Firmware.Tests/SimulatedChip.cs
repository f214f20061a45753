using System;
using System.Collections.Generic;

namespace EdgeSpike.Firmware
{
    using EdgeSpike.Firmware.Tests;

    /// <summary>Stands in for the firmware's Io.cs: every access goes to the simulated chip of this thread and takes it some clocks.</summary>
    internal static class Io
    {
        [ThreadStatic]
        private static SimulatedChip? _chip;

        public static SimulatedChip Chip { get => _chip ?? throw new InvalidOperationException("no chip"); set => _chip = value; }

        public static uint Read(uint address) => Chip.Read(address);

        public static void Write(uint address, uint value) => Chip.Write(address, value);

        public static uint ReadByte(uint address) => Chip.ReadByte(address);

        public static void WriteByte(uint address, uint value) => Chip.WriteByte(address, (byte)value);

        public static uint AddressOf(byte[] array, int index) => Chip.AddressOf(array, index);

        public static bool Await(uint address, uint mask, uint value)
        {
            for (int turn = 0; turn < 100; turn++)
                if ((Read(address) & mask) == value) return true;
            return false;
        }

        public static void Change(uint address, uint mask, uint value) => Write(address, (Read(address) & ~mask) | value);
    }

    /// <summary>Stands in for the firmware's Processor.cs.</summary>
    internal static class Processor
    {
        public static uint SysTickWraps() => Io.Chip.Wraps;
    }
}

namespace EdgeSpike.Firmware.Tests
{
    /// <summary>
    /// Registers of a chip: SysTick, plain memory for what only keeps its value, and units that watch reads and writes. Each access
    /// takes <see cref="ClocksPerAccess"/> clocks, so that what the drivers wait for happens in simulated time.
    /// </summary>
    internal sealed class SimulatedChip
    {
        private readonly Dictionary<uint, uint> _memory = [];
        private readonly Dictionary<uint, Func<uint>> _reads = [];
        private readonly Dictionary<uint, Action<uint>> _writes = [];
        private readonly List<Action> _clocked = [];
        private readonly Dictionary<uint, (Func<uint>? Read, Action<byte>? Write)> _bytes = [];
        private readonly List<byte[]> _arrays = [];
        private readonly HashSet<byte[]> _inFlash = [];
        private readonly List<(uint Start, uint Bytes, Func<uint, uint> Read, Action<uint, uint> Write)> _ranges = [];

        public SimulatedChip()
        {
            Io.Chip = this;
            OnRead(0xE000E018, () => (uint)((0x1000000 - (Clocks & 0xFFFFFF)) & 0xFFFFFF));
            OnRead(0xE000ED04, () => InterruptsOff && Wrapped != Served ? 1u << 26 : 0);
        }

        public long Clocks { get; set; }

        public int ClocksPerAccess { get; set; } = 8;

        public bool InterruptsOff { get; set; }

        public uint Served { get; private set; }

        public uint Wrapped => (uint)(Clocks >> 24);

        public uint Wraps
        {
            get
            {
                Clocks += ClocksPerAccess;
                if (!InterruptsOff) Served = Wrapped;
                return Served;
            }
        }

        public uint this[uint address] { get => _memory.GetValueOrDefault(address); set => _memory[address] = value; }

        public void OnRead(uint address, Func<uint> read) => _reads[address] = read;

        public void OnWrite(uint address, Action<uint> write) => _writes[address] = write;

        public void OnAccess(Action action) => _clocked.Add(action);

        /// <summary>Words of a memory.</summary>
        public void OnRange(uint start, uint bytes, Func<uint, uint> read, Action<uint, uint> write) => _ranges.Add((start, bytes, read, write));

        /// <summary>A register that takes single bytes only: a wider access is a defect.</summary>
        public void OnBytes(uint address, Func<uint>? read, Action<byte>? write)
        {
            _bytes[address] = (read, write);
            OnRead(address, () => throw new InvalidOperationException($"0x{address:X8} is read wider than a byte"));
            OnWrite(address, _ => throw new InvalidOperationException($"0x{address:X8} is written wider than a byte"));
        }

        public uint ReadByte(uint address)
        {
            Pass();
            return _bytes[address].Read!();
        }

        public void WriteByte(uint address, byte value)
        {
            Pass();
            _bytes[address].Write!(value);
        }

        /// <summary>Address of an array for hardware that reads memory itself: in RAM unless <see cref="PutInFlash"/> said otherwise.</summary>
        public uint AddressOf(byte[] array, int index)
        {
            int at = _arrays.FindIndex(a => ReferenceEquals(a, array));
            if (at < 0)
            {
                at = _arrays.Count;
                _arrays.Add(array);
            }

            return (_inFlash.Contains(array) ? 0u : 0x20000000) + 0x10000 * (uint)at + (uint)index;
        }

        public void PutInFlash(byte[] array) => _inFlash.Add(array);

        /// <summary>Memory at an address of RAM; anything else is a defect.</summary>
        public Span<byte> Memory(uint address, uint count) =>
            address >> 28 == 2 ? _arrays[(int)((address - 0x20000000) >> 16)].AsSpan((int)(address & 0xFFFF), (int)count) : throw new InvalidOperationException($"0x{address:X8} is not in RAM");

        public uint Read(uint address)
        {
            Pass();
            foreach ((uint start, uint bytes, Func<uint, uint> ranged, _) in _ranges)
                if (address - start < bytes) return ranged(address);
            return _reads.TryGetValue(address, out Func<uint>? read) ? read() : this[address];
        }

        public void Write(uint address, uint value)
        {
            Pass();
            foreach ((uint start, uint bytes, _, Action<uint, uint> ranged) in _ranges)
                if (address - start < bytes)
                {
                    ranged(address, value);
                    return;
                }

            if (_writes.TryGetValue(address, out Action<uint>? write)) write(value);
            else this[address] = value;
        }

        private void Pass()
        {
            Clocks += ClocksPerAccess;
            foreach (Action action in _clocked) action();
        }
    }

    /// <summary>Two open lines with pull-ups, and one I2C device that sees them bit by bit (UM10204, section 3.1).</summary>
    internal sealed class SimulatedWire
    {
        private bool _clock = true, _data = true, _sending, _addressed, _active;
        private int _bit, _shift;
        private bool _driveLow;

        /// <summary>What the master drives: true lets go.</summary>
        public bool MasterClock { get; private set; } = true;

        public bool MasterData { get; private set; } = true;

        public int Address { get; init; } = 0x68;

        /// <summary>Bytes written to the device, and those that it will send.</summary>
        public List<int> Written { get; } = [];

        public Queue<int> ToSend { get; } = new();

        /// <summary>Acknowledge of each byte sent, as the master gave it.</summary>
        public List<bool> Acknowledged { get; } = [];

        public int RefuseFrom { get; init; } = int.MaxValue;

        public int Starts { get; private set; }

        public int Stops { get; private set; }

        /// <summary>Rising clocks for which the data line is held low from now on, as by a device that was cut off while it sent.</summary>
        public int HoldData { get; set; }

        public bool HoldClock { get; set; }

        public bool Clock => MasterClock && !HoldClock;

        public bool Data => MasterData && !_driveLow && HoldData == 0;

        public void Drive(bool clock, bool data)
        {
            MasterClock = clock;
            MasterData = data;
            bool newClock = Clock, newData = Data;
            if (newClock && _clock && newData != _data) Condition(start: !newData);
            else if (newClock && !_clock) Rise(newData);
            else if (!newClock && _clock) Fall();
            _clock = Clock;
            _data = Data;
        }

        private void Condition(bool start)
        {
            if (start) Starts++;
            else Stops++;
            (_active, _bit, _shift, _sending, _addressed, _driveLow) = (start, 0, 0, false, false, false);
        }

        private void Rise(bool data)
        {
            if (HoldData is > 0 and < int.MaxValue) HoldData--;
            if (!_active) return;
            if (_bit == 8 && _sending)
            {
                Acknowledged.Add(!data);
                if (data) _active = false;
            }

            if (_bit < 8 && !_sending) _shift = (_shift << 1) | (data ? 1 : 0);
            _bit++;
        }

        private void Fall()
        {
            if (!_active)
            {
                _driveLow = false;
                return;
            }

            if (_bit == 9)
            {
                _bit = 0;
                if (_addressed && !_sending && _first is int first)
                {
                    _sending = (first & 1) != 0;
                    _first = null;
                }

                _shift = _sending ? ToSend.Dequeue() : 0;
            }

            if (_sending)
                _driveLow = _bit < 8 && ((_shift >> (7 - _bit)) & 1) == 0;
            else if (_bit == 8)
                _driveLow = Take();
            else
                _driveLow = false;
        }

        private int? _first;

        // A whole byte has come: whether it is acknowledged.
        private bool Take()
        {
            if (!_addressed)
            {
                _addressed = _shift >> 1 == Address;
                _active = _addressed;
                _first = _shift;
                return _addressed;
            }

            if (Written.Count >= RefuseFrom) return false;
            Written.Add(_shift);
            return true;
        }
    }

    /// <summary>I2C1 of the STM32F4 (RM0090, section 27.6) with one device, and its pins PB6 and PB7 on a <see cref="SimulatedWire"/>.</summary>
    internal sealed class SimulatedI2c
    {
        private const uint Base = 0x40005400;
        private const uint PortB = 0x40020400;
        private const int AccessesPerByte = 12;
        private readonly SimulatedChip _chip;
        private uint _control, _status, _output = 0xFFFF;
        private bool _busy, _receiving, _statusRead, _pendingAcknowledge = true, _shiftFull, _moreWanted;
        private int _data, _shift, _wait, _stopWait;

        public SimulatedI2c(SimulatedChip chip)
        {
            _chip = chip;
            chip.OnRead(Base + 0x00, () => _control);
            chip.OnWrite(Base + 0x00, Control);
            chip.OnRead(Base + 0x10, ReadData);
            chip.OnWrite(Base + 0x10, WriteData);
            chip.OnRead(Base + 0x14, () =>
            {
                _statusRead = true;
                return _status;
            });
            chip.OnWrite(Base + 0x14, value => _status &= value | 0xFF);
            chip.OnRead(Base + 0x18, ReadStatus2);
            chip.OnAccess(Pass);

            // Port B: the wire follows the pins while they are outputs (MODER 1).
            chip.OnWrite(PortB + 0x18, value =>
            {
                _output = (_output | (value & 0xFFFF)) & ~(value >> 16);
                DrivePins();
            });
            chip.OnWrite(PortB + 0x00, value =>
            {
                chip[PortB] = value;
                DrivePins();
            });
            chip.OnRead(PortB + 0x10, () => (Wire.Clock ? 1u << 6 : 0) | (Wire.Data ? 1u << 7 : 0));
        }

        public SimulatedWire Wire { get; init; } = new();

        public int Address { get; init; } = 0x68;

        /// <summary>Numbers of bytes after which the device refuses.</summary>
        public int RefuseFrom { get; init; } = int.MaxValue;

        /// <summary>No flag ever comes: the unit has no clock.</summary>
        public bool Dead { get; set; }

        public bool LoseArbitration { get; set; }

        public List<int> Written { get; } = [];

        public Queue<int> ToSend { get; } = new();

        public List<bool> Acknowledged { get; } = [];

        public int Starts { get; private set; }

        public int Stops { get; private set; }

        public int Resets { get; private set; }

        private void DrivePins()
        {
            uint mode = _chip[PortB];
            bool Level(int pin) => (mode >> (2 * pin) & 3) != 1 || (_output >> pin & 1) != 0;
            Wire.Drive(Level(6), Level(7));
        }

        private void Control(uint value)
        {
            if ((value & (1u << 15)) != 0)
            {
                Resets++;
                (_control, _status, _busy, _receiving, _shiftFull, _moreWanted, _stopWait) = (value, 0, false, false, false, false, 0);
                _pendingAcknowledge = true;
                return;
            }

            if (_stopWait > 0) throw new InvalidOperationException("CR1 written while STOP is under way (RM0090, 27.6.1)");
            _control = value;
            if ((value & 1) == 0 || Dead) return;
            if ((value & (1u << 8)) != 0)
            {
                _control &= ~(1u << 8);
                Starts++;
                _busy = true;
                _status = LoseArbitration ? 1u << 9 : 1;
                _moreWanted = false;

                // With POS the acknowledge of a byte is the one that stood when the byte before came, here the address.
                _pendingAcknowledge = (value & (1u << 10)) != 0;
            }

            if ((value & (1u << 9)) == 0) return;
            Stops++;
            _stopWait = 10;
            _busy = false;
            if (!_shiftFull && (_status & (1u << 6)) != 0) _moreWanted = false;
        }

        private uint ReadStatus2()
        {
            if (_statusRead && (_status & 2) != 0)
            {
                _status &= ~2u;
                if (_receiving)
                {
                    _moreWanted = true;
                    _wait = AccessesPerByte;
                }
                else
                {
                    _status |= 1u << 7;
                }
            }

            return _busy || !Wire.Data || !Wire.Clock ? 2u : 0;
        }

        private void WriteData(uint value)
        {
            if ((_status & 1) != 0)
            {
                _statusRead = false;
                _receiving = (value & 1) != 0;
                _status = value >> 1 == Address ? 2u : 1u << 10;
                return;
            }

            if ((_status & (1u << 7)) == 0) throw new InvalidOperationException("DR written while it is full");
            _status = Written.Count >= RefuseFrom ? 1u << 10 : (1u << 7) | (1u << 2);
            if (Written.Count < RefuseFrom) Written.Add((int)value);
        }

        private uint ReadData()
        {
            uint value = (uint)_data;
            _status &= ~((1u << 6) | (1u << 2));
            if (!_shiftFull) return value;
            (_shiftFull, _data) = (false, _shift);
            _status |= 1u << 6;
            _wait = AccessesPerByte;
            return value;
        }

        // A byte arrives in DR, or behind it in the shift register, where it holds the clock.
        private void Pass()
        {
            if (_stopWait > 0 && --_stopWait == 0) _control &= ~(1u << 9);
            if (!_moreWanted || _shiftFull || --_wait > 0) return;
            _wait = AccessesPerByte;
            bool acknowledge = (_control & (1u << 10)) != 0;
            (bool now, _pendingAcknowledge) = ((_control & (1u << 11)) != 0 ? _pendingAcknowledge : acknowledge, acknowledge);
            Acknowledged.Add(now);
            int value = ToSend.Count > 0 ? ToSend.Dequeue() : 0xFF;
            if (!now) _moreWanted = false;
            if ((_status & (1u << 6)) == 0)
            {
                _data = value;
                _status |= 1u << 6;
            }
            else
            {
                (_shift, _shiftFull) = (value, true);
                _status |= 1u << 2;
            }
        }
    }
}
