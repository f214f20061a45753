using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace EdgeSpike.Demos.Har;

/// <summary>One reading of a sensor.</summary>
/// <param name="Timestamp">ns of the device's clock.</param>
/// <param name="X">In m/s² or rad/s.</param>
/// <param name="Y">As <paramref name="X"/>.</param>
/// <param name="Z">As <paramref name="X"/>.</param>
public readonly record struct WisdmReading(long Timestamp, double X, double Y, double Z);

/// <summary>
/// Reads the data set's text: one reading a line, <c>subject,activity,timestamp,x,y,z;</c>. Damaged lines are left out,
/// counted and named; the rest of the file is used.
/// </summary>
public sealed class WisdmText
{
    /// <summary>Damaged lines that are named; more are only counted.</summary>
    public const int MostNamed = 20;

    // A letter for each of the 18 activities: A to S without N.
    private const string AllActivities = "ABCDEFGHIJKLMOPQRS";

    /// <summary>Lines that hold something.</summary>
    public long Lines { get; private set; }

    /// <summary>Lines that were left out because they are damaged.</summary>
    public long Damaged { get; private set; }

    /// <summary>The first damaged lines: "file, line 3: what is wrong".</summary>
    public List<string> Named { get; } = [];

    /// <summary>Reads a file; the readings of each of the seven activities of the hand, by label, in the file's order.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="file">Its name, for what is said of damaged lines.</param>
    /// <param name="subject">Whose file it is; lines of others are damaged.</param>
    public List<WisdmReading>[] Read(TextReader reader, string file, int subject)
    {
        ArgumentNullException.ThrowIfNull(reader);
        List<WisdmReading>[] readings = new List<WisdmReading>[HarWindows.Classes];
        for (int c = 0; c < readings.Length; c++) readings[c] = [];
        int number = 0;
        while (reader.ReadLine() is string line)
        {
            number++;
            ReadOnlySpan<char> text = line.AsSpan().Trim();
            if (text.IsEmpty) continue;
            Lines++;
            if (!TryReadLine(text, subject, out char activity, out WisdmReading reading, out string? error))
            {
                Damaged++;
                if (Named.Count < MostNamed) Named.Add($"{file}, line {number}: {error}");
                continue;
            }

            int label = HarWindows.ActivityCodes.IndexOf(activity, StringComparison.Ordinal);
            if (label >= 0) readings[label].Add(reading);
        }

        return readings;
    }

    /// <summary>Reads "1600,A,90426708196641,7.09,-0.59,8.19;". False: not such a line; <paramref name="error"/> says why.</summary>
    internal static bool TryReadLine(ReadOnlySpan<char> text, int subject, out char activity, out WisdmReading reading, out string? error)
    {
        activity = default;
        reading = default;
        if (text[^1] != ';')
        {
            error = "it does not end in ';'";
            return false;
        }

        Span<Range> cells = stackalloc Range[7];
        ReadOnlySpan<char> body = text[..^1];
        int count = body.Split(cells, ',');
        if (count != 6)
        {
            error = $"{(count == 7 ? "more than 6" : count)} cells where there must be 6";
            return false;
        }

        ReadOnlySpan<char> first = body[cells[0]].Trim(), second = body[cells[1]].Trim(), third = body[cells[2]].Trim();
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int who) || who != subject) error = $"subject '{first}' in the file of {subject}";
        else if (second.Length != 1 || !AllActivities.Contains(second[0], StringComparison.Ordinal)) error = $"activity '{second}' is none of A to S";
        else if (!long.TryParse(third, NumberStyles.None, CultureInfo.InvariantCulture, out long time)) error = $"timestamp '{third}' is not a number of nanoseconds";
        else if (!TryReadNumber(body[cells[3]], out double x, out error) || !TryReadNumber(body[cells[4]], out double y, out error) || !TryReadNumber(body[cells[5]], out double z, out error)) return false;
        else
        {
            activity = second[0];
            reading = new WisdmReading(time, x, y, z);
            return true;
        }

        return false;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out double value, out string? error)
    {
        error = null;
        if (double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)) return true;
        error = $"'{text.Trim()}' is not a finite number";
        return false;
    }
}
