using System;
using System.IO;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Every board file reads; every rule of boards/README.md has a file that breaks it.</summary>
public sealed class BoardFileTests
{
    private const string Good = """
        {
          "title": "A board", "core": "cortex-m4", "clockHz": 16000000, "interrupts": 82,
          "flash": { "origin": "0x08000000", "bytes": 65536 }, "ram": { "origin": "0x20000000", "bytes": 16384 },
          "stackBytes": 2048,
          "uart": { "driver": "stm32f4", "base": "0x40011000", "clockHz": 16000000, "baud": 115200, "transmit": "PA9", "receive": "PA10", "alternate": 7 },
          "flashing": { "method": "none" }, "metHardware": false
        }
        """;

    /// <summary>Names of all boards.</summary>
    public static TheoryData<string> Names => [.. Directory.GetFiles(Path.Combine(TestData.RepositoryRoot, "boards"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_board_reads(string name)
    {
        Board board = Images.Board(name);
        Assert.Equal(name, board.Name);
        Assert.False(board.MetHardware);
        string readme = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "boards", "README.md"));
        Assert.Contains($"| {name} |", readme);
    }

    [Fact]
    public void The_good_file_reads() => Assert.Equal(0x20000000, BoardFile.Parse("good.json", Good).Ram.Origin);

    [Theory]
    [InlineData("\"clockHz\": 16000000, ", "", "clockHz is missing")]
    [InlineData("cortex-m4", "cortex-m0", "core 'cortex-m0' is unknown")]
    [InlineData("\"0x20000000\"", "\"0x08008000\"", "overlaps flash")]
    [InlineData("\"title\"", "\"titel\"", "titel is not a key")]
    [InlineData("\"interrupts\": 82", "\"interrupts\": 481", "interrupts 481 is outside 0 to 480")]
    [InlineData("\"interrupts\": 82", "\"interrupts\": \"many\"", "interrupts is not a whole number")]
    [InlineData("\"0x08000000\"", "\"0x08000020\"", "is not a multiple of 512")]
    [InlineData("\"stackBytes\": 2048", "\"stackBytes\": 16384", "stackBytes 16384 does not fit")]
    [InlineData("\"stackBytes\": 2048", "\"stackBytes\": 2050", "is not a multiple of 8")]
    [InlineData("\"PA9\"", "\"A9\"", "uart.transmit 'A9' is not a pin")]
    [InlineData("\"transmit\": \"PA9\", ", "", "needs the pins")]
    [InlineData("\"none\"", "\"openocd\"", "flashing.target is missing")]
    [InlineData("\"none\"", "\"uf2\"", "flashing.uf2Family is missing")]
    [InlineData("\"metHardware\": false", "\"metHardware\": \"no\"", "neither true nor false")]
    [InlineData("\"metHardware\": false", "\"metHardware\": false, \"metHardware\": false", "stands twice")]
    [InlineData("\"stackBytes\": 2048,", "\"stackBytes\": 2048, \"modelSlot\": { \"origin\": \"0x08008000\", \"bytes\": 4096, \"driver\": \"stm32f4\" },", "modelSlot ends at")]
    [InlineData("\"bytes\": 65536", "\"bytes\": 65530", "whole blocks of 32")]
    [InlineData("\"baud\": 115200", "\"baud\": 4000000", "more than an eighth")]
    [InlineData("\"stackBytes\"", "\"i2c\": { \"driver\": \"spi\" }, \"stackBytes\"", "i2c.driver 'spi' is unknown")]
    [InlineData("\"stackBytes\"", "\"i2c\": { \"driver\": \"pins\", \"scl\": \"PB6\" }, \"stackBytes\"", "needs the pins")]
    [InlineData("\"stackBytes\"", "\"i2c\": { \"driver\": \"pins\", \"scl\": \"PB6\", \"sda\": \"PB6\" }, \"gpio\": { \"driver\": \"stm32\", \"base\": \"0x40020000\", \"enable\": \"0x40023830\" }, \"stackBytes\"", "i2c.sda PB6 is also i2c.scl")]
    [InlineData("\"stackBytes\"", "\"led\": \"PA10\", \"stackBytes\"", "led PA10 is also uart.receive")]
    [InlineData("\"stackBytes\"", "\"led\": \"PA9\", \"stackBytes\"", "led PA9 is also uart.transmit")]
    [InlineData("\"stackBytes\"", "\"pins\": { \"a\": \"PB1\", \"b\": \"PB01\" }, \"stackBytes\"", "pins.b PB01 is also pins.a")]
    [InlineData("\"stackBytes\"", "\"qemuSerial\": 8, \"stackBytes\"", "qemuSerial 8 is outside 0 to 7")]
    [InlineData("\"stackBytes\"", "\"i2c\": { \"driver\": \"pins\", \"scl\": \"PB6\", \"sda\": \"PB7\" }, \"stackBytes\"", "gpio is missing")]
    [InlineData("\"stackBytes\"", "\"i2c\": { \"driver\": \"sbcon\", \"base\": \"0x40022002\" }, \"stackBytes\"", "is not a multiple of 4")]
    [InlineData("\"stackBytes\"", "\"spi\": { \"driver\": \"stm32f4\", \"base\": \"0x40013000\", \"clockHz\": 16000000 }, \"stackBytes\"", "needs the pins")]
    [InlineData("\"stackBytes\"", "\"watchdog\": { \"driver\": \"cmsdk\", \"base\": \"0x40008000\" }, \"stackBytes\"", "watchdog.clockHz is missing")]
    [InlineData("\"stackBytes\"", "\"gpio\": { \"driver\": \"stm32\", \"base\": \"0x40020000\" }, \"stackBytes\"", "gpio.enable is missing")]
    [InlineData("\"stackBytes\"", "\"pll\": { \"crystalHz\": 8500000, \"hz\": 168000000 }, \"stackBytes\"", "is not 0 or 4 to 26 whole MHz")]
    [InlineData("\"stackBytes\"", "\"pll\": { \"crystalHz\": 8000000, \"hz\": 180000000 }, \"stackBytes\"", "is outside")]
    [InlineData("\"stackBytes\"", "\"led\": \"D12\", \"stackBytes\"", "is not a pin")]
    [InlineData("\"stackBytes\"", "\"modelSlot\": { \"origin\": \"0x0800C000\", \"bytes\": 16384 }, \"stackBytes\"", "modelSlot.driver is missing")]
    [InlineData("\"stackBytes\"", "\"modelSlot\": { \"origin\": \"0x0800E000\", \"bytes\": 8192, \"driver\": \"stm32f4\" }, \"stackBytes\"", "modelSlot.origin 0x0800E000 is no block")]
    [InlineData("\"stackBytes\"", "\"modelSlot\": { \"origin\": \"0x0800F000\", \"bytes\": 4096, \"driver\": \"stm32l4\" }, \"stackBytes\"", "from 0x08100000 on")]
    [InlineData("\"stackBytes\"", "\"watchdog\": { \"driver\": \"stm32\", \"base\": \"0x40003000\", \"timeOutMilliseconds\": 32769 }, \"stackBytes\"", "timeOutMilliseconds 32769 is outside 10 to 32768")]
    [InlineData("\"title\":", "title:", "is not JSON")]
    public void A_broken_file_is_refused_with_the_key_at_fault(string from, string to, string message)
    {
        Assert.Contains(from, Good);
        BoardException error = Assert.Throws<BoardException>(() => BoardFile.Parse("bad.json", Good.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(message, error.Message.Replace(": ", " ", StringComparison.Ordinal));
        Assert.StartsWith("bad.json", error.Where);
    }

    [Fact]
    public void A_missing_file_is_said() => Assert.Contains("can't be read", Assert.Throws<BoardException>(() => BoardFile.Read("nowhere.json")).Message);

    [Fact]
    public void A_model_that_does_not_fit_is_refused_before_the_build_with_both_numbers()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "m.esm");
        File.WriteAllBytes(path, Models.Random(3, TensorType.Int16, inputs: 40, hidden: 160));
        Board small = BoardFile.Parse("small.json", Good.Replace("65536", "32768", StringComparison.Ordinal));
        string flash = Assert.Throws<BoardException>(() => BoardGenerator.CheckFit(small, ModelHeader.Read(path))).Message;
        Assert.Contains("bytes of flash", flash);
        Assert.Contains("there are 32768", flash);
        Board tiny = BoardFile.Parse("tiny.json", Good.Replace("65536", "1048576", StringComparison.Ordinal).Replace("16384", "4096", StringComparison.Ordinal));
        Assert.Contains("there are 4096", Assert.Throws<BoardException>(() => BoardGenerator.CheckFit(tiny, ModelHeader.Read(path))).Message);
    }
}
