using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Runtime;

namespace EdgeSpike.Demos.Har;

/// <summary>A model that takes a wrist's motion: how its ticks take samples, and what of it can be counted.</summary>
public sealed class HarModel
{
    private readonly int[] _order;

    private HarModel(byte[] bytes, string where, ModelMetadata metadata, Interpreter interpreter)
    {
        Bytes = bytes;
        Where = where;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        InputMetadata input = metadata.Inputs[0];
        int size = input.Shape.Aggregate(1, (a, b) => a * b);
        if (size % HarWindows.Channels != 0 || size == 0 || HarWindows.Ticks % (size / HarWindows.Channels) != 0)
            throw Unfit($"its input has {size} elements", $"give a model whose ticks take 1, 2, 4, … samples of {HarWindows.Channels} values");
        if (input.Kind == InputKind.Spikes || input.Step != 1)
            throw Unfit("its input takes no whole readings", "convert it with --calibrate on readings in 0.001 m/s² and 0.001 rad/s");
        SamplesPerTick = size / HarWindows.Channels;
        Ticks = HarWindows.Ticks / SamplesPerTick;
        // [channels, samples] is how a convolution of the source sees a tick; anything else is sample by sample.
        bool channelsFirst = SamplesPerTick > 1 && input.Shape is [HarWindows.Channels, _];
        Layout layout = new(input.Channels, input.Positions);
        _order = new int[size];
        for (int p = 0; p < size; p++)
        {
            int source = layout.ToSource(p);
            _order[p] = channelsFirst ? source % SamplesPerTick * HarWindows.Channels + source / SamplesPerTick : source;
        }

        Layers = [.. metadata.Layers.Where(l => l.Spikes >= 0).Select(l => new HarLayer(l.Name, l.Operator, l.Count))];
        FileBytes = bytes.Length;
        ArenaBytes = 4 * interpreter.Model.ArenaWords;
    }

    /// <summary>The split of the windows that the included model was trained with: its test windows are new to it.</summary>
    public static (bool BySubjects, int Fold, int Seed) IncludedSplit => (false, 0, 0);

    /// <summary>The whole file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Its name.</summary>
    public string Where { get; }

    /// <summary>SHA-256 of the file, in lower case.</summary>
    public string Sha256 { get; }

    /// <summary>Samples that a tick takes.</summary>
    public int SamplesPerTick { get; }

    /// <summary>Ticks of a window.</summary>
    public int Ticks { get; }

    /// <summary>Layers that spike.</summary>
    public IReadOnlyList<HarLayer> Layers { get; }

    /// <summary>Bytes of the file.</summary>
    public int FileBytes { get; }

    /// <summary>Working memory.</summary>
    public int ArenaBytes { get; }

    /// <summary>The model that comes with the demo; null: this build has none.</summary>
    public static HarModel? Included() => IncludedFile.Read("har.esm") is byte[] bytes ? Load(bytes, "the included model") : null;

    /// <summary>Verifies a model and makes sure that it fits.</summary>
    /// <exception cref="ConversionException">It is damaged, or made for something else.</exception>
    public static HarModel Load(byte[] bytes, string where)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Interpreter interpreter = ModelLoading.Load(bytes, where);
        ModelFile model = interpreter.Model;
        ModelMetadata? metadata = ModelMetadata.TryParse(bytes.AsSpan(model.MetadataOffset, model.MetadataBytes));
        if (metadata is null || metadata.Inputs.Count != 1 || metadata.Outputs.Count == 0)
            throw new ConversionException(ErrorCode.Unsupported, where, "it does not have one input and an output", "give a model made for the wrist");
        HarModel made = new(bytes, where, metadata, interpreter);
        (StreamError error, WindowClassifier classifier) = made.TryClassifier(null);
        if (error != StreamError.None) throw made.Unfit($"its ports do not fit ({error})", "give a model made for the wrist");
        if (classifier.Classes != HarWindows.Classes) throw made.Unfit($"it has {classifier.Classes} classes", $"give one of the {HarWindows.Classes} activities");
        return made;
    }

    /// <summary>An interpreter of its own with a classifier on it.</summary>
    /// <param name="confidence">Gains and limits; null: flat gains, no early answer.</param>
    public WindowClassifier Classifier(Confidence? confidence)
    {
        (StreamError error, WindowClassifier classifier) = TryClassifier(confidence);
        return error == StreamError.None ? classifier : throw Unfit($"the confidence does not fit ({error})", "calibrate it on this model");
    }

    /// <summary>A fresh interpreter.</summary>
    public Interpreter NewInterpreter() => ModelLoading.Load(Bytes, Where);

    private (StreamError Error, WindowClassifier Classifier) TryClassifier(Confidence? confidence)
    {
        WindowClassifier classifier = new();
        Interpreter interpreter = NewInterpreter();
        StreamError error = classifier.Prepare(interpreter, HarWindows.Channels, SamplesPerTick, _order, confidence ?? new Confidence(new int[Ticks], 0, null));
        return (error, classifier);
    }

    private ConversionException Unfit(string what, string remedy) => new(ErrorCode.Unsupported, Where, what, remedy);
}

/// <summary>A layer whose spikes are counted.</summary>
/// <param name="Name">Name in the source.</param>
/// <param name="Operator">The operator that counts them.</param>
/// <param name="Neurons">Its size.</param>
public sealed record HarLayer(string Name, int Operator, int Neurons);
