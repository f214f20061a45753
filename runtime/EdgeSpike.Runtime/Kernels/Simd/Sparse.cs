using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeSpike.Runtime;

/// <summary>Compressed rows of events. Replaces Kernels/Scalar/Sparse.cs, bit-identical to it; rows of neighbours go in vectors.</summary>
internal static partial class Kernels
{
    /// <summary>Compressed rows of a list of events. Returns the synaptic operations done.</summary>
    public static long AddSparse(TensorType type, byte[] file, int weights, int rowStarts, int targets, int[] arena, int list, int sum)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        long synapses = 0;
        for (int e = list + 1, end = e + arena[list]; e < end; e++)
        {
            int rowStart = rowStarts + 4 * Unsafe.Add(ref a, e);
            int from = Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref f, rowStart)), to = Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref f, rowStart + 4));
            if (from == to) continue;
            int first = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref f, targets + 2 * from));
            int last = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref f, targets + 2 * to - 2));
            if (type != TensorType.Int8 || last - first != to - from - 1 || weights + to + 7 > file.Length || sum + last + 8 > arena.Length)
            {
                synapses += AddSparseRow(type, file, weights, rowStart, targets, 1, arena, sum);
                continue;
            }

            synapses += to - from;
            int row = weights + from, target = sum + first, j = 0, width = to - from;
            for (; j + 8 <= width; j += 8) Add(ref a, target + j, WidenEight(ref f, row + j));
            if (j < width) Add(ref a, target + j, WidenEight(ref f, row + j) & First(width - j));
        }

        return synapses;
    }
}
