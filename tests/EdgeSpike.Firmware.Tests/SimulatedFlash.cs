using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace EdgeSpike.Firmware.Tests;

/// <summary>
/// Flash behind its registers, as the reference manual of each chip tells them: what is not erased, not unlocked, not enabled or not
/// written in whole units throws, as the chip would refuse it.
/// </summary>
internal abstract class SimulatedFlash
{
    private const int AccessesOfAnOperation = 5;
    private int _busy;

    protected SimulatedFlash(SimulatedChip chip, uint start, int bytes)
    {
        Chip = chip;
        Start = start;
        Content = new byte[bytes];
        Array.Fill(Content, (byte)0x55);            // an old program
        chip.OnRange(start, (uint)bytes, address => BinaryPrimitives.ReadUInt32LittleEndian(Content.AsSpan((int)(address - Start))), Program);
        chip.OnAccess(() => _busy -= _busy > 0 && !Hangs ? 1 : 0);
    }

    public byte[] Content { get; }

    /// <summary>Erased blocks: address and bytes.</summary>
    public List<(uint Address, int Bytes)> Erased { get; } = [];

    /// <summary>No operation ends any more.</summary>
    public bool Hangs { get; set; }

    /// <summary>Operations after which the hardware reports an error.</summary>
    public int FailsAfter { get; set; } = int.MaxValue;

    protected SimulatedChip Chip { get; }

    protected uint Start { get; }

    protected bool Busy => _busy > 0;

    protected bool Failed { get; set; }

    protected abstract void Program(uint address, uint value);

    protected void Erase(uint address, int bytes)
    {
        if (!Operate()) return;
        Content.AsSpan((int)(address - Start), bytes).Fill(0xFF);
        Erased.Add((address, bytes));
    }

    protected void Store(uint address, ReadOnlySpan<uint> words)
    {
        if (!Operate()) return;
        for (int i = 0; i < words.Length; i++)
        {
            Span<byte> place = Content.AsSpan((int)(address - Start) + 4 * i, 4);
            if (place.IndexOfAnyExcept((byte)0xFF) >= 0) throw new InvalidOperationException($"0x{address:X8} is written and not erased");
            BinaryPrimitives.WriteUInt32LittleEndian(place, words[i]);
        }
    }

    protected static void Require(bool sound, string what)
    {
        if (!sound) throw new InvalidOperationException(what);
    }

    private bool Operate()
    {
        Require(!Busy, "an operation is under way");
        _busy = AccessesOfAnOperation;
        if (FailsAfter-- > 0) return true;
        Failed = true;
        return false;
    }

    /// <summary>Key register and lock bit: two keys in order unlock, anything else is a defect.</summary>
    protected sealed class KeyedLock
    {
        private int _step;

        public bool Locked { get; set; } = true;

        public void Key(uint value)
        {
            Require(Locked && value == (_step == 0 ? 0x45670123u : 0xCDEF89ABu), $"key 0x{value:X8}");
            Locked = ++_step < 2;
            if (!Locked) _step = 0;
        }
    }
}

/// <summary>RM0090, section 3.9: FLASH_SR, FLASH_CR; table 5: sectors.</summary>
internal sealed class SimulatedF4Flash : SimulatedFlash
{
    private static readonly uint[] Sectors = [0x08000000, 0x08004000, 0x08008000, 0x0800C000, 0x08010000, 0x08020000, 0x08040000, 0x08060000, 0x08080000, 0x080A0000, 0x080C0000, 0x080E0000, 0x08100000];
    private readonly KeyedLock _lock = new();
    private uint _control;

    public SimulatedF4Flash(SimulatedChip chip)
        : base(chip, 0x08000000, 0x100000)
    {
        chip.OnWrite(0x40023C04, _lock.Key);
        chip.OnRead(0x40023C0C, () => (Busy ? 1u << 16 : 0) | (Failed ? 1u << 7 : 0));
        chip.OnWrite(0x40023C0C, value => Failed &= (value & (1u << 7)) == 0);
        chip.OnRead(0x40023C10, () => _lock.Locked ? 1u << 31 : _control);
        chip.OnWrite(0x40023C10, value =>
        {
            Require(!_lock.Locked && (!Busy || Hangs), "FLASH_CR is locked or busy");
            _control = value;
            _lock.Locked = (value & (1u << 31)) != 0;
            if ((value & (1u << 16)) == 0) return;
            Require((value & ~(0xFu << 3)) == ((1u << 16) | (2u << 8) | 2), $"FLASH_CR 0x{value:X8} erases no sector by words");
            uint sector = (value >> 3) & 15;
            Erase(Sectors[sector], (int)(Sectors[sector + 1] - Sectors[sector]));
        });
    }

    protected override void Program(uint address, uint value)
    {
        Require(!_lock.Locked && _control == ((2u << 8) | 1), $"FLASH_CR 0x{_control:X8} writes no words");
        Store(address, [value]);
    }
}

/// <summary>RM0432, section 3.7: FLASH_SR, FLASH_CR; double words.</summary>
internal sealed class SimulatedL4Flash : SimulatedFlash
{
    private readonly KeyedLock _lock = new();
    private uint _control, _first;
    private uint? _half;

    public SimulatedL4Flash(SimulatedChip chip)
        : base(chip, 0x08100000, 0x100000)
    {
        chip[0x40022020] = 1u << 22;
        chip.OnWrite(0x40022008, _lock.Key);
        chip.OnRead(0x40022010, () => (Busy ? 1u << 16 : 0) | (Failed ? 1u << 7 : 0));
        chip.OnWrite(0x40022010, value => Failed &= (value & (1u << 7)) == 0);
        chip.OnRead(0x40022014, () => _lock.Locked ? 1u << 31 : _control);
        chip.OnWrite(0x40022014, value =>
        {
            Require(!_lock.Locked && (!Busy || Hangs), "FLASH_CR is locked or busy");
            _control = value;
            _lock.Locked = (value & (1u << 31)) != 0;
            if ((value & (1u << 16)) == 0) return;
            Require((value & ~(0xFFu << 3)) == ((1u << 16) | (1u << 11) | 2), $"FLASH_CR 0x{value:X8} erases no page of the second bank");
            Erase(0x08100000 + 0x1000 * ((value >> 3) & 255), 0x1000);
        });
    }

    protected override void Program(uint address, uint value)
    {
        Require(!_lock.Locked && _control == 1, $"FLASH_CR 0x{_control:X8} writes nothing");
        if (_half is null)
        {
            Require(address % 8 == 0, $"0x{address:X8} begins no double word");
            (_first, _half) = (address, value);
            return;
        }

        Require(address == _first + 4, $"0x{address:X8} does not follow 0x{_first:X8}");
        Store(_first, [_half.Value, value]);
        _half = null;
    }
}

/// <summary>RM0433, section 4.9, second bank: FLASH_SR2, FLASH_CR2; words of 256 bits.</summary>
internal sealed class SimulatedH7Flash : SimulatedFlash
{
    private readonly KeyedLock _lock = new();
    private readonly List<uint> _words = [];
    private uint _control, _first;

    public SimulatedH7Flash(SimulatedChip chip)
        : base(chip, 0x08100000, 0x100000)
    {
        chip.OnWrite(0x52002104, _lock.Key);
        chip.OnRead(0x52002110, () => (Busy ? 5u : 0) | (_words.Count > 0 ? 2u : 0) | (Failed ? 1u << 18 : 0));
        chip.OnWrite(0x52002114, value => Failed &= (value & (1u << 18)) == 0);
        chip.OnRead(0x5200210C, () => _lock.Locked ? 1u : _control);
        chip.OnWrite(0x5200210C, value =>
        {
            Require(!_lock.Locked && (!Busy || Hangs), "FLASH_CR2 is locked or busy");
            _control = value;
            _lock.Locked = (value & 1) != 0;
            if ((value & (1u << 7)) == 0) return;
            Require((value & ~(7u << 8)) == ((1u << 7) | (3u << 4) | (1u << 2)), $"FLASH_CR2 0x{value:X8} erases no sector");
            Erase(0x08100000 + 0x20000 * ((value >> 8) & 7), 0x20000);
        });
    }

    protected override void Program(uint address, uint value)
    {
        Require(!_lock.Locked && _control == ((3u << 4) | 2), $"FLASH_CR2 0x{_control:X8} writes nothing");
        if (_words.Count == 0) _first = address;
        Require(_first % 32 == 0 && address == _first + 4 * (uint)_words.Count, $"0x{address:X8} is out of order");
        _words.Add(value);
        if (_words.Count < 8) return;
        Store(_first, [.. _words]);
        _words.Clear();
    }
}

/// <summary>nRF52840 product specification, section 4.3: CONFIG, ERASEPAGE, READY.</summary>
internal sealed class SimulatedNordicFlash : SimulatedFlash
{
    public SimulatedNordicFlash(SimulatedChip chip)
        : base(chip, 0, 0x100000)
    {
        chip.OnRead(0x4001E400, () => Busy ? 0u : 1);
        chip.OnWrite(0x4001E508, value =>
        {
            Require(chip[0x4001E504] == 2 && value % 0x1000 == 0, "no page is erased");
            Erase(value, 0x1000);
        });
    }

    protected override void Program(uint address, uint value)
    {
        Require(Chip[0x4001E504] == 1, "writing is off");
        Store(address, [value]);
    }
}
