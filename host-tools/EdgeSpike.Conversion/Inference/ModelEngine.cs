using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Inference;

/// <summary>Plays recordings on the integers of a model file.</summary>
public sealed class ModelEngine : IPlaybackEngine
{

    /// <summary>Makes ready to run.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="where">Its name, for errors.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.WrongFormat"/>, <see cref="ErrorCode.ModelRejected"/>.</exception>
    public ModelEngine(byte[] file, string where)
    {
        Runner = new ModelRunner(file, where);
        InputShape = Runner.Metadata.Inputs.Count == 1 ? new Shape(Runner.Metadata.Inputs[0].Shape) : new Shape(Runner.InputCount);
    }

    /// <summary>The runner beneath.</summary>
    public ModelRunner Runner { get; }

    /// <inheritdoc/>
    public string Name => "integers";

    /// <inheritdoc/>
    public Shape InputShape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => Runner.Labels;

    /// <inheritdoc/>
    public (int Width, bool Spikes) Find(SignalRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string where = $"layer '{request.Layer}'";
        LayerMetadata layer = Runner.Metadata.Layers.FirstOrDefault(l => l.Name == request.Layer)
            ?? throw new ConversionException(ErrorCode.Usage, where, "the model records no such layer", $"it records {string.Join(", ", Runner.Metadata.Layers.Select(l => $"'{l.Name}'").Take(20))}");
        bool spikes = layer.Spikes >= 0, values = layer.Membrane >= 0 || layer.Values >= 0;
        if (request.Kind == SignalKind.Membrane && layer.Membrane < 0)
            throw new ConversionException(ErrorCode.Unsupported, where, $"a {layer.Kind} has no membrane", "leave out ':membrane' to record its output");
        if (request.Kind == SignalKind.Spikes && !spikes)
            throw new ConversionException(ErrorCode.Unsupported, where, $"a {layer.Kind} does not spike", "leave out ':spikes' to record its output");
        if (!spikes && !values)
            throw new ConversionException(ErrorCode.Unsupported, where, "the model keeps nothing of it", "record the layer behind it");
        return (layer.Count, spikes && request.Kind != SignalKind.Membrane);
    }

    /// <inheritdoc/>
    public void Reset() => Runner.Reset();

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<double> input, IReadOnlyList<SignalRequest> requests, double[][] signals)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(signals);
        Runner.Step(input);
        for (int r = 0; r < requests.Count; r++)
        {
            ReadOnlySpan<double> spikes = requests[r].Kind == SignalKind.Membrane ? [] : Runner.Spikes(requests[r].Layer);
            (spikes.Length > 0 ? spikes : Runner.Values(requests[r].Layer)).CopyTo(signals[r]);
        }
    }

    /// <inheritdoc/>
    public double[] Scores() => Runner.Metadata.Outputs.Count > 0 ? Runner.Scores() : [];

    /// <inheritdoc/>
    public int Answer() => Runner.Metadata.Outputs.Count > 0 ? Runner.Answer() : 0;

    /// <inheritdoc/>
    public long Saturations()
    {
        long sum = Runner.Interpreter.InputSaturations;
        foreach (Operator each in Runner.Interpreter.Model.Operators) sum += each.Saturations;
        return sum;
    }
}
