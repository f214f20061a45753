using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using EdgeSpike.Conversion;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// The texts of the data set's watch, wherever they are: in a folder, in its zip, or in the zip inside a zip that the
/// publisher hands out. Files are known by their names, <c>watch/accel/data_1600_accel_watch.txt</c>, at any depth.
/// </summary>
public sealed partial class WisdmSource : IDisposable
{
    // The published archive: 300 MB, its inner one as much, the longest text of the watch 14 MB.
    private const long MostInner = 2_000_000_000, MostText = 200_000_000;

    private readonly string _where;
    private readonly List<IDisposable> _open = [];
    private readonly Dictionary<(int Subject, bool Gyroscope), Func<Stream>> _texts = [];

    private WisdmSource(string where) => _where = where;

    /// <summary>Subjects of whom there is a text of either sensor, in order.</summary>
    public IReadOnlyList<int> Subjects => [.. _texts.Keys.Select(k => k.Subject).Distinct().Order()];

    /// <summary>Opens a folder or a zip.</summary>
    /// <exception cref="ConversionException">It is not there, damaged, or holds no texts of the watch.</exception>
    public static WisdmSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        WisdmSource source = new(path);
        try
        {
            if (Directory.Exists(path)) source.AddFolder(path);
            else if (File.Exists(path)) source.AddZip(source.Keep(File.OpenRead(path)), path, inner: false);
            else throw new ConversionException(ErrorCode.FileMissing, path, "there is no such file or folder", "name the archive or the folder it was unpacked to");
            if (source._texts.Count == 0)
                throw new ConversionException(ErrorCode.WrongFormat, path, "it holds no texts of the watch (raw/watch/accel/data_1600_accel_watch.txt)", "give the archive of UCI 507, or the folder wisdm-dataset from it");
            return source;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            source.Dispose();
            throw new ConversionException(e is InvalidDataException ? ErrorCode.Damaged : ErrorCode.FileMissing, path, $"it can't be read ({e.Message})", "get the archive again, or check the permissions", e);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Opens a subject's text; null: there is none.</summary>
    /// <exception cref="ConversionException">It can't be unpacked.</exception>
    public TextReader? Read(int subject, bool gyroscope)
    {
        if (!_texts.TryGetValue((subject, gyroscope), out Func<Stream>? open)) return null;
        try
        {
            return new StreamReader(open(), Encoding.Latin1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unreadable(subject, gyroscope, e);
        }
    }

    /// <summary>The error for a text that fails while it is read.</summary>
    public ConversionException Unreadable(int subject, bool gyroscope, Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return new ConversionException(ErrorCode.Damaged, $"{_where}, {Name(subject, gyroscope)}", $"it can't be read ({cause.Message})", "get the archive again", cause);
    }

    /// <summary>A text's name in the data set.</summary>
    public static string Name(int subject, bool gyroscope) => $"data_{subject}_{(gyroscope ? "gyro" : "accel")}_watch.txt";

    /// <inheritdoc/>
    public void Dispose()
    {
        // The last opened rests on those before it.
        for (int i = _open.Count - 1; i >= 0; i--) _open[i].Dispose();
        _open.Clear();
    }

    private T Keep<T>(T opened)
        where T : IDisposable
    {
        _open.Add(opened);
        return opened;
    }

    private void AddFolder(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "data_*_watch.txt", SearchOption.AllDirectories)) Add(file.Replace('\\', '/'), () => File.OpenRead(file));
    }

    private void AddZip(Stream stream, string name, bool inner)
    {
        ZipArchive zip = Keep(new ZipArchive(stream, ZipArchiveMode.Read));
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            Add(entry.FullName, () => entry.Length <= MostText ? entry.Open() : throw new InvalidDataException($"{entry.Length} bytes of text"));
            if (inner || !entry.FullName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) continue;
            if (entry.Length > MostInner) throw new InvalidDataException($"{entry.FullName} in {name} has {entry.Length} bytes");
            // A zip is read from its end, which a packed stream can't do.
            FileStream unpacked = Keep(new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose));
            using (Stream packed = entry.Open()) packed.CopyTo(unpacked);
            unpacked.Position = 0;
            AddZip(unpacked, entry.FullName, inner: true);
        }
    }

    private void Add(string path, Func<Stream> open)
    {
        Match match = TextName().Match(path);
        if (!match.Success || match.Groups["kind"].Value != match.Groups["folder"].Value) return;
        int subject = int.Parse(match.Groups["subject"].Value, System.Globalization.CultureInfo.InvariantCulture);
        if (!_texts.TryAdd((subject, match.Groups["kind"].Value == "gyro"), open))
            throw new ConversionException(ErrorCode.WrongFormat, _where, $"it holds {match.Value.TrimStart('/')} twice", "give one copy of the data set");
    }

    // The Mac's archiver adds "__MACOSX/.../._data_1600_accel_watch.txt", which the name's beginning excludes.
    [GeneratedRegex("""(?:^|/)watch/(?<folder>accel|gyro)/data_(?<subject>[0-9]{4})_(?<kind>accel|gyro)_watch\.txt$""")]
    private static partial Regex TextName();
}
