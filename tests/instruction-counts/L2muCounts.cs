using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.InstructionCounts;

/// <summary>
/// What a tick of the Braille L2MU costs on a Cortex-M4, and on a Cortex-M3 which lacks the DSP extension, in instructions: interpreted,
/// and written by hand in C. Both images check the spikes of every tick themselves; a wrong one fails the test.
/// </summary>
/// <remarks>dotnet run -c Release --project tests/EdgeSpike.InstructionCounts.Tests -- -showLiveOutput</remarks>
public sealed class L2muCounts(ITestOutputHelper output)
{
    /// <summary>Functions by what they are for; the first part of a name that matches decides, and what matches none is everything else.</summary>
    private static readonly (string Part, string Phase)[] Phases =
    [
        ("Kernels__Step", Neurons), ("Kernels__Unclamped", Neurons), ("Kernels__Magnitude", Neurons), ("NeuronOperator__", Neurons), ("kernels_step", Neurons), ("Kernels__Limited", Neurons), ("Kernels__Within", Neurons), ("neurons_", Neurons),
        ("Kernels__Add", Synapses), ("Kernels__Sum", Synapses), ("Kernels__List", Synapses), ("Kernels__FinishHead", Synapses), ("Kernels__Weight", Synapses),
        ("RowGroup__", Synapses), ("Connection__", Synapses), ("DenseOperator__", Synapses), ("SparseOperator__", Synapses), ("synapses_", Synapses), ("kernels_fill", Else), ("kernels_", Synapses),
    ];

    private const string Neurons = "neurons", Synapses = "synapses", Else = "everything else";

    /// <summary>Instructions of one recording, 256 ticks: the interpreter's, and the yardstick's. To be changed with a reason.</summary>
    [Theory]
    [InlineData(WeightType.Int8, "m4", 4480303L, 7302679L)]
    [InlineData(WeightType.Int16, "m4", 4986013L, 7337499L)]
    [InlineData(WeightType.Int8, "m3", 5250695L, 6955683L)]
    [InlineData(WeightType.Int16, "m3", 5670306L, 6990025L)]
    public void A_recording_costs_what_it_did(WeightType weights, string core, long interpreted, long byHand)
    {
        Require("arm-none-eabi-gcc", "gcc-arm-none-eabi");
        Require("qemu-system-arm", "qemu-system-arm");
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        byte[] model = Converter.Convert(braille.Graph, new ConvertOptions { Weights = weights, Vectors = 1, VectorTicks = L2muBraille.Ticks, ReportSamples = 4 }, new BrailleSamples(braille), null, null).Bytes;
        (long events, long updates) = Work(model);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgespike-counts-");
        try
        {
            string machine = core == "m4" ? "mps2-an386" : "mps2-an385";
            InstructionCount ours = InstructionCounter.Run(BuildFirmware(folder.FullName, model, board: machine), machine), theirs = InstructionCounter.Run(BuildYardstick(folder.FullName, model, core), machine);
            Assert.True(ours.Passed, "the interpreter's spikes differ from the converter's");
            Assert.True(theirs.Passed, "the yardstick's spikes differ from the converter's");
            output.WriteLine(Table(weights, core, ours, theirs, events, updates));
            Assert.InRange((double)ours.Total / theirs.Total, 0, 1.25);
            Assert.InRange((double)Sum(ours, Neurons) / updates, 0, 15);
            Assert.InRange((double)Sum(ours, Synapses) / events, 0, core == "m4" ? 2.4 : 2.9);
            Assert.InRange((double)Sum(ours, Else) / ours.Total, 0, 0.10);
            Assert.Equal((interpreted, byHand), (ours.Total, theirs.Total));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Synaptic events and neuron updates of the vectors, as the profiler counts them.
    private static (long Events, long Updates) Work(byte[] model)
    {
        Interpreter interpreter = new();
        Assert.Equal(ModelError.None, interpreter.Load(model, int.MaxValue, long.MaxValue));
        int at = BitConverter.ToInt32(model, 76) + 8;
        int port = Array.FindIndex(interpreter.Model.Ports, p => p.Kind == PortKind.Input);
        for (int tick = 0; tick < L2muBraille.Ticks; tick++)
        {
            int[] active = [.. Enumerable.Range(0, BitConverter.ToInt32(model, at)).Select(i => BitConverter.ToInt32(model, at + 4 + (4 * i)))];
            Assert.Equal(ModelError.None, interpreter.SetEvents(port, active, 0, active.Length));
            interpreter.Step();
            at += 4 + (4 * active.Length);
        }

        return (interpreter.Model.Operators.Sum(o => o.SynapticOperations), interpreter.Model.Operators.Sum(o => o.NeuronUpdates));
    }

    internal static string BuildFirmware(string folder, byte[] model, string name = "l2mu", string board = "mps2-an386")
    {
        string file = Path.Combine(folder, $"{name}.esm");
        File.WriteAllBytes(file, model);
        (int status, string text) = Programs.BuildFirmware(board, file, Path.Combine(folder, "firmware"), $"Application={Path.Combine(TestData.RepositoryRoot, "tests", "instruction-counts", "device")}");
        Assert.True(status == 0, text);
        return Path.Combine(folder, "firmware", $"{board}-{name}.elf");
    }

    private static string BuildYardstick(string folder, byte[] model, string core)
    {
        string sources = Path.Combine(TestData.RepositoryRoot, "tests", "instruction-counts"), elf = Path.Combine(folder, "yardstick.elf");
        File.WriteAllText(Path.Combine(folder, "model.h"), ModelHeader.Of(model));
        Tools.Run("arm-none-eabi-gcc", "-O3", $"-mcpu=cortex-{core}", "-mthumb", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", folder, "-nostartfiles", "-T", Path.Combine(sources, "yardstick.ld"),
            "-Wl,--no-warn-rwx-segments", "-Wl,-z,noexecstack", Path.Combine(sources, "yardstick.c"), "-o", elf);
        return elf;
    }

    private static string Phase(string function) => Phases.FirstOrDefault(p => function.Contains(p.Part, StringComparison.Ordinal), (Part: "", Phase: Else)).Phase;

    private static long Sum(InstructionCount count, string phase) => count.Functions.Where(f => Phase(f.Key) == phase).Sum(f => f.Value);

    private static string Table(WeightType weights, string core, InstructionCount ours, InstructionCount theirs, long events, long updates)
    {
        StringBuilder text = new();
        void Line(string what, Func<InstructionCount, string> value) => text.AppendLine(CultureInfo.InvariantCulture, $"| {what,-44} | {value(ours),12} | {value(theirs),12} |");
        string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
        text.AppendLine(CultureInfo.InvariantCulture, $"L2MU Braille, {weights}, Cortex-{core.ToUpperInvariant()}, {L2muBraille.Ticks} ticks: {events} synaptic events, {updates} neuron updates");
        text.AppendLine("| instructions                                 | interpreted  | C, gcc -O3   |").AppendLine("| --- | --- | --- |");
        Line("for a synaptic event", c => Number((double)Sum(c, Synapses) / events));
        Line("for a neuron update", c => Number((double)Sum(c, Neurons) / updates));
        Line("everything else, percent", c => Number(100.0 * Sum(c, Else) / c.Total));
        Line("for a tick", c => Number((double)c.Total / L2muBraille.Ticks));
        Line("in all", c => c.Total.ToString(CultureInfo.InvariantCulture));
        text.AppendLine(CultureInfo.InvariantCulture, $"interpreted / C: {Number((double)ours.Total / theirs.Total)}");
        foreach ((string name, long executed) in ours.Functions.OrderByDescending(f => f.Value).Take(40))
            text.AppendLine(CultureInfo.InvariantCulture, $"{executed,10} {Phase(name),-16} {name}");
        return text.ToString();
    }

    internal static void Require(string program, string package)
    {
        try
        {
            Tools.Run(program, "--version");
        }
        catch (Win32Exception)
        {
            Assert.Skip($"needs {program}: apt install {package}");
        }
    }
}
