using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Demos.Har;

namespace EdgeSpike.Training.Har;

/// <summary>How the windows are divided.</summary>
public enum HarSplitKind
{
    /// <summary>By window: as published work does.</summary>
    Random,

    /// <summary>By subject: who judges was never seen.</summary>
    Subjects,
}

/// <summary>Settings of a training of the wrist's network.</summary>
public sealed record HarTrainingSettings
{
    /// <summary>How the windows are divided.</summary>
    public HarSplitKind Split { get; init; } = HarSplitKind.Random;

    /// <summary>Which subjects judge, 0 to 4.</summary>
    public int Fold { get; init; }

    /// <summary>Seed of the division, the first weights and all that is drawn.</summary>
    public int Seed { get; init; }

    /// <summary>Size of the network.</summary>
    public HarNetworkSize Size { get; init; } = HarNetwork.Sizes[HarNetwork.DefaultSize];

    /// <summary>Its neurons.</summary>
    public NeuronKind Neuron { get; init; } = NeuronKind.Lif;

    /// <summary>Epochs of the network.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Epochs of the convolutional network that teaches it; 0: no teacher.</summary>
    public int TeacherEpochs { get; init; }

    /// <summary>Share of the weights of each large matrix that stays: 1, all. Less: the smallest go after training, and a fifth of the epochs follows without them.</summary>
    public double Keep { get; init; } = 1;

    /// <summary>Epochs of fine-tuning in integers, for int8 and again for int4; 0: none.</summary>
    public int IntegerEpochs { get; init; } = 4;

    /// <summary>Epochs after pruning.</summary>
    public int PrunedEpochs => Keep < 1 ? Math.Max(1, Epochs / 5) : 0;

    /// <summary>Gradient through time or through space only.</summary>
    public GradientMode Mode { get; init; } = GradientMode.ThroughTime;

    /// <summary>Leave the division's validation windows out of training and judge by them after each epoch.</summary>
    public bool Validate { get; init; }

    /// <summary>With validation: stop after as many epochs without a better one; 0: never.</summary>
    public int Patience { get; init; }

    /// <summary>Threads; the result does not depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>All that decides the result, in a line: what tells checkpoints apart.</summary>
    public string Key(HarWindows windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        return string.Create(CultureInfo.InvariantCulture, $"har {Size.Name} {Neuron} {Split} fold {Fold} seed {Seed} epochs {Epochs} teacher {TeacherEpochs} {(Keep < 1 ? $"keep {Keep} " : "")}integers {IntegerEpochs} {Mode}{(Validate ? $" validated {Patience}" : "")} data {(windows.Sha256.Length >= 12 ? windows.Sha256[..12] : "")}");
    }
}

/// <summary>An epoch of a training, as the log holds it.</summary>
/// <param name="Stage">"teacher", "network", "pruned", "int8" or "int4".</param>
/// <param name="Result">What it gave.</param>
/// <param name="Epochs">Epochs of the stage.</param>
public sealed record HarTrainingEpoch(string Stage, EpochResult Result, int Epochs);

/// <summary>The network in integers of one width.</summary>
/// <param name="Weights">Width.</param>
/// <param name="Graph">The network, fine-tuned in these integers, for <c>edgespike convert --weights</c>.</param>
/// <param name="Model">What it converts to.</param>
/// <param name="ArenaBytes">Its working memory.</param>
/// <param name="Rounded">Accuracy on the windows that judge when the float network is rounded, without fine-tuning.</param>
/// <param name="Accuracy">Accuracy after it.</param>
public sealed record HarIntegerResult(WeightType Weights, NetworkGraph Graph, byte[] Model, int ArenaBytes, double Rounded, double Accuracy);

/// <summary>What a training gave.</summary>
/// <param name="Graph">The float network.</param>
/// <param name="Integers">The network in int8 and in int4.</param>
/// <param name="Parameters">Numbers that were trained.</param>
/// <param name="TeacherAccuracy">Of the teacher on the windows that judge, or NaN.</param>
/// <param name="FloatAccuracy">Of the network on the windows that judge, in float32.</param>
/// <param name="Rates">Spikes per neuron and tick of each population's layer.</param>
/// <param name="Test">Windows that judged.</param>
public sealed record HarTrainingResult(NetworkGraph Graph, IReadOnlyList<HarIntegerResult> Integers, int Parameters, double TeacherAccuracy, double FloatAccuracy, IReadOnlyList<double> Rates, int Test);

/// <summary>
/// Trains the wrist's network on the WISDM windows: first, if asked for, a convolutional network in real numbers, then the
/// spiking one, which learns from the labels and from that one's answers.
/// </summary>
/// <remarks>
/// After each epoch a checkpoint is written beside the output, whole or not at all. No choice is made by the windows that
/// judge: they are looked at once, at the end.
/// </remarks>
public sealed class HarTraining
{
    private readonly HarWindows _windows;
    private readonly HarTrainingSettings _settings;
    private readonly HarSplit _split;
    private readonly int[] _learn;
    private readonly List<HarTrainingEpoch> _log = [];

    /// <summary>Divides the windows.</summary>
    public HarTraining(HarWindows windows, HarTrainingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(settings);
        (_windows, _settings) = (windows, settings);
        _split = settings.Split == HarSplitKind.Random ? HarSplit.Random(windows, (ulong)settings.Seed) : HarSplit.Subjects(windows, settings.Fold, (ulong)settings.Seed);
        _learn = settings.Validate ? _split.Train : [.. _split.Train.Concat(_split.Validation).Order()];
        if (_learn.Length < 128 || _split.Test.Length == 0)
            throw new ConversionException(ErrorCode.InputMismatch, "windows", $"{_learn.Length} windows to learn from and {_split.Test.Length} to judge by", "give more windows, or more subjects for --split subjects");
    }

    /// <summary>Epochs so far.</summary>
    public IReadOnlyList<HarTrainingEpoch> Log => _log;

    /// <summary>Windows that judge, as converted networks take them.</summary>
    public HarSamples Test => new(_windows, _split.Test, _settings.Size.SamplesPerTick);

    /// <summary>Windows to choose integer ranges by, spread over those that are learnt from.</summary>
    public HarSamples Calibration => new(_windows, [.. Enumerable.Range(0, 64).Select(i => _learn[(int)((long)i * _learn.Length / 64)])], _settings.Size.SamplesPerTick);

    /// <summary>Trains.</summary>
    /// <param name="checkpoint">Prefix of the checkpoints' names.</param>
    /// <param name="resume">Continue from checkpoints that are there.</param>
    /// <param name="epoch">Told after each epoch.</param>
    /// <param name="progress">Takes the share of an epoch done.</param>
    /// <param name="cancellation">Stops between steps; the last checkpoint stays.</param>
    public HarTrainingResult Run(string checkpoint, bool resume, Action<HarTrainingEpoch> epoch, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        HarTrainingSettings s = _settings;
        HarTrainingData learn = Learn();
        HarTrainingData? validation = s.Validate && _split.Validation.Length > 0 ? new(_windows, _split.Validation, s.Size.SamplesPerTick) : null;
        HarTrainingData test = new(_windows, _split.Test, s.Size.SamplesPerTick);
        TrainingOptions common = new() { Rate = 8e-3f, Seed = s.Seed, Threads = s.Threads, Patience = s.Validate ? s.Patience : 0 };
        double taught = double.NaN;
        Network[] teachers = [];
        if (s.TeacherEpochs > 0)
        {
            Network teacher = HarNetwork.CreateTeacher(s.Size.SamplesPerTick, s.Seed);
            Stage("teacher", teacher, learn, validation, common with { Epochs = s.TeacherEpochs }, [], checkpoint, resume, epoch, progress, cancellation);
            taught = Evaluation.Accuracy(teacher, test, s.Threads);
            teachers = [teacher];
        }

        Network network = HarNetwork.Create(s.Size, s.Neuron, s.Seed);
        Stage("network", network, learn, validation, common with { Epochs = s.Epochs, Mode = s.Mode, TeacherShare = 0.7f }, teachers, checkpoint, resume, epoch, progress, cancellation);
        if (s.Keep < 1)
        {
            Pruning.Apply(network, s.Keep);
            Stage("pruned", network, learn, validation, common with { Epochs = s.PrunedEpochs, Mode = s.Mode, TeacherShare = 0.7f, Rate = common.Rate / 2, WarmUp = 0.2f }, teachers, checkpoint, resume, epoch, progress, cancellation);
        }

        double[] rates = [.. Evaluation.Rates(network, test).Where((_, i) => network.Layers[i] is TemporalConvolution or LegendreCell)];
        HarIntegerResult[] integers = [.. ((WeightType[])[WeightType.Int8, WeightType.Int4]).Select(type => FineTune(network, type, learn, common, teachers, checkpoint, resume, epoch, progress, cancellation))];
        return new HarTrainingResult(Export(network, s.Size), integers, network.Count, taught, Evaluation.Accuracy(network, test, s.Threads), rates, test.Count);
    }

    /// <summary>Trains the convolutional network of <see cref="HarNetwork.CreateBaseline"/> in the same way, in float only.</summary>
    /// <returns>Its parameters, and its accuracy on the windows that judge.</returns>
    public (int Parameters, double Accuracy, int Test) RunBaseline(string checkpoint, bool resume, Action<HarTrainingEpoch> epoch, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        Network network = HarNetwork.CreateBaseline(_settings.Seed);
        HarTrainingData? validation = _settings.Validate && _split.Validation.Length > 0 ? new(_windows, _split.Validation, 2) : null;
        Stage("network", network, Learn(), validation, new TrainingOptions { Rate = 5e-3f, Seed = _settings.Seed, Threads = _settings.Threads, Epochs = _settings.Epochs }, [], checkpoint, resume, epoch, progress, cancellation);
        return (network.Count, Evaluation.Accuracy(network, new HarTrainingData(_windows, _split.Test, 2), _settings.Threads), _split.Test.Length);
    }

    // A subject that was never seen moves and wears its watch in its own way; one that was seen much as before.
    private HarTrainingData Learn() => new(
        _windows, _learn, _settings.Size.SamplesPerTick,
        _settings.Split == HarSplitKind.Subjects ? new HarAugmentation { Flip = 0.25f, Mirror = 0.25f } : new HarAugmentation { Turn = 3, Scale = 0.02f, Noise = 0.005f, Warp = 0.05f });

    /// <summary>The network as one that takes whole sensor readings.</summary>
    public static NetworkGraph Export(Network network, HarNetworkSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        return NetworkExport.ToGraph(network, "har", 0.05 * size.SamplesPerTick, HarWindows.ActivityNames, Units(size));
    }

    private static float[] Units(HarNetworkSize size) => [.. Enumerable.Range(0, HarWindows.Channels * size.SamplesPerTick).Select(c => HarTrainingData.Step(c % HarWindows.Channels))];

    /// <summary>The network in integers, as <c>edgespike convert --calibrate</c> with <see cref="Calibration"/> makes it.</summary>
    public ConversionResult Convert(NetworkGraph graph, WeightType weights)
    {
        HarSamples calibration = Calibration;
        return Converter.Convert(graph, new ConvertOptions { Weights = weights }, calibration, null, null);
    }

    // Folded, then trained on with the scales that the conversion chooses before each epoch.
    private HarIntegerResult FineTune(Network network, WeightType weights, HarTrainingData learn, TrainingOptions common, Network[] teachers, string checkpoint, bool resume, Action<HarTrainingEpoch> epoch, IProgress<double>? progress, CancellationToken cancellation)
    {
        HarTrainingSettings s = _settings;
        HarSamples test = Test;
        Network folded = Folding.Fold(network);
        float[] units = Units(s.Size);
        double Judge(byte[] model) => test.Accuracy(test.Answers(model, s.Threads));
        ConversionResult converted = Convert(Export(folded, s.Size), weights);
        double rounded = Judge(converted.Bytes);
        if (s.IntegerEpochs > 0)
        {
            string stage = weights.ToString().ToLowerInvariant();
            TrainingOptions options = common with { Epochs = s.IntegerEpochs, Mode = s.Mode, Rate = 5e-4f, WarmUp = 0.2f, Averaging = 0.99f, TeacherShare = 0.7f, Patience = 0 };
            void Prepare(Trainer trainer) => trainer.UseIntegers(Convert(Export(folded, s.Size), weights).Bytes, units);
            Stage(stage, folded, learn, null, options, teachers, checkpoint, resume, epoch, progress, cancellation, Prepare);
            converted = Convert(Export(folded, s.Size), weights);
        }

        return new HarIntegerResult(weights, Export(folded, s.Size), converted.Bytes, converted.Report.ArenaWords * 4, rounded, s.IntegerEpochs > 0 ? Judge(converted.Bytes) : rounded);
    }

    /// <summary>The log as a table.</summary>
    public byte[] LogTable()
    {
        StringBuilder text = new("stage,epoch,rate,loss,accuracy,validation,seconds\n");
        foreach (HarTrainingEpoch e in _log)
            text.Append(CultureInfo.InvariantCulture, $"{e.Stage},{e.Result.Epoch},{e.Result.Rate:g4},{e.Result.Loss:f5},{e.Result.Accuracy:f5},{(double.IsNaN(e.Result.Validation) ? "" : e.Result.Validation.ToString("f5", CultureInfo.InvariantCulture))},{e.Result.Seconds:f1}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Names of the checkpoints of a prefix.</summary>
    public static IEnumerable<string> Checkpoints(string prefix) => ((string[])["teacher", "network", "pruned", "int8", "int4"]).Select(stage => $"{prefix}.{stage}.checkpoint");

    private void Stage(string stage, Network network, HarTrainingData learn, HarTrainingData? validation, TrainingOptions options, Network[] teachers, string checkpoint, bool resume, Action<HarTrainingEpoch> epoch, IProgress<double>? progress, CancellationToken cancellation, Action<Trainer>? prepare = null)
    {
        Trainer trainer = new(network, learn, options, teachers);
        string path = $"{checkpoint}.{stage}.checkpoint", key = $"{stage}: {_settings.Key(_windows)}";
        if (resume && File.Exists(path)) Checkpoint.Read(path, network, trainer, key);
        _log.AddRange(trainer.History.Select(result => new HarTrainingEpoch(stage, result, options.Epochs)));
        while (!trainer.IsDone)
        {
            prepare?.Invoke(trainer);
            EpochResult result = trainer.RunEpoch(validation, progress, cancellation);
            _log.Add(new HarTrainingEpoch(stage, result, options.Epochs));
            Checkpoint.Write(path, network, trainer, key);
            epoch(_log[^1]);
        }

        trainer.Finish();
    }
}
