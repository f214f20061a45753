using System;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace EdgeSpike.Boards.Images;

/// <summary>Sizes of an image in bytes, by what they are for.</summary>
/// <param name="Vectors">Vector table and image definition are part of the program; this is the table alone.</param>
/// <param name="Program">Flash without the model: vectors, code, constants.</param>
/// <param name="Model">Flash of the model.</param>
/// <param name="Statics">RAM of statics.</param>
/// <param name="Stack">RAM of the stack and its guard.</param>
/// <param name="Heap">RAM left for arena and objects.</param>
public sealed record ImageSizes(int Vectors, int Program, int Model, int Statics, int Stack, int Heap);

/// <summary>Turns a linked ELF file into .bin, .hex and .uf2 beside it, checks it, and reports its sizes.</summary>
public static class ImageFinisher
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes the files and returns the sizes, which also stand in a .sizes.json beside the image.</summary>
    /// <exception cref="BoardException">The image breaks a rule of the firmware.</exception>
    public static ImageSizes Finish(Board board, string elfPath)
    {
        ArgumentNullException.ThrowIfNull(board);
        ElfImage elf = ElfImage.Read(elfPath);

        // ilc's data stays in flash: a static with an initial value that the program changes would be there as well.
        if (elf.Symbols.FirstOrDefault(s => s.Section == ".flash" && s.Name.StartsWith("__NONGCSTATICS", StringComparison.Ordinal)) is { } fixedStatic)
            throw new BoardException(elfPath, $"{fixedStatic.Name} has an initial value that is not 0", "set such statics at start, or make them readonly");
        (uint address, byte[] image) = elf.Loaded;
        string stem = Path.ChangeExtension(elfPath, null);
        File.WriteAllBytes(stem + ".bin", image);
        File.WriteAllText(stem + ".hex", ImageFormats.IntelHex(address, image));
        File.WriteAllBytes(stem + ".uf2", ImageFormats.Uf2(address, image, board.Flashing.Uf2Family));
        ImageSizes sizes = Measure(board, elf);
        File.WriteAllText(stem + ".sizes.json", JsonSerializer.Serialize(sizes, Layout) + "\n");
        return sizes;
    }

    /// <summary>Measures an image.</summary>
    public static ImageSizes Measure(Board board, ElfImage elf)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(elf);
        int Bytes(string name) => (int)(elf.Sections.FirstOrDefault(s => s.Name == name)?.Bytes ?? 0);
        uint Symbol(string name) => elf.Symbols.First(s => s.Name == name).Value;
        int statics = Bytes(".bss") + Bytes(".noinit");
        return new ImageSizes(board.VectorBytes, Bytes(".flash"), Bytes(".model"), statics, Bytes(".stack"), (int)(Symbol("heap_end") - Symbol("heap_start")));
    }
}
