using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Inference;

/// <summary>Copies the buffers of layers right after the operator that wrote them, before the planner reuses their words.</summary>
internal sealed class Recorder : StepObserver
{
    private readonly Interpreter _interpreter;
    private readonly Dictionary<string, Taken> _byName = new(StringComparer.Ordinal);
    private readonly Taken[][] _byOperator;

    public Recorder(Interpreter interpreter, IReadOnlyList<LayerMetadata> layers)
    {
        _interpreter = interpreter;
        foreach (LayerMetadata layer in layers) _byName[layer.Name] = new Taken(layer);
        _byOperator = new Taken[interpreter.Model.Operators.Length][];
        for (int i = 0; i < _byOperator.Length; i++) _byOperator[i] = [.. _byName.Values.Where(t => t.Layer.Operator == i)];
    }

    public override void After(int index)
    {
        foreach (Taken taken in _byOperator[index])
        {
            LayerMetadata layer = taken.Layer;
            Layout layout = new(layer.Channels, layer.Positions);
            if (layer.Spikes >= 0) Read(_interpreter, layer.Spikes, layout, [1.0], taken.Spikes);
            int values = layer.Membrane >= 0 ? layer.Membrane : layer.Values;
            if (values >= 0) Read(_interpreter, values, layout, layer.Step, taken.Values);
        }
    }

    public ReadOnlySpan<double> Spikes(string layer) => Find(layer).Spikes;

    public ReadOnlySpan<double> Values(string layer) => Find(layer).Values;

    /// <summary>A buffer in the source's order, times its steps.</summary>
    public static void Read(Interpreter interpreter, int index, Layout layout, double[] step, double[] into)
    {
        ModelBuffer buffer = interpreter.Model.Buffers[index];
        int[] arena = interpreter.Arena;
        if (buffer.Kind == BufferKind.Events)
        {
            Array.Clear(into);
            for (int e = 0; e < arena[buffer.Offset]; e++) into[layout.ToSource(arena[buffer.Offset + 1 + e])] = 1;
            return;
        }

        for (int p = 0; p < buffer.Length; p++) into[layout.ToSource(p)] = arena[buffer.Offset + p] * step[p % step.Length];
    }

    private Taken Find(string layer) =>
        _byName.TryGetValue(layer, out Taken? taken) ? taken : throw new ArgumentException($"there is no layer '{layer}'", nameof(layer));

    private sealed class Taken(LayerMetadata layer)
    {
        public LayerMetadata Layer { get; } = layer;

        public double[] Spikes { get; } = layer.Spikes >= 0 ? new double[layer.Count] : [];

        public double[] Values { get; } = layer.Membrane >= 0 || layer.Values >= 0 ? new double[layer.Count] : [];
    }
}
