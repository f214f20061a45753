using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Diagnosers;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Runtime;

namespace EdgeSpike.Benchmarks;

/// <summary>Leaky threshold neurons with a subtractive reset, with and without a synaptic current; an operation is one update.</summary>
[MemoryDiagnoser(false)]
public class NeuronBenchmarks
{
    private const int Neurons = 2048;

    private Interpreter _interpreter = new();
    private readonly int[] _values = new int[Neurons];

    /// <summary>With a synaptic current.</summary>
    [Params(false, true)]
    public bool Current { get; set; }

    /// <summary>Reset on the next tick, as snnTorch does, rather than at once.</summary>
    [Params(false, true)]
    public bool ResetNext { get; set; }

    /// <summary>Builds a model of one population whose input is given.</summary>
    [GlobalSetup]
    public void Setup()
    {
        const int limit = (1 << 28) - 1;
        Random random = new(1);
        ModelBuilder builder = new();
        int input = builder.AddBuffer(BufferKind.Values, Neurons, 1 << 20);
        builder.AddPort(PortKind.Input, input);
        int decay = builder.AddTensor(TensorType.UInt16, [30000]), threshold = builder.AddTensor(TensorType.Int32, [1 << 16]);
        builder.AddOperator(new Conversion.Planning.NeuronOperator
        {
            Source = input,
            Target = builder.AddBuffer(BufferKind.Events, Neurons),
            Membrane = builder.AddBuffer(BufferKind.Values, Neurons, limit, persistent: true),
            Current = Current ? builder.AddBuffer(BufferKind.Values, Neurons, limit, persistent: true) : -1,
            Reset = 2,
            ResetTime = ResetNext ? 1 : 0,
            Decay = decay,
            SynapticDecay = Current ? decay : -1,
            Threshold = threshold,
        });
        _interpreter = Models.Load(builder);
        // About one neuron in twenty spikes in a tick.
        for (int i = 0; i < Neurons; i++) _values[i] = random.Next(0, Current ? 700 : 8000);
    }

    /// <summary>One tick of 2048 neurons, setting their input included.</summary>
    [Benchmark(OperationsPerInvoke = Neurons)]
    public int Update()
    {
        _interpreter.SetValues(0, _values, 0);
        _interpreter.Step();
        return _interpreter.Arena[0];
    }
}
