using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Runtime;

namespace EdgeSpike.Demos.Blimp;

/// <summary>A layer whose spikes are shown.</summary>
/// <param name="Name">Such as "pd.hidden".</param>
/// <param name="Operator">The operator that emits them.</param>
/// <param name="Buffer">Where they are after it has run.</param>
/// <param name="Neurons">Its size.</param>
public sealed record BlimpLayer(string Name, int Operator, int Buffer, int Neurons);

/// <summary>A spiking controller's model file: one number in, the error of altitude, one out, the command, once every 0.1 s.</summary>
public sealed class BlimpModel
{
    private BlimpModel(byte[] bytes, string where, Interpreter interpreter, ModelMetadata metadata)
    {
        (Bytes, Where) = (bytes, where);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        ArenaBytes = 4 * interpreter.Model.ArenaWords;
        (ErrorStep, ErrorBound, CommandStep) = (metadata.Inputs[0].Step, metadata.Inputs[0].Bound, metadata.Outputs[0].Step);
        Layers = [.. metadata.Layers.Where(l => l.Spikes >= 0).Select(l => new BlimpLayer(l.Name, l.Operator, l.Spikes, l.Count))];
        Port = Array.FindIndex(interpreter.Model.Ports, p => p.Kind == PortKind.Input);
        Command = interpreter.Model.Ports.First(p => p.Kind == PortKind.Scores).Offset;
    }

    /// <summary>The whole file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Its name.</summary>
    public string Where { get; }

    /// <summary>SHA-256 of the file, in lower case.</summary>
    public string Sha256 { get; }

    /// <summary>Working memory.</summary>
    public int ArenaBytes { get; }

    /// <summary>Metres of one step of the error.</summary>
    public double ErrorStep { get; }

    /// <summary>Largest error, in steps.</summary>
    public int ErrorBound { get; }

    /// <summary>Units of u of one step of the command.</summary>
    public double CommandStep { get; }

    /// <summary>Layers that spike, in the file's order.</summary>
    public IReadOnlyList<BlimpLayer> Layers { get; }

    /// <summary>All neurons of them.</summary>
    public int Neurons => Layers.Sum(l => l.Neurons);

    /// <summary>Index of the input port.</summary>
    internal int Port { get; }

    /// <summary>Word of the arena that holds the command after a tick.</summary>
    public int Command { get; }

    /// <summary>The model that comes with the demo; null: this build has none.</summary>
    public static BlimpModel? Included() => IncludedFile.Read("blimp.esm") is byte[] bytes ? Load(bytes, "the included model") : null;

    /// <summary>Verifies a model and makes sure that it is a controller.</summary>
    /// <exception cref="ConversionException">It is damaged, or made for something else.</exception>
    public static BlimpModel Load(byte[] bytes, string where)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Interpreter interpreter = ModelLoading.Load(bytes, where);
        ModelFile model = interpreter.Model;
        ModelMetadata? metadata = ModelMetadata.TryParse(bytes.AsSpan(model.MetadataOffset, model.MetadataBytes));
        string? misfit = null;
        ModelPort[] scores = [.. model.Ports.Where(p => p.Kind == PortKind.Scores)], inputs = [.. model.Ports.Where(p => p.Kind == PortKind.Input)];
        if (metadata is null || metadata.Inputs.Count != 1 || metadata.Outputs.Count != 1 || inputs.Length != 1 || scores.Length != 1) misfit = "it does not have one input and one output";
        else if (inputs[0].Holds != BufferKind.Values || inputs[0].Length != 1) misfit = "its input is not one value, the error of altitude";
        else if (scores[0].Holds != BufferKind.Values || scores[0].Length != 1) misfit = "its output is not one value, the command";
        else if (metadata.Inputs[0].Kind != InputKind.Real || !(metadata.Inputs[0].Step > 0) || !(metadata.Outputs[0].Step > 0) || metadata.Inputs[0].Bound < 1) misfit = "it does not tell the units of its error and its command";
        else if (metadata.Layers.Any(l => l.Spikes >= 0 && (l.Spikes >= model.Buffers.Length || l.Operator < 0 || l.Operator >= model.Operators.Length))) misfit = "its metadata names layers that it does not have";
        if (misfit is not null) throw new ConversionException(ErrorCode.Unsupported, where, misfit, "give a controller that 'edgespike train blimp' wrote");
        return new BlimpModel(bytes, where, interpreter, metadata!);
    }

    /// <summary>A fresh interpreter.</summary>
    internal Interpreter NewInterpreter() => ModelLoading.Load(Bytes, Where);
}
