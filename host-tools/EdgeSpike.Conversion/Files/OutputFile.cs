using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace EdgeSpike.Conversion.Files;

/// <summary>
/// Writing files whole or not at all: the content goes to a temporary file in the same folder, which then takes the
/// name. Whoever reads the name sees the old content or the new one, never a part.
/// </summary>
public static class OutputFile
{
    /// <summary>Writes bytes.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>; the old file, if any, is as it was.</exception>
    public static void Write(string path, byte[] content) => WriteAll([(path, content)]);

    /// <summary>Writes text as UTF-8 without a mark.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>; the old file, if any, is as it was.</exception>
    public static void Write(string path, string text) => WriteAll([(path, new UTF8Encoding(false).GetBytes(text))]);

    /// <summary>
    /// Writes several files that belong together: all or none. When one can't take its name, those before it get their
    /// old content back.
    /// </summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>; all files are as they were.</exception>
    public static void WriteAll(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        string at = "output";
        List<string> temporary = [];
        string?[] backups = new string?[files.Count];
        int moved = 0;
        try
        {
            foreach ((string path, byte[] content) in files)
            {
                at = path;
                if (Directory.Exists(path)) throw new IOException("it is a folder");
                temporary.Add(Beside(path));
                File.WriteAllBytes(temporary[^1], content);
            }

            for (; moved < files.Count; moved++)
            {
                at = files[moved].Path;
                if (files.Count > 1 && File.Exists(at))
                {
                    backups[moved] = Beside(at);
                    File.Copy(at, backups[moved]!);
                }

                File.Move(temporary[moved], at, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            while (moved-- > 0)
            {
                (string path, string? backup) = (files[moved].Path, backups[moved]);
                Try(() =>
                {
                    if (backup is null) File.Delete(path);
                    else File.Move(backup, path, overwrite: true);
                });
            }

            throw new ConversionException(ErrorCode.OutputFailed, at, $"it can't be written ({e.Message}); nothing was", "check the folder, its permissions and the free space", e);
        }
        finally
        {
            foreach (string file in temporary) Try(() => File.Delete(file));
            foreach (string? backup in backups)
                if (backup is not null) Try(() => File.Delete(backup));
        }
    }

    private static string Beside(string path) => $"{path}.{Guid.NewGuid():N}.tmp";

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Tidying up may fail for the reason that writing did; that one is reported.
        }
    }
}
