using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Images as files: layout, formats, sizes, repeatability, instructions.</summary>
public sealed class ImageTests(ITestOutputHelper output)
{
    /// <summary>Boards; those that QEMU does not have are only looked at.</summary>
    public static TheoryData<string> Names => BoardFileTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_image_starts_with_its_vectors_and_has_no_floating_point(string name)
    {
        string elf = Images.Of(name);
        Board board = Images.Board(name);
        ElfImage image = ElfImage.Read(elf);
        (uint address, byte[] bytes) = image.Loaded;
        Assert.Equal(board.Flash.Origin, address);
        uint stack = Word(bytes, 0), reset = Word(bytes, 4);
        Assert.InRange(stack, board.Ram.Origin + board.StackBytes, board.Ram.End);
        Assert.Equal(1u, reset & 1);
        Assert.InRange(reset, address + (uint)board.VectorBytes, address + (uint)bytes.Length);
        for (int vector = 16; vector < 16 + board.Interrupts; vector++) Assert.Equal(1u, Word(bytes, 4 * vector) & 1);
        for (int i = 0; i < board.ImageDefinition.Count; i++) Assert.Equal(board.ImageDefinition[i], Word(bytes, board.VectorBytes + 4 * i));
        Assert.Equal(Images.Model, bytes[^Padded(Images.Model.Length)..][..Images.Model.Length]);

        // Coprocessor instructions of the floating-point unit: v..., and fldm, fstm of old.
        string[] floating = [.. Programs.Run("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", elf).Text.Split('\n').Where(line => Regex.IsMatch(line, @"^\s*[0-9a-f]+:\s+(v[a-z]+|fldm\w*|fstm\w*)[\s.]"))];
        Assert.Empty(floating);
    }

    [Fact]
    public void All_formats_hold_the_same_bytes()
    {
        string elf = Images.Of("nucleo-l4r5zi"), stem = Path.ChangeExtension(elf, null);
        (uint address, byte[] bytes) = ElfImage.Read(elf).Loaded;
        Assert.Equal(bytes, File.ReadAllBytes(stem + ".bin"));
        Assert.Equal(bytes, FromHex(File.ReadAllLines(stem + ".hex"), address, bytes.Length));
        byte[] uf2 = File.ReadAllBytes(stem + ".uf2");
        Assert.Equal((bytes.Length + 255) / 256 * 512, uf2.Length);
        for (int block = 0; block < uf2.Length / 512; block++)
        {
            int count = Math.Min(256, bytes.Length - 256 * block);
            Assert.Equal(address + 256u * (uint)block, Word(uf2, 512 * block + 12));
            Assert.Equal(bytes[(256 * block)..][..count], uf2[(512 * block + 32)..][..count]);
        }
    }

    [Fact]
    public void Two_clean_builds_give_the_same_bytes()
    {
        string first = Images.Of("mps2-an386");
        using TemporaryFolder folder = new();
        string second = Images.Build("mps2-an386", "model", Images.Model, folder.Path);
        foreach (string ending in (string[])[".bin", ".hex", ".uf2"])
            Assert.Equal(File.ReadAllBytes(Path.ChangeExtension(first, ending)), File.ReadAllBytes(Path.ChangeExtension(second, ending)));
    }

    /// <summary>sizes.csv may grow by 3 %; a larger image needs a new line there, with the reason in the commit.</summary>
    [Theory]
    [InlineData("used", ImageKind.OneModel)]
    [InlineData("verified", ImageKind.VerifiedModel)]
    [InlineData("all", ImageKind.AllOperators)]
    public void Sizes_stay_within_the_baseline(string row, ImageKind kind) => StaysWithin(row, Images.Of("mps2-an386", kind));

    [Theory]
    [InlineData("braille", ImageKind.OneModel)]
    [InlineData("braille verified", ImageKind.VerifiedModel)]
    public void Sizes_of_the_Braille_network_stay_within_the_baseline(string row, ImageKind kind)
    {
        byte[] model = L2mu.Convert(L2muBraille.Load(TestData.Require("l2mu-braille")), WeightType.Int8);
        int runtime = StaysWithin(row, Images.Of("mps2-an386", "braille", model, kind));
        if (kind == ImageKind.VerifiedModel) Assert.InRange(runtime, 1, 12 * 1024);
    }

    private int StaysWithin(string row, string elf)
    {
        ImageSizes sizes = ImageFinisher.Measure(Images.Board("mps2-an386"), ElfImage.Read(elf));
        output.WriteLine($"{row}: program {sizes.Program}, runtime {sizes.Runtime}, statics {sizes.Statics}; {string.Join(", ", sizes.Parts.Select(p => $"{p.Key} {p.Value}"))}");
        Assert.Equal(sizes.Program, sizes.Parts.Values.Sum());
        string[] baseline = File.ReadLines(Path.Combine(TestData.RepositoryRoot, "tests", "EdgeSpike.Firmware.Tests", "sizes.csv")).Select(l => l.Split(',')).Single(l => l[0] == row);
        Assert.InRange(sizes.Program, 1, int.Parse(baseline[1], CultureInfo.InvariantCulture) * 1.03);
        Assert.InRange(sizes.Runtime, 1, int.Parse(baseline[2], CultureInfo.InvariantCulture) * 1.03);
        Assert.InRange(sizes.Statics, 1, int.Parse(baseline[3], CultureInfo.InvariantCulture) * 1.03);
        return sizes.Runtime;
    }

    [Fact]
    public void Calls_are_direct_and_write_barriers_stores()
    {
        string code = Programs.Run("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", Images.Of("mps2-an386")).Text;
        Assert.DoesNotMatch(@"\sadd\s+\w+, pc", code);
        Assert.DoesNotMatch(@"\sbl\s.*Rhp(Checked)?AssignRef", code);
        Assert.Matches(@"\sbl\s.*PrepareContext__Refuse", code);
    }

    [Fact]
    public void What_is_no_object_of_the_compiler_is_refused()
    {
        string image = Images.Of("mps2-an386");
        Assert.Contains("there is no compiled code", Assert.Throws<BoardException>(() => CompilerObject.ToAssembly(image)).Message);
        using TemporaryFolder folder = new();
        string damaged = Path.Combine(folder.Path, "damaged.o"), compiled = Path.Combine(Path.GetDirectoryName(image)!, "obj", "firmware.o");
        Assert.NotEmpty(CompilerObject.ToAssembly(compiled));

        // ldr r0, [pc] in the place of the first instruction: a form that names its own address.
        byte[] bytes = File.ReadAllBytes(compiled);
        int at = bytes.AsSpan().IndexOf(ElfImage.Read(compiled).Sections.Single(s => s.Name == "__managedcode").Content);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), 0x4800);
        File.WriteAllBytes(damaged, bytes);
        Assert.Contains("refers to its own address", Assert.Throws<BoardException>(() => CompilerObject.ToAssembly(damaged)).Message);
    }

    [Fact]
    public void A_build_that_verifies_refuses_what_a_device_would()
    {
        Images.RequireTools();
        using TemporaryFolder folder = new();
        byte[] refused = [.. Images.Model];
        refused[BinaryPrimitives.ReadInt32LittleEndian(refused.AsSpan(48)) + 8] = 200;
        ModelBuilder.Reseal(refused);
        Exception error = Assert.ThrowsAny<Exception>(() => Images.Build("mps2-an386", "model", refused, folder.Path, ImageKind.VerifiedModel));
        Assert.Matches(@"is refused by the verifier: Index at [0-9]+, operator 0; convert it again", error.Message);
    }

    [Fact]
    public void A_file_that_is_no_model_stops_the_build_with_a_remedy()
    {
        using TemporaryFolder folder = new();
        Exception error = Assert.ThrowsAny<Exception>(() => Images.Build("mps2-an386", "model", [1, 2, 3], folder.Path));
        Images.RequireTools();
        Assert.Contains("is not a model; name an .esm file", error.Message);
    }

    private static int Padded(int bytes) => (bytes + 3) / 4 * 4;

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static byte[] FromHex(IEnumerable<string> lines, uint origin, int length)
    {
        byte[] image = new byte[length];
        uint upper = 0;
        foreach (string line in lines)
        {
            byte[] record = Convert.FromHexString(line[1..]);
            Assert.Equal(0, record.Sum(b => b) & 255);
            if (record[3] == 4) upper = (uint)((record[4] << 24) | (record[5] << 16));
            else if (record[3] == 0) record[4..^1].CopyTo(image, (int)(upper + (uint)((record[1] << 8) | record[2]) - origin));
        }

        return image;
    }
}
