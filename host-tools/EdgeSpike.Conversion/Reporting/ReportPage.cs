using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using ScottPlot;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>
/// The page of a <see cref="ConversionReport"/>: one HTML file without scripts or links, light or dark with the reader.
/// From the verdict downwards each section answers the next question: how much, which layer, when, why, at what cost.
/// </summary>
internal static class ReportPage
{
    public static string Render(ConversionReport report)
    {
        StringBuilder page = new();
        Verdict verdict = Verdict.Of(report);
        page.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,">
            <title>{Text(report.Network)}: conversion report</title>
            <style>
            {ReportStyle.Css}</style>
            </head>
            <body>
            <main>
            <header>
            <h1>{Text(report.Network)}</h1>
            <p>Conversion report: the float64 reference against the integers of the model file, on {Text(report.InputSource)}</p>
            </header>

            """);
        AppendVerdict(page, verdict);
        AppendFigures(page, report);
        AppendWarnings(page, report);
        AppendLayers(page, report);
        AppendTensors(page, report);
        AppendMemory(page, report);
        AppendChoices(page, report);
        page.Append($"""
            <footer>
            Source <code>{Text(Hash(report.SourceHash))}</code> · model <code>{Text(Hash(report.ModelHash))}</code> (SHA-256). The same numbers are in <code>report.json</code>.
            </footer>
            </main>
            </body>
            </html>

            """);
        return page.Replace("\r\n", "\n").ToString();
    }

    private static void AppendVerdict(StringBuilder page, Verdict verdict)
    {
        string[] words = verdict.Headline.Split(':', 2);
        string headline = words.Length == 2 ? $"<b>{Text(words[0])}</b>:{Text(words[1])}" : $"<b>{Text(verdict.Headline)}</b>";
        page.Append($"""
            <section class="verdict {verdict.Trust.ToString().ToLowerInvariant()}">
            <h2><span>Trust it?</span> {headline}</h2>
            <ul>{string.Concat(verdict.Reasons.Select(r => $"<li>{Text(r)}</li>"))}</ul>
            </section>

            """);
    }

    private static void AppendFigures(StringBuilder page, ConversionReport report)
    {
        page.Append("<div class=\"figures\">\n");
        if (report.Samples > 0) Figure("same answers", Verdict.Percent(report.AnswerAgreement));
        if (report.ReferenceAccuracy is double before) Figure("accuracy, float", Verdict.Percent(before));
        if (report.ModelAccuracy is double after) Figure("accuracy, integers", Verdict.Percent(after));
        Figure("samples", Number(report.Samples));
        Figure(report.TickSeconds > 0 ? $"ticks, of {Seconds(report.TickSeconds)}" : "ticks", Number(report.Ticks));
        Figure("model file", Bytes(report.FileBytes));
        Figure("working memory", Bytes(4L * report.ArenaWords));
        Figure("synaptic operations per tick", Number(report.SynapticOperationsPerTick));
        Figure("neuron updates per tick", Number(report.NeuronUpdatesPerTick));
        Figure("arithmetic profile", report.Profile);
        page.Append("</div>\n");

        void Figure(string name, string value) => page.Append($"<div><b>{Text(value)}</b><span>{Text(name)}</span></div>\n");
    }

    private static void AppendWarnings(StringBuilder page, ConversionReport report)
    {
        if (report.Warnings.Count == 0) return;
        page.Append($"<section class=\"warning\">\n<h2>Warnings</h2>\n<ul class=\"plain\">{string.Concat(report.Warnings.Select(w => $"<li>{Text(w)}</li>"))}</ul>\n</section>\n");
    }

    private static void AppendLayers(StringBuilder page, ConversionReport report)
    {
        if (report.Layers.Count == 0) return;
        LayerReport? worst = Verdict.Worst(report);
        bool anyDifference = worst is not null && report.Layers.Count > 1 && (worst.Spikes ? worst.SpikeOverlap < 1 : worst.RelativeError > 0);
        page.Append("""
            <section>
            <h2>Layers</h2>
            <div class="wide"><table>
            <tr><th>layer</th><th>kind</th><th class="n">size</th><th class="n">alike</th><th class="n">spikes in<br>common</th><th class="n">rate,<br>float</th><th class="n">rate,<br>integers</th><th class="n">first<br>difference</th><th class="n">error of<br>values</th><th class="n">one<br>step</th><th class="n">saturations</th></tr>

            """);
        foreach (LayerReport layer in report.Layers)
        {
            string mark = anyDifference && ReferenceEquals(layer, worst) ? " class=\"worst\"" : "";
            string first = layer.FirstDifference < 0 ? "none" : $"tick {layer.FirstDifference}";
            page.Append($"<tr{mark}><td>{Text(layer.Name)}</td><td>{Text(layer.Kind)}</td>{Cell(Number(layer.Size))}");
            page.Append(layer.Spikes
                ? $"{Cell(Verdict.Percent(layer.Agreement))}{Cell(Verdict.Percent(layer.SpikeOverlap))}{Cell(Rate(layer.ReferenceRate))}{Cell(Rate(layer.ModelRate))}{Cell(first)}"
                : $"{Cell("–")}{Cell("–")}{Cell("–")}{Cell("–")}{Cell("–")}");
            page.Append($"{Cell(Verdict.Percent(layer.RelativeError))}{Cell(Small(layer.Step))}{Cell(Number(layer.Saturations))}</tr>\n");
        }

        page.Append("""
            </table></div>
            <p class="note">Alike: share of neurons and ticks with the same spike or none in both. Spikes in common: those that both have over those that either has. Rate: spikes per neuron and tick. One step: real value of one integer step of the membrane or value.</p>
            </section>

            """);

        LayerReport[] spiking = [.. report.Layers.Where(l => l.Spikes)];
        if (spiking.Any(l => l.AgreementOverTime.Count > 1))
            page.Append($"<section>\n<h2>Agreement over time</h2>\n{AgreementPlot(spiking)}\n<p class=\"note\">Share of neurons alike at each tick, over all samples. A line that falls and stays down tells of errors that add up; dips that recover are spikes that come a tick early or late.</p>\n</section>\n");
        if (spiking.Length > 0)
            page.Append($"<section>\n<h2>Spike rates</h2>\n{RatePlot(spiking)}\n<p class=\"note\">Spikes per neuron and tick. A layer that falls silent or fires much more has lost its scale.</p>\n</section>\n");

        LayerReport[] saturating = [.. report.Layers.Where(l => l.Saturations > 0)];
        page.Append("<section>\n<h2>Saturations</h2>\n");
        if (saturating.Length == 0)
        {
            page.Append(report.Saturations == 0
                ? "<p class=\"note\">None: no value met the limit of its integers.</p>\n</section>\n"
                : $"<p class=\"note\">{Number(report.Saturations)}, outside the layers above (inputs or sums between them).</p>\n</section>\n");
            return;
        }

        double most = saturating.Max(l => l.Saturations);
        page.Append("<table>\n<tr><th>layer</th><th class=\"n\">values that met their limit</th></tr>\n");
        foreach (LayerReport layer in saturating)
            page.Append($"<tr><td>{Text(layer.Name)}</td><td class=\"n\">{Number(layer.Saturations)}{Bar(layer.Saturations / most)}</td></tr>\n");
        page.Append("</table>\n<p class=\"note\">Each is a value held at its limit instead of going past it. Few do no harm; many mean that a range was chosen too small.</p>\n</section>\n");
    }

    private static void AppendTensors(StringBuilder page, ConversionReport report)
    {
        if (report.Tensors.Count == 0) return;
        page.Append("""
            <section>
            <h2>Weights</h2>
            <div class="wide"><table>
            <tr><th>connection</th><th>type</th><th class="n">shape</th><th class="n">bytes</th><th class="n">scale, smallest</th><th class="n">largest</th><th class="n">clipped</th><th class="n">range used</th><th class="n">rounding error</th></tr>

            """);
        foreach (TensorReport tensor in report.Tensors)
            page.Append($"<tr><td>{Text(tensor.Name)}</td><td>{Text(tensor.Type)}</td>{Cell(tensor.Shape.Replace('x', '×'))}{Cell(Number(tensor.Bytes))}{Cell(Small(tensor.SmallestScale))}{Cell(Small(tensor.LargestScale))}{Cell(Number(tensor.Clipped))}<td class=\"n\">{Verdict.Percent(tensor.RangeUsed)}{Bar(tensor.RangeUsed)}</td>{Cell(Verdict.Percent(tensor.RelativeError))}</tr>\n");
        page.Append("""
            </table></div>
            <p class="note">Scale: real value of one integer step, per row. Range used: how much of the integers' range the largest weight takes. Rounding error: root mean square, over that of the weights.</p>
            </section>

            """);
    }

    private static void AppendMemory(StringBuilder page, ConversionReport report)
    {
        if (report.Memory.Count == 0) return;
        page.Append($"""
            <section>
            <h2>Memory map</h2>
            {MemoryPicture(report)}
            <p class="note"><span class="key" style="background:{Persistent}"></span>kept between ticks<span class="key" style="background:{Values}"></span>values of a tick<span class="key" style="background:{Events}"></span>events of a tick<span class="key" style="background:{Words}"></span>private words. Across: the operators of a tick in order. Down: the {Number(report.ArenaWords)} words ({Bytes(4L * report.ArenaWords)}) of working memory. Buffers that never live at the same time share their words.</p>
            </section>

            """);
    }

    private static void AppendChoices(StringBuilder page, ConversionReport report)
    {
        if (report.Choices.Count == 0) return;
        page.Append($"<section>\n<h2>Choices made</h2>\n<ul class=\"plain\">{string.Concat(report.Choices.Select(c => $"<li>{Text(c)}</li>"))}</ul>\n<p class=\"note\">Where the source says nothing, something had to be chosen. Most can be set by an option of <code>edgespike convert</code>.</p>\n</section>\n");
    }

    private static string AgreementPlot(LayerReport[] layers)
    {
        Plot plot = Reporting.Figure.NewPlot("", "tick", "share alike, %");
        double lowest = 1;
        int ticks = 2;
        for (int i = 0; i < layers.Length; i++)
        {
            double[] curve = [.. layers[i].AgreementOverTime.Select(a => 100 * a)];
            if (curve.Length == 0) continue;
            lowest = Math.Min(lowest, curve.Min() / 100);
            ticks = Math.Max(ticks, curve.Length);
            ScottPlot.Plottables.Signal line = plot.Add.Signal(curve);
            line.Color = Reporting.Figure.Series[i % Reporting.Figure.Series.Count];
            line.LineWidth = 1.6f;
            line.LinePattern = i < Reporting.Figure.Series.Count ? LinePattern.Solid : LinePattern.Dashed;
            line.MaximumMarkerSize = 0;
            line.LegendText = layers[i].Name;
        }

        // Room below the deepest dip; never a scale on which a thousandth looks like a cliff.
        double margin = Math.Max(1 - lowest, 0.005);
        plot.Axes.SetLimits(0, ticks - 1, 100 * (1 - 1.1 * margin), 100 * (1 + 0.06 * margin));
        plot.ShowLegend(Edge.Right);
        return new Figure().Add(plot, 0, 0, 980, Math.Max(300, 60 + 18 * layers.Length)).ToInlineSvg("agreement", "Agreement of each layer over time");
    }

    private static string RatePlot(LayerReport[] layers)
    {
        Plot plot = Reporting.Figure.NewPlot("", "", "spikes per neuron and tick");
        Bars("float64 reference", -0.19, l => l.ReferenceRate, Reporting.Figure.Series[7]);
        Bars("integers", 0.19, l => l.ModelRate, Reporting.Figure.Series[0]);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, layers.Length).Select(i => (double)i)], [.. layers.Select(l => Shortened(l.Name, layers.Length))]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        if (layers.Length > 10)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = 45;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
        }

        plot.HideGrid();
        plot.Grid.YAxisStyle.IsVisible = true;
        double top = layers.Max(l => Math.Max(l.ReferenceRate, l.ModelRate));
        plot.Axes.SetLimits(-0.6, layers.Length - 0.4, 0, top > 0 ? 1.1 * top : 1);
        plot.ShowLegend(Edge.Right);
        return new Figure().Add(plot, 0, 0, 980, 280).ToInlineSvg("rates", "Spike rates of each layer in the reference and in the model");

        void Bars(string name, double shift, Func<LayerReport, double> rate, Color color)
        {
            List<Bar> bars = [.. layers.Select((l, i) => new Bar { Position = i + shift, Value = rate(l), Size = 0.36, FillColor = color, LineWidth = 0 })];
            plot.Add.Bars(bars).LegendText = name;
        }
    }

    private const string Persistent = "#3b82d6", Values = "#2a9d6f", Events = "#e0762b", Words = "#8a63d2";

    /// <summary>Buffers as rectangles: operators across, words of the arena down, the gap of unused words left open.</summary>
    private static string MemoryPicture(ConversionReport report)
    {
        const int left = 64, top = 8, width = 900, bottom = 34;
        int operators = Math.Max(1, report.Memory.Max(b => b.To) + 1);
        int words = Math.Max(1, report.ArenaWords);
        int height = Math.Clamp(24 * report.Memory.Count, 160, 420);
        double column = (double)width / (operators + 1), row = (double)height / words;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"memory\" role=\"img\" aria-label=\"Buffers over operators and words of the arena\" viewBox=\"0 0 {left + width + 8} {top + height + bottom}\" style=\"max-width:{left + width + 8}px\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" fill=\"none\" d=\"M{left} {top}V{top + height}H{left + width}\"/>\n");
        foreach (double share in (double[])[0, 0.5, 1])
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 8}\" y=\"{top + share * height + 4:0.#}\" text-anchor=\"end\">{Number(Math.Round(share * words))}</text>\n");

        int every = Math.Max(1, (operators + 1) / 20);
        for (int i = -1; i < operators; i += every)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + (i + 1.5) * column:0.#}\" y=\"{top + height + 15}\" text-anchor=\"middle\">{(i < 0 ? "in" : i.ToString(CultureInfo.InvariantCulture))}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + width / 2}\" y=\"{top + height + 31}\" text-anchor=\"middle\">operator</text>\n");

        foreach (MemoryReport buffer in report.Memory.OrderBy(b => b.Offset).ThenBy(b => b.From))
        {
            double x = left + (buffer.Persistent ? 0 : (buffer.From + 1) * column);
            double end = left + (buffer.Persistent ? width : (buffer.To + 2) * column);
            double y = top + buffer.Offset * row, tall = Math.Max(1, buffer.Words * row);
            string color = buffer.Persistent ? Persistent : buffer.Kind switch { "events" => Events, "words" => Words, _ => Values };
            svg.Append(CultureInfo.InvariantCulture, $"<g><title>{Text(buffer.Name)}: {buffer.Kind}, words {buffer.Offset} to {buffer.Offset + buffer.Words - 1}, {(buffer.Persistent ? "kept between ticks" : $"operators {buffer.From} to {buffer.To}")}</title><rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{end - x:0.#}\" height=\"{tall:0.#}\" fill=\"{color}\"/>");
            int letters = (int)((end - x - 12) / 6.6);
            if (tall >= 13 && letters >= 3)
                svg.Append(CultureInfo.InvariantCulture, $"<text class=\"label\" x=\"{x + 6:0.#}\" y=\"{y + tall / 2 + 4:0.#}\">{Text(Clip(buffer.Name, letters))}</text>");
            svg.Append("</g>\n");
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Cell(string text) => $"<td class=\"n\">{Text(text)}</td>";

    private static string Bar(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"<span class=\"bar\"><i style=\"width:{100 * Math.Clamp(share, 0, 1):0.#}%\"></i></span>");

    private static string Clip(string text, int letters) => text.Length <= letters ? text : text[..(letters - 1)] + "…";

    /// <summary>The end of a name says which layer, so that is what is kept.</summary>
    private static string Shortened(string name, int layers)
    {
        int letters = layers > 10 ? 18 : Math.Max(8, 110 / Math.Max(1, layers));
        return name.Length <= letters ? name : "…" + name[^(letters - 1)..];
    }

    private static string Number(double value) => value.ToString(value == Math.Floor(value) ? "#,0" : Math.Abs(value) < 10 ? "0.00" : Math.Abs(value) < 1000 ? "0.0" : "#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    private static string Rate(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Small(double value) => value switch
    {
        0 => "–",
        >= 0.01 and < 1000 => value.ToString("0.####", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00e0", CultureInfo.InvariantCulture),
    };

    private static string Bytes(long bytes) => bytes < 10_000 ? $"{Number(bytes)} B" : bytes < 10_000_000 ? $"{(bytes / 1000.0).ToString("0.0", CultureInfo.InvariantCulture)} kB" : $"{(bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} MB";

    private static string Seconds(double seconds) => seconds switch
    {
        >= 1 => $"{seconds.ToString("0.###", CultureInfo.InvariantCulture)} s",
        >= 1e-3 => $"{(1e3 * seconds).ToString("0.###", CultureInfo.InvariantCulture)} ms",
        _ => $"{(1e6 * seconds).ToString("0.###", CultureInfo.InvariantCulture)} µs",
    };

    private static string Hash(string hash) => hash.Length == 0 ? "made in memory" : hash.Length > 16 ? hash[..16] + "…" : hash;

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
