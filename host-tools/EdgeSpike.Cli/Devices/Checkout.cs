using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Devices;

/// <summary>The clone of EdgeSpike that holds boards/ and firmware/: the one the command was built in, else the one it is run in.</summary>
internal static class Checkout
{
    /// <summary>Its folder.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.FileMissing"/>: the command stands and runs outside of one.</exception>
    public static string Root()
    {
        foreach (string start in (string[])[AppContext.BaseDirectory, Directory.GetCurrentDirectory()])
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "EdgeSpike.sln")) && Directory.Exists(Path.Combine(folder.FullName, "boards"))) return folder.FullName;
        throw new ConversionException(ErrorCode.FileMissing, "boards/", "the board files and the firmware's sources are not there", "run the command inside a clone of EdgeSpike");
    }

    /// <summary>All boards, by name.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.WrongFormat"/>: a board file breaks a rule.</exception>
    public static IReadOnlyList<Board> Boards() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root(), "boards"), "*.json").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The file of a board: a name in boards/, or a path.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.Usage"/>: there is no such board.</exception>
    public static string BoardPath(string name)
    {
        if (name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return Path.GetFullPath(name);
        string path = Path.Combine(Root(), "boards", name + ".json");
        return File.Exists(path) && Path.GetFileName(name) == name
            ? path
            : throw new ConversionException(ErrorCode.Usage, $"--board {name}", "there is no such board", "'edgespike boards' lists them; a file of your own is given by its path");
    }

    /// <summary>A board by its name or path.</summary>
    public static Board Board(string name) => Read(BoardPath(name));

    private static Board Read(string path)
    {
        try
        {
            return BoardFile.Read(path);
        }
        catch (BoardException error)
        {
            throw new ConversionException(File.Exists(path) ? ErrorCode.WrongFormat : ErrorCode.FileMissing, error.Where, error.What, error.Remedy, error);
        }
    }
}
