using System;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Runtime;

/// <summary>Elementwise loops, in vectors. Replaces Kernels/Scalar/Elements.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    public static void Fill(int[] arena, int offset, int count, int value)
    {
        arena.AsSpan(offset, count).Fill(value);
    }

    public static void Shift(int[] arena, int sum, int target, int count, int shift, bool accumulate)
    {
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Vector256<int> value = Vector256.LoadUnsafe(ref a, (nuint)(sum + i));
            value = shift >= 0 ? Vector256.ShiftLeft(value, shift) : Vector256.ShiftRightArithmetic(value, -shift);
            if (accumulate) value += Vector256.LoadUnsafe(ref a, (nuint)(target + i));
            value.StoreUnsafe(ref a, (nuint)(target + i));
        }

        for (; i < count; i++)
        {
            int value = shift >= 0 ? arena[sum + i] << shift : arena[sum + i] >> -shift;
            arena[target + i] = accumulate ? arena[target + i] + value : value;
        }
    }

    public static void AddConstants(byte[] file, int constants, int period, int[] arena, int target, int count)
    {
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        for (int block = 0; block < count; block += period)
        {
            int i = 0;
            for (; i + 8 <= period; i += 8)
            {
                nuint at = (nuint)(target + block + i);
                (Vector256.LoadUnsafe(ref a, at) + Vector256.LoadUnsafe(ref f, (nuint)(constants + 4 * i)).AsInt32()).StoreUnsafe(ref a, at);
            }

            for (; i < period; i++) arena[target + block + i] += Bytes.I32(file, constants + 4 * i);
        }
    }
}
