using System;
using System.IO;

namespace EdgeSpike.Conversion.Files;

/// <summary>Reading a whole file, with errors that name it. Inputs are networks and recordings, which fit into memory.</summary>
public static class InputFile
{
    /// <summary>All bytes of a file of less than 2 GB.</summary>
    /// <exception cref="ConversionException">It is not there, can't be read, or is too large.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new ConversionException(ErrorCode.FileMissing, "file name", "it is empty", "name a file");
        try
        {
            if (Directory.Exists(path))
                throw new ConversionException(ErrorCode.FileMissing, path, "it is a folder", "name a file in it");
            FileInfo file = new(path);
            if (file.Exists && file.Length > Array.MaxLength)
                throw new ConversionException(ErrorCode.Unsupported, path, $"{file.Length} bytes", "split it into files of less than 2 GB");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConversionException(ErrorCode.FileMissing, path, "there is no such file", "check the name and the folder", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConversionException(ErrorCode.FileMissing, path, $"it can't be read ({e.Message})", "check the name and the permissions", e);
        }
    }
}
