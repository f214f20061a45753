using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Demos.Har;
using EdgeSpike.Runtime;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike demo har: what a wrist does, from its motion, window by window.</summary>
internal static class HarVerb
{
    private const int DefaultWindows = 70, SimulatedPeople = 5, SimulatedEach = 20;
    private const double DefaultLost = 0.2, SimulatedSeconds = 10;
    private const ulong SimulatedSeed = 2026;
    private const long SimulatedStart = 1_000_000;

    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Option<string?> data = Choices.Path("--data", "DIR", "Folder of windows as 'edgespike data wisdm' writes it. Default: where that puts them; without any, the simulated wrist.");
        Option<bool> simulated = new("--simulated") { Description = "A simulated wrist: its samples come unevenly, late, doubled, damaged or not at all, and are resampled." };
        Option<double?> windows = Whole("--windows", "Windows to answer.", $"{DefaultWindows}, all with --evaluate");
        Option<string?> model = Choices.Path("--model", "FILE.esm", "Another model for the wrist. Default: the included one.");
        Option<bool?> split = Choices.Of("--split", "What the model was trained on, so that the windows are new to it: a random part, or other people. Default: as the included model.", ("random", false), ("subjects", true));
        Option<double?> fold = Whole("--fold", "Fold of the split by subjects, 0 to 4.", "0");
        Option<double?> seed = Whole("--seed", "Seed of the split.", "0");
        Option<bool> early = new("--early-exit") { Description = "Answer as soon as it is sure enough." };
        Option<double?> lost = Choices.Number("--most-lost", "POINTS", $"Accuracy that answering early may cost where it is calibrated, in points. Default {DefaultLost}.", v => v is >= 0 and <= 100, "0 to 100");
        Option<bool> evaluate = new("--evaluate") { Description = "All test windows instead of a show: accuracy with and without early answers, and the nearest-neighbour baseline on both splits." };
        Option<string?> exit = Choices.Path("--write-calibration", "FILE", "Calibrate early answers on the validation windows and write the result here.");
        Option<string?> report = Choices.Path("--report", "DIR", "Folder for har.html, its first picture har.svg, and har.json.");
        Option<double?> pace = Choices.Number("--pace", "SECONDS", "Time between answers when someone watches; 2 is as fast as the wrist. Default 0.15.", v => v is >= 0 and <= 10, "0 to 10");
        BoardChoices boards = new();
        VerbCommand har = new(
            "har", "What a wrist does, from its accelerometer and gyroscope: a spiking network with a Legendre memory answers every 2 s, with a confidence.",
            ("edgespike demo har", "live, on recordings if there are any, else on a simulated wrist"),
            ("edgespike demo har --simulated --windows 140 --report har", "an uneven stream from a simulated sensor, and a page"),
            ("edgespike demo har --early-exit --board mps2-an386", "on a board, here in QEMU, every tick compared with this machine"),
            ("edgespike demo har --evaluate --json", "accuracy and early answers on all test windows"));
        foreach (Option option in (Option[])[data, simulated, windows, model, split, fold, seed, early, lost, evaluate, exit, report, pace]) har.Add(option);
        boards.AddTo(har);
        har.Work = parsed =>
        {
            HarModel wrist = parsed.GetValue(model) is string path ? HarModel.Load(InputFile.ReadAllBytes(path), path)
                : HarModel.Included() ?? throw new ConversionException(ErrorCode.OptionNeeded, "edgespike demo har", "this build includes no model", "give one with --model");
            if (parsed.GetValue(fold) is double f && f >= HarSplit.Folds) throw new ConversionException(ErrorCode.Usage, $"--fold {f}", "there is no such fold", "give 0 to 4");
            (bool bySubjects, int includedFold, int includedSeed) = HarModel.IncludedSplit;
            Chosen chosen = Choose(session, parsed.GetValue(simulated) || parsed.GetValue(data) is null && FindData() is null ? null : parsed.GetValue(data) ?? FindData(),
                parsed.GetValue(split) ?? bySubjects, (int)(parsed.GetValue(fold) ?? includedFold), (ulong)(parsed.GetValue(seed) ?? includedSeed));

            double mostLost = (parsed.GetValue(lost) ?? DefaultLost) / 100;
            ExitCalibration? calibration = parsed.GetValue(lost) is null && parsed.GetValue(exit) is null ? ExitCalibration.Included(wrist) : null;
            calibration ??= LongWork.Run(session, "calibrating early answers", progress => ExitCalibration.Of(wrist, chosen.Windows, chosen.Split.Validation, $"the split's validation windows of {chosen.Name}", mostLost, progress));
            if (parsed.GetValue(exit) is string file) OutputFile.Write(file, JsonSerializer.Serialize(calibration, ReportWriter.Json) + "\n");

            string? temporary = null;
            try
            {
                string? modelPath = parsed.GetValue(model);
                if (modelPath is null && boards.Given(parsed))
                {
                    temporary = Directory.CreateTempSubdirectory("edgespike-").FullName;
                    modelPath = Path.Combine(temporary, "har.esm");
                    File.WriteAllBytes(modelPath, wrist.Bytes);
                }

                using DeviceConnection? connection = modelPath is null ? null : boards.Open(session, parsed, modelPath, wrist.Bytes);
                ReplayDevice? device = connection is null ? null : new ReplayDevice(connection, wrist.Bytes, wrist.Where);
                int? count = (int?)parsed.GetValue(windows);
                return parsed.GetValue(evaluate)
                    ? Evaluate(session, wrist, chosen, calibration, count, device, connection?.Place)
                    : Show(session, wrist, chosen, calibration, parsed.GetValue(early), count ?? DefaultWindows, parsed.GetValue(pace) ?? 0.15, device, connection?.Place, parsed.GetValue(report));
            }
            finally
            {
                if (temporary is not null) Directory.Delete(temporary, recursive: true);
            }
        };
        return har;
    }

    private static Option<double?> Whole(string name, string description, string byDefault) =>
        Choices.Number(name, "N", $"{description} Default {byDefault}.", v => v >= (name == "--windows" ? 1 : 0) && v <= 10_000_000 && v == Math.Floor(v), "a whole number");

    /// <summary>A folder with windows where they usually are, or null.</summary>
    private static string? FindData()
    {
        string? shared = Environment.GetEnvironmentVariable("EDGESPIKE_DATA") is { Length: > 0 } set ? Path.Combine(set, "har") : null;
        return ((string?[])[WisdmDataSet.DefaultFolder, shared]).FirstOrDefault(f => f is not null && File.Exists(Path.Combine(f, HarWindows.IndexFile)));
    }

    private static Chosen Choose(Session session, string? folder, bool bySubjects, int fold, ulong seed)
    {
        if (folder is null)
        {
            HarWindows made = SimulatedWrist.Windows(SimulatedPeople, SimulatedEach, SimulatedSeed);
            return new Chosen(made, HarSplit.Random(made, seed), "a simulated wrist", $"simulated wrist, seed {SimulatedSeed} (no person)", null);
        }

        HarWindows windows = LongWork.Run(session, "reading windows", _ => HarWindows.Read(folder));
        HarSplit split = bySubjects ? HarSplit.Subjects(windows, fold, seed) : HarSplit.Random(windows, seed);
        if (split.Test.Length == 0 || split.Validation.Length == 0)
            throw new ConversionException(ErrorCode.InputMismatch, folder, $"{windows.Count} windows leave none to judge by", "give more windows, or more subjects for --split subjects");
        string what = windows.IsPublished ? "WISDM" : folder;
        return new Chosen(windows, split, what, bySubjects ? $"{what}, people left out of training (fold {fold})" : $"{what}, windows left out of training", folder);
    }

    private static ErrorCode Show(Session session, HarModel model, Chosen chosen, ExitCalibration calibration, bool early, int count, double pace, ReplayDevice? device, string? place, string? folder)
    {
        Confidence rule = calibration.Rule(early);
        SimulatedStream? stream = null;
        Resampler resampler = new();
        IEnumerable<HarAnswer> answers;
        if (chosen.Folder is null)
        {
            stream = new SimulatedStream(HarDemo.Troubles, SimulatedSeconds, SimulatedStart, SimulatedSeed);
            StreamError error = resampler.Prepare(HarDemo.StreamSettings(HarDemo.Troubles));
            if (error != StreamError.None) throw new InvalidOperationException($"resampler: {error}");
            answers = HarDemo.Run(model, rule, stream, resampler, count, device is not null);
        }
        else
        {
            int[] those = HarDemo.Choose(chosen.Windows, chosen.Split.Test, count, 1);
            count = those.Length;
            answers = HarDemo.Run(model, rule, chosen.Windows, those, device is not null);
        }

        List<HarAnswer> taken = [];
        HarView view = new(model, $"{(chosen.Folder is null ? "SIMULATED: " : "")}{chosen.Source}{(place is null ? "" : $", on {place}")}", confident: true, count);
        if (!session.Json && session.Console.Profile.Capabilities.Interactive)
            session.Console.Live(new Text("")).AutoClear(true).Start(context =>
            {
                foreach (HarAnswer answer in Compared())
                {
                    context.UpdateTarget(view.Add(answer));
                    context.Refresh();
                    if (pace > 0) session.Cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(pace));
                }
            });
        else
            LongWork.Run(session, "answering", progress =>
            {
                foreach (HarAnswer answer in Compared()) progress.Report((double)taken.Count / count);
                return true;
            });

        HarResult result = new()
        {
            Model = model.Where, ModelSha256 = model.Sha256, ModelBytes = model.FileBytes, ArenaBytes = model.ArenaBytes, Source = chosen.Source, Simulated = chosen.Folder is null, WindowTicks = model.Ticks,
            EarlyExit = early, Calibration = calibration, Layers = model.Layers, Answers = taken, Device = place, SameTicks = device?.SameTicks, Stream = stream is null ? null : HarDemo.Counts(stream, resampler),
        };
        string? page = null;
        if (folder is not null)
        {
            ReportWriter.MakeFolder(folder);
            OutputFile.WriteAll(HarReportPage.Files(result, folder));
            page = Path.GetFullPath(Path.Combine(folder, "har.html"));
        }

        session.Show(
            new { result.Model, result.ModelSha256, result.Source, result.Simulated, result.EarlyExit, result.Confusion.Accuracy, result.MeanTicks, result.WindowTicks, result.SynapticOperations, result.NeuronUpdates, result.Layers, result.Rates, result.Confusion, result.Answers, Board = place, result.SameTicks, result.Stream, ReportPage = page },
            console => Write(console, result, page));
        return ErrorCode.None;

        IEnumerable<HarAnswer> Compared()
        {
            foreach (HarAnswer answer in answers)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                device?.Replay($"window {answer.Window}", answer.Inputs, answer.Answer);
                taken.Add(answer);
                yield return answer;
            }
        }
    }

    private static ErrorCode Evaluate(Session session, HarModel model, Chosen chosen, ExitCalibration calibration, int? count, ReplayDevice? device, string? place)
    {
        int[] test = count is int n && n < chosen.Split.Test.Length ? HarDemo.Choose(chosen.Windows, chosen.Split.Test, n, 1) : chosen.Split.Test;
        Part Measure(string title, bool early) => LongWork.Run(session, title, progress =>
        {
            List<HarAnswer> answers = [];
            foreach (HarAnswer answer in HarDemo.Run(model, calibration.Rule(early), chosen.Windows, test, device is not null))
            {
                answers.Add(answer);
                if (!early) device?.Replay($"window {answer.Window}", answer.Inputs, answer.Answer);
                progress.Report((double)answers.Count / test.Length);
            }

            return new Part(answers.Average(a => a.Answer == a.Label ? 1.0 : 0), answers.Average(a => a.Ticks), answers.Average(a => a.SynapticOperations), answers.Average(a => a.NeuronUpdates),
                [.. model.Layers.Select((l, i) => answers.Sum(a => (double)a.Spikes[i]) / answers.Sum(a => (double)a.Ticks * l.Neurons))]);
        });

        Part whole = Measure("whole windows", early: false), early = Measure("early answers", early: true);
        (double random, double subjects)? neighbours = chosen.Folder is null ? null : LongWork.Run(session, "nearest neighbours", progress =>
        {
            double first = Neighbours(HarSplit.Random(chosen.Windows, 0));
            progress.Report(0.5);
            return (first, Neighbours(HarSplit.Subjects(chosen.Windows, 0, 0)));
        });
        double saved = 1 - early.MeanTicks / model.Ticks;
        session.Show(
            new
            {
                Model = model.Where, model.Sha256, chosen.Source, Simulated = chosen.Folder is null, Windows = test.Length, WindowTicks = model.Ticks, Whole = whole, Early = early, TicksSaved = saved, PointsLost = 100 * (whole.Accuracy - early.Accuracy), Calibration = calibration,
                NearestNeighboursRandom = neighbours?.random, NearestNeighboursSubjects = neighbours?.subjects, Board = place, device?.SameTicks,
            },
            console =>
            {
                Tables.Line(console, $"{(chosen.Folder is null ? "SIMULATED: " : "")}{Units.Number(test.Length)} windows, {chosen.Source}");
                console.Write(Tables.Of(["", ">accuracy", ">ticks", ">synaptic operations", ">neuron updates"], [Row("whole windows", whole), Row("early answers", early)]));
                Tables.Line(console, $"early answers take {100 * saved:0.0} % fewer ticks and lose {100 * (whole.Accuracy - early.Accuracy):0.00} points, at a confidence of {Verdict.Percent(calibration.Chosen.Threshold)} ({calibration.Source})");
                if (neighbours is (double r, double s)) Tables.Line(console, $"nearest neighbours, 24 features: {Verdict.Percent(r)} on random windows, {Verdict.Percent(s)} on people left out");
                if (device is not null) Tables.Line(console, $"{Units.Number(device.SameTicks)} ticks on {place} equal the host's, all of them");
            });
        return ErrorCode.None;

        static string[] Row(string name, Part part) => [name, Verdict.Percent(part.Accuracy), Units.Number(part.MeanTicks), Units.Number(Math.Round(part.SynapticOperations)), Units.Number(Math.Round(part.NeuronUpdates))];

        double Neighbours(HarSplit split) => new NearestNeighbours(chosen.Windows, [.. split.Train, .. split.Validation]).Accuracy(chosen.Windows, split.Test);
    }

    private static void Write(IAnsiConsole console, HarResult result, string? page)
    {
        string simulated = result.Simulated ? ", simulated" : "";
        Confusion confusion = result.Confusion;
        Tables.Line(console, $"{(result.Simulated ? "SIMULATED: " : "")}{result.Answers.Count} windows, {result.Source}");
        Tables.Title(console, $"Taken for{simulated}: rows are what the hand did, columns answers");
        console.Write(Tables.Of(["", .. confusion.Classes.Select(c => ">" + c)], confusion.Counts.Select((row, label) => (string[])[confusion.Classes[label], .. row.Select(n => n == 0 ? "·" : $"{n}")])));
        Tables.Line(console, $"accuracy{simulated} {Verdict.Percent(confusion.Accuracy)}: {confusion.Correct} of {confusion.Total}; {Units.Number(result.MeanTicks)} of {result.WindowTicks} ticks to an answer");
        Tables.Line(console, $"a window takes {Units.Number(Math.Round(result.SynapticOperations))} synaptic operations and {Units.Number(Math.Round(result.NeuronUpdates))} neuron updates; spikes per neuron and tick: {string.Join(", ", result.Layers.Select((l, i) => $"{l.Name} {Units.Number(Math.Round(result.Rates[i], 3))}"))}");
        if (result.Stream is { } stream) Tables.Line(console, $"stream: {Units.Number(stream.Sent)} samples arrived, {Units.Number(stream.Used)} used ({Units.Number(stream.Reordered)} late and put in place), {Units.Number(stream.Duplicates)} doubled, {Units.Number(stream.Late)} too late, {Units.Number(stream.Corrupt)} damaged, {Units.Number(stream.Lost)} lost, {Units.Number(stream.Gaps)} gaps");
        if (result.SameTicks is long same) Tables.Line(console, $"{Units.Number(same)} ticks on {result.Device} equal the host's, all of them");
        if (result.Simulated) Tables.Line(console, "for recordings of people: edgespike data wisdm");
        if (page is not null) Tables.Line(console, $"report: {page}");
    }

    /// <param name="Windows">All windows.</param>
    /// <param name="Split">Which of them the model knows.</param>
    /// <param name="Name">What the windows are of.</param>
    /// <param name="Source">What they are.</param>
    /// <param name="Folder">Where they came from; null: they are simulated.</param>
    private sealed record Chosen(HarWindows Windows, HarSplit Split, string Name, string Source, string? Folder);

    private sealed record Part(double Accuracy, double MeanTicks, double SynapticOperations, double NeuronUpdates, double[] Rates);
}
