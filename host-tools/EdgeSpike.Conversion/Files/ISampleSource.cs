using System;

namespace EdgeSpike.Conversion.Files;

/// <summary>Input sequences of equal length, as real numbers in the source's element order; spikes are 0 or 1.</summary>
public interface ISampleSource
{
    /// <summary>Sequences.</summary>
    int Count { get; }

    /// <summary>Ticks of each.</summary>
    int Ticks { get; }

    /// <summary>Elements of a tick: of all input nodes, in the graph's order, side by side.</summary>
    int Channels { get; }

    /// <summary>Copies one tick of one sample into <paramref name="values"/> [Channels].</summary>
    void Tick(int sample, int tick, Span<double> values);
}
