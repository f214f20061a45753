using System;
using System.Globalization;
using System.IO;
using System.Linq;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.InstructionCounts;

/// <summary>What 2 s of a wrist's motion, 331 neurons, cost on a Cortex-M4 in instructions and in memory.</summary>
/// <remarks>The image checks the checksum of every tick itself, of the windows inside the model.</remarks>
public sealed class HarCounts(ITestOutputHelper output)
{
    /// <summary>10 ms at 120 MHz, one instruction a cycle.</summary>
    private const int Budget = 1_200_000;

    /// <summary>To be changed with a reason.</summary>
    private const long Expected = 800_154;

    [Fact]
    public void A_window_takes_ten_milliseconds_and_eight_kilobytes()
    {
        L2muCounts.Require("arm-none-eabi-gcc", "gcc-arm-none-eabi");
        L2muCounts.Require("qemu-system-arm", "qemu-system-arm");
        byte[] model = File.ReadAllBytes(Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "har", "har.esm"));
        Interpreter interpreter = new();
        Assert.Equal(ModelError.None, interpreter.Load(model, 2048, 100_000));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgespike-counts-");
        try
        {
            InstructionCount count = InstructionCounter.Run(L2muCounts.BuildFirmware(folder.FullName, model, "wrist"));
            Assert.True(count.Passed, "the device's spikes differ from the host's");
            int windows = interpreter.Model.VectorCount;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count.Total / windows} instructions for a window of 2 s; arena {4 * interpreter.Model.ArenaWords} bytes"));
            foreach ((string name, long executed) in count.Functions.OrderByDescending(f => f.Value).Take(15)) output.WriteLine($"{executed / windows,8} {name}");
            Assert.InRange(count.Total / windows, 1, Budget);
            Assert.Equal(Expected, count.Total / windows);
            Assert.InRange(4 * interpreter.Model.ArenaWords, 1, 8192);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
