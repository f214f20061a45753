using System;

namespace EdgeSpike.Conversion.Planning;

/// <summary>CRC-32 as zlib and IEEE 802.3 compute it: reflected 0xEDB88320, start and end inverted.</summary>
public static class Crc32
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
        }

        return ~crc;
    }
}
