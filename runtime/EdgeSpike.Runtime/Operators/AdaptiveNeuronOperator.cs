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

    internal override uint Checksum(uint hash)
    {
        return ChecksumEvents(hash, Arena, _target);
    }
}
