using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The leaky threshold neuron whose threshold adapts: to what arrives (input-weighted, IWTA), to its own spikes (ALIF), or to both.
/// ARITHMETIC.md, section 3, "Adaptive threshold". One body for all targets.
/// </summary>
/// <remarks>Cost: one update for each neuron and tick. State: membrane and adaptation, current and the last tick's spikes where used.</remarks>
internal sealed class AdaptiveNeuronOperator : Operator
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

    internal override void Step()
    {
        int[] arena = Arena;
        byte[] file = File;
        int emitted = 0, count = _count, input = _input, inputShift = _inputShift, inputLimit = L >> inputShift, drives = _drive, driveShift = _driveShift, driveLimit = L >> driveShift;
        int inputBias = Bytes.I32(file, _inputBias), membraneBias = Bytes.I32(file, _membraneBias);
        for (int j = 0; j < count; j++)
        {
            if (_inputBiasStep != 0) inputBias = Bytes.I32(file, _inputBias + 4 * j);
            if (_membraneBiasStep != 0) membraneBias = Bytes.I32(file, _membraneBias + 4 * j);
            int current = arena[input + j];
            if (current > inputLimit || current < -inputLimit) current = Limited(current, inputLimit);
            current = (current << inputShift) + inputBias;
            if (_hasCurrent)
            {
                int old = arena[_current + j];
                int next = (int)(((long)old * Bytes.U16(file, _synapticDecay + j * _synapticDecayStep)) >> 15) + current;
                if (next > L || next < -L) next = Limited(next, L);
                arena[_current + j] = next;
                current = _oldCurrent != 0 ? old : next;
            }

            int v = arena[_membrane + j];
            int fixedThreshold = Bytes.I32(file, _threshold + j * _thresholdStep);
            int adaptation = arena[_adaptation + j];
            int oldThreshold = fixedThreshold + adaptation;
            if (oldThreshold < _thresholdLowerLimit) oldThreshold = _thresholdLowerLimit;
            if (oldThreshold > L) oldThreshold = L;
            bool spiked = _resetNext != 0 ? (_orEqual != 0 ? v >= oldThreshold : v > oldThreshold) : _keepsSpikes && arena[_spiked + j] != 0;

            adaptation = (int)(((long)adaptation * Bytes.U16(file, _adaptationDecay + j * _adaptationDecayStep)) >> 15);
            if (_hasDrive)
            {
                int drive = arena[drives + j];
                if (drive > driveLimit || drive < -driveLimit) drive = Limited(drive, driveLimit);
                adaptation += drive << driveShift;
            }

            if (spiked) adaptation += Bytes.I32(file, _own + j * _ownStep);
            if (adaptation > L || adaptation < -L) adaptation = Limited(adaptation, L);
            arena[_adaptation + j] = adaptation;
            int threshold = fixedThreshold + adaptation;
            if (threshold < _thresholdLowerLimit) threshold = _thresholdLowerLimit;
            if (threshold > L) threshold = Limited(threshold, L);

            bool pending = _resetNext != 0 && spiked;
            if (pending && _resetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, _resetTo + j * _resetToStep);
            v = (int)(((long)v * Bytes.U16(file, _decay + j * _decayStep)) >> 15) + current + membraneBias;
            if (pending && _resetRule == NeuronOperator.ResetSubtract) v -= oldThreshold;
            if (v > L || v < -L) v = Limited(v, L);
            if (v < _lowerLimit) v = _lowerLimit;
            bool spike = _orEqual != 0 ? v >= threshold : v > threshold;
            if (spike)
            {
                arena[_target + 1 + emitted++] = j;
                if (_resetNext == 0)
                {
                    if (_resetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, _resetTo + j * _resetToStep);
                    else if (_resetRule == NeuronOperator.ResetSubtract)
                    {
                        v -= threshold;
                        if (v > L) v = L;
                        if (v < -L) v = -L;
                    }
                }
            }

            arena[_membrane + j] = v;
            if (_keepsSpikes) arena[_spiked + j] = spike ? 1 : 0;
        }

        arena[_target] = emitted;
        Spikes += emitted;
        NeuronUpdates += count;
    }

    internal override uint Checksum(uint hash)
    {
        return ChecksumEvents(hash, Arena, _target);
    }

    /// <summary>The limit that a value has passed; counts it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Limited(int value, int limit)
    {
        Saturations++;
        return value > 0 ? limit : -limit;
    }
}
