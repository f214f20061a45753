namespace EdgeSpike.Runtime;

/// <summary>Compressed rows for 32-bit cores without vectors. Replaces Kernels/Scalar/Sparse.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>Compressed rows of a list of events. Returns the synaptic operations done.</summary>
    public static unsafe long AddSparse(TensorType type, byte[] file, int weights, int rowStarts, int targets, int[] arena, int list, int sum)
    {
        int synapses = 0;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* starts = (int*)(f + rowStarts), active = a + list, end = active + *active;
            while (active != end)
            {
                active++;
                synapses += AddSparseRow(type, f, weights, starts + *active, targets, 1, a + sum);
            }
        }

        return synapses;
    }
}
