using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Har;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Demos.Tests.Har;

public class HarWindowsTests
{
    // One window of zeros, compressed by xz 5 (xz -6 --check=crc64).
    private const string ZeroWindowXz = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AHfAAhdAABv/f2b+LgAAFnafpUNhemaAAEk4AMAAADM+wllscRn+wIAAAAABFla";

    private const string Index = "n,subject,activity_code,label,activity,start_timestamp\n0,1600,P,0,dribbling,91227312507272\n";

    [Fact]
    public void ThePublishedSetIsReadToTheLastBit()
    {
        HarWindows windows = HarWindows.Read(TestData.Require("har"));
        Assert.Equal(HarWindows.PublishedCount, windows.Count);
        Assert.True(windows.IsPublished);
        // The table of the data's own description.
        Assert.Equal([4234, 4167, 4043, 4297, 4132, 4132, 4197], Enumerable.Range(0, HarWindows.Classes).Select(c => windows.Labels.Count(l => l == c)));
        int[] subjects = [.. windows.Subjects.Distinct().Order()];
        Assert.Equal(Enumerable.Range(1600, 51).Except([1629, 1637, 1638, 1639, 1640]), subjects);
        int[] each = [.. subjects.Select(s => windows.Subjects.Count(x => x == s))];
        Assert.Equal((534, 789), (each.Min(), each.Max()));
        Assert.Equal(91227312507272, windows.StartTimestamps[0]);
        Assert.All(Enumerable.Range(0, windows.Samples.Length).Where(i => windows.Samples[i] is short.MinValue or short.MaxValue), i => Assert.InRange(i % 6, 3, 5));
    }

    [Fact]
    public void CompressedAndPlainWindowsAreTheSame()
    {
        using TemporaryFolder folder = new();
        folder.Write(HarWindows.IndexFile, Index);
        folder.Write(HarWindows.WindowsFile + ".xz", Convert.FromBase64String(ZeroWindowXz));
        HarWindows compressed = HarWindows.Read(folder.Path);
        Assert.Equal(1, compressed.Count);
        Assert.All(compressed.Samples, s => Assert.Equal(0, s));

        byte[] plain = new byte[480];
        (plain[0], plain[1], plain[478], plain[479]) = (0x34, 0x12, 0xFE, 0xFF);
        folder.Write(HarWindows.WindowsFile, plain);
        HarWindows read = HarWindows.Read(folder.Path);
        Assert.Equal((0x1234, -2), (read.Samples[0], read.Window(0)[239]));
        Assert.Equal((0, 1600, 91227312507272), (read.Labels[0], read.Subjects[0], read.StartTimestamps[0]));
        Assert.False(read.IsPublished);
    }

    [Theory]
    [InlineData("x\n", "line 1: the header is not")]
    [InlineData("0,1600,P,0,dribbling\n", "line 2: 5 cells")]
    [InlineData("1,1600,P,0,dribbling,5\n", "line 2: window number '1' where 0 must come")]
    [InlineData("0,1600,P,7,dribbling,5\n", "line 2: label '7'")]
    [InlineData("0,1600,O,0,dribbling,5\n", "line 2: label 0 is P, dribbling, not O, dribbling")]
    [InlineData("0,me,P,0,dribbling,5\n", "line 2: subject 'me'")]
    [InlineData("0,1600,P,0,dribbling,NaN\n", "line 2: start 'NaN'")]
    [InlineData("", "no windows")]
    public void ABadIndexIsRefusedByLine(string rows, string says)
    {
        using TemporaryFolder folder = new();
        folder.Write(HarWindows.IndexFile, rows == "x\n" ? rows : Index.Split('\n')[0] + "\n" + rows);
        folder.Write(HarWindows.WindowsFile, new byte[480]);
        ConversionException e = Assert.Throws<ConversionException>(() => HarWindows.Read(folder.Path));
        Assert.Equal(ErrorCode.WrongFormat, e.Code);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(479)]
    [InlineData(481)]
    [InlineData(960)]
    public void WindowsThatAreNotAsManyAsTheIndexSaysAreRefused(int bytes)
    {
        using TemporaryFolder folder = new();
        folder.Write(HarWindows.IndexFile, Index);
        folder.Write(HarWindows.WindowsFile, new byte[bytes]);
        Assert.Equal(ErrorCode.Damaged, Assert.Throws<ConversionException>(() => HarWindows.Read(folder.Path)).Code);
    }

    [Fact]
    public void ADamagedCompressedFileIsRefusedWhereverTheDamageIs()
    {
        using TemporaryFolder folder = new();
        folder.Write(HarWindows.IndexFile, Index);
        byte[] sound = Convert.FromBase64String(ZeroWindowXz);
        folder.Write(HarWindows.WindowsFile + ".sha256", Convert.ToHexString(SHA256.HashData(new byte[480])) + "  windows\n");
        for (int i = 0; i < sound.Length; i++)
        {
            byte[] damaged = [.. sound];
            damaged[i] ^= 0x41;
            folder.Write(HarWindows.WindowsFile + ".xz", damaged);
            try
            {
                Assert.All(HarWindows.Read(folder.Path).Samples, s => Assert.Equal(0, s));
            }
            catch (ConversionException e)
            {
                Assert.Equal(ErrorCode.Damaged, e.Code);
            }

            folder.Write(HarWindows.WindowsFile + ".xz", sound[..i]);
            try
            {
                Assert.All(HarWindows.Read(folder.Path).Samples, s => Assert.Equal(0, s));
            }
            catch (ConversionException e)
            {
                Assert.Equal(ErrorCode.Damaged, e.Code);
            }
        }
    }

    [Fact]
    public void AChecksumThatDiffersIsRefused()
    {
        using TemporaryFolder folder = new();
        folder.Write(HarWindows.IndexFile, Index);
        folder.Write(HarWindows.WindowsFile, new byte[480]);
        folder.Write(HarWindows.WindowsFile + ".sha256", HarWindows.PublishedSha256);
        Assert.Equal(ErrorCode.Damaged, Assert.Throws<ConversionException>(() => HarWindows.Read(folder.Path)).Code);
        folder.Write(HarWindows.WindowsFile + ".sha256", "none");
        Assert.Equal(ErrorCode.WrongFormat, Assert.Throws<ConversionException>(() => HarWindows.Read(folder.Path)).Code);
    }

    [Fact]
    public void AFolderWithoutWindowsSaysHowToMakeThem()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(ErrorCode.FileMissing, Assert.Throws<ConversionException>(() => HarWindows.Read(folder.Path)).Code);
        folder.Write(HarWindows.IndexFile, Index);
        ConversionException e = Assert.Throws<ConversionException>(() => HarWindows.Read(folder.Path));
        Assert.Contains("edgespike data wisdm", e.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSplitByWindowsIsAPartitionOfTheStatedShares()
    {
        HarWindows windows = Made(1000, 23);
        HarSplit split = HarSplit.Random(windows, 1);
        Assert.Equal((800, 100, 100), (split.Train.Length, split.Validation.Length, split.Test.Length));
        Assert.Equal(Enumerable.Range(0, 1000), split.Train.Concat(split.Validation).Concat(split.Test).Order());
        Assert.Equal(split.Test, HarSplit.Random(windows, 1).Test);
        Assert.NotEqual(split.Test, HarSplit.Random(windows, 2).Test);
    }

    [Fact]
    public void NoSubjectIsOnTwoSidesAndEachJudgesOnce()
    {
        HarWindows windows = Made(1000, 23);
        int[] judged = new int[windows.Count];
        for (int fold = 0; fold < HarSplit.Folds; fold++)
        {
            HarSplit split = HarSplit.Subjects(windows, fold, 9);
            Assert.Equal(Enumerable.Range(0, 1000), split.Train.Concat(split.Validation).Concat(split.Test).Order());
            int[] train = Of(split.Train), validation = Of(split.Validation), test = Of(split.Test);
            Assert.Equal(Enumerable.Range(0, 23).Where(s => s % 5 == fold).Select(s => 100 + s), test);
            Assert.Equal(2, validation.Length);
            Assert.Empty(train.Intersect(validation).Concat(train.Intersect(test)).Concat(validation.Intersect(test)));
            foreach (int n in split.Test) judged[n]++;
        }

        Assert.All(judged, j => Assert.Equal(1, j));

        int[] Of(int[] part) => [.. part.Select(n => windows.Subjects[n]).Distinct().Order()];
    }

    private static HarWindows Made(int count, int subjects) => new(
        new short[count * 240], new int[count], [.. Enumerable.Range(0, count).Select(n => 100 + n * 7 % subjects)], new long[count]);
}
