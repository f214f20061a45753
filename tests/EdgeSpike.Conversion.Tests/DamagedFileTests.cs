using System;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>Tests that measure memory run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>Files that are cut, altered or of another kind: every reader ends in success or in its own error.</summary>
[Collection(nameof(Alone))]
public class DamagedFileTests
{
    // More rounds find more; the number in the test is what a second allows.
    private static int Rounds(int usual) => int.TryParse(Environment.GetEnvironmentVariable("EDGESPIKE_FUZZ_ROUNDS"), out int rounds) ? rounds : usual;

    // The HDF5 library allocates, but does not fill, one buffer of the length that a damaged field claims.
    private const long OneBuffer = 2_500_000_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("EDGESPIKE_FUZZ_SEED"), out int seed) ? seed : 1;

    [Theory]
    [InlineData("nir/lif_norse.nir", 300)]
    [InlineData("nir/braille_noDelay_bias_zero.nir", 150)]
    [InlineData("nir/cnn_sinabs.nir", 30)]
    public void A_damaged_NIR_recording_is_refused_or_read(string file, int rounds) =>
        Fuzz.Run(File.ReadAllBytes(TestData.Require(file)), Rounds(rounds), bytes => NirImporter.Import(bytes, "damaged.nir", new NirOptions { Dt = 1e-4 }), Seed, OneBuffer);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_NIR_file_of_either_layout_is_refused_or_read(bool gzip)
    {
        NirWriter nir = new(gzip);
        byte[] file = nir.Chain([3], NirWriter.Node("Affine", ("weight", nir.Floats(Enumerable.Range(0, 96).Select(i => i / 7.0), 32, 3)), ("bias", nir.Floats(new double[32]))), [32]);
        Fuzz.Run(file, Rounds(300), bytes => NirImporter.Import(bytes, "damaged.nir", new NirOptions { Dt = 1e-4 }), Seed, OneBuffer);
    }

    [Fact]
    public void A_truncated_NIR_file_says_so()
    {
        byte[] whole = new NirWriter().Chain([3], NirWriter.Node("Scale", ("scale", 2.0)), [3]);
        ConversionException e = Assert.Throws<ConversionException>(() => NirImporter.Import(whole[..(whole.Length / 2)], "cut.nir", new NirOptions()));
        Assert.Equal(ErrorCode.Damaged, e.Code);
    }

    [Fact]
    public void A_damaged_array_is_refused_or_read() =>
        Fuzz.Run(NpyFile.ToBytes(NumericArray.From(Enumerable.Range(0, 60).Select(i => (float)i).ToArray(), 3, 4, 5)), Rounds(3000), bytes => NpyFile.Parse(bytes, "damaged.npy"), Seed);

    [Fact]
    public void A_damaged_table_is_refused_or_read() =>
        Fuzz.Run(Encoding.UTF8.GetBytes("time;left;right\n0;1.5;-2e3\n1;2;3\n# end\n2;0;0\n"), Rounds(3000), bytes => CsvTable.Parse(bytes, "damaged.csv"), Seed);

    [Fact]
    public void Damaged_tensors_are_refused_or_read() =>
        Fuzz.Run(SafetensorsFile.ToBytes([new("a", NumericArray.From((ReadOnlySpan<float>)[1, 2, 3, 4], 2, 2)), new("b", NumericArray.From((ReadOnlySpan<byte>)[1, 2], 2))]), Rounds(3000), bytes => SafetensorsFile.Parse(bytes, "damaged.safetensors"), Seed);

    [Fact]
    public void A_damaged_description_is_refused_or_read()
    {
        foreach (NetworkGraph graph in DescriptionTests.Samples())
        {
            (byte[] json, byte[] tensors) = DescriptionWriter.ToBytes(graph, "net.safetensors");
            Fuzz.Run(json, Rounds(200), bytes => DescriptionImporter.Import(bytes, "damaged.json", _ => tensors), Seed);
            Fuzz.Run(tensors, Rounds(50), bytes => DescriptionImporter.Import(json, "damaged.json", _ => bytes), Seed);
        }
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("PK\u0003\u0004zip", "ZIP")]
    [InlineData("\u0008\0\0\0\0\0\0\0{     }", "safetensors")]
    [InlineData("import torch", "neither HDF5 nor JSON")]
    public void A_file_of_another_kind_is_told_apart_by_its_content(string content, string says)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content, Encoding.Latin1);
            ConversionException e = Assert.Throws<ConversionException>(() => NetworkImporter.Import(path, new NirOptions()));
            Assert.Equal(ErrorCode.WrongFormat, e.Code);
            Assert.Contains(says, e.What, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        ConversionException e = Assert.Throws<ConversionException>(() => NetworkImporter.Import("no/such/net.nir", new NirOptions()));
        Assert.Equal(ErrorCode.FileMissing, e.Code);
        Assert.Contains("no/such/net.nir", e.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.FileMissing, Assert.Throws<ConversionException>(() => NetworkImporter.Import(Path.GetTempPath(), new NirOptions())).Code);
    }
}
