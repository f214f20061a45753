using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>
/// Damages a valid file: bits, bytes and words anywhere; fields of the header, of tables and of operator records, with numbers
/// that sit at limits; truncation, spliced ranges, operators moved and doubled. Most damaged files get a right checksum again.
/// </summary>
internal static class Mutations
{
    private static readonly int[] Interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 24, 25, 31, 32, 46, 47, 63, 64, 127, 128, 255, 256, 4095, 4096, 32767, 32768, 65535, 65536, 1 << 20, 1 << 24,
        (1 << 28) - 1, 1 << 28, 1 << 30, int.MaxValue, int.MaxValue - 1, int.MinValue, int.MinValue + 1, -1, -2, -8, -31, -32, -128,
    ];

    /// <summary>A damaged copy of <paramref name="original"/>; <paramref name="other"/> lends ranges for splicing.</summary>
    public static byte[] Apply(byte[] original, byte[] other, Random random)
    {
        byte[] file = [.. original];
        int count = random.Next(10) < 7 ? 1 : random.Next(2, 5);
        for (int i = 0; i < count; i++) file = One(file, other, random);
        if (random.Next(100) < 96 && file.Length >= 16)
        {
            if (random.Next(100) < 95) Put(file, 8, file.Length);
            ModelBuilder.Reseal(file);
        }

        return file;
    }

    private static byte[] One(byte[] file, byte[] other, Random random)
    {
        if (file.Length < 128) return file;
        switch (random.Next(16))
        {
            case 0:
                for (int i = random.Next(1, 5); i > 0; i--) file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                file[random.Next(file.Length)] = (byte)Interesting[random.Next(Interesting.Length)];
                break;
            case 2:
                Change(file, random.Next(file.Length / 4) * 4, random);
                break;
            case 3:
                if (random.Next(3) == 0) BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(28 + 2 * random.Next(8)), (ushort)(random.Next(2) == 0 ? random.Next(40) : Interesting[random.Next(Interesting.Length)]));
                else Change(file, 16 + 4 * random.Next(20), random);
                break;
            case 4 or 5:
                Entry(file, 44, 28, 16, random);
                break;
            case 6 or 7 or 8 or 9:
                Field(file, random);
                break;
            case 10:
                Entry(file, 56, 32, 16, random);
                break;
            case 11:
                if (random.Next(2) == 0) Entry(file, 68, 36, 8, random);
                else Range(file, Word(file, 76), Word(file, 80), random);
                break;
            case 12:
                return file[..random.Next(file.Length)];
            case 13:
            {
                int length = random.Next(1, Math.Min(256, Math.Min(file.Length, other.Length)));
                byte[] from = random.Next(2) == 0 ? other : [.. file];
                int alignment = random.Next(2) == 0 ? 1 : 4;
                int source = random.Next(from.Length - length + 1) / alignment * alignment, target = random.Next(file.Length - length + 1) / alignment * alignment;
                from.AsSpan(source, length).CopyTo(file.AsSpan(target));
                break;
            }

            case 14:
                return Rearrange(file, random);
            default:
            {
                // A constant: row starts, targets, decays and thresholds are checked as well.
                List<(int At, int Bytes)> tensors = Tensors(file);
                if (tensors.Count == 0) break;
                (int at, int bytes) = tensors[random.Next(tensors.Count)];
                Range(file, at, bytes, random);
                break;
            }
        }

        return file;
    }

    private static void Field(byte[] file, Random random)
    {
        List<(int At, int Bytes)> records = Records(file);
        if (records.Count == 0) return;
        (int at, int bytes) = records[random.Next(records.Count)];
        int fields = (bytes - 8) / 4, field = at + 8 + 4 * random.Next(Math.Max(1, fields));
        switch (random.Next(8))
        {
            case 0:
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 2 * random.Next(4)), (ushort)random.Next(random.Next(2) == 0 ? 20 : 65536));
                break;
            case 1:
            {
                (int other, int otherBytes) = records[random.Next(records.Count)];
                Put(file, field, Word(file, Math.Min(other + 8 + 4 * random.Next(Math.Max(1, (otherBytes - 8) / 4)), file.Length - 4)));
                break;
            }

            case 2 or 3:
                Put(file, field, random.Next(-1, 24));       // an index, or a small number
                break;
            default:
                Change(file, field, random);
                break;
        }
    }

    // Writes the operators anew, behind everything else: some doubled, left out or in another order.
    private static byte[] Rearrange(byte[] file, Random random)
    {
        List<(int At, int Bytes)> records = Records(file);
        if (records.Count == 0) return file;
        List<byte[]> order = [.. records.Select(r => file[r.At..(r.At + r.Bytes)])];
        switch (random.Next(4))
        {
            case 0: order.Insert(random.Next(order.Count + 1), order[random.Next(order.Count)]); break;
            case 1: order.RemoveAt(random.Next(order.Count)); break;
            case 2:
                int a = random.Next(order.Count), b = random.Next(order.Count);
                (order[a], order[b]) = (order[b], order[a]);
                break;
            default:
                for (int i = random.Next(2, 40); i > 0; i--) order.Add(order[random.Next(order.Count)]);
                break;
        }

        byte[] section = [.. order.SelectMany(o => o)];
        int at = (file.Length + 15) / 16 * 16;
        byte[] longer = [.. file, .. new byte[at - file.Length], .. section, .. new byte[(16 - section.Length % 16) % 16]];
        Put(longer, 48, at);
        Put(longer, 52, section.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(longer.AsSpan(30), (ushort)order.Count);
        return longer;
    }

    private static List<(int At, int Bytes)> Records(byte[] file)
    {
        List<(int, int)> records = [];
        int at = Word(file, 48), end = (int)Math.Min(file.Length, (long)at + Math.Max(0, Word(file, 52)));
        if (at < 0) return records;
        for (int bytes; at <= end - 8; at += bytes)
        {
            bytes = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 2));
            if (bytes < 12 || at + bytes > end) break;
            records.Add((at, bytes));
        }

        return records;
    }

    private static List<(int At, int Bytes)> Tensors(byte[] file)
    {
        List<(int, int)> tensors = [];
        int table = Word(file, 56);
        for (int i = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(32)) - 1; i >= 0; i--)
            if (table >= 0 && table + 16L * i + 16 <= file.Length && Word(file, table + 16 * i + 4) is > 0 and var at && at < file.Length)
                tensors.Add((at, Math.Min(file.Length - at, Math.Max(1, Word(file, table + 16 * i + 8)))));
        return tensors;
    }

    private static void Entry(byte[] file, int section, int count, int size, Random random)
    {
        long at = Word(file, section) + (long)size * random.Next(Math.Max(1, (int)BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(count))));
        at += random.Next(size / 4) * 4;
        if (at < 0 || at + 4 > file.Length) return;
        switch (random.Next(4))
        {
            case 0: file[at + random.Next(4)] = (byte)Interesting[random.Next(Interesting.Length)]; break;
            case 1: Put(file, (int)at, random.Next(600)); break;
            default: Change(file, (int)at, random); break;
        }
    }

    private static void Range(byte[] file, int at, int bytes, Random random)
    {
        if (at < 0 || bytes <= 0 || at + (long)bytes > file.Length) return;
        int place = at + random.Next(bytes);
        if (random.Next(2) == 0 || place + 4 > file.Length) file[place] = (byte)random.Next(256);
        else Change(file, place / 4 * 4, random);
    }

    // A number at a limit, or one near what stands there.
    private static void Change(byte[] file, int at, Random random)
    {
        if (at < 0 || at + 4 > file.Length) return;
        int value = Word(file, at);
        Put(file, at, random.Next(4) switch
        {
            0 => unchecked(value + random.Next(-2, 3)),
            1 => unchecked(value + 16 * random.Next(-2, 3)),
            _ => Interesting[random.Next(Interesting.Length)],
        });
    }

    private static int Word(byte[] file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));

    private static void Put(byte[] file, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
}
