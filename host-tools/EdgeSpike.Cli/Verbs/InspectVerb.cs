using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Conversion.Reporting;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike inspect: what is in a model file, or in a network as imported.</summary>
internal static class InspectVerb
{
    private const int MostClasses = 20;
    private static readonly JsonSerializerOptions OneLine = new(ReportWriter.Json) { WriteIndented = false };

    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Argument<string> file = new("FILE") { Description = "Model file (.esm), or a network (.nir, .json) to see it as imported." };
        Option<bool> dot = new("--dot") { Description = "The graph for Graphviz instead." };
        NirChoices nir = new();
        VerbCommand verb = new(
            "inspect", "Shows what is in a model file: schedule, tensors, memory map, operations per tick, ports, labels, metadata.",
            ("edgespike inspect braille.esm", "everything about a model"),
            ("edgespike inspect braille.nir --dt 1e-4", "the network as imported, and what the importer chose"),
            ("edgespike inspect braille.esm --dot | dot -Tsvg > braille.svg", "a picture of the schedule (needs Graphviz)"));
        verb.Add(file);
        verb.Add(dot);
        nir.AddTo(verb);
        verb.Work = parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] bytes = InputFile.ReadAllBytes(path);
            if (Sources.IsModel(path, bytes))
            {
                ModelDescription model = ModelDescription.Of(ModelLoading.Load(bytes, path));
                if (parsed.GetValue(dot)) ShowDot(session, model.ToDot());
                else session.Show(model, console => ShowModel(console, path, model));
            }
            else
            {
                NetworkDescription network = NetworkDescription.Of(Sources.LoadNetwork(path, nir.Read(parsed)));
                if (parsed.GetValue(dot)) ShowDot(session, network.ToDot());
                else session.Show(network, console => ShowNetwork(console, path, network));
            }

            return ErrorCode.None;
        };
        return verb;
    }

    private static void ShowDot(Session session, string dot) => session.Show(new { Dot = dot }, _ => session.Output.Write(dot));

    private static void ShowModel(IAnsiConsole console, string path, ModelDescription model)
    {
        Tables.Line(console, $"{path}: {model.Profile} profile, {(model.TickSeconds > 0 ? $"ticks of {Units.Seconds(model.TickSeconds)}" : "ticks of unstated length")}, {Units.Bytes(model.FileBytes)}, working memory {Units.Bytes(4L * model.ArenaWords)}");
        Tables.Line(console, $"source SHA-256 {(model.SourceHash.Length > 0 ? model.SourceHash : "not stated")}");
        string counted = model.SynapticOperationsPerTick is double synaptic ? $", on its test vectors {Units.Number(synaptic)} synaptic operations and {Units.Number(model.NeuronUpdatesPerTick ?? 0)} neuron updates" : "";
        Tables.Line(console, $"operations per tick: at worst {Units.Number(model.WorstOperationsPerTick)}{counted}");
        Tables.Line(console, $"test vectors: {model.Vectors}, {model.VectorTicks} ticks");

        Tables.Title(console, "Schedule");
        console.Write(Tables.Of([">#", "operator", "name", "sizes", "reads", "writes"], model.Operators.Select(o => (string[])
            [$"{o.Index}", o.Kind, o.Name, o.Sizes, model.Buffers[o.Source].Name + (o.ReadsTickBefore ? " (tick before)" : "") + (o.SecondSource < 0 ? "" : $", {model.Buffers[o.SecondSource].Name}"), string.Join(", ", o.Writes.Select(w => model.Buffers[w].Name))])));
        Tables.Title(console, "Tensors");
        console.Write(Tables.Of([">#", "type", ">elements", ">bytes", "used by"], model.Tensors.Select(t => (string[])
            [$"{t.Index}", t.Type, Units.Number(t.Elements), Units.Number(t.Bytes), string.Join(", ", t.UsedBy.Take(3)) + (t.UsedBy.Count > 3 ? $" and {t.UsedBy.Count - 3} more" : "")])));
        Tables.Title(console, $"Memory map, {Units.Number(model.ArenaWords)} words");
        foreach (string line in MemoryMap.Draw(model)) Tables.Line(console, line);
        Tables.Title(console, "Ports");
        console.Write(Tables.Of(["port", "name", "content", ">elements"], model.Ports.Select(p => (string[])[p.Kind, p.Name, p.Content, Units.Number(p.Elements)])));
        if (model.Labels.Count > 0)
            Tables.Line(console, $"labels: {string.Join(", ", model.Labels.Take(MostClasses))}{(model.Labels.Count > MostClasses ? $" and {model.Labels.Count - MostClasses} more" : "")}");
        if (model.Metadata is JsonObject metadata)
        {
            Tables.Title(console, "Metadata");
            foreach ((string name, JsonNode? value) in metadata)
                if (Brief(value) is { Length: > 0 } text) Tables.Line(console, $"{name}: {text}");
        }
    }

    private static void ShowNetwork(IAnsiConsole console, string path, NetworkDescription network)
    {
        Tables.Line(console, $"{path}: {network.Nodes.Count} nodes, {network.Edges.Count} edges, {(network.TickSeconds > 0 ? $"ticks of {Units.Seconds(network.TickSeconds)}" : "ticks of unstated length")}");
        Tables.Line(console, $"source SHA-256 {network.SourceHash}");
        Tables.Title(console, "Nodes");
        console.Write(Tables.Of(["name", "kind", "in", "out", "parameters"], network.Nodes.Select(n => (string[])[n.Name, n.Kind, n.InputShape, n.OutputShape, n.Parameters])));
        Tables.Title(console, "Edges");
        console.Write(Tables.Of(["from", "to", ">delay"], network.Edges.Select(e => (string[])[e.Source, e.Port == EdgePort.Threshold ? $"{e.Target} (threshold)" : e.Target, e.Delay == 0 ? "" : $"{e.Delay}"])));
        if (network.Labels.Count > 0) Tables.Line(console, $"labels: {string.Join(", ", network.Labels)}");
        if (network.Choices.Count == 0) return;
        Tables.Title(console, "Choices made");
        foreach (string choice in network.Choices) Tables.Line(console, $"- {choice}");
    }

    /// <summary>A value of the metadata in one line; what is long is for --json.</summary>
    private static string Brief(JsonNode? value)
    {
        const int most = 160;
        string text = value switch
        {
            JsonArray array when array.All(e => e is JsonValue) => string.Join("; ", array.Select(e => e!.ToString())),
            JsonArray array => $"{array.Count} entries, see --json",
            JsonObject { Count: > 6 } many => $"{many.Count} entries, see --json",
            JsonObject few => JsonSerializer.Serialize(few, OneLine),
            null => "",
            _ => value.ToString(),
        };
        return text.Length <= most ? text : text[..most] + "…";
    }
}
