using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>
/// A conversion's report as files: report.json with every number, report.html with the same for people. The page needs
/// nothing but itself. Same report, same bytes.
/// </summary>
public static class ReportWriter
{
    /// <summary>How all JSON of EdgeSpike is written: camel case, words for enumerations, "NaN" for what is not a number.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Writes both files into a folder, which is made where it is missing: both or none.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>.</exception>
    public static void Write(ConversionReport report, string folder)
    {
        MakeFolder(folder);
        OutputFile.WriteAll(Files(report, folder));
    }

    /// <summary>The two files and their content, for a caller that writes them together with others.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> Files(ConversionReport report, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            (Path.Combine(folder, "report.json"), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { Verdict = Verdict.Of(report), Report = report }, Json) + "\n")),
            (Path.Combine(folder, "report.html"), Encoding.UTF8.GetBytes(ReportPage.Render(report))),
        ];
    }

    /// <summary>Makes a folder where it is missing.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>.</exception>
    public static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConversionException(ErrorCode.OutputFailed, folder, $"the folder can't be made ({e.Message})", "name one that can be written", e);
        }
    }
}
