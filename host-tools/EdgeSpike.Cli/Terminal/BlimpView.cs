using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Demos.Blimp;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeSpike.Cli.Terminal;

/// <summary>The blimp's demo as it runs: the last twenty seconds of altitude and command of both controllers, and the spikes.</summary>
internal sealed class BlimpView(BlimpDemo demo, BlimpModel model, string source)
{
    private const int Columns = 100, Window = 2 * Columns, AltitudeRows = 9, CommandRows = 6, RasterRows = 2;

    /// <summary>The picture as of now.</summary>
    public IRenderable Draw()
    {
        int first = Math.Max(0, demo.Done - Window);
        double[] setPoint = Recent(demo.SetPoint, first), classical = Recent(demo.Altitude(0), first), spiking = Recent(demo.Altitude(1), first);
        double error0 = Error(setPoint, classical), error1 = Error(setPoint, spiking);
        List<IRenderable> parts =
        [
            new Text($"{source}: {demo.Part}, {BlimpTiming.ControlSeconds * demo.Done:0.0} of {BlimpTiming.ControlSeconds * demo.Steps:0} s\n"),
            new Markup($"[bold]altitude, m[/]   [dim]·[/] set-point   [blue]p[/] PID ({100 * error0:0.0} cm off)   [yellow]o[/] spiking ({100 * error1:0.0} cm off)"),
            Chart([(setPoint, '·'), (classical, 'p'), (spiking, 'o')], AltitudeRows),
            new Markup("[bold]command u[/]"),
            Chart([(Recent(demo.Command(0), first), 'p'), (Recent(demo.Command(1), first), 'o')], CommandRows),
            new Markup($"[bold]spikes[/]   the last {Window * BlimpTiming.ControlSeconds:0} s, a dot for any of {Group(model.Layers.Count > 0 ? model.Layers[0].Neurons : 0)} neurons"),
        ];
        for (int l = 0; l < model.Layers.Count; l++) parts.AddRange(Raster(model.Layers[l], demo.Spikes(l), first));
        return new Rows(parts);
    }

    private static double Error(double[] setPoint, double[] altitude) => altitude.Select((h, t) => Math.Abs(h - setPoint[t])).DefaultIfEmpty(0).Average();

    // The window is full from the start: what was not yet is what was first.
    private static double[] Recent(ReadOnlySpan<double> all, int first)
    {
        double[] recent = new double[Window];
        for (int i = 0; i < Window; i++) recent[i] = all.IsEmpty ? 0 : all[Math.Min(first + i, all.Length - 1)];
        return recent;
    }

    private static Markup Chart(IReadOnlyList<(double[] Values, char Sign)> series, int rows) => new(string.Join('\n', TextChart.Draw(series, Columns, rows).Select(Colour)));

    private static string Colour(string line)
    {
        int at = line.IndexOf('│', StringComparison.Ordinal) + 1;
        return Markup.Escape(line[..at]) + string.Concat(line[at..].Select(c => c switch { 'p' => "[blue]p[/]", 'o' => "[yellow]o[/]", '·' => "[dim]·[/]", _ => $"{c}" }));
    }

    private static int Group(int neurons) => Math.Max(1, (neurons + 4 * RasterRows - 1) / (4 * RasterRows));

    // Braille: two steps a column, four groups of neurons a row.
    private static IEnumerable<IRenderable> Raster(BlimpLayer layer, IReadOnlyList<int[]> spikes, int first)
    {
        int group = Group(layer.Neurons);
        char[][] rows = [.. Enumerable.Range(0, RasterRows).Select(_ => Enumerable.Repeat('\u2800', Columns).ToArray())];
        int[] dots = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
        for (int t = first; t < spikes.Count; t++)
            foreach (int neuron in spikes[t])
            {
                int y = Math.Min(neuron / group, 4 * RasterRows - 1), x = t - first;
                rows[y / 4][x / 2] |= (char)dots[x % 2 * 4 + y % 4];
            }

        for (int r = 0; r < RasterRows; r++) yield return new Text($"{(r == 0 ? layer.Name : ""),-10} {new string(rows[r])}");
    }
}
