using System;
using System.Linq;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using Xunit;

namespace EdgeSpike.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs =>
        ["convert", "inspect", "check", "run", "bench", "boards", "flash", "demo", "demo memory", "demo har", "demo blimp", "data", "data wisdm", "train", "train har"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_help_with_an_example_that_parses(string verb)
    {
        Outcome help = Edgespike.Run([.. verb.Split(' '), "--help"]);
        Assert.Equal(0, help.Status);
        Assert.Empty(help.Error);
        Assert.Contains($"edgespike {verb}", help.Output, StringComparison.Ordinal);
        string[] lines = help.Output.Split('\n');
        int at = Array.FindIndex(lines, l => l.StartsWith("Examples:", StringComparison.Ordinal));
        Assert.True(at > 0, "no examples");
        string[] examples = [.. lines[(at + 1)..].Where(l => l.StartsWith("  edgespike ", StringComparison.Ordinal))];
        Assert.NotEmpty(examples);
        Session session = new(Console.Out, Console.Error, false, false, default);
        foreach (string example in examples)
            Assert.Empty(Cli.CommandLine.Create(session).Parse(example.Split('|')[0].Trim()["edgespike ".Length..]).Errors);
    }

    [Fact]
    public void Help_of_the_command_lists_every_verb_and_exit_status()
    {
        foreach (string[] arguments in (string[][])[[], ["--help"], ["-h"]])
        {
            Outcome help = Edgespike.Run(arguments);
            Assert.Equal(0, help.Status);
            foreach (string verb in Verbs.Select(v => v.Data.Split(' ')[0])) Assert.Contains($"  {verb} ", help.Output, StringComparison.Ordinal);
            foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
                Assert.Contains(help.Output.Split('\n'), line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, var name, ..] && number == $"{(int)code}" && name == ExitCodes.Name(code));
        }
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("check")]
    [InlineData("check", "a", "b")]
    [InlineData("convert", "in.json")]
    [InlineData("convert", "in.json", "-o", "out.esm", "--weights", "int9")]
    [InlineData("convert", "in.json", "-o", "out.esm", "--percentile", "0")]
    [InlineData("convert", "in.json", "-o", "out.esm", "--layer", "fc1")]
    [InlineData("convert", "in.json", "-o", "out.esm", "--layer", "fc1=int7")]
    [InlineData("convert", "in.json", "-o", "out.esm", "--max-spikes", "1.5")]
    [InlineData("run", "in.json", "--input", "x.npy", "--record", "lif1")]
    [InlineData("run", "in.json", "--input", "x.npy", "--precision", "float16")]
    [InlineData("bench", "--input", "x.npy")]
    [InlineData("bench", "--seconds", "1,5")]
    [InlineData("bench", "--board", "mps2-an386")]
    [InlineData("boards", "a", "b")]
    [InlineData("flash", "--board", "mps2-an386")]
    [InlineData("demo")]
    [InlineData("demo", "frobnicate")]
    public void A_wrong_command_line_is_told_in_one_line_with_where_to_look(params string[] arguments)
    {
        Outcome outcome = Edgespike.Run(arguments);
        Assert.Equal(ErrorCode.Usage, outcome.Code);
        Assert.Empty(outcome.Output);
        Assert.StartsWith("error E2 usage: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));

        Outcome json = Edgespike.Run([.. arguments, "--json"]);
        Assert.Equal(2, json.Json.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public void Settings_of_a_layer_take_words_in_any_order_and_names_with_equals()
    {
        Assert.True(Cli.Verbs.ConvertVerb.TryReadLayer("a=b=tensor,int16,mse", out string? name, out Conversion.Quantization.LayerOverride? settings, out _));
        Assert.Equal("a=b", name);
        Assert.Equal(new Conversion.Quantization.LayerOverride(Conversion.Quantization.WeightType.Int16, Conversion.Quantization.Granularity.Tensor, Conversion.Quantization.RangeMethod.LeastSquares), settings);
    }

    [Theory]
    [InlineData("lif=x.npy", "lif", Conversion.Inference.SignalKind.Output, "x.npy")]
    [InlineData("lif:spikes=x.npy", "lif", Conversion.Inference.SignalKind.Spikes, "x.npy")]
    [InlineData("a:b:membrane=c=d.npy", "a:b", Conversion.Inference.SignalKind.Membrane, "c=d.npy")]
    public void A_recording_is_a_layer_perhaps_a_signal_and_a_file(string text, string layer, Conversion.Inference.SignalKind kind, string path)
    {
        Assert.True(Cli.Verbs.RunVerb.TryReadRecording(text, out Cli.Verbs.RunVerb.Recording? recording, out _));
        Assert.Equal(new Cli.Verbs.RunVerb.Recording(new Conversion.Inference.SignalRequest(layer, kind), path), recording);
    }
}
