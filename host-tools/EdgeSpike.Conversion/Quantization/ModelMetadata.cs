using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>What an input port carries.</summary>
public enum InputKind
{
    /// <summary>0 or 1.</summary>
    Spikes,

    /// <summary>Whole numbers, as they are.</summary>
    Counts,

    /// <summary>Real numbers, divided by a step and rounded.</summary>
    Real,
}

/// <summary>An input port as host tools see it.</summary>
/// <param name="Name">Name of the input node.</param>
/// <param name="Buffer">Its buffer.</param>
/// <param name="Kind">What it carries.</param>
/// <param name="Step">Real value of one integer.</param>
/// <param name="Bound">Largest magnitude of an integer.</param>
/// <param name="Shape">Shape in the source.</param>
/// <param name="Channels">Layout: channels; see <see cref="LayerMetadata.Channels"/>.</param>
/// <param name="Positions">Layout: positions.</param>
public sealed record InputMetadata(string Name, int Buffer, InputKind Kind, double Step, int Bound, int[] Shape, int Channels, int Positions);

/// <summary>A read-out as host tools see it.</summary>
/// <param name="Name">Name of the output node.</param>
/// <param name="Activity">Buffer of what is emitted at each tick.</param>
/// <param name="Readout">How it is read.</param>
/// <param name="Scores">Buffer of scores: values, or words for sums.</param>
/// <param name="Answer">Buffer of the answer; −1 for a single element.</param>
/// <param name="Shape">Shape in the source.</param>
/// <param name="Channels">Layout of the activity: channels. Scores are in the source's order.</param>
/// <param name="Positions">Layout of the activity: positions.</param>
/// <param name="Step">Real value of one integer of the scores.</param>
public sealed record OutputMetadata(string Name, int Activity, Readout Readout, int Scores, int Answer, int[] Shape, int Channels, int Positions, double Step);

/// <summary>A layer as host tools see it: where its spikes, membrane or values are, and how to read them in the source's order.</summary>
public sealed record LayerMetadata
{
    /// <summary>Name in the source.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of node.</summary>
    public required string Kind { get; init; }

    /// <summary>The operator after which its buffers hold this tick.</summary>
    public required int Operator { get; init; }

    /// <summary>Buffer of spikes (events, or values with several a tick); −1: none.</summary>
    public int Spikes { get; init; } = -1;

    /// <summary>Buffer of the membrane; −1: none.</summary>
    public int Membrane { get; init; } = -1;

    /// <summary>Buffer of values of a node that is no neuron; −1: none.</summary>
    public int Values { get; init; } = -1;

    /// <summary>Shape in the source.</summary>
    public required int[] Shape { get; init; }

    /// <summary>
    /// Layout: element p of a buffer is the source's element p % Channels * Positions + p / Channels; with 1 channel or 1
    /// position nothing moves.
    /// </summary>
    public int Channels { get; init; } = 1;

    /// <summary>Layout: positions.</summary>
    public int Positions { get; init; } = 1;

    /// <summary>Real value of one integer of membrane or values; element p of the buffer has Step[p % Step.Length].</summary>
    public required double[] Step { get; init; }

    /// <summary>Elements.</summary>
    [JsonIgnore]
    public int Count => new Shape(Shape).Count;
}

/// <summary>
/// The JSON inside a model file, for people and host tools; the runtime never reads it. It holds no dates and no paths, so
/// that the same conversion gives the same bytes.
/// </summary>
public sealed record ModelMetadata
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Version of this schema: 1.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Version of EdgeSpike that converted.</summary>
    public required string Tool { get; init; }

    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>SHA-256 of the source, hex, or empty.</summary>
    public string SourceHash { get; init; } = "";

    /// <summary>Inputs, in the order of the ports.</summary>
    public required IReadOnlyList<InputMetadata> Inputs { get; init; }

    /// <summary>Layers, in the order in which they run.</summary>
    public required IReadOnlyList<LayerMetadata> Layers { get; init; }

    /// <summary>Read-outs.</summary>
    public required IReadOnlyList<OutputMetadata> Outputs { get; init; }

    /// <summary>Choices made where the source is silent.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads the JSON of a model file; null when it is not of this schema (another tool may have written the file).</summary>
    public static ModelMetadata? TryParse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return null;
        try
        {
            ModelMetadata? metadata = JsonSerializer.Deserialize<ModelMetadata>(utf8, s_json);
            return metadata is { Schema: 1, Inputs: not null, Layers: not null, Outputs: not null } ? metadata : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
