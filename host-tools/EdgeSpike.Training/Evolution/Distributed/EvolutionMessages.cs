using System;
using System.Buffers.Binary;
using System.Text.Json;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Training.Evolution.Blimp;

namespace EdgeSpike.Training.Evolution.Distributed;

/// <summary>What a worker has to know to compute the same values: sent once, retained by the broker.</summary>
/// <param name="Identity">Of data and settings; a worker that arrives at another one takes no work.</param>
/// <param name="Control">What is evolved.</param>
/// <param name="Seed">Of the draws.</param>
/// <param name="Plain">LIF for I too.</param>
/// <param name="Recorded">Recorded flights rather than simulated ones.</param>
/// <param name="BuoyancyOff">Share by which buoyancy is off at most in the flights of both.</param>
/// <param name="LossWeight">Weight of the losses of imitation beside the cost of flights of both.</param>
public sealed record EvolutionAnnouncement(string Identity, ControlTask Control, ulong Seed, bool Plain, bool Recorded, double BuoyancyOff, double LossWeight)
{
    /// <summary>As UTF-8.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>False: not an announcement.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EvolutionAnnouncement? announcement)
    {
        announcement = null;
        try
        {
            announcement = JsonSerializer.Deserialize<EvolutionAnnouncement>(bytes);
        }
        catch (JsonException)
        {
            return false;
        }

        return announcement is { Identity.Length: 64 } && Enum.IsDefined(announcement.Control) && announcement.BuoyancyOff is >= 0 and <= 1 && double.IsFinite(announcement.LossWeight);
    }
}

/// <summary>
/// A piece of work or its result: 32 bytes of the task's identity, generation (int64), group (int32), count (int32), count × width doubles, a CRC-32
/// of all before; little-endian. Width is that of a genome for work and 1 for results (values).
/// </summary>
public static class EvolutionPacket
{
    private const int Header = 48;

    /// <summary>Writes one.</summary>
    public static byte[] Write(string identity, long generation, int group, int count, ReadOnlySpan<double> numbers)
    {
        byte[] bytes = new byte[Header + 8 * numbers.Length + 4];
        Convert.FromHexString(identity).CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), group);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(44), count);
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(Header + 8 * i), numbers[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    /// <summary>Reads one. False: of another task, of a wrong length or checksum, or with a number that is not finite.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, string identity, int width, out long generation, out int group, out double[] numbers)
    {
        (generation, group, numbers) = (0, 0, []);
        if (bytes.Length < Header + 4 || (bytes.Length - Header - 4) % 8 != 0) return false;
        if (Crc32.Of(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..])) return false;
        if (!bytes[..32].SequenceEqual(Convert.FromHexString(identity))) return false;
        generation = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]);
        group = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]);
        if (generation < 0 || group < 0 || count is < 1 or > LaneController.Lanes || Header + 8L * count * width + 4 != bytes.Length) return false;
        numbers = new double[count * width];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(Header + 8 * i)..]);
            if (!double.IsFinite(numbers[i])) return false;
        }

        return true;
    }
}
