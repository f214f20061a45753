namespace EdgeSpike.Runtime;

/// <summary>Little-endian reads from a file in memory. Blind: the caller has checked the offset.</summary>
internal static class Bytes
{
    public static int U16(byte[] file, int offset)
    {
        return file[offset] | (file[offset + 1] << 8);
    }

    public static int I16(byte[] file, int offset)
    {
        return (short)(file[offset] | (file[offset + 1] << 8));
    }

    public static int I32(byte[] file, int offset)
    {
        return file[offset] | (file[offset + 1] << 8) | (file[offset + 2] << 16) | (file[offset + 3] << 24);
    }

    /// <summary>CRC-32 (IEEE 802.3, reflected) of file[from .. to), half a byte a step: a 64-byte table.</summary>
    public static uint Crc32(byte[] file, int from, int to)
    {
        uint crc = 0xFFFFFFFF;
        for (int i = from; i < to; i++)
        {
            crc ^= file[i];
            crc = (crc >> 4) ^ CrcTable[(int)(crc & 15)];
            crc = (crc >> 4) ^ CrcTable[(int)(crc & 15)];
        }

        return ~crc;
    }

    private static readonly uint[] CrcTable =
    {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
}
