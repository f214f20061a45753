using Internal.Runtime;

namespace EdgeSpike.Runtime;

/// <summary>
/// Tables of buffers and tensors (runtime's Model/TableMemory.cs, which this file replaces) at the top of the heap: gone before the
/// arena is made, which may take their place. Afterwards a model's Buffers and Tensors are empty; ports know what they need.
/// </summary>
internal static class TableMemory
{
    public static void Begin()
    {
        Allocator.FromTop = true;
    }

    public static void End()
    {
        Allocator.FromTop = false;
    }

    public static void Release(ModelFile model)
    {
        model.DropTables();
        Allocator.ReleaseTop();
    }
}
