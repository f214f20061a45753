using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Terminal;

/// <summary>
/// What the exit status says, as people read it. The table stands once, in this project's README.md, which is built into
/// the command; a test holds it to <see cref="ErrorCode"/> and its documentation.
/// </summary>
internal static class ExitCodes
{
    /// <summary>The word for a code, as in "wrong-format".</summary>
    public static string Name(ErrorCode code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());

    /// <summary>The rows of the table: number, word, meaning.</summary>
    public static IReadOnlyList<(int Code, string Name, string Meaning)> Table { get; } = Read();

    private static List<(int Code, string Name, string Meaning)> Read()
    {
        using Stream readme = typeof(ExitCodes).Assembly.GetManifestResourceStream("README.md")!;
        using StreamReader reader = new(readme);
        List<(int Code, string Name, string Meaning)> rows = [];
        while (reader.ReadLine() is string line)
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length == 5 && int.TryParse(cells[1], out int code)) rows.Add((code, cells[2], cells[3].Replace("`", "", StringComparison.Ordinal)));
        }

        return rows;
    }
}
