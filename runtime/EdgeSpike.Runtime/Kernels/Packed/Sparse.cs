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
                synapses += length;
                AddSparseRow(type, f, weights, from, length, targets, a + sum);
            }
        }

        return synapses;
    }

    /// <summary>Compressed rows of values, zeros skipped. Returns the synaptic operations done.</summary>
    public static unsafe long AddValueSparse(TensorType type, byte[] file, int weights, int rowStarts, int targets, int[] arena, int source, int count, int sum)
    {
        long synapses = 0;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* starts = (int*)(f + rowStarts), sums = a + sum;
            ushort* target = (ushort*)(f + targets);
            for (int i = 0; i < count; i++)
            {
                int value = a[source + i];
                if (value == 0) continue;
                int from = starts[i], to = starts[i + 1];
                synapses += to - from;
                for (int k = from; k < to; k++) sums[target[k]] = sums[target[k]] + value * Column(type, f + weights, k);
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
