#nullable enable
using System;
using System.Globalization;
using System.IO;

namespace EdgeSpike.Drivers;

/// <summary>What the kernel's error numbers mean on a bus: Documentation/i2c/fault-codes.rst of Linux 6.1.</summary>
internal static class LinuxErrors
{
    public static BusError FromI2c(Exception exception) => Number(exception) switch
    {
        6 or 19 or 121 => BusError.AddressNotAcknowledged,      // ENXIO, ENODEV; EREMOTEIO of the Raspberry Pi's driver
        11 => BusError.ArbitrationLost,                         // EAGAIN
        16 => BusError.BusStuck,                                // EBUSY: held for longer than allowed
        71 => BusError.DataNotAcknowledged,                     // EPROTO
        110 => BusError.TimeOut,                                // ETIMEDOUT
        _ => BusError.BusFault,
    };

    // "Error 121 performing I2C data transfer.", or a system's own number in HResult.
    private static int Number(Exception exception)
    {
        string text = exception.Message;
        int at = text.IndexOf("rror ", StringComparison.Ordinal) + 5;
        int end = at;
        while (at >= 5 && end < text.Length && char.IsAsciiDigit(text[end])) end++;
        if (end > at && int.TryParse(text.AsSpan(at, end - at), CultureInfo.InvariantCulture, out int number)) return number;
        return exception is IOException && exception.HResult is > 0 and < 200 ? exception.HResult : 0;
    }
}
