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
                int from = starts[*active], length = starts[*active + 1] - from;
                if (length == 0) continue;
                synapses += length;

                // Neighbours, which strictly ascending targets show by the distance of the first and the last, are a dense row.
                ushort* target = (ushort*)(f + targets) + from;
                if (type != TensorType.Int4 && target[length - 1] - *target == length - 1)
                    AddOne(type, f + weights + (type == TensorType.Int16 ? from << 1 : from), 1, a + sum + *target, length);
                else AddSparseRow(type, f, weights, from, length, targets, a + sum);
            }
        }

        return synapses;
    }

    /// <summary>
    /// One compressed row. Targets in a row differ, so that the order of additions does not matter. Cost: 7 instructions for a
    /// synapse of int8 or int16.
    /// </summary>
    private static unsafe void AddSparseRow(TensorType type, byte* file, int weights, int from, int length, int targets, int* sums)
    {
        ushort* target = (ushort*)(file + targets) + from;
        if (type == TensorType.Int8)
        {
            sbyte* w = (sbyte*)(file + weights) + from, fours = w + (length & ~3), end = w + length;
            for (; w != fours; w += 4, target += 4)
            {
                sums[target[0]] = sums[target[0]] + w[0];
                sums[target[1]] = sums[target[1]] + w[1];
                sums[target[2]] = sums[target[2]] + w[2];
                sums[target[3]] = sums[target[3]] + w[3];
            }

            for (; w != end; w++, target++) sums[*target] = sums[*target] + *w;
        }
        else if (type == TensorType.Int16)
        {
            short* w = (short*)(file + weights) + from, fours = w + (length & ~3), end = w + length;
            for (; w != fours; w += 4, target += 4)
            {
                sums[target[0]] = sums[target[0]] + w[0];
                sums[target[1]] = sums[target[1]] + w[1];
                sums[target[2]] = sums[target[2]] + w[2];
                sums[target[3]] = sums[target[3]] + w[3];
            }

            for (; w != end; w++, target++) sums[*target] = sums[*target] + *w;
        }
        else
        {
            for (int k = 0; k < length; k++) sums[target[k]] = sums[target[k]] + Column(type, file + weights, from + k);
        }
    }
}
