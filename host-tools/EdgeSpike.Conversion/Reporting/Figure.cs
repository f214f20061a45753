using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using SkiaSharp;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>
/// A picture of one or more plots in one look: as SVG that follows a reader's light or dark page, and as PNG on white.
/// </summary>
/// <remarks>
/// Plots are drawn in the ink colour <see cref="Ink"/>, which becomes <c>currentColor</c> in SVG; series take
/// <see cref="Series"/>, chosen to read on white and on near black. Letters come from a font inside this assembly,
/// so a machine without fonts draws the same picture. Same plots, same bytes.
/// </remarks>
public sealed partial class Figure
{
    private const string FontName = "DejaVu Sans";
    private const string PageFonts = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

    private static readonly SKTypeface Typeface = LoadTypeface();
    private readonly List<(Plot Plot, int X, int Y, int Width, int Height)> _panels = [];

    static Figure() => Fonts.FontResolvers.Insert(0, new EmbeddedFont());

    /// <summary>The colour of axes and letters; a near black that nothing else uses.</summary>
    public static Color Ink { get; } = Color.FromHex("#010203");

    /// <summary>Colours of series, in order of use.</summary>
    public static IReadOnlyList<Color> Series { get; } =
        [.. new[] { "#3b82d6", "#e0762b", "#2a9d6f", "#c2476b", "#8a63d2", "#a3832a", "#3aa6b9", "#7d8590" }.Select(h => Color.FromHex(h))];

    /// <summary>Width over all panels, in pixels.</summary>
    public int Width => _panels.Max(p => p.X + p.Width);

    /// <summary>Height over all panels, in pixels.</summary>
    public int Height => _panels.Max(p => p.Y + p.Height);

    /// <summary>An empty plot in this look, to be filled and passed to <see cref="Add"/>.</summary>
    public static Plot NewPlot(string title, string horizontal, string vertical)
    {
        Plot plot = new();
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Axes.Color(Ink);
        plot.Grid.MajorLineColor = Ink.WithAlpha(0.12);
        plot.Axes.Right.IsVisible = false;
        plot.Axes.Top.IsVisible = false;
        plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.FontColor = Ink;
        plot.Legend.FontSize = 12;
        plot.Title(title, 14);
        plot.XLabel(horizontal, 12);
        plot.YLabel(vertical, 12);
        foreach (LabelStyle label in (IEnumerable<LabelStyle>)[plot.Axes.Title.Label, plot.Axes.Bottom.Label, plot.Axes.Left.Label]) label.Bold = false;
        plot.Axes.Left.MinimumSize = 66;
        plot.Axes.Left.MinorTickStyle.Length = 0;
        plot.Axes.Bottom.MinorTickStyle.Length = 0;
        plot.Font.Set(FontName);
        plot.Legend.FontName = FontName;
        return plot;
    }

    /// <summary>Puts a plot at a place of the picture.</summary>
    public Figure Add(Plot plot, int x, int y, int width, int height)
    {
        _panels.Add((plot, x, y, width, height));
        return this;
    }

    /// <summary>SVG for a page: no size of its own beyond its proportions, colours from the page.</summary>
    /// <param name="name">Prefix of its ids, unique in the page.</param>
    /// <param name="description">What it shows, for readers who do not see it.</param>
    public string ToInlineSvg(string name, string description) =>
        $"""
        <svg role="img" aria-label="{Escape(description)}" viewBox="0 0 {Width} {Height}" style="max-width:{Width}px">
        {Body(name)}
        </svg>
        """;

    /// <summary>SVG as a file: light or dark with the viewer.</summary>
    public string ToSvgFile(string description) =>
        $$"""
        <?xml version="1.0" encoding="utf-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="{{Width}}" height="{{Height}}" viewBox="0 0 {{Width}} {{Height}}" role="img">
        <title>{{Escape(description)}}</title>
        <style>svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #d8dee4; } }</style>
        {{Body("figure")}}
        </svg>

        """;

    /// <summary>PNG on white, at twice the size in pixels for sharp letters.</summary>
    public byte[] ToPng()
    {
        const float scale = 2;
        using SKSurface surface = SKSurface.Create(new SKImageInfo((int)(Width * scale), (int)(Height * scale)));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(scale);
        foreach ((Plot plot, int x, int y, int width, int height) in _panels)
        {
            // The surface is white already, and clearing it would take the panels before.
            plot.RenderManager.ClearCanvasBeforeEachRender = false;
            plot.Render(surface.Canvas, new PixelRect(x, x + width, y + height, y));
        }

        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private string Body(string name)
    {
        StringBuilder body = new();
        for (int i = 0; i < _panels.Count; i++)
        {
            (Plot plot, int x, int y, int width, int height) = _panels[i];
            string svg = plot.GetSvgXml(width, height);
            svg = svg[(svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1)..svg.LastIndexOf("</svg>", StringComparison.Ordinal)];
            // Ids of one picture would meet those of the next on the same page; and Skia counts them through the process,
            // where the same plot is to be the same text.
            Dictionary<string, int> ids = [];
            svg = Ids().Replace(svg, m =>
            {
                ids.TryAdd(m.Groups[2].Value, ids.Count);
                return $"{m.Groups[1].Value}{name}-{i}-{ids[m.Groups[2].Value]}";
            });
            svg = svg.Replace("#010203", "currentColor", StringComparison.Ordinal).Replace("\"black\"", "\"currentColor\"", StringComparison.Ordinal);
            svg = Texts().Replace(svg, Centre);
            body.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({x} {y})\">\n{svg.Trim()}\n</g>\n");
        }

        return Indents().Replace(body.ToString(), "");
    }

    /// <summary>
    /// Skia places every glyph by the metrics of its font. A viewer has other fonts, so text is placed as a whole, by its
    /// middle.
    /// </summary>
    private static string Centre(Match text)
    {
        float size = float.Parse(text.Groups["size"].Value, CultureInfo.InvariantCulture);
        float first = float.Parse(text.Groups["x"].Value, CultureInfo.InvariantCulture);
        string content = text.Groups["content"].Value.Trim();
        if (content.Length == 0) return "";
        using SKFont font = new(Typeface, size);
        float middle = first + font.MeasureText(System.Net.WebUtility.HtmlDecode(content)) / 2;
        string fill = text.Groups["fill"].Success ? text.Groups["fill"].Value : "currentColor";
        return string.Create(CultureInfo.InvariantCulture, $"<text transform=\"{text.Groups["transform"].Value}\" x=\"{middle:0.##}\" y=\"{text.Groups["y"].Value}\" text-anchor=\"middle\" font-size=\"{size}\" font-family=\"{PageFonts}\" fill=\"{fill}\">{content}</text>");
    }

    private static string Escape(string text) => System.Net.WebUtility.HtmlEncode(text);

    private static SKTypeface LoadTypeface()
    {
        using Stream font = typeof(Figure).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        return SKTypeface.FromStream(font);
    }

    [GeneratedRegex("""((?:\bid="|url\(#|href="#))([\w-]+)""")]
    private static partial Regex Ids();

    [GeneratedRegex("""<text(?: fill="(?<fill>[^"]*)")?[^>]*? transform="(?<transform>[^"]*)" font-size="(?<size>[^"]*)"[^>]*? x="(?<x>[-\d.e]+)[^"]*" y="(?<y>[-\d.e]+)[^"]*">(?<content>[^<]*)</text>""")]
    private static partial Regex Texts();

    [GeneratedRegex("""(?m)^\s+""")]
    private static partial Regex Indents();

    private sealed class EmbeddedFont : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => Typeface;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => Typeface;
    }
}
