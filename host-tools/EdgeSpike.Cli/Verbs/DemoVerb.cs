using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Demos.Memory;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike demo: things to see that need nothing to download.</summary>
internal static class DemoVerb
{
    private const string DefaultPicture = "edgespike-memory.svg";

    /// <summary>The verb with its demos.</summary>
    public static Command Create(Session session)
    {
        VerbCommand demo = new("demo", "Shows something that needs nothing to download.", ("edgespike demo blimp", "a spiking controller flies a blimp, beside PID"), ("edgespike demo har", "what a wrist does, from its motion"), ("edgespike demo memory", "a Legendre memory in integers"));
        demo.Add(BlimpVerb.Create(session));
        demo.Add(HarVerb.Create(session));
        demo.Add(CreateMemory(session));
        return demo;
    }

    private static VerbCommand CreateMemory(Session session)
    {
        Option<string?> svg = Choices.Path("--svg", "FILE", $"Where the picture goes, with a PNG beside it. Default {DefaultPicture} in the current folder.");
        Option<string?> report = Choices.Path("--report", "DIR", "Folder for the conversion report (report.html, report.json) of the memory shown.");
        VerbCommand memory = new(
            "memory", "A Legendre memory in integers holds the last ticks of a generated signal: how well, for d = 4, 6 and 12, with int8 and int16.",
            ("edgespike demo memory", "a table, a chart, and the picture in the current folder"),
            ("edgespike demo memory --svg memory.svg --report report", "the picture elsewhere, and the conversion report"));
        memory.Add(svg);
        memory.Add(report);
        memory.Work = parsed =>
        {
            string picture = parsed.GetValue(svg) ?? DefaultPicture;
            string image = Path.ChangeExtension(picture, ".png");
            if (image == picture) throw new ConversionException(ErrorCode.Usage, $"--svg {picture}", "the PNG beside the picture would take its name", "end the name in .svg");
            (MemoryDemoResult result, List<(string, byte[])> files) = LongWork.Run(session, "running the memory", progress =>
            {
                MemoryDemoResult result = MemoryDemo.Run(progress);
                Figure figure = MemoryPicture.Draw(result);
                return (result, new List<(string, byte[])> { (picture, Encoding.UTF8.GetBytes(figure.ToSvgFile(MemoryPicture.Describe(result)))), (image, figure.ToPng()) });
            });
            string? folder = parsed.GetValue(report);
            if (folder is not null)
            {
                ReportWriter.MakeFolder(folder);
                files.AddRange(ReportWriter.Files(result.Report, folder));
            }

            session.Cancellation.ThrowIfCancellationRequested();
            OutputFile.WriteAll(files);
            string? page = folder is null ? null : Path.Combine(folder, "report.html");
            session.Show(
                new { Signal = "generated", result.Seed, result.Ticks, result.Window, result.Cases, Picture = picture, Image = image, ReportPage = page },
                console => Show(console, result, picture, image, page));
            return ErrorCode.None;
        };
        return memory;
    }

    private static void Show(IAnsiConsole console, MemoryDemoResult result, string picture, string image, string? page)
    {
        Tables.Line(console, $"A Legendre memory keeps a sliding window of {result.Window} ticks in d numbers. Here they are integers.");
        Tables.Line(console, $"Signal: generated, band-limited, seed {result.Seed}, {result.Ticks} ticks.");
        console.Write(Tables.Of([">d", "matrix", ">state, against float64", ">window, integers", ">window, float64", ">saturations", ">memory", ">file"], result.Cases.Select(c => (string[])
            [$"{c.Order}", c.Weights.ToString().ToLowerInvariant(), Verdict.Percent(c.StateError), Verdict.Percent(c.WindowError), Verdict.Percent(c.FloatWindowError), Units.Number(c.Saturations), Units.Bytes(c.ArenaBytes), Units.Bytes(c.FileBytes)])));
        Tables.Line(console, "Errors are root mean squares, as shares. State: integers against float64. Window: what is read back against the signal.");
        int last = result.Shares.Count - 1, back = (int)(result.Shares[last] * result.Window), first = result.Ticks / 2;
        Tables.Title(console, $"{back} ticks ago, as read from {result.Shown.Order} integers ({result.Shown.Weights.ToString().ToLowerInvariant()}): o read, · the signal as it was");
        double[] truth = [.. Enumerable.Range(first, result.Ticks - first).Select(t => result.Signal[t - back])];
        foreach (string line in TextChart.Draw([(truth, '·'), (result.Delayed[last][first..], 'o')], 100, 13)) Tables.Line(console, line);
        console.WriteLine();
        Tables.Line(console, $"picture: {Path.GetFullPath(picture)} and {Path.GetFileName(image)}");
        if (page is not null) Tables.Line(console, $"report: {Path.GetFullPath(page)}");
    }
}
