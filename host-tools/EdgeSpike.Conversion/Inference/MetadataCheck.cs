using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Inference;

/// <summary>
/// Holds a file's metadata to its model: the verifier proves nothing about it, and a wrong index would read beyond a buffer.
/// </summary>
internal static class MetadataCheck
{
    /// <summary>True when every buffer, operator, shape and step that the metadata names is one of the model's.</summary>
    public static bool Fits(ModelMetadata metadata, ModelFile model)
    {
        int[] inputs = [.. model.Ports.Where(p => p.Kind == PortKind.Input).Select(p => p.Buffer)];
        if (metadata.Inputs.Count != inputs.Length) return false;
        for (int i = 0; i < inputs.Length; i++)
        {
            InputMetadata input = metadata.Inputs[i];
            if (input is null || input.Buffer != inputs[i] || !(input.Step > 0) || !IsLayout(model, input.Buffer, input.Shape, input.Channels, input.Positions)) return false;
        }

        return metadata.Layers.All(l => IsLayer(l, model)) && metadata.Outputs.All(o => IsOutput(o, model));
    }

    /// <summary>What the ports alone say.</summary>
    public static ModelMetadata FromPorts(ModelFile model)
    {
        string Name(ModelPort port, string otherwise) => port.Name >= 0 ? model.Text(port.Name) : otherwise;
        List<OutputMetadata> outputs = [];
        foreach (ModelPort port in model.Ports.Where(p => p.Kind is PortKind.Scores or PortKind.Sums))
        {
            ModelPort? activity = model.Ports.FirstOrDefault(p => p.Kind == PortKind.Activity && p.Name == port.Name), answer = model.Ports.FirstOrDefault(p => p.Kind == PortKind.Answer && p.Name == port.Name);
            if (activity is null) continue;
            int n = model.Buffers[activity.Buffer].Length;
            outputs.Add(new OutputMetadata(Name(port, "output"), activity.Buffer, port.Kind == PortKind.Sums ? Readout.Mean : Readout.Last, port.Buffer, answer?.Buffer ?? -1, [n], 1, n, 1));
        }

        return new ModelMetadata
        {
            Tool = "",
            Network = "",
            Inputs =
            [
                .. model.Ports.Where(p => p.Kind == PortKind.Input).Select(p => new InputMetadata(
                    Name(p, "input"), p.Buffer, model.Buffers[p.Buffer].Kind == BufferKind.Events ? InputKind.Spikes : InputKind.Counts, 1, model.Buffers[p.Buffer].Bound,
                    [model.Buffers[p.Buffer].Length], 1, model.Buffers[p.Buffer].Length)),
            ],
            Layers = [],
            Outputs = outputs,
        };
    }

    private static bool IsLayer(LayerMetadata layer, ModelFile model)
    {
        if (layer is null || layer.Name is null || layer.Step is not { Length: > 0 } || layer.Operator < 0 || layer.Operator >= model.Operators.Length) return false;
        foreach (int buffer in (int[])[layer.Spikes, layer.Membrane, layer.Values])
            if (buffer != -1 && !IsLayout(model, buffer, layer.Shape, layer.Channels, layer.Positions)) return false;
        return layer.Spikes != -1 || layer.Membrane != -1 || layer.Values != -1;
    }

    private static bool IsOutput(OutputMetadata output, ModelFile model) =>
        output is not null && IsLayout(model, output.Activity, output.Shape, output.Channels, output.Positions)
        && model.Ports.Any(p => p.Kind is PortKind.Scores or PortKind.Sums && p.Buffer == output.Scores)
        && (output.Answer == -1 || model.Ports.Any(p => p.Kind == PortKind.Answer && p.Buffer == output.Answer));

    private static bool IsLayout(ModelFile model, int buffer, int[] shape, int channels, int positions) =>
        buffer >= 0 && buffer < model.Buffers.Length && model.Buffers[buffer].Kind != BufferKind.Words
        && shape is { Length: > 0 } && shape.All(d => d >= 1) && shape.Aggregate(1L, (product, d) => product > int.MaxValue ? product : product * d) == model.Buffers[buffer].Length
        && channels >= 1 && positions >= 1 && (long)channels * positions == model.Buffers[buffer].Length;
}
