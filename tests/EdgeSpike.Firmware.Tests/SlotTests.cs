using System;
using System.Buffers.Binary;
using System.Linq;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The second slot on the flash of each chip, by its registers.</summary>
public sealed class SlotTests
{
    private const uint Linked = 0x11223344, Table = 0x08001234;

    private readonly SimulatedChip _chip = new();

    /// <summary>Chip, start of the slot, bytes of a model, blocks that it takes.</summary>
    public static TheoryData<string, uint, int, int> Slots => new()
    {
        { "stm32f4", 0x080C0000, 5000, 1 }, { "stm32f4", 0x080C0000, 0x20000, 2 }, { "stm32f4", 0x080E0000, 128, 1 },
        { "stm32l4", 0x08100000, 5000, 2 }, { "stm32l4", 0x08101000, 4032, 1 }, { "stm32l4", 0x08101000, 4033, 2 },
        { "stm32h7", 0x08100000, 5001, 1 }, { "stm32h7", 0x08120000, 0x20000, 2 },
        { "nrf", 0x00080000, 5000, 2 }, { "nrf", 0x00081000, 9002, 3 },
    };

    [Theory]
    [MemberData(nameof(Slots))]
    public void An_upload_is_valid_once_it_is_whole(string chip, uint start, int bytes, int blocks)
    {
        (SlotFlash driver, SimulatedFlash flash) = Open(chip);
        ModelSlot slot = new(driver, start);
        byte[] model = new byte[bytes];
        new Random(bytes).NextBytes(model);
        Assert.Equal(0u, slot.Find(Linked, Table, 0x40000));
        for (int time = 0; time < 2; time++)
        {
            Assert.True(slot.Begin(bytes, Linked, Table));
            Assert.Equal(0u, slot.Find(Linked, Table, 0x40000));
            Send(slot, model);
            Assert.Equal(0u, slot.Find(Linked, Table, 0x40000));
            Assert.True(slot.End(FrameLine.Checksum(model, bytes)));
            Assert.Equal(start + 56, slot.Find(Linked, Table, 0x40000));
        }

        // The array: method table, length, bytes. Another image's upload, and one that is too long, are none.
        int at = (int)(start - Origin(chip));
        Assert.Equal(Table, BinaryPrimitives.ReadUInt32LittleEndian(flash.Content.AsSpan(at + 56)));
        Assert.Equal(bytes, BinaryPrimitives.ReadInt32LittleEndian(flash.Content.AsSpan(at + 60)));
        Assert.Equal(model, flash.Content[(at + 64)..][..bytes]);
        Assert.Equal(0u, slot.Find(Linked + 1, Table, 0x40000));
        Assert.Equal(0u, slot.Find(Linked, Table + 4, 0x40000));
        Assert.Equal(0u, slot.Find(Linked, Table, bytes - 1));

        // What was erased is the slot's blocks in order, twice, and nothing of the program.
        Assert.Equal(2 * blocks, flash.Erased.Count);
        Assert.Equal(start, flash.Erased[0].Address);
        Assert.Equal(flash.Erased[..blocks], flash.Erased[blocks..]);
        int end = at + flash.Erased[..blocks].Sum(b => b.Bytes);
        Assert.DoesNotContain(flash.Content[..at], b => b != 0x55);
        Assert.DoesNotContain(flash.Content[end..], b => b != 0x55);
    }

    [Theory]
    [InlineData("stm32f4", 0x080C0000)]
    [InlineData("stm32l4", 0x08100000)]
    [InlineData("stm32h7", 0x08100000)]
    [InlineData("nrf", 0x00080000)]
    public void An_upload_that_breaks_off_or_is_damaged_is_none(string chip, uint start)
    {
        (SlotFlash driver, SimulatedFlash flash) = Open(chip);
        ModelSlot slot = new(driver, start);
        byte[] model = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];
        Assert.True(slot.Begin(1000, Linked, Table));
        Send(slot, model);
        Assert.False(slot.End(FrameLine.Checksum(model, 1000) ^ 1));
        Assert.Equal(0u, slot.Find(Linked, Table, 0x40000));

        // Parts that are missing are ones, and the checksum tells.
        Assert.True(slot.Begin(1000, Linked, Table));
        Assert.True(slot.Write(224, model, 224, 224));
        Assert.False(slot.End(FrameLine.Checksum(model, 1000)));
        Assert.True(slot.Begin(1000, Linked, Table));
        Send(slot, model);
        Assert.True(slot.End(FrameLine.Checksum(model, 1000)));

        // A start over a valid one, broken off: after the reset there is none, and another start is in order.
        Assert.True(slot.Begin(1000, Linked, Table));
        Assert.Equal(0u, new ModelSlot(driver, start).Find(Linked, Table, 0x40000));
        Assert.NotEmpty(flash.Erased);
    }

    [Theory]
    [InlineData("stm32f4", 0x080C0000, true)]
    [InlineData("stm32l4", 0x08100000, true)]
    [InlineData("stm32h7", 0x08100000, true)]
    [InlineData("nrf", 0x00080000, false)]
    public void Flash_that_fails_or_hangs_is_told(string chip, uint start, bool reports)
    {
        (SlotFlash driver, SimulatedFlash flash) = Open(chip);
        ModelSlot slot = new(driver, start);
        byte[] model = new byte[224];
        flash.FailsAfter = 0;
        Assert.False(slot.Begin(224, Linked, Table));
        flash.FailsAfter = int.MaxValue;
        Assert.True(slot.Begin(224, Linked, Table));
        flash.FailsAfter = 0;
        Assert.False(slot.Write(0, model, 0, 224));
        flash.FailsAfter = int.MaxValue;

        // The error of one operation is not the next one's.
        if (reports) Assert.True(slot.Begin(224, Linked, Table));
        flash.Hangs = true;
        Assert.Equal(0, driver.EraseBlock(start));
        Assert.False(driver.Write(start + 32, model, 0, 32));
    }

    /// <summary>RM0090, table 5.</summary>
    [Theory]
    [InlineData(0x08000000, 0x4000)]
    [InlineData(0x0800C000, 0x4000)]
    [InlineData(0x08010000, 0x10000)]
    [InlineData(0x08020000, 0x20000)]
    [InlineData(0x080E0000, 0x20000)]
    [InlineData(0x08002000, 0)]
    [InlineData(0x08018000, 0)]
    [InlineData(0x08030000, 0)]
    [InlineData(0x08100000, 0)]
    public void Sectors_of_the_stm32f4_are_those_of_its_manual(uint address, int bytes)
    {
        (SlotFlash driver, SimulatedFlash flash) = Open("stm32f4");
        Assert.Equal(bytes, driver.EraseBlock(address));
        Assert.Equal(bytes == 0 ? [] : [(address, bytes)], flash.Erased);
    }

    [Theory]
    [InlineData("stm32l4", 0x080FF000)]
    [InlineData("stm32l4", 0x08100800)]
    [InlineData("stm32h7", 0x080E0000)]
    [InlineData("stm32h7", 0x08110000)]
    [InlineData("nrf", 0x00080800)]
    [InlineData("nrf", 0x00100000)]
    public void What_is_no_block_is_not_erased(string chip, uint address)
    {
        (SlotFlash driver, SimulatedFlash flash) = Open(chip);
        Assert.Equal(0, driver.EraseBlock(address));
        Assert.Empty(flash.Erased);
    }

    [Theory]
    [InlineData("stm32f4", 0x40023C00)]
    [InlineData("stm32l4", 0x40022000)]
    public void The_data_cache_is_emptied_and_on_again(string chip, uint register)
    {
        (SlotFlash driver, _) = Open(chip);
        _chip[register] = 0x0600;
        bool emptied = false;
        _chip.OnWrite(register, value =>
        {
            // DCRST only while DCEN is off (RM0090, 3.9.1; RM0432, 3.7.1).
            if ((value & (1u << 12)) != 0) emptied = (_chip[register] & (1u << 10)) == 0;
            _chip[register] = value;
        });
        Assert.NotEqual(0, driver.EraseBlock(chip == "stm32f4" ? 0x080C0000u : 0x08100000u));
        Assert.True(emptied);
        Assert.Equal(0x0600u, _chip[register]);
    }

    private static uint Origin(string chip) => chip switch { "stm32f4" => 0x08000000, "nrf" => 0, _ => 0x08100000 };

    private (SlotFlash Driver, SimulatedFlash Flash) Open(string chip) => chip switch
    {
        "stm32f4" => (new Stm32F4Flash(), new SimulatedF4Flash(_chip)),
        "stm32l4" => (new Stm32L4Flash(), new SimulatedL4Flash(_chip)),
        "stm32h7" => (new Stm32H7Flash(), new SimulatedH7Flash(_chip)),
        _ => (new NordicFlash(), new SimulatedNordicFlash(_chip)),
    };

    private static void Send(ModelSlot slot, byte[] model)
    {
        for (int at = 0; at < model.Length; at += 224) Assert.True(slot.Write(at, model, at, Math.Min(224, model.Length - at)));
    }
}
