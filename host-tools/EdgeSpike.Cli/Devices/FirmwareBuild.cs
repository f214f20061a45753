using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Devices;

/// <summary>
/// The firmware of a board with a model in it, built by the command of firmware/bare-metal/README.md into
/// firmware/bare-metal/bin. What has been built from the same bytes is not built again.
/// </summary>
internal sealed class FirmwareBuild
{
    private readonly string _root;
    private readonly string _boardPath;
    private readonly string _modelPath;
    private readonly string _folder;
    private readonly ImageKind _kind;

    /// <summary>A build that has not begun.</summary>
    /// <param name="boardName">A name in boards/, or a path.</param>
    /// <param name="modelPath">Model file, which the host has verified.</param>
    /// <param name="kind">What else the image is to run, and who verifies it.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.Unsupported"/>: the model is too large for the board.</exception>
    public FirmwareBuild(string boardName, string modelPath, ImageKind kind = ImageKind.OneModel)
    {
        _kind = kind;
        _root = Checkout.Root();
        _boardPath = Checkout.BoardPath(boardName);
        _modelPath = Path.GetFullPath(modelPath);
        Board = Checkout.Board(boardName);
        string model = Path.GetFileNameWithoutExtension(modelPath);
        _folder = Path.Combine(_root, "firmware", "bare-metal", "bin", Board.Name, model);
        ImageBase = Path.Combine(_folder, $"{Board.Name}-{model}");
        try
        {
            BoardGenerator.CheckFit(kind == ImageKind.VerifiedModel ? BoardGenerator.WithoutSlot(Board) : Board, ModelHeader.Read(_modelPath), kind == ImageKind.AllOperators);
        }
        catch (BoardException error)
        {
            throw new ConversionException(ErrorCode.Unsupported, $"{modelPath} on {error.Where}", error.What, error.Remedy, error);
        }
    }

    /// <summary>The board.</summary>
    public Board Board { get; }

    /// <summary>Path of the image without its ending: .elf, .bin, .hex, .uf2.</summary>
    public string ImageBase { get; }

    /// <summary>The command that builds it.</summary>
    public IReadOnlyList<string> Command =>
    [
        "dotnet", "build", Path.Combine(_root, "firmware", "bare-metal"), "-nologo", "-v:minimal", "-nodeReuse:false",
        $"-p:Board={Escape(Path.GetDirectoryName(_boardPath) == Path.Combine(_root, "boards") ? Board.Name : _boardPath)}",
        $"-p:Model={Escape(_modelPath)}", $"-p:FirmwareOutput={Escape(_folder)}", .. _kind switch { ImageKind.AllOperators => (string[])["-p:Operators=All"], ImageKind.VerifiedModel => ["-p:Verification=Build"], _ => [] },
    ];

    /// <summary>Builds, and gives the path of the .elf.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ToolMissing"/>, <see cref="ErrorCode.BuildFailed"/>, <see cref="ErrorCode.OutputFailed"/>.</exception>
    public string Run(Session session)
    {
        string elf = ImageBase + ".elf", stamp = Path.Combine(_folder, "inputs.sha256"), inputs = Inputs();
        if (File.Exists(elf) && File.Exists(stamp) && File.ReadAllText(stamp) == inputs) return elf;
        Tool.Require("arm-none-eabi-gcc");
        session.Error.WriteLine($"building the firmware for {Board.Name}");
        try
        {
            Directory.CreateDirectory(_folder);
            File.Delete(stamp);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConversionException(ErrorCode.OutputFailed, _folder, $"it can't be written ({error.Message})", "use a clone of EdgeSpike that you may write to", error);
        }

        (int status, string text) = Tool.Run(Command, session.Cancellation);
        if (status != 0 || !File.Exists(elf))
        {
            string[] lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            throw new ConversionException(ErrorCode.BuildFailed, $"firmware for {Board.Name}", lines.FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal)) ?? $"dotnet build ended with status {status}", $"to see all of it: {Tool.Line(Command)}");
        }

        File.WriteAllText(stamp, inputs);
        return elf;
    }

    /// <summary>Hash of everything the image is made from.</summary>
    private string Inputs()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{_kind}\n"));
        IEnumerable<string> sources = ((string[])["firmware/bare-metal", "runtime/EdgeSpike.Runtime", "host-tools/EdgeSpike.Boards"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(_root, folder), "*", new EnumerationOptions { RecurseSubdirectories = true }))
            .Select(file => Path.GetRelativePath(_root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);
        foreach (string file in (IEnumerable<string>)[_boardPath, _modelPath, .. sources.Select(file => Path.Combine(_root, file))])
        {
            byte[] content = File.ReadAllBytes(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)} {content.Length}\n"));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // MSBuild's own signs inside a property's value.
    private static string Escape(string value) => value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
