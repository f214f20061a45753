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
        List<(string Path, string? Backup)> done = [];
        try
        {
            foreach ((string path, byte[] content) in files)
            {
                at = path;
                if (Directory.Exists(path)) throw new IOException("it is a folder");
                temporary.Add(Beside(path));
                File.WriteAllBytes(temporary[^1], content);
            }

            for (int i = 0; i < files.Count; i++)
            {
                at = files[i].Path;
                string? backup = null;
                if (files.Count > 1 && File.Exists(at))
                {
                    backup = Beside(at);
                    File.Copy(at, backup);
                }

                done.Add((at, backup));
                File.Move(temporary[i], at, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            for (int i = done.Count - 1; i >= 0; i--)
            {
                // The last one's move is what failed: its name still has the old content.
                if (i == done.Count - 1) continue;
                Try(() => { if (done[i].Backup is string backup) File.Move(backup, done[i].Path, overwrite: true); else File.Delete(done[i].Path); });
            }

            throw new ConversionException(ErrorCode.OutputFailed, at, $"it can't be written ({e.Message}); nothing was", "check the folder, its permissions and the free space", e);
        }
        finally
        {
            foreach (string file in temporary) Try(() => File.Delete(file));
            foreach ((_, string? backup) in done)
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tidying up may fail for the reason that writing did; that one is reported.
        }
    }
}
