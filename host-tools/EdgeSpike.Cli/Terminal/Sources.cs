using System;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Runtime;

namespace EdgeSpike.Cli.Terminal;

/// <summary>What the path of a verb's argument holds: decided by content, not by the ending of the name.</summary>
internal static class Sources
{
    /// <summary>True for a model file. A name that ends in .esm counts as one, so that a damaged model is told as such.</summary>
    public static bool IsModel(string path, ReadOnlySpan<byte> bytes) =>
        ModelLoading.LooksLikeModel(bytes) || path.EndsWith(".esm", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads and verifies a model file.</summary>
    public static Interpreter LoadModel(string path) => ModelLoading.Load(InputFile.ReadAllBytes(path), path);

    /// <summary>Imports a network.</summary>
    public static NetworkGraph LoadNetwork(string path, NirOptions options) => NetworkImporter.Import(path, options);
}
