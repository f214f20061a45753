using System;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// A controller of 40 encoding and 40 hidden neurons as integers, exactly as its model file holds them; neurons come in pairs, 2p for
/// positive and 2p + 1 for negative errors (Burgers, Stroobants, de Croon 2023; formulas: runtime/ARITHMETIC.md, section 3).
/// </summary>
/// <remarks>
/// Scales, as powers of two: the error in 1/1024 m; encoder weights in 1/64, so that an encoder's state is in 1/2^16; hidden weights in
/// 1/64 and threshold weights in 1/128, both shifted to a hidden state in 1/2^14; decays in 1/2^15; the output in 1/2^16 of a unit of u.
/// </remarks>
public sealed class ControllerParameters
{
    /// <summary>Pairs of each layer.</summary>
    public const int Pairs = 20;

    /// <summary>Neurons of each layer.</summary>
    public const int Neurons = 2 * Pairs;

    /// <summary>Error steps in a metre.</summary>
    public const int ErrorScale = 1024;

    /// <summary>Largest error, in steps: ±32 m.</summary>
    public const int ErrorBound = 32767;

    /// <summary>Bits after the point of encoder states, hidden states and the output.</summary>
    public const int EncoderBits = 16, HiddenBits = 14, OutputBits = 16;

    /// <summary>Left shift of the hidden sum and of the threshold's drive, to the hidden state's scale.</summary>
    public const int HiddenShift = HiddenBits - 6, DriveShift = HiddenBits - 7;

    /// <summary>An adapted threshold does not go below 1/16.</summary>
    public const int ThresholdLowerLimit = 1 << (HiddenBits - 4);

    /// <summary>Threshold adaptation by the encoder's spikes (IWTA-LIF); otherwise LIF.</summary>
    public required bool Adaptive { get; init; }

    /// <summary>[Pairs] weight of the error, −127 … 127: +w for neuron 2p, −w for 2p + 1.</summary>
    public int[] EncoderWeight { get; } = new int[Pairs];

    /// <summary>[Pairs] input bias.</summary>
    public int[] EncoderBias { get; } = new int[Pairs];

    /// <summary>[Pairs] decay, 0 … 32768.</summary>
    public int[] EncoderDecay { get; } = new int[Pairs];

    /// <summary>[Pairs] threshold.</summary>
    public int[] EncoderThreshold { get; } = new int[Pairs];

    /// <summary>[Pairs] weight from each encoding neuron to the hidden one of the same sign, −127 … 127.</summary>
    public int[] SameWeight { get; } = new int[Pairs];

    /// <summary>[Pairs] weight to the hidden neuron of the other sign.</summary>
    public int[] CrossWeight { get; } = new int[Pairs];

    /// <summary>[Pairs] the same for the threshold: drive of the adaptation. 0 unless adaptive.</summary>
    public int[] SameThresholdWeight { get; } = new int[Pairs];

    /// <summary>[Pairs] to the other sign.</summary>
    public int[] CrossThresholdWeight { get; } = new int[Pairs];

    /// <summary>[Neurons] decay of the synaptic current.</summary>
    public int[] SynapticDecay { get; } = new int[Neurons];

    /// <summary>[Neurons] decay of the membrane.</summary>
    public int[] MembraneDecay { get; } = new int[Neurons];

    /// <summary>[Neurons] threshold, or its part that does not adapt.</summary>
    public int[] Threshold { get; } = new int[Neurons];

    /// <summary>[Neurons] decay of the adaptation. 0 unless adaptive.</summary>
    public int[] AdaptationDecay { get; } = new int[Neurons];

    /// <summary>[Pairs] weight of a hidden spike in the output, −127 … 127, 1 − leak folded in: +w for 2p, −w for 2p + 1.</summary>
    public int[] ReadoutWeight { get; } = new int[Pairs];

    /// <summary>Left shift of the read-out's sum: its weights are in 1/2^(OutputBits − shift).</summary>
    public int ReadoutShift { get; set; }

    /// <summary>Decay of the output, the paper's leak.</summary>
    public int ReadoutDecay { get; set; }

    /// <summary>The error as the model takes it: steps of 1/1024 m, nearest, within ±<see cref="ErrorBound"/>.</summary>
    public static int ErrorSteps(double metres) => (int)Math.Clamp(Math.Round(metres * ErrorScale), -ErrorBound, ErrorBound);
}
