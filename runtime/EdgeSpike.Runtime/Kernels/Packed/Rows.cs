using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// Rows of weights added to sums, for 32-bit cores without vectors. Replaces Kernels/Scalar/Rows.cs, bit-identical to it. What many
/// rows share is in <see cref="SumRows"/>; here they come one by one.
/// </summary>
internal static partial class Kernels
{
    /// <summary>arena[target + j] += w[j], j &lt; width.</summary>
    public static void AddRow(TensorType type, byte[] file, int row, int[] arena, int target, int width)
    {
        AddScaledRow(type, file, row, 1, arena, target, width);
    }

    /// <summary>arena[target + j] += factor × w[j], j &lt; width.</summary>
    public static unsafe void AddScaledRow(TensorType type, byte[] file, int row, int factor, int[] arena, int target, int width)
    {
        fixed (byte* f = file)
        fixed (int* a = arena) AddOne(type, f + row, factor, a + target, width);
    }

    /// <summary>The type of all weights by source, where a build knows it: what depends on it is left out then.</summary>
    [MethodImpl(Features.Inlined)]
    private static TensorType Only(TensorType type)
    {
        return (TensorType)Features.Choose(Features.WeightType, (int)type);
    }

    /// <summary>One row times a factor.</summary>
    private static unsafe void AddOne(TensorType type, byte* row, int factor, int* sums, int width)
    {
        type = Only(type);
        if (type == TensorType.Int8) AddByteRow(row, factor, sums, width);
        else if (type == TensorType.Int16) AddShortRow(row, factor, sums, width);
        else
            for (int j = 0; j < width; j++) sums[j] = sums[j] + factor * Nibble(row, j);
    }

    private static unsafe int Nibble(byte* row, int j)
    {
        int pair = row[j >> 1];
        return (j & 1) == 0 ? (pair << 28) >> 28 : (pair << 24) >> 28;
    }

    /// <summary>
    /// The rows of a list of events, in blocks: source r × sources + i adds row i to the sums from r × width. Returns the
    /// number of rows added. Rows that add to the same sums pass together where a group runs them: <see cref="SumRows"/>.
    /// </summary>
    public static unsafe int AddRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int list, int sum)
    {
        int count = arena[list];
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* sums = a + sum, active = a + list, end = active + count;
            int block = 0;
            while (active != end)
            {
                active++;
                int source = *active - block;
                while (source >= sources)
                {
                    source -= sources;
                    block += sources;
                    sums += width;
                }

                AddOne(type, f + weights + source * rowBytes, 1, sums, width);
            }
        }

        return count;
    }

    /// <summary>The same for values: each row times its value, zeros skipped. Returns the number of rows added.</summary>
    public static unsafe int AddValueRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int source, int count, int sum)
    {
        int rows = 0, inBlock = 0;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            byte* row = f + weights;
            int* sums = a + sum, value = a + source, end = value + count;
            for (; value != end; value++)
            {
                if (*value != 0)
                {
                    AddOne(type, row, *value, sums, width);
                    rows++;
                }

                row += rowBytes;
                if (++inBlock == sources)
                {
                    inBlock = 0;
                    row = f + weights;
                    sums += width;
                }
            }
        }

        return rows;
    }
}
