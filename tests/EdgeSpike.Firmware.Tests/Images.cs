using System;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using EdgeSpike.Boards;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Firmware images built by the same command that people use; each once.</summary>
internal static class Images
{
    private static readonly object Gate = new();
    private static readonly ConcurrentDictionary<string, string> Built = new();
    private static readonly string Root = Directory.CreateTempSubdirectory("edgespike-images-").FullName;

    private static bool _first = true;

    static Images() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Root, recursive: true);

    /// <summary>The model linked with most images.</summary>
    public static byte[] Model { get; } = Models.Random(1, TensorType.Int8);

    /// <summary>A board of the repository.</summary>
    public static Board Board(string name) => BoardFile.Read(Path.Combine(TestData.RepositoryRoot, "boards", name + ".json"));

    /// <summary>The image of <see cref="Model"/>; skips the test when the tools are not there.</summary>
    public static string Of(string board, bool allOperators = false) => Of(board, "model", Model, allOperators);

    /// <summary>An image's .elf, with the program of another folder if one is named; skips the test when the tools are not there.</summary>
    public static string Of(string board, string name, byte[] model, bool allOperators = false, string? application = null)
    {
        RequireTools();
        lock (Gate) return Built.GetOrAdd($"{board} {name} {allOperators}", _ => Build(board, name, model, Path.Combine(Root, $"{board}-{name}-{allOperators}"), allOperators, application));
    }

    /// <summary>Builds into a folder, whether built before or not; the board by its name or its file.</summary>
    public static string Build(string board, string name, byte[] model, string folder, bool allOperators = false, string? application = null)
    {
        (int status, string text) = TryBuild(board, name, model, folder, allOperators, application);
        Assert.True(status == 0, text);
        return Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(board)}-{name}.elf");
    }

    /// <summary>The same, and how it ended.</summary>
    public static (int Status, string Text) TryBuild(string board, string name, byte[] model, string folder, bool allOperators = false, string? application = null)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, name + ".esm");
        File.WriteAllBytes(file, model);
        lock (Gate)
        {
            // Packages and the board tool are the same for all: fetched and built by the first.
            string[] later = _first ? [] : ["--no-restore", "-p:BuildProjectReferences=false"];
            (int status, string text) = Run("dotnet", ["build", Path.Combine(TestData.RepositoryRoot, "firmware", "bare-metal"), "-nologo", "-v:minimal", "--disable-build-servers",
                $"-p:Board={board}", $"-p:Model={file}", $"-p:FirmwareOutput={folder}", allOperators ? "-p:Operators=All" : "-p:Operators=Used", $"-p:Application={application}", .. later]);
            _first &= status != 0;
            return (status, text);
        }
    }

    /// <summary>Skips the test, naming what is missing.</summary>
    public static void RequireTools() => Assert.SkipUnless(Exists("arm-none-eabi-gcc"), "needs arm-none-eabi-gcc: apt install gcc-arm-none-eabi");

    /// <summary>Skips the test, naming what is missing.</summary>
    public static void RequireEmulator()
    {
        RequireTools();
        Assert.SkipUnless(Exists("qemu-system-arm"), "needs qemu-system-arm: apt install qemu-system-arm");
    }

    /// <summary>Runs a program; its status and everything it wrote.</summary>
    public static (int Status, string Text) Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    private static bool Exists(string program)
    {
        try
        {
            return Run(program, "--version").Status == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
