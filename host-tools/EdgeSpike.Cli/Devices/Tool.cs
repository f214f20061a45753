using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Devices;

/// <summary>Programs of others, and the Debian packages that bring them.</summary>
internal static class Tool
{
    /// <summary>Says before any work that a program is missing.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ToolMissing"/> with the package.</exception>
    public static void Require(string program)
    {
        if (!IsInstalled(program)) throw Missing(program, null);
    }

    /// <summary>True when the program is in one of PATH's folders.</summary>
    public static bool IsInstalled(string program)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => endings.Any(ending => File.Exists(Path.Combine(folder, program + ending))));
    }

    /// <summary>Runs a program to its end; its status and everything it wrote. Ctrl-C ends it, and what it started.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ToolMissing"/>.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static (int Status, string Text) Run(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        using Process process = Start(command);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation), errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            process.StandardInput.Close();
            process.WaitForExitAsync(cancellation).GetAwaiter().GetResult();
            return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts a program whose streams the caller reads.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.ToolMissing"/>.</exception>
    public static Process Start(IReadOnlyList<string> command)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception error)
        {
            throw Missing(command[0], error);
        }
    }

    /// <summary>A command as one types it into a shell.</summary>
    public static string Line(IEnumerable<string> command) => string.Join(' ', command.Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static ConversionException Missing(string program, Exception? inner) =>
        new(ErrorCode.ToolMissing, program, "it is not installed, or not in PATH", program == "dotnet" ? "install the .NET SDK that global.json names" : $"on Debian: apt install {Package(program)}", inner);

    private static string Package(string program) => program switch
    {
        "arm-none-eabi-gcc" => "gcc-arm-none-eabi",
        "st-flash" => "stlink-tools",
        _ => program,
    };
}
