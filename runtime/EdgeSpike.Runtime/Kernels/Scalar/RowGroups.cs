namespace EdgeSpike.Runtime;

/// <summary>Rows of several matrices that add to the same sums.</summary>
internal static partial class Kernels
{
    /// <summary>One tick of a group: its members, one by one.</summary>
    public static void SumRows(RowGroup group, byte[] file, int[] arena)
    {
        for (int i = 0; i < group.Members.Length; i++) group.Members[i].Step();
    }

    /// <summary>Words of the array that lists rows: none are listed.</summary>
    internal static int RowListWords()
    {
        return 0;
    }
}
