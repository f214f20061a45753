using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace EdgeSpike.Tests;

/// <summary>Programs from the path, and the one that builds firmware.</summary>
internal static class Programs
{
    private static readonly object Gate = new();

    /// <summary>True once an image has been built: what all builds share is there.</summary>
    public static bool HasBuiltFirmware { get; private set; }

    /// <summary>Runs a program; its status and everything it wrote.</summary>
    public static (int Status, string Text) Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    /// <summary>Builds an image by the command that people use, one at a time.</summary>
    /// <param name="board">Name or file of the board.</param>
    /// <param name="model">Path of the model's file.</param>
    /// <param name="folder">Folder of the results.</param>
    /// <param name="properties">More properties of the build, <c>Name=value</c>.</param>
    public static (int Status, string Text) BuildFirmware(string board, string model, string folder, params string[] properties)
    {
        lock (Gate)
        {
            // Packages and the board tool are the same for all: fetched and built by the first, in less than half the time for the others.
            string[] later = HasBuiltFirmware ? ["--no-restore", "-p:BuildProjectReferences=false"] : [];
            (int Status, string) built = Run("dotnet", ["build", Path.Combine(TestData.RepositoryRoot, "firmware", "bare-metal"), "-nologo", "-v:minimal", "-nodeReuse:false",
                $"-p:Board={board}", $"-p:Model={model}", $"-p:FirmwareOutput={folder}", .. System.Array.ConvertAll(properties, property => $"-p:{property}"), .. later]);
            HasBuiltFirmware |= built.Status == 0;
            return built;
        }
    }
}
