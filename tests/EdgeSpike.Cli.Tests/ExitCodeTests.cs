using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using EdgeSpike.Cli;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Tests.Support;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>Every documented exit status, provoked as a user would.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void The_table_in_the_README_is_the_enumeration_with_its_documentation()
    {
        string source = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Conversion", "ErrorCode.cs"));
        List<(int, string, string)> documented = [];
        foreach (Match match in Regex.Matches(source, @"<summary>(?<text>[^\n]*)</summary>\s*(?<name>\w+) = (?<code>\d+),"))
            documented.Add((int.Parse(match.Groups["code"].Value), JsonNamingPolicy.KebabCaseLower.ConvertName(match.Groups["name"].Value), match.Groups["text"].Value.Replace("<c>", "", StringComparison.Ordinal).Replace("</c>", "", StringComparison.Ordinal)));
        Assert.Equal(Enum.GetValues<ErrorCode>().Length, documented.Count);
        Assert.Equal(documented, ExitCodes.Table);
    }

    [Fact]
    public void Success_is_0_and_quiet_on_the_error_stream()
    {
        Outcome outcome = Edgespike.Run("inspect", _cli.Description());
        Assert.Equal(ErrorCode.None, outcome.Code);
        Assert.Empty(outcome.Error);
        Assert.DoesNotContain('\u001b', outcome.Output);
    }

    [Fact]
    public void A_defect_is_1_and_asks_to_report_it_without_a_trace()
    {
        StringWriter error = new();
        int status = CommandLine.Run(["inspect", _cli.Description()], new Session(new BrokenWriter(), error, false, false, CancellationToken.None));
        Assert.Equal((int)ErrorCode.Internal, status);
        Assert.Contains("please report it", error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("check")]
    [InlineData("bench")]
    public void A_file_that_is_not_there_is_10(string verb) => Fails(ErrorCode.FileMissing, "absent.esm", verb, _cli["absent.esm"]);

    [Fact]
    public void Another_file_that_is_not_there_is_10()
    {
        Fails(ErrorCode.FileMissing, "absent.nir", "convert", _cli["absent.nir"], "-o", _cli["out.esm"]);
        Fails(ErrorCode.FileMissing, "absent.npy", "run", _cli.Description(), "--input", _cli["absent.npy"]);
        Fails(ErrorCode.FileMissing, "absent.npy", "run", _cli.Description(), "--input", _cli.Spikes("x.npy"), "--labels", _cli["absent.npy"]);
    }

    [Fact]
    public void Another_format_is_11()
    {
        string text = _cli.Text("notes.txt", "not a network");
        Fails(ErrorCode.WrongFormat, "notes.txt", "convert", text, "-o", _cli["out.esm"]);
        Fails(ErrorCode.WrongFormat, "notes.txt", "inspect", text);
        Fails(ErrorCode.WrongFormat, "notes.txt", "check", text);
        Fails(ErrorCode.WrongFormat, "notes.esm", "inspect", _cli.Text("notes.esm", "not a model"));
        Fails(ErrorCode.WrongFormat, "x.npy", "convert", _cli.Spikes("x.npy"), "-o", _cli["out.esm"]);
    }

    [Fact]
    public void A_truncated_file_is_12()
    {
        byte[] whole = Nir(0.01);
        File.WriteAllBytes(_cli["cut.nir"], whole[..(whole.Length * 2 / 3)]);
        Fails(ErrorCode.Damaged, "cut.nir", "convert", _cli["cut.nir"], "-o", _cli["out.esm"], "--dt", "0.001");
    }

    [Fact]
    public void An_unknown_node_is_13() => Fails(ErrorCode.UnknownNode, "perceptron", "convert", _cli.Description(from: "\"type\": \"neuron\", \"decay\": 0.8", to: "\"type\": \"perceptron\", \"decay\": 0.8"), "-o", _cli["out.esm"]);

    [Fact]
    public void A_loop_without_delay_is_14() => Fails(ErrorCode.BadGraph, "lif1", "convert", _cli.Description(from: "[\"lif1\", \"back\", 1]", to: "[\"lif1\", \"back\"]"), "-o", _cli["out.esm"]);

    [Fact]
    public void Shapes_that_disagree_are_15() => Fails(ErrorCode.ShapeMismatch, "fc2", "convert", _cli.Description(from: "[-0.2, 0.5, 0.3, 0.4]]", to: "[-0.2, 0.5, 0.3, 0.4], [1, 2, 3, 4]]"), "-o", _cli["out.esm"]);

    [Fact]
    public void A_number_that_is_none_is_16()
    {
        string x = _cli["nan.npy"];
        NpyFile.Write(x, NumericArray.From([0f, 1f, float.NaN], 1, 3));
        Fails(ErrorCode.NotFinite, "nan.npy", "run", _cli.Description(), "--input", x);
        File.WriteAllBytes(_cli["nan.nir"], Nir(double.NaN));
        Fails(ErrorCode.NotFinite, "x", "convert", _cli["nan.nir"], "-o", _cli["out.esm"], "--dt", "0.001");
    }

    [Fact]
    public void A_decay_above_1_is_17() => Fails(ErrorCode.ParameterRange, "lif1", "convert", _cli.Description(from: "\"decay\": 0.8", to: "\"decay\": 1.5"), "-o", _cli["out.esm"]);

    [Fact]
    public void Another_number_of_channels_is_18()
    {
        string x = _cli.Spikes("x.npy", channels: 4);
        Fails(ErrorCode.InputMismatch, "4 channels", "run", _cli.Description(), "--input", x);
        Fails(ErrorCode.InputMismatch, "4 channels", "convert", _cli.Description(), "-o", _cli["out.esm"], "--calibrate", x);
        Fails(ErrorCode.InputMismatch, "4 channels", "run", _cli.Model(), "--input", x);
    }

    [Fact]
    public void Labels_that_do_not_fit_are_18()
    {
        Fails(ErrorCode.InputMismatch, "y.csv", "run", _cli.Description(), "--input", _cli.Spikes("x.npy"), "--labels", _cli.Text("y.csv", "0\n1\n"));
        Fails(ErrorCode.InputMismatch, "class 2", "run", _cli.Description(), "--input", _cli.Spikes("x.npy"), "--labels", _cli.Text("y.csv", "0\n1\n2\n0\n"));
    }

    [Fact]
    public void What_no_integer_holds_is_19()
    {
        // With the loihi profile weights and threshold share one step, and this threshold is a hundred-thousandth of a weight.
        string net = _cli.Text("small.json", """
            {"format": "edgespike-description", "version": 1, "nodes": [
              {"name": "input", "type": "input", "shape": [3]},
              {"name": "fc1", "type": "linear", "weight": [[0.5, -0.2, 0.1], [0.3, 0.4, -0.1]]},
              {"name": "lif1", "type": "neuron", "decay": 0.8, "threshold": 1e-6},
              {"name": "output", "type": "output"}]}
            """);
        Fails(ErrorCode.Overflow, "lif1", "convert", net, "-o", _cli["out.esm"], "--profile", "loihi");
    }

    [Fact]
    public void What_a_profile_or_a_file_can_not_do_is_20()
    {
        Fails(ErrorCode.Unsupported, "lif1", "convert", _cli.Description(), "-o", _cli["out.esm"], "--profile", "loihi");
        Fails(ErrorCode.Unsupported, "integers", "run", _cli.Model(), "--input", _cli.Spikes("x.npy"), "--reference");
        Fails(ErrorCode.Unsupported, "fc1", "run", _cli.Description(), "--input", _cli.Spikes("x.npy"), "--record", $"fc1:membrane={_cli["v.npy"]}");
    }

    [Fact]
    public void Other_spikes_than_the_file_expects_are_21_and_name_the_tick()
    {
        byte[] model = File.ReadAllBytes(_cli.Model());
        // The expectation of tick 7 of the first vector: behind its inputs, a checksum for each tick.
        int vector = BitConverter.ToInt32(model, 76), ticks = BitConverter.ToInt32(model, vector + 4), at = vector + 8;
        for (int t = 0; t < ticks; t++) at += 4 + 4 * BitConverter.ToInt32(model, at);
        model[at + 4 * 7] ^= 1;
        Sign(model);
        File.WriteAllBytes(_cli["other.esm"], model);

        Outcome outcome = Fails(ErrorCode.CheckFailed, "tick 7", "check", _cli["other.esm"]);
        Assert.Empty(outcome.Output);
        JsonElement json = Edgespike.Run("check", _cli["other.esm"], "--json").Json;
        Assert.Equal(7, json.GetProperty("firstTick").GetInt32());
        Assert.False(json.GetProperty("same").GetBoolean());
    }

    [Fact]
    public void A_model_that_the_verifier_refuses_is_22()
    {
        byte[] model = File.ReadAllBytes(_cli.Model());
        File.WriteAllBytes(_cli["short.esm"], model[..^7]);
        model[16] = 9;
        File.WriteAllBytes(_cli["damaged.esm"], model);
        Sign(model);
        File.WriteAllBytes(_cli["profile.esm"], model);
        foreach (string name in (string[])["short.esm", "damaged.esm", "profile.esm"])
            foreach (string verb in (string[])["check", "inspect", "bench"])
                Fails(ErrorCode.ModelRejected, name, verb, _cli[name]);
    }

    [Fact]
    public void Output_that_can_not_be_written_is_23_and_nothing_is_written()
    {
        Directory.CreateDirectory(_cli["folder"]);
        string net = _cli.Description(), x = _cli.Spikes("x.npy");
        string[] before = _cli.Files;
        Fails(ErrorCode.OutputFailed, "folder", "convert", net, "-o", _cli["folder"], "--calibrate", x);
        Fails(ErrorCode.OutputFailed, "nowhere", "convert", net, "-o", _cli["nowhere/out.esm"], "--calibrate", x);
        // The report can't be written, so the model is not either.
        Fails(ErrorCode.OutputFailed, "x.npy", "convert", net, "-o", _cli["out.esm"], "--calibrate", x, "--report", _cli["x.npy"]);
        // The second recording can't be written, so the first is not either.
        Fails(ErrorCode.OutputFailed, "nowhere", "run", net, "--input", x, "--record", $"lif1={_cli["a.npy"]}", "--record", $"lif2={_cli["nowhere/b.npy"]}");
        Fails(ErrorCode.OutputFailed, "nowhere", "demo", "memory", "--svg", _cli["nowhere/m.svg"]);
        Assert.Equal(before, _cli.Files);
    }

    [Fact]
    public void A_failed_conversion_leaves_the_old_model_as_it_was()
    {
        string model = _cli.Model();
        byte[] before = File.ReadAllBytes(model);
        Fails(ErrorCode.ParameterRange, "lif1", "convert", _cli.Description("bad.json", "\"decay\": 0.8", "\"decay\": 1.5"), "-o", model);
        Assert.Equal(before, File.ReadAllBytes(model));
    }

    [Fact]
    public void A_time_constant_without_dt_is_24()
    {
        File.WriteAllBytes(_cli["net.nir"], Nir(0.01));
        Fails(ErrorCode.OptionNeeded, "--dt", "convert", _cli["net.nir"], "-o", _cli["out.esm"]);
        Fails(ErrorCode.OptionNeeded, "--dt", "inspect", _cli["net.nir"]);
    }

    [Fact]
    public void Stopping_is_130_and_nothing_is_written()
    {
        string net = _cli.Description(), x = _cli.Spikes("x.npy", samples: 50);
        string[] before = _cli.Files;
        using CancellationTokenSource stop = new();
        stop.Cancel();
        foreach (string[] arguments in (string[][])[["convert", net, "-o", _cli["out.esm"], "--calibrate", x], ["run", net, "--input", x, "--record", $"lif1={_cli["a.npy"]}"], ["demo", "memory", "--svg", _cli["m.svg"]]])
        {
            Outcome outcome = Edgespike.Run(stop.Token, arguments);
            Assert.Equal(ErrorCode.Cancelled, outcome.Code);
            Assert.StartsWith("error E130 cancelled: ", outcome.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, _cli.Files);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_process_with_130()
    {
        string executable = Path.Combine(AppContext.BaseDirectory, "edgespike");
        Assert.SkipUnless(File.Exists(executable) && File.Exists("/bin/kill") && File.Exists("/usr/bin/env"), "needs the built command, /bin/kill and /usr/bin/env");

        // A shell starts what it puts into the background with interrupts ignored, and the tests may be that.
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", executable, "bench", "--seconds", "60"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        using (Process kill = Process.Start("/bin/kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal((int)ErrorCode.Cancelled, process.ExitCode);
        Assert.Empty(await process.StandardOutput.ReadToEndAsync(patience.Token));
    }

    /// <summary>Runs what has to fail, for people and as JSON, and checks both tellings.</summary>
    private static Outcome Fails(ErrorCode code, string named, params string[] arguments)
    {
        Outcome outcome = Edgespike.Run(arguments);
        Assert.True(code == outcome.Code, $"{outcome.Code} instead of {code}: {outcome.Error}");
        string line = Assert.Single(outcome.Error.TrimEnd().Split('\n'));
        Assert.StartsWith($"error E{(int)code} {ExitCodes.Name(code)}: ", line, StringComparison.Ordinal);
        Assert.Contains("; ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);

        JsonElement error = Edgespike.Run([.. arguments, "--json"]).Json.GetProperty("error");
        Assert.Equal((int)code, error.GetProperty("code").GetInt32());
        Assert.Equal(ExitCodes.Name(code), error.GetProperty("name").GetString());
        foreach (string part in (string[])["where", "what", "remedy"]) Assert.False(string.IsNullOrWhiteSpace(error.GetProperty(part).GetString()), part);
        return outcome;
    }

    /// <summary>A LIF neuron as NIR.</summary>
    private static byte[] Nir(double tau)
    {
        NirWriter writer = new();
        return writer.Chain([3], NirWriter.Node("LIF", ("tau", writer.Floats([tau, tau, tau])), ("r", writer.Floats([1, 1, 1])), ("v_leak", writer.Floats([0, 0, 0])), ("v_threshold", writer.Floats([1, 1, 1]))), [3]);
    }

    private static void Sign(byte[] model) => BitConverter.TryWriteBytes(model.AsSpan(12), Crc32.Of(model.AsSpan(16)));

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new InvalidOperationException("the writer broke");
    }
}
