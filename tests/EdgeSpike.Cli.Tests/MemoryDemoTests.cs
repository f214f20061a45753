using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using EdgeSpike.Demos.Memory;
using Xunit;

namespace EdgeSpike.Tests;

public sealed class MemoryDemoTests : IDisposable
{
    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Integers_follow_float64_for_every_order_and_width()
    {
        Outcome demo = Edgespike.Run("demo", "memory", "--svg", _cli["m.svg"], "--report", _cli["r"], "--json");
        Assert.True(demo.Status == 0, demo.Error);
        Assert.Equal(["m.png", "m.svg", "r/report.html", "r/report.json"], _cli.Files);
        JsonElement[] cases = [.. demo.Json.GetProperty("cases").EnumerateArray()];
        Assert.Equal([4, 4, 6, 6, 12, 12], cases.Select(c => c.GetProperty("order").GetInt32()));
        foreach (JsonElement each in cases)
        {
            bool wide = each.GetProperty("weights").GetString() == "int16";
            double state = each.GetProperty("stateError").GetDouble(), window = each.GetProperty("windowError").GetDouble(), exact = each.GetProperty("floatWindowError").GetDouble();
            Assert.InRange(state, 0, wide ? 0.002 : 0.05);
            // What integers add to what d coefficients can't hold anyway.
            Assert.InRange(window, 0, exact + (wide ? 0.002 : 0.05));
            Assert.Equal(0, each.GetProperty("saturations").GetInt64());
        }

        // More coefficients hold more of the window.
        double[] windows = [.. cases.Where(c => c.GetProperty("weights").GetString() == "int16").Select(c => c.GetProperty("windowError").GetDouble())];
        Assert.True(windows[0] > windows[1] && windows[1] > windows[2]);
        Assert.InRange(windows[2], 0, 0.05);
    }

    [Fact]
    public void The_pictures_are_whole()
    {
        Assert.Equal(0, Edgespike.Run("demo", "memory", "--svg", _cli["m.svg"]).Status);
        string svg = File.ReadAllText(_cli["m.svg"]);
        System.Xml.Linq.XDocument.Parse(svg);
        foreach (string word in (string[])["d = 12", "int16", "100 ticks ago", "Error against float64"]) Assert.Contains(word, svg, StringComparison.Ordinal);
        Assert.Equal("\u0089PNG", Encoding.Latin1.GetString(File.ReadAllBytes(_cli["m.png"]).AsSpan(0, 4)));
    }

    [Fact]
    public void The_signal_is_the_same_everywhere()
    {
        double[] signal = BandLimitedSignal.Create(1000, 0.015, 7);
        Assert.Equal(1, signal.Max(Math.Abs), 12);
        Assert.Equal(signal, BandLimitedSignal.Create(1000, 0.015, 7));
        Assert.NotEqual(signal, BandLimitedSignal.Create(1000, 0.015, 8));
    }

    [Theory]
    [InlineData(0, new[] { 1.0, -1, 1, -1 })]
    [InlineData(1, new[] { 1.0, 1, 1, 1 })]
    [InlineData(0.5, new[] { 1.0, 0, -0.5, 0 })]
    public void Windows_are_read_by_shifted_Legendre_polynomials(double share, double[] expected)
    {
        for (int i = 0; i < 4; i++)
        {
            double[] state = new double[4];
            state[i] = 1;
            Assert.Equal(expected[i], new LegendreWindow(4, share).Decode(state), 12);
        }
    }
}
