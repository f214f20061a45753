using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeSpike.Conversion.Files;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>Each verb end to end, on a network of seven nodes.</summary>
public sealed class VerbTests : IDisposable
{
    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Convert_writes_a_model_and_a_report_that_check_run_and_inspect_take()
    {
        string x = _cli.Spikes("x.npy"), y = _cli.Text("y.csv", "label\n0\n1\n1\n0\n");
        Outcome convert = Edgespike.Run("convert", _cli.Description(), "-o", _cli["net.esm"], "--calibrate", x, "--labels", y, "--report", _cli["report"]);
        Assert.Equal(0, convert.Status);
        Assert.Empty(convert.Error);
        Assert.Contains("Trust it?", convert.Output, StringComparison.Ordinal);
        Assert.Equal(["net.esm", "net.json", "report/report.html", "report/report.json", "x.npy", "y.csv"], _cli.Files);

        Outcome check = Edgespike.Run("check", _cli["net.esm"]);
        Assert.Equal(0, check.Status);
        Assert.Contains("same spikes", check.Output, StringComparison.Ordinal);

        Outcome inspect = Edgespike.Run("inspect", _cli["net.esm"]);
        Assert.Equal(0, inspect.Status);
        foreach (string word in (string[])["lif1", "fc2", "Memory map", "input", "no, yes"]) Assert.Contains(word, inspect.Output, StringComparison.Ordinal);

        Outcome run = Edgespike.Run("run", _cli["net.esm"], "--input", x, "--labels", y);
        Assert.Equal(0, run.Status);
        Assert.Contains("accuracy", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_verb_gives_one_JSON_object_and_nothing_else()
    {
        string net = _cli.Description(), x = _cli.Spikes("x.npy"), y = _cli.Text("y.csv", "0\n1\n1\n0\n"), model = _cli.Model();
        foreach (string[] arguments in (string[][])
        [
            ["convert", net, "-o", _cli["out.esm"], "--calibrate", x, "--labels", y, "--report", _cli["r"]],
            ["inspect", net], ["inspect", model], ["inspect", model, "--dot"], ["check", model],
            ["run", model, "--input", x, "--labels", y], ["run", net, "--input", x, "--labels", y],
            ["bench", model, "--seconds", "0.01"], ["bench", model, "--seconds", "0.01", "--input", x], ["demo", "memory", "--svg", _cli["m.svg"]],
            ["boards"], ["boards", "pico2"], ["flash", "--board", "pico2", "--model", model, "--dry-run"],
        ])
        {
            Outcome outcome = Edgespike.Run([.. arguments, "--json"]);
            Assert.True(outcome.Status == 0, outcome.Error);
            Assert.Equal(JsonValueKind.Object, outcome.Json.ValueKind);
            Assert.False(outcome.Json.TryGetProperty("error", out _));
            Assert.Empty(outcome.Error);
        }
    }

    [Fact]
    public void Same_input_same_model_and_report_byte_for_byte()
    {
        string net = _cli.Description(), x = _cli.Spikes("x.npy");
        foreach (string name in (string[])["a", "b"])
            Assert.Equal(0, Edgespike.Run("convert", net, "-o", _cli[name + ".esm"], "--calibrate", x, "--report", _cli[name]).Status);
        Assert.Equal(File.ReadAllBytes(_cli["a.esm"]), File.ReadAllBytes(_cli["b.esm"]));
        Assert.Equal(File.ReadAllBytes(_cli["a/report.html"]), File.ReadAllBytes(_cli["b/report.html"]));
        Assert.Equal(File.ReadAllBytes(_cli["a/report.json"]), File.ReadAllBytes(_cli["b/report.json"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Recordings_have_the_axes_of_the_input_and_the_types_that_are_documented(bool batched)
    {
        string x = _cli.Spikes("x.npy", samples: batched ? 3 : 1, batched: batched);
        foreach (string source in (string[])[_cli.Description(), _cli.Model()])
        {
            Outcome run = Edgespike.Run("run", source, "--input", x, "--record", $"lif1={_cli["s.npy"]}", "--record", $"lif1:membrane={_cli["v.npy"]}", "--record", $"lif2:spikes={_cli["o.npy"]}", "--json");
            Assert.True(run.Status == 0, run.Error);
            NumericArray spikes = NpyFile.Read(_cli["s.npy"]), membrane = NpyFile.Read(_cli["v.npy"]);
            Assert.Equal(NumericType.UInt8, spikes.Type);
            Assert.Equal(NumericType.Float32, membrane.Type);
            Assert.Equal(batched ? [3, 60, 4] : [60, 4], spikes.Dimensions);
            Assert.Equal(spikes.Dimensions, membrane.Dimensions);
            Assert.Contains((byte)1, spikes.Bytes.ToArray());
            JsonElement written = run.Json.GetProperty("recorded");
            Assert.Equal(["spikes", "membrane", "spikes"], written.EnumerateArray().Select(w => w.GetProperty("kind").GetString()!));
            Assert.Equal(_cli["v.npy"], written[1].GetProperty("file").GetString());
        }
    }

    [Fact]
    public void Integers_and_reference_spike_alike_in_16_bits_and_membranes_are_in_real_units()
    {
        string net = _cli.Description(), x = _cli.Spikes("x.npy");
        Assert.Equal(0, Edgespike.Run("convert", net, "-o", _cli["m.esm"], "--weights", "int16", "--calibrate", x).Status);
        Assert.Equal(0, Edgespike.Run("run", net, "--input", x, "--record", $"lif1={_cli["rs.npy"]}", "--record", $"lif1:membrane={_cli["rv.npy"]}").Status);
        Assert.Equal(0, Edgespike.Run("run", _cli["m.esm"], "--input", x, "--record", $"lif1={_cli["ms.npy"]}", "--record", $"lif1:membrane={_cli["mv.npy"]}").Status);
        double[] a = NpyFile.Read(_cli["rs.npy"]).ToDoubles(), b = NpyFile.Read(_cli["ms.npy"]).ToDoubles();
        Assert.True(a.Zip(b).Count(p => p.First != p.Second) <= a.Length / 100, "more than 1 % of the spikes differ");
        double[] v = NpyFile.Read(_cli["rv.npy"]).ToDoubles(), w = NpyFile.Read(_cli["mv.npy"]).ToDoubles();
        Assert.True(v.Zip(w).Count(p => Math.Abs(p.First - p.Second) > 0.01) <= v.Length / 50, "membranes differ by more than 0.01 in more than 2 % of the ticks");
    }

    [Fact]
    public void Labels_give_accuracy_and_a_confusion_matrix()
    {
        string net = _cli.Description(), x = _cli.Spikes("x.npy");
        int[] answers = [.. Edgespike.Run("run", net, "--input", x, "--json").Json.GetProperty("answers").EnumerateArray().Select(a => a.GetInt32())];
        int[] labels = [.. answers];
        labels[2] = 1 - labels[2];
        JsonElement json = Edgespike.Run("run", net, "--input", x, "--labels", _cli.Text("y.csv", string.Join('\n', labels)), "--json").Json;
        Assert.Equal(0.75, json.GetProperty("accuracy").GetDouble());
        Assert.Equal(1, json.GetProperty("confusion").GetProperty("counts")[labels[2]][answers[2]].GetInt32());
    }

    [Fact]
    public void Inspect_draws_graphs_for_Graphviz()
    {
        foreach (string source in (string[])[_cli.Description(), _cli.Model()])
        {
            string dot = Edgespike.Run("inspect", source, "--dot").Output;
            Assert.StartsWith("digraph ", dot, StringComparison.Ordinal);
            Assert.EndsWith("}\n", dot, StringComparison.Ordinal);
            Assert.Contains("style=dashed", dot, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_memory_map_has_a_line_for_each_buffer_with_a_column_for_each_operator()
    {
        string model = _cli.Model();
        JsonElement json = Edgespike.Run("inspect", model, "--json").Json;
        string[] lines = Edgespike.Run("inspect", model).Output.Split('\n');
        foreach (JsonElement buffer in json.GetProperty("buffers").EnumerateArray())
        {
            int offset = buffer.GetProperty("offset").GetInt32(), end = offset + buffer.GetProperty("words").GetInt32() - 1;
            string line = Assert.Single(lines, l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, "-", var last, var name, ..] && first == $"{offset}" && last == $"{end}" && name == buffer.GetProperty("name").GetString());
            string picture = line.Split(' ')[^1];
            Assert.Equal(json.GetProperty("operators").GetArrayLength() + 1, picture.Length);
            if (!buffer.GetProperty("persistent").GetBoolean())
                Assert.Equal(buffer.GetProperty("to").GetInt32() - buffer.GetProperty("from").GetInt32() + 1, picture.Count(c => c == '='));
        }
    }

    [Fact]
    public void A_spike_train_of_the_field_gives_the_spikes_that_were_published()
    {
        // NIR's paper, 01_lif: a LIF neuron on a spike train; its spikes are at these ticks in every framework.
        string nir = TestData.Require("nir/lif_norse.nir"), trace = TestData.Require("nir/lif_norse.csv");
        string x = _cli.Text("x.csv", string.Join('\n', File.ReadLines(trace).Select(l => l.Split(',')[0])));
        Outcome run = Edgespike.Run("run", nir, "--dt", "1e-4", "--input", x, "--record", $"lif={_cli["s.npy"]}", "--json");
        if (run.Status != 0) run = Edgespike.Run("run", nir, "--dt", "1e-4", "--input", x, "--record", $"{LifName(nir)}={_cli["s.npy"]}", "--json");
        Assert.True(run.Status == 0, run.Error);
        double[] spikes = NpyFile.Read(_cli["s.npy"]).ToDoubles();
        Assert.Equal([460, 510, 710, 760], Enumerable.Range(0, spikes.Length).Where(t => spikes[t] > 0));
    }

    private static string LifName(string nir) => Edgespike.Run("inspect", nir, "--dt", "1e-4", "--json").Json.GetProperty("nodes").EnumerateArray()
        .First(n => n.GetProperty("kind").GetString()!.Contains("neuron", StringComparison.Ordinal)).GetProperty("name").GetString()!;
}
