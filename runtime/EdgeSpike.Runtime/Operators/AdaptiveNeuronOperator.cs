using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The leaky threshold neuron whose threshold adapts: to what arrives (input-weighted, IWTA), to its own spikes (ALIF), or to both.
/// ARITHMETIC.md, section 3, "Adaptive threshold". Its step is in Kernels/Scalar/AdaptiveNeurons.cs.
/// </summary>
/// <remarks>Cost: one update for each neuron and tick. State: membrane and adaptation, current and the last tick's spikes where used.</remarks>
internal sealed partial class AdaptiveNeuronOperator : Operator
{
    private const int L = NeuronOperator.Limit;

    private int _count;
    private int _input;
    private bool _hasDrive;
    private int _drive;
    private int _target;
    private int _membrane;
    private bool _hasCurrent;
    private int _current;
    private int _adaptation;
    private bool _keepsSpikes;
    private int _spiked;
    private int _inputShift;
    private int _driveShift;
    private int _resetRule;
    private int _resetNext;
    private int _orEqual;
    private int _oldCurrent;
    private int _lowerLimit;
    private int _thresholdLowerLimit;
    private int _decay;
    private int _decayStep;
    private int _synapticDecay;
    private int _synapticDecayStep;
    private int _threshold;
    private int _thresholdStep;
    private int _adaptationDecay;
    private int _adaptationDecayStep;
    private int _own;
    private int _ownStep;
    private int _inputBias;
    private int _inputBiasStep;
    private int _membraneBias;
    private int _membraneBiasStep;
    private int _resetTo;
    private int _resetToStep;
    private int _initial;
    private int _initialStep;

    private static readonly byte[] Layout =
    {
        Record.Edge,
        Record.Source, Record.Values, 0, // source
        Record.OptionalSource, Record.Values, Record.One, // drive source
        Record.Target, (byte)BufferKind.Events, Record.One, // target
        Record.State, 0, Record.L, // membrane
        Record.Later, 0, 0, // current
        Record.State, 0, Record.L, // adaptation
        Record.Later, 0, 0, // spiked
        Record.Number, Record.Zero, Record.TwentyFour, // input shift
        Record.Number, Record.Zero, Record.TwentyFour, // drive shift
        Record.Number, Record.Zero, Record.Two, // reset
        Record.Number, Record.Zero, Record.One, // reset time
        Record.Number, Record.Zero, Record.One, // comparison
        Record.Number, Record.Zero, Record.One, // current order
        Record.Number, Record.MinusL, Record.L, // lower limit
        Record.Number, Record.MinusL, Record.L, // threshold lower limit
        Record.OptionalUInt16, Record.Zero, Record.Two15, // decay
        Record.OptionalUInt16, Record.Zero, Record.Two15, // synaptic decay
        Record.Int32, Record.MinusL, Record.L, // threshold
        Record.OptionalUInt16, Record.Zero, Record.Two15, // adaptation decay
        Record.OptionalInt32, Record.MinusL, Record.L, // own
        Record.OptionalInt32, Record.MinusL, Record.L, // input bias
        Record.OptionalInt32, Record.MinusL, Record.L, // membrane bias
        Record.OptionalInt32, Record.MinusL, Record.L, // reset value
        Record.OptionalInt32, Record.MinusL, Record.L, // initial
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _count = context.Count;
        _input = context.At(0);
        _drive = context.At(1);
        _hasDrive = _drive >= 0;
        _target = context.At(2);
        _membrane = context.At(3);
        _adaptation = context.At(5);
        _inputShift = context.At(7);
        _driveShift = context.At(8);
        _resetRule = context.At(9);
        _resetNext = context.At(10);
        _orEqual = context.At(11);
        _oldCurrent = context.At(12);
        _lowerLimit = context.At(13);
        _thresholdLowerLimit = context.At(14);
        _hasCurrent = context.Has(16);
        _current = context.State(_hasCurrent, 4, _count, L);

        // With the reset on the next tick the membrane itself tells who spiked.
        _keepsSpikes = context.Has(19) && _resetNext == 0;
        _spiked = context.State(_keepsSpikes, 6, _count, 1);

        _decay = context.At(15);
        _decayStep = context.At(24);
        _synapticDecay = context.At(16);
        _synapticDecayStep = context.At(27);
        _threshold = context.At(17);
        _thresholdStep = context.At(30);
        _adaptationDecay = context.At(18);
        _adaptationDecayStep = context.At(33);
        _own = context.At(19);
        _ownStep = context.At(36);
        _inputBias = context.At(20);
        _inputBiasStep = context.At(39);
        _membraneBias = context.At(21);
        _membraneBiasStep = context.At(42);
        _resetTo = context.At(22);
        _resetToStep = context.At(45);
        _initial = context.At(23);
        _initialStep = context.At(48);
        context.AddWork(_count, 2);
    }

    internal override void Reset()
    {
        for (int j = 0; j < _count; j++) Arena[_membrane + j] = Bytes.I32(File, _initial + j * _initialStep);
    }

    internal override uint Checksum(uint hash)
    {
        return ChecksumEvents(hash, Arena, _target);
    }
}
