using System;
using System.Buffers.Binary;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>
/// A whole classifier of four inputs and three neurons, with every section that a file can have, to be damaged by hand:
/// events → dense → neuron → count → argmax, and a sum.
/// </summary>
internal sealed class SmallModel
{
    public const int Input = 0, Target = 1, Spikes = 2, Membrane = 3, Counts = 4, Sums = 5, Answer = 6;

    public const int Dense = 0, Neuron = 1, Count = 2, Sum = 3, Argmax = 4;

    public SmallModel()
    {
        Builder = new ModelBuilder { Metadata = "{}" };
        Builder.AddBuffer(BufferKind.Events, 4, name: "in");
        Builder.AddBuffer(BufferKind.Values, 3, 4 * 128);
        Builder.AddBuffer(BufferKind.Events, 3, 1, true, "spikes");
        Builder.AddBuffer(BufferKind.Values, 3, NeuronOperator.StateLimit, true);
        Builder.AddBuffer(BufferKind.Values, 3, int.MaxValue, true);
        Builder.AddBuffer(BufferKind.Words, 6, 1, true);
        Builder.AddBuffer(BufferKind.Values, 1, 3, true);
        int weights = Builder.AddMatrix(TensorType.Int8, [5, -3, 1, 2, 7, -4, 6, 0, 3, -1, 2, 9], 4, 3, out int rowBytes);
        Builder.AddOperator(new DenseOperator { Name = "layer", Source = Input, Target = Target, Weights = weights, Sources = 4, Width = 3, RowBytes = rowBytes });
        Builder.AddOperator(new NeuronOperator
        {
            Source = Target,
            Target = Spikes,
            Membrane = Membrane,
            Reset = 2,
            Decay = Builder.AddTensor(TensorType.UInt16, [30000]),
            Threshold = Builder.AddTensor(TensorType.Int32, [8, 9, 10]),
        });
        Builder.AddOperator(new RunningOperator { Maximum = false, Source = Spikes, Target = Counts });
        Builder.AddOperator(new SumOperator { Source = Spikes, State = Sums });
        Builder.AddOperator(new ArgumentMaximumOperator { Source = Sums, Target = Answer });
        Builder.AddPort(PortKind.Input, Input, "in");
        Builder.AddPort(PortKind.Activity, Spikes, "out");
        Builder.AddPort(PortKind.Scores, Counts);
        Builder.AddPort(PortKind.Sums, Sums);
        Builder.AddPort(PortKind.Answer, Answer);
        Builder.AddLabel("left");
        Builder.AddLabel("right");
        Builder.AddLabel("rest");
    }

    public ModelBuilder Builder { get; }

    /// <summary>Replaces an operator by what <paramref name="change"/> makes of it, and returns the file.</summary>
    public byte[] With<T>(int index, Func<T, T> change)
        where T : ModelOperator
    {
        Builder.ReplaceOperator(index, change((T)Builder.Operators[index]));
        return Builder.Build();
    }

    /// <summary>Replaces a buffer by what <paramref name="change"/> makes of it, and returns the file.</summary>
    public byte[] WithBuffer(int index, Func<ModelBuffer, ModelBuffer> change)
    {
        Builder.ReplaceBuffer(index, change(Builder.Buffers[index]));
        return Builder.Build();
    }

    /// <summary>The file with other words at some offsets, and the checksum made right.</summary>
    public byte[] Patched(params (int Offset, int Word)[] words)
    {
        byte[] file = Builder.Build();
        foreach ((int offset, int word) in words) BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(offset), word);
        ModelBuilder.Reseal(file);
        return file;
    }

    /// <summary>A word of the file.</summary>
    public static int Word(byte[] file, int offset) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(offset));

    /// <summary>Adds a vector of the model's own run over these inputs, after a change by <paramref name="damage"/>.</summary>
    public byte[] WithVector(int[][] ticks, Func<ModelVector, ModelVector>? damage = null)
    {
        Runtime.Interpreter run = Runs.Load(Builder.Build());
        uint[] checksums = new uint[ticks.Length];
        int[][][] inputs = new int[ticks.Length][][];
        for (int t = 0; t < ticks.Length; t++)
        {
            inputs[t] = [ticks[t]];
            Runs.Fill(run, inputs[t]);
            checksums[t] = run.StepChecksum();
        }

        ModelVector vector = new(inputs, checksums, [.. Runs.Words(run, Counts), .. Runs.Words(run, Sums), .. Runs.Words(run, Answer)]);
        Builder.AddVector(damage is null ? vector : damage(vector));
        return Builder.Build();
    }
}
