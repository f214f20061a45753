using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Demos.Har;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeSpike.Cli.Terminal;

/// <summary>The wrist's demo as it runs: the answer of this window, how sure it is, what each layer does, and the answers before.</summary>
internal sealed class HarView(HarModel model, string source, bool confident, int windows)
{
    private const int Recent = 8, Bar = 30;

    private readonly List<HarAnswer> _answers = [];

    /// <summary>Adds an answer, and gives the picture with it.</summary>
    public IRenderable Add(HarAnswer answer)
    {
        _answers.Add(answer);
        int right = _answers.Count(a => a.Answer == a.Label);
        List<IRenderable> parts =
        [
            new Text(source + "\n"),
            new Markup($"[bold]{Markup.Escape(Name(answer.Answer)),-12}[/] {(answer.Answer == answer.Label ? "[green]right[/]" : $"[red]wrong: {Markup.Escape(Name(answer.Label))}[/]")}\n"),
            Meter("sure", confident ? answer.Confidence : null, confident ? $"{100 * answer.Confidence:0} %" : "not calibrated"),
            Meter("ticks", (double)answer.Ticks / model.Ticks, $"{answer.Ticks} of {model.Ticks}"),
            Layers(answer),
            Before(),
            new Text($"window {_answers.Count} of {windows}, {right} right ({100.0 * right / _answers.Count:0.0} %), {Units.Number(Math.Round(_answers.Average(a => a.SynapticOperations)))} synaptic operations a window"),
        ];
        return new Rows(parts);
    }

    private static string Name(int activity) => HarWindows.ActivityNames[activity];

    private static Markup Meter(string name, double? share, string text)
    {
        int full = (int)Math.Round(Bar * Math.Clamp(share ?? 0, 0, 1));
        return new Markup($"{name,-6} [blue]{new string('█', full)}[/][dim]{new string('·', Bar - full)}[/] {Markup.Escape(text)}");
    }

    private Table Layers(HarAnswer answer)
    {
        Table table = new() { Border = TableBorder.Simple, ShowHeaders = true };
        foreach (string head in (string[])["layer", "neurons", "spikes", "per neuron and tick", ""]) table.AddColumn(new TableColumn(new Markup($"[bold]{head}[/]")) { NoWrap = true, Alignment = head is "layer" or "" ? Justify.Left : Justify.Right });
        double[] rates = [.. model.Layers.Select((l, i) => (double)answer.Spikes[i] / (l.Neurons * (double)answer.Ticks))];
        // At half a spike a tick the bar is full: few neurons do more.
        for (int i = 0; i < rates.Length; i++)
            table.AddRow(new Text(model.Layers[i].Name), new Text($"{model.Layers[i].Neurons}"), new Text($"{answer.Spikes[i]}"), new Text(rates[i].ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)), new Markup($"[yellow]{new string('█', (int)Math.Round(20 * Math.Min(1, 2 * rates[i])))}[/]"));
        return table;
    }

    private Table Before()
    {
        Table table = new() { Border = TableBorder.Simple, ShowHeaders = true };
        foreach (string head in (string[])["the hand did", "answer", "sure", "ticks"]) table.AddColumn(new TableColumn(new Markup($"[bold]{head}[/]")) { NoWrap = true, Alignment = head is "sure" or "ticks" ? Justify.Right : Justify.Left });
        foreach (HarAnswer each in _answers.TakeLast(Recent))
            table.AddRow(new Text(Name(each.Label)), new Markup(each.Answer == each.Label ? $"[green]{Name(each.Answer)}[/]" : $"[red]{Name(each.Answer)}[/]"), new Text(confident ? $"{100 * each.Confidence:0} %" : "–"), new Text($"{each.Ticks}"));
        // The picture keeps its height from the first answer on.
        for (int i = _answers.Count; i < Recent; i++) table.AddEmptyRow();
        return table;
    }
}
