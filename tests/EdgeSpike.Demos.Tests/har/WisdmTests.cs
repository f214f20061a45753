using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Har;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Demos.Tests.Har;

public class WisdmTests
{
    [Theory]
    [InlineData("1600,A,90426708196641,7.091625,-0.5916671,8.195502;", null)]
    [InlineData("1600, P ,5, 1.5 ,-2E-1,0;", null)]
    [InlineData("1600,P,5,1,2,3", "does not end in ';'")]
    [InlineData("1600,P,5,1,2;", "5 cells")]
    [InlineData("1600,P,5,1,2,3,4;", "more than 6 cells")]
    [InlineData("1601,P,5,1,2,3;", "subject '1601' in the file of 1600")]
    [InlineData("1600,N,5,1,2,3;", "activity 'N'")]
    [InlineData("1600,PP,5,1,2,3;", "activity 'PP'")]
    [InlineData("1600,P,5.5,1,2,3;", "timestamp '5.5'")]
    [InlineData("1600,P,99999999999999999999,1,2,3;", "timestamp '99999999999999999999'")]
    [InlineData("1600,P,5,NaN,2,3;", "'NaN' is not a finite number")]
    [InlineData("1600,P,5,1,-Infinity,3;", "'-Infinity' is not a finite number")]
    [InlineData("1600,P,5,1,1e999,3;", "'1e999' is not a finite number")]
    [InlineData("1600,P,5,1,2,;", "'' is not a finite number")]
    [InlineData(";", "1 cells")]
    public void ALineIsReadOrSaidWhatIsWrong(string line, string? says)
    {
        Assert.Equal(says is null, WisdmText.TryReadLine(line, 1600, out char activity, out WisdmReading reading, out string? error));
        if (says is not null) Assert.Contains(says, error, StringComparison.Ordinal);
        else if (activity == 'A') Assert.Equal(new WisdmReading(90426708196641, 7.091625, -0.5916671, 8.195502), reading);
        else Assert.Equal(('P', new WisdmReading(5, 1.5, -0.2, 0)), (activity, reading));
    }

    [Fact]
    public void WindowsAreTheJoinedReadingsOfBothSensorsInOrder()
    {
        using TemporaryFolder folder = new();
        // 45 readings of each: one window, and 5 left over. Reading k is (k, k + 0.0005, -k) / 10, and gyroscope (0.001 k, 40, -40).
        WriteTexts(folder, Lines(45, k => $"{k / 10.0},{(k + 0.0005) / 10},{-k / 10.0}"), Lines(45, k => $"{k / 1000.0},40,-40"));
        WisdmResult result = Make(folder.Path);
        Assert.Equal(1, result.Windows.Count);
        Assert.Equal((0, 1600, 1_000_000_000L), (result.Windows.Labels[0], result.Windows.Subjects[0], result.Windows.StartTimestamps[0]));
        for (int t = 0; t < 40; t++)
            // 100 k + 0.05 rounds to 100 k; 40 rad/s does not fit 16 bits.
            Assert.Equal([(short)(100 * t), (short)(100 * t), (short)(-100 * t), (short)t, short.MaxValue, short.MinValue], result.Windows.Window(0).Slice(6 * t, 6).ToArray());
        Assert.Equal(80, result.Clipped);
        Assert.Equal((0, 0, 0, 0, 0), (result.DamagedLines, result.Duplicates, result.Unordered, result.Unpaired, result.Gaps));
        Assert.False(result.EqualsPublished);
    }

    [Fact]
    public void HalvesRoundToEven()
    {
        using TemporaryFolder folder = new();
        WriteTexts(folder, Lines(40, k => "0.0625,0.1875,-0.0625"), Lines(40, k => "0,0,0"));
        Assert.Equal([62, 188, -62], Make(folder.Path).Windows.Window(0)[..3].ToArray());
    }

    [Fact]
    public void DamagedUnorderedRepeatedAndUnpairedReadingsAreCountedAndTheRestIsUsed()
    {
        using TemporaryFolder folder = new();
        List<string> accelerometer = Lines(41, k => $"{k},0,0"), gyroscope = Lines(41, k => "0,0,1");
        // Reading 7 comes twice: the later counts. 3 and 4 change places. 20 is damaged, so its partner is alone. An empty line is none.
        accelerometer.Insert(8, accelerometer[7].Replace(",7,0,0;", ",9.999,0,0;", StringComparison.Ordinal));
        (accelerometer[3], accelerometer[4]) = (accelerometer[4], accelerometer[3]);
        accelerometer[21] = accelerometer[21].Replace("20,0,0", "nan?,0,0", StringComparison.Ordinal);
        accelerometer.Add("");
        WriteTexts(folder, accelerometer, gyroscope);
        WisdmResult result = Make(folder.Path);
        Assert.Equal((82, 1, 1, 1, 1), (result.Lines - 1, result.DamagedLines, result.Duplicates, result.Unordered, result.Unpaired));
        Assert.Equal("data_1600_accel_watch.txt, line 22: 'nan?' is not a finite number", Assert.Single(result.DamagedNamed));
        short[] x = [.. Enumerable.Range(0, 40).Select(t => result.Windows.Window(0)[6 * t])];
        int[] expected = [.. Enumerable.Range(0, 41).Where(k => k != 20).Select(k => k == 7 ? 9999 : Math.Min(1000 * k, short.MaxValue))];
        Assert.Equal(expected, x.Select(v => (int)v));
    }

    [Theory]
    [InlineData(500_000_000, 1, 0)]
    [InlineData(500_000_001, 0, 1)]
    public void AGapAboveHalfASecondDiscardsWhatWasGathered(long gap, int windows, int gaps)
    {
        using TemporaryFolder folder = new();
        long[] times = [.. Enumerable.Range(0, 60).Select(k => 1_000_000_000 + k * 50_000_000L + (k < 30 ? 0 : gap - 50_000_000))];
        List<string> lines = [.. times.Select(t => $"1600,S,{t},1,2,3;")];
        WriteTexts(folder, lines, lines);
        // A whole window follows in another activity, so that there is one in any case.
        List<string> others = [.. Enumerable.Range(0, 40).Select(k => $"1600,Q,{k * 50_000_000L},1,2,3;")];
        WriteTexts(folder, [.. lines, .. others], [.. lines, .. others]);
        WisdmResult result = Make(folder.Path);
        Assert.Equal((windows + 1, gaps), (result.Windows.Count, result.Gaps));
        Assert.Equal(windows == 1 ? [3, 6] : [3], result.Windows.Labels);
    }

    [Fact]
    public void AFolderAZipAndAZipInAZipGiveTheSame()
    {
        using TemporaryFolder folder = new();
        List<string> accelerometer = Lines(80, k => $"{k},1,2"), gyroscope = Lines(80, k => $"0,{k},1");
        WriteTexts(folder, accelerometer, gyroscope);
        string sha = Make(folder.Path).Sha256;
        byte[] inner = Zip(("wisdm-dataset/raw/watch/accel/data_1600_accel_watch.txt", Text(accelerometer)), ("wisdm-dataset/raw/watch/gyro/data_1600_gyro_watch.txt", Text(gyroscope)),
            ("wisdm-dataset/raw/phone/accel/data_1600_accel_phone.txt", Text(["1600,P,1,2,3,4;"])), ("__MACOSX/wisdm-dataset/raw/watch/accel/._data_1600_accel_watch.txt", [1, 2, 3]));
        using TemporaryFolder zips = new();
        Assert.Equal(sha, Make(zips.Write("inner.zip", inner)).Sha256);
        Assert.Equal(sha, Make(zips.Write("outer.zip", Zip(("wisdm-dataset.zip", inner), ("README", [65])))).Sha256);
    }

    [Fact]
    public void WhatWasWrittenReadsBackTheSame()
    {
        using TemporaryFolder folder = new();
        WriteTexts(folder, Lines(80, k => $"{k / 7.0},1,2"), Lines(80, k => $"0,{-k / 9.0},1"));
        WisdmResult result = Make(folder.Path);
        string windows = folder.File("windows");
        WisdmDataSet.Write(result, windows);
        HarWindows read = HarWindows.Read(windows);
        Assert.Equal(result.Windows.Samples, read.Samples);
        Assert.Equal((result.Windows.Labels, result.Windows.Subjects, result.Windows.StartTimestamps, result.Sha256), (read.Labels, read.Subjects, read.StartTimestamps, read.Sha256), new Same());
    }

    [Fact]
    public void SubjectsOfThePublishedSetOnlyUnlessAllAreAskedFor()
    {
        using TemporaryFolder folder = new();
        foreach (int subject in (int[])[1600, 1629])
            WriteTexts(folder, Lines(40, k => "1,2,3", subject), Lines(40, k => "1,2,3", subject), subject);
        File.Delete(folder.File("raw/watch/gyro/data_1600_gyro_watch.txt"));
        Assert.Equal(ErrorCode.WrongFormat, Assert.Throws<ConversionException>(() => Make(folder.Path)).Code);
        WriteTexts(folder, Lines(40, k => "1,2,3"), Lines(40, k => "1,2,3"));
        Assert.Equal([1600], Make(folder.Path).Windows.Subjects);
        using WisdmSource source = WisdmSource.Open(folder.Path);
        WisdmResult all = WisdmDataSet.Make(source, allSubjects: true, null);
        Assert.Equal([1600, 1629], all.Windows.Subjects);
        Assert.NotEqual(all.Sha256, all.PublishedSubjectsSha256);
        Assert.Equal(Make(folder.Path).Sha256, all.PublishedSubjectsSha256);
    }

    [Fact]
    public void ASubjectWithOneSensorIsNamedAndLeftOut()
    {
        using TemporaryFolder folder = new();
        foreach (int subject in (int[])[1600, 1601])
            WriteTexts(folder, Lines(40, k => "1,2,3", subject), Lines(40, k => "1,2,3", subject), subject);
        File.Delete(folder.File("raw/watch/gyro/data_1601_gyro_watch.txt"));
        WisdmResult result = Make(folder.Path);
        Assert.Equal([1601], result.Incomplete);
        Assert.Equal([1600], result.Windows.Subjects);
    }

    [Fact]
    public void AnArchiveThatIsDamagedOrSomethingElseIsRefused()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(ErrorCode.FileMissing, Assert.Throws<ConversionException>(() => WisdmSource.Open(folder.File("absent.zip"))).Code);
        Assert.Equal(ErrorCode.Damaged, Assert.Throws<ConversionException>(() => WisdmSource.Open(folder.Write("a.zip", "no zip"))).Code);
        Assert.Equal(ErrorCode.Damaged, Assert.Throws<ConversionException>(() => WisdmSource.Open(folder.Write("b.zip", Zip(("wisdm-dataset.zip", [1, 2, 3]))))).Code);
        Assert.Equal(ErrorCode.WrongFormat, Assert.Throws<ConversionException>(() => WisdmSource.Open(folder.Write("c.zip", Zip(("README", [65]))))).Code);
        (string, byte[]) text = ("watch/gyro/data_1600_gyro_watch.txt", [65]);
        Assert.Equal(ErrorCode.WrongFormat, Assert.Throws<ConversionException>(() => WisdmSource.Open(folder.Write("d.zip", Zip(text, ("copy/" + text.Item1, [66]))))).Code);
    }

    [Fact]
    public void AnyDamagedByteOfAnArchiveIsAnErrorOrHarmless()
    {
        using TemporaryFolder folder = new();
        byte[] sound = Zip(("watch/accel/data_1600_accel_watch.txt", Text(Lines(40, k => $"{k},1,2"))), ("watch/gyro/data_1600_gyro_watch.txt", Text(Lines(40, k => $"0,{k},1"))));
        SplitMix64 random = new(3);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. sound];
            damaged[random.NextInt(damaged.Length)] ^= (byte)(1 << random.NextInt(8));
            string path = folder.Write("x.zip", i % 4 == 0 ? damaged[..random.NextInt(damaged.Length)] : damaged);
            try
            {
                Make(path);
            }
            catch (ConversionException)
            {
            }
        }
    }

    private static WisdmResult Make(string path)
    {
        using WisdmSource source = WisdmSource.Open(path);
        return WisdmDataSet.Make(source, allSubjects: false, null);
    }

    private static List<string> Lines(int count, Func<int, string> cells, int subject = 1600) =>
        [.. Enumerable.Range(0, count).Select(k => string.Create(CultureInfo.InvariantCulture, $"{subject},P,{1_000_000_000 + k * 50_000_000L},{cells(k)};"))];

    private static void WriteTexts(TemporaryFolder folder, List<string> accelerometer, List<string> gyroscope, int subject = 1600)
    {
        foreach ((string kind, List<string> lines) in ((string, List<string>)[])[("accel", accelerometer), ("gyro", gyroscope)])
        {
            Directory.CreateDirectory(folder.File($"raw/watch/{kind}"));
            folder.Write($"raw/watch/{kind}/data_{subject}_{kind}_watch.txt", Text(lines));
        }
    }

    private static byte[] Text(List<string> lines) => Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n");

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }

        return stream.ToArray();
    }

    private sealed class Same : IEqualityComparer<(int[] Labels, int[] Subjects, long[] Starts, string Sha256)>
    {
        public bool Equals((int[] Labels, int[] Subjects, long[] Starts, string Sha256) x, (int[] Labels, int[] Subjects, long[] Starts, string Sha256) y) =>
            x.Labels.SequenceEqual(y.Labels) && x.Subjects.SequenceEqual(y.Subjects) && x.Starts.SequenceEqual(y.Starts) && x.Sha256 == y.Sha256;

        public int GetHashCode((int[] Labels, int[] Subjects, long[] Starts, string Sha256) obj) => obj.Sha256.GetHashCode(StringComparison.Ordinal);
    }
}
