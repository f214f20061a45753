using System;
using System.IO;
using System.Linq;
using System.Text;
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
