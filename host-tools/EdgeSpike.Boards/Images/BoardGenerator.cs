using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// Writes what a build of firmware/bare-metal takes from a board and a model: linker script, constants for the assembler and for
/// C#, the list of operators, and the model as an object in flash. The same input gives the same bytes.
/// </summary>
public static class BoardGenerator
{
    /// <summary>Bytes below the stack that nothing may touch.</summary>
    private const int StackGuard = 32;

    /// <summary>Names of the runtime's operator classes by code (runtime/FORMAT.md).</summary>
    private static readonly string[] OperatorNames =
    [
        "", "Dense", "Sparse", "Convolve", "Pool", "Product", "Delay", "Neuron", "LoihiNeuron", "StateSpace", "Add", "Scale", "Count", "Maximum", "Sum", "Argmax",
        "LoihiSigmaDelta", "LoihiResonator", "AdaptiveNeuron",
    ];

    /// <summary>Codes of all operators.</summary>
    internal static IReadOnlyList<int> AllOperators { get; } = [.. Enumerable.Range(1, OperatorNames.Length - 1)];

    /// <summary>The board as an image sees it that takes no uploads: its flash is all its own.</summary>
    public static Board WithoutSlot(Board board)
    {
        ArgumentNullException.ThrowIfNull(board);
        return board with { Slot = null, SlotDriver = null };
    }

    /// <summary>The codes of operators by their names, with a plus between them.</summary>
    /// <exception cref="BoardException">There is no operator of a name.</exception>
    public static IReadOnlyList<int> Operators(string names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return [.. names.Split('+').Select(name => Array.IndexOf(OperatorNames, name) is > 0 and int code ? code : throw new BoardException($"operator '{name}'", "does not exist", $"there are {string.Join(", ", OperatorNames[1..])}"))];
    }

    /// <summary>Writes all files into a folder; files that would not change stay untouched.</summary>
    /// <param name="board">The board.</param>
    /// <param name="model">The model that is linked with the image.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="kind">What else the image is to run.</param>
    /// <param name="only">Codes of operators, instead of all of them, beside those of the model.</param>
    /// <exception cref="BoardException">The model does not fit the board, or is to be verified here and is refused.</exception>
    public static void Generate(Board board, ModelHeader model, string folder, ImageKind kind, IReadOnlyList<int>? only = null)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(model);
        bool allOperators = kind == ImageKind.AllOperators, verified = kind == ImageKind.VerifiedModel;
        if (verified) board = WithoutSlot(board);
        CheckFit(board, model, allOperators);
        if (verified) model.Verify();

        Directory.CreateDirectory(folder);
        IReadOnlyList<int> operators = !allOperators ? model.Operators : only is null ? AllOperators : [.. only.Union(model.Operators).Order()];
        Write(folder, "board.ld", LinkerScript(board));
        Write(folder, "board.inc", Constants(board));
        Write(folder, "Board.g.cs", Source(board));
        Write(folder, "OperatorFactory.g.cs", Factory(operators));
        Write(folder, "Features.g.cs", ModelFeatures.Source(model, allOperators, verifies: !verified));
        Write(folder, "features.inc", ModelFeatures.Constants(model, allOperators, verifies: !verified, operators));
        Write(folder, "model.s", ModelObject(model));
        Write(folder, "core.txt", board.Core + "\n");
        Write(folder, "model.esm", model.Bytes);
    }

    /// <summary>Says before the build what a model needs and the board lacks, as far as that is sure; <see cref="ImageFinisher"/> knows the rest.</summary>
    /// <exception cref="BoardException">It does not fit.</exception>
    public static void CheckFit(Board board, ModelHeader model, bool allOperators = false)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(model);
        int program = ProgramSize.Estimate(board, allOperators ? AllOperators : model.Operators);
        long flash = board.Flash.Bytes - (board.Slot?.Bytes ?? 0);
        if (model.Bytes.Length + (1 - ProgramSize.Tolerance) * program > flash)
            throw new BoardException(board.Name, $"the model needs {model.Bytes.Length} bytes of flash and the program about {program}, together {(long)model.Bytes.Length + program}; there are {Room(board, flash)}", "convert with narrower weights, or choose a board with more flash");
        long ramNeeded = 4L * model.ArenaWords + model.ObjectBytes + board.StackBytes + StackGuard;
        if (ramNeeded > board.Ram.Bytes)
            throw new BoardException(board.Name, $"the model needs an arena of {4L * model.ArenaWords} bytes, objects up to {model.ObjectBytes} and a stack of {board.StackBytes + StackGuard}, together {ramNeeded} bytes of ram; there are {board.Ram.Bytes}", "make the network smaller, or choose a board with more ram");
    }

    /// <summary>Bytes of flash, and why they are not all of it.</summary>
    internal static string Room(Board board, long flash) => board.Slot is null ? $"{flash}" : $"{flash}, without the slot for uploads of {board.Slot.Bytes}";

    private static string LinkerScript(Board board)
    {
        // Up to the next memory: what is too large is linked all the same, and ImageFinisher says by how much.
        long flash = Span(board, board.Flash), ram = Span(board, board.Ram);
        return FormattableString.Invariant($$"""
            /* {{board.Title}}. Generated from boards/{{board.Name}}.json. */
            MEMORY
            {
              FLASH (rx) : ORIGIN = 0x{{board.Flash.Origin:X8}}, LENGTH = 0x{{flash:X}}
              RAM (rw) : ORIGIN = 0x{{board.Ram.Origin:X8}}, LENGTH = 0x{{ram:X}}
            }
            PHDRS { flash PT_LOAD FLAGS(5); }
            ENTRY(Reset_Handler)
            SECTIONS
            {
              .flash :
              {
                vectors_start = .;
                KEEP(*(.vectors))
                KEEP(*(.image_definition))
                *(.text .text.*)
                . = ALIGN(16);
                *(.rodata .rodata.*)
                . = ALIGN(8);
                *(.data .data.*)        /* method tables and constants of ilc: never written, so they stay here */
                . = ALIGN(16);
              } > FLASH :flash
              .model : { KEEP(*(.model)) } > FLASH :flash

              /* RAM is cleared or painted by start-up; no part of it is loaded, so that a reset keeps .noinit. */
              .stack (NOLOAD) :
              {
                stack_guard = .;
                . += 32;
                stack_limit = .;
                stack_bottom = .;
                . += {{board.StackBytes}};
                stack_top = .;
              } > RAM :NONE
              .noinit (NOLOAD) : { *(.noinit) } > RAM :NONE
              .bss (NOLOAD) : ALIGN(8)
              {
                bss_start = .;
                *(.bss .bss.*) *(COMMON)
                . = ALIGN(8);
                heap_start = .;
              } > RAM :NONE
              heap_end = 0x{{board.Ram.End:X8}};
              slot_start = 0x{{board.Slot?.Origin ?? 0:X8}};
              slot_bytes = 0x{{board.Slot?.Bytes ?? 0:X}};
              /DISCARD/ : { *(.ARM.exidx*) *(.ARM.extab*) *(__modules) *(.comment) *(.note*) *(.ARM.attributes) *(.eh_frame*) }
            }
            
            """);
    }

    private static long Span(Board board, MemoryRange memory) =>
        ((IEnumerable<MemoryRange>)[board.Flash, board.Ram, .. board.OtherMemories]).Select(m => m.Origin).Where(origin => origin > memory.Origin).Append(memory.Origin + (256L << 20)).Min() - memory.Origin;

    private static string Constants(Board board)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"@ {board.Title}. Generated from boards/{board.Name}.json.\n");
        text.Append(CultureInfo.InvariantCulture, $"        .equ    BOARD_ARMV8, {(board.IsArmV8 ? 1 : 0)}\n");
        text.Append(CultureInfo.InvariantCulture, $"        .equ    BOARD_NULL_GUARD_BITS, {board.NullGuardBits}\n");
        text.Append(CultureInfo.InvariantCulture, $"        .equ    BOARD_NULL_GUARD, {1 << board.NullGuardBits}\n");
        text.Append("        .macro  board_interrupts\n");
        for (int i = 0; i < board.Interrupts; i++) text.Append(CultureInfo.InvariantCulture, $"        handler Interrupt{i}\n");
        text.Append("        .endm\n");
        if (board.ImageDefinition.Count > 0)
        {
            text.Append("        .section .image_definition, \"a\", %progbits\n        .balign 4\n");
            foreach (uint word in board.ImageDefinition) text.Append(CultureInfo.InvariantCulture, $"        .word   0x{word:X8}\n");
        }

        return text.ToString();
    }

    private static string Source(Board board)
    {
        (int port, int pin) transmit = Number(board.Uart.Transmit), receive = Number(board.Uart.Receive);
        string driver = board.Uart.Driver switch
        {
            "cmsdk" => "CmsdkUart",
            "stm32f4" => "Stm32F4Uart",
            "stm32" => "Stm32Uart",
            "nrf" => "NordicUart",
            _ => "Rp2350Uart",
        };
        return FormattableString.Invariant($$"""
            // {{board.Title}}. Generated from boards/{{board.Name}}.json.
            using EdgeSpike.Drivers;

            namespace EdgeSpike.Firmware;

            internal static class Board
            {
                public static BytePort OpenUart()
                {
                    UartSettings settings;
                    settings.Base = 0x{{board.Uart.Base:X8}};
                    settings.ClockHz = {{board.Uart.ClockHz}};
                    settings.Baud = {{board.Uart.Baud}};
                    settings.TransmitPort = {{transmit.port}};
                    settings.TransmitPin = {{transmit.pin}};
                    settings.ReceivePort = {{receive.port}};
                    settings.ReceivePin = {{receive.pin}};
                    settings.Alternate = {{board.Uart.Alternate}};
                    return new {{driver}}(settings);
                }

                public static System.ReadOnlySpan<byte> Name => "{{board.Name}}"u8;

                public static uint SlotStart => 0x{{board.Slot?.Origin ?? 0:X8}};

                public static int SlotBytes => {{board.Slot?.Bytes ?? 0}};

                public static SlotFlash OpenSlotFlash() => {{SlotFlash(board)}};

                public static uint I2cClockHz => {{board.I2c?.ClockHz ?? 0}};

                public static uint SpiClockHz => {{board.Spi?.ClockHz ?? 0}};

                public static uint PllCrystalHz => {{board.Pll?.CrystalHz ?? 0}};

                public static uint PllHz => {{board.Pll?.Hz ?? 0}};

                public static SysTickTime OpenTime() => new SysTickTime({{board.ClockHz}});

                public static TimeBase OpenTimer() => {{Timer(board)}};

                public static GpioPin OpenPin(int port, int pin) => {{AnyPin(board, "port", "pin")}};

                public static GpioPin OpenLed() => {{(board.Led is null ? "null" : NamedPin(board, board.Led))}};

                public static I2cBus OpenI2c(TimeBase time, uint clockHz)
                {
                    {{I2c(board)}}
                }

                public static SpiBus OpenSpi(TimeBase time, uint clockHz, uint rateHz, int mode)
                {
                    {{Spi(board)}}
                }

                public static Watchdog OpenWatchdog(TimeBase time) => {{Watchdog(board, "time")}};

                public static Watchdog StartWatchdog()
                {
                    {{StartWatchdog(board)}}
                }
            }
            
            """);
    }

    private static (int Port, int Pin) Number(string? pin) => pin is not null && PinNumber.TryParse(pin, out int port, out int number) ? (port, number) : (0, 0);

    private static string Hex(long? address) => string.Create(CultureInfo.InvariantCulture, $"0x{address ?? 0:X8}");

    private static string Timer(Board board) => board.Timer is null ? "null" : string.Create(CultureInfo.InvariantCulture, $"new CmsdkTimer({Hex(board.Timer.Base)}, {board.Timer.ClockHz})");

    private static string AnyPin(Board board, string port, string pin) => board.Gpio?.Driver switch
    {
        null => "null",
        "cmsdk" => $"new CmsdkPin({Hex(board.Gpio.Base)} + 0x1000 * (uint){port}, {pin})",
        "nrf" => $"new NordicPin({port}, {pin})",
        "rp2350" => $"new Rp2350Pin({pin})",
        _ => $"new Stm32GpioPin({Hex(board.Gpio.Base)}, {Hex(board.Gpio.Enable)}, {port}, {pin})",
    };

    private static string NamedPin(Board board, string? name)
    {
        (int port, int pin) = Number(name);
        return AnyPin(board, port.ToString(CultureInfo.InvariantCulture), pin.ToString(CultureInfo.InvariantCulture));
    }

    private static string I2c(Board board) => board.I2c?.Driver switch
    {
        null => "return null;",
        "sbcon" => $"return new SbconI2c(time, {Hex(board.I2c.Base)});",
        "pins" => $"PinI2c bus = new PinI2c(time, {NamedPin(board, board.I2c.Scl)}, {NamedPin(board, board.I2c.Sda)});\n        bus.Take();\n        return bus;",
        "nrf" => string.Create(CultureInfo.InvariantCulture, $"return new NordicI2c(time, {Hex(board.I2c.Base)}, {Index(board.I2c.Scl)}, {Index(board.I2c.Sda)});"),
        "rp2350" => string.Create(CultureInfo.InvariantCulture, $"return new Rp2350I2c(time, {Hex(board.I2c.Base)}, clockHz, {Index(board.I2c.Scl)}, {Index(board.I2c.Sda)});"),
        "stm32l4" => Stm32I2c(board, board.I2c, "0x40021058"),
        "stm32h7" => Stm32I2c(board, board.I2c, "0x580244E8"),
        _ => string.Create(CultureInfo.InvariantCulture, $"return new Stm32F4I2c(time, {Hex(board.I2c.Base)}, clockHz, {NamedPin(board, board.I2c.Scl)}, {NamedPin(board, board.I2c.Sda)}, {board.I2c.Alternate});"),
    };

    // The register enables the clock of the unit: RCC_APB1ENR1 of the L4+, RCC_APB1LENR of the H7.
    private static string Stm32I2c(Board board, BoardI2c bus, string enable) =>
        string.Create(CultureInfo.InvariantCulture, $"return new Stm32I2c(time, {Hex(bus.Base)}, {enable}, clockHz, {NamedPin(board, bus.Scl)}, {NamedPin(board, bus.Sda)}, {bus.Alternate});");

    /// <summary>A pin counted over ports of 32, as Nordic's units name it.</summary>
    private static int Index(string? pin)
    {
        (int port, int number) = Number(pin);
        return 32 * port + number;
    }

    private static string Spi(Board board)
    {
        if (board.Spi is null) return "return null;";
        string open = board.Spi.Driver switch
        {
            "nrf" => string.Create(CultureInfo.InvariantCulture, $"new NordicSpi(time, {Hex(board.Spi.Base)}, rateHz, mode, {Index(board.Spi.Sck)}, {Index(board.Spi.Miso)}, {Index(board.Spi.Mosi)})"),
            "stm32f4" => $"new Stm32Spi(time, {Hex(board.Spi.Base)}, fifo: false, clockHz, rateHz, mode)",
            "stm32l4" => $"new Stm32Spi(time, {Hex(board.Spi.Base)}, fifo: true, clockHz, rateHz, mode)",
            "stm32h7" => $"new Stm32H7Spi(time, {Hex(board.Spi.Base)}, clockHz, rateHz, mode)",
            _ => $"new Pl022Spi(time, {Hex(board.Spi.Base)}, clockHz, rateHz, mode)",
        };
        StringBuilder text = new();

        // SPI0 of the RP2350 is bit 18 of RESET, SPI1 the bit behind.
        if (board.Spi.Driver == "pl022-rp2350") text.Append(CultureInfo.InvariantCulture, $"Rp2350Unit.Start(1u << {18 + (board.Spi.Base - 0x40080000) / 0x8000});\n        ");
        foreach (string? pin in (string?[])[board.Spi.Sck, board.Spi.Miso, board.Spi.Mosi])
            if (board.Spi.Driver == "pl022-rp2350") text.Append(CultureInfo.InvariantCulture, $"Rp2350Unit.SetPin({Number(pin).Pin}, {board.Spi.Alternate});\n        ");
            else if (board.Spi.Driver.StartsWith("stm32", StringComparison.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"{NamedPin(board, pin)}.SetAlternate({board.Spi.Alternate});\n        ");
        return text.Append(CultureInfo.InvariantCulture, $"return {open};").ToString();
    }

    private static string SlotFlash(Board board) => board.SlotDriver switch
    {
        null => "null",
        "memory" => "new MemoryFlash()",
        "stm32f4" => "new Stm32F4Flash()",
        "stm32l4" => "new Stm32L4Flash()",
        "stm32h7" => "new Stm32H7Flash()",
        _ => "new NordicFlash()",
    };

    private static string StartWatchdog(Board board) => board.Watchdog is null
        ? "return null;"
        : string.Create(CultureInfo.InvariantCulture, $"Watchdog watchdog = {Watchdog(board, "OpenTime()")};\n        watchdog.Start({board.Watchdog.TimeOutMilliseconds});\n        return watchdog;");

    private static string Watchdog(Board board, string time) => board.Watchdog?.Driver switch
    {
        null => "null",
        "cmsdk" => string.Create(CultureInfo.InvariantCulture, $"new CmsdkWatchdog({Hex(board.Watchdog.Base)}, {board.Watchdog.ClockHz})"),
        "nrf" => "new NordicWatchdog()",
        _ => $"new Stm32Watchdog({time}, {Hex(board.Watchdog.Base)})",
    };

    private static string Factory(IEnumerable<int> operators)
    {
        StringBuilder text = new();
        text.Append("""
            // The operators of one model: the others are left out of the image. Generated; replaces runtime's OperatorFactory.cs.
            namespace EdgeSpike.Runtime;

            internal static class OperatorFactory
            {
                public static Operator Create(int code)
                {
                    switch (code)
                    {

            """);
        foreach (int code in operators)
            if (code >= 1 && code < OperatorNames.Length)
                text.Append(CultureInfo.InvariantCulture, $"            case {code}: return new {OperatorNames[code]}Operator();\n");
        text.Append("            default: return null;\n        }\n    }\n}\n");
        return text.ToString();
    }

    /// <summary>
    /// The file as the content of a byte[]: the array's method table, its length, the bytes. The bytes start at a multiple of 16, as
    /// the tensors in them do.
    /// </summary>
    private static string ModelObject(ModelHeader model) => FormattableString.Invariant($"""
                .syntax unified
                .section .model, "a", %progbits
                .balign 16
                .word   0, 0
                .global model_object
        model_object:
                .word   "_ZTV14__Array<UInt8>", {model.Bytes.Length}
                .incbin "model.esm"
                .balign 4
                .section .note.GNU-stack, "", %progbits
        
        """);

    private static void Write(string folder, string name, string text) => Write(folder, name, Encoding.UTF8.GetBytes(text));

    private static void Write(string folder, string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes)) return;
        File.WriteAllBytes(path, bytes);
    }
}
