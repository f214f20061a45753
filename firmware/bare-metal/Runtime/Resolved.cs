namespace EdgeSpike.Runtime;

/// <summary>
/// What the fields of a record mean (runtime's Model/Resolved.cs, which this file replaces), read without a check: places are constants of
/// the program, below the array's length.
/// </summary>
internal static class Resolved
{
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public static int At(int[] values, int place)
    {
        return ArrayContent.Word(values, 4 * place);
    }
}
