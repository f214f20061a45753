using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>An array of bytes or words as what follows its method table, for reads whose place is known to be good.</summary>
internal sealed class ArrayContent
{
    private readonly uint _length;
    private byte _first;

    /// <summary>The word some bytes behind the first element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref int Word(object array, int offset)
    {
        return ref Unsafe.As<byte, int>(ref Byte(array, offset));
    }

    /// <summary>The half word there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref short Half(object array, int offset)
    {
        return ref Unsafe.As<byte, short>(ref Byte(array, offset));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte Byte(object array, int offset)
    {
        return ref Unsafe.AddByteOffset(ref Unsafe.As<ArrayContent>(array)._first, (nuint)offset);
    }
}
