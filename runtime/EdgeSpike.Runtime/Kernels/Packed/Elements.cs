namespace EdgeSpike.Runtime;

/// <summary>Elementwise loops for 32-bit cores without vectors. Replaces Kernels/Scalar/Elements.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>Cost: 19 instructions for 16 elements.</summary>
    public static unsafe void Fill(int[] arena, int offset, int count, int value)
    {
        fixed (int* a = arena)
        {
            int* p = a + offset, end = p + (count & ~15);
            for (; p != end; p += 16)
            {
                p[0] = value;
                p[1] = value;
                p[2] = value;
                p[3] = value;
                p[4] = value;
                p[5] = value;
                p[6] = value;
                p[7] = value;
                p[8] = value;
                p[9] = value;
                p[10] = value;
                p[11] = value;
                p[12] = value;
                p[13] = value;
                p[14] = value;
                p[15] = value;
            }

            for (end = a + offset + count; p != end; p++) *p = value;
        }
    }

    /// <summary>target = (accumulate ? target : 0) + shifted sum.</summary>
    public static unsafe void Shift(int[] arena, int sum, int target, int count, int shift, bool accumulate)
    {
        fixed (int* a = arena)
        {
            int* from = a + sum, to = a + target, end = from + count;
            int left = shift >= 0 ? shift : 0, right = shift >= 0 ? 0 : -shift;
            if (accumulate)
                for (; from != end; from++, to++) *to = *to + ((*from << left) >> right);
            else
                for (; from != end; from++, to++) *to = (*from << left) >> right;
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
