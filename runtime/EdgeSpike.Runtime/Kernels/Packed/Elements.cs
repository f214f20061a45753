namespace EdgeSpike.Runtime;

/// <summary>Elementwise loops for 32-bit cores without vectors. Replaces Kernels/Scalar/Elements.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>arena[offset + i] = value, i &lt; count.</summary>
    public static unsafe void Fill(int[] arena, int offset, int count, int value)
    {
        fixed (int* a = arena) FillWords(a + offset, count, value);
    }

    /// <summary>target = (accumulate ? target : 0) + shifted sum.</summary>
    public static unsafe void Shift(int[] arena, int sum, int target, int count, int shift, bool accumulate)
    {
        fixed (int* a = arena)
        {
            int* from = a + sum, to = a + target;
            int left = shift >= 0 ? shift : 0, right = shift >= 0 ? 0 : -shift, keep = accumulate ? -1 : 0;
            for (int* end = from + count; from != end; from++, to++) *to = (*to & keep) + ((*from << left) >> right);
        }
    }

    /// <summary>Adds int32 constants, repeated every <paramref name="period"/> elements.</summary>
    public static unsafe void AddConstants(byte[] file, int constants, int period, int[] arena, int target, int count)
    {
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* first = (int*)(f + constants), last = first + period, from = first;
            int* to = a + target, end = to + count;
            for (; to != end; to++)
            {
                *to = *to + *from++;
                if (from == last) from = first;
            }
        }
    }
}
