using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>Single weights and roundings. ARITHMETIC.md, section 1.</summary>
internal static partial class Kernels
{
    /// <summary>Element <paramref name="index"/> of a row of weights.</summary>
    internal static int Weight(TensorType type, byte[] file, int row, int index)
    {
        switch (type)
        {
            case TensorType.Int8: return (sbyte)file[row + index];
            case TensorType.Int16: return Bytes.I16(file, row + 2 * index);
            default: return Nibble(file, row, index);
        }
    }

    private static int Nibble(byte[] file, int row, int index)
    {
        int pair = file[row + (index >> 1)];
        return (index & 1) == 0 ? (pair << 28) >> 28 : (pair << 24) >> 28;
    }

    /// <summary>Division by 2^shift, half rounded up.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static long Round(long value, int shift)
    {
        return shift == 0 ? value : (value + (1L << (shift - 1))) >> shift;
    }
}
