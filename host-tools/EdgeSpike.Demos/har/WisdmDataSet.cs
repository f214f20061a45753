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
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Demos.Har;

/// <summary>What was made of the data set's texts.</summary>
public sealed record WisdmResult
{
    /// <summary>The windows.</summary>
    public required HarWindows Windows { get; init; }

    /// <summary>SHA-256 of the windows, in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the windows of the 46 subjects that the published set has.</summary>
    public required string PublishedSubjectsSha256 { get; init; }

    /// <summary>Whether the windows of those 46 are the published ones to the last bit.</summary>
    public bool EqualsPublished => PublishedSubjectsSha256 == HarWindows.PublishedSha256;

    /// <summary>Lines read.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines left out.</summary>
    public required long DamagedLines { get; init; }

    /// <summary>The first of them, with what is wrong.</summary>
    public required IReadOnlyList<string> DamagedNamed { get; init; }

    /// <summary>Subjects of whom one sensor's text is missing.</summary>
    public required IReadOnlyList<int> Incomplete { get; init; }

    /// <summary>See <see cref="WisdmWindows.Duplicates"/>.</summary>
    public required long Duplicates { get; init; }

    /// <summary>See <see cref="WisdmWindows.Unordered"/>.</summary>
    public required long Unordered { get; init; }

    /// <summary>See <see cref="WisdmWindows.Unpaired"/>.</summary>
    public required long Unpaired { get; init; }

    /// <summary>See <see cref="WisdmWindows.Gaps"/>.</summary>
    public required long Gaps { get; init; }

    /// <summary>See <see cref="WisdmWindows.Clipped"/>.</summary>
    public required long Clipped { get; init; }
}

/// <summary>Makes the windows of <see cref="HarWindows"/> from the data set's own texts, and writes them.</summary>
public static class WisdmDataSet
{
    /// <summary>Subjects of the data set that the published windows leave out.</summary>
    public static IReadOnlyList<int> UnpublishedSubjects { get; } = [1629, 1637, 1638, 1639, 1640];

    /// <summary>Where <c>edgespike data wisdm</c> puts the windows, and the demo looks for them, unless told otherwise.</summary>
    public static string DefaultFolder => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "edgespike", "har");

    /// <summary>Reads all texts and cuts the windows.</summary>
    /// <param name="source">The texts.</param>
    /// <param name="allSubjects">All subjects instead of the 46 of the published set.</param>
    /// <param name="progress">Share done; null for none.</param>
    /// <exception cref="ConversionException">A text can't be unpacked, or there is no window in any.</exception>
    public static WisdmResult Make(WisdmSource source, bool allSubjects, IProgress<double>? progress)
    {
        ArgumentNullException.ThrowIfNull(source);
        WisdmText text = new();
        WisdmWindows cutter = new();
        List<int> incomplete = [];
        int[] subjects = [.. source.Subjects.Where(s => allSubjects || !UnpublishedSubjects.Contains(s))];
        for (int i = 0; i < subjects.Length; i++)
        {
            progress?.Report((double)i / subjects.Length);
            List<WisdmReading>[]? accelerometer = Read(source, text, subjects[i], gyroscope: false), gyroscope = Read(source, text, subjects[i], gyroscope: true);
            if (accelerometer is null || gyroscope is null) incomplete.Add(subjects[i]);
            else cutter.Add(subjects[i], accelerometer, gyroscope);
        }

        HarWindows windows = cutter.ToWindows();
        if (windows.Count == 0)
            throw new ConversionException(ErrorCode.WrongFormat, "the texts", $"no window in {text.Lines} lines, {text.Damaged} of them damaged{(text.Named.Count > 0 ? $" ({text.Named[0]})" : "")}", "give the data set of UCI 507");
        return new WisdmResult
        {
            Windows = windows,
            Sha256 = Hash(Bytes(windows, _ => true)),
            PublishedSubjectsSha256 = Hash(Bytes(windows, n => !UnpublishedSubjects.Contains(windows.Subjects[n]))),
            Lines = text.Lines,
            DamagedLines = text.Damaged,
            DamagedNamed = text.Named,
            Incomplete = incomplete,
            Duplicates = cutter.Duplicates,
            Unordered = cutter.Unordered,
            Unpaired = cutter.Unpaired,
            Gaps = cutter.Gaps,
            Clipped = cutter.Clipped,
        };
    }

    /// <summary>Writes windows, index and checksum into a folder, which is made where it is missing: all three or none.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>.</exception>
    public static void Write(WisdmResult result, string folder)
    {
        ArgumentNullException.ThrowIfNull(result);
        HarWindows windows = result.Windows;
        StringBuilder index = new(HarWindows.IndexHeader + "\n");
        for (int n = 0; n < windows.Count; n++)
            index.Append(CultureInfo.InvariantCulture, $"{n},{windows.Subjects[n]},{HarWindows.ActivityCodes[windows.Labels[n]]},{windows.Labels[n]},{HarWindows.ActivityNames[windows.Labels[n]]},{windows.StartTimestamps[n]}\n");
        ReportWriter.MakeFolder(folder);
        OutputFile.WriteAll(
        [
            (Path.Combine(folder, HarWindows.WindowsFile), Bytes(windows, _ => true)),
            (Path.Combine(folder, HarWindows.IndexFile), Encoding.UTF8.GetBytes(index.ToString())),
            (Path.Combine(folder, HarWindows.WindowsFile + ".sha256"), Encoding.UTF8.GetBytes($"{result.Sha256}  {HarWindows.WindowsFile}\n")),
        ]);
    }

    private static List<WisdmReading>[]? Read(WisdmSource source, WisdmText text, int subject, bool gyroscope)
    {
        using TextReader? reader = source.Read(subject, gyroscope);
        if (reader is null) return null;
        try
        {
            return text.Read(reader, WisdmSource.Name(subject, gyroscope), subject);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw source.Unreadable(subject, gyroscope, e);
        }
    }

    private static byte[] Bytes(HarWindows windows, Func<int, bool> wanted)
    {
        int[] taken = [.. Enumerable.Range(0, windows.Count).Where(wanted)];
        int size = HarWindows.Ticks * HarWindows.Channels;
        byte[] bytes = new byte[taken.Length * size * sizeof(short)];
        for (int i = 0; i < taken.Length; i++)
            for (int s = 0; s < size; s++) BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan((i * size + s) * sizeof(short)), windows.Samples[taken[i] * size + s]);
        return bytes;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
