using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeSpike.Runtime;

/// <summary>
/// Neurons eight at a time. Replaces Kernels/Scalar/NeuronSteps.cs, bit-identical to it; refractory neurons and several spikes a tick
/// go through the scalar loop. The last few neurons take a whole vector too, where the arena and the file have something behind
/// them to read: their lanes beyond the end are written back as they were.
/// </summary>
internal static partial class Kernels
{
    /// <summary>One tick of all neurons of an operator; adds to its spikes and saturations.</summary>
    public static void StepNeurons(NeuronOperator p, byte[] file, int[] arena)
    {
        int emitted = 0, j = 0;
        if (Avx2.IsSupported && p.Refractory == 0 && p.MostSpikes == 1) j = StepEights(p, file, arena, ref emitted);
        StepNeurons(p, file, arena, j, p.Count, ref emitted);
        if (p.HasTarget && p.MostSpikes == 1)
        {
            arena[p.Target] = emitted;
            p.Spikes += emitted;
        }
    }

    private static int StepEights(NeuronOperator p, byte[] file, int[] arena, ref int emitted)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);

        // Fields to locals: the loop then keeps what it can in registers.
        int inputAt = p.Input, membraneAt = p.Membrane, currentAt = p.Current, listAt = p.Target + 1;
        int inputShift = p.InputShift, resetRule = p.ResetRule, found = emitted, saturations = 0;
        bool hasCurrent = p.HasCurrent, oldCurrent = p.OldCurrent, hasThreshold = p.HasThreshold, orEqual = p.OrEqual, resetNext = p.ResetNext && p.HasThreshold;
        bool sharedDecay = p.DecayStep == 0, sharedSynaptic = p.SynapticDecayStep == 0, sharedThreshold = p.ThresholdStep == 0;
        bool sharedInputBias = p.InputBiasStep == 0, sharedMembraneBias = p.MembraneBiasStep == 0, sharedReset = p.ResetToStep == 0;
        Vector256<int> limit = Vector256.Create(NeuronOperator.Limit), lower = Vector256.Create(p.LowerLimit);
        Vector256<int> inputLimit = Vector256.Create(NeuronOperator.Limit >> inputShift);
        Vector256<int> decay = Vector256.Create((int)Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref f, p.Decay)));
        Vector256<int> synaptic = Vector256.Create((int)Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref f, p.SynapticDecay)));
        Vector256<int> threshold = Broadcast(ref f, p.Threshold), inputBias = Broadcast(ref f, p.InputBias);
        Vector256<int> membraneBias = Broadcast(ref f, p.MembraneBias), resetTo = Broadcast(ref f, p.ResetTo);

        int count = p.Count, j = 0;
        bool last = Reaches(p, count + 7 & ~7, file, arena);
        for (; j + 8 <= count || (last && j < count); j += 8)
        {
            bool whole = j + 8 <= count;
            Vector256<int> lanes = whole ? Vector256<int>.AllBitsSet : First(count - j);
            if (!sharedDecay) decay = Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref f, (nuint)(p.Decay + 2 * j)).AsUInt16());
            if (!sharedSynaptic) synaptic = Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref f, (nuint)(p.SynapticDecay + 2 * j)).AsUInt16());
            if (!sharedThreshold) threshold = Vector256.LoadUnsafe(ref f, (nuint)(p.Threshold + 4 * j)).AsInt32();
            if (!sharedInputBias) inputBias = Vector256.LoadUnsafe(ref f, (nuint)(p.InputBias + 4 * j)).AsInt32();
            if (!sharedMembraneBias) membraneBias = Vector256.LoadUnsafe(ref f, (nuint)(p.MembraneBias + 4 * j)).AsInt32();
            if (!sharedReset) resetTo = Vector256.LoadUnsafe(ref f, (nuint)(p.ResetTo + 4 * j)).AsInt32();

            Vector256<int> x = Vector256.LoadUnsafe(ref a, (nuint)(inputAt + j));
            Vector256<int> clamped = Vector256.Min(Vector256.Max(x, -inputLimit), inputLimit);
            if (clamped != x) saturations += CountDifferent(clamped, x, lanes);
            Vector256<int> drive = Vector256.ShiftLeft(clamped, inputShift) + inputBias;
            if (hasCurrent)
            {
                Vector256<int> old = Vector256.LoadUnsafe(ref a, (nuint)(currentAt + j));
                Vector256<int> current = Decayed(old, synaptic) + drive;
                Vector256<int> held = Vector256.Min(Vector256.Max(current, -limit), limit);
                if (held != current) saturations += CountDifferent(held, current, lanes);
                if (!whole) held = Vector256.ConditionalSelect(lanes, held, old);
                held.StoreUnsafe(ref a, (nuint)(currentAt + j));
                drive = oldCurrent ? old : held;
            }

            Vector256<int> before = Vector256.LoadUnsafe(ref a, (nuint)(membraneAt + j)), v = before;
            Vector256<int> subtract = Vector256<int>.Zero;
            if (resetNext)
            {
                Vector256<int> pending = Spiked(v, threshold, orEqual);
                if (resetRule == NeuronOperator.ResetValue) v = Vector256.ConditionalSelect(pending, resetTo, v);
                else if (resetRule == NeuronOperator.ResetSubtract) subtract = pending & threshold;
            }

            Vector256<int> next = Decayed(v, decay) + drive + membraneBias - subtract;
            v = Vector256.Min(Vector256.Max(next, -limit), limit);
            if (v != next) saturations += CountDifferent(v, next, lanes);
            v = Vector256.Max(v, lower);
            uint bits = 0;
            if (hasThreshold)
            {
                Vector256<int> spikes = Spiked(v, threshold, orEqual) & lanes;
                if (!resetNext)
                {
                    if (resetRule == NeuronOperator.ResetValue) v = Vector256.ConditionalSelect(spikes, resetTo, v);
                    else if (resetRule == NeuronOperator.ResetSubtract) v = Vector256.Min(Vector256.Max(v - (spikes & threshold), -limit), limit);
                }

                bits = spikes.ExtractMostSignificantBits();
            }

            if (!whole) v = Vector256.ConditionalSelect(lanes, v, before);
            v.StoreUnsafe(ref a, (nuint)(membraneAt + j));

            // The list after the membrane: where it lies behind it in the arena, the last vector has just written it back.
            if (hasThreshold && whole && Bmi2.X64.IsSupported)
            {
                // The indices of the set bits, closed up, in eight lanes: there is room for eight, since found <= j.
                ulong chosen = Bmi2.X64.ParallelBitExtract(0x0706050403020100, Bmi2.X64.ParallelBitDeposit(bits, 0x0101010101010101) * 0xFF);
                (Avx2.ConvertToVector256Int32(Vector128.CreateScalar(chosen).AsByte()) + Vector256.Create(j)).StoreUnsafe(ref a, (nuint)(listAt + found));
                found += BitOperations.PopCount(bits);
            }
            else
                for (; bits != 0; bits &= bits - 1) Unsafe.Add(ref a, listAt + found++) = j + BitOperations.TrailingZeroCount(bits);
        }

        emitted = found;
        p.Saturations += saturations;
        return Math.Min(j, count);
    }

    private static Vector256<int> Broadcast(ref byte file, int at)
    {
        return Vector256.Create(Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref file, at)));
    }

    /// <summary>Whether vectors up to neuron <paramref name="end"/> stay within the arena and the file.</summary>
    private static bool Reaches(NeuronOperator p, int end, byte[] file, int[] arena)
    {
        int furthest = Math.Max(p.Input, Math.Max(p.Membrane, p.HasCurrent ? p.Current : 0));
        int parameters = Math.Max(Math.Max(p.Decay + p.DecayStep * end, p.SynapticDecay + p.SynapticDecayStep * end), p.Threshold + p.ThresholdStep * end);
        parameters = Math.Max(Math.Max(parameters, p.InputBias + p.InputBiasStep * end), Math.Max(p.MembraneBias + p.MembraneBiasStep * end, p.ResetTo + p.ResetToStep * end));
        return furthest + end <= arena.Length && parameters <= file.Length;
    }

    /// <summary>(v × d) >> 15, the product in 64 bits: even and odd lanes apart, then woven together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Decayed(Vector256<int> v, Vector256<int> d)
    {
        Vector256<long> even = Avx2.Multiply(v, d);
        Vector256<long> odd = Avx2.Multiply(Vector256.ShiftRightLogical(v.AsInt64(), 32).AsInt32(), Vector256.ShiftRightLogical(d.AsInt64(), 32).AsInt32());
        return Avx2.Blend(Vector256.ShiftRightLogical(even, 15).AsInt32(), Vector256.ShiftLeft(odd, 17).AsInt32(), 0b10101010);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Spiked(Vector256<int> v, Vector256<int> threshold, bool orEqual)
    {
        return orEqual ? ~Vector256.GreaterThan(threshold, v) : Vector256.GreaterThan(v, threshold);
    }

    private static int CountDifferent(Vector256<int> a, Vector256<int> b, Vector256<int> lanes)
    {
        return BitOperations.PopCount((~Vector256.Equals(a, b) & lanes).ExtractMostSignificantBits());
    }
}
