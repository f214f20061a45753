using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// One number for all neurons of a loop, or one for each: that of the neuron whose membrane is at v stands at From + (v &amp; Mask), and
/// numbers of 2 bytes at From + (v / 2 &amp; Mask).
/// </summary>
internal unsafe struct NeuronConstants
{
    public byte* From;

    /// <summary>All ones where each has its own, else 0.</summary>
    public nint Mask;

    /// <summary>Numbers from <paramref name="first"/> on, the next <paramref name="step"/> bytes further, 4 or 2, or 0: one for all.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Place(byte* first, int step, int* membrane)
    {
        Mask = step == 0 ? 0 : -1;
        From = first - (((nint)membrane >> ((step >> 1) & 1)) & Mask);
    }

    /// <summary>An int32 of the neuron whose membrane is at v.</summary>
    public readonly int Word(int* v)
    {
        return *(int*)(From + ((nint)v & Mask));
    }

    /// <summary>A uint16.</summary>
    public readonly int Half(int* v)
    {
        return *(ushort*)(From + (((nint)v >> 1) & Mask));
    }
}

/// <summary>
/// What the general loop over neurons goes by (<see cref="Kernels.StepLoop"/>): pointers, numbers, and distances in bytes from a neuron's
/// membrane to what else it has. What no flag announces need not be set. Thumb/Bodies.S knows where the fields stand.
/// </summary>
internal unsafe struct NeuronLoop
{
    /// <summary>Flags: the current of the tick before drives the membrane.</summary>
    public const int OldCurrent = 1 << 0;

    /// <summary>An input may exceed InputLimit, has InputBias, or OwnDecays or Current are set.</summary>
    public const int Extra = 1 << 3;

    /// <summary>Next, Counted or Adaptive are set.</summary>
    public const int State = 1 << 4;
    public const int OwnDecays = 1 << 5;
    public const int Current = 1 << 6;

    /// <summary>Where the reset rule stands: bit 7 to a value, bit 8 by subtraction.</summary>
    public const int RuleShift = 7;

    /// <summary>A spike sets a counter: refractory ticks, or of an adaptive neuron that it spiked.</summary>
    public const int Counted = 1 << 9;

    /// <summary>The reset is on the next tick.</summary>
    public const int Next = 1 << 10;
    public const int Adaptive = 1 << 11;

    /// <summary>A sum moves the threshold.</summary>
    public const int Driven = 1 << 12;

    /// <summary>Spikes at the threshold, not only above it.</summary>
    public const int Equal = 1 << 13;

    /// <summary>Several spikes a tick, as values.</summary>
    public const int Several = 1 << 14;

    /// <summary>Flags, or the shift: each neuron has a bias, or a threshold, of its own. A step of 4 bytes shifted so is it.</summary>
    public const int OwnShift = 29;

    public int* Membrane;
    public int Shift;
    public int Flags;
    public int LowerLimit;

    /// <summary>Decay × 2^15, as the others here.</summary>
    public int Decay;
    public byte* Threshold;

    /// <summary>What is added to the drive last.</summary>
    public byte* Bias;
    public int* Input;
    public int* End;

    /// <summary>Gets the next index of a neuron that spikes.</summary>
    public int* List;

    /// <summary>The neuron of index 0.</summary>
    public int* First;
    public int Saturations;
    public NeuronConstants Reset;

    /// <summary>With Extra: an input's largest magnitude, and what is added to it before a current takes it.</summary>
    public int InputLimit;
    public NeuronConstants InputBias;

    public int CurrentDistance;
    public int SynapticDecay;

    /// <summary>With OwnDecays, which may also be one for all.</summary>
    public NeuronConstants Decays;
    public NeuronConstants SynapticDecays;
    public NeuronConstants AdaptationDecays;

    /// <summary>With Counted: what a spike sets the counter to.</summary>
    public int CounterDistance;
    public int CounterStart;

    /// <summary>With Several: where spikes go, 0 before.</summary>
    public int OutputDistance;
    public int MostSpikes;
    public int Spikes;

    public int AdaptationDecay;

    /// <summary>What a spike adds to the threshold.</summary>
    public NeuronConstants Own;
    public int AdaptationDistance;
    public int ThresholdLowerLimit;
    public int DriveDistance;
    public int DriveLimit;
    public int DriveShift;

    /// <summary>For neurons without a threshold.</summary>
    public int NoThreshold;

    /// <summary>Sets what every loop has.</summary>
    public void Begin(int* membrane, int count, int* input, int inputShift)
    {
        Membrane = membrane;
        First = membrane;
        End = membrane + count;
        Input = input;
        Shift = inputShift;
        InputLimit = NeuronOperator.Limit >> inputShift;
        Saturations = 0;
    }

    /// <summary>Sets the biases, given by where they stand and how far the next one is. Returns flags.</summary>
    public int SetBiases(byte* input, int inputStep, byte* membrane, int membraneStep, bool current)
    {
        int flags = Extra;
        Bias = membrane;
        if (inputStep == 0 && *(int*)input == 0) flags = 0;
        else if (!current && membraneStep == 0 && *(int*)membrane == 0)
        {
            // Nothing comes between them then: one is as good as the other, and cheaper there.
            Bias = input;
            membraneStep = inputStep;
            input = membrane;
            inputStep = 0;
            flags = 0;
        }

        InputBias.Place(input, inputStep, Membrane);
        return flags | (membraneStep << OwnShift);
    }
}

/// <summary>The neurons of the edge profile, all options, for 32-bit cores without vectors. Replaces Kernels/Scalar/Neurons.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>All options, as ARITHMETIC.md, section 3 states them. Returns the number of events listed.</summary>
    [SkipLocalsInit]
    private static unsafe int StepAny(NeuronOperator p, byte* f, int* a)
    {
        NeuronLoop loop;
        NeuronLoop* l = &loop;
        int* membrane = a + p.Membrane, list = a + p.Target + 1;
        l->Begin(membrane, p.Count, a + p.Input, p.InputShift);
        l->List = list;
        l->LowerLimit = p.LowerLimit;
        l->Decay = *(ushort*)(f + p.Decay) << 15;
        l->NoThreshold = int.MaxValue;
        l->Threshold = p.HasThreshold ? f + p.Threshold : (byte*)&l->NoThreshold;
        l->Shift |= p.ThresholdStep << NeuronLoop.OwnShift;
        l->Reset.Place(f + p.ResetTo, p.ResetToStep, membrane);

        int flags = p.ResetRule << NeuronLoop.RuleShift;
        if (p.InputBound > l->InputLimit) flags |= NeuronLoop.Extra;
        if (p.ResetNext) flags |= NeuronLoop.Next | NeuronLoop.State;
        if (p.OrEqual) flags |= NeuronLoop.Equal;
        if (p.HasCurrent)
        {
            flags |= p.OldCurrent ? NeuronLoop.Current | NeuronLoop.Extra | NeuronLoop.OldCurrent : NeuronLoop.Current | NeuronLoop.Extra;
            l->CurrentDistance = 4 * (p.Current - p.Membrane);
            l->SynapticDecay = *(ushort*)(f + p.SynapticDecay) << 15;
        }

        if ((p.DecayStep | p.SynapticDecayStep) != 0)
        {
            flags |= NeuronLoop.OwnDecays | NeuronLoop.Extra;
            l->Decays.Place(f + p.Decay, p.DecayStep, membrane);
            l->SynapticDecays.Place(f + p.SynapticDecay, p.SynapticDecayStep, membrane);
        }

        if (p.Refractory > 0)
        {
            flags |= NeuronLoop.Counted | NeuronLoop.State;
            l->CounterDistance = 4 * (p.Counter - p.Membrane);
            l->CounterStart = p.Refractory;
        }

        if (p.MostSpikes > 1)
        {
            flags |= NeuronLoop.Several;
            l->OutputDistance = 4 * (p.Target - p.Membrane);
            l->MostSpikes = p.MostSpikes;
            l->Spikes = 0;
            FillWords(a + p.Target, p.Count, 0);
        }

        l->Flags = flags | l->SetBiases(f + p.InputBias, p.InputBiasStep, f + p.MembraneBias, p.MembraneBiasStep, p.HasCurrent);
        StepLoop(l);
        p.Saturations += l->Saturations;
        if (p.MostSpikes > 1) p.Spikes += l->Spikes;
        return (int)((byte*)l->List - (byte*)list) >> 2;
    }
}
