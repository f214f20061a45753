using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Har;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>The wrist's demo and its data, from the command line.</summary>
public sealed class HarVerbTests : IDisposable
{
    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Without_recordings_a_simulated_wrist_is_shown_and_said_to_be_one()
    {
        Outcome demo = Edgespike.Run("demo", "har", "--simulated", "--windows", "14", "--report", _cli["r"], "--json");
        Assert.True(demo.Status == 0, demo.Error);
        Assert.Equal(["r/har.html", "r/har.json", "r/har.svg"], _cli.Files);
        Assert.True(demo.Json.GetProperty("simulated").GetBoolean());
        Assert.StartsWith("simulated", demo.Json.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal(14, demo.Json.GetProperty("answers").GetArrayLength());
        JsonElement stream = demo.Json.GetProperty("stream");
        long Count(string name) => stream.GetProperty(name).GetInt64();
        Assert.InRange(Count("sent") - Count("used") - Count("duplicates") - Count("late") - Count("corrupt"), 0, 1);
        Assert.True(Count("lost") > 0 && Count("reordered") > 0);
        string page = File.ReadAllText(_cli["r/har.html"]);
        Assert.Contains("No person made these movements", page, StringComparison.Ordinal);
        Assert.Contains("accuracy, simulated", page, StringComparison.Ordinal);

        string text = Edgespike.Run("demo", "har", "--simulated", "--windows", "14").Output;
        Assert.StartsWith("SIMULATED: 14 windows", text, StringComparison.Ordinal);
        Assert.Contains("accuracy, simulated", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_board_computes_what_this_machine_does_and_is_caught_when_not()
    {
        byte[] model = HarModel.Included()!.Bytes;
        using SocketDevice device = new(model);
        string[] command = ["demo", "har", "--simulated", "--windows", "7", "--board", "mps2-an386", "--port", device.Port, "--json"];
        Outcome demo = Edgespike.Run(command);
        Assert.True(demo.Status == 0, demo.Error);
        Assert.Equal(7 * demo.Json.GetProperty("windowTicks").GetInt64(), demo.Json.GetProperty("sameTicks").GetInt64());

        Outcome early = Edgespike.Run([.. command, "--early-exit"]);
        Assert.True(early.Status == 0, early.Error);
        Assert.Equal(7 * early.Json.GetProperty("meanTicks").GetDouble(), early.Json.GetProperty("sameTicks").GetInt64(), 6);

        using SocketDevice wrong = new(model);
        // Its memory is damaged from some request on: the comparison has to find it.
        wrong.AtRequest = n =>
        {
            if (n > 6) Array.Fill(wrong.Interpreter.Arena, 1_000);
        };
        command[8] = wrong.Port;
        Assert.Equal(ErrorCode.CheckFailed, Edgespike.Run(command).Code);
    }

    [Fact]
    public void Recordings_are_cut_shown_and_evaluated()
    {
        // Four made-up people in the data set's own text form.
        HarWindows made = SimulatedWrist.Windows(4, 10, 9);
        foreach (string kind in (string[])["accel", "gyro"]) Directory.CreateDirectory(_cli[$"raw/watch/{kind}"]);
        for (int person = 1; person <= 4; person++)
            foreach ((string kind, int first) in ((string, int)[])[("accel", 0), ("gyro", 3)])
                File.WriteAllLines(_cli[$"raw/watch/{kind}/data_{1599 + person}_{kind}_watch.txt"], Enumerable.Range(0, made.Count).Where(n => made.Subjects[n] == person).SelectMany(n => Enumerable.Range(0, 40).Select(t =>
                    FormattableString.Invariant($"{1599 + person},{"POFQRGS"[made.Labels[n]]},{made.StartTimestamps[n] + t * 50_000_000L},{made.Window(n)[6 * t + first] / 1000.0},{made.Window(n)[6 * t + first + 1] / 1000.0},{made.Window(n)[6 * t + first + 2] / 1000.0};"))));
        Outcome data = Edgespike.Run("data", "wisdm", "--from", _cli["raw"], "--to", _cli["har"], "--json");
        Assert.True(data.Status == 0, data.Error);
        Assert.Equal((280, false), (data.Json.GetProperty("windows").GetInt32(), data.Json.GetProperty("equalsPublished").GetBoolean()));
        Assert.Equal(made.Samples, HarWindows.Read(_cli["har"]).Samples);

        Outcome shown = Edgespike.Run("demo", "har", "--data", _cli["har"], "--windows", "10", "--early-exit", "--json");
        Assert.True(shown.Status == 0, shown.Error);
        Assert.False(shown.Json.GetProperty("simulated").GetBoolean());
        Assert.True(shown.Json.GetProperty("meanTicks").GetDouble() <= shown.Json.GetProperty("windowTicks").GetInt32());

        Outcome evaluated = Edgespike.Run("demo", "har", "--data", _cli["har"], "--evaluate", "--write-calibration", _cli["exit.json"], "--json");
        Assert.True(evaluated.Status == 0, evaluated.Error);
        Assert.Equal(28, evaluated.Json.GetProperty("windows").GetInt32());
        Assert.InRange(evaluated.Json.GetProperty("nearestNeighboursRandom").GetDouble(), 0.8, 1);
        Assert.Equal(HarModel.Included()!.Sha256, JsonDocument.Parse(File.ReadAllText(_cli["exit.json"])).RootElement.GetProperty("modelSha256").GetString());
        Assert.Contains("early answers take", Edgespike.Run("demo", "har", "--data", _cli["har"], "--evaluate", "--windows", "7").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        Assert.Equal(ErrorCode.Unsupported, Edgespike.Run("demo", "har", "--simulated", "--model", _cli.Model()).Code);
        Assert.Equal(ErrorCode.FileMissing, Edgespike.Run("demo", "har", "--data", _cli["absent"]).Code);
        Assert.Equal(ErrorCode.Usage, Edgespike.Run("demo", "har", "--simulated", "--fold", "5").Code);
        Assert.Equal(ErrorCode.Usage, Edgespike.Run("demo", "har", "--windows", "0").Code);
        Assert.Equal(ErrorCode.Usage, Edgespike.Run("demo", "har", "--simulated", "--port", "tcp:127.0.0.1:1").Code);
        Assert.Equal(ErrorCode.FileMissing, Edgespike.Run("data", "wisdm", "--from", _cli["absent.zip"], "--to", _cli["x"]).Code);
        Assert.False(Directory.Exists(_cli["x"]));
    }

    [Fact]
    public void The_included_model_knows_recordings_that_it_was_not_trained_on()
    {
        Outcome evaluated = Edgespike.Run("demo", "har", "--data", TestData.Require("har"), "--windows", "350", "--evaluate", "--json");
        Assert.True(evaluated.Status == 0, evaluated.Error);
        // 50 windows of each activity; nearest neighbours reach 92 % on them.
        Assert.True(evaluated.Json.GetProperty("whole").GetProperty("accuracy").GetDouble() > 0.9);
        Assert.True(evaluated.Json.GetProperty("early").GetProperty("meanTicks").GetDouble() < 20);
    }
}
