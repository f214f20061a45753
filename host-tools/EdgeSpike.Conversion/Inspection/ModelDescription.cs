using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeSpike.Conversion.Measuring;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Inspection;

/// <summary>What is in a verified model file, in words and numbers: for people, scripts and pictures.</summary>
public sealed record ModelDescription
{
    /// <summary>"edge" or "loihi".</summary>
    public required string Profile { get; init; }

    /// <summary>Seconds per tick, 0 if unknown.</summary>
    public required double TickSeconds { get; init; }

    /// <summary>SHA-256 of the source, hex; empty when the file does not say.</summary>
    public required string SourceHash { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required int FileBytes { get; init; }

    /// <summary>Words of working memory.</summary>
    public required int ArenaWords { get; init; }

    /// <summary>Operations of a tick at worst, as the verifier counts.</summary>
    public required long WorstOperationsPerTick { get; init; }

    /// <summary>Test vectors in the file.</summary>
    public required int Vectors { get; init; }

    /// <summary>Ticks of all test vectors.</summary>
    public required long VectorTicks { get; init; }

    /// <summary>Synaptic operations per tick, mean over the test vectors; null without vectors.</summary>
    public double? SynapticOperationsPerTick { get; init; }

    /// <summary>Neuron updates per tick, mean over the test vectors; null without vectors.</summary>
    public double? NeuronUpdatesPerTick { get; init; }

    /// <summary>The schedule.</summary>
    public required IReadOnlyList<OperatorDescription> Operators { get; init; }

    /// <summary>Signals and state.</summary>
    public required IReadOnlyList<BufferDescription> Buffers { get; init; }

    /// <summary>Constants.</summary>
    public required IReadOnlyList<TensorDescription> Tensors { get; init; }

    /// <summary>Ways in and out.</summary>
    public required IReadOnlyList<PortDescription> Ports { get; init; }

    /// <summary>Classes.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>What the converter noted, as JSON; null when there is none.</summary>
    public JsonNode? Metadata { get; init; }

    // The fields of an operator's record in file order (runtime/FORMAT.md).
    internal static readonly Dictionary<OperatorCode, string[]> FieldNames = new()
    {
        [OperatorCode.Dense] = Names("source when target scratch accumulate shift weights bias repeat sources width row-bytes"),
        [OperatorCode.Sparse] = Names("source when target scratch accumulate shift weights bias row-starts targets"),
        [OperatorCode.Convolve] = Names("source when target scratch accumulate shift weights bias in-height in-width in-channels out-height out-width out-channels kernel-height kernel-width stride-height stride-width padding-top padding-left dilation-height dilation-width groups row-bytes"),
        [OperatorCode.Pool] = Names("source when target scratch accumulate shift in-height in-width channels out-height out-width kernel-height kernel-width stride-height stride-width padding-top padding-left dilation-height dilation-width"),
        [OperatorCode.Product] = Names("source when target accumulate shift limit weights bias repeat sources width row-bytes"),
        [OperatorCode.Delay] = Names("source when target state ticks"),
        [OperatorCode.Neuron] = Names("source target membrane current counter input-shift reset reset-time comparison current-order refractory most-spikes lower-limit decay synaptic-decay threshold input-bias membrane-bias reset-value initial"),
        [OperatorCode.LoihiNeuron] = Names("source target membrane current counter du dv threshold bias refractory reset-interval reset-offset lower-threshold"),
        [OperatorCode.StateSpace] = Names("source when state scratch repeat order inputs matrix row-bytes shifts residual input-shift"),
        [OperatorCode.Add] = Names("source when target accumulate shift"),
        [OperatorCode.Scale] = Names("source when target factor shift limit bias"),
        [OperatorCode.Count] = Names("source when target"),
        [OperatorCode.Maximum] = Names("source when target"),
        [OperatorCode.Sum] = Names("source when state"),
        [OperatorCode.Argmax] = Names("source when target"),
        [OperatorCode.LoihiSigmaDelta] = Names("source target sigma activation residue error threshold bias rectified integrates input-shift state-exponent limit"),
        [OperatorCode.LoihiResonator] = Names("source imaginary-source target real imaginary cosine sine threshold decay-bits input-shift rule"),
        [OperatorCode.AdaptiveNeuron] = Names("source drive-source target membrane current adaptation spiked input-shift drive-shift reset reset-time comparison current-order lower-limit threshold-lower-limit decay synaptic-decay threshold adaptation-decay own input-bias membrane-bias reset-value initial"),
    };

    private static readonly HashSet<string> TensorFields = new(StringComparer.Ordinal)
    {
        "weights", "bias", "row-starts", "targets", "decay", "synaptic-decay", "threshold", "input-bias", "membrane-bias",
        "reset-value", "initial", "matrix", "shifts", "factor", "adaptation-decay", "own", "cosine", "sine",
    };

    private static readonly string[] Written = ["target", "state", "membrane", "current", "counter", "adaptation", "spiked", "sigma", "activation", "residue", "error", "real", "imaginary"];

    /// <summary>Describes a model that the runtime has accepted.</summary>
    public static ModelDescription Of(Interpreter interpreter)
    {
        ArgumentNullException.ThrowIfNull(interpreter);
        ModelFile model = interpreter.Model;
        byte[] file = model.File;
        List<OperatorDescription> operators = [];
        int at = Word(file, 48);
        for (int i = 0; i < model.Operators.Length; i++)
        {
            int bytes = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 2));
            string[] names = FieldNames[model.Operators[i].Code];
            Dictionary<string, int> fields = [];
            for (int f = 0; f < names.Length; f++) fields[names[f]] = Word(file, at + 8 + 4 * f);
            operators.Add(Describe(model, i, fields));
            at += bytes;
        }

        ModelInputs vectors = ModelInputs.OfVectors(interpreter);
        (double synaptic, double updates)? counted = vectors.Count > 0 ? vectors.CountOperations() : null;
        byte[] hash = file[96..128];
        return new ModelDescription
        {
            Profile = model.Profile.ToString().ToLowerInvariant(),
            TickSeconds = model.TickNanoseconds * 1e-9,
            SourceHash = hash.All(b => b == 0) ? "" : Convert.ToHexStringLower(hash),
            FileBytes = file.Length,
            ArenaWords = model.ArenaWords,
            WorstOperationsPerTick = model.Work,
            Vectors = model.VectorCount,
            VectorTicks = vectors.TotalTicks,
            SynapticOperationsPerTick = counted?.synaptic,
            NeuronUpdatesPerTick = counted?.updates,
            Operators = operators,
            Buffers = [.. model.Buffers.Select((b, i) => new BufferDescription(i, BufferName(model, i), b.Kind.ToString().ToLowerInvariant(), b.Length, b.Bound, b.Persistent, b.Offset, b.Words, b.FirstWriter, b.LastUse))],
            Tensors = [.. model.Tensors.Select((t, i) => new TensorDescription(i, t.Type.ToString().ToLowerInvariant(), t.Count, (int)(((long)t.Count * t.Bits + 7) / 8), t.Offset, [.. operators.Where(o => o.Tensors.ContainsValue(i)).Select(o => $"{(o.Name.Length > 0 ? o.Name : o.Kind)}.{o.Tensors.First(p => p.Value == i).Key}")]))],
            Ports = [.. model.Ports.Select(p => new PortDescription(p.Kind.ToString().ToLowerInvariant(), model.Text(p.Name), p.Buffer, model.Buffers[p.Buffer].Kind.ToString().ToLowerInvariant(), model.Buffers[p.Buffer].Length))],
            Labels = [.. Enumerable.Range(0, model.LabelCount).Select(model.Label)],
            Metadata = ReadMetadata(file.AsSpan(model.MetadataOffset, model.MetadataBytes)),
        };
    }

    /// <summary>The schedule as a Graphviz graph: operators as boxes, buffers as arrows; dashed is the tick before.</summary>
    public string ToDot()
    {
        StringBuilder dot = new("digraph model {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n");
        foreach (PortDescription port in Ports)
            dot.Append($"  {Quote("port " + port.Name + " " + port.Kind)} [shape=ellipse, label={Quote($"{port.Kind}\n{port.Name}")}];\n");
        foreach (OperatorDescription each in Operators)
            dot.Append($"  o{each.Index} [label={Quote($"{each.Index} {each.Kind}\n{each.Name}")}];\n");
        foreach (OperatorDescription reader in Operators)
        {
            foreach (PortDescription port in Ports)
                if (port.Kind == "input" && (port.Buffer == reader.Source || port.Buffer == reader.SecondSource)) dot.Append($"  {Quote("port " + port.Name + " " + port.Kind)} -> o{reader.Index} [label={Quote(Buffers[port.Buffer].Name)}];\n");
            foreach (int source in (int[])[reader.Source, reader.SecondSource])
                foreach (OperatorDescription writer in Operators)
                    if (writer.Writes.Contains(source))
                        dot.Append($"  o{writer.Index} -> o{reader.Index} [label={Quote(Buffers[source].Name)}{(reader.ReadsTickBefore ? ", style=dashed" : "")}];\n");
        }

        foreach (PortDescription port in Ports)
            if (port.Kind != "input" && Operators.LastOrDefault(o => o.Writes.Contains(port.Buffer)) is OperatorDescription writer)
                dot.Append($"  o{writer.Index} -> {Quote("port " + port.Name + " " + port.Kind)};\n");
        return dot.Append("}\n").ToString();
    }

    internal static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static OperatorDescription Describe(ModelFile model, int index, Dictionary<string, int> fields)
    {
        Operator each = model.Operators[index];
        Dictionary<string, int> tensors = fields.Where(f => f.Value >= 0 && TensorFields.Contains(f.Key)).ToDictionary(StringComparer.Ordinal);
        int source = fields["source"];
        int[] writes = [.. Written.Where(fields.ContainsKey).Select(w => fields[w]).Where(b => b >= 0).Distinct()];
        string sizes = each.Code switch
        {
            OperatorCode.Dense or OperatorCode.Product => $"{fields["sources"]} → {fields["width"]}" + (fields["repeat"] > 1 ? $", {fields["repeat"]} times" : ""),
            OperatorCode.Convolve => $"{fields["in-channels"]}×{fields["in-height"]}×{fields["in-width"]} → {fields["out-channels"]}×{fields["out-height"]}×{fields["out-width"]}, kernel {fields["kernel-height"]}×{fields["kernel-width"]}",
            OperatorCode.Pool => $"{fields["channels"]}×{fields["in-height"]}×{fields["in-width"]} → {fields["channels"]}×{fields["out-height"]}×{fields["out-width"]}, kernel {fields["kernel-height"]}×{fields["kernel-width"]}",
            OperatorCode.StateSpace => $"order {fields["order"]}" + (fields["repeat"] > 1 ? $", {fields["repeat"]} times" : ""),
            OperatorCode.Delay => $"{fields["ticks"]} ticks",
            OperatorCode.Neuron or OperatorCode.LoihiNeuron or OperatorCode.AdaptiveNeuron => $"{model.Buffers[fields["membrane"]].Length} neurons",
            _ => $"{model.Buffers[source].Length} → {(writes.Length > 0 ? model.Buffers[writes[0]].Length : 0)}",
        };
        return new OperatorDescription(index, OperatorWords.Of(each.Code), model.Text(each.Name), source, fields.GetValueOrDefault("drive-source", fields.GetValueOrDefault("imaginary-source", -1)), fields.GetValueOrDefault("when") == 1, writes, sizes, fields, tensors);
    }

    private static string BufferName(ModelFile model, int buffer)
    {
        string name = model.Text(model.Buffers[buffer].Name);
        return name.Length > 0 ? name : $"buffer {buffer}";
    }

    private static JsonNode? ReadMetadata(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0) return null;
        try
        {
            return JsonNode.Parse(bytes);
        }
        catch (JsonException)
        {
            // The runtime never reads it, so a model with other bytes there runs; they are simply not shown.
            return null;
        }
    }

    private static string[] Names(string list) => list.Split(' ');

    private static int Word(byte[] file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
}

/// <summary>One operator of the schedule.</summary>
/// <param name="Index">Place in the schedule.</param>
/// <param name="Kind">In words.</param>
/// <param name="Name">Name in the file, or empty.</param>
/// <param name="Source">Buffer it reads.</param>
/// <param name="SecondSource">Buffer with the drive of its thresholds, or the imaginary part of its input; −1: none.</param>
/// <param name="ReadsTickBefore">It reads the value of the tick before.</param>
/// <param name="Writes">Buffers it writes, its output first.</param>
/// <param name="Sizes">Its sizes in words.</param>
/// <param name="Fields">The record's fields.</param>
/// <param name="Tensors">The fields that name a tensor.</param>
public sealed record OperatorDescription(
    int Index, string Kind, string Name, int Source, int SecondSource, bool ReadsTickBefore, IReadOnlyList<int> Writes, string Sizes,
    IReadOnlyDictionary<string, int> Fields, Dictionary<string, int> Tensors);

/// <summary>One buffer of the arena.</summary>
/// <param name="Index">Number in the file.</param>
/// <param name="Name">Name in the file, or "buffer" and the number.</param>
/// <param name="Kind">"values", "events" or "words".</param>
/// <param name="Elements">Elements.</param>
/// <param name="Bound">Largest magnitude of a value.</param>
/// <param name="Persistent">Keeps its content between ticks.</param>
/// <param name="Offset">First word.</param>
/// <param name="Words">Words.</param>
/// <param name="From">Operator at which it begins; -1: an input.</param>
/// <param name="To">Last operator that uses it.</param>
public sealed record BufferDescription(int Index, string Name, string Kind, int Elements, int Bound, bool Persistent, int Offset, int Words, int From, int To);

/// <summary>One tensor.</summary>
/// <param name="Index">Number in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Elements">Elements, padding of rows included for int4.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="UsedBy">Operators and what they use it as.</param>
public sealed record TensorDescription(int Index, string Type, int Elements, int Bytes, int Offset, IReadOnlyList<string> UsedBy);

/// <summary>One port.</summary>
/// <param name="Kind">"input", "activity", "scores", "sums" or "answer".</param>
/// <param name="Name">Name.</param>
/// <param name="Buffer">Its buffer.</param>
/// <param name="Content">"events", "values" or "words".</param>
/// <param name="Elements">Elements.</param>
public sealed record PortDescription(string Kind, string Name, int Buffer, string Content, int Elements);
