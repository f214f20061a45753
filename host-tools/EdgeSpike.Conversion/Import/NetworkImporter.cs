using System;
using System.Text;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import.Nir;

namespace EdgeSpike.Conversion.Import;

/// <summary>Imports a network from any format that EdgeSpike reads, told apart by content, not by name.</summary>
public static class NetworkImporter
{
    /// <summary>Reads a network: NIR (HDF5), or a description (JSON with tensors beside it), for which <paramref name="options"/> have no use.</summary>
    /// <exception cref="ConversionException">Missing, of another format, damaged, or not a network that can run.</exception>
    public static NetworkGraph Import(string path, NirOptions options)
    {
        byte[] content = InputFile.ReadAllBytes(path);
        if (NirReader.HasSignature(content)) return NirImporter.Import(content, path, options);
        if (DescriptionImporter.LooksLikeJson(content)) return DescriptionImporter.Import(content, path);
        string what = content.Length == 0 ? "it is empty"
            : SafetensorsFile.LooksLikeOne(content) ? "it is a safetensors file, which has tensors but no topology"
            : content.AsSpan().StartsWith("PK"u8) ? "it is a ZIP archive, such as PyTorch's"
            : NpyFile.HasSignature(content) ? "it is a NumPy array"
            : "it is neither HDF5 nor JSON";
        throw new ConversionException(ErrorCode.WrongFormat, path, what, "give a NIR file (.nir) or a description (.json, see DESCRIPTION.md)");
    }
}
