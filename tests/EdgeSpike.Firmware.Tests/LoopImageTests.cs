using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using EdgeSpike.LoopDevice;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The control loop and the drivers of range, pressure and motors in images: the device decides in every step as the host does.</summary>
public sealed class LoopImageTests(ITestOutputHelper output)
{
    private static readonly string Application = Path.Combine(TestData.RepositoryRoot, "tests", "loop-device");

    [Theory]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an505")]
    public async Task The_device_decides_as_the_host_in_every_flight(string name)
    {
        Images.RequireEmulator();
        using TemporaryFolder folder = new();
        string elf = Images.Build(name, "loop", Images.Model, folder.Path, application: Application);
        Queue<(string Name, int Value)> lines = new(await Run(name, elf));
        foreach (FlightFault fault in Enum.GetValues<FlightFault>())
        {
            AltitudeScenario flight = new(fault, 12345, false);
            Assert.Equal(LoopError.None, flight.Fly());
            Assert.Equal(("error", 0), lines.Dequeue());
            Assert.Equal(("hash", (int)flight.Hash), lines.Dequeue());
            Assert.Equal(("detected", flight.Detected), lines.Dequeue());
            Assert.Equal(("tripped", flight.Tripped), lines.Dequeue());
            Assert.Equal(("recovered", flight.Recovered), lines.Dequeue());
            Assert.Equal(("output", flight.Loop.Guard.Output), lines.Dequeue());
        }

        // QEMU counts one nanosecond an instruction: exact, to a tick of the clock in 400 steps.
        Assert.Equal(("start", 0), lines.Dequeue());
        (string ticksName, int ticks) = lines.Dequeue();
        Assert.Equal("ticks", ticksName);
        Assert.Equal(("steps", 400), lines.Dequeue());
        Assert.Equal(("state", (int)GuardState.Running), lines.Dequeue());
        double instructions = ticks * (1e9 / Images.Board(name).ClockHz) / 400;
        output.WriteLine($"{name}: {instructions:F1} instructions a step of the loop");
        Assert.InRange(instructions, MostInstructions * 0.9, MostInstructions);

        Assert.Equal(("lidar", 1210), lines.Dequeue());
        Assert.Equal(("lidar.skipped", 2), lines.Dequeue());
        Assert.Equal(("calibration", 1), lines.Dequeue());
        Assert.Equal(("compensate", 0), lines.Dequeue());
        Assert.Equal(("pressure", 25767233), lines.Dequeue());      // 100653.25 Pa; 100653.27 in the data sheet's floating point
        Assert.Equal(("temperature", 2508), lines.Dequeue());
        Assert.Equal(("altitude", 56068), lines.Dequeue());
        Assert.Equal(("end", 0), lines.Dequeue());
        Assert.Empty(lines);
    }

    /// <summary>A step of the loop of <see cref="AltitudeScenario"/> takes at most so many: 0.18 % of a period of 10 Hz at 16 MHz.</summary>
    private const double MostInstructions = 2900;

    private static async Task<List<(string Name, int Value)>> Run(string name, string elf)
    {
        ProcessStartInfo start = new("qemu-system-arm", ["-M", Images.Board(name).QemuMachine!, "-icount", "shift=0", "-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel", elf])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            List<(string, int)> seen = [];
            while (true)
            {
                string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Endless.Limit, TestContext.Current.CancellationToken);
                Assert.NotNull(line);
                string[] parts = line.Split(' ');
                seen.Add((parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture)));
                if (parts[0] == "end") return seen;
            }
        }
        finally
        {
            process.Kill();
        }
    }
}
