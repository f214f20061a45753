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
    public int LowerLimit;
    private int _resetRule;
    private int _resetNext;
    private int _orEqual;
    private int _oldCurrent;
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
        get { return Features.Choose(Features.ResetNext, _resetNext) != 0; }
    }

    public bool OrEqual
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Choose(Features.OrEqual, _orEqual) != 0; }
    }

    public bool OldCurrent
    {
        get { return _oldCurrent != 0; }
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

    private static readonly byte[] Layout =
    {
        Record.Edge,
        Record.Source, Record.Values, 0, // source
        Record.Later, 0, 0, // target
        Record.State, 0, Record.L, // membrane
        Record.Later, 0, 0, // current
        Record.Later, 0, 0, // counter
        Record.Number, Record.Zero, Record.TwentyFour, // input shift
        Record.Number, Record.Zero, Record.Two, // reset
        Record.Number, Record.Zero, Record.One, // reset time
        Record.Number, Record.Zero, Record.One, // comparison
        Record.Number, Record.Zero, Record.One, // current order
        Record.Number, Record.Zero, Record.Most16, // refractory
        Record.Number, Record.One, Record.Most8, // most spikes
        Record.Number, Record.MinusL, Record.L, // lower limit
        Record.OptionalUInt16, Record.Zero, Record.Two15, // decay
        Record.OptionalUInt16, Record.Zero, Record.Two15, // synaptic decay
        Record.OptionalInt32, Record.MinusL, Record.L, // threshold
        Record.OptionalInt32, Record.MinusL, Record.L, // input bias
        Record.OptionalInt32, Record.MinusL, Record.L, // membrane bias
        Record.OptionalInt32, Record.MinusL, Record.L, // reset value
        Record.OptionalInt32, Record.MinusL, Record.L, // initial
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        Count = context.Count;
        Input = context.At(0);
        InputBound = context.First.Bound;
        InputPeak = context.First.NotedPeak;
        Membrane = context.At(2);
        InputShift = context.At(5);
        _resetRule = context.At(6);
        _resetNext = context.At(7);
        _orEqual = context.At(8);
        _oldCurrent = context.At(9);
        _refractory = context.At(10);
        _mostSpikes = context.At(11);
        LowerLimit = context.At(12);
        Decay = context.At(13);
        _decayStep = context.At(20);
        SynapticDecay = context.At(14);
        _synapticDecayStep = context.At(23);
        Threshold = context.At(15);
        _thresholdStep = context.At(26);
        LargestThreshold = context.At(27);
        InputBias = context.At(16);
        _inputBiasStep = context.At(29);
        MembraneBias = context.At(17);
        _membraneBiasStep = context.At(32);
        _largestBias = context.At(30) + context.At(33);
        ResetTo = context.At(18);
        ResetToStep = context.At(35);
        LargestReset = context.At(36);
        _initial = context.At(19);
        _initialStep = context.At(38);
        _largestInitial = context.At(39);
        _hasThreshold = context.Has(15);
        _hasCurrent = context.Has(14);
        if (Features.Verifies && !Features.Complete && IsLeftOut()) context.Fail(ModelError.LeftOut, 0);
        Bounded = (DecayStep | SynapticDecayStep) == 0 && LowerLimit == -Limit && context.At(28) >= 0;
        if (MostSpikes != 1 && (!HasThreshold || ResetRule != ResetSubtract || ResetNext || context.At(28) < 1)) context.Fail(ModelError.Field, 11);
        if (HasTarget) Target = context.Target(1, MostSpikes > 1 ? BufferKind.Values : BufferKind.Events, Count, MostSpikes);
        else context.Absent(1);
        Current = context.State(HasCurrent, 3, Count, Limit);
        Counter = context.State(Refractory > 0, 4, Count, Refractory);
        context.AddWork(Count, MostSpikes);
    }

    /// <summary>It asks for what this build lacks.</summary>
    private bool IsLeftOut()
    {
        return ResetRule != _resetRule || Features.Choose(Features.ResetNext, _resetNext) != _resetNext || Features.Choose(Features.OrEqual, _orEqual) != _orEqual || HasThreshold != _hasThreshold || HasCurrent != _hasCurrent
            || Refractory != _refractory || MostSpikes != _mostSpikes || LargestBias != _largestBias
            || ((DecayStep ^ _decayStep) | (SynapticDecayStep ^ _synapticDecayStep) | (ThresholdStep ^ _thresholdStep)) != 0;
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
