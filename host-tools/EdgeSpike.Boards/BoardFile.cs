using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace EdgeSpike.Boards;

/// <summary>
/// Reads boards/*.json by the schema of boards/README.md and believes nothing: every key is known, present where it must be,
/// within its range, and memories don't overlap. The first violation is a <see cref="BoardException"/> with file and key.
/// </summary>
public sealed class BoardFile
{
    /// <summary>Drivers in firmware/bare-metal/Drivers.</summary>
    public static IReadOnlyList<string> UartDrivers { get; } = ["cmsdk", "stm32f4", "stm32", "nrf", "pl011-rp2350"];

    /// <summary>Drivers of digital pins.</summary>
    public static IReadOnlyList<string> GpioDrivers { get; } = ["cmsdk", "stm32", "nrf", "rp2350"];

    /// <summary>Drivers of I2C; "pins" is software on two pins of <see cref="GpioDrivers"/>.</summary>
    public static IReadOnlyList<string> I2cDrivers { get; } = ["sbcon", "stm32f4", "stm32l4", "stm32h7", "nrf", "rp2350", "pins"];

    /// <summary>Drivers of SPI.</summary>
    public static IReadOnlyList<string> SpiDrivers { get; } = ["pl022", "stm32f4", "stm32l4", "stm32h7", "nrf", "pl022-rp2350"];

    /// <summary>Drivers of timers.</summary>
    public static IReadOnlyList<string> TimerDrivers { get; } = ["cmsdk"];

    /// <summary>Drivers of watchdogs.</summary>
    public static IReadOnlyList<string> WatchdogDrivers { get; } = ["cmsdk", "stm32", "nrf"];

    /// <summary>Kinds of flash that hold a second slot.</summary>
    public static IReadOnlyList<string> SlotDrivers { get; } = ["memory", "stm32f4", "stm32l4", "stm32h7", "nrf"];

    /// <summary>Ways of flashing.</summary>
    public static IReadOnlyList<string> FlashMethods { get; } = ["none", "openocd", "st-flash", "dfu-util", "uf2"];

    private static readonly string[] Cores = ["cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"];

    private readonly string _file;

    private BoardFile(string file) => _file = file;

    /// <summary>Reads and checks one file.</summary>
    /// <exception cref="BoardException">It is not there, or breaks a rule.</exception>
    public static Board Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BoardException(path, "can't be read", "name a board of boards/ or the path of a board file", error);
        }

        return Parse(path, text);
    }

    /// <summary>Checks the text of a board file; the path gives the name and stands in messages.</summary>
    /// <exception cref="BoardException">It breaks a rule.</exception>
    public static Board Parse(string path, string text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException error)
        {
            throw new BoardException($"{path} line {error.LineNumber + 1}", "is not JSON", "compare it with another board's file", error);
        }

        using (document) return new BoardFile(path).ReadBoard(document.RootElement);
    }

    private Board ReadBoard(JsonElement root)
    {
        Known(root, "", "title", "core", "clockHz", "interrupts", "flash", "ram", "otherMemories", "modelSlot", "stackBytes", "uart", "gpio", "i2c", "spi", "timer", "watchdog", "pll", "led", "pins", "imageDefinition", "flashing", "qemuMachine", "qemuSerial", "metHardware");
        Board board = new()
        {
            Name = Path.GetFileNameWithoutExtension(_file),
            Title = Text(root, "", "title"),
            Core = OneOf(root, "", "core", Cores),
            ClockHz = Number(root, "", "clockHz", 1, 2_000_000_000),
            Interrupts = (int)Number(root, "", "interrupts", 0, 480),
            Flash = Memory(Required(root, "", "flash"), "flash"),
            Ram = Memory(Required(root, "", "ram"), "ram"),
            OtherMemories = [.. Items(root, "otherMemories").Select((item, i) => Memory(item, $"otherMemories[{i}]"))],
            Slot = root.TryGetProperty("modelSlot", out JsonElement slot) ? Memory(slot, "modelSlot", "driver") : null,
            SlotDriver = root.TryGetProperty("modelSlot", out _) ? OneOf(slot, "modelSlot", "driver", SlotDrivers) : null,
            StackBytes = (int)Number(root, "", "stackBytes", 512, 1 << 20),
            Uart = ReadUart(Required(root, "", "uart")),
            Gpio = ReadPeripheral(root, "gpio", GpioDrivers),
            I2c = ReadI2c(root),
            Spi = ReadSpi(root),
            Timer = ReadPeripheral(root, "timer", TimerDrivers),
            Watchdog = ReadWatchdog(root),
            Pll = ReadPll(root),
            Led = Pin(root, "", "led"),
            Pins = ReadPins(root),
            ImageDefinition = [.. Items(root, "imageDefinition").Select((item, i) => (uint)ToNumber(item, $"imageDefinition[{i}]", 0, uint.MaxValue))],
            Flashing = ReadFlashing(Required(root, "", "flashing")),
            QemuMachine = Optional(root, "", "qemuMachine"),
            QemuSerial = root.TryGetProperty("qemuSerial", out _) ? (int)Number(root, "", "qemuSerial", 0, 7) : 0,
            MetHardware = Required(root, "", "metHardware").ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw Wrong("metHardware", "is neither true nor false", "write false until someone has run it on the board"),
            },
        };

        if (board.Gpio is null && board.I2c?.Driver == "pins") throw Wrong("gpio", "is missing", "i2c.driver pins asks for it");
        foreach ((string bus, string? driver) in ((string, string?)[])[("i2c", board.I2c?.Driver), ("spi", board.Spi?.Driver)])
            if (driver?.StartsWith("stm32", StringComparison.Ordinal) == true && board.Gpio?.Driver != "stm32") throw Wrong("gpio.driver", "is not stm32", $"{bus}.driver {driver} asks for it");
        CheckPins(board);
        MemoryRange[] memories = [board.Flash, board.Ram, .. board.OtherMemories];
        for (int i = 0; i < memories.Length; i++)
            for (int j = 0; j < i; j++)
                if (memories[i].Overlaps(memories[j]))
                    throw Wrong(memories[i].Name, $"0x{memories[i].Origin:X8}..0x{memories[i].End:X8} overlaps {memories[j].Name} 0x{memories[j].Origin:X8}..0x{memories[j].End:X8}", "correct origin or bytes");
        if (board.Slot is { } place && !board.Flash.Contains(place))
            throw Wrong("modelSlot", $"0x{place.Origin:X8}..0x{place.End:X8} is outside flash 0x{board.Flash.Origin:X8}..0x{board.Flash.End:X8}", "place it at the end of flash");
        if (board.Slot is { } last && last.End != board.Flash.End) throw Wrong("modelSlot", $"ends at 0x{last.End:X8}, flash at 0x{board.Flash.End:X8}", "place it at the end of flash");
        CheckSlot(board);
        if (board.StackBytes % 8 != 0) throw Wrong("stackBytes", $"{board.StackBytes} is not a multiple of 8", "round it up");
        if (board.StackBytes + 256 > board.Ram.Bytes) throw Wrong("stackBytes", $"{board.StackBytes} does not fit {board.Ram.Bytes} bytes of ram", "make it smaller");

        // The vector table's alignment is its size rounded up to a power of two (Armv7-M, VTOR).
        long alignment = 128;
        while (alignment < board.VectorBytes) alignment *= 2;
        if (board.Flash.Origin % alignment != 0) throw Wrong("flash.origin", $"0x{board.Flash.Origin:X8} is not a multiple of {alignment}, which {board.Interrupts} interrupts ask for", "correct it");
        if (board.Flashing.Method == "uf2" && board.Flashing.Uf2Family == 0) throw Wrong("flashing.uf2Family", "is missing", "give the family that the board's boot loader takes");
        return board;
    }

    /// <summary>A pin serves one purpose: what is opened second would take it from the first.</summary>
    private void CheckPins(Board board)
    {
        Dictionary<string, string> taken = new(StringComparer.Ordinal);
        IEnumerable<(string Key, string? Pin)> uses =
        [
            ("uart.transmit", board.Uart.Transmit), ("uart.receive", board.Uart.Receive), ("i2c.scl", board.I2c?.Scl), ("i2c.sda", board.I2c?.Sda),
            ("spi.sck", board.Spi?.Sck), ("spi.miso", board.Spi?.Miso), ("spi.mosi", board.Spi?.Mosi), ("led", board.Led), .. board.Pins.Select(p => ($"pins.{p.Key}", (string?)p.Value)),
        ];
        foreach ((string key, string? pin) in uses)
            if (pin is not null && PinNumber.TryParse(pin, out int port, out int number) && !taken.TryAdd($"{port}.{number}", key))
                throw Wrong(key, $"{pin} is also {taken[$"{port}.{number}"]}", "look at the board's schematic and correct one");
    }

    private BoardUart ReadUart(JsonElement uart)
    {
        Known(uart, "uart", "driver", "base", "clockHz", "baud", "transmit", "receive", "alternate");
        BoardUart read = new(
            OneOf(uart, "uart", "driver", UartDrivers),
            Number(uart, "uart", "base", 0x1000, uint.MaxValue),
            Number(uart, "uart", "clockHz", 1, 2_000_000_000),
            (int)Number(uart, "uart", "baud", 1200, 12_000_000),
            Pin(uart, "uart", "transmit"),
            Pin(uart, "uart", "receive"),
            Alternate(uart, "uart"));
        if (read.Driver != "cmsdk" && (read.Transmit is null || read.Receive is null)) throw Wrong("uart", $"driver {read.Driver} needs the pins", "give uart.transmit and uart.receive");
        if (read.ClockHz < 8L * read.Baud) throw Wrong("uart.baud", $"{read.Baud} is more than an eighth of {read.ClockHz} Hz", "make it smaller");
        return read;
    }

    private BoardPeripheral? ReadPeripheral(JsonElement root, string key, IReadOnlyList<string> drivers)
    {
        if (!root.TryGetProperty(key, out JsonElement unit)) return null;
        Known(unit, key, "driver", "base", "clockHz", "enable");
        BoardPeripheral read = new(OneOf(unit, key, "driver", drivers), Address(unit, key, "base"), OptionalHz(unit, key), unit.TryGetProperty("enable", out _) ? Address(unit, key, "enable") : 0);
        if (read.ClockHz == 0 && key != "gpio" && read.Driver == "cmsdk") throw Wrong($"{key}.clockHz", "is missing", "driver cmsdk asks for it");
        if (read.Enable == 0 && key == "gpio" && read.Driver == "stm32") throw Wrong($"{key}.enable", "is missing", "driver stm32 asks for it");
        return read;
    }

    private BoardWatchdog? ReadWatchdog(JsonElement root)
    {
        if (!root.TryGetProperty("watchdog", out JsonElement unit)) return null;
        Known(unit, "watchdog", "driver", "base", "clockHz", "timeOutMilliseconds");
        string driver = OneOf(unit, "watchdog", "driver", WatchdogDrivers);
        long hz = OptionalHz(unit, "watchdog");
        if (hz == 0 && driver == "cmsdk") throw Wrong("watchdog.clockHz", "is missing", "driver cmsdk asks for it");

        // What the drivers can count: 32 bits of the clock, 4096 times 256 clocks of 32 kHz, an hour.
        long most = driver switch { "cmsdk" => uint.MaxValue / ((hz + 999) / 1000), "stm32" => 32768, _ => 3600000 };
        long timeOut = unit.TryGetProperty("timeOutMilliseconds", out _) ? Number(unit, "watchdog", "timeOutMilliseconds", 10, most) : Math.Min(30000, most);
        return new BoardWatchdog(driver, Address(unit, "watchdog", "base"), hz, (int)timeOut);
    }

    /// <summary>A slot starts where a block of its flash does, and the program does not run from a bank that is being written.</summary>
    private void CheckSlot(Board board)
    {
        if (board.Slot is not { } slot) return;
        (long first, long block) = board.SlotDriver switch
        {
            "stm32f4" => (0x08000000, slot.Origin < 0x08010000 ? 0x4000 : slot.Origin < 0x08020000 ? 0x10000 : 0x20000),
            "stm32l4" => (0x08100000, 0x1000),
            "stm32h7" => (0x08100000, 0x20000),
            _ => (0L, 0x1000),
        };
        if (slot.Origin < first || slot.Origin % block != 0)
            throw Wrong("modelSlot.origin", $"0x{slot.Origin:X8} is no block of driver {board.SlotDriver}", $"take a multiple of 0x{block:X} from 0x{first:X8} on");
    }

    private BoardI2c? ReadI2c(JsonElement root)
    {
        if (!root.TryGetProperty("i2c", out JsonElement bus)) return null;
        Known(bus, "i2c", "driver", "base", "clockHz", "scl", "sda", "alternate");
        string driver = OneOf(bus, "i2c", "driver", I2cDrivers);
        BoardI2c read = new(driver, driver == "pins" ? 0 : Address(bus, "i2c", "base"), OptionalHz(bus, "i2c"), Pin(bus, "i2c", "scl"), Pin(bus, "i2c", "sda"), Alternate(bus, "i2c"));
        if (driver != "sbcon" && (read.Scl is null || read.Sda is null)) throw Wrong("i2c", $"driver {driver} needs the pins", "give i2c.scl and i2c.sda");
        if (driver is "stm32l4" or "stm32h7" && (read.ClockHz % 4_000_000 != 0 || read.ClockHz is < 4_000_000 or > 64_000_000)) throw Wrong("i2c.clockHz", $"{read.ClockHz} is no multiple of 4000000 up to 64000000", "give the clock of the bus");
        if (driver == "rp2350" && read.ClockHz is not (>= 2_000_000 and <= 200_000_000)) throw Wrong("i2c.clockHz", $"{read.ClockHz} is outside 2000000 to 200000000", "give clk_sys");
        if (driver == "stm32f4" && read.ClockHz is < 2_000_000 or > 50_000_000) throw Wrong("i2c.clockHz", $"{read.ClockHz} is outside 2000000 to 50000000", "give the clock of the bus");
        return read;
    }

    private BoardSpi? ReadSpi(JsonElement root)
    {
        if (!root.TryGetProperty("spi", out JsonElement bus)) return null;
        Known(bus, "spi", "driver", "base", "clockHz", "sck", "miso", "mosi", "alternate");
        BoardSpi read = new(OneOf(bus, "spi", "driver", SpiDrivers), Address(bus, "spi", "base"), Number(bus, "spi", "clockHz", 1, 2_000_000_000),
            Pin(bus, "spi", "sck"), Pin(bus, "spi", "miso"), Pin(bus, "spi", "mosi"), Alternate(bus, "spi"));
        if (read.Driver != "pl022" && (read.Sck is null || read.Miso is null || read.Mosi is null)) throw Wrong("spi", $"driver {read.Driver} needs the pins", "give spi.sck, spi.miso and spi.mosi");
        if (read.Driver == "pl022-rp2350" && read.Base is not (0x40080000 or 0x40088000)) throw Wrong("spi.base", $"0x{read.Base:X8} is no SPI of the RP2350", "give 0x40080000 or 0x40088000");
        return read;
    }

    private BoardPll? ReadPll(JsonElement root)
    {
        if (!root.TryGetProperty("pll", out JsonElement pll)) return null;
        Known(pll, "pll", "crystalHz", "hz");
        BoardPll read = new(Number(pll, "pll", "crystalHz", 0, 26_000_000), Number(pll, "pll", "hz", 25_000_000, 168_000_000));
        if (read.CrystalHz is > 0 and < 4_000_000 || read.CrystalHz % 1_000_000 != 0) throw Wrong("pll.crystalHz", $"{read.CrystalHz} is not 0 or 4 to 26 whole MHz", "correct it");
        return read.Hz % 1_000_000 == 0 ? read : throw Wrong("pll.hz", $"{read.Hz} is not whole MHz", "correct it");
    }

    private long Address(JsonElement parent, string at, string key)
    {
        long address = Number(parent, at, key, 0x1000, uint.MaxValue);
        return address % 4 == 0 ? address : throw Wrong(Key(at, key), $"0x{address:X8} is not a multiple of 4", "correct it");
    }

    private long OptionalHz(JsonElement parent, string at) => parent.TryGetProperty("clockHz", out _) ? Number(parent, at, "clockHz", 1, 2_000_000_000) : 0;

    private int Alternate(JsonElement parent, string at) => parent.TryGetProperty("alternate", out _) ? (int)Number(parent, at, "alternate", 0, 31) : 0;

    private BoardFlashing ReadFlashing(JsonElement flashing)
    {
        Known(flashing, "flashing", "method", "target", "uf2Family");
        BoardFlashing read = new(
            OneOf(flashing, "flashing", "method", FlashMethods),
            Optional(flashing, "flashing", "target"),
            flashing.TryGetProperty("uf2Family", out _) ? (uint)Number(flashing, "flashing", "uf2Family", 1, uint.MaxValue) : 0);
        if (read.Method is "openocd" or "dfu-util" && read.Target is null) throw Wrong("flashing.target", "is missing", $"{read.Method} asks for it");
        return read;
    }

    private Dictionary<string, string> ReadPins(JsonElement root)
    {
        Dictionary<string, string> pins = new(StringComparer.Ordinal);
        if (!root.TryGetProperty("pins", out JsonElement element)) return pins;
        if (element.ValueKind != JsonValueKind.Object) throw Wrong("pins", "is not an object", "write { \"i2c1.scl\": \"PB6\" }");
        foreach (JsonProperty pin in element.EnumerateObject()) pins.Add(pin.Name, Pin(element, "pins", pin.Name)!);
        return pins;
    }

    private MemoryRange Memory(JsonElement memory, string name, params ReadOnlySpan<string> more)
    {
        Known(memory, name, ["origin", "bytes", .. more]);
        MemoryRange range = new(name, Number(memory, name, "origin", 0, uint.MaxValue), Number(memory, name, "bytes", 1024, 1L << 30));
        if (range.End > 1L << 32) throw Wrong(name, $"ends at 0x{range.End:X}, beyond 32 bits", "correct origin or bytes");
        if (range.Origin % 32 != 0 || range.Bytes % 32 != 0) throw Wrong(name, "is not made of whole blocks of 32 bytes", "round origin and bytes");
        return range;
    }

    /// <summary>A pin such as PB6, P0.06 or GP0; null when the key is absent.</summary>
    private string? Pin(JsonElement parent, string at, string key)
    {
        string? pin = Optional(parent, at, key);
        if (pin is null || PinNumber.TryParse(pin, out _, out _)) return pin;
        throw Wrong(Key(at, key), $"'{pin}' is not a pin", "write it as PB6, P0.06 or GP0");
    }

    private JsonElement[] Items(JsonElement root, string key)
    {
        if (!root.TryGetProperty(key, out JsonElement list)) return [];
        return list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : throw Wrong(key, "is not a list", "write it in square brackets");
    }

    private JsonElement Required(JsonElement parent, string at, string key) =>
        parent.TryGetProperty(key, out JsonElement value) ? value : throw Wrong(Key(at, key), "is missing", "add it; boards/README.md lists the keys");

    private void Known(JsonElement parent, string at, params ReadOnlySpan<string> keys)
    {
        if (parent.ValueKind != JsonValueKind.Object) throw Wrong(at.Length == 0 ? "the file" : at, "is not an object", "boards/README.md shows its keys");
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty property in parent.EnumerateObject())
        {
            if (!keys.Contains(property.Name)) throw Wrong(Key(at, property.Name), "is not a key of the schema", "correct its spelling; boards/README.md lists the keys");
            if (!seen.Add(property.Name)) throw Wrong(Key(at, property.Name), "stands twice", "remove one");
        }
    }

    private string Text(JsonElement parent, string at, string key)
    {
        JsonElement value = Required(parent, at, key);
        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return string.IsNullOrWhiteSpace(text) ? throw Wrong(Key(at, key), "is not a text", "write it in quotes") : text;
    }

    private string? Optional(JsonElement parent, string at, string key) => parent.TryGetProperty(key, out _) ? Text(parent, at, key) : null;

    private string OneOf(JsonElement parent, string at, string key, IReadOnlyList<string> choices)
    {
        string text = Text(parent, at, key);
        return choices.Contains(text) ? text : throw Wrong(Key(at, key), $"'{text}' is unknown", $"choose {string.Join(", ", choices)}");
    }

    private long Number(JsonElement parent, string at, string key, long least, long most) => ToNumber(Required(parent, at, key), Key(at, key), least, most);

    /// <summary>A number, or a text in hexadecimal such as "0x20000000".</summary>
    private long ToNumber(JsonElement value, string key, long least, long most)
    {
        long number = 0;
        bool read = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String when value.GetString() is ['0', 'x', .. string digits] => long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        if (!read) throw Wrong(key, "is not a whole number", "write 4096 or \"0x1000\"");
        return number >= least && number <= most ? number : throw Wrong(key, $"{number} is outside {least} to {most}", "correct it");
    }

    private static string Key(string at, string key) => at.Length == 0 ? key : $"{at}.{key}";

    private BoardException Wrong(string key, string what, string remedy) => new($"{_file} {key}", what, remedy);
}
