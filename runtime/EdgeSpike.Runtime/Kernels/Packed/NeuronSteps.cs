using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The neurons of an operator for 32-bit cores without vectors. Replaces Kernels/Scalar/NeuronSteps.cs, bit-identical to it.
/// </summary>
/// <remarks>
/// <para>A population whose state cannot reach a limit in this tick (<see cref="Unclamped"/>) needs no clamp; without
/// refractory period and several spikes, few options are left. Three loops cover them: reset by subtraction on the next tick,
/// any reset at once, and the rest including currents and biases. All other neurons go through the general body.</para>
/// <para>Input, threshold and membrane are reached from one pointer, the others by their distance from it. Products are of 64
/// bits; scaled so that what is wanted is their upper word, they cost a shift and a multiplication. Cost: 14 or 15 instructions
/// for a neuron in the first two loops (a threshold of its own is the 15th), about 30 in the third.</para>
/// </remarks>
internal static partial class Kernels
{
    /// <summary>One tick of all neurons of an operator; adds to its spikes and saturations.</summary>
    public static unsafe void StepNeurons(NeuronOperator p, byte[] file, int[] arena)
    {
        int emitted = 0;
        if (!p.Bounded || !p.HasThreshold || p.Refractory > 0 || p.MostSpikes > 1 || !Unclamped(p, arena))
        {
            p.MembraneReach = p.CurrentReach = NeuronOperator.Limit;
            StepNeurons(p, file, arena, 0, p.Count, ref emitted);
        }
        else
        {
            fixed (byte* f = file)
            fixed (int* a = arena)
            {
                int* list = a + p.Target + 1, v = a + p.Membrane, end = v + p.Count;
                int distance = 4 * (p.Input - p.Membrane), decay = *(ushort*)(f + p.Decay) << 15;
                byte* threshold = f + p.Threshold;
                bool plain = !p.HasCurrent && p.LargestBias == 0 && (p.ThresholdStep == 0 || !p.OrEqual);
                if (plain && p.ResetNext && p.ResetRule == NeuronOperator.ResetSubtract)
                    emitted = p.ThresholdStep == 0
                        ? StepSubtractNext(v, end, distance, 1 << p.InputShift, decay, *(int*)threshold, p.OrEqual ? 1 : 0, list)
                        : StepSubtractNext(v, end, distance, 1 << p.InputShift, decay, threshold, list);
                else if (plain && (!p.ResetNext || p.ResetRule == NeuronOperator.ResetNone) && p.ResetToStep == 0)
                {
                    // After a spike v = (v & keep) - (threshold & subtract) + value, whichever the rule.
                    int keep = p.ResetRule == NeuronOperator.ResetValue ? 0 : -1, subtract = p.ResetRule == NeuronOperator.ResetSubtract ? -1 : 0;
                    int value = p.ResetRule == NeuronOperator.ResetValue ? *(int*)(f + p.ResetTo) : 0;
                    emitted = p.ThresholdStep == 0
                        ? StepResetNow(v, end, distance, 1 << p.InputShift, decay, *(int*)threshold - (p.OrEqual ? 1 : 0), keep, value - (*(int*)threshold & subtract), list)
                        : StepResetNow(v, end, distance, 1 << p.InputShift, decay, threshold, keep, subtract, value, list);
                }
                else emitted = StepAny(p, f, a);
            }
        }

        if (p.HasTarget && p.MostSpikes == 1)
        {
            arena[p.Target] = emitted;
            p.Spikes += emitted;
        }
    }

    /// <summary>
    /// True: nothing can be clamped in this tick. Known without a look where the rows of this tick are too few, otherwise from the
    /// inputs and states themselves: at 10 instructions a neuron, which the clamps would cost as well.
    /// </summary>
    private static unsafe bool Unclamped(NeuronOperator p, int[] arena)
    {
        if (p.Advance(p.InputPeak >= 0 ? p.Peaks[p.InputPeak] : p.InputBound)) return true;
        fixed (int* a = arena)
        {
            p.MembraneReach = Magnitude(a + p.Membrane, p.Count);
            if (p.HasCurrent) p.CurrentReach = Magnitude(a + p.Current, p.Count);
            return p.Advance(Magnitude(a + p.Input, p.Count));
        }
    }

    /// <summary>No element exceeds it in magnitude, and it is about twice the largest at most.</summary>
    private static unsafe int Magnitude(int* values, int count)
    {
        // x ^ (x >> 31) is x or −x − 1; the bits of all of them together cover each.
        int bits = 0;
        int* end = values + count;
        if ((count & 1) != 0)
        {
            bits = *values ^ (*values >> 31);
            values++;
        }

        for (; values != end; values += 2)
        {
            int first = values[0], second = values[1];
            bits |= (first ^ (first >> 31)) | (second ^ (second >> 31));
        }

        return bits == int.MaxValue ? bits : bits + 1;
    }

    /// <summary>(v × d) >> 15 for |v| ≤ L, d ≤ 2^15, given d × 2^15: |4 v| &lt; 2^30 and d × 2^15 ≤ 2^30 are ints.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Decayed(int v, int decay)
    {
        return (int)(((long)(v << 2) * decay) >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int At(int* v, nint distance)
    {
        return *(int*)((byte*)v + distance);
    }

    /// <summary>Shared threshold. <paramref name="equal"/>: 1 where v = threshold spikes as well. Returns the number of spikes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int StepSubtractNext(int* v, int* end, nint input, int scale, int decay, int threshold, int equal, int* list)
    {
        int* first = v, next = list;
        int above = threshold - equal;
        do
        {
            int drive = At(v, input) * scale, old = *v;
            if (old > above) drive -= threshold;
            drive += Decayed(old, decay);
            *v = drive;
            if (drive > above) *next++ = (int)((byte*)v - (byte*)first) >> 2;
            v++;
        }
        while (v != end);
        return (int)((byte*)next - (byte*)list) >> 2;
    }

    /// <summary>A threshold each.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int StepSubtractNext(int* v, int* end, nint input, int scale, int decay, byte* thresholds, int* list)
    {
        int* first = v, next = list;
        nint toThreshold = (nint)(thresholds - (byte*)v);
        do
        {
            int drive = At(v, input) * scale, old = *v, threshold = At(v, toThreshold);
            if (old > threshold) drive -= threshold;
            drive += Decayed(old, decay);
            *v = drive;
            if (drive > threshold) *next++ = (int)((byte*)v - (byte*)first) >> 2;
            v++;
        }
        while (v != end);
        return (int)((byte*)next - (byte*)list) >> 2;
    }

    /// <summary>Shared threshold, given as the largest v that does not spike.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int StepResetNow(int* v, int* end, nint input, int scale, int decay, int above, int keep, int value, int* list)
    {
        int* first = v, next = list;
        do
        {
            int now = At(v, input) * scale + Decayed(*v, decay);
            if (now > above)
            {
                now = (now & keep) + value;
                *next++ = (int)((byte*)v - (byte*)first) >> 2;
            }

            *v++ = now;
        }
        while (v != end);
        return (int)((byte*)next - (byte*)list) >> 2;
    }

    /// <summary>A threshold each.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int StepResetNow(int* v, int* end, nint input, int scale, int decay, byte* thresholds, int keep, int subtract, int value, int* list)
    {
        int* first = v, next = list;
        nint toThreshold = (nint)(thresholds - (byte*)v);
        do
        {
            int now = At(v, input) * scale + Decayed(*v, decay), threshold = At(v, toThreshold);
            if (now > threshold)
            {
                now = (now & keep) - (threshold & subtract) + value;
                *next++ = (int)((byte*)v - (byte*)first) >> 2;
            }

            *v++ = now;
        }
        while (v != end);
        return (int)((byte*)next - (byte*)list) >> 2;
    }

    /// <summary>Currents, biases, and any reset at any time; still no clamp, no refractory period, one spike.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int StepAny(NeuronOperator p, byte* f, int* a)
    {
        int* list = a + p.Target + 1, next = list, x = a + p.Input, v = a + p.Membrane, current = a + p.Current;
        byte* threshold = f + p.Threshold, inputBias = f + p.InputBias, membraneBias = f + p.MembraneBias, reset = f + p.ResetTo;
        int scale = 1 << p.InputShift, decay = *(ushort*)(f + p.Decay) << 15, synaptic = *(ushort*)(f + p.SynapticDecay) << 15;
        int keep = p.ResetRule == NeuronOperator.ResetValue ? 0 : -1, subtract = p.ResetRule == NeuronOperator.ResetSubtract ? -1 : 0;
        bool hasCurrent = p.HasCurrent, pending = p.ResetNext;

        // v >= threshold is v - threshold > -1; the difference of two magnitudes up to L fits.
        int above = p.OrEqual ? -1 : 0, count = p.Count;
        for (int j = 0; j < count; j++)
        {
            int drive = *x++ * scale + *(int*)inputBias;
            if (hasCurrent)
            {
                int before = *current;
                drive += Decayed(before, synaptic);
                *current++ = drive;
                if (p.OldCurrent) drive = before;
            }

            int old = *v, limit = *(int*)threshold;
            if (pending && old - limit > above)
            {
                old = (old & keep) + (*(int*)reset & ~keep);
                drive -= limit & subtract;
            }

            drive += Decayed(old, decay) + *(int*)membraneBias;
            if (drive - limit > above)
            {
                *next++ = j;
                if (!pending) drive = (drive & keep) - (limit & subtract) + (*(int*)reset & ~keep);
            }

            *v++ = drive;
            threshold += p.ThresholdStep;
            inputBias += p.InputBiasStep;
            membraneBias += p.MembraneBiasStep;
            reset += p.ResetToStep;
        }

        return (int)((byte*)next - (byte*)list) >> 2;
    }
}
