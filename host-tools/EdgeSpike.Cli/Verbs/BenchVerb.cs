using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Measuring;
using EdgeSpike.Runtime;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike bench: how fast the kernels, or a model, run on one core.</summary>
internal static class BenchVerb
{
    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Argument<string?> model = new("OUT.esm") { Description = "Model to measure on its own test vectors; without it the kernels.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> input = Choices.Path("--input", "X.npy", "Recordings for the model instead of its test vectors: [T,C] or [N,T,C], .npy or .csv.");
        Option<double?> seconds = Choices.Number("--seconds", "S", "Time to spend on each measurement. Default 0.5.", v => v is > 0 and <= 60, "a number of seconds above 0, at most 60");
        VerbCommand verb = new(
            "bench", "Measures the kernels, or a model, on one core, beside the bound that the speed of memory sets.",
            ("edgespike bench", "synaptic events and neuron updates per second, by kernel"),
            ("edgespike bench braille.esm --input val9.npy", "time per recording, and which operator takes it"));
        verb.Add(model);
        verb.Add(input);
        verb.Add(seconds);
        verb.Work = parsed =>
        {
            TimeSpan budget = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 0.5);
            if (parsed.GetValue(model) is string path) BenchModel(session, path, parsed.GetValue(input), budget);
            else if (parsed.GetValue(input) is not null) throw new ConversionException(ErrorCode.Usage, "--input", "there is no model to give it to", "name a model file");
            else BenchKernels(session, budget);
            return ErrorCode.None;
        };
        return verb;
    }

    private static void BenchKernels(Session session, TimeSpan budget)
    {
        (IReadOnlyList<KernelResult> kernels, double cached, double uncached) = LongWork.Run(session, "measuring kernels", progress =>
        {
            IReadOnlyList<KernelResult> results = KernelBench.Run(budget, progress);
            return (results, MemoryBandwidth.Measure(16 << 10, budget), MemoryBandwidth.Measure(256 << 20, budget));
        });
        session.Show(new { Vectors = VectorWidth(), CachedBytesPerSecond = cached, UncachedBytesPerSecond = uncached, Kernels = kernels }, console =>
        {
            Tables.Line(console, $"one core, vectors of {VectorWidth()}; reading 16 KiB again and again {Units.Rate(cached)}B/s, 256 MiB {Units.Rate(uncached)}B/s");
            console.Write(Tables.Of(["kernel", "size", ">per second", "", ">bytes each", ">bound", ">share"], kernels.Select(k => (string[])
                [k.Name, k.Size, Units.Rate(k.PerSecond), k.Unit, Units.Number(k.Bytes), Units.Rate(k.Bound), $"{100 * k.PerSecond / k.Bound:0} %"])));
            Tables.Line(console, "bound: the same bytes, only read, from an array of the same size on this core");
        });
    }

    private static void BenchModel(Session session, string path, string? input, TimeSpan budget)
    {
        ModelEngine engine = new(InputFile.ReadAllBytes(path), path);
        Interpreter interpreter = engine.Runner.Interpreter;
        ModelInputs inputs = input is null ? ModelInputs.OfVectors(interpreter) : ModelInputs.OfSamples(engine.Runner, Recordings.Read(input, null, engine.InputShape).Samples);
        if (inputs.TotalTicks == 0) throw new ConversionException(ErrorCode.OptionNeeded, path, "the model holds no test vectors to measure it on", "give recordings with --input");
        ModelCost cost = LongWork.Run(session, "measuring the model", progress => ModelBench.Run(interpreter, inputs, budget, progress));
        session.Show(cost, console =>
        {
            Tables.Line(console, $"{path}: {Units.Seconds(cost.SecondsPerRecording)} per recording of {Units.Number(cost.TicksPerRecording)} ticks, {Units.Seconds(cost.SecondsPerRecording / cost.TicksPerRecording)} per tick, on one core");
            Tables.Line(console, $"per tick {Units.Number(cost.SynapticOperationsPerTick)} synaptic operations and {Units.Number(cost.NeuronUpdatesPerTick)} neuron updates; {Units.Rate(cost.SynapticEventsPerSecond)} and {Units.Rate(cost.NeuronUpdatesPerSecond)} per second; {cost.AllocatedBytes} bytes allocated");
            double total = cost.Operators.Sum(o => o.Seconds);
            console.Write(Tables.Of([">#", "operator", "name", ">time per tick", ">share", ">synaptic operations", ">neuron updates"], cost.Operators.Select(o => (string[])
                [$"{o.Index}", o.Operator, o.Name, Units.Seconds(o.Seconds), $"{100 * o.Seconds / total:0} %", Units.Number(o.SynapticOperations), Units.Number(o.NeuronUpdates)])));
        });
    }

    private static string VectorWidth() =>
        Avx512BW.IsSupported ? "512 bits" : Vector256.IsHardwareAccelerated ? "256 bits" : Vector128.IsHardwareAccelerated ? "128 bits" : "one number";
}
