using System.IO;

namespace EdgeSpike.Demos;

/// <summary>Files that are built into the demonstrations, so that they run from anywhere.</summary>
internal static class IncludedFile
{
    /// <summary>The bytes of a file by its name; null: this build has none.</summary>
    public static byte[]? Read(string name)
    {
        using Stream? stream = typeof(IncludedFile).Assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
