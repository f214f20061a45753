using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using Spectre.Console;
using Profile = EdgeSpike.Conversion.Quantization.Profile;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike convert: a trained network into a model file, and a report of what that changes.</summary>
internal static class ConvertVerb
{
    private static readonly (string, WeightType)[] Widths = [("int8", WeightType.Int8), ("int16", WeightType.Int16), ("int4", WeightType.Int4)];
    private static readonly (string, Granularity)[] Granularities = [("row", Granularity.Row), ("tensor", Granularity.Tensor)];
    private static readonly (string, RangeMethod)[] Ranges = [("max", RangeMethod.Maximum), ("percentile", RangeMethod.Percentile), ("mse", RangeMethod.LeastSquares)];

    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        ConvertOptions defaults = new();
        Argument<string> input = new("IN") { Description = "Network: NIR (.nir), or a description (.json with its .safetensors)." };
        Option<string?> output = Choices.Path("--output", "OUT.esm", "Model file to write.", "-o");
        output.Required = true;
        Option<WeightType?> weights = Choices.Of("--weights", "Width of weights. Default int8.", Widths);
        Option<Granularity?> granularity = Choices.Of("--granularity", "What shares a scale: the row of a target, or the tensor. Default row.", Granularities);
        Option<RangeMethod?> weightRange = Choices.Of("--weight-range", "How weights are clipped. Default max, for int4 mse.", Ranges);
        Option<Profile?> profile = Choices.Of("--profile", "Arithmetic. Default edge.", ("edge", Profile.Edge), ("loihi", Profile.Loihi));
        Option<string?> calibrate = Choices.Path("--calibrate", "X.npy", "Recordings to choose ranges by, to compare on, and to put into the file as test vectors: [T,C] or [N,T,C], .npy or .csv.");
        Option<RangeMethod?> calibration = Choices.Of("--calibration", "How ranges of signals are taken from recordings. Default max.", Ranges);
        Option<double?> percentile = Choices.Number("--percentile", "P", $"For percentile. Default {defaults.Percentile}.", v => v is > 0 and <= 100, "a number above 0, at most 100");
        Option<string?> labels = Choices.Path("--labels", "Y.npy", "Class of each recording, for accuracy in the report.");
        Option<KeyValuePair<string, LayerOverride>[]> layers = new("--layer")
        {
            Description = "Settings of one connection: its name, then widths, granularities and ranges, such as fc1=int16,tensor. May be repeated.",
            HelpName = "NAME=int16[,tensor]",
            CustomParser = result =>
            {
                List<KeyValuePair<string, LayerOverride>> parsed = [];
                foreach (System.CommandLine.Parsing.Token token in result.Tokens)
                    if (TryReadLayer(token.Value, out string? name, out LayerOverride? settings, out string? error)) parsed.Add(KeyValuePair.Create(name!, settings!));
                    else result.AddError(error!);
                return [.. parsed];
            },
        };
        Option<string?> report = Choices.Path("--report", "DIR", "Folder for report.html and report.json.");
        NirChoices nir = new();

        VerbCommand verb = new(
            "convert", "Converts a trained spiking network into a model file in integers, and tells what that changes.",
            ("edgespike convert braille.nir -o braille.esm --dt 1e-4 --calibrate x.npy --labels y.npy --report report", "int8, ranges and test vectors from recordings, with a page that compares float and integers"),
            ("edgespike convert l2mu.json -o l2mu.esm --weights int4 --layer output=int8", "all weights in 4 bits but those of one layer"),
            ("edgespike convert net.nir -o net.esm --dt 1e-3 --reset subtract --profile loihi", "Loihi's arithmetic, bit by bit"));
        verb.Add(input);
        foreach (Option option in (Option[])[output, weights, granularity, weightRange, profile, calibrate, calibration, percentile, labels, layers, report]) verb.Add(option);
        nir.AddTo(verb);
        verb.Work = parsed =>
        {
            string destination = parsed.GetRequiredValue(output)!;
            NetworkGraph graph = Sources.LoadNetwork(parsed.GetRequiredValue(input), nir.Read(parsed));
            Dictionary<string, LayerOverride> overrides = [];
            foreach ((string name, LayerOverride settings) in parsed.GetValue(layers) ?? [])
            {
                if (graph.Find(name) is null)
                    throw new ConversionException(ErrorCode.Usage, $"--layer {name}", $"the network has no node '{name}'", $"its connections are {string.Join(", ", graph.Nodes.Where(n => n is LinearNode or ConvolutionNode or DelayedLinearNode or StateSpaceNode).Select(n => $"'{n.Name}'").Take(12))}");
                overrides[name] = settings;
            }

            ConvertOptions options = defaults with
            {
                Weights = parsed.GetValue(weights) ?? defaults.Weights,
                Granularity = parsed.GetValue(granularity) ?? defaults.Granularity,
                WeightRange = parsed.GetValue(weightRange),
                Profile = parsed.GetValue(profile) ?? defaults.Profile,
                SignalRange = parsed.GetValue(calibration) ?? defaults.SignalRange,
                Percentile = parsed.GetValue(percentile) ?? defaults.Percentile,
                Layers = overrides,
            };
            Recordings? recordings = parsed.GetValue(calibrate) is string path ? Recordings.Read(path, parsed.GetValue(labels), graph) : null;
            if (recordings is null && parsed.GetValue(labels) is not null)
                throw new ConversionException(ErrorCode.Usage, "--labels", "there are no recordings for them", "give --calibrate too");

            ConversionResult result = LongWork.Run(session, $"converting {graph.Name}", progress => Converter.Convert(graph, options, recordings?.Samples, recordings?.Labels, progress));
            if (recordings is not null) result = result with { Report = result.Report with { InputSource = Path.GetFileName(parsed.GetValue(calibrate)!) } };
            List<(string Path, byte[] Content)> files = [(destination, result.Bytes)];
            string? folder = parsed.GetValue(report);
            if (folder is not null)
            {
                ReportWriter.MakeFolder(folder);
                files.AddRange(ReportWriter.Files(result.Report, folder));
            }

            session.Cancellation.ThrowIfCancellationRequested();
            OutputFile.WriteAll(files);
            Verdict verdict = Verdict.Of(result.Report);
            session.Show(new { Output = destination, ReportPage = folder is null ? null : Path.Combine(folder, "report.html"), Verdict = verdict, result.Report }, console => Show(console, destination, folder, result.Report, verdict));
            return ErrorCode.None;
        };
        return verb;
    }

    /// <summary>Reads "fc1=int16,tensor". False: not such a setting; <paramref name="error"/> says why, for the user.</summary>
    internal static bool TryReadLayer(string text, out string? name, out LayerOverride? settings, out string? error)
    {
        name = null;
        settings = null;
        error = null;
        // A name may hold '=', a setting does not.
        int equals = text.LastIndexOf('=');
        if (equals < 1)
        {
            error = $"--layer '{text}' is not NAME=SETTING; give it as fc1=int16 or fc1=int16,tensor";
            return false;
        }

        name = text[..equals];
        settings = new LayerOverride();
        foreach (string word in text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (Choices.Find(Widths, word) is WeightType width) settings = settings with { Weights = width };
            else if (Choices.Find(Granularities, word) is Granularity granularity) settings = settings with { Granularity = granularity };
            else if (Choices.Find(Ranges, word) is RangeMethod range) settings = settings with { WeightRange = range };
            else error = $"--layer '{text}': '{word}' is none of {string.Join(", ", Widths.Select(w => w.Item1).Concat(Granularities.Select(g => g.Item1)).Concat(Ranges.Select(r => r.Item1)))}";
        }

        return error is null;
    }

    private static void Show(IAnsiConsole console, string path, string? folder, ConversionReport report, Verdict verdict)
    {
        Tables.Line(console, $"{path}: {Units.Bytes(report.FileBytes)}, working memory {Units.Bytes(4L * report.ArenaWords)}, {report.Profile} profile");
        Tables.Line(console, $"compared on {report.InputSource}: {report.Samples} samples, {Units.Number(report.Ticks)} ticks");
        console.Write(Tables.Of(["layer", ">size", ">alike", ">spikes in common", ">rate, float", ">rate, integers", ">first difference", ">saturations"], report.Layers.Select(l => (string[])
        [
            l.Name, Units.Number(l.Size),
            .. l.Spikes
                ? (string[])[Verdict.Percent(l.Agreement), Verdict.Percent(l.SpikeOverlap), l.ReferenceRate.ToString("0.0000"), l.ModelRate.ToString("0.0000"), l.FirstDifference < 0 ? "none" : $"tick {l.FirstDifference}"]
                : [$"off by {Verdict.Percent(l.RelativeError)}", "", "", "", ""],
            Units.Number(l.Saturations),
        ])));
        string colour = verdict.Trust switch { Trust.Yes => "green", Trust.No => "red", _ => "yellow" };
        console.MarkupLine($"Trust it? [{colour}]{Markup.Escape(verdict.Headline)}[/]");
        foreach (string reason in verdict.Reasons) Tables.Line(console, $"- {reason}");
        foreach (string warning in report.Warnings) Tables.Line(console, $"warning: {warning}");
        if (folder is not null) Tables.Line(console, $"report: {Path.Combine(folder, "report.html")}");
    }
}
