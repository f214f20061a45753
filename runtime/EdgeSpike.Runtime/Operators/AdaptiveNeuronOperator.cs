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
    private bool _resetNext;
    private bool _orEqual;
    private bool _oldCurrent;
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

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(24)) return;
        context.Only(ModelProfile.Edge);
        ModelBuffer source = context.Source(0, -1);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        _count = source.Length;
        _input = source.Offset;
        _hasDrive = context.Field(1) != -1;
        if (_hasDrive)
        {
            ModelBuffer drive = context.Source(1, -1);
            if (context.Failed) return;
            if (drive.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 1);
            if (drive.Length != _count) context.Fail(ModelError.Size, 1);
            _drive = drive.Offset;
        }

        _inputShift = context.Field(7, 0, 24);
        _driveShift = context.Field(8, 0, 24);
        _resetRule = context.Field(9, 0, 2);
        _resetNext = context.Flag(10);
        _orEqual = context.Flag(11);
        _oldCurrent = context.Flag(12);
        _lowerLimit = context.Field(13, -L, L);
        _thresholdLowerLimit = context.Field(14, -L, L);
        ModelTensor decay = context.Constants(15, TensorType.UInt16, _count, 0, 32768, true);
        ModelTensor synapticDecay = context.Constants(16, TensorType.UInt16, _count, 0, 32768, true);
        ModelTensor threshold = context.Constants(17, TensorType.Int32, _count, -L, L, false);
        ModelTensor adaptationDecay = context.Constants(18, TensorType.UInt16, _count, 0, 32768, true);
        ModelTensor own = Optional(context, 19);
        ModelTensor inputBias = Optional(context, 20);
        ModelTensor membraneBias = Optional(context, 21);
        ModelTensor resetTo = Optional(context, 22);
        ModelTensor initial = Optional(context, 23);
        if (context.Failed) return;

        ModelBuffer target = context.Target(2, BufferKind.Events, 1);
        if (target.Length != _count) context.Fail(ModelError.Size, 2);
        _target = target.Offset;
        _membrane = context.State(3, _count, L).Offset;
        _hasCurrent = synapticDecay != null;
        if (_hasCurrent) _current = context.State(4, _count, L).Offset;
        else if (context.Field(4) != -1) context.Fail(ModelError.Field, 4);
        _adaptation = context.State(5, _count, L).Offset;

        // With the reset on the next tick the membrane itself tells who spiked.
        _keepsSpikes = own != null && !_resetNext;
        if (_keepsSpikes) _spiked = context.State(6, _count, 1).Offset;
        else if (context.Field(6) != -1) context.Fail(ModelError.Field, 6);

        _decay = OffsetOf(decay);
        _decayStep = StepOf(decay, 2);
        _synapticDecay = OffsetOf(synapticDecay);
        _synapticDecayStep = StepOf(synapticDecay, 2);
        _threshold = OffsetOf(threshold);
        _thresholdStep = StepOf(threshold, 4);
        _adaptationDecay = OffsetOf(adaptationDecay);
        _adaptationDecayStep = StepOf(adaptationDecay, 2);
        _own = OffsetOf(own);
        _ownStep = StepOf(own, 4);
        _inputBias = OffsetOf(inputBias);
        _inputBiasStep = StepOf(inputBias, 4);
        _membraneBias = OffsetOf(membraneBias);
        _membraneBiasStep = StepOf(membraneBias, 4);
        _resetTo = OffsetOf(resetTo);
        _resetToStep = StepOf(resetTo, 4);
        _initial = OffsetOf(initial);
        _initialStep = StepOf(initial, 4);
        context.AddWork(2L * _count);
    }

    /// <summary>Constants of membrane size, or null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ModelTensor Optional(PrepareContext context, int field)
    {
        return context.Constants(field, TensorType.Int32, _count, -L, L, true);
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
                current = _oldCurrent ? old : next;
            }

            int v = arena[_membrane + j];
            int fixedThreshold = Bytes.I32(file, _threshold + j * _thresholdStep);
            int adaptation = arena[_adaptation + j];
            int oldThreshold = fixedThreshold + adaptation;
            if (oldThreshold < _thresholdLowerLimit) oldThreshold = _thresholdLowerLimit;
            if (oldThreshold > L) oldThreshold = L;
            bool spiked = _resetNext ? (_orEqual ? v >= oldThreshold : v > oldThreshold) : _keepsSpikes && arena[_spiked + j] != 0;

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

            bool pending = _resetNext && spiked;
            if (pending && _resetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, _resetTo + j * _resetToStep);
            v = (int)(((long)v * Bytes.U16(file, _decay + j * _decayStep)) >> 15) + current + membraneBias;
            if (pending && _resetRule == NeuronOperator.ResetSubtract) v -= oldThreshold;
            if (v > L || v < -L) v = Limited(v, L);
            if (v < _lowerLimit) v = _lowerLimit;
            bool spike = _orEqual ? v >= threshold : v > threshold;
            if (spike)
            {
                arena[_target + 1 + emitted++] = j;
                if (!_resetNext)
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
