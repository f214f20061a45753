using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The neurons of an operator for 32-bit cores without vectors. Replaces Kernels/Scalar/NeuronSteps.cs, bit-identical to it.
/// </summary>
/// <remarks>
/// A population whose state cannot reach a limit in this tick (<see cref="Unclamped"/>) needs no clamp; without currents, biases,
/// refractory period and several spikes, few options are left. Two loops cover them, at 11.5 and 12 instructions a neuron: reset
/// by subtraction on the next tick, and any reset at once. All other neurons go through the general loop: 22, bias and clamps included,
/// and what they use of 6 for a reset on the next tick, 9 for a refractory period, 18 for decays of their own, 30 for a current, 63 for an
/// adaptive threshold; and about 15 where one spikes. Without the DSP extension each product is one more.
/// </remarks>
internal static partial class Kernels
{
    /// <summary>One tick of all neurons of an operator; adds to its spikes and saturations.</summary>
    public static unsafe void StepNeurons(NeuronOperator p, byte[] file, int[] arena)
    {
        int emitted, rule = p.ResetRule;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            bool subtractNext = p.ResetNext && rule == NeuronOperator.ResetSubtract;
            if (p.Bounded && p.HasThreshold && p.Refractory == 0 && p.MostSpikes == 1 && !p.HasCurrent && p.LargestBias == 0 && !p.OrEqual
                && (subtractNext || ((!p.ResetNext || rule == NeuronOperator.ResetNone) && p.ResetToStep == 0)) && Unclamped(p, a))
            {
                int* v = a + p.Membrane, end = v + p.Count, list = a + p.Target + 1;
                int decay = *(ushort*)(f + p.Decay) << 15;

                // After a spike v = (v & keep) - (threshold & subtract) + value, whichever the rule.
                bool toValue = rule == NeuronOperator.ResetValue;
                emitted = subtractNext
                    ? StepSubtractNext(v, end, a + p.Input, p.InputShift, decay, f + p.Threshold, p.ThresholdStep, list)
                    : StepResetNow(v, end, a + p.Input, p.InputShift, decay, f + p.Threshold, p.ThresholdStep, list, toValue ? 0 : -1, rule == NeuronOperator.ResetSubtract ? -1 : 0, toValue ? *(int*)(f + p.ResetTo) : 0);
            }
            else emitted = StepAny(p, f, a);
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
    private static unsafe bool Unclamped(NeuronOperator p, int* a)
    {
        if (p.Advance(p.InputPeak >= 0 ? p.Peaks[p.InputPeak] : p.InputBound)) return true;
        p.MembraneReach = Magnitude(a + p.Membrane, p.Count);
        return p.Advance(Magnitude(a + p.Input, p.Count));
    }

    /// <summary>No element exceeds it in magnitude, and it is about twice the largest at most.</summary>
    private static unsafe int Magnitude(int* values, int count)
    {
        // x ^ (x >> 31) is x or −x − 1; the bits of all of them together cover each.
        int bits = 0;
        for (int* end = values + count; values != end; values++) bits |= *values ^ (*values >> 31);
        return bits == int.MaxValue ? bits : bits + 1;
    }

    /// <summary>(v × d) >> 15 for |v| ≤ L, d ≤ 2^15, given d × 2^15: |4 v| &lt; 2^30 and d × 2^15 ≤ 2^30 are ints.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Decayed(int v, int decay)
    {
        return (int)(((long)(v << 2) * decay) >> 32);
    }
}
