using System.Collections.Generic;

namespace EdgeSpike.Conversion.Planning;

/// <summary>Code 18: the leaky threshold neuron whose threshold adapts to its input, to its own spikes, or to both.</summary>
public sealed record AdaptiveNeuronOperator : ModelOperator
{
    /// <summary>Values buffer with the input sum, of the same tick.</summary>
    public required int Source { get; init; }

    /// <summary>Values buffer with the drive of the thresholds, of the same tick; −1: none.</summary>
    public int DriveSource { get; init; } = -1;

    /// <summary>Events.</summary>
    public required int Target { get; init; }

    /// <summary>Values, persistent.</summary>
    public required int Membrane { get; init; }

    /// <summary>Values, persistent, or −1 without a synaptic decay.</summary>
    public int Current { get; init; } = -1;

    /// <summary>Values, persistent: what is added to each threshold.</summary>
    public required int Adaptation { get; init; }

    /// <summary>Values, persistent: 1 where the tick before spiked; −1 unless <see cref="Own"/> is there and the reset is now.</summary>
    public int Spiked { get; init; } = -1;

    /// <summary>Left shift of the input sum, 0 … 24.</summary>
    public int InputShift { get; init; }

    /// <summary>Left shift of the drive, 0 … 24.</summary>
    public int DriveShift { get; init; }

    /// <summary>0 none, 1 value, 2 subtract.</summary>
    public int Reset { get; init; }

    /// <summary>0 now, 1 next tick.</summary>
    public int ResetTime { get; init; }

    /// <summary>0 greater, 1 greater or equal.</summary>
    public int Comparison { get; init; }

    /// <summary>0 new, 1 old.</summary>
    public int CurrentOrder { get; init; }

    /// <summary>The membrane never goes below; −(2^28 − 1) for none.</summary>
    public int LowerLimit { get; init; } = -NeuronOperator.StateLimit;

    /// <summary>No threshold goes below.</summary>
    public int ThresholdLowerLimit { get; init; } = -NeuronOperator.StateLimit;

    /// <summary>uint16, 1 or n, in 1/2^15.</summary>
    public int Decay { get; init; } = -1;

    /// <summary>uint16, 1 or n, in 1/2^15.</summary>
    public int SynapticDecay { get; init; } = -1;

    /// <summary>int32, 1 or n: the part that does not adapt.</summary>
    public required int Threshold { get; init; }

    /// <summary>uint16, 1 or n, in 1/2^15: decay of the adaptation.</summary>
    public int AdaptationDecay { get; init; } = -1;

    /// <summary>int32, 1 or n: what the neuron's own spike adds; −1: none.</summary>
    public int Own { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int InputBias { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int MembraneBias { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int ResetValue { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int Initial { get; init; } = -1;

    /// <inheritdoc/>
    public override int Code => 18;

    /// <inheritdoc/>
    public override int[] Fields() =>
    [
        Source, DriveSource, Target, Membrane, Current, Adaptation, Spiked, InputShift, DriveShift, Reset, ResetTime, Comparison, CurrentOrder, LowerLimit, ThresholdLowerLimit,
        Decay, SynapticDecay, Threshold, AdaptationDecay, Own, InputBias, MembraneBias, ResetValue, Initial,
    ];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() =>
    [
        (Source, BufferUse.Read), (DriveSource, BufferUse.Read), (Target, BufferUse.Write),
        (Membrane, BufferUse.State), (Current, BufferUse.State), (Adaptation, BufferUse.State), (Spiked, BufferUse.State),
    ];
}
