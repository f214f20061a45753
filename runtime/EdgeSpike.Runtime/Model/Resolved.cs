using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>What the fields of a record mean, by place. A target that counts its bytes replaces this file.</summary>
internal static class Resolved
{
    /// <summary>What stands at a place that is a constant of the program.</summary>
    [MethodImpl(Features.Inlined)]
    public static int At(int[] values, int place)
    {
        return values[place];
    }
}
