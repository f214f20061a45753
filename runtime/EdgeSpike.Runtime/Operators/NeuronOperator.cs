using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The general leaky threshold neuron of the edge profile: decay, optional synaptic current, threshold or none, reset to a
/// value or by subtraction or none, now or on the next tick, refractory period, several spikes a tick. ARITHMETIC.md, section 3.
/// </summary>
/// <remarks>Cost: one update for each neuron and tick, whatever spikes. State: membrane, and current and counter where used.</remarks>
internal sealed class NeuronOperator : Operator
{
    /// <summary>L of ARITHMETIC.md: all state stays within ±L.</summary>
    public const int Limit = (1 << 28) - 1;

    public const int ResetNone = 0;
    public const int ResetValue = 1;
    public const int ResetSubtract = 2;

    public int Count;
    public int Input;
    public int Target;
    public int Membrane;
    public int Current;
    public int Counter;
    public int InputShift;
    public bool OldCurrent;
    public int LowerLimit;
    private int _resetRule;
    private bool _resetNext;
    private bool _orEqual;
    private int _refractory;
    private int _mostSpikes;
    private bool _hasThreshold;
    private bool _hasCurrent;

    /// <summary>The largest magnitude that can arrive in any tick.</summary>
    public int InputBound;

    /// <summary>Which of the peaks bounds what arrives in this tick; -1: none does.</summary>
    public int InputPeak;

    /// <summary>Largest magnitudes: of both biases together, of thresholds, of reset values.</summary>
    private int _largestBias;
    public int LargestThreshold;
    public int LargestReset;

    /// <summary>Of the kind for which <see cref="Advance"/> has a proof: shared decays, thresholds from 0 up, no lower limit.</summary>
    public bool Bounded;

    /// <summary>The largest magnitude that the membranes can have now; at most L.</summary>
    public int MembraneReach;

    /// <summary>Where a parameter stands in the file and how far its next element is: 0 when shared.</summary>
    public int Decay;
    public int SynapticDecay;
    public int Threshold;
    public int InputBias;
    public int MembraneBias;
    private int _decayStep;
    private int _synapticDecayStep;
    private int _thresholdStep;
    private int _inputBiasStep;
    private int _membraneBiasStep;
    public int ResetTo;
    public int ResetToStep;
    private int _initial;
    private int _initialStep;
    private int _largestInitial;

    // What a build may know of all neurons of its model is a constant there (Features), so that the kernels lose what depends on it.

    public int ResetRule
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Choose(Features.ResetRule, _resetRule); }
    }

    public bool ResetNext
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.ResetNext == Features.Any ? _resetNext : Features.ResetNext == 1; }
    }

    public bool OrEqual
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.OrEqual == Features.Any ? _orEqual : Features.OrEqual == 1; }
    }

    public bool HasThreshold
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Thresholds == Features.Any ? _hasThreshold : Features.Thresholds == 1; }
    }

    public bool HasTarget
    {
        [MethodImpl(Features.Inlined)]
        get { return HasThreshold; }
    }

    public bool HasCurrent
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Currents && _hasCurrent; }
    }

    public int Refractory
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Refractory ? _refractory : 0; }
    }

    public int MostSpikes
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.SeveralSpikes ? _mostSpikes : 1; }
    }

    public int LargestBias
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.NeuronBiases ? _largestBias : 0; }
    }

    public int DecayStep
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.OwnDecays ? _decayStep : 0; }
    }

    public int SynapticDecayStep
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.OwnDecays ? _synapticDecayStep : 0; }
    }

    public int ThresholdStep
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.OwnThresholds ? _thresholdStep : 0; }
    }

    public int InputBiasStep
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.NeuronBiases ? _inputBiasStep : 0; }
    }

    public int MembraneBiasStep
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.NeuronBiases ? _membraneBiasStep : 0; }
    }

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(20)) return;
        context.Only(ModelProfile.Edge);
        ModelBuffer source = context.Source(0, -1);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        Count = source.Length;
        Input = source.Offset;
        InputBound = source.Bound;
        InputPeak = source.NotedPeak;

        InputShift = context.Field(5, 0, 24);
        _resetRule = context.Field(6, 0, 2);
        _resetNext = context.Flag(7);
        _orEqual = context.Flag(8);
        OldCurrent = context.Flag(9);
        _refractory = context.Field(10, 0, 65535);
        _mostSpikes = context.Field(11, 1, 255);
        LowerLimit = context.Field(12, -Limit, Limit);

        ModelTensor decay = context.Constants(13, TensorType.UInt16, Count, 0, 32768, true);
        ModelTensor synapticDecay = context.Constants(14, TensorType.UInt16, Count, 0, 32768, true);
        ModelTensor threshold = context.Constants(15, TensorType.Int32, Count, MostSpikes > 1 ? 1 : -Limit, Limit, true);
        ModelTensor inputBias = Optional(context, 16);
        ModelTensor membraneBias = Optional(context, 17);
        ModelTensor resetTo = Optional(context, 18);
        ModelTensor initial = Optional(context, 19);
        if (context.Failed) return;

        _hasThreshold = threshold != null;
        _hasCurrent = synapticDecay != null;
        if (!Features.Complete) RefuseLeftOut(context, decay, synapticDecay, threshold, inputBias != null || membraneBias != null);
        if (context.Failed) return;
        if (MostSpikes != 1 && (!HasThreshold || ResetRule != ResetSubtract || ResetNext)) context.Fail(ModelError.Field, 11);
        if ((context.Field(1) != -1) != HasThreshold) context.Fail(ModelError.Field, 1);
        if (HasTarget)
        {
            ModelBuffer target = MostSpikes > 1 ? context.Target(1, BufferKind.Values, MostSpikes) : context.Target(1, BufferKind.Events, 1);
            if (target.Length != Count) context.Fail(ModelError.Size, 1);
            Target = target.Offset;
        }

        Membrane = context.State(2, Count, Limit).Offset;
        if (HasCurrent) Current = context.State(3, Count, Limit).Offset;
        else if (context.Field(3) != -1) context.Fail(ModelError.Field, 3);
        if (Refractory > 0) Counter = context.State(4, Count, Refractory).Offset;
        else if (context.Field(4) != -1) context.Fail(ModelError.Field, 4);

        Decay = OffsetOf(decay);
        _decayStep = StepOf(decay, 2);
        SynapticDecay = OffsetOf(synapticDecay);
        _synapticDecayStep = StepOf(synapticDecay, 2);
        Threshold = OffsetOf(threshold);
        _thresholdStep = StepOf(threshold, 4);
        InputBias = OffsetOf(inputBias);
        _inputBiasStep = StepOf(inputBias, 4);
        MembraneBias = OffsetOf(membraneBias);
        _membraneBiasStep = StepOf(membraneBias, 4);
        ResetTo = OffsetOf(resetTo);
        ResetToStep = StepOf(resetTo, 4);
        _initial = OffsetOf(initial);
        _initialStep = StepOf(initial, 4);
        _largestBias = Largest(context, inputBias) + Largest(context, membraneBias);
        LargestThreshold = Largest(context, threshold);
        LargestReset = Largest(context, resetTo);
        Bounded = DecayStep == 0 && SynapticDecayStep == 0 && LowerLimit == -Limit;
        for (int i = 0; threshold != null && i < threshold.Count; i++)
            if (context.Constant(threshold, i) < 0) Bounded = false;
        _largestInitial = Largest(context, initial);
        context.AddWork((long)Count * (MostSpikes > 1 ? MostSpikes : 1));
    }

    private void RefuseLeftOut(PrepareContext context, ModelTensor decay, ModelTensor synapticDecay, ModelTensor threshold, bool biased)
    {
        bool lacks = ResetRule != _resetRule || ResetNext != _resetNext || OrEqual != _orEqual || HasThreshold != _hasThreshold || HasCurrent != _hasCurrent
            || Refractory != _refractory || MostSpikes != _mostSpikes || (biased && !Features.NeuronBiases)
            || (!Features.OwnDecays && (StepOf(decay, 2) | StepOf(synapticDecay, 2)) != 0) || (!Features.OwnThresholds && StepOf(threshold, 4) != 0);
        if (lacks) context.Fail(ModelError.LeftOut, 0);
    }

    /// <summary>Constants of membrane size, or null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ModelTensor Optional(PrepareContext context, int field)
    {
        return context.Constants(field, TensorType.Int32, Count, -Limit, Limit, true);
    }

    private static int Largest(PrepareContext context, ModelTensor tensor)
    {
        int largest = 0;
        for (int i = 0; tensor != null && i < tensor.Count; i++)
        {
            int value = context.Constant(tensor, i);
            if (value < 0) value = -value;
            if (value > largest) largest = value;
        }

        return largest;
    }

    /// <summary>
    /// Carries the reach of the membranes over one tick whose inputs are at most <paramref name="peak"/> in magnitude, without
    /// currents and biases. True: nothing can be clamped in it, so that a kernel may leave the clamps out.
    /// </summary>
    /// <remarks>
    /// With every |v| ≤ V and the drive at most D, decay leaves V d / 2^15 + 1; a subtraction is only made above a threshold that
    /// is not negative, so it leaves at least −threshold; a reset leaves its value. Their largest, and D, is the new V; what is clamped
    /// is L at most.
    /// </remarks>
    internal bool Advance(int peak)
    {
        int reach = MembraneReach > LargestReset ? MembraneReach : LargestReset;
        MembraneReach = Limit;
        if (peak > Limit >> InputShift) return false;
        reach = (int)(((long)reach * Bytes.U16(File, Decay)) >> 15) + 1;
        if (reach < LargestThreshold) reach = LargestThreshold;
        reach += peak << InputShift;
        if (reach < LargestReset) reach = LargestReset;
        if (reach > Limit) return false;
        MembraneReach = reach;
        return true;
    }

    internal override void Reset()
    {
        MembraneReach = _largestInitial;
        for (int i = 0; i < Count; i++) Arena[Membrane + i] = Bytes.I32(File, _initial + i * _initialStep);
    }

    internal override void Step()
    {
        NeuronUpdates += Count;
        Kernels.StepNeurons(this, File, Arena);
    }

    internal override uint Checksum(uint hash)
    {
        if (!HasTarget) return ChecksumValues(hash, Arena, Membrane, Count);
        return MostSpikes > 1 ? ChecksumValues(hash, Arena, Target, Count) : ChecksumEvents(hash, Arena, Target);
    }
}
