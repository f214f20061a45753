using System;
using System.Linq;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Diagnosers;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Runtime;

namespace EdgeSpike.Benchmarks;

/// <summary>Rows of weights added for the sources that spiked: one at a time, a few, or many in one pass.</summary>
/// <remarks>An operation is one synaptic event: the reciprocal of the mean is the rate.</remarks>
[MemoryDiagnoser(false)]
public class DenseBenchmarks
{
    private const int Sources = 128, Width = 128, EventsPerCall = 1024 * 128;

    private Interpreter _interpreter = new();
    private int[] _active = [];
    private int _ticks;

    /// <summary>Width of a weight.</summary>
    [Params(TensorType.Int8, TensorType.Int16, TensorType.Int4)]
    public TensorType Weights { get; set; }

    /// <summary>Sources that spike in a tick.</summary>
    [Params(1, 4, 16, 128)]
    public int Active { get; set; }

    /// <summary>Builds a model of one dense layer, 128 to 128.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        int limit = Weights switch { TensorType.Int4 => 7, TensorType.Int8 => 127, _ => 32767 };
        ModelBuilder builder = new();
        int input = builder.AddBuffer(BufferKind.Events, Sources);
        int sum = builder.AddBuffer(BufferKind.Values, Width, Sources * (limit + 1));
        builder.AddPort(PortKind.Input, input);
        int weights = builder.AddMatrix(Weights, [.. Enumerable.Range(0, Sources * Width).Select(_ => random.Next(-limit, limit + 1))], Sources, Width, out int rowBytes);
        builder.AddOperator(new Conversion.Planning.DenseOperator { Source = input, Target = sum, Weights = weights, Sources = Sources, Width = Width, RowBytes = rowBytes });
        _interpreter = Models.Load(builder);
        _active = [.. Enumerable.Range(0, Sources).OrderBy(_ => random.Next()).Take(Active).Order()];
        _ticks = EventsPerCall / (Active * Width);
    }

    /// <summary>131,072 synaptic events.</summary>
    [Benchmark(OperationsPerInvoke = EventsPerCall)]
    public int SynapticEvent()
    {
        for (int t = 0; t < _ticks; t++)
        {
            _interpreter.SetEvents(0, _active, 0, _active.Length);
            _interpreter.Step();
        }

        return _interpreter.Arena[0];
    }
}
