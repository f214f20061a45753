using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace EdgeSpike.InstructionCounts;

/// <summary>Programs from the path.</summary>
internal static class Tools
{
    /// <summary>What a program wrote to its output; throws with all it wrote when it failed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}\n{text}{errors.Result}");
    }
}
