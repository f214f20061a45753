using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EdgeSpike.Boards.Images;

/// <summary>Images as flashing tools take them.</summary>
public static class ImageFormats
{
    /// <summary>Intel HEX: 16 bytes a record, extended linear addresses.</summary>
    public static string IntelHex(uint address, ReadOnlySpan<byte> image)
    {
        StringBuilder text = new();
        uint upper = 0;
        for (int at = 0; at < image.Length;)
        {
            uint here = address + (uint)at;
            if (here >> 16 != upper || at == 0)
            {
                upper = here >> 16;
                Record(text, 0, 4, [(byte)(upper >> 8), (byte)upper]);
            }

            int bytes = Math.Min(Math.Min(16, image.Length - at), (int)(0x10000 - (here & 0xFFFF)));
            Record(text, (ushort)here, 0, image.Slice(at, bytes));
            at += bytes;
        }

        Record(text, 0, 1, []);
        return text.ToString();
    }

    private static void Record(StringBuilder text, ushort address, byte type, ReadOnlySpan<byte> data)
    {
        int sum = data.Length + (address >> 8) + (address & 255) + type;
        text.Append(CultureInfo.InvariantCulture, $":{data.Length:X2}{address:X4}{type:X2}");
        foreach (byte value in data)
        {
            sum += value;
            text.Append(CultureInfo.InvariantCulture, $"{value:X2}");
        }

        text.Append(CultureInfo.InvariantCulture, $"{(byte)-sum:X2}\n");
    }

    /// <summary>UF2: blocks of 512 bytes that hold 256 (github.com/microsoft/uf2).</summary>
    public static byte[] Uf2(uint address, ReadOnlySpan<byte> image, uint family)
    {
        int blocks = (image.Length + 255) / 256;
        byte[] file = new byte[blocks * 512];
        for (int i = 0; i < blocks; i++)
        {
            Span<byte> block = file.AsSpan(512 * i, 512);
            ReadOnlySpan<uint> header = [0x0A324655, 0x9E5D5157, family == 0 ? 0u : 0x2000u, address + 256u * (uint)i, 256, (uint)i, (uint)blocks, family];
            for (int w = 0; w < header.Length; w++) BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * w)..], header[w]);
            ReadOnlySpan<byte> data = image.Slice(256 * i, Math.Min(256, image.Length - 256 * i));
            data.CopyTo(block[32..]);
            BinaryPrimitives.WriteUInt32LittleEndian(block[508..], 0x0AB16F30);
        }

        return file;
    }
}
