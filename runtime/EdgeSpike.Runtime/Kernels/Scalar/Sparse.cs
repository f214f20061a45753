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
}
