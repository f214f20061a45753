using System.Collections.Generic;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>
/// What a conversion changed, as data: written as JSON for scripts and rendered as a page for people. All numbers compare
/// the float64 reference with the integers of the model file on the same input.
/// </summary>
public sealed record ConversionReport
{
    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>SHA-256 of the source, hex.</summary>
    public required string SourceHash { get; init; }

    /// <summary>SHA-256 of the model file, hex.</summary>
    public required string ModelHash { get; init; }

    /// <summary>"edge" or "loihi".</summary>
    public required string Profile { get; init; }

    /// <summary>Length of a tick in seconds, 0 if unknown.</summary>
    public required double TickSeconds { get; init; }

    /// <summary>Choices made where the source is silent, by the importer and by the conversion.</summary>
    public required IReadOnlyList<string> Choices { get; init; }

    /// <summary>What a reader should look at before trusting the model: silenced layers, coarse decays, saturations.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Where the input of the comparison came from: a file's name, or "synthetic spikes, seed 1".</summary>
    public required string InputSource { get; init; }

    /// <summary>Samples compared.</summary>
    public required int Samples { get; init; }

    /// <summary>Ticks compared, over all samples.</summary>
    public required long Ticks { get; init; }

    /// <summary>Share of samples for which reference and model give the same answer, 0 … 1.</summary>
    public required double AnswerAgreement { get; init; }

    /// <summary>Accuracy of the reference, when labels were given.</summary>
    public double? ReferenceAccuracy { get; init; }

    /// <summary>Accuracy of the model, when labels were given.</summary>
    public double? ModelAccuracy { get; init; }

    /// <summary>Layers that spike or hold state, in file order.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>Weight tensors.</summary>
    public required IReadOnlyList<TensorReport> Tensors { get; init; }

    /// <summary>Buffers in the arena.</summary>
    public required IReadOnlyList<MemoryReport> Memory { get; init; }

    /// <summary>Words of the arena.</summary>
    public required int ArenaWords { get; init; }

    /// <summary>Bytes of the model file.</summary>
    public required int FileBytes { get; init; }

    /// <summary>Synaptic operations per tick, mean.</summary>
    public required double SynapticOperationsPerTick { get; init; }

    /// <summary>Neuron updates per tick, mean.</summary>
    public required double NeuronUpdatesPerTick { get; init; }

    /// <summary>Saturations over all ticks.</summary>
    public required long Saturations { get; init; }
}

/// <summary>Agreement of one layer.</summary>
public sealed record LayerReport
{
    /// <summary>Name in the source.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of node.</summary>
    public required string Kind { get; init; }

    /// <summary>Elements.</summary>
    public required int Size { get; init; }

    /// <summary>True: the numbers below are about spikes; false: about values.</summary>
    public required bool Spikes { get; init; }

    /// <summary>Share of (sample, tick, neuron) with the same spike or not, 0 … 1.</summary>
    public double Agreement { get; init; }

    /// <summary>Spikes that both have, over spikes that either has, 0 … 1; 1 when neither spikes.</summary>
    public double SpikeOverlap { get; init; }

    /// <summary>Spikes per neuron and tick in the reference.</summary>
    public double ReferenceRate { get; init; }

    /// <summary>Spikes per neuron and tick in the model.</summary>
    public double ModelRate { get; init; }

    /// <summary>The earliest tick of any sample at which a spike differs; -1: none.</summary>
    public int FirstDifference { get; init; } = -1;

    /// <summary>Root mean square of model minus reference, over that of the reference; for values and membranes.</summary>
    public double RelativeError { get; init; }

    /// <summary>Agreement for each tick, over samples and neurons.</summary>
    public IReadOnlyList<double> AgreementOverTime { get; init; } = [];

    /// <summary>Saturations.</summary>
    public long Saturations { get; init; }

    /// <summary>Real value of one integer step of the membrane or value (of the first neuron when they differ).</summary>
    public double Step { get; init; }
}

/// <summary>One weight tensor after quantisation.</summary>
public sealed record TensorReport
{
    /// <summary>Name of the connection's node.</summary>
    public required string Name { get; init; }

    /// <summary>"int4", "int8", "int16".</summary>
    public required string Type { get; init; }

    /// <summary>Shape in words, as "70x490".</summary>
    public required string Shape { get; init; }

    /// <summary>Bytes in the file.</summary>
    public required int Bytes { get; init; }

    /// <summary>Smallest and largest scale of its rows (real value of one step).</summary>
    public required double SmallestScale { get; init; }

    /// <summary>Largest scale of its rows.</summary>
    public required double LargestScale { get; init; }

    /// <summary>Weights that were clipped.</summary>
    public required int Clipped { get; init; }

    /// <summary>Share of the integer range that the largest weight uses, 0 … 1.</summary>
    public required double RangeUsed { get; init; }

    /// <summary>Root mean square of the rounding error over that of the weights.</summary>
    public required double RelativeError { get; init; }
}

/// <summary>One buffer of the arena.</summary>
public sealed record MemoryReport
{
    /// <summary>What it holds.</summary>
    public required string Name { get; init; }

    /// <summary>"events", "values" or "words".</summary>
    public required string Kind { get; init; }

    /// <summary>Keeps its content between ticks.</summary>
    public required bool Persistent { get; init; }

    /// <summary>First word.</summary>
    public required int Offset { get; init; }

    /// <summary>Words.</summary>
    public required int Words { get; init; }

    /// <summary>First operator at which it lives; -1: before the first.</summary>
    public required int From { get; init; }

    /// <summary>Last operator at which it lives.</summary>
    public required int To { get; init; }
}
