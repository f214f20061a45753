using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using EdgeSpike.Conversion.Reporting;
using Xunit;

namespace EdgeSpike.Tests;

public sealed class ReportPageTests : IDisposable
{
    private readonly Edgespike _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        string page = Page();
        Assert.DoesNotMatch(new Regex("<script|src=|@import|<iframe|<object|<embed", RegexOptions.IgnoreCase), page);
        foreach (Match link in Regex.Matches(page, """(?:href=|url\()["']?(?<to>[^"')> ]*)"""))
            Assert.Matches("^(#|data:,$)", link.Groups["to"].Value);
        // Namespaces of SVG are names, not links; nothing else may look like an address.
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_the_network_are_text_and_ids_are_unique()
    {
        string page = Page();
        Assert.Contains("braille &lt;l2mu&gt; &amp; friends", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<l2mu>", page, StringComparison.Ordinal);
        string[] ids = [.. Regex.Matches(page, " id=\"([^\"]*)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal(ids.Distinct().Count(), ids.Length);
        foreach (Match use in Regex.Matches(page, @"url\(#([^)]*)\)")) Assert.Contains(use.Groups[1].Value, ids);
    }

    [Fact]
    public void Same_report_same_bytes_and_every_number_in_the_JSON()
    {
        Assert.Equal(Page(), Page());
        JsonElement json = JsonDocument.Parse(File.ReadAllText(_files["r/report.json"])).RootElement;
        Assert.Equal("with-care", json.GetProperty("verdict").GetProperty("trust").GetString());
        Assert.Equal(17, json.GetProperty("report").GetProperty("saturations").GetInt32());
        Assert.Equal(256, json.GetProperty("report").GetProperty("layers")[0].GetProperty("agreementOverTime").GetArrayLength());
    }

    [Fact]
    public void A_report_without_layers_or_samples_has_a_page_too()
    {
        ConversionReport empty = SampleReport.Create() with { Layers = [], Tensors = [], Memory = [], Choices = [], Warnings = [], Samples = 0, Ticks = 0 };
        ReportWriter.Write(empty, _files["e"]);
        Assert.Contains("Not measured", File.ReadAllText(_files["e/report.html"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, 0, 0, "Yes")]
    [InlineData(1.0, 0, 3, "WithCare")]
    [InlineData(0.95, 0, 0, "WithCare")]
    [InlineData(0.8, 0, 0, "No")]
    [InlineData(1.0, 0.2, 0, "WithCare")]
    public void The_verdict_follows_answers_layers_and_saturations(double answers, double lostSpikes, int saturations, string trust)
    {
        ConversionReport report = SampleReport.Create();
        report = report with
        {
            AnswerAgreement = answers,
            Warnings = [],
            Saturations = saturations,
            ModelAccuracy = report.ReferenceAccuracy,
            Layers = [report.Layers[0] with { SpikeOverlap = 1 - lostSpikes, FirstDifference = lostSpikes > 0 ? 5 : -1 }],
        };
        Assert.Equal(trust, Verdict.Of(report).Trust.ToString());
        Assert.NotEqual("Yes", Verdict.Of(report with { InputSource = "synthetic spikes, seed 1" }).Trust.ToString());
    }

    [Theory]
    [InlineData(1, "100 %")]
    [InlineData(0.99999, "99.9+ %")]
    [InlineData(0.975, "97.5 %")]
    [InlineData(0.00002, "0.002 %")]
    [InlineData(0, "0 %")]
    [InlineData(double.NaN, "–")]
    public void Percentages_never_round_to_all_or_none(double share, string text) => Assert.Equal(text, Verdict.Percent(share));

    [Fact]
    public async Task Chromium_shows_the_page_without_a_complaint()
    {
        string? browser = new[] { "chromium", "chromium-browser", "google-chrome" }.SelectMany(n => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(p => Path.Combine(p, n))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "needs Chromium: apt-get install chromium");
        _ = Page();
        ProcessStartInfo start = new(browser!, [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--enable-logging=stderr", "--v=0", "--window-size=1150,2600",
            $"--user-data-dir={_files["profile"]}", $"--screenshot={_files["page.png"]}", new Uri(_files["r/report.html"]).AbsoluteUri])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        string log = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
        Assert.True(File.Exists(_files["page.png"]), log);

        // What is drawn is not blank: a page of text, bars and lines does not compress to nothing.
        Assert.True(new FileInfo(_files["page.png"]).Length > 50_000, "the page is nearly empty");
    }

    private string Page()
    {
        ReportWriter.Write(SampleReport.Create(), _files["r"]);
        return File.ReadAllText(_files["r/report.html"]);
    }
}
