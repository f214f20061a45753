using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Linq;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using EdgeSpike.Boards.Link;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Inspection;
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
        BoardChoices boards = new();
        VerbCommand verb = new(
            "bench", "Measures the kernels, or a model, on one core, beside the bound that the speed of memory sets.",
            ("edgespike bench", "synaptic events and neuron updates per second, by kernel"),
            ("edgespike bench braille.esm --input val9.npy", "time per recording, and which operator takes it"),
            ("edgespike bench braille.esm --board mps2-an386", "what a board counts, and the memory it takes"));
        verb.Add(model);
        verb.Add(input);
        verb.Add(seconds);
        boards.AddTo(verb);
        verb.Work = parsed =>
        {
            TimeSpan budget = TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? 0.5);
            if (parsed.GetValue(model) is string onBoard && boards.Given(parsed)) BenchBoard(session, boards, parsed, onBoard, parsed.GetValue(input));
            else if (boards.Given(parsed)) throw new ConversionException(ErrorCode.Usage, "--board", "there is no model to put onto it", "name a model file");
            else if (parsed.GetValue(model) is string path) BenchModel(session, path, parsed.GetValue(input), budget);
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

    /// <summary>What the device's own profiler counts, and its memory; time only where it is the board's.</summary>
    private static void BenchBoard(Session session, BoardChoices boards, ParseResult parsed, string path, string? input)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        ModelEngine engine = new(bytes, path);
        Interpreter interpreter = engine.Runner.Interpreter;
        ModelInputs inputs = input is null ? ModelInputs.OfVectors(interpreter) : ModelInputs.OfSamples(engine.Runner, Recordings.Read(input, null, engine.InputShape).Samples);
        if (inputs.TotalTicks == 0) throw new ConversionException(ErrorCode.OptionNeeded, path, "the model holds no test vectors to measure it on", "give recordings with --input");
        using DeviceConnection device = boards.Open(session, parsed, path, bytes)!;
        DeviceLink link = device.Link;
        int operators = interpreter.Model.Operators.Length;
        OperatorProfile[] sums = [.. Enumerable.Range(0, operators).Select(_ => new OperatorProfile(0, 0, 0, 0, 0))];
        LongWork.Run(session, "running the model", progress =>
        {
            for (int n = 0; n < inputs.Count; n++)
            {
                progress.Report((double)n / inputs.Count);
                link.Reset();
                link.Run([.. Enumerable.Range(0, inputs.Ticks(n)).Select(t => inputs.Tick(n, t))]);
                for (int i = 0; i < operators; i++)
                {
                    OperatorProfile one = link.Profile(i), sum = sums[i];
                    sums[i] = new OperatorProfile(sum.SynapticOperations + one.SynapticOperations, sum.NeuronUpdates + one.NeuronUpdates, sum.Spikes + one.Spikes, sum.Saturations + one.Saturations, sum.Ticks + one.Ticks);
                }
            }

            return operators;
        });

        // Vectors are replayed without the link in between, so their time is the board's, the checksums included.
        double? secondsPerTick = null;
        if (!device.IsEmulated && interpreter.Model.VectorCount > 0)
        {
            (link.Patience, link.Attempts) = (TimeSpan.FromMinutes(5), 1);
            Stopwatch clock = Stopwatch.StartNew();
            int ticks = link.Check().Ticks;
            secondsPerTick = clock.Elapsed.TotalSeconds / Math.Max(1, ticks);
        }

        DeviceMemory memory = link.ReadMemory();
        ModelDescription model = ModelDescription.Of(interpreter);
        double total = inputs.TotalTicks;
        session.Show(new { Board = device.Board.Name, device.Place, Ticks = inputs.TotalTicks, SecondsPerTick = secondsPerTick, Memory = memory, Operators = model.Operators.Select(o => new { o.Index, Operator = o.Kind, o.Name, Counted = sums[o.Index] }) }, console =>
        {
            Tables.Line(console, $"{path} on {device.Place}: {Units.Number(total)} ticks, counted by the device{(secondsPerTick is double each ? $"; {Units.Seconds(each)} per tick on its test vectors, with their checksums" : device.IsEmulated ? "; an emulator's time is not the board's and is not shown" : "")}");
            Tables.Line(console, $"stack {Units.Number(memory.StackUsed)} of {Units.Number(memory.Stack)} bytes; heap {Units.Number(memory.HeapUsed)} bytes, of which {Units.Number(memory.Objects)} beyond the arena; {Units.Number(memory.HeapFree)} free");
            console.Write(Tables.Of([">#", "operator", "name", ">synaptic operations", ">neuron updates", ">spikes", ">saturations"], model.Operators.Select(o => (string[])
                [$"{o.Index}", o.Kind, o.Name, Units.Number(sums[o.Index].SynapticOperations / total), Units.Number(sums[o.Index].NeuronUpdates / total), Units.Number(sums[o.Index].Spikes / total), Units.Number(sums[o.Index].Saturations / total)])));
            Tables.Line(console, "all per tick");
        });
    }

    private static string VectorWidth() =>
        Avx512BW.IsSupported ? "512 bits" : Vector256.IsHardwareAccelerated ? "256 bits" : Vector128.IsHardwareAccelerated ? "128 bits" : "one number";
}
