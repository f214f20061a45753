using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Link;
using EdgeSpike.Drivers;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The drivers in images: as far as QEMU's machines have the units, and their time-outs where it has none.</summary>
public sealed class HalImageTests(ITestOutputHelper output)
{
    private const int None = (int)BusError.None;
    private const int TimeOut = (int)BusError.TimeOut;
    private const int Argument = (int)BusError.Argument;

    private static readonly string Programs = Path.Combine(TestData.RepositoryRoot, "tests", "EdgeSpike.Firmware.Tests", "Device");

    [Theory]
    [InlineData("mps2-an385")]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an500")]
    [InlineData("mps2-an505")]
    public async Task Time_buses_and_watchdog_on_the_mps2(string name)
    {
        Dictionary<string, int> seen = await Run(name);
        Assert.Equal(0, seen["time.backwards"]);

        // Two clocks of the same rate over three wraps of SysTick: apart by the instructions from reading the one to reading the other,
        // two lines of output among them. 2,000 instructions are 6,400 ticks at 25 MHz, 256 µs.
        Assert.InRange(seen["time.ticks"], 3 * 0x1000000, 3 * 0x1000000 + 1000);
        Assert.InRange(seen["time.other"], seen["time.ticks"], seen["time.ticks"] + 6400);
        Assert.InRange(seen["time.wait"], 20000, 21000);

        // The touch screen's and the codec's buses have no device in QEMU: a whole address goes out and nobody takes it.
        Assert.Equal((int)BusError.AddressNotAcknowledged, seen["i2c.probe"]);
        Assert.Equal((int)BusError.AddressNotAcknowledged, seen["i2c.write"]);
        Assert.Equal((int)BusError.AddressNotAcknowledged, seen["i2c.writeread"]);
        Assert.Equal(Argument, seen["i2c.outside"]);
        Assert.Equal((None, 20, Argument), (seen["spi.error"], seen["spi.equal"], seen["spi.outside"]));

        // Fed for twice its period, then not: the record of the second start says so, and where.
        Assert.Equal((None, 20), (seen["watchdog.start"], seen["watchdog.fed"]));
        Assert.False(seen.ContainsKey("watchdog.silent"));
        Assert.Equal(34, seen["panic"]);
        Board board = Images.Board(name);
        Assert.InRange((long)seen["address"], board.Flash.Origin, board.Flash.End);
    }

    [Fact]
    public async Task On_the_netduino_what_does_not_answer_ends_in_time()
    {
        Dictionary<string, int> seen = await Run("netduinoplus2");
        Assert.Equal(0, seen["time.backwards"]);

        // QEMU's SysTick runs at 168 MHz here, ten times what the program believes, and so one look at it takes ten times as long.
        Assert.InRange(seen["time.wait"], 20000, 30000);
        Assert.Equal((TimeOut, 0, 16000000), (seen["clock.error"], seen["clock.source"], seen["clock.hz"]));
        Assert.Equal((TimeOut, TimeOut, TimeOut, Argument), (seen["i2c.probe"], seen["i2c.write"], seen["i2c.writeread"], seen["i2c.outside"]));

        // QEMU's SPI has no device and gives zeros.
        Assert.Equal((None, 0, Argument), (seen["spi.error"], seen["spi.equal"], seen["spi.outside"]));
        Assert.Equal((None, 0), (seen["watchdog.start"], seen["panic"]));
    }

    [Theory]
    [MemberData(nameof(BoardFileTests.Names), MemberType = typeof(BoardFileTests))]
    public void The_drivers_of_every_board_link(string name) => Assert.True(File.Exists(Image(name)));

    // A driver on a simulated sensor: whole samples in order, none lost, and nothing allocated.
    [Theory]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an505")]
    [InlineData("netduinoplus2")]
    public async Task Inertial_sensors_are_read_on_the_device(string name)
    {
        Dictionary<string, int> seen = await Run(name, "ImuProgram", name == "netduinoplus2" ? [] : ["-device", "lsm303dlhc_mag,address=0x1e"]);
        Assert.Equal(0, seen["panic"]);

        // The board's own bus: nobody takes the address on the MPS2; the Netduino's unit is missing in QEMU.
        Assert.Equal((int)(name == "netduinoplus2" ? ImuError.Bus : ImuError.NoSensor), seen["board"]);
        if (name != "netduinoplus2")
        {
            // The datasheet's identity "H43", and a mode that is kept.
            Assert.Equal((None, 0x483433), (seen["magnetometer.error"], seen["magnetometer.identity"]));
            Assert.Equal((None, None, 1), (seen["magnetometer.start"], seen["magnetometer.read"], seen["magnetometer.mode"]));
        }

        foreach (string sensor in (string[])["mpu6050", "mpu9250", "lsm6dsox", "icm20948", "bmi270", "bno055"])
        {
            Assert.Equal((0, 0, 0), (seen[sensor + ".open"], seen[sensor + ".wrong"], seen[sensor + ".allocated"]));
            Assert.Equal((0, 0), (seen[sensor + ".overflows"], seen[sensor + ".errors"]));
            Assert.True(seen[sensor + ".samples"] >= 5, sensor);
        }
    }

    private static string Image(string name, string program = "DriverProgram") => Images.Of(name, program, Images.Model, application: Path.Combine(Programs, program), among: program == "ImuProgram" ? ["mps2-an386", "mps2-an505", "netduinoplus2"] : [.. BoardFileTests.Names]);

    // Numbers by name, those of a second start over those of the first, until it says the end. 128 ns an instruction: the program sees its
    // own time, the same at every run, not that of a machine which may be busy with something else.
    private async Task<Dictionary<string, int>> Run(string name, string program = "DriverProgram", params string[] devices)
    {
        Images.RequireEmulator();
        string elf = Image(name, program);
        ProcessStartInfo start = new("qemu-system-arm", [.. EmulatedDevice.Arguments(Images.Board(name), "stdio", elf), "-icount", "shift=7", .. devices])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            Dictionary<string, int> seen = [];
            while (true)
            {
                string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
                output.WriteLine(line ?? "(nothing more)");
                if (line is null || line.StartsWith("end", StringComparison.Ordinal)) return seen;
                string[] parts = line.Split(' ');
                seen[parts[0]] = int.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }
        finally
        {
            process.Kill();
        }
    }
}
