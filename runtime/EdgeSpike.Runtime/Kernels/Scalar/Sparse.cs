namespace EdgeSpike.Runtime;

/// <summary>Compressed rows, by source. ARITHMETIC.md, section 2.</summary>
internal static partial class Kernels
{
    /// <summary>Compressed rows of a list of events. Returns the synaptic operations done.</summary>
    public static long AddSparse(TensorType type, byte[] file, int weights, int rowStarts, int targets, int[] arena, int list, int sum)
    {
        long synapses = 0;
        int count = arena[list];
        for (int e = 1; e <= count; e++)
            synapses += AddSparseRow(type, file, weights, rowStarts + 4 * arena[list + e], targets, 1, arena, sum);
        return synapses;
    }

    /// <summary>Compressed rows of values, zeros skipped. Returns the synaptic operations done.</summary>
    public static long AddValueSparse(TensorType type, byte[] file, int weights, int rowStarts, int targets, int[] arena, int source, int count, int sum)
    {
        long synapses = 0;
        for (int i = 0; i < count; i++)
        {
            int value = arena[source + i];
            if (value != 0) synapses += AddSparseRow(type, file, weights, rowStarts + 4 * i, targets, value, arena, sum);
        }

        return synapses;
    }

    private static int AddSparseRow(TensorType type, byte[] file, int weights, int rowStart, int targets, int factor, int[] arena, int sum)
    {
        int from = Bytes.I32(file, rowStart), to = Bytes.I32(file, rowStart + 4), count = to - from;
        if (count == 0) return 0;

        // Targets ascend strictly: when the last is as far from the first as there are entries, they are neighbours, and the
        // row is a dense one. Pruned columns leave such rows, and so do delays that whole neurons share.
        int first = Bytes.U16(file, targets + 2 * from);
        if (Bytes.U16(file, targets + 2 * to - 2) - first == count - 1 && (type != TensorType.Int4 || (from & 1) == 0))
        {
            int row = weights + (type == TensorType.Int16 ? 2 * from : type == TensorType.Int8 ? from : from >> 1);
            if (factor == 1) AddRow(type, file, row, arena, sum + first, count);
            else AddScaledRow(type, file, row, factor, arena, sum + first, count);
            return count;
        }

        int index = targets + 2 * from;
        switch (type)
        {
            case TensorType.Int8:
                for (int k = from; k < to; k++, index += 2)
                {
                    int target = sum + (file[index] | (file[index + 1] << 8));
                    arena[target] = arena[target] + factor * (sbyte)file[weights + k];
                }

                break;
            case TensorType.Int16:
                for (int k = from; k < to; k++, index += 2)
                {
                    int target = sum + (file[index] | (file[index + 1] << 8));
                    arena[target] = arena[target] + factor * Bytes.I16(file, weights + 2 * k);
                }

                break;
            default:
                for (int k = from; k < to; k++, index += 2)
                {
                    int target = sum + (file[index] | (file[index + 1] << 8));
                    arena[target] = arena[target] + factor * Nibble(file, weights, k);
                }

                break;
        }

        return count;
    }
}
