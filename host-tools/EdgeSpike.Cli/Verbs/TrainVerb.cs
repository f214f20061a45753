using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Demos.Har;
using EdgeSpike.Training;
using EdgeSpike.Training.Har;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike train: the networks of the demos, from recordings or by evolution in simulation.</summary>
internal static class TrainVerb
{
    private const int MostEpochs = 10_000;

    /// <summary>The verb with its networks.</summary>
    public static Command Create(Session session)
    {
        VerbCommand train = new(
            "train", "Trains the network of a demo.",
            ("edgespike train har -o har.json", "the wrist's network, from the windows that 'edgespike data wisdm' made"),
            ("edgespike train blimp pd -o pd.esm", "evolves a controller for a blimp"));
        train.Add(CreateHar(session));
        train.Add(TrainBlimpVerb.Create(session));
        return train;
    }

    private static VerbCommand CreateHar(Session session)
    {
        HarTrainingSettings defaults = new();
        Option<string?> output = Choices.Path("--output", "OUT.json", "Description to write (fine-tuned in int8); beside it its tensors, the one for int4, the log (.csv and .svg), and windows to calibrate a conversion by.", "-o");
        output.Required = true;
        Option<string?> data = Choices.Path("--data", "DIR", "Folder of the windows. Default: where 'edgespike data wisdm' puts them.");
        Option<HarSplitKind?> split = Choices.Of("--split", "Who judges: random windows, or subjects that were never seen. Default random.", ("random", HarSplitKind.Random), ("subjects", HarSplitKind.Subjects));
        Option<int?> fold = Whole("--fold", "K", "With --split subjects: which fifth of the subjects judges. Default 0.", 0, HarSplit.Folds - 1);
        Option<int?> seed = Whole("--seed", "S", "Seed of all that is drawn. Default 0.", 0, int.MaxValue);
        Option<HarNetworkSize?> size = SizeOption();
        Option<NeuronKind?> neuron = Choices.Of("--neuron", "Neurons. Default lif.", ("lif", NeuronKind.Lif), ("cuba", NeuronKind.CubaLif));
        Option<int?> epochs = Whole("--epochs", "N", $"Passes over the windows. Default {defaults.Epochs}.", 1, MostEpochs);
        Option<int?> teacher = Whole("--teacher-epochs", "N", $"Passes of the convolutional network that teaches it; 0: none. Default {defaults.TeacherEpochs}.", 0, MostEpochs);
        Option<double?> keep = Choices.Number("--keep", "SHARE", "Share of the weights that stays; the smallest are pruned and the others trained on. Default 1: all.", v => v is > 0 and <= 1, "a number above 0, at most 1");
        Option<int?> integer = Whole("--integer-epochs", "N", $"Passes of fine-tuning in integers, for int8 and for int4; 0: none. Default {defaults.IntegerEpochs}.", 0, MostEpochs);
        Option<GradientMode?> gradient = Choices.Of("--gradient", "Through time (BPTT), or through space only (SLTT), which is cheaper. Default time.", ("time", GradientMode.ThroughTime), ("space", GradientMode.ThroughSpace));
        Option<bool> validate = new("--validate") { Description = "Leave a tenth of the windows out, and judge by them after each epoch." };
        Option<int?> patience = Whole("--patience", "N", "With --validate: stop after as many epochs without a better one.", 1, MostEpochs);
        Option<bool> baseline = new("--baseline") { Description = "Train the convolutional network of 14,000 parameters that the figures compare with; only its log (.csv and .svg) is written." };
        Option<bool> resume = new("--resume") { Description = "Continue where the same command was stopped." };

        VerbCommand har = new(
            "har", "Trains the wrist's network (two temporal convolutions, an L2MU cell) on windows of accelerometer and gyroscope.",
            ("edgespike train har -o har.json", "then: edgespike convert har.json -o har.esm --calibrate har.calibration.npy"),
            ("edgespike train har --split subjects --fold 2 --seed 2 -o fold2.json", "judged by subjects that it never saw"),
            ("edgespike train har --size 14k --neuron cuba --epochs 20 --teacher-epochs 0 -o small.json --resume", "a small one, continued after an interruption"));
        foreach (Option option in (Option[])[output, data, split, fold, seed, size, neuron, epochs, teacher, keep, integer, gradient, validate, patience, baseline, resume]) har.Add(option);
        har.Work = parsed =>
        {
            string description = parsed.GetRequiredValue(output)!;
            string calibration = Path.ChangeExtension(description, ".calibration.npy"), log = Path.ChangeExtension(description, ".csv"), picture = Path.ChangeExtension(description, ".svg"), prefix = Path.ChangeExtension(description, null);
            if (!description.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                throw new ConversionException(ErrorCode.Usage, $"-o {description}", "a description ends in .json", $"give {Path.ChangeExtension(description, ".json")}");
            HarTrainingSettings settings = defaults with
            {
                Split = parsed.GetValue(split) ?? defaults.Split,
                Fold = parsed.GetValue(fold) ?? defaults.Fold,
                Seed = parsed.GetValue(seed) ?? defaults.Seed,
                Size = parsed.GetValue(size) ?? defaults.Size,
                Neuron = parsed.GetValue(neuron) ?? defaults.Neuron,
                Epochs = parsed.GetValue(epochs) ?? defaults.Epochs,
                TeacherEpochs = parsed.GetValue(teacher) ?? defaults.TeacherEpochs,
                Keep = parsed.GetValue(keep) ?? defaults.Keep,
                IntegerEpochs = parsed.GetValue(integer) ?? defaults.IntegerEpochs,
                Mode = parsed.GetValue(gradient) ?? defaults.Mode,
                Validate = parsed.GetValue(validate),
                Patience = parsed.GetValue(patience) ?? 0,
            };
            if (parsed.GetValue(fold) is not null && settings.Split == HarSplitKind.Random)
                throw new ConversionException(ErrorCode.Usage, "--fold", "a split by random windows has no folds", "give --split subjects too");
            if (settings.Patience > 0 && !settings.Validate) throw new ConversionException(ErrorCode.Usage, "--patience", "nothing is judged between epochs", "give --validate too");

            HarWindows windows = HarWindows.Read(parsed.GetValue(data) ?? WisdmDataSet.DefaultFolder);
            HarTraining training = new(windows, settings);
            Stopwatch watch = Stopwatch.StartNew();
            int all = parsed.GetValue(baseline) ? settings.Epochs : settings.TeacherEpochs + settings.Epochs + settings.PrunedEpochs + 2 * settings.IntegerEpochs, done = 0;
            void Epoch(HarTrainingEpoch epoch)
            {
                done++;
                int after = epoch.Stage switch { "teacher" => all - settings.TeacherEpochs, "network" => settings.PrunedEpochs + 2 * settings.IntegerEpochs, "pruned" => 2 * settings.IntegerEpochs, "int8" => settings.IntegerEpochs, _ => 0 };
                if (parsed.GetValue(baseline)) after = 0;
                int left = epoch.Epochs - epoch.Result.Epoch + after;
                string judged = double.IsNaN(epoch.Result.Validation) ? "" : $", validation {100 * epoch.Result.Validation:0.00} %";
                session.Error.WriteLine($"{epoch.Stage} {epoch.Result.Epoch}/{epoch.Epochs}: loss {epoch.Result.Loss:0.0000}, right {100 * epoch.Result.Accuracy:0.00} %{judged}, {TimeSpan.FromSeconds(watch.Elapsed.TotalSeconds / done * left):hh\\:mm\\:ss} left");
            }

            if (parsed.GetValue(baseline))
            {
                (int parameters, double accuracy, int judged) = Stoppable(session, training, progress => training.RunBaseline($"{prefix}.baseline", parsed.GetValue(resume), Epoch, new Share(progress, () => (double)done / all, 1.0 / all), session.Cancellation));
                OutputFile.WriteAll([(log, training.LogTable()), (picture, Picture(training))]);
                File.Delete($"{prefix}.baseline.network.checkpoint");
                session.Show(new { Log = log, Settings = settings, Parameters = parameters, Test = judged, FloatAccuracy = accuracy }, console => Tables.Line(console, $"convolutional network of {Units.Number(parameters)} parameters in float: {Verdict.Percent(accuracy)} of {Units.Number(judged)} windows right; log: {log}"));
                return ErrorCode.None;
            }

            HarTrainingResult result = Stoppable(session, training, progress => training.Run(prefix, parsed.GetValue(resume), Epoch, new Share(progress, () => (double)done / all, 1.0 / all), session.Cancellation));
            List<(string, byte[])> files = [(log, training.LogTable()), (picture, Picture(training)), (calibration, training.Calibration.ToNpy())];
            List<string> descriptions = [];
            foreach (HarIntegerResult integers in result.Integers)
            {
                string json = integers.Weights == WeightType.Int8 ? description : Path.ChangeExtension(description, $".{Word(integers.Weights)}.json");
                string tensors = Path.ChangeExtension(json, ".safetensors");
                (byte[] text, byte[] values) = DescriptionWriter.ToBytes(integers.Graph, Path.GetFileName(tensors));
                files.AddRange([(tensors, values), (json, text)]);
                descriptions.Add(json);
            }

            OutputFile.WriteAll(files);
            foreach (string checkpoint in HarTraining.Checkpoints(prefix)) File.Delete(checkpoint);
            session.Show(
                new
                {
                    Output = descriptions,
                    Calibration = calibration,
                    Log = log,
                    Settings = settings,
                    result.Parameters,
                    result.Test,
                    result.TeacherAccuracy,
                    result.FloatAccuracy,
                    result.Rates,
                    Integers = result.Integers.Select(i => new { i.Weights, i.Rounded, i.Accuracy, FileBytes = i.Model.Length, i.ArenaBytes }),
                },
                console =>
                {
                    Tables.Line(console, $"{description}: {Units.Number(result.Parameters)} parameters, judged by {Units.Number(result.Test)} windows it never saw; log: {log}");
                    List<string[]> rows = [];
                    if (!double.IsNaN(result.TeacherAccuracy)) rows.Add(["teacher, float", Verdict.Percent(result.TeacherAccuracy), "", ""]);
                    rows.Add(["float", Verdict.Percent(result.FloatAccuracy), "", ""]);
                    rows.AddRange(result.Integers.Select((i, n) => (string[])[$"{Word(i.Weights)}, rounded", Verdict.Percent(i.Rounded), "", ""]));
                    rows.AddRange(result.Integers.Select((i, n) => (string[])[$"{Word(i.Weights)}, fine-tuned: {descriptions[n]}", Verdict.Percent(i.Accuracy), Units.Bytes(i.Model.Length), Units.Bytes(i.ArenaBytes)]));
                    console.Write(Tables.Of(["", ">right", ">file", ">working memory"], rows));
                    Tables.Line(console, $"then: edgespike convert {description} -o {Path.ChangeExtension(description, ".esm")} --calibrate {calibration}");
                });
            return ErrorCode.None;
        };
        return har;
    }

    private static T Stoppable<T>(Session session, HarTraining training, Func<IProgress<double>, T> work)
    {
        try
        {
            return LongWork.Run(session, "training", work);
        }
        catch (OperationCanceledException)
        {
            throw new ConversionException(ErrorCode.Cancelled, "edgespike train har", "stopped", training.Log.Count > 0 ? "give the same command with --resume to go on" : "no file was changed");
        }
    }

    private static byte[] Picture(HarTraining training) => Encoding.UTF8.GetBytes(HarTrainingPicture.Draw(training.Log).ToSvgFile("Loss and accuracy over the epochs of a training"));

    private static string Word(WeightType weights) => weights.ToString().ToLowerInvariant();

    private static Option<HarNetworkSize?> SizeOption()
    {
        string words = string.Join('|', HarNetwork.Sizes.Keys);
        Option<HarNetworkSize?> option = new("--size")
        {
            Description = $"Size of the network, by its name. Default {HarNetwork.DefaultSize}, which is committed.",
            HelpName = words,
            CustomParser = result =>
            {
                string given = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
                if (HarNetwork.Sizes.TryGetValue(given, out HarNetworkSize? found)) return found;
                result.AddError($"--size '{given}' is none of {words}");
                return null;
            },
        };
        option.CompletionSources.Add([.. HarNetwork.Sizes.Keys]);
        return option;
    }

    private static Option<int?> Whole(string name, string unit, string description, int low, int high) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string given = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (int.TryParse(given, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int value) && value >= low && value <= high) return value;
            result.AddError($"{name} '{given}' is not a whole number {(high == int.MaxValue ? $"from {low}" : $"from {low} to {high}")}");
            return null;
        },
    };

    // The share of an epoch as a share of all of them.
    private sealed class Share(IProgress<double> progress, Func<double> before, double one) : IProgress<double>
    {
        public void Report(double value) => progress.Report(Math.Min(1, before() + one * value));
    }
}
