using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using ScottPlot;

namespace EdgeSpike.Demos.Memory;

/// <summary>The demo as a picture: the signal as remembered over time, the window at one moment, and the errors.</summary>
public static class MemoryPicture
{
    /// <summary>Draws it.</summary>
    public static Figure Draw(MemoryDemoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new Figure()
            .Add(OverTime(result), 0, 0, 1000, 300)
            .Add(AtOneMoment(result), 0, 300, 500, 300)
            .Add(Errors(result), 500, 300, 500, 300);
    }

    /// <summary>What it shows, in a sentence.</summary>
    public static string Describe(MemoryDemoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return $"A Legendre memory of {result.Shown.Order} integers holds the last {result.Window} ticks of a generated signal";
    }

    private static Plot OverTime(MemoryDemoResult result)
    {
        Plot plot = Figure.NewPlot($"A generated signal, and the past as read from a state of {result.Shown.Order} integers ({Word(result.Shown.Weights)} matrix)", "tick", "");
        int first = result.Ticks / 2;
        // The truth as a broad band, what was read as a line inside it.
        for (int i = 0; i < result.Shares.Count; i++)
        {
            ScottPlot.Plottables.Scatter truth = plot.Add.ScatterLine(Range(first, result.Ticks), Past(result, first, Back(i)));
            truth.Color = Figure.Ink.WithAlpha(i == 0 ? 0.22 : 0.1);
            truth.LineWidth = 6;
            if (i == 0) truth.LegendText = "the signal itself";
        }

        for (int i = 0; i < result.Shares.Count; i++)
        {
            ScottPlot.Plottables.Scatter read = plot.Add.ScatterLine(Range(first, result.Ticks), result.Delayed[i][first..]);
            read.Color = Figure.Series[i];
            read.LineWidth = 1.8f;
            read.LegendText = Back(i) == 0 ? "read: now" : $"read: {Back(i)} ticks ago";
        }

        plot.Axes.SetLimits(first, result.Ticks, -1.25, 1.25);
        plot.ShowLegend(Edge.Right);
        return plot;

        int Back(int i) => (int)Math.Round(result.Shares[i] * result.Window);
    }

    private static Plot AtOneMoment(MemoryDemoResult result)
    {
        Plot plot = Figure.NewPlot($"The whole window at tick {result.Moment}, {Word(result.Shown.Weights)}", "ticks ago", "");
        ScottPlot.Plottables.Scatter truth = plot.Add.ScatterLine(Range(0, result.Window + 1), Enumerable.Range(0, result.Window + 1).Select(back => result.Signal[result.Moment - back]).ToArray());
        truth.Color = Figure.Ink.WithAlpha(0.22);
        truth.LineWidth = 6;
        truth.LegendText = "signal";
        for (int i = 0; i < result.Windows.Count; i++)
        {
            (int order, double[] values) = result.Windows[i];
            ScottPlot.Plottables.Scatter read = plot.Add.ScatterLine(values.Select((_, p) => (double)p * result.Window / (values.Length - 1)).ToArray(), values);
            read.Color = Figure.Series[i];
            read.LineWidth = 1.8f;
            read.LegendText = $"d = {order}";
        }

        plot.Axes.SetLimits(0, result.Window, -1.4, 1.4);
        plot.ShowLegend(Edge.Right);
        return plot;
    }

    private static Plot Errors(MemoryDemoResult result)
    {
        Plot plot = Figure.NewPlot("Error against float64", "", "error of the state, %");
        const double floor = 1e-4;
        WeightType[] widths = [.. result.Cases.Select(c => c.Weights).Distinct()];
        int[] orders = [.. result.Cases.Select(c => c.Order).Distinct()];
        for (int w = 0; w < widths.Length; w++)
        {
            List<Bar> bars = [];
            for (int o = 0; o < orders.Length; o++)
            {
                MemoryCase each = result.Cases.First(c => c.Order == orders[o] && c.Weights == widths[w]);
                bars.Add(new Bar
                {
                    Position = o + 0.4 * (w - (widths.Length - 1) / 2.0), Size = 0.36, FillColor = Figure.Series[w == 0 ? 0 : 2], LineWidth = 0,
                    ValueBase = Math.Log10(floor), Value = Math.Log10(Math.Max(floor, 100 * each.StateError)),
                });
            }

            plot.Add.Bars(bars).LegendText = Word(widths[w]);
        }

        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, orders.Length).Select(o => (double)o)], [.. orders.Select(o => $"d = {o}")]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        double top = Math.Ceiling(Math.Log10(Math.Max(1, 100 * result.Cases.Max(c => c.StateError))));
        double[] decades = [.. Enumerable.Range((int)Math.Log10(floor), (int)(top - Math.Log10(floor)) + 1).Select(d => (double)d)];
        plot.Axes.Left.SetTicks(decades, [.. decades.Select(d => Math.Pow(10, d).ToString("0.####", System.Globalization.CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimits(-0.6, orders.Length - 0.4, Math.Log10(floor), top);
        plot.ShowLegend(Edge.Right);
        return plot;
    }

    /// <summary>The signal as it was so many ticks before each tick.</summary>
    private static double[] Past(MemoryDemoResult result, int first, int back) =>
        [.. Enumerable.Range(first, result.Ticks - first).Select(t => t < back ? 0 : result.Signal[t - back])];

    private static double[] Range(int first, int end) => [.. Enumerable.Range(first, end - first).Select(t => (double)t)];

    internal static string Word(WeightType type) => type.ToString().ToLowerInvariant();
}
