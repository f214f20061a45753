namespace EdgeSpike.Runtime;

/// <summary>Compressed rows of values for 32-bit cores without vectors. Replaces Kernels/Scalar/SparseRows.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>Compressed rows of values, zeros skipped. Returns the synaptic operations done.</summary>
    public static unsafe long AddValueSparse(TensorType type, byte[] file, int weights, int rowStarts, int targets, int[] arena, int source, int count, int sum)
    {
        int synapses = 0;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* start = (int*)(f + rowStarts), value = a + source, end = value + count;
            for (; value != end; value++, start++)
                if (*value != 0) synapses += AddSparseRow(type, f, weights, start, targets, *value, a + sum);
        }

        return synapses;
    }

    /// <summary>One compressed row times a factor; returns its synapses.</summary>
    private static unsafe int AddSparseRow(TensorType type, byte* file, int weights, int* start, int targets, int factor, int* sums)
    {
        int from = start[0], count = start[1] - from;
        if (count == 0) return 0;
        ushort* target = (ushort*)(file + targets) + from;
        byte* w = file + weights;
        type = Only(type);
        if (type == TensorType.Int4)
        {
            for (int k = 0; k < count; k++) sums[target[k]] = sums[target[k]] + factor * Nibble(w, from + k);
            return count;
        }

        w += type == TensorType.Int16 ? from << 1 : from;

        // Targets ascend strictly: where the last is as far from the first as there are, they are neighbours, and the row a dense one.
        if (target[count - 1] - *target == count - 1) AddOne(type, w, factor, sums + *target, count);
        else if (type == TensorType.Int8) AddByteSynapses(w, target, count, factor, sums);
        else AddShortSynapses(w, target, count, factor, sums);
        return count;
    }
}
