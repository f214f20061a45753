using System.IO;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>The look that all pages of EdgeSpike share.</summary>
public static class ReportStyle
{
    /// <summary>The style sheet, to stand in a page that needs nothing but itself.</summary>
    public static string Css { get; } = Read();

    private static string Read()
    {
        using Stream stream = typeof(ReportStyle).Assembly.GetManifestResourceStream("report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
