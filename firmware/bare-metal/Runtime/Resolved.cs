namespace EdgeSpike.Runtime;

/// <summary>
/// What the fields of a record mean (runtime's Model/Resolved.cs, which this file replaces), read without a check: places are constants of
/// the program, below the array's length.
/// </summary>
internal static unsafe class Resolved
{
    /// <summary>Bytes of an array object before its elements: method table and length.</summary>
    private const int ArrayHead = 8;

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public static int At(int[] values, int place)
    {
        return *(int*)(*(byte**)&values + ArrayHead + 4 * place);
    }
}
