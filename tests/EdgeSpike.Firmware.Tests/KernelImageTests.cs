using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using EdgeSpike.Boards.Images;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>What rows of weights go through on the device, assembly on cores with the DSP extension, against the formula (Device/KernelProgram.cs).</summary>
public sealed class KernelImageTests
{
    private static readonly string Application = Path.Combine(TestData.RepositoryRoot, "tests", "EdgeSpike.Firmware.Tests", "Device", "KernelProgram");

    [Theory]
    [InlineData("mps2-an385")]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an500")]
    [InlineData("mps2-an505")]
    public async Task Bodies_of_the_kernels_give_what_the_formula_gives(string name)
    {
        Images.RequireEmulator();
        string elf = Images.Of(name, "kernels", Images.Model, kind: ImageKind.AllOperators, application: Application, among: Images.Cores);
        List<string> lines = await EmulatedProgram.Read(name, elf, "end", TimeSpan.FromSeconds(90));
        Assert.Equal(
            ["bytes 0 1440", "byte-rows 0 160", "byte-blocks 0 252", "byte-synapses 0 40", "shorts 0 1440", "short-rows 0 160", "short-blocks 0 252", "short-synapses 0 40", "lists 0 64", "fills 0 40", "neurons 0 480", "loops 0 4000", "adaptive-loops 0 4000", "end 0 0"],
            lines);
    }
}
