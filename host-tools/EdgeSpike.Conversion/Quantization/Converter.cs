using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Security.Cryptography;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>What a conversion gives.</summary>
/// <param name="Bytes">The model file.</param>
/// <param name="Graph">The network that the model stands for; with the loihi profile its added delays are in it.</param>
/// <param name="Report">What the integers change.</param>
/// <param name="Metadata">What is in the file for host tools.</param>
public sealed record ConversionResult(byte[] Bytes, NetworkGraph Graph, ConversionReport Report, ModelMetadata Metadata);

/// <summary>A network graph to a model file: calibrate, quantise, lower, plan, prove, compare.</summary>
/// <remarks>
/// The same graph, options and samples give the same bytes. The file is loaded by the runtime's own verifier before it is
/// returned, its vectors are recorded from that interpreter, and the report compares that interpreter with the float64
/// reference.
/// </remarks>
public static class Converter
{
    /// <summary>Converts.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Settings.</param>
    /// <param name="samples">Input for ranges, vectors and the report; null: seeded synthetic spikes.</param>
    /// <param name="labels">A class for each sample, or null.</param>
    /// <param name="progress">Takes the share done, 0 … 1; may throw to cancel.</param>
    /// <exception cref="ConversionException">
    /// <see cref="ErrorCode.Usage"/>: an override names no connection. <see cref="ErrorCode.InputMismatch"/>: samples or labels do
    /// not fit. <see cref="ErrorCode.OptionNeeded"/>: real input without samples. <see cref="ErrorCode.Overflow"/>,
    /// <see cref="ErrorCode.Unsupported"/>: the layer and what to do. And those of <see cref="GraphChecks.Validate"/>.
    /// </exception>
    public static ConversionResult Convert(NetworkGraph graph, ConvertOptions options, ISampleSource? samples, IReadOnlyList<int>? labels, IProgress<double>? progress)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        graph.Validate();
        CheckOptions(graph, options, samples, labels);
        List<string> choices = [.. graph.Choices];
        if (options.Profile == Profile.Loihi) graph = LoihiDelays.Apply(graph, choices);

        Dictionary<string, InputEncoding> inputs = InputEncodings.Choose(graph, options, samples, choices);
        bool synthetic = samples is null;
        samples ??= new SyntheticSamples([.. graph.Nodes.OfType<InputNode>().SelectMany(i => Enumerable.Repeat(inputs[i.Name], i.OutputShape.Count))]);
        int used = Math.Min(samples.Count, Math.Max(1, options.ReportSamples));
        Calibration calibration = new(graph, samples, used, synthetic, done => progress?.Report(0.4 * done / used));

        Lowering lowering = new(graph, options, calibration, inputs);
        lowering.Builder.Profile = options.Profile;
        lowering.Builder.TickNanoseconds = graph.TickSeconds > 0 ? (uint)Math.Clamp(Math.Round(graph.TickSeconds * 1e9), 1, uint.MaxValue) : 0;
        lowering.Builder.SourceHash = graph.SourceHash.Length == 64 ? System.Convert.FromHexString(graph.SourceHash) : new byte[32];
        lowering.Run();
        choices.AddRange(lowering.Choices);
        ModelMetadata metadata = new()
        {
            Tool = $"EdgeSpike {ToolVersion}",
            Network = graph.Name,
            SourceHash = graph.SourceHash,
            Inputs = lowering.Inputs,
            Layers = lowering.Layers,
            Outputs = lowering.Outputs,
            Choices = choices,
        };
        lowering.Builder.Metadata = metadata.ToJson();

        byte[] bytes = lowering.Builder.Build();
        ModelRunner runner = Load(bytes, graph.Name);
        for (int vector = 0; vector < Math.Min(options.Vectors, samples.Count); vector++)
            lowering.Builder.AddVector(Record(runner, samples, vector, Math.Min(samples.Ticks, options.VectorTicks)));
        bytes = lowering.Builder.Build(out BufferPlace[] places, out int arenaWords);
        runner = Load(bytes, graph.Name);
        _ = runner.Check();

        SideBySide comparison = new(graph, runner, samples, labels, used, done => progress?.Report(0.4 + 0.6 * done / used));
        ConversionReport report = comparison.Report(choices, lowering.Warnings) with
        {
            ModelHash = System.Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Profile = options.Profile == Profile.Loihi ? "loihi" : "edge",
            InputSource = synthetic ? ((SyntheticSamples)samples).Text : "the samples given",
            Tensors = lowering.Tensors,
            Memory =
            [
                .. places.Select((place, i) => new MemoryReport
                {
                    Name = lowering.Builder.Buffers[i].Name ?? $"buffer {i}",
                    Kind = lowering.Builder.Buffers[i].Kind switch { BufferKind.Events => "events", BufferKind.Values => "values", _ => "words" },
                    Persistent = lowering.Builder.Buffers[i].Persistent,
                    Offset = place.Offset,
                    Words = place.Words,
                    From = place.From,
                    To = place.To,
                }),
            ],
            ArenaWords = arenaWords,
            FileBytes = bytes.Length,
        };
        return new ConversionResult(bytes, graph, report, metadata);
    }

    private static string ToolVersion { get; } = typeof(Converter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static void CheckOptions(NetworkGraph graph, ConvertOptions options, ISampleSource? samples, IReadOnlyList<int>? labels)
    {
        if (!(options.Percentile is > 0 and <= 100))
            throw new ConversionException(ErrorCode.Usage, "--percentile", $"{options.Percentile}", "give a number above 0, at most 100");
        string[] connections = [.. graph.Nodes.Where(n => n is LinearNode or ConvolutionNode or DelayedLinearNode or StateSpaceNode or PairedEncoderNode or LeakyReadoutNode).Select(n => n.Name)];
        foreach (string name in options.Layers.Keys)
        {
            if (connections.Contains(name)) continue;
            string what = graph.Find(name) is Node other ? $"'{name}' is a {other.Kind}, which has no weights" : $"there is no layer '{name}'";
            string[] near = [.. connections.OrderBy(c => Distance(c, name)).ThenBy(c => c, StringComparer.Ordinal).Take(3)];
            throw new ConversionException(ErrorCode.Usage, "layer settings", what, near.Length == 0 ? "the network has no connections" : $"did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?");
        }

        if (samples is null) return;
        int channels = graph.Nodes.OfType<InputNode>().Sum(i => i.OutputShape.Count);
        if (samples.Channels != channels)
            throw new ConversionException(ErrorCode.InputMismatch, graph.Name, $"samples of {samples.Channels} values for a tick", $"give {channels}");
        if (labels is not null && labels.Count != samples.Count)
            throw new ConversionException(ErrorCode.InputMismatch, graph.Name, $"{labels.Count} labels for {samples.Count} samples", "give one label per sample");
    }

    // A model of our own that the verifier refuses is a defect of the lowering, not of the file that was given.
    private static ModelRunner Load(byte[] bytes, string name)
    {
        try
        {
            return new ModelRunner(bytes, name);
        }
        catch (ConversionException e) when (e.Code == ErrorCode.ModelRejected)
        {
            throw new ConversionException(ErrorCode.Internal, name, $"the converted model does not pass verification ({e.Message})", "please report this network", e);
        }
    }

    private static ModelVector Record(ModelRunner runner, ISampleSource samples, int sample, int ticks)
    {
        List<int[][]> inputs = [];
        List<uint> checksums = [];
        double[] input = new double[samples.Channels];
        runner.Reset();
        for (int tick = 0; tick < ticks; tick++)
        {
            samples.Tick(sample, tick, input);
            runner.SetInput(input);
            inputs.Add(runner.LastInput());
            checksums.Add(runner.Interpreter.StepChecksum());
        }

        List<int> results = [];
        Runtime.ModelFile model = runner.Interpreter.Model;
        foreach (Runtime.PortKind kind in (Runtime.PortKind[])[Runtime.PortKind.Scores, Runtime.PortKind.Sums, Runtime.PortKind.Answer])
            foreach (Runtime.ModelPort port in model.Ports.Where(p => p.Kind == kind))
            {
                Runtime.ModelBuffer buffer = model.Buffers[port.Buffer];
                results.AddRange(runner.Interpreter.Arena.AsSpan(buffer.Offset, buffer.Words));
            }

        return new ModelVector(inputs, checksums, [.. results]);
    }

    // Levenshtein: how many letters have to change.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
