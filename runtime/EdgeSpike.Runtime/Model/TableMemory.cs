namespace EdgeSpike.Runtime;

/// <summary>
/// Where the tables of buffers and tensors live, which only the verification of a model needs. Here they are ordinary objects that
/// stay for whoever wants to look at them; a target that counts its bytes replaces this file.
/// </summary>
internal static class TableMemory
{
    /// <summary>Objects made from here on are tables.</summary>
    public static void Begin()
    {
    }

    /// <summary>Objects made from here on stay.</summary>
    public static void End()
    {
    }

    /// <summary>The model is verified or refused: nothing that runs it looks at the tables.</summary>
    public static void Release(ModelFile model)
    {
    }
}
