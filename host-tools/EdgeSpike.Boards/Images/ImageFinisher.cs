using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace EdgeSpike.Boards.Images;

/// <summary>Sizes of an image in bytes, by what they are for.</summary>
/// <param name="Vectors">Vector table and image definition are part of the program; this is the table alone.</param>
/// <param name="Program">Flash without the model: vectors, code, constants.</param>
/// <param name="Runtime">What of the program is neither the host's link with the check of vectors that it offers, nor drivers, nor the application: the runtime, vectors, start-up, core library and ilc's tables.</param>
/// <param name="Model">Flash of the model.</param>
/// <param name="Statics">RAM of statics.</param>
/// <param name="Stack">RAM of the stack and its guard.</param>
/// <param name="Heap">RAM left for arena and objects.</param>
/// <param name="Parts">The program by part; together they are all of it.</param>
public sealed record ImageSizes(int Vectors, int Program, int Runtime, int Model, int Statics, int Stack, int Heap, IReadOnlyDictionary<string, int> Parts);

/// <summary>Turns a linked ELF file into .bin, .hex and .uf2 beside it, checks it, and reports its sizes.</summary>
public static class ImageFinisher
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes the files and returns the sizes, which also stand in a .sizes.json beside the image.</summary>
    /// <exception cref="BoardException">The image breaks a rule of the firmware, or does not fit: then there is no image.</exception>
    public static ImageSizes Finish(Board board, ModelHeader model, string elfPath)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(model);
        try
        {
            return FinishWhole(board, model, elfPath);
        }
        catch (BoardException)
        {
            File.Delete(elfPath);
            throw;
        }
    }

    private static ImageSizes FinishWhole(Board board, ModelHeader model, string elfPath)
    {
        ElfImage elf = ElfImage.Read(elfPath);

        // ilc's data stays in flash: a static with an initial value that the program changes would be there as well.
        if (elf.Symbols.FirstOrDefault(s => s.Section == ".flash" && s.Name.StartsWith("__NONGCSTATICS", StringComparison.Ordinal)) is { } fixedStatic)
            throw new BoardException(elfPath, $"{fixedStatic.Name} has an initial value that is not 0", "set such statics at start, or make them readonly");
        if (elf.Symbols.FirstOrDefault(s => s.Name.StartsWith("__GCSTATICS", StringComparison.Ordinal)) is { } reference)
            throw new BoardException(elfPath, $"{reference.Name} holds statics that are references, which start-up does not make", "keep such objects in fields");
        (uint address, byte[] image) = elf.Loaded;
        ImageSizes sizes = Measure(board, elf);
        CheckFit(board, model, sizes, image.Length);
        string stem = Path.ChangeExtension(elfPath, null);
        File.WriteAllBytes(stem + ".bin", image);
        File.WriteAllText(stem + ".hex", ImageFormats.IntelHex(address, image));
        File.WriteAllBytes(stem + ".uf2", ImageFormats.Uf2(address, image, board.Flashing.Uf2Family));
        File.WriteAllText(stem + ".sizes.json", JsonSerializer.Serialize(sizes, Layout) + "\n");
        return sizes;
    }

    /// <summary>What <see cref="BoardGenerator.CheckFit"/> estimates, to the byte but for the objects, of which it is the most.</summary>
    private static void CheckFit(Board board, ModelHeader model, ImageSizes sizes, int image)
    {
        long flash = board.Flash.Bytes - (board.Slot?.Bytes ?? 0);
        if (image > flash)
            throw new BoardException(board.Name, $"the model needs {sizes.Model} bytes of flash and the program {image - sizes.Model}, together {image}; there are {BoardGenerator.Room(board, flash)}", "convert with narrower weights, or choose a board with more flash");
        long needed = 4L * model.ArenaWords + model.ObjectBytes;
        if (needed > sizes.Heap)
            throw new BoardException(board.Name, $"the model needs an arena of {4L * model.ArenaWords} bytes and objects up to {model.ObjectBytes}, the program {sizes.Statics} and a stack of {sizes.Stack}, together {needed + board.Ram.Bytes - sizes.Heap} bytes of ram; there are {board.Ram.Bytes}", "make the network smaller, or choose a board with more ram");
    }

    /// <summary>Measures an image.</summary>
    public static ImageSizes Measure(Board board, ElfImage elf)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(elf);
        int Bytes(string name) => (int)(elf.Sections.FirstOrDefault(s => s.Name == name)?.Bytes ?? 0);
        uint Symbol(string name) => elf.Symbols.First(s => s.Name == name).Value;
        int statics = Bytes(".bss") + Bytes(".noinit");
        SortedDictionary<string, int> parts = Parts(board, elf);
        int program = Bytes(".flash"), others = parts.Where(p => p.Key is "link" or "vectorCheck" or "drivers" or "application").Sum(p => p.Value);
        return new ImageSizes(board.VectorBytes, program, program - others, Bytes(".model"), statics, Bytes(".stack"), (int)(Symbol("heap_end") - Symbol("heap_start")), parts);
    }

    /// <summary>Every byte of the program belongs to the symbol at or before it, literals and padding included.</summary>
    private static SortedDictionary<string, int> Parts(Board board, ElfImage elf)
    {
        SortedDictionary<string, int> parts = new(StringComparer.Ordinal);
        ElfSection flash = elf.Sections.First(s => s.Name == ".flash");
        uint at = flash.Address + (uint)(board.VectorBytes + 4 * board.ImageDefinition.Count), end = flash.Address + flash.Bytes;
        parts["vectors"] = (int)(at - flash.Address);
        string part = "startUp";
        foreach (IGrouping<uint, ElfSymbol> place in elf.Symbols.Where(s => s.Section == ".flash" && !s.Name.StartsWith('$')).GroupBy(s => s.Value & ~1u).Where(g => g.Key >= at).OrderBy(g => g.Key))
        {
            Add(place.Key);

            // Methods that assembly calls have a second name; the one that names their class counts.
            part = PartOf(place.Select(s => s.Name).Order(StringComparer.Ordinal).OrderByDescending(n => n.Contains("firmware_", StringComparison.Ordinal)).First());
        }

        Add(end);
        return parts;

        void Add(uint to)
        {
            parts[part] = parts.GetValueOrDefault(part) + (int)(to - at);
            at = to;
        }
    }

    /// <summary>The part of a symbol: by the namespace and the class in ilc's names, code, tables and constants alike.</summary>
    private static string PartOf(string symbol)
    {
        const string Runtime = "EdgeSpike_Runtime_", Firmware = "EdgeSpike_Firmware_";
        if (ClassAfter(Runtime) is { } type)
            return type switch
            {
                "Kernels" or "NeuronLoop" or "NeuronConstants" => "runtimeKernels",
                "Interpreter" or "StepObserver" => "runtimeInterpreter",
                "VectorCheck" => "vectorCheck",
                "Connection" or "WindowGeometry" or "OperatorFactory" => "runtimeOperators",
                _ => type.EndsWith("Operator", StringComparison.Ordinal) ? "runtimeOperators" : "runtimeModel",
            };
        if (ClassAfter(Firmware) is { } own)
            return own switch
            {
                "Program" or "BoardDevice" => "application",
                "FrameLine" or "LinkServer" or "EmittedObserver" or "DeviceControl" or "BytePort" => "link",
                _ => "drivers",
            };
        if (symbol.StartsWith("kernels_", StringComparison.Ordinal)) return "runtimeKernels";
        return symbol.StartsWith("firmware_", StringComparison.Ordinal) ? "coreLibrary" : symbol.StartsWith('_') ? "tables" : "startUp";

        string? ClassAfter(string space)
        {
            int start = symbol.IndexOf(space, StringComparison.Ordinal);
            return start < 0 ? null : new string([.. symbol[(start + space.Length)..].TakeWhile(char.IsLetter)]);
        }
    }
}
