namespace EdgeSpike.Runtime;

/// <summary>Sums of products for real-valued sources, in int64. ARITHMETIC.md, sections 2 and 4.</summary>
internal static partial class Kernels
{
    /// <summary>Σ w[i] × arena[source + i], i &lt; count.</summary>
    public static long Dot(TensorType type, byte[] file, int row, int[] arena, int source, int count)
    {
        long sum = 0;
        switch (type)
        {
            case TensorType.Int8:
                for (int i = 0; i < count; i++) sum += (long)(sbyte)file[row + i] * arena[source + i];
                break;
            case TensorType.Int16:
                for (int i = 0; i < count; i++, row += 2) sum += (long)(short)(file[row] | (file[row + 1] << 8)) * arena[source + i];
                break;
            default:
                for (int i = 0; i < count; i++) sum += (long)Nibble(file, row, i) * arena[source + i];
                break;
        }

        return sum;
    }
}
