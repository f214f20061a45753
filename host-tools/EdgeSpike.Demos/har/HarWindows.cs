using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using SharpCompress.Compressors.Xz;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// Windows of a wrist's motion: 2 s of accelerometer and gyroscope at 20 Hz each, with what the hand did and whose it was.
/// </summary>
/// <remarks>
/// A folder holds two files. <c>windows_Nx40x6_i16le.bin</c>, or the same compressed as <c>.bin.xz</c>: int16, little-endian,
/// no header, [window, tick, channel], channels x, y, z of the accelerometer in 0.001 m/s², then x, y, z of the gyroscope in
/// 0.001 rad/s. <c>index.csv</c>: <c>n,subject,activity_code,label,activity,start_timestamp</c>, one row a window in the
/// same order. A SHA-256 in <c>windows_Nx40x6_i16le.bin.sha256</c> (the form of sha256sum) must be that of the uncompressed
/// windows; without one, a set of as many windows as the published one must be the published one.
/// <para>The published set: WISDM smartphone and smartwatch activity data (Weiss, Yoneda, Hayajneh, <i>Smartphone and
/// Smartwatch-Based Biometrics Using Activities of Daily Living</i>, IEEE Access 7, 2019; UCI 507), watch, seven
/// activities of the hand.</para>
/// </remarks>
public sealed class HarWindows
{
    /// <summary>Samples of a window, at 20 Hz.</summary>
    public const int Ticks = 40;

    /// <summary>Accelerometer x, y, z, gyroscope x, y, z.</summary>
    public const int Channels = 6;

    /// <summary>Activities.</summary>
    public const int Classes = 7;

    /// <summary>Windows of the published set.</summary>
    public const int PublishedCount = 29202;

    /// <summary>SHA-256 of the published set's uncompressed windows, in lower case.</summary>
    public const string PublishedSha256 = "2b8c61ff014ea21595c684029e987d3df42ad8a88b0d787763188f5df47fdd85";

    /// <summary>Name of the windows' file; compressed, with <c>.xz</c> behind it; its checksum, with <c>.sha256</c>.</summary>
    public const string WindowsFile = "windows_Nx40x6_i16le.bin";

    /// <summary>Name of the index.</summary>
    public const string IndexFile = "index.csv";

    internal const string IndexHeader = "n,subject,activity_code,label,activity,start_timestamp";
    private const int WindowBytes = Ticks * Channels * sizeof(short);

    // 4 million windows are 92 days; the samples stay within one array.
    private const int MostWindows = 4_000_000;

    private static readonly string[] Names = ["dribbling", "catch", "typing", "writing", "clapping", "teeth", "folding"];

    /// <summary>WISDM's letters of the activities, by label.</summary>
    internal const string ActivityCodes = "POFQRGS";

    /// <summary>Takes the arrays as they are.</summary>
    /// <param name="samples">[window, tick, channel].</param>
    /// <param name="labels">0 to 6, one a window.</param>
    /// <param name="subjects">Whose window it is.</param>
    /// <param name="startTimestamps">Time of the first sample, in ns of the device's clock.</param>
    public HarWindows(short[] samples, int[] labels, int[] subjects, long[] startTimestamps)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(startTimestamps);
        if (samples.Length != labels.Length * Ticks * Channels || subjects.Length != labels.Length || startTimestamps.Length != labels.Length)
            throw new ArgumentException("one label, subject, time and 40 x 6 samples for each window");
        Samples = samples;
        Labels = labels;
        Subjects = subjects;
        StartTimestamps = startTimestamps;
    }

    /// <summary>The activities, by label.</summary>
    public static IReadOnlyList<string> ActivityNames => Names;

    /// <summary>[window, tick, channel], in 0.001 m/s² and 0.001 rad/s.</summary>
    public short[] Samples { get; }

    /// <summary>What the hand did: 0 to 6.</summary>
    public int[] Labels { get; }

    /// <summary>Whose hand it was.</summary>
    public int[] Subjects { get; }

    /// <summary>Time of each window's first sample, in ns of the device's clock.</summary>
    public long[] StartTimestamps { get; }

    /// <summary>Windows.</summary>
    public int Count => Labels.Length;

    /// <summary>SHA-256 of the windows' bytes, in lower case.</summary>
    public string Sha256 { get; private set; } = "";

    /// <summary>Whether they are the published windows, to the last bit.</summary>
    public bool IsPublished => Sha256 == PublishedSha256;

    /// <summary>The samples of one window, [tick, channel].</summary>
    public ReadOnlySpan<short> Window(int window) => Samples.AsSpan(window * Ticks * Channels, Ticks * Channels);

    /// <summary>Reads a folder.</summary>
    /// <exception cref="ConversionException">A file is not there, damaged, or not of this format; the text says which and where.</exception>
    public static HarWindows Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string index = Path.Combine(folder, IndexFile);
        (int[] labels, int[] subjects, long[] starts) = ReadIndex(Encoding.UTF8.GetString(InputFile.ReadAllBytes(index)), index);
        string path = Path.Combine(folder, WindowsFile);
        byte[] bytes = ReadWindows(ref path, labels.Length * WindowBytes);
        if (bytes.Length != labels.Length * WindowBytes)
            throw new ConversionException(ErrorCode.Damaged, path, $"it does not hold the {labels.Length} windows of {IndexFile} ({labels.Length * WindowBytes} bytes uncompressed, here {(bytes.Length > labels.Length * WindowBytes ? "more" : bytes.Length)})", "make both files anew with edgespike data wisdm");

        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (Expected(folder, labels.Length) is (string expected, string stated) && expected != hash)
            throw new ConversionException(ErrorCode.Damaged, path, $"SHA-256 {hash} where {stated} says {expected}", "the windows were changed or damaged; make them anew with edgespike data wisdm");
        short[] samples = new short[bytes.Length / sizeof(short)];
        for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i * sizeof(short)));
        return new HarWindows(samples, labels, subjects, starts) { Sha256 = hash };
    }

    /// <summary>Uncompressed bytes, at most <paramref name="expected"/> + 1: one more shows that there are too many.</summary>
    private static byte[] ReadWindows(ref string path, int expected)
    {
        if (File.Exists(path)) return InputFile.ReadAllBytes(path);
        string compressed = path + ".xz";
        if (!File.Exists(compressed))
            throw new ConversionException(ErrorCode.FileMissing, path, "neither it nor its .xz is there", "make the windows with edgespike data wisdm, or name the folder that holds them");
        path = compressed;
        try
        {
            using XZStream stream = new(new MemoryStream(InputFile.ReadAllBytes(compressed)));
            byte[] bytes = new byte[expected + 1];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..count];
        }
        catch (Exception e) when (e is not (ConversionException or OutOfMemoryException))
        {
            // Whatever a damaged stream makes the library throw, it comes from the bytes.
            throw new ConversionException(ErrorCode.Damaged, compressed, $"it can't be unpacked ({e.Message})", "get the file again, or unpack it with xz -dk to see more", e);
        }
    }

    private static (string Sha256, string Stated)? Expected(string folder, int count)
    {
        string path = Path.Combine(folder, WindowsFile + ".sha256");
        if (!File.Exists(path)) return count == PublishedCount ? (PublishedSha256, "the published set of as many windows") : null;
        string text = Encoding.UTF8.GetString(InputFile.ReadAllBytes(path));
        string word = text.Split(' ', '\t', '\r', '\n')[0].ToLowerInvariant();
        if (word.Length != 64 || !word.All(char.IsAsciiHexDigit))
            throw new ConversionException(ErrorCode.WrongFormat, path, "it does not begin with a SHA-256 of 64 hexadecimal digits", "write it with sha256sum, or delete it");
        return (word, Path.GetFileName(path));
    }

    private static (int[] Labels, int[] Subjects, long[] Starts) ReadIndex(string text, string path)
    {
        List<int> labels = [], subjects = [];
        List<long> starts = [];
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.Trim();
            if (number == 1)
            {
                if (!line.SequenceEqual(IndexHeader)) throw Wrong(1, $"the header is not '{IndexHeader}'");
                continue;
            }

            if (line.IsEmpty) continue;
            string[] cells = line.ToString().Split(',');
            if (cells.Length != 6) throw Wrong(number, $"{cells.Length} cells where there must be 6");
            if (!int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out int n) || n != labels.Count) throw Wrong(number, $"window number '{cells[0]}' where {labels.Count} must come");
            if (!int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out int subject)) throw Wrong(number, $"subject '{cells[1]}' is not a number");
            if (!int.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out int label) || label >= Classes) throw Wrong(number, $"label '{cells[3]}' is not 0 to {Classes - 1}");
            if (cells[2] != ActivityCodes[label].ToString() || cells[4] != Names[label]) throw Wrong(number, $"label {label} is {ActivityCodes[label]}, {Names[label]}, not {cells[2]}, {cells[4]}");
            if (!long.TryParse(cells[5], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long start)) throw Wrong(number, $"start '{cells[5]}' is not a number of nanoseconds");
            if (labels.Count == MostWindows) throw Wrong(number, $"more than {MostWindows} windows");
            labels.Add(label);
            subjects.Add(subject);
            starts.Add(start);
        }

        if (labels.Count == 0) throw Wrong(1, "no windows");
        return ([.. labels], [.. subjects], [.. starts]);

        ConversionException Wrong(int line, string what) =>
            new(ErrorCode.WrongFormat, $"{path}, line {line}", what, "make the windows anew with edgespike data wisdm");
    }
}
