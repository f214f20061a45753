using System.Collections.Generic;

namespace EdgeSpike.Boards;

/// <summary>A board as boards/README.md describes it; every value has been checked by <see cref="BoardFile"/>.</summary>
public sealed record Board
{
    /// <summary>The file's name without its ending.</summary>
    public required string Name { get; init; }

    /// <summary>The board's name for people.</summary>
    public required string Title { get; init; }

    /// <summary>Core, as arm-none-eabi-gcc's -mcpu names it.</summary>
    public required string Core { get; init; }

    /// <summary>Clock after start-up, in Hz.</summary>
    public required long ClockHz { get; init; }

    /// <summary>Interrupts beyond the core's own sixteen.</summary>
    public required int Interrupts { get; init; }

    /// <summary>Flash, where the image and the model stand.</summary>
    public required MemoryRange Flash { get; init; }

    /// <summary>RAM: stack, statics, heap.</summary>
    public required MemoryRange Ram { get; init; }

    /// <summary>Further memories, which the firmware does not use.</summary>
    public required IReadOnlyList<MemoryRange> OtherMemories { get; init; }

    /// <summary>Part of flash for an uploaded model, or null.</summary>
    public MemoryRange? Slot { get; init; }

    /// <summary>How the slot's flash is written, one of <see cref="BoardFile.SlotDrivers"/>, or null.</summary>
    public string? SlotDriver { get; init; }

    /// <summary>Bytes of the stack.</summary>
    public required int StackBytes { get; init; }

    /// <summary>The UART of the host link.</summary>
    public required BoardUart Uart { get; init; }

    /// <summary>The digital pins' unit, or null.</summary>
    public BoardPeripheral? Gpio { get; init; }

    /// <summary>An I2C bus, or null.</summary>
    public BoardI2c? I2c { get; init; }

    /// <summary>An SPI bus, or null.</summary>
    public BoardSpi? Spi { get; init; }

    /// <summary>A timer beside SysTick, or null.</summary>
    public BoardPeripheral? Timer { get; init; }

    /// <summary>The watchdog, or null.</summary>
    public BoardWatchdog? Watchdog { get; init; }

    /// <summary>The faster clock that a program may ask for, or null.</summary>
    public BoardPll? Pll { get; init; }

    /// <summary>Pin of an LED, such as "PD12", or null.</summary>
    public string? Led { get; init; }

    /// <summary>Pins of buses by name, such as "i2c1.scl" to "PB6".</summary>
    public required IReadOnlyDictionary<string, string> Pins { get; init; }

    /// <summary>Words placed behind the vector table, such as the RP2350's image definition.</summary>
    public required IReadOnlyList<uint> ImageDefinition { get; init; }

    /// <summary>How the image gets onto the board.</summary>
    public required BoardFlashing Flashing { get; init; }

    /// <summary>QEMU's name for the machine, or null.</summary>
    public string? QemuMachine { get; init; }

    /// <summary>Which of QEMU's -serial options is the UART of the host link, from 0.</summary>
    public int QemuSerial { get; init; }

    /// <summary>Someone has run it on hardware.</summary>
    public required bool MetHardware { get; init; }

    /// <summary>True for the Armv8-M cores.</summary>
    public bool IsArmV8 => Core == "cortex-m33";

    /// <summary>Bytes of the vector table.</summary>
    public int VectorBytes => (16 + Interrupts) * 4;

    /// <summary>Bits of the size of the region around address 0 that no program may touch.</summary>
    /// <remarks>Where flash starts at 0, it ends within the vector table, which only the core itself reads.</remarks>
    public int NullGuardBits
    {
        get
        {
            int bits = 5;
            while (bits < 10 && (Flash.Origin != 0 || 2 << bits <= VectorBytes)) bits++;
            return bits;
        }
    }
}

/// <summary>A range of addresses.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Origin">First address.</param>
/// <param name="Bytes">Length.</param>
public sealed record MemoryRange(string Name, long Origin, long Bytes)
{
    /// <summary>The first address behind it.</summary>
    public long End => Origin + Bytes;

    /// <summary>True when both hold some address.</summary>
    public bool Overlaps(MemoryRange other) => other is not null && Origin < other.End && other.Origin < End;

    /// <summary>True when the other lies inside.</summary>
    public bool Contains(MemoryRange other) => other is not null && Origin <= other.Origin && other.End <= End;
}

/// <summary>The UART of the host link.</summary>
/// <param name="Driver">One of <see cref="BoardFile.UartDrivers"/>.</param>
/// <param name="Base">Address of its registers.</param>
/// <param name="ClockHz">Clock of its baud rate divider.</param>
/// <param name="Baud">Rate.</param>
/// <param name="Transmit">Pin, or null where there is nothing to choose.</param>
/// <param name="Receive">Pin, or null.</param>
/// <param name="Alternate">Number of the pins' alternate function.</param>
public sealed record BoardUart(string Driver, long Base, long ClockHz, int Baud, string? Transmit, string? Receive, int Alternate);

/// <summary>A unit of the chip.</summary>
/// <param name="Driver">Its driver in firmware/bare-metal/Drivers, from the list of its key in <see cref="BoardFile"/>.</param>
/// <param name="Base">Address of its registers.</param>
/// <param name="ClockHz">Its clock, 0 where the driver knows it.</param>
/// <param name="Enable">Register that enables the clocks of the ports, 0 where there is none.</param>
public sealed record BoardPeripheral(string Driver, long Base, long ClockHz, long Enable);

/// <summary>The watchdog.</summary>
/// <param name="Driver">One of <see cref="BoardFile.WatchdogDrivers"/>.</param>
/// <param name="Base">Address of its registers.</param>
/// <param name="ClockHz">Its clock, 0 where the driver knows it.</param>
/// <param name="TimeOutMilliseconds">Time without a request or an idle turn after which the application restarts.</param>
public sealed record BoardWatchdog(string Driver, long Base, long ClockHz, int TimeOutMilliseconds);

/// <summary>An I2C bus.</summary>
/// <param name="Driver">One of <see cref="BoardFile.I2cDrivers"/>.</param>
/// <param name="Base">Address of its registers, 0 for two pins.</param>
/// <param name="ClockHz">Its clock, 0 where there is none.</param>
/// <param name="Scl">Pin of the clock, or null.</param>
/// <param name="Sda">Pin of the data, or null.</param>
/// <param name="Alternate">Number of the pins' alternate function.</param>
public sealed record BoardI2c(string Driver, long Base, long ClockHz, string? Scl, string? Sda, int Alternate);

/// <summary>An SPI bus.</summary>
/// <param name="Driver">One of <see cref="BoardFile.SpiDrivers"/>.</param>
/// <param name="Base">Address of its registers.</param>
/// <param name="ClockHz">Its clock.</param>
/// <param name="Sck">Pin of the clock, or null.</param>
/// <param name="Miso">Pin of the input, or null.</param>
/// <param name="Mosi">Pin of the output, or null.</param>
/// <param name="Alternate">Number of the pins' alternate function.</param>
public sealed record BoardSpi(string Driver, long Base, long ClockHz, string? Sck, string? Miso, string? Mosi, int Alternate);

/// <summary>The clock that a program may ask for.</summary>
/// <param name="CrystalHz">The board's crystal, 0 for none.</param>
/// <param name="Hz">The processor's clock.</param>
public sealed record BoardPll(long CrystalHz, long Hz);

/// <summary>How an image gets onto a board.</summary>
/// <param name="Method">One of <see cref="BoardFile.FlashMethods"/>.</param>
/// <param name="Target">OpenOCD's board file, dfu-util's device, or null.</param>
/// <param name="Uf2Family">Family of a UF2 file, 0 for none.</param>
public sealed record BoardFlashing(string Method, string? Target, uint Uf2Family);
