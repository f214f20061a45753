using System;
using System.Linq;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>Every error has a text of its own that says what to check.</summary>
public sealed class SensorMessagesTests
{
    [Fact]
    public void Every_error_has_its_own_text()
    {
        string[] sensor = [.. Enum.GetValues<SensorError>().Where(error => error != SensorError.Bus).Select(error => SensorMessages.Describe("X at 0x29", error, BusError.None, 0x61))];
        string[] bus = [.. Enum.GetValues<BusError>().Where(error => error is not (BusError.None or BusError.AddressNotAcknowledged)).Select(error => SensorMessages.Describe("X at 0x29", SensorError.Bus, error, 0))];
        string[] lidar = [.. Enum.GetValues<TfMiniStatus>().Select(SensorMessages.Describe)];
        foreach (string[] texts in (string[][])[sensor, bus, lidar])
        {
            Assert.Equal(texts.Length, texts.Distinct().Count());
            Assert.DoesNotContain(texts, text => text.Contains("error ", StringComparison.Ordinal) && char.IsAsciiDigit(text[^1]));
        }

        Assert.All(sensor.Concat(bus), text => Assert.StartsWith("X at 0x29: ", text));
        Assert.Contains("0x61", SensorMessages.Describe("X", SensorError.WrongIdentity, BusError.None, 0x61));
    }
}
