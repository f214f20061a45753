namespace EdgeSpike.Runtime;

/// <summary>
/// The runtime's little-endian reads (Model/Bytes.cs, which this file replaces) for a core that loads unaligned words: one check and
/// one load instead of one of each for every byte. Beyond the end is a panic, as there; offsets are not negative.
/// </summary>
internal static class Bytes
{
    // The element that is read and dropped is the last one: its check covers the others, and all checks of a method share one exit.

    public static int U16(byte[] file, int offset)
    {
        _ = file[offset + 1];
        return (ushort)ArrayContent.Half(file, offset);
    }

    public static int I16(byte[] file, int offset)
    {
        _ = file[offset + 1];
        return ArrayContent.Half(file, offset);
    }

    public static int I32(byte[] file, int offset)
    {
        _ = file[offset + 3];
        return ArrayContent.Word(file, offset);
    }

    /// <summary>CRC-32 (IEEE 802.3, reflected) of file[from .. to), half a byte a step: a 64-byte table.</summary>
    public static uint Crc32(byte[] file, int from, int to)
    {
        // The table's place is masked, and so needs no check.
        uint[] table = CrcTable;
        uint crc = 0xFFFFFFFF;
        for (int half = 2 * from; half < 2 * to; half++)
        {
            uint next = crc ^ ((uint)file[half >> 1] >> (4 * (half & 1)));
            crc = (crc >> 4) ^ (uint)ArrayContent.Word(table, (int)(4 * (next & 15)));
        }

        return ~crc;
    }

    private static readonly uint[] CrcTable =
    {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
}
