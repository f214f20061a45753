using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using EdgeSpike.Conversion.Reporting;
using ScottPlot;

namespace EdgeSpike.Demos.Blimp;

/// <summary>The demo's page: one HTML file without scripts or links, light or dark with the reader. Same result, same bytes.</summary>
public static class BlimpReportPage
{
    // Half a minute of spikes is what a page shows and a reader can see.
    private const int RasterSteps = 300, RasterStart = 280;

    /// <summary>The page and the same numbers as JSON.</summary>
    public static IReadOnlyList<(string Path, byte[] Content)> Files(BlimpResult result, string folder) =>
    [
        (System.IO.Path.Combine(folder, "blimp.html"), Encoding.UTF8.GetBytes(Render(result))),
        (System.IO.Path.Combine(folder, "blimp.json"), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(result, ReportWriter.Json) + "\n")),
    ];

    /// <summary>The page.</summary>
    public static string Render(BlimpResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        StringBuilder page = new();
        string title = result.Replayed ? "A recorded flight's error, given to both" : "A blimp, simulated: PID and spikes side by side";
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,">
            <title>{Text(title)}</title>
            <style>
            {ReportStyle.Css}</style>
            </head>
            <body>
            <main>
            <header>
            <h1>{Text(title)}</h1>
            <p>{Text(result.Source)}, {Number(result.SetPoint.Length)} control steps of 0.1 s{(result.Buoyancy is double b ? $", imbalance of buoyancy {Fixed(b, 2)} m/s²" : "")}; {Text(result.Model)}{(result.Link is null ? "" : $"; {Text(result.Link.Board)}")}</p>
            </header>
            <div class="figures">

            """);
        if (result.Likeness is { } likeness)
        {
            Figure("loss against PID, MAE + 1 − Pearson", Fixed(likeness.Loss, 3));
            Figure("mean |difference| of u", Fixed(likeness.MeanDifference, 3));
            Figure("correlation", Fixed(likeness.Correlation, 3));
        }
        else
            foreach (BlimpTrace trace in result.Traces) Figure($"mean |error|, {trace.Controller}", $"{Fixed(100 * MeanError(result, trace), 1)} cm");

        Figure("neurons", Number(result.Neurons));
        Figure("synaptic operations a step", Fixed(result.SynapticOperations, 0));
        Figure("model file", $"{Number(result.ModelBytes)} B");
        Figure("working memory", $"{Number(result.ArenaBytes)} B");
        if (result.Link is { } link)
        {
            Figure("steps alike on board and host", Number(link.SameTicks));
            if (link.PeriodSeconds is not null) Figure("steps the board missed", Number(link.Missed));
        }

        page.Append("</div>\n");
        page.Append($"<section>\n<h2>Altitude</h2>\n{Altitude(result)}\n<p class=\"note\">{(result.Replayed ? "As recorded; the set-point is its mean. No command changes it." : "True altitude in the simulator; the controllers see it through a lidar with noise of ±1 cm that now and then gives nothing. At the start the integral has to find the buoyancy.")}</p>\n</section>\n");
        page.Append($"<section>\n<h2>Command</h2>\n{Commands(result)}\n<p class=\"note\">u, held to ±{Fixed(Actuator.Limit, 1)} by the motor.</p>\n</section>\n");
        page.Append($"<section>\n<h2>Spikes</h2>\n{Raster(result)}\n<p class=\"note\">One line a neuron; neurons stand in pairs, one for positive and one for negative errors.</p>\n");
        page.Append("<div class=\"wide\"><table>\n<tr><th>layer</th><th class=\"n\">neurons</th><th class=\"n\">spikes per neuron and step</th></tr>\n");
        for (int i = 0; i < result.Layers.Count; i++) page.Append($"<tr><td>{Text(result.Layers[i].Name)}</td><td class=\"n\">{result.Layers[i].Neurons}</td><td class=\"n\">{Fixed(result.Rates[i], 3)}</td></tr>\n");
        page.Append("</table></div>\n</section>\n");
        if (!result.Replayed) AppendParts(page, result);
        page.Append($"<footer>\nModel <code>{Text(result.ModelSha256[..16])}…</code> (SHA-256). The same numbers are in <code>blimp.json</code>.\n</footer>\n</main>\n</body>\n</html>\n");
        return page.Replace("\r\n", "\n").ToString();

        void Figure(string name, string value) => page.Append($"<div><b>{Text(value)}</b><span>{Text(name)}</span></div>\n");
    }

    /// <summary>Mean |error| of a whole flight, m.</summary>
    public static double MeanError(BlimpResult result, BlimpTrace trace)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(trace);
        return trace.Altitude.Select((h, t) => Math.Abs(h - result.SetPoint[t])).DefaultIfEmpty(0).Average();
    }

    private static void AppendParts(StringBuilder page, BlimpResult result)
    {
        page.Append("<section>\n<h2>Part by part</h2>\n<div class=\"wide\"><table>\n<tr><th>part</th><th>controller</th><th class=\"n\">mean |error|, cm</th><th class=\"n\">largest</th><th class=\"n\">at the end</th><th class=\"n\">oscillation</th><th class=\"n\">mean |u|</th><th class=\"n\">mean |Δu|</th></tr>\n");
        for (int p = 0; p < result.Traces[0].Parts.Count; p++)
            foreach (BlimpTrace trace in result.Traces)
            {
                PartMetrics m = trace.Parts[p];
                page.Append($"<tr><td>{(trace == result.Traces[0] ? Text(m.Part) : "")}</td><td>{Text(trace.Controller)}</td><td class=\"n\">{Fixed(100 * m.MeanError, 1)}</td><td class=\"n\">{Fixed(100 * m.WorstError, 1)}</td><td class=\"n\">{Fixed(100 * m.SettledError, 1)}</td><td class=\"n\">{Fixed(100 * m.Oscillation, 1)}</td><td class=\"n\">{Fixed(m.Effort, 2)}</td><td class=\"n\">{Fixed(m.Roughness, 2)}</td></tr>\n");
            }

        page.Append("</table></div>\n<p class=\"note\">Error at the end and amplitude of oscillation: over the last 5 s of a part.</p>\n</section>\n");
    }

    private static string Altitude(BlimpResult result)
    {
        Plot plot = Plot(result, "altitude, m");
        double[] x = Times(result);
        ScottPlot.Plottables.Scatter wanted = plot.Add.ScatterLine(x, result.SetPoint);
        (wanted.Color, wanted.LineWidth, wanted.LegendText) = (Conversion.Reporting.Figure.Ink.WithAlpha(0.3), 4, "set-point");
        foreach ((BlimpTrace trace, int i) in result.Traces.Select((t, i) => (t, i)))
        {
            if (result.Replayed && i > 0) continue;
            Line(plot, x, trace.Altitude, i, result.Replayed ? "recorded" : trace.Controller);
        }

        if (!result.Replayed)
        {
            // The fall before the integral has found the buoyancy would make all that follows flat.
            double[] settled = [.. result.Traces.SelectMany(t => t.Altitude.Skip(result.SetPoint.Length > 400 ? 200 : 0))];
            double least = Math.Min(settled.Min(), result.SetPoint.Min()), most = Math.Max(settled.Max(), result.SetPoint.Max()), margin = Math.Max(0.05, 0.06 * (most - least));
            plot.Axes.SetLimits(0, x[^1] + 0.1, least - margin, most + margin);
            foreach (ScenarioPart part in BlimpScenario.Parts.Where(p => result.SetPoint.Length <= BlimpScenario.RoundSteps && p.Start < x[^1]))
            {
                ScottPlot.Plottables.Text name = plot.Add.Text(part.Name, part.Start + 1, most + margin);
                (name.LabelFontColor, name.LabelFontSize, name.LabelAlignment, name.LabelFontName) = (Conversion.Reporting.Figure.Ink, 11, Alignment.UpperLeft, "DejaVu Sans");
                if (part.Start > 0)
                {
                    ScottPlot.Plottables.VerticalLine line = plot.Add.VerticalLine(part.Start);
                    (line.Color, line.LineWidth) = (Conversion.Reporting.Figure.Ink.WithAlpha(0.15), 1);
                }
            }
        }

        plot.ShowLegend(Edge.Right);
        return new Figure().Add(plot, 0, 0, 980, 320).ToInlineSvg("altitude", "Altitude over time, with its set-point");
    }

    private static string Commands(BlimpResult result)
    {
        Plot plot = Plot(result, "u");
        foreach ((BlimpTrace trace, int i) in result.Traces.Select((t, i) => (t, i))) Line(plot, Times(result), trace.Command, i, trace.Controller);
        plot.Axes.SetLimits(0, result.SetPoint.Length * BlimpTiming.ControlSeconds, -Actuator.Limit - 0.2, Actuator.Limit + 0.2);
        plot.ShowLegend(Edge.Right);
        return new Figure().Add(plot, 0, 0, 980, 260).ToInlineSvg("command", "Commands over time");
    }

    private static string Raster(BlimpResult result)
    {
        int steps = result.SetPoint.Length, first = Math.Clamp(RasterStart, 0, Math.Max(0, steps - RasterSteps)), count = Math.Min(RasterSteps, steps - first);
        const int left = 96, row = 3, gap = 14;
        double column = 880.0 / Math.Max(1, count);
        StringBuilder svg = new();
        int top = 4;
        for (int l = 0; l < result.Layers.Count; l++)
        {
            BlimpLayer layer = result.Layers[l];
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 8}\" y=\"{top + row * layer.Neurons / 2 + 4}\" text-anchor=\"end\" font-size=\"12\" fill=\"currentColor\">{Text(layer.Name)}</text>\n<path fill=\"none\" stroke=\"{Conversion.Reporting.Figure.Series[l % Conversion.Reporting.Figure.Series.Count].ToHex()}\" stroke-width=\"{row - 0.6:0.#}\" d=\"");
            bool[,] fired = new bool[layer.Neurons, count];
            for (int t = 0; t < count; t++)
                foreach (int neuron in result.Spikes[l][first + t]) fired[neuron, t] = true;
            for (int neuron = 0; neuron < layer.Neurons; neuron++)
                for (int t = 0; t < count; t++)
                {
                    if (!fired[neuron, t]) continue;
                    int end = t;
                    while (end < count && fired[neuron, end]) end++;
                    svg.Append(CultureInfo.InvariantCulture, $"M{left + t * column:0.#} {top + row * neuron + 1.5:0.#}h{(end - t) * column - (end - t == 1 ? 0.4 : 0):0.#}");
                    t = end;
                }

            svg.Append("\"/>\n");
            top += row * layer.Neurons + gap;
        }

        for (int t = 0; t <= count; t += 50)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + t * column:0.#}\" y=\"{top + 4}\" text-anchor=\"middle\" font-size=\"12\" fill=\"currentColor\">{(first + t) * BlimpTiming.ControlSeconds:0.#}{(t == 0 ? " s" : "")}</text>\n");
        return $"<svg role=\"img\" aria-label=\"Spikes of every neuron over {Fixed(count * BlimpTiming.ControlSeconds, 0)} s\" viewBox=\"0 0 1000 {top + 12}\" style=\"max-width:1000px\">\n{svg}</svg>";
    }

    private static Plot Plot(BlimpResult result, string vertical)
    {
        Plot plot = Conversion.Reporting.Figure.NewPlot("", "s", vertical);
        plot.Axes.SetLimitsX(0, Math.Max(1, result.SetPoint.Length) * BlimpTiming.ControlSeconds);
        // Room for the number of a tick at the very top.
        plot.Axes.Title.MinimumSize = 10;
        return plot;
    }

    private static double[] Times(BlimpResult result) => [.. result.SetPoint.Select((_, t) => t * BlimpTiming.ControlSeconds)];

    private static void Line(Plot plot, double[] x, double[] y, int series, string name)
    {
        ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(x, y);
        (line.Color, line.LineWidth, line.LegendText) = (Conversion.Reporting.Figure.Series[series], 1.3f, name);
    }

    private static string Fixed(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
