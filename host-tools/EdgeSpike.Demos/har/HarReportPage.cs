using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using EdgeSpike.Conversion.Reporting;
using ScottPlot;

namespace EdgeSpike.Demos.Har;

/// <summary>The demo's page: one HTML file without scripts or links, light or dark with the reader. Same result, same bytes.</summary>
public static class HarReportPage
{
    private const string TimelineText = "What the hand did and what was answered, window by window";

    /// <summary>The page and the same numbers as JSON.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> Files(HarResult result, string folder) =>
    [
        (System.IO.Path.Combine(folder, "har.html"), Encoding.UTF8.GetBytes(Render(result))),
        (System.IO.Path.Combine(folder, "har.svg"), Encoding.UTF8.GetBytes(Timeline(result).ToSvgFile(TimelineText + (result.Simulated ? ", simulated" : "")))),
        (System.IO.Path.Combine(folder, "har.json"), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(result, ReportWriter.Json) + "\n")),
    ];

    /// <summary>The page.</summary>
    public static string Render(HarResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Confusion confusion = result.Confusion;
        StringBuilder page = new();
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,">
            <title>Human activity recognition{(result.Simulated ? ", simulated" : "")}</title>
            <style>
            {ReportStyle.Css}</style>
            </head>
            <body>
            <main>
            <header>
            <h1>What the wrist does{(result.Simulated ? ": simulated" : "")}</h1>
            <p>{Text(result.Answers.Count == 1 ? "One window" : $"{Number(result.Answers.Count)} windows")} of 2 s, {Text(result.Source)}; {Text(result.Model)}{(result.Device is null ? "" : $"; {Text(result.Device)}")}</p>
            </header>

            """);
        if (result.Simulated)
            page.Append("<section class=\"warning\">\n<h2>Simulated</h2>\n<p class=\"note\">No person made these movements: they come from a kinematic model of a wrist. The figures below tell that all parts work together, not how well people are recognised. <code>edgespike data wisdm</code> gets recordings of people.</p>\n</section>\n");

        string simulated = result.Simulated ? ", simulated" : "";
        page.Append("<div class=\"figures\">\n");
        Figure($"accuracy{simulated}", Verdict.Percent(confusion.Accuracy));
        Figure($"right of {Number(confusion.Total)}", Number(confusion.Correct));
        Figure($"ticks to an answer, of {result.WindowTicks}", Number(result.MeanTicks));
        Figure("synaptic operations a window", Number(Math.Round(result.SynapticOperations)));
        Figure("neuron updates a window", Number(Math.Round(result.NeuronUpdates)));
        Figure("model file", $"{Number(result.ModelBytes)} B");
        Figure("working memory", $"{Number(result.ArenaBytes)} B");
        if (result.SameTicks is long same) Figure("ticks alike on device and host", Number(same));
        page.Append("</div>\n");

        page.Append($"<section>\n<h2>Answers in order</h2>\n{Timeline(result).ToInlineSvg("answers", TimelineText)}\n<p class=\"note\">The line is what the hand did, the dots what was answered.</p>\n</section>\n");
        page.Append("<section>\n<h2>Taken for</h2>\n<div class=\"wide\"><table>\n<tr><th>the hand did</th>");
        foreach (string name in confusion.Classes) page.Append($"<th class=\"n\">{Text(name)}</th>");
        page.Append("<th class=\"n\">right</th></tr>\n");
        for (int label = 0; label < confusion.Counts.Length; label++)
        {
            int[] row = confusion.Counts[label];
            int all = row.Sum();
            page.Append($"<tr><td>{Text(confusion.Classes[label])}</td>");
            for (int answer = 0; answer < row.Length; answer++)
            {
                double share = all == 0 ? 0 : (double)row[answer] / all;
                // Right answers in one colour, wrong ones in another, the deeper the more.
                string colour = row[answer] == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" style=\"background:rgba({(answer == label ? "42,157,111" : "224,118,43")},{0.12 + 0.6 * share:0.##})\"");
                page.Append($"<td class=\"n\"{colour}>{(row[answer] == 0 ? "·" : Number(row[answer]))}</td>");
            }

            page.Append($"<td class=\"n\">{(all == 0 ? "–" : Verdict.Percent((double)row[label] / all))}</td></tr>\n");
        }

        page.Append("</table></div>\n</section>\n");
        page.Append($"<section>\n<h2>Spikes and confidence</h2>\n{Panels(result)}\n<p class=\"note\">Left: spikes per neuron and tick, over all windows. Right: how sure right and wrong answers were.</p>\n</section>\n");
        if (result.Calibration is { } calibration) AppendExit(page, result, calibration);
        if (result.Stream is { } stream)
            page.Append($"""
                <section>
                <h2>The stream, simulated</h2>
                <div class="wide"><table>
                <tr><th class="n">arrived</th><th class="n">used</th><th class="n">of them late, put in place</th><th class="n">doubled</th><th class="n">too late</th><th class="n">damaged</th><th class="n">lost</th><th class="n">gaps</th></tr>
                <tr><td class="n">{Number(stream.Sent)}</td><td class="n">{Number(stream.Used)}</td><td class="n">{Number(stream.Reordered)}</td><td class="n">{Number(stream.Duplicates)}</td><td class="n">{Number(stream.Late)}</td><td class="n">{Number(stream.Corrupt)}</td><td class="n">{Number(stream.Lost)}</td><td class="n">{Number(stream.Gaps)}</td></tr>
                </table></div>
                <p class="note">Samples came at their own times and were resampled to 20 Hz. A damaged sample leaves a hole, which counts as lost too.</p>
                </section>

                """);
        page.Append($"<footer>\nModel <code>{Text(result.ModelSha256[..16])}…</code> (SHA-256). The same numbers are in <code>har.json</code>.\n</footer>\n</main>\n</body>\n</html>\n");
        return page.Replace("\r\n", "\n").ToString();

        void Figure(string name, string value) => page.Append($"<div><b>{Text(value)}</b><span>{Text(name)}</span></div>\n");
    }

    private static void AppendExit(StringBuilder page, HarResult result, ExitCalibration calibration)
    {
        Plot plot = Figure.NewPlot("", "ticks to an answer, on average", "accuracy, %");
        ScottPlot.Plottables.Scatter front = plot.Add.Scatter(calibration.Front.Select(p => p.MeanTicks).ToArray(), calibration.Front.Select(p => 100 * p.Accuracy).ToArray());
        (front.Color, front.LineWidth, front.MarkerSize, front.LegendText) = (Figure.Series[0], 1.6f, 5, "Pareto front");
        ScottPlot.Plottables.Scatter taken = plot.Add.ScatterPoints(new[] { calibration.Chosen.MeanTicks }, new[] { 100 * calibration.Chosen.Accuracy });
        (taken.Color, taken.MarkerSize, taken.LegendText) = (Figure.Series[1], 13, "taken");
        double least = calibration.Front.Min(p => p.Accuracy), most = calibration.Front.Max(p => p.Accuracy), margin = Math.Max(0.005, 0.08 * (most - least));
        plot.Axes.SetLimits(0, result.WindowTicks + 0.5, 100 * (least - margin), 100 * (most + margin));
        plot.ShowLegend(Edge.Right);
        page.Append($"<section>\n<h2>Answering early</h2>\n{new Figure().Add(plot, 0, 0, 980, 300).ToInlineSvg("exit", "Accuracy over ticks to an answer")}\n<p class=\"note\">On {Number(calibration.Windows)} windows, {Text(calibration.Source)}: an answer once its confidence is {Verdict.Percent(calibration.Chosen.Threshold)} takes {Number(calibration.Chosen.MeanTicks)} of {result.WindowTicks} ticks and is right in {Verdict.Percent(calibration.Chosen.Accuracy)}; the whole window in {Verdict.Percent(calibration.FullAccuracy)}. This page's windows {(result.EarlyExit ? "were answered so" : "were heard to their end")}.</p>\n</section>\n");
    }

    private static Figure Timeline(HarResult result)
    {
        Plot plot = Figure.NewPlot("", "window", "");
        double[] x = [.. result.Answers.Select((_, i) => (double)i)];
        ScottPlot.Plottables.Scatter truth = plot.Add.ScatterLine(x, [.. result.Answers.Select(a => (double)-a.Label)]);
        (truth.Color, truth.LineWidth, truth.ConnectStyle) = (Figure.Ink.WithAlpha(0.22), 5, ConnectStyle.StepHorizontal);
        foreach (bool right in (bool[])[true, false])
        {
            HarAnswer[] those = [.. result.Answers.Where(a => a.Answer == a.Label == right)];
            if (those.Length == 0) continue;
            int[] at = [.. Enumerable.Range(0, result.Answers.Count).Where(i => result.Answers[i].Answer == result.Answers[i].Label == right)];
            ScottPlot.Plottables.Scatter dots = plot.Add.ScatterPoints(at.Select(i => (double)i).ToArray(), those.Select(a => (double)-a.Answer).ToArray());
            (dots.Color, dots.MarkerSize, dots.LegendText) = (Figure.Series[right ? 2 : 1], result.Answers.Count > 200 ? 4 : 7, right ? "right" : "wrong");
        }

        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, HarWindows.Classes).Select(c => (double)-c)], [.. HarWindows.ActivityNames]);
        plot.Axes.SetLimits(-0.5, result.Answers.Count - 0.5, -HarWindows.Classes + 0.5, 0.5);
        plot.ShowLegend(Edge.Right);
        return new Figure().Add(plot, 0, 0, 980, 280);
    }

    private static string Panels(HarResult result)
    {
        Plot rates = Figure.NewPlot("", "", "spikes per neuron and tick");
        IReadOnlyList<double> values = result.Rates;
        rates.Add.Bars(values.Select((v, i) => new Bar { Position = i, Value = v, Size = 0.6, FillColor = Figure.Series[0], LineWidth = 0 }).ToArray());
        rates.Axes.Bottom.SetTicks([.. values.Select((_, i) => (double)i)], [.. result.Layers.Select(l => l.Name)]);
        rates.Axes.Bottom.MajorTickStyle.Length = 0;
        rates.Axes.SetLimits(-0.6, Math.Max(1, values.Count) - 0.4, 0, Math.Max(0.01, 1.1 * values.DefaultIfEmpty(0).Max()));

        Plot sure = Figure.NewPlot("", "confidence, %", "windows");
        const int bins = 10;
        int top = 1;
        foreach (bool right in (bool[])[true, false])
        {
            int[] counts = new int[bins];
            foreach (HarAnswer answer in result.Answers.Where(a => a.Answer == a.Label == right)) counts[Math.Min(bins - 1, (int)(bins * answer.Confidence))]++;
            top = Math.Max(top, counts.Max());
            sure.Add.Bars(counts.Select((c, i) => new Bar { Position = 10 * i + 5 + (right ? -1.9 : 1.9), Value = c, Size = 3.4, FillColor = Figure.Series[right ? 2 : 1], LineWidth = 0 }).ToArray()).LegendText = right ? "right" : "wrong";
        }

        sure.Axes.SetLimits(0, 100, 0, 1.1 * top);
        sure.ShowLegend(Edge.Right);
        return new Figure().Add(rates, 0, 0, 490, 280).Add(sure, 490, 0, 490, 280).ToInlineSvg("panels", "Spike rates of each layer, and the confidence of right and wrong answers");
    }

    private static string Number(double value) => value.ToString(value == Math.Floor(value) ? "#,0" : "0.0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
