using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Reporting;
using ScottPlot;

namespace EdgeSpike.Training.Har;

/// <summary>A training as a picture: loss and accuracy over the epochs, stage after stage.</summary>
public static class HarTrainingPicture
{
    /// <summary>Draws it.</summary>
    public static Figure Draw(IReadOnlyList<HarTrainingEpoch> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        Plot loss = Figure.NewPlot("Loss of the windows learnt from", "epoch", ""), right = Figure.NewPlot("Right, of the windows learnt from as they are changed", "epoch", "%");
        double first = 1;
        int series = 0;
        foreach (IGrouping<string, HarTrainingEpoch> stage in log.GroupBy(e => e.Stage))
        {
            HarTrainingEpoch[] epochs = [.. stage];
            double[] x = [.. epochs.Select((_, i) => first + i)];
            Add(loss, x, [.. epochs.Select(e => e.Result.Loss)], stage.Key, series, MarkerShape.FilledCircle);
            Add(right, x, [.. epochs.Select(e => 100 * e.Result.Accuracy)], stage.Key, series, MarkerShape.FilledCircle);
            (double X, double Y)[] judged = [.. epochs.Select((e, i) => (first + i, 100 * e.Result.Validation)).Where(p => !double.IsNaN(p.Item2))];
            if (judged.Length > 0) Add(right, [.. judged.Select(p => p.X)], [.. judged.Select(p => p.Y)], $"{stage.Key}, validation", series, MarkerShape.OpenCircle);
            first += epochs.Length;
            series++;
        }

        loss.ShowLegend(Edge.Right);
        right.ShowLegend(Edge.Right);
        return new Figure().Add(loss, 0, 0, 800, 280).Add(right, 0, 280, 800, 280);
    }

    private static void Add(Plot plot, double[] x, double[] y, string name, int series, MarkerShape shape)
    {
        ScottPlot.Plottables.Scatter line = plot.Add.Scatter(x, y);
        line.Color = Figure.Series[series % Figure.Series.Count];
        line.MarkerShape = shape;
        line.MarkerSize = 4;
        line.LineWidth = 1.6f;
        line.LegendText = name;
    }
}
