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
    public int ResetRule;
    public bool ResetNext;
    public bool OrEqual;
    public bool OldCurrent;
    public int Refractory;
    public int MostSpikes;
    public int LowerLimit;
    public bool HasTarget;
    public bool HasCurrent;
    public bool HasThreshold;

    /// <summary>Where a parameter stands in the file and how far its next element is: 0 when shared.</summary>
    public int Decay;
    public int DecayStep;
    public int SynapticDecay;
    public int SynapticDecayStep;
    public int Threshold;
    public int ThresholdStep;
    public int InputBias;
    public int InputBiasStep;
    public int MembraneBias;
    public int MembraneBiasStep;
    public int ResetTo;
    public int ResetToStep;
    private int _initial;
    private int _initialStep;

    /// <summary>Offset that stands for "0 for all": the header's reserved word at 92, which the reader has checked to be 0.</summary>
    private const int Zero = 92;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(20)) return;
        context.Only(ModelProfile.Edge);
        ModelBuffer source = context.Source(0, -1);
        if (context.Failed) return;
        context.Require(source.Kind == BufferKind.Values, ModelError.Kind, 0);
        Count = source.Length;
        Input = source.Offset;

        InputShift = context.Field(5, 0, 24);
        ResetRule = context.Field(6, 0, 2);
        ResetNext = context.Field(7, 0, 1) == 1;
        OrEqual = context.Field(8, 0, 1) == 1;
        OldCurrent = context.Field(9, 0, 1) == 1;
        Refractory = context.Field(10, 0, 65535);
        MostSpikes = context.Field(11, 1, 255);
        LowerLimit = context.Field(12, -Limit, Limit);

        ModelTensor decay = context.Constants(13, TensorType.UInt16, Count, 0, 32768, true);
        ModelTensor synapticDecay = context.Constants(14, TensorType.UInt16, Count, 0, 32768, true);
        ModelTensor threshold = context.Constants(15, TensorType.Int32, Count, MostSpikes > 1 ? 1 : -Limit, Limit, true);
        ModelTensor inputBias = context.Constants(16, TensorType.Int32, Count, -Limit, Limit, true);
        ModelTensor membraneBias = context.Constants(17, TensorType.Int32, Count, -Limit, Limit, true);
        ModelTensor resetTo = context.Constants(18, TensorType.Int32, Count, -Limit, Limit, true);
        ModelTensor initial = context.Constants(19, TensorType.Int32, Count, -Limit, Limit, true);
        if (context.Failed) return;

        HasThreshold = threshold != null;
        HasCurrent = synapticDecay != null;
        context.Require(MostSpikes == 1 || (HasThreshold && ResetRule == ResetSubtract && !ResetNext), ModelError.Field, 11);
        HasTarget = context.Field(1) != -1;
        context.Require(HasTarget == HasThreshold, ModelError.Field, 1);
        if (HasTarget)
        {
            ModelBuffer target = MostSpikes > 1 ? context.Target(1, BufferKind.Values, MostSpikes) : context.Target(1, BufferKind.Events, 1);
            context.Require(target.Length == Count, ModelError.Size, 1);
            Target = target.Offset;
        }

        Membrane = context.State(2, Count, Limit).Offset;
        if (HasCurrent) Current = context.State(3, Count, Limit).Offset;
        else context.Require(context.Field(3) == -1, ModelError.Field, 3);
        if (Refractory > 0) Counter = context.State(4, Count, Refractory).Offset;
        else context.Require(context.Field(4) == -1, ModelError.Field, 4);

        Decay = At(decay);
        DecayStep = StepOf(decay, 2);
        SynapticDecay = At(synapticDecay);
        SynapticDecayStep = StepOf(synapticDecay, 2);
        Threshold = At(threshold);
        ThresholdStep = StepOf(threshold, 4);
        InputBias = At(inputBias);
        InputBiasStep = StepOf(inputBias, 4);
        MembraneBias = At(membraneBias);
        MembraneBiasStep = StepOf(membraneBias, 4);
        ResetTo = At(resetTo);
        ResetToStep = StepOf(resetTo, 4);
        _initial = At(initial);
        _initialStep = StepOf(initial, 4);
        context.AddWork((long)Count * (MostSpikes > 1 ? MostSpikes : 1));
    }

    private static int At(ModelTensor tensor)
    {
        return tensor == null ? Zero : tensor.Offset;
    }

    private static int StepOf(ModelTensor tensor, int bytes)
    {
        return tensor == null || tensor.Count == 1 ? 0 : bytes;
    }

    internal override void Reset()
    {
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
