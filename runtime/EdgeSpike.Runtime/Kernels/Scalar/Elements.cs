using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>Elementwise loops that every connection needs.</summary>
/// <remarks>Called once for each connection and tick: copies of the loops would cost flash and win nothing.</remarks>
internal static partial class Kernels
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill(int[] arena, int offset, int count, int value)
    {
        for (int i = 0; i < count; i++) arena[offset + i] = value;
    }

    /// <summary>target = (accumulate ? target : 0) + shifted sum.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Shift(int[] arena, int sum, int target, int count, int shift, bool accumulate)
    {
        for (int i = 0; i < count; i++)
        {
            int value = shift >= 0 ? arena[sum + i] << shift : arena[sum + i] >> -shift;
            arena[target + i] = accumulate ? arena[target + i] + value : value;
        }
    }

    /// <summary>Adds int32 constants, repeated every <paramref name="period"/> elements.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddConstants(byte[] file, int constants, int period, int[] arena, int target, int count)
    {
        int k = 0;
        for (int i = 0; i < count; i++)
        {
            arena[target + i] = arena[target + i] + Bytes.I32(file, constants + 4 * k);
            if (++k == period) k = 0;
        }
    }
}
