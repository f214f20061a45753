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
        int from = Bytes.I32(file, rowStart), to = Bytes.I32(file, rowStart + 4);
        for (int k = from; k < to; k++)
        {
            int target = sum + Bytes.U16(file, targets + 2 * k);
            arena[target] = arena[target] + factor * Weight(type, file, weights, k);
        }

        return to - from;
    }
}
