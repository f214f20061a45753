using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using EdgeSpike.Boards.Images;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The short forms of instructions, read back by GNU's disassembler: they have to say the same as the long ones.</summary>
public sealed class ThumbInstructionTests
{
    private static readonly string[] Commutative = ["and", "orr", "eor", "mul", "adc", "add"];

    [Fact]
    public void A_short_form_says_the_same_as_the_long_one()
    {
        List<(int First, int Second)> all = [.. Forms()];
        List<(ThumbInstruction Long, int Short)> pairs = [.. all.Select(f => new ThumbInstruction(0, f.First, f.Second)).Select(i => (i, i.Short(flagsAreFree: true))).Where(p => p.Item2 >= 0)];
        Assert.InRange(pairs.Count, 4000, all.Count);
        SayTheSame(pairs);
    }

    private static void SayTheSame(List<(ThumbInstruction Long, int Short)> pairs)
    {
        Images.RequireTools();
        StringBuilder text = new("        .syntax unified\n        .thumb\n");
        foreach ((ThumbInstruction wide, int narrow) in pairs) text.Append($"        .inst.w 0x{wide.First:x4}{wide.Second:x4}\n        .inst.n 0x{narrow:x4}\n");
        using TemporaryFolder folder = new();
        string source = Path.Combine(folder.Path, "forms.s"), compiled = Path.Combine(folder.Path, "forms.o");
        File.WriteAllText(source, text.ToString());
        (int status, string errors) = Programs.Run("arm-none-eabi-as", "-mcpu=cortex-m4", "-mthumb", source, "-o", compiled);
        Assert.True(status == 0, errors);
        string[] lines = [.. Programs.Run("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", compiled).Text.Split('\n').Where(l => Regex.IsMatch(l, @"^\s*[0-9a-f]+:\t"))];
        Assert.Equal(2 * pairs.Count, lines.Length);
        for (int i = 0; i < pairs.Count; i++) Assert.Equal(Meaning(lines[2 * i]), Meaning(lines[2 * i + 1]));
    }

    /// <summary>Whatever the form, a short one reads and writes the registers of the long one, and changes the flags where it says so.</summary>
    [Fact]
    public void A_short_form_reads_and_writes_what_the_long_one_does()
    {
        foreach ((int first, int second) in Forms())
        {
            ThumbInstruction wide = new(0, first, second);
            int form = wide.Short(flagsAreFree: false);
            if (form >= 0)
            {
                ThumbInstruction same = new(0, form, -1);
                Assert.Equal((wide.Reads, wide.Writes), (same.Reads, same.Writes));
            }

            form = wide.Short(flagsAreFree: true);
            if (form < 0) continue;
            ThumbInstruction narrow = new(0, form, -1);
            Assert.Equal((wide.Reads, wide.Writes & ~ThumbInstruction.Flags), (narrow.Reads, narrow.Writes & ~ThumbInstruction.Flags));
        }
    }

    /// <summary>Of all short instructions: where there is a long form, it says the same, reads and writes the same, and can be made short again.</summary>
    [Fact]
    public void A_long_form_says_the_same_as_the_short_one()
    {
        List<(ThumbInstruction Long, int Short)> pairs = [];
        for (int first = 0; first < 0xE800; first++)
        {
            ThumbInstruction narrow = new(0, first, -1);
            if (narrow.Long() is not { } form) continue;
            ThumbInstruction wide = new(0, form.First, form.Second);
            Assert.Equal((first, narrow.Reads, narrow.Writes), (first, wide.Reads, wide.Writes));
            Assert.True(wide.Short(flagsAreFree: false) >= 0, $"0x{first:x4}");
            pairs.Add((wide, first));
        }

        Assert.InRange(pairs.Count, 30000, 0xE800);
        SayTheSame(pairs);
    }

    /// <summary>Wide encodings (DDI 0403, A7.7): data processing, loads and stores, with low and high registers and small and large numbers.</summary>
    private static IEnumerable<(int First, int Second)> Forms()
    {
        int[] registers = [0, 1, 5, 7, 8, 12, 14], numbers = [0, 1, 7, 8, 31, 32, 62, 124, 125, 255];
        foreach (int n in registers)
            foreach (int d in registers)
            {
                foreach (int number in numbers)
                {
                    foreach (int operation in (int[])[0, 1, 2, 4, 8, 13, 14])
                        foreach (int sets in (int[])[0, 16]) yield return (0xF000 | operation << 5 | sets | n, d << 8 | number);
                    yield return (0xF04F, d << 8 | number);
                    yield return (0xF1B0 | n, 0x0F00 | number);
                    foreach (int memory in (int[])[0xF880, 0xF890, 0xF8A0, 0xF8B0, 0xF8C0, 0xF8D0, 0xF990, 0xF9B0])
                    {
                        yield return (memory | n, d << 12 | number);
                        yield return (memory | 13, d << 12 | 4 * number);
                    }
                }

                foreach (int m in registers)
                {
                    foreach (int operation in (int[])[0, 1, 2, 3, 4, 8, 10, 11, 13, 14])
                        foreach (int sets in (int[])[0, 16])
                            foreach (int shift in (int[])[0, 0x0080, 0x1090, 0x00E0]) yield return (0xEA00 | operation << 5 | sets | n, d << 8 | shift | m);
                    foreach (int shift in (int[])[0, 0x0040, 0x7080, 0x1090, 0x00E0, 0x0010])
                    {
                        yield return (0xEA4F, d << 8 | shift | m);
                        yield return (0xEA5F, d << 8 | shift | m);
                        yield return (0xEA6F, d << 8 | shift | m);
                        yield return (0xEBB0 | n, 0x0F00 | shift | m);
                    }

                    foreach (int memory in (int[])[0xF800, 0xF810, 0xF820, 0xF830, 0xF840, 0xF850, 0xF910, 0xF930])
                        foreach (int shift in (int[])[0, 0x20]) yield return (memory | n, d << 12 | shift | m);
                    foreach (int shift in (int[])[0xFA00, 0xFA10, 0xFA20, 0xFA40]) yield return (shift | n, 0xF000 | d << 8 | m);
                    yield return (0xFB00 | n, 0xF000 | d << 8 | m);
                }

                foreach (int extend in (int[])[0xFA0F, 0xFA1F, 0xFA4F, 0xFA5F])
                    foreach (int rotate in (int[])[0x80, 0x90]) yield return (extend, 0xF000 | d << 8 | rotate | n);
            }
    }

    /// <summary>An instruction of the disassembly without what the forms write differently: suffixes, a target that is also a source, order.</summary>
    private static string Meaning(string line)
    {
        string[] words = line.Split('\t', System.StringSplitOptions.RemoveEmptyEntries | System.StringSplitOptions.TrimEntries);
        string name = Regex.Replace(words[1], @"\.w$", ""), operands = Regex.Replace(words.Length > 2 ? words[2] : "", @"\s*[@;].*$", "").Replace(", #0]", "]");
        if (name is not ("cmp" or "cmn" or "tst") && name.EndsWith('s')) name = name[..^1];
        if (Regex.Match(operands, @"^(\w+), (\w+), (lsl|lsr|asr) #(\w+)$") is { Success: true } shifted && name == "mov") return $"{shifted.Groups[3]} {shifted.Groups[1]}, {shifted.Groups[2]}, #{shifted.Groups[4]}";
        if (name == "neg") (name, operands) = ("rsb", operands + ", #0");
        if (operands.Contains('[')) return $"{name} {operands}";
        List<string> parts = [.. operands.Split(", ")];
        if (parts.Count == 2 && name is not ("mov" or "mvn" or "cmp" or "cmn" or "tst" or "sxth" or "sxtb" or "uxth" or "uxtb")) parts.Insert(1, parts[0]);
        if (Commutative.Contains(name) && parts.Count == 3 && !parts[2].StartsWith('#')) parts.Sort(1, 2, null);
        return $"{name} {string.Join(", ", parts)}";
    }
}
