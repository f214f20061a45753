using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Har;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike data: the recordings that the demos and their training use, from their publishers.</summary>
internal static class DataVerb
{
    /// <summary>The verb with its data sets.</summary>
    public static Command Create(Session session)
    {
        VerbCommand data = new("data", "Gets recordings from their publishers and makes them ready for the demos.", ("edgespike data wisdm", "the motion of 46 wrists, for 'demo har'"));
        data.Add(CreateWisdm(session));
        return data;
    }

    private static VerbCommand CreateWisdm(Session session)
    {
        Option<string?> from = Choices.Path("--from", "PATH", $"The archive, or the folder it was unpacked to, or another address to get it from. Default: from the publisher, {WisdmDownload.Page} (300 MB).");
        Option<string?> to = Choices.Path("--to", "DIR", "Folder for the windows; it is where 'demo har' looks unless told otherwise. Default: edgespike/har in the user's folder for data of programs.");
        Option<bool> all = new("--all-subjects") { Description = $"Also the subjects {string.Join(", ", WisdmDataSet.UnpublishedSubjects)}, whom the project's figures leave out." };
        VerbCommand wisdm = new(
            "wisdm", "Windows of a wrist's motion at seven activities of the hand, from the WISDM data set (Weiss, Yoneda, Hayajneh 2019; UCI 507, CC BY 4.0).",
            ("edgespike data wisdm", "download, cut into windows, compare with the published checksum"),
            ("edgespike data wisdm --from wisdm.zip --to har", "the same from an archive that is here"));
        wisdm.Add(from);
        wisdm.Add(to);
        wisdm.Add(all);
        wisdm.Work = parsed =>
        {
            string folder = parsed.GetValue(to) ?? WisdmDataSet.DefaultFolder;
            string given = parsed.GetValue(from) ?? WisdmDownload.Archive;
            string? downloaded = null;
            WisdmResult result;
            try
            {
                string path = given;
                if (Uri.TryCreate(given, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
                {
                    path = downloaded = Path.Combine(Path.GetTempPath(), $"edgespike-{Guid.NewGuid():N}.zip");
                    Download(session, address!, downloaded);
                }

                result = LongWork.Run(session, "cutting windows", progress =>
                {
                    using WisdmSource source = WisdmSource.Open(path);
                    return WisdmDataSet.Make(source, parsed.GetValue(all), progress);
                });
                session.Cancellation.ThrowIfCancellationRequested();
                WisdmDataSet.Write(result, folder);
            }
            finally
            {
                if (downloaded is not null) File.Delete(downloaded);
            }

            int[] subjects = [.. result.Windows.Subjects.Distinct().Order()];
            session.Show(
                new
                {
                    Source = given, Folder = Path.GetFullPath(folder), Windows = result.Windows.Count, Subjects = subjects, result.Sha256, result.EqualsPublished, result.Lines, result.DamagedLines, result.DamagedNamed,
                    result.Incomplete, result.Duplicates, result.Unordered, result.Unpaired, result.Gaps, result.Clipped,
                    PerActivity = HarWindows.ActivityNames.Select((name, label) => new { Activity = name, Windows = result.Windows.Labels.Count(l => l == label) }),
                },
                console => Show(console, result, folder, subjects.Length));
            return ErrorCode.None;
        };
        return wisdm;
    }

    private static void Download(Session session, Uri address, string path)
    {
        session.Error.WriteLine($"downloading {address}");
        LongWork.Run(session, "downloading", progress =>
        {
            WisdmDownload.Get(address, path, (bytes, of) => progress.Report(of > 0 ? (double)bytes / of : 0), session.Cancellation);
            return true;
        });
    }

    private static void Show(IAnsiConsole console, WisdmResult result, string folder, int subjects)
    {
        HarWindows windows = result.Windows;
        Tables.Line(console, $"{Units.Number(windows.Count)} windows of {HarWindows.Ticks} samples from {subjects} subjects: {Path.GetFullPath(folder)}");
        console.Write(Tables.Of(["activity", ">windows"], HarWindows.ActivityNames.Select((name, label) => (string[])[name, Units.Number(windows.Labels.Count(l => l == label))])));
        Tables.Line(console, $"{Units.Number(result.Lines)} lines, {Units.Number(result.DamagedLines)} damaged; {Units.Number(result.Duplicates)} readings with a time stamp twice, {Units.Number(result.Unordered)} out of order, {Units.Number(result.Unpaired)} without a partner; {Units.Number(result.Gaps)} gaps; {Units.Number(result.Clipped)} values clipped");
        foreach (string line in result.DamagedNamed) Tables.Line(console, $"  {line}");
        if (result.DamagedLines > result.DamagedNamed.Count) Tables.Line(console, $"  and {Units.Number(result.DamagedLines - result.DamagedNamed.Count)} more");
        if (result.Incomplete.Count > 0) Tables.Line(console, $"left out, one sensor's text is missing: {string.Join(", ", result.Incomplete)}");
        Tables.Line(console, result.EqualsPublished
            ? "SHA-256 of the 46 subjects equals the published set's: the project's figures are of these very windows"
            : $"SHA-256 {result.PublishedSubjectsSha256} differs from the published set's: figures on these windows are not the project's");
    }
}
