using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>A program on one of QEMU's machines that writes lines to its UART and then waits for ever.</summary>
internal static class EmulatedProgram
{
    /// <summary>Its lines up to the first that begins as the last one does.</summary>
    /// <exception cref="TimeoutException">No line came for so long.</exception>
    public static async Task<List<string>> Read(string board, string elf, string last, TimeSpan patience)
    {
        ProcessStartInfo start = new("qemu-system-arm", ["-M", Images.Board(board).QemuMachine!, "-display", "none", "-monitor", "none", "-serial", "stdio", "-kernel", elf])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            List<string> lines = [];
            while (lines.Count == 0 || !lines[^1].StartsWith(last, StringComparison.Ordinal))
            {
                string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(patience, TestContext.Current.CancellationToken);
                if (line is null) break;
                lines.Add(line);
            }

            return lines;
        }
        finally
        {
            process.Kill();
        }
    }
}
