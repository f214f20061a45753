using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Conversion.Reporting;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike run: a model, or the float reference of a network, on recordings.</summary>
internal static class RunVerb
{
    private const int MostAnswers = 20, MostScores = 12;

    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Argument<string> file = new("FILE") { Description = "Model file (.esm), or a network (.nir, .json) to run in floating point." };
        Option<string?> input = Choices.Path("--input", "X.npy", "Recordings: [T,C] or [N,T,C], uint8, int16 or float32, .npy or .csv.", "-i");
        input.Required = true;
        Option<bool> reference = new("--reference") { Description = "Run the float64 reference; what a network without model file does anyway." };
        Option<Precision?> precision = Choices.Of("--precision", "Arithmetic of the reference. Default float64.", ("float64", Precision.Float64), ("float32", Precision.Float32));
        Option<Recording[]> record = new("--record")
        {
            Description = "Writes what a layer does at every tick, under its name in the source: spikes as uint8, membrane or values as float32 in real units; [T,n] or [N,T,n]. May be repeated.",
            HelpName = "LAYER[:spikes|:membrane]=FILE.npy",
            CustomParser = result =>
            {
                List<Recording> parsed = [];
                foreach (System.CommandLine.Parsing.Token token in result.Tokens)
                    if (TryReadRecording(token.Value, out Recording? recording, out string? error)) parsed.Add(recording!);
                    else result.AddError(error!);
                return [.. parsed];
            },
        };
        Option<string?> labels = Choices.Path("--labels", "Y.npy", "Class of each recording: gives accuracy and a confusion matrix.");
        NirChoices nir = new();
        BoardChoices boards = new();
        VerbCommand verb = new(
            "run", "Runs a model, or the float reference of a network, on recordings.",
            ("edgespike run braille.esm --input x.npy --labels y.npy", "answers, accuracy and confusion matrix of the integers"),
            ("edgespike run braille.nir --dt 1e-4 --input x.npy --record lif1:membrane=v.npy --record lif1=s.npy", "the same in float64, with membranes and spikes of a layer"),
            ("edgespike run braille.esm --input x.npy --board mps2-an386", "the integers on a board, each tick compared with this machine"),
            ("edgespike run l2mu.json --precision float32 --input x.npy --json", "the reference in the arithmetic of the training framework"));
        verb.Add(file);
        foreach (Option option in (Option[])[input, reference, precision, record, labels]) verb.Add(option);
        boards.AddTo(verb);
        nir.AddTo(verb);
        verb.Work = parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            byte[] bytes = InputFile.ReadAllBytes(path);
            bool model = Sources.IsModel(path, bytes);
            if (model && (parsed.GetValue(reference) || parsed.GetValue(precision) is not null))
                throw new ConversionException(ErrorCode.Unsupported, path, "a model file holds integers only, so there is no float reference to run", "give the network it was made from (.nir, .json)");
            if (!model && boards.Given(parsed))
                throw new ConversionException(ErrorCode.Unsupported, path, "a board runs integers, and this is a network in floating point", "convert it and give the model file (.esm)");
            IPlaybackEngine engine = model
                ? new ModelEngine(bytes, path)
                : new ReferenceEngine(Sources.LoadNetwork(path, nir.Read(parsed)), parsed.GetValue(precision) ?? Precision.Float64);
            Recordings recordings = Recordings.Read(parsed.GetRequiredValue(input)!, parsed.GetValue(labels), engine.InputShape);
            Recording[] wanted = parsed.GetValue(record) ?? [];
            using DeviceConnection? connection = model ? boards.Open(session, parsed, path, bytes) : null;
            DeviceEngine? device = connection is null ? null : new DeviceEngine(connection, (ModelEngine)engine, path);
            if (device is not null) engine = device;

            PlaybackResult result = LongWork.Run(session, $"running {recordings.Samples.Count} recordings", progress => Playback.Run(engine, recordings.Samples, [.. wanted.Select(w => w.Request)], progress));
            List<Written> written = [];
            List<(string, byte[])> files = [];
            for (int i = 0; i < wanted.Length; i++)
            {
                NumericArray array = result.Signals[i];
                if (!recordings.Batched) array = new NumericArray(array.Type, [.. array.Dimensions.Skip(1)], array.Bytes.ToArray());
                files.Add((wanted[i].Path, NpyFile.ToBytes(array)));
                written.Add(new Written(wanted[i].Request.Layer, array.Type == NumericType.UInt8 ? "spikes" : wanted[i].Request.Kind == SignalKind.Membrane ? "membrane" : "values", wanted[i].Path, [.. array.Dimensions], array.Type.ToString().ToLowerInvariant()));
            }

            Confusion? confusion = recordings.Labels is null ? null : Confusion.Of(recordings.Labels, result.Answers, result.Scores[0].Length, engine.Labels);
            session.Cancellation.ThrowIfCancellationRequested();
            if (files.Count > 0) OutputFile.WriteAll(files);
            session.Show(
                new { File = path, result.Engine, result.Samples, result.Ticks, result.Answers, result.Scores, result.Saturations, confusion?.Accuracy, Confusion = confusion, Recorded = written, Board = connection?.Board.Name, SameTicks = device?.Compared },
                console =>
                {
                    Show(console, result, engine.Labels, confusion, written);
                    if (device is not null) Tables.Line(console, $"checksums of {Units.Number(device.Compared)} ticks on {connection!.Place} equal the host's, all of them");
                });
            return ErrorCode.None;
        };
        return verb;
    }

    /// <summary>Reads "lif1:membrane=v.npy". False: not such a recording; <paramref name="error"/> says why, for the user.</summary>
    internal static bool TryReadRecording(string text, out Recording? recording, out string? error)
    {
        recording = null;
        error = null;
        int equals = text.IndexOf('=');
        if (equals < 1 || equals == text.Length - 1)
        {
            error = $"--record '{text}' is not LAYER=FILE; give it as lif1=spikes.npy or lif1:membrane=v.npy";
            return false;
        }

        string layer = text[..equals];
        SignalKind kind = SignalKind.Output;
        // A name may hold ':', so only the two words count.
        foreach ((string ending, SignalKind each) in (ReadOnlySpan<(string, SignalKind)>)[(":spikes", SignalKind.Spikes), (":membrane", SignalKind.Membrane)])
            if (layer.EndsWith(ending, StringComparison.Ordinal))
            {
                layer = layer[..^ending.Length];
                kind = each;
                break;
            }

        if (layer.Length == 0) error = $"--record '{text}' names no layer; give it as lif1=spikes.npy";
        recording = new Recording(new SignalRequest(layer, kind), text[(equals + 1)..]);
        return error is null;
    }

    private static void Show(IAnsiConsole console, PlaybackResult result, IReadOnlyList<string> labels, Confusion? confusion, List<Written> written)
    {
        Tables.Line(console, $"{result.Samples} {(result.Samples == 1 ? "recording" : "recordings")} of {result.Ticks} ticks in {result.Engine}{(result.Saturations > 0 ? $", {Units.Number(result.Saturations)} saturations" : "")}");
        int shown = Math.Min(result.Samples, confusion is null ? MostAnswers : 0), classes = Math.Min(result.Scores[0].Length, MostScores);
        if (shown > 0)
        {
            console.Write(Tables.Of(
                [">recording", "answer", .. Enumerable.Range(0, classes).Select(c => $">{(c < labels.Count ? labels[c] : $"score {c}")}")],
                Enumerable.Range(0, shown).Select(n => (string[])[$"{n}", result.Answers[n] < labels.Count ? labels[result.Answers[n]] : $"{result.Answers[n]}", .. result.Scores[n].Take(classes).Select(s => s.ToString("0.####", CultureInfo.InvariantCulture))])));
            if (shown < result.Samples || classes < result.Scores[0].Length) Tables.Line(console, "more with --json");
        }

        if (confusion is not null)
        {
            Tables.Line(console, $"accuracy {Verdict.Percent(confusion.Accuracy)}: {confusion.Correct} of {confusion.Total}");
            Tables.Title(console, "Confusion: rows are labels, columns answers");
            console.Write(Tables.Of(["", .. confusion.Classes.Select(c => ">" + c)], confusion.Counts.Select((row, label) => (string[])[confusion.Classes[label], .. row.Select(n => n == 0 ? "·" : $"{n}")])));
        }

        foreach (Written each in written) Tables.Line(console, $"{each.Kind} of {each.Layer}: {each.File} ({string.Join('x', each.Shape)} {each.Type})");
    }

    /// <summary>A signal and where it goes.</summary>
    internal sealed record Recording(SignalRequest Request, string Path);

    private sealed record Written(string Layer, string Kind, string File, int[] Shape, string Type);
}
