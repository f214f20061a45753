using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace EdgeSpike.Conversion.Files;

/// <summary>
/// A table of numbers as text: one row per line, separated by comma, semicolon or tab, with or without a line of names.
/// Empty lines and lines that begin with # are skipped. The decimal sign is a point.
/// </summary>
/// <remarks>The separator is the one that the first line has: tab before semicolon before comma. A first line with anything that is not a number is the header.</remarks>
public sealed class CsvTable
{
    private CsvTable(IReadOnlyList<string> header, int rows, int columns, double[] values)
    {
        Header = header;
        Rows = rows;
        Columns = columns;
        Values = values;
    }

    /// <summary>Names of the columns, or empty.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>Number of rows, 1 or more.</summary>
    public int Rows { get; }

    /// <summary>Number of columns, 1 or more.</summary>
    public int Columns { get; }

    /// <summary>[Rows x Columns] row-major, all finite.</summary>
    public double[] Values { get; }

    /// <summary>The values as an array [Rows, Columns].</summary>
    public NumericArray ToArray() => NumericArray.From(Values, Rows, Columns);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConversionException">Missing; or a cell, named by line and column, is not a finite number.</exception>
    public static CsvTable Read(string path) => Parse(InputFile.ReadAllBytes(path), path);

    /// <summary>Reads the content of a file; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="ConversionException">A cell, named by line and column, is not a finite number, or the rows differ in length.</exception>
    public static CsvTable Parse(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (bytes.Contains((byte)0))
            throw new ConversionException(ErrorCode.WrongFormat, where, "it is not text", "give a table of numbers as text, or a .npy file");
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(bytes);
        List<string> header = [];
        List<double> values = [];
        int rows = 0, columns = 0, line = 0;
        char separator = '\0';
        foreach (ReadOnlySpan<char> untrimmed in text.EnumerateLines())
        {
            line++;
            ReadOnlySpan<char> row = untrimmed.Trim(' ');
            if (row.IsWhiteSpace() || row[0] == '#') continue;
            if (separator == '\0')
            {
                separator = row.Contains('\t') ? '\t' : row.Contains(';') ? ';' : ',';
                if (IsHeader(row, separator))
                {
                    foreach (Range cell in row.Split(separator)) header.Add(row[cell].Trim().Trim('"').ToString());
                    columns = header.Count;
                    continue;
                }
            }

            int column = 0;
            foreach (Range range in row.Split(separator))
            {
                column++;
                ReadOnlySpan<char> cell = row[range].Trim().Trim('"');
                if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                    throw new ConversionException(ErrorCode.WrongFormat, $"{where}, line {line}, column {column}", $"'{Shorten(cell)}' is not a number", cell.Contains(',') ? "use a point as the decimal sign" : "correct the cell");
                if (!double.IsFinite(value))
                    throw new ConversionException(ErrorCode.NotFinite, $"{where}, line {line}, column {column}", $"the value is {value}", "replace or leave out missing readings");
                values.Add(value);
            }

            if (columns == 0) columns = column;
            if (column != columns)
                throw new ConversionException(ErrorCode.Damaged, $"{where}, line {line}", $"{column} columns where {columns} belong", "every line has the same number of columns");
            rows++;
        }

        if (rows == 0) throw new ConversionException(ErrorCode.WrongFormat, where, "there is no row of numbers", "give a table with at least one");
        return new CsvTable(header, rows, columns, [.. values]);
    }

    // A header has a cell that is not a number; "nan" counts as a number, so that a bad reading in line 1 is reported.
    private static bool IsHeader(ReadOnlySpan<char> row, char separator)
    {
        foreach (Range range in row.Split(separator))
        {
            ReadOnlySpan<char> cell = row[range].Trim().Trim('"');
            if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && !cell.IsEmpty) return true;
        }

        return false;
    }

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 24 ? text.ToString() : string.Concat(text[..24], "...");
}
