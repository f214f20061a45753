using System;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Support;

/// <summary>Damages a sound file in many ways, the same at every run, and holds a reader to what it promises about any bytes.</summary>
internal static class Fuzz
{
    /// <summary>
    /// Runs a reader on truncated and altered copies. It must end, in bounded memory, in success or in a
    /// <see cref="ConversionException"/> that says where, what and what to do.
    /// </summary>
    public static void Run(byte[] sound, int rounds, Action<byte[]> read, int seed, long allowance = 50_000_000)
    {
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = Damage(sound, random);
            long allocated = GC.GetTotalAllocatedBytes();
            ConversionException? refusal = null;
            try
            {
                Endless.Refuse($"round {round}, seed {seed}", () => read(bytes));
            }
            catch (ConversionException e)
            {
                refusal = e;
                Assert.True(e.Where.Length > 0 && e.What.Length > 0 && e.Remedy.Length > 0, $"round {round}: {e.Message}");
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}, seed {seed}: {e}");
            }

            allocated = GC.GetTotalAllocatedBytes() - allocated;
            Assert.True(allocated < allowance + 1000L * bytes.Length, $"round {round}, seed {seed}: allocated {allocated} bytes, then {refusal}");
        }
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        byte[] bytes = (byte[])sound.Clone();
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:                                                     // a few bits
                for (int i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 2:                                                     // a run of one value, such as a length of all ones
                int start = random.Next(bytes.Length);
                bytes.AsSpan(start, Math.Min(random.Next(1, 9), bytes.Length - start)).Fill((byte)(random.Next(2) * 255));
                break;
            case 3:                                                     // a piece from elsewhere in the file, such as an address
                int length = Math.Min(bytes.Length, random.Next(1, 33));
                bytes.AsSpan(random.Next(bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(random.Next(bytes.Length - length + 1)));
                break;
            default:                                                    // in the first part, where the structure is
                for (int i = random.Next(1, 4); i > 0; i--) bytes[random.Next(Math.Min(bytes.Length, 2048))] = (byte)random.Next(256);
                break;
        }

        return bytes;
    }
}
