using System.Collections.Generic;
using System.Linq;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeSpike.Cli.Terminal;

/// <summary>Tables of one look: no frame but a rule under the heads, numbers to the right. Content is text, never markup.</summary>
internal static class Tables
{
    /// <summary>A table. A head that begins with '&gt;' is of a column of numbers.</summary>
    public static Table Of(IEnumerable<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new() { Border = TableBorder.Simple, ShowHeaders = true };
        foreach (string head in heads)
        {
            bool number = head.StartsWith('>');
            TableColumn column = new(new Markup($"[bold]{Markup.Escape(number ? head[1..] : head)}[/]")) { NoWrap = number, Alignment = number ? Justify.Right : Justify.Left };
            table.AddColumn(column);
        }

        foreach (IReadOnlyList<string> row in rows) table.AddRow(row.Select(cell => (IRenderable)new Text(cell)));
        return table;
    }

    /// <summary>A title above a table or picture.</summary>
    public static void Title(IAnsiConsole console, string text)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(text)}[/]");
    }

    /// <summary>Plain text in one line, however long.</summary>
    public static void Line(IAnsiConsole console, string text)
    {
        // Written past the wrapping of paragraphs: scripts read lines.
        console.Profile.Out.Writer.WriteLine(text);
    }
}
