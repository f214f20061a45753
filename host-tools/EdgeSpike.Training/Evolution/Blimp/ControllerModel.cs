using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;
using Interpreter = EdgeSpike.Runtime.Interpreter;

namespace EdgeSpike.Training.Evolution.Blimp;

using Readout = EdgeSpike.Conversion.Graph.Readout;
using BufferKind = EdgeSpike.Runtime.BufferKind;
using PortKind = EdgeSpike.Runtime.PortKind;
using TensorType = EdgeSpike.Runtime.TensorType;

/// <summary>
/// Controllers as a model file: port "error" in steps of 1/1024 m, port "command" in 1/2^16 of a unit of u, the sum of the outputs of all of
/// them. The integers are the parameters themselves, so that what evolved is what runs.
/// </summary>
public static class ControllerModel
{
    private const int Limit = NeuronOperator.StateLimit;

    /// <summary>Builds the file, with a recording of an error signal through it.</summary>
    /// <param name="controllers">One or more, with the names of their layers' prefixes ("pd", "i").</param>
    /// <param name="name">Name of the network.</param>
    /// <param name="source">What the model is made from, for its hash; null: nothing.</param>
    /// <param name="proof">Errors in steps of 1/1024 m for the vector inside the file; empty: none.</param>
    public static byte[] Build(IReadOnlyList<(string Prefix, ControllerParameters Controller)> controllers, string name, byte[]? source, ReadOnlySpan<int> proof)
    {
        ArgumentNullException.ThrowIfNull(controllers);
        ModelBuilder builder = new() { TickNanoseconds = 100_000_000 };
        if (source is not null) builder.SourceHash = SHA256.HashData(source);
        int error = builder.AddBuffer(BufferKind.Values, 1, ControllerParameters.ErrorBound, name: "error");
        builder.AddPort(PortKind.Input, error, "error");
        List<LayerMetadata> layers = [];
        List<int> outputs = [];
        foreach ((string prefix, ControllerParameters controller) in controllers) outputs.Add(Add(builder, layers, error, prefix, controller));
        int command = outputs[0];
        if (outputs.Count > 1)
        {
            command = builder.AddBuffer(BufferKind.Values, 1, checked(outputs.Count * Limit), persistent: true, name: "command");
            for (int i = 0; i < outputs.Count; i++)
                builder.AddOperator(new AddOperator { Name = "command", Source = outputs[i], Target = command, Accumulate = i > 0 });
        }

        builder.AddPort(PortKind.Activity, command, "command");
        builder.AddPort(PortKind.Scores, command, "command");
        builder.Metadata = new ModelMetadata
        {
            Tool = "EdgeSpike",
            Network = name,
            Inputs = [new InputMetadata("error", error, InputKind.Real, 1.0 / ControllerParameters.ErrorScale, ControllerParameters.ErrorBound, [1], 1, 1)],
            Layers = layers,
            Outputs = [new OutputMetadata("command", command, Readout.Last, command, -1, [1], 1, 1, 1.0 / (1 << ControllerParameters.OutputBits))],
        }.ToJson();
        byte[] file = builder.Build();
        if (proof.IsEmpty) return file;
        builder.AddVector(Record(file, command, proof));
        return builder.Build();
    }

    private static int Add(ModelBuilder builder, List<LayerMetadata> layers, int error, string prefix, ControllerParameters c)
    {
        const int n = ControllerParameters.Neurons;
        int At(TensorType type, IEnumerable<int> values) => builder.AddTensor(type, values.ToArray());
        int State(string what, int length = n) => builder.AddBuffer(BufferKind.Values, length, Limit, persistent: true, name: $"{prefix}.{what}");
        IEnumerable<int> Twice(int[] values) => values.SelectMany(v => new[] { v, v });
        IEnumerable<int> Mirrored(int[] values) => values.SelectMany(v => new[] { v, -v });

        int sum = builder.AddBuffer(BufferKind.Values, n, 128 * ControllerParameters.ErrorBound, name: $"{prefix}.encoder.sum");
        int weights = builder.AddMatrix(TensorType.Int8, Mirrored(c.EncoderWeight).ToArray(), 1, n, out int rowBytes);
        builder.AddOperator(new DenseOperator { Name = $"{prefix}.encoder", Source = error, Target = sum, Weights = weights, Sources = 1, Width = n, RowBytes = rowBytes });
        int encoded = builder.AddBuffer(BufferKind.Events, n, name: $"{prefix}.encoder");
        int membrane = State("encoder.membrane");
        layers.Add(Layer(prefix + ".encoder", builder.AddOperator(new NeuronOperator
        {
            Name = $"{prefix}.encoder", Source = sum, Target = encoded, Membrane = membrane, Reset = 2, ResetTime = 1,
            Decay = At(TensorType.UInt16, Twice(c.EncoderDecay)), Threshold = At(TensorType.Int32, Twice(c.EncoderThreshold)), InputBias = At(TensorType.Int32, Twice(c.EncoderBias)),
        }), encoded, membrane, ControllerParameters.EncoderBits));

        int rows = At(TensorType.Int32, Enumerable.Range(0, n + 1).Select(i => 2 * i));
        int targets = At(TensorType.UInt16, Enumerable.Range(0, n).SelectMany(i => new[] { i & ~1, i | 1 }));
        int Blocks(string what, int[] same, int[] cross)
        {
            int target = builder.AddBuffer(BufferKind.Values, n, 128 * n, name: $"{prefix}.{what}");
            int[] values = [.. Enumerable.Range(0, n).SelectMany(i => (i & 1) == 0 ? new[] { same[i / 2], cross[i / 2] } : new[] { cross[i / 2], same[i / 2] })];
            builder.AddOperator(new SparseOperator { Name = $"{prefix}.{what}", Source = encoded, Target = target, Weights = builder.AddTensor(TensorType.Int8, values), RowStarts = rows, Targets = targets });
            return target;
        }

        int hiddenSum = Blocks("hidden.sum", c.SameWeight, c.CrossWeight);
        int drive = c.Adaptive ? Blocks("hidden.drive", c.SameThresholdWeight, c.CrossThresholdWeight) : -1;
        int hidden = builder.AddBuffer(BufferKind.Events, n, name: $"{prefix}.hidden");
        int current = State("hidden.current"), hiddenMembrane = State("hidden.membrane");
        int synaptic = At(TensorType.UInt16, c.SynapticDecay), decay = At(TensorType.UInt16, c.MembraneDecay), threshold = At(TensorType.Int32, c.Threshold);
        layers.Add(Layer(prefix + ".hidden", builder.AddOperator(c.Adaptive
            ? new AdaptiveNeuronOperator
            {
                Name = $"{prefix}.hidden", Source = hiddenSum, DriveSource = drive, Target = hidden, Membrane = hiddenMembrane, Current = current, Adaptation = State("hidden.adaptation"),
                InputShift = ControllerParameters.HiddenShift, DriveShift = ControllerParameters.DriveShift, Reset = 2, ResetTime = 1, ThresholdLowerLimit = ControllerParameters.ThresholdLowerLimit,
                SynapticDecay = synaptic, Decay = decay, Threshold = threshold, AdaptationDecay = At(TensorType.UInt16, c.AdaptationDecay),
            }
            : new NeuronOperator
            {
                Name = $"{prefix}.hidden", Source = hiddenSum, Target = hidden, Membrane = hiddenMembrane, Current = current,
                InputShift = ControllerParameters.HiddenShift, Reset = 2, ResetTime = 1, SynapticDecay = synaptic, Decay = decay, Threshold = threshold,
            }), hidden, hiddenMembrane, ControllerParameters.HiddenBits));

        int outputSum = builder.AddBuffer(BufferKind.Values, 1, 128 * n, name: $"{prefix}.output.sum");
        weights = builder.AddMatrix(TensorType.Int8, Mirrored(c.ReadoutWeight).ToArray(), n, 1, out rowBytes);
        builder.AddOperator(new DenseOperator { Name = $"{prefix}.output", Source = hidden, Target = outputSum, Weights = weights, Sources = n, Width = 1, RowBytes = rowBytes });
        int output = State("output", 1);
        layers.Add(Layer(prefix + ".output", builder.AddOperator(new NeuronOperator
        {
            Name = $"{prefix}.output", Source = outputSum, Membrane = output, InputShift = c.ReadoutShift, Decay = At(TensorType.UInt16, [c.ReadoutDecay]),
        }), -1, output, ControllerParameters.OutputBits, 1));
        return output;
    }

    private static LayerMetadata Layer(string name, int item, int spikes, int membrane, int bits, int count = ControllerParameters.Neurons) => new()
    {
        Name = name, Kind = "neuron", Operator = item, Spikes = spikes, Membrane = membrane, Shape = [count], Channels = 1, Positions = count, Step = [1.0 / (1 << bits)],
    };

    private static ModelVector Record(byte[] file, int command, ReadOnlySpan<int> proof)
    {
        Interpreter interpreter = new();
        if (interpreter.Load(file, 1 << 16, 1 << 20) != Runtime.ModelError.None) throw new InvalidOperationException($"the model is refused: {interpreter.Model.Error}");
        List<int[][]> inputs = [];
        List<uint> checksums = [];
        foreach (int step in proof)
        {
            int[] input = [step];
            interpreter.SetValues(0, input, 0);
            inputs.Add([input]);
            checksums.Add(interpreter.StepChecksum());
        }

        return new ModelVector(inputs, checksums, [interpreter.Arena[interpreter.Model.Buffers[command].Offset]]);
    }
}
