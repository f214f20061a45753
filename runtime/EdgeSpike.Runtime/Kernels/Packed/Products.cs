namespace EdgeSpike.Runtime;

/// <summary>Sums of products for real-valued sources, in int64. Replaces Kernels/Scalar/Products.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>Σ w[i] × arena[source + i], i &lt; count. Cost: 9 instructions for a product, int8 and int16.</summary>
    public static unsafe long Dot(TensorType type, byte[] file, int row, int[] arena, int source, int count)
    {
        long sum = 0;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* x = a + source, end = x + count;
            if (type == TensorType.Int8)
                for (sbyte* w = (sbyte*)(f + row); x != end; x++, w++) sum += (long)*w * *x;
            else if (type == TensorType.Int16)
                for (short* w = (short*)(f + row); x != end; x++, w++) sum += (long)*w * *x;
            else
                for (int i = 0; i < count; i++) sum += (long)Nibble(f + row, i) * x[i];
        }

        return sum;
    }
}
