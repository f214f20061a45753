using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Frames against PROTOCOL.md: bytes worked by hand, and every kind of damage.</summary>
public sealed class FrameLineTests
{
    [Fact]
    public void A_frame_is_cobs_of_content_and_checksum()
    {
        // zlib's crc32(b"\x07\x00") is 0x0E988438.
        Assert.Equal([0x02, 0x07, 0x05, 0x38, 0x84, 0x98, 0x0E, 0x00], Send([7, 0]));
    }

    [Fact]
    public void The_checksum_is_that_of_zlib() => Assert.Equal(0xCBF43926u, FrameLine.Checksum("123456789"u8.ToArray(), 9));

    [Fact]
    public void Any_content_arrives()
    {
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] content = new byte[random.Next(2, FrameLine.MostBytes + 1)];
            if (i % 3 != 0) random.NextBytes(content);
            if (i % 3 == 1) Array.ForEach([.. Enumerable.Range(0, content.Length)], k => content[k] |= 1);
            Assert.Equal([content], Receive(Send(content)));
        }
    }

    [Theory]
    [InlineData(253)]
    [InlineData(254)]
    [InlineData(255)]
    public void A_zero_behind_a_long_run_arrives(int run)
    {
        byte[] content = [.. Enumerable.Repeat((byte)1, run), 0, 5];
        Assert.Equal([content], Receive(Send(content)));
    }

    [Fact]
    public void A_damaged_frame_is_dropped_and_the_next_one_arrives()
    {
        byte[] content = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 7))], next = [1, 2, 3];
        byte[] sent = Send(content);
        for (int at = 0; at < sent.Length; at++)
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. sent];
                damaged[at] ^= (byte)(1 << bit);
                List<byte[]> received = Receive([.. damaged, 0, .. Send(next)]);
                Assert.Equal(next, received[^1]);
                Assert.True(received.Count == 1, $"byte {at} bit {bit} was taken");
            }
    }

    [Fact]
    public void A_frame_that_is_cut_off_is_dropped()
    {
        byte[] sent = Send([9, 0, 8, 0, 7]);
        for (int count = 1; count < sent.Length; count++)
        {
            List<byte[]> received = Receive([.. sent[..^count], 0, .. Send([1, 2])]);
            Assert.Equal([1, 2], Assert.Single(received, f => f.Length == 2));
            Assert.True(received.Count == 1 || count == 1);
        }
    }

    [Fact]
    public void Noise_never_makes_a_frame_and_never_stops_the_line()
    {
        Random random = new(2);
        byte[] noise = new byte[200_000];
        random.NextBytes(noise);
        Assert.Equal([[4, 2]], Receive([.. noise, 0, .. Send([4, 2])]));
    }

    private static byte[] Send(byte[] content)
    {
        QueuePort port = new();
        FrameLine line = new(port);
        content.CopyTo(line.Outgoing, 0);
        line.Send(content.Length);
        return [.. port.Sent];
    }

    private static List<byte[]> Receive(byte[] bytes)
    {
        QueuePort port = new();
        foreach (byte value in bytes) port.Received.Enqueue(value);
        FrameLine line = new(port);
        List<byte[]> frames = [];
        while (line.Receive()) frames.Add(line.Incoming[..line.IncomingBytes]);
        return frames;
    }
}

/// <summary>A line of which both ends are in the test.</summary>
internal sealed class QueuePort : BytePort
{
    public Queue<byte> Received { get; } = new();

    public List<byte> Sent { get; } = [];

    public override int Read() => Received.TryDequeue(out byte value) ? value : -1;

    public override void Write(int value) => Sent.Add((byte)value);
}
