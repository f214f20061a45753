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
        int emitted = 0;
        for (int j = 0; j < _count; j++)
        {
            int current = Shifted(arena[_input + j], _inputShift) + Bytes.I32(file, _inputBias + j * _inputBiasStep);
            if (_hasCurrent)
            {
                int old = arena[_current + j];
                int next = Held((int)(((long)old * Bytes.U16(file, _synapticDecay + j * _synapticDecayStep)) >> 15) + current);
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
            if (_hasDrive) adaptation += Shifted(arena[_drive + j], _driveShift);
            if (spiked) adaptation += Bytes.I32(file, _own + j * _ownStep);
            adaptation = Held(adaptation);
            arena[_adaptation + j] = adaptation;
            int threshold = fixedThreshold + adaptation;
            if (threshold < _thresholdLowerLimit) threshold = _thresholdLowerLimit;
            threshold = Held(threshold);

            bool pending = _resetNext && spiked;
            if (pending && _resetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, _resetTo + j * _resetToStep);
            v = (int)(((long)v * Bytes.U16(file, _decay + j * _decayStep)) >> 15) + current + Bytes.I32(file, _membraneBias + j * _membraneBiasStep);
            if (pending && _resetRule == NeuronOperator.ResetSubtract) v -= oldThreshold;
            v = Held(v);
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
        NeuronUpdates += _count;
    }

    internal override uint Checksum(uint hash)
    {
        return ChecksumEvents(hash, Arena, _target);
    }

    /// <summary>A sum in membrane steps: within ±L, counted when it was not.</summary>
    private int Shifted(int x, int shift)
    {
        int limit = L >> shift;
        if (x > limit)
        {
            x = limit;
            Saturations++;
        }
        else if (x < -limit)
        {
            x = -limit;
            Saturations++;
        }

        return x << shift;
    }

    private int Held(int value)
    {
        if (value >= -L && value <= L) return value;
        Saturations++;
        return value > 0 ? L : -L;
    }
}
