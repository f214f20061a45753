using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace EdgeSpike.Cli.Terminal;

/// <summary>Lines over time in letters: what comes first in the list is drawn first, later ones over it.</summary>
internal static class TextChart
{
    /// <summary>The lines of the chart, its scale on the left.</summary>
    /// <param name="series">Values and the sign each is drawn with; all of one length.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static IEnumerable<string> Draw(IReadOnlyList<(double[] Values, char Sign)> series, int width, int height)
    {
        double top = series.Max(s => s.Values.Max()), bottom = series.Min(s => s.Values.Min());
        double span = top > bottom ? top - bottom : 1;
        char[][] rows = [.. Enumerable.Range(0, height).Select(_ => Enumerable.Repeat(' ', width).ToArray())];
        foreach ((double[] values, char sign) in series)
            for (int column = 0; column < width; column++)
            {
                double value = values[(int)((long)column * (values.Length - 1) / Math.Max(1, width - 1))];
                rows[(int)Math.Round((top - value) / span * (height - 1))][column] = sign;
            }

        for (int row = 0; row < height; row++)
        {
            string scale = row == 0 || row == height - 1 || row == height / 2 ? (top - span * row / (height - 1)).ToString("0.00", CultureInfo.InvariantCulture) : "";
            yield return $"{scale,6} │{new string(rows[row]).TrimEnd()}";
        }
    }
}
