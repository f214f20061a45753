using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Inspection;

namespace EdgeSpike.Cli.Terminal;

/// <summary>
/// The arena as a picture in letters: a line for each buffer by its words, a column for each operator. What stands below
/// each other at different columns shares its words.
/// </summary>
internal static class MemoryMap
{
    private const int MostColumns = 60;

    /// <summary>The lines of the picture.</summary>
    public static IEnumerable<string> Draw(ModelDescription model)
    {
        int steps = model.Operators.Count + 1;
        int columns = Math.Min(steps, MostColumns);
        int nameWidth = Math.Clamp(model.Buffers.Max(b => b.Name.Length), 6, 32);
        int digits = Math.Max(5, (model.ArenaWords - 1).ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        yield return $"{"words".PadLeft(2 * digits + 3)}  {"buffer".PadRight(nameWidth)}  {(steps <= MostColumns ? "in, then operators 0, 1, ..." : $"in, then {steps - 1} operators, {Math.Ceiling((double)steps / columns):0} or fewer a column")}";
        foreach (BufferDescription buffer in model.Buffers.OrderBy(b => b.Offset).ThenBy(b => b.From))
        {
            StringBuilder line = new();
            for (int c = 0; c < columns; c++)
            {
                int first = c * steps / columns - 1, last = Math.Max(first, (c + 1) * steps / columns - 2);
                line.Append(buffer.Persistent ? '#' : buffer.From <= last && buffer.To >= first ? '=' : '.');
            }

            string name = buffer.Name.Length <= nameWidth ? buffer.Name : "…" + buffer.Name[^(nameWidth - 1)..];
            yield return $"{buffer.Offset.ToString().PadLeft(digits)} - {(buffer.Offset + buffer.Words - 1).ToString().PadLeft(digits)}  {name.PadRight(nameWidth)}  {line}";
        }

        yield return "# kept between ticks   = in use   . words free for others";
    }
}
