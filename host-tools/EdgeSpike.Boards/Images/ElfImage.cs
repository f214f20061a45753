using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace EdgeSpike.Boards.Images;

/// <summary>A section of an ELF file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Address">Address.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Content">Its bytes, empty where nothing is stored.</param>
public sealed record ElfSection(string Name, uint Address, uint Bytes, byte[] Content);

/// <summary>A symbol of an ELF file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Address.</param>
/// <param name="Section">Name of its section, or "".</param>
/// <param name="Bytes">Its size, where the file states one.</param>
/// <param name="IsFunction">It names code; then the lowest bit of the address says Thumb.</param>
public sealed record ElfSymbol(string Name, uint Value, string Section, uint Bytes, bool IsFunction);

/// <summary>A place in a section of an object file that the linker fills in.</summary>
/// <param name="Section">Name of the section.</param>
/// <param name="Offset">Offset in it.</param>
/// <param name="Type">The R_ARM number.</param>
/// <param name="Symbol">Name of the symbol, "" for a section's own.</param>
public sealed record ElfRelocation(string Section, uint Offset, int Type, string Symbol);

/// <summary>The parts of a 32-bit little-endian ELF file that an image is made of.</summary>
public sealed class ElfImage
{
    private readonly byte[] _file;

    private ElfImage(byte[] file) => _file = file;

    /// <summary>All sections.</summary>
    public IReadOnlyList<ElfSection> Sections { get; private set; } = [];

    /// <summary>All named symbols.</summary>
    public IReadOnlyList<ElfSymbol> Symbols { get; private set; } = [];

    /// <summary>All relocations; the addends stand in the places themselves.</summary>
    public IReadOnlyList<ElfRelocation> Relocations { get; private set; } = [];

    /// <summary>What is loaded: its first address, and the bytes with gaps as 0xFF, as erased flash.</summary>
    public (uint Address, byte[] Bytes) Loaded { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BoardException">It is not an ELF file of this kind, or damaged.</exception>
    public static ElfImage Read(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BoardException(path, "can't be read", "build the firmware first", error);
        }

        if (file.Length < 52 || BinaryPrimitives.ReadUInt32BigEndian(file) != 0x7F454C46 || file[4] != 1 || file[5] != 1)
            throw new BoardException(path, "is not a 32-bit ELF file", "build the firmware again");
        try
        {
            ElfImage image = new(file);
            image.ReadAll();
            return image;
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new BoardException(path, "is damaged", "build the firmware again", error);
        }
    }

    private uint Word(long at) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(checked((int)at)));

    private int Half(long at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(checked((int)at)));

    private string Text(long at)
    {
        ReadOnlySpan<byte> rest = _file.AsSpan(checked((int)at));
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    // Offsets are those of the ELF specification, section "Object Files".
    private void ReadAll()
    {
        long headers = Word(32);
        int count = Half(48), stride = Half(46);
        long names = Word(headers + (long)stride * Half(50) + 16);
        List<ElfSection> sections = [];
        for (int i = 0; i < count; i++)
        {
            long at = headers + (long)stride * i;
            uint type = Word(at + 4), offset = Word(at + 16), bytes = Word(at + 20);
            byte[] content = type is 8 or 0 ? [] : _file.AsSpan((int)offset, (int)bytes).ToArray();
            sections.Add(new ElfSection(Text(names + Word(at)), Word(at + 12), bytes, content));
        }

        Sections = sections;
        List<ElfSymbol> symbols = [];
        for (int i = 0; i < count; i++)
        {
            long at = headers + (long)stride * i;
            if (Word(at + 4) != 2) continue;
            long texts = Word(headers + (long)stride * Word(at + 24) + 16);
            long first = Word(at + 16), end = first + Word(at + 20);
            for (long symbol = first; symbol < end; symbol += 16)
            {
                string name = Text(texts + Word(symbol));
                int section = Half(symbol + 14);
                string home = section > 0 && section < count ? sections[section].Name : "";
                if (name.Length > 0) symbols.Add(new ElfSymbol(name, Word(symbol + 4), home, Word(symbol + 8), (_file[checked((int)symbol) + 12] & 15) == 2));
            }
        }

        Symbols = symbols;
        Relocations = [.. ReadRelocations(headers, stride, sections)];
        long programs = Word(28), low = long.MaxValue, high = 0;
        int segments = Half(44), segmentStride = Half(42);
        for (int i = 0; i < segments; i++)
        {
            long at = programs + (long)segmentStride * i;
            if (Word(at) != 1 || Word(at + 16) == 0) continue;
            low = Math.Min(low, Word(at + 12));
            high = Math.Max(high, (long)Word(at + 12) + Word(at + 16));
        }

        if (high == 0) return;
        byte[] image = new byte[checked((int)(high - low))];
        Array.Fill(image, (byte)0xFF);
        for (int i = 0; i < segments; i++)
        {
            long at = programs + (long)segmentStride * i;
            if (Word(at) != 1) continue;
            _file.AsSpan((int)Word(at + 4), (int)Word(at + 16)).CopyTo(image.AsSpan((int)(Word(at + 12) - low)));
        }

        Loaded = ((uint)low, image);
    }

    private IEnumerable<ElfRelocation> ReadRelocations(long headers, int stride, List<ElfSection> sections)
    {
        for (int i = 0; i < sections.Count; i++)
        {
            long at = headers + (long)stride * i;
            if (Word(at + 4) != 9) continue;
            long table = headers + (long)stride * Word(at + 24);
            long symbols = Word(table + 16), texts = Word(headers + (long)stride * Word(table + 24) + 16);
            string target = sections[(int)Word(at + 28)].Name;
            long first = Word(at + 16), end = first + Word(at + 20);
            for (long entry = first; entry < end; entry += 8)
            {
                uint information = Word(entry + 4);
                yield return new ElfRelocation(target, Word(entry), (int)(information & 255), Text(texts + Word(symbols + 16L * (information >> 8))));
            }
        }
    }
}
