using System;
using System.Globalization;
using System.IO;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Demos.Blimp;

/// <summary>
/// A recorded flight at 30 Hz: the columns k, t_s, u (motor units), h_detrended_m (m). Untrusted: gaps in the samples, a clock that is not
/// 30 Hz, levels that no motor has and altitudes that are not metres are refused by line.
/// </summary>
public sealed class FlightFile
{
    private FlightFile(string name, double[] command, double[] altitude) => (Name, Command, Altitude) = (name, command, altitude);

    /// <summary>Name of the file without folder and extension.</summary>
    public string Name { get; }

    /// <summary>u[k], motor units.</summary>
    public double[] Command { get; }

    /// <summary>h[k], m, mean removed.</summary>
    public double[] Altitude { get; }

    /// <summary>Reads a flight.</summary>
    /// <exception cref="ConversionException">Missing, not this table, or a sample that can't be; names the row.</exception>
    public static FlightFile Read(string path)
    {
        CsvTable table = CsvTable.Read(path);
        string[] wanted = ["k", "t_s", "u", "h_detrended_m"];
        int[] at = new int[wanted.Length];
        for (int i = 0; i < wanted.Length; i++)
        {
            at[i] = -1;
            for (int c = 0; c < table.Header.Count; c++)
                if (table.Header[c] == wanted[i]) at[i] = c;
            if (at[i] < 0)
                throw new ConversionException(ErrorCode.WrongFormat, path, $"it has no column '{wanted[i]}'", "give a flight with the columns k, t_s, u, h_detrended_m");
        }

        if (table.Rows < 3) throw new ConversionException(ErrorCode.Damaged, path, "it has fewer than 3 samples", "give a whole flight");
        double[] command = new double[table.Rows], altitude = new double[table.Rows];
        for (int row = 0; row < table.Rows; row++)
        {
            double k = table.Values[row * table.Columns + at[0]], t = table.Values[row * table.Columns + at[1]];
            double u = table.Values[row * table.Columns + at[2]], h = table.Values[row * table.Columns + at[3]];
            string where = string.Create(CultureInfo.InvariantCulture, $"{path}, sample {row}");
            if (k != row)
                throw new ConversionException(ErrorCode.Damaged, where, string.Create(CultureInfo.InvariantCulture, $"the row is numbered {k}: samples are missing or doubled"), "give a recording without gaps");
            if (Math.Abs(t - row * BlimpTiming.PlantSeconds) > 0.002)
                throw new ConversionException(ErrorCode.Damaged, where, string.Create(CultureInfo.InvariantCulture, $"its time is {t} s where {row * BlimpTiming.PlantSeconds:F4} s belongs"), "give seconds at 30 Hz");
            if (Math.Abs(u) > 10)
                throw new ConversionException(ErrorCode.ParameterRange, where, string.Create(CultureInfo.InvariantCulture, $"u is {u}"), "give motor units, -3 to 3 (0.33 V each)");
            if (Math.Abs(h) > 30)
                throw new ConversionException(ErrorCode.ParameterRange, where, string.Create(CultureInfo.InvariantCulture, $"the altitude is {h}"), "give metres");
            (command[row], altitude[row]) = (u, h);
        }

        return new FlightFile(Path.GetFileNameWithoutExtension(path), command, altitude);
    }

    /// <summary>The six flights of a data folder, or null when it has none.</summary>
    /// <param name="folder">Holds blimp_sysid_1.csv … blimp_sysid_6.csv.</param>
    public static FlightFile[]? ReadAll(string? folder)
    {
        if (folder is null || !File.Exists(Path.Combine(folder, "blimp_sysid_1.csv"))) return null;
        FlightFile[] flights = new FlightFile[6];
        for (int i = 0; i < flights.Length; i++)
            flights[i] = Read(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"blimp_sysid_{i + 1}.csv")));
        return flights;
    }

    /// <summary>
    /// Root mean square of the recorded altitude minus the range model's, from the recorded command alone: the difference equation from
    /// k = 2 on with h[0] = h[1] = 0, a constant offset removed.
    /// </summary>
    public double OpenLoopError()
    {
        RangeModel model = new();
        model.Reset(0);
        model.Remember(Command[1], Command[0]);
        double sum = 0, squares = 0;
        for (int k = 0; k < Altitude.Length; k++)
        {
            double difference = Altitude[k] - (k < 2 ? 0 : model.StepOnce(Command[k]));
            sum += difference;
            squares += difference * difference;
        }

        double mean = sum / Altitude.Length;
        return Math.Sqrt(squares / Altitude.Length - mean * mean);
    }
}
