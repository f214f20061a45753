using System;
using System.Globalization;
using System.IO;
using System.Linq;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.InstructionCounts;

/// <summary>What a control step of the blimp's two controllers, 160 neurons, costs on a Cortex-M4 in instructions and in memory.</summary>
/// <remarks>The image checks the checksum of every tick itself, of the recording of an error signal inside the model.</remarks>
public sealed class BlimpCounts(ITestOutputHelper output)
{
    private const int Ticks = 200;

    /// <summary>2 % of a control period of 0.1 s at 16 MHz, one instruction a cycle.</summary>
    private const int Budget = 32_000;

    /// <summary>To be changed with a reason.</summary>
    private const long Expected = 17_895;

    [Fact]
    public void A_control_step_takes_two_percent_of_its_period_and_four_kilobytes()
    {
        L2muCounts.Require("arm-none-eabi-gcc", "gcc-arm-none-eabi");
        L2muCounts.Require("qemu-system-arm", "qemu-system-arm");
        byte[] model = File.ReadAllBytes(Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp", "blimp.esm"));
        Interpreter interpreter = new();
        Assert.Equal(ModelError.None, interpreter.Load(model, 1024, 100_000));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgespike-counts-");
        try
        {
            InstructionCount count = InstructionCounter.Run(L2muCounts.BuildFirmware(folder.FullName, model, "blimp"));
            Assert.True(count.Passed, "the device's spikes differ from the host's");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count.Total / (double)Ticks:F0} instructions for a control step of 160 neurons; arena {4 * interpreter.Model.ArenaWords} bytes"));
            foreach ((string name, long executed) in count.Functions.OrderByDescending(f => f.Value).Take(15)) output.WriteLine($"{executed / Ticks,8} {name}");
            Assert.InRange(count.Total, 1, Ticks * (long)Budget);
            Assert.Equal(Expected, count.Total / Ticks);
            Assert.InRange(4 * interpreter.Model.ArenaWords, 1, 4096);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
