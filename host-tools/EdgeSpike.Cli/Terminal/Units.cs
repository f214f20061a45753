using System.Globalization;

namespace EdgeSpike.Cli.Terminal;

/// <summary>Numbers as people read them, with a point whatever the machine's language.</summary>
internal static class Units
{
    /// <summary>As "12,345" or "3.25".</summary>
    public static string Number(double value) =>
        value.ToString(value == System.Math.Floor(value) || System.Math.Abs(value) >= 1000 ? "#,0" : "0.##", CultureInfo.InvariantCulture);

    /// <summary>As "139.3 kB".</summary>
    public static string Bytes(long bytes) => bytes < 10_000
        ? $"{Number(bytes)} B"
        : bytes < 10_000_000 ? $"{(bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture)} kB" : $"{(bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} MB";

    /// <summary>As "1.25 ms".</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        0 => "0",
        >= 1 => $"{seconds.ToString("0.###", CultureInfo.InvariantCulture)} s",
        >= 1e-3 => $"{(1e3 * seconds).ToString("0.###", CultureInfo.InvariantCulture)} ms",
        >= 1e-6 => $"{(1e6 * seconds).ToString("0.##", CultureInfo.InvariantCulture)} µs",
        _ => $"{(1e9 * seconds).ToString("0", CultureInfo.InvariantCulture)} ns",
    };

    /// <summary>As "12.3 G".</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        >= 1e9 => $"{(perSecond / 1e9).ToString("0.00", CultureInfo.InvariantCulture)} G",
        >= 1e6 => $"{(perSecond / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} M",
        _ => $"{(perSecond / 1e3).ToString("0.0", CultureInfo.InvariantCulture)} k",
    };
}
