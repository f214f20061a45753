using System;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Demos.Har;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>'train har' on windows that the test makes: what it writes converts, and what is wrong is told.</summary>
public sealed class TrainTests : IDisposable
{
    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Writes_descriptions_that_convert_and_its_log()
    {
        string data = Windows(220);
        string[] arguments = ["train", "har", "-o", _cli["w.json"], "--data", data, "--size", "8k", "--epochs", "1", "--integer-epochs", "1", "--neuron", "cuba"];
        Outcome train = Edgespike.Run([.. arguments, "--json"]);
        Assert.True(train.Status == 0, train.Error);
        Assert.Contains("int4 1/1: loss", train.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["data/index.csv", "data/windows_Nx40x6_i16le.bin", "w.calibration.npy", "w.csv", "w.int4.json", "w.int4.safetensors", "w.json", "w.safetensors", "w.svg"], _cli.Files);
        Assert.Equal(22, train.Json.GetProperty("test").GetInt32());
        Assert.InRange(train.Json.GetProperty("floatAccuracy").GetDouble(), 0, 1);
        Assert.Equal(["int8", "int4"], train.Json.GetProperty("integers").EnumerateArray().Select(i => i.GetProperty("weights").GetString()));
        Assert.Equal(["stage", "network", "int8", "int4"], File.ReadLines(_cli["w.csv"]).Select(l => l.Split(',')[0]));

        Outcome convert = Edgespike.Run("convert", _cli["w.int4.json"], "-o", _cli["w.esm"], "--weights", "int4", "--calibrate", _cli["w.calibration.npy"]);
        Assert.True(convert.Status == 0, convert.Error);
        // The model that the figures of the training were taken from, and 64 digits of its source's SHA-256 in the metadata.
        Assert.Equal(train.Json.GetProperty("integers")[1].GetProperty("fileBytes").GetInt32() + 64, new FileInfo(_cli["w.esm"]).Length);
        Assert.Equal(0, Edgespike.Run("check", _cli["w.esm"]).Status);

        Outcome again = Edgespike.Run([.. arguments, "--json"]);
        Assert.Equal(train.Json.GetProperty("floatAccuracy").GetDouble(), again.Json.GetProperty("floatAccuracy").GetDouble());
    }

    [Fact]
    public void Trains_the_baseline()
    {
        Outcome train = Edgespike.Run("train", "har", "-o", _cli["b.json"], "--data", Windows(220), "--baseline", "--epochs", "1", "--split", "random", "--seed", "3");
        Assert.True(train.Status == 0, train.Error);
        Assert.Contains("convolutional network of 14,", train.Output, StringComparison.Ordinal);
        Assert.Contains("of 22 windows right", train.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "none of 8k", "--size", "1k")]
    [InlineData(2, "not a whole number from 0 to 4", "--split", "subjects", "--fold", "5")]
    [InlineData(2, "give --split subjects too", "--fold", "1")]
    [InlineData(2, "give --validate too", "--patience", "3")]
    [InlineData(2, "above 0, at most 1", "--keep", "0")]
    [InlineData(10, "file-missing")]
    [InlineData(18, "windows to learn from", "--data", "few")]
    public void Wrong_settings_are_told(int status, string text, params string[] arguments)
    {
        string few = Windows(20, "few");
        string[] all = ["train", "har", "-o", _cli["w.json"], .. arguments.Select(a => a == "few" ? few : a)];
        Outcome outcome = Edgespike.Run(arguments.Contains("--data") ? all : [.. all, "--data", _cli["nowhere"]]);
        Assert.Equal(status, outcome.Status);
        Assert.Contains(text, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("w.json", _cli.Files);
    }

    /// <summary>An evolved controller comes back from its description: every verb that takes a network or a model takes it.</summary>
    [Fact]
    public void A_controllers_description_converts_checks_and_runs()
    {
        string folder = Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp"), genome = Path.Combine(folder, "i.genome.json");
        Outcome described = Edgespike.Run("train", "blimp", "description", "--i", genome, "-o", _cli["i.json"], "--json");
        Assert.True(described.Status == 0, described.Error);
        Assert.Equal(("blimp-i", 7), (described.Json.GetProperty("name").GetString(), described.Json.GetProperty("nodes").GetInt32()));
        Assert.Equal(["i.json", "i.safetensors"], _cli.Files);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "i.json")), File.ReadAllBytes(_cli["i.json"]));

        Outcome convert = Edgespike.Run("convert", _cli["i.json"], "-o", _cli["i.esm"], "--report", _cli["report"]);
        Assert.True(convert.Status == 0, convert.Error);
        Assert.Contains("synthetic signals", convert.Output, StringComparison.Ordinal);
        Assert.Equal(0, Edgespike.Run("check", _cli["i.esm"]).Status);
        Assert.Contains("adaptive neuron", Edgespike.Run("inspect", _cli["i.esm"]).Output, StringComparison.Ordinal);
        Assert.Matches("o3 -> o4 .label=\"i.hidden.drive\"", Edgespike.Run("inspect", _cli["i.esm"], "--dot").Output);
        string graph = Edgespike.Run("inspect", _cli["i.json"]).Output;
        foreach (string word in (string[])["paired encoder", "leaky read-out", "i.hidden (threshold)"]) Assert.Contains(word, graph, StringComparison.Ordinal);
        Assert.Contains("[label=\"threshold\"]", Edgespike.Run("inspect", _cli["i.json"], "--dot").Output, StringComparison.Ordinal);

        string errors = _cli.Text("errors.csv", string.Join('\n', Enumerable.Range(0, 300).Select(t => FormattableString.Invariant($"{Math.Sin(0.05 * t):F3}"))));
        double[][] commands = [.. ((string[])["i.json", "i.esm"]).Select(network =>
        {
            Outcome run = Edgespike.Run("run", _cli[network], "--input", errors, "--record", $"i.output={_cli["y.npy"]}", "--record", $"i.hidden:spikes={_cli["s.npy"]}");
            Assert.True(run.Status == 0, run.Error);
            return NpyFile.Read(_cli["y.npy"]).ToDoubles();
        })];
        Assert.Equal(300, commands[1].Length);
        Assert.True(commands[0].Max() > 0.1 && commands[0].Zip(commands[1]).Average(c => Math.Abs(c.First - c.Second)) < 0.1 * commands[0].Average(Math.Abs));
    }

    [Theory]
    [InlineData(24, "give --pd, --i or both")]
    [InlineData(18, "it is not of pd", "--pd", "i.genome.json")]
    [InlineData(18, "it is not of i", "--i", "pd.genome.json")]
    [InlineData(10, "file-missing", "--i", "absent.genome.json")]
    public void What_can_not_be_described_is_told_and_nothing_is_written(int status, string text, params string[] genomes)
    {
        string folder = Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp");
        Outcome outcome = Edgespike.Run(["train", "blimp", "description", "-o", _cli["c.json"], .. genomes.Select(a => a.EndsWith(".json", StringComparison.Ordinal) ? Path.Combine(folder, a) : a)]);
        Assert.Equal(status, outcome.Status);
        Assert.Contains(text, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    [Theory]
    [InlineData("c.esm", "c.json")]
    [InlineData("c.genome.json", "c.json")]
    public void A_controllers_description_is_no_model_and_no_genome(string name, string better)
    {
        Outcome outcome = Edgespike.Run("train", "blimp", "description", "-o", _cli[name]);
        Assert.Equal(2, outcome.Status);
        Assert.Contains($"give {_cli[better]}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_output_is_a_description()
    {
        Outcome outcome = Edgespike.Run("train", "har", "-o", _cli["w.esm"]);
        Assert.Equal(2, outcome.Status);
        Assert.Contains("a description ends in .json", outcome.Error, StringComparison.Ordinal);
    }

    // Waves whose frequency is the class.
    private string Windows(int count, string folder = "data")
    {
        Directory.CreateDirectory(_cli[folder]);
        StringBuilder index = new("n,subject,activity_code,label,activity,start_timestamp\n");
        using BinaryWriter samples = new(File.Create(Path.Combine(_cli[folder], HarWindows.WindowsFile)));
        for (int n = 0; n < count; n++)
        {
            int label = n % HarWindows.Classes;
            index.Append($"{n},{1600 + n % 10},{"POFQRGS"[label]},{label},{HarWindows.ActivityNames[label]},{n * 5_000_000_000L}\n");
            for (int t = 0; t < HarWindows.Ticks; t++)
                for (int c = 0; c < HarWindows.Channels; c++) samples.Write((short)(4000 * Math.Sin(0.15 * (1 + label) * t + c + n)));
        }

        File.WriteAllText(Path.Combine(_cli[folder], HarWindows.IndexFile), index.ToString());
        return _cli[folder];
    }
}
