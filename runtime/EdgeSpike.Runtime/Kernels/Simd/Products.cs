using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeSpike.Runtime;

/// <summary>Sums of products in int64, in vectors. Replaces Kernels/Scalar/Products.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>Σ w[i] × arena[source + i], i &lt; count.</summary>
    public static long Dot(TensorType type, byte[] file, int row, int[] arena, int source, int count)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        long sum = 0;
        int i = 0;
        if (type != TensorType.Int4 && Avx2.IsSupported && count >= 8)
        {
            Vector256<long> even = Vector256<long>.Zero, odd = even;
            for (; i + 8 <= count; i += 8)
            {
                Vector256<int> w = type == TensorType.Int8 ? WidenEight(ref f, row + i) : WidenWords(ref f, row + 2 * i);
                Vector256<int> x = Vector256.LoadUnsafe(ref a, (nuint)(source + i));
                even += Avx2.Multiply(w, x);
                odd += Avx2.Multiply(Vector256.ShiftRightLogical(w.AsInt64(), 32).AsInt32(), Vector256.ShiftRightLogical(x.AsInt64(), 32).AsInt32());
            }

            sum = Vector256.Sum(even + odd);
        }

        for (; i < count; i++) sum += (long)Weight(type, file, row, i) * arena[source + i];
        return sum;
    }
}
