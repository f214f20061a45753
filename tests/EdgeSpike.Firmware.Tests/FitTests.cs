using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Whether a model fits a board: estimated before the build, to the byte after the link.</summary>
public sealed class FitTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("mps2-an386", false)]
    [InlineData("mps2-an386", true)]
    [InlineData("netduinoplus2", false)]
    [InlineData("nucleo-h743zi", false)]
    [InlineData("pico2", false)]
    public void The_estimate_is_near_the_program(string name, bool allOperators)
    {
        Board board = Images.Board(name);
        string elf = Images.Of(name, allOperators ? ImageKind.AllOperators : ImageKind.OneModel);
        int program = ImageFinisher.Measure(board, ElfImage.Read(elf)).Program;
        int estimate = ProgramSize.Estimate(board, allOperators ? BoardGenerator.AllOperators : ModelHeader.Read(Path.Combine(Path.GetDirectoryName(elf)!, "model.esm")).Operators);
        output.WriteLine($"{name}: estimated {estimate}, built {program}");
        Assert.InRange(estimate, program * (1 - ProgramSize.Tolerance), program / (1 - ProgramSize.Tolerance));
    }

    [Fact]
    public void After_the_link_the_last_byte_counts()
    {
        string elf = Images.Of("mps2-an386");
        using TemporaryFolder folder = new();
        string copy = Path.Combine(folder.Path, "copy.elf"), path = Path.Combine(folder.Path, "copy.esm");
        Board board = Images.Board("mps2-an386");
        int image = ElfImage.Read(elf).Loaded.Bytes.Length;
        ImageSizes sizes = ImageFinisher.Measure(board, ElfImage.Read(elf));

        BoardException? Finish(long flash, int arenaWords)
        {
            byte[] model = [.. Images.Model];
            BinaryPrimitives.WriteInt32LittleEndian(model.AsSpan(24), arenaWords);
            File.WriteAllBytes(path, model);
            File.Copy(elf, copy, overwrite: true);
            Exception? error = Record.Exception(() => ImageFinisher.Finish(board with { Slot = null, Flash = board.Flash with { Bytes = flash } }, ModelHeader.Read(path), copy));
            Assert.Equal(error is null, File.Exists(copy));
            return (BoardException?)error;
        }

        Assert.Null(Finish(image, 100));
        Assert.Contains($"the program {image - sizes.Model}, together {image}; there are {image - 1}", Finish(image - 1, 100)!.Message);
        int words = (sizes.Heap - ModelHeader.Read(path).ObjectBytes) / 4;
        Assert.Null(Finish(image, words));
        Assert.Contains($"bytes of ram; there are {board.Ram.Bytes}", Finish(image, words + 1)!.Message);
    }

    [Fact]
    public void What_the_estimate_lets_pass_the_build_refuses_with_both_numbers()
    {
        Images.RequireTools();
        using TemporaryFolder folder = new();
        string text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "boards", "mps2-an386.json"));

        // Without a slot, whose code would be left out with it.
        int slot = text.IndexOf("  \"modelSlot\"", StringComparison.Ordinal);
        text = string.Concat(text.AsSpan(0, slot), text.AsSpan(text.IndexOf("  \"stackBytes\"", StringComparison.Ordinal)));
        string roomy = Path.Combine(folder.Path, "roomy.json"), tight = Path.Combine(folder.Path, "tight.json");
        File.WriteAllText(roomy, text);
        (int built, string log) = Images.TryBuild(roomy, "model", Images.Model, Path.Combine(folder.Path, "roomy"));
        Assert.True(built == 0, log);
        ImageSizes sizes = ImageFinisher.Measure(BoardFile.Read(roomy), ElfImage.Read(Path.Combine(folder.Path, "roomy", "roomy-model.elf")));

        int bytes = (sizes.Program + sizes.Model - 64) & ~31, at = text.IndexOf("4194304", StringComparison.Ordinal);
        File.WriteAllText(tight, string.Concat(text.AsSpan(0, at), bytes.ToString(CultureInfo.InvariantCulture), text.AsSpan(at + 7)));
        (int status, string said) = Images.TryBuild(tight, "model", Images.Model, folder.Path);
        Assert.NotEqual(0, status);
        Assert.Matches($"tight: the model needs {sizes.Model} bytes of flash and the program [0-9]+, together [0-9]+; there are {bytes};", said);
        Assert.False(File.Exists(Path.Combine(folder.Path, "tight-model.elf")));
    }

    /// <summary>Measures the table of ProgramSize.cs: a build for each operator, on demand.</summary>
    [Fact]
    public void Program_sizes_by_operator()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("EDGESPIKE_PROGRAM_SIZES") == "1", "a measurement with a build for each operator: EDGESPIKE_PROGRAM_SIZES=1");
        using TemporaryFolder folder = new();
        int[] all = [.. BoardGenerator.AllOperators];
        int Program(params int[] operators)
        {
            // As much of a model as the build reads: sizes, and a record for each operator.
            byte[] model = new byte[128 + 8 * operators.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(model, 0x314D5345);
            BinaryPrimitives.WriteInt32LittleEndian(model.AsSpan(8), model.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(model.AsSpan(30), (ushort)operators.Length);
            BinaryPrimitives.WriteInt32LittleEndian(model.AsSpan(48), 128);
            for (int i = 0; i < operators.Length; i++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(model.AsSpan(128 + 8 * i), (ushort)operators[i]);
                BinaryPrimitives.WriteUInt16LittleEndian(model.AsSpan(130 + 8 * i), 8);
            }

            string name = $"o{string.Join('_', operators.Take(2))}-{operators.Length}";
            return ImageFinisher.Measure(Images.Board("mps2-an386"), ElfImage.Read(Images.Build("mps2-an386", name, model, Path.Combine(folder.Path, name)))).Program;
        }

        int vectors = Images.Board("mps2-an386").VectorBytes, none = Program();
        output.WriteLine($"Base = {none - vectors}; All = {Program(all) - vectors}; Alone = [0, {string.Join(", ", all.Select(c => Program(c) - none))}];");
    }
}
