using System;
using System.Globalization;

namespace EdgeSpike.Boards;

/// <summary>Names of pins as the makers write them.</summary>
public static class PinNumber
{
    /// <summary>Reads PB6 (ST: port B is 1), P0.06 (Nordic) or GP0 (Raspberry Pi). False: it is none of them.</summary>
    /// <param name="text">The name.</param>
    /// <param name="port">Port, from 0.</param>
    /// <param name="pin">Pin of the port, 0 to 47.</param>
    public static bool TryParse(string text, out int port, out int pin)
    {
        port = pin = 0;
        ReadOnlySpan<char> rest = text;
        if (rest.StartsWith("GP"))
            rest = rest[2..];
        else if (rest is ['P', >= 'A' and <= 'K', ..])
        {
            port = rest[1] - 'A';
            rest = rest[2..];
        }
        else if (rest is ['P', '0' or '1', '.', ..])
        {
            port = rest[1] - '0';
            rest = rest[3..];
        }
        else return false;
        return rest.Length is 1 or 2 && int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out pin) && pin < 48;
    }
}
