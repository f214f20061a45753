using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>The lidar's frames: what the manual says, and what a line does to them.</summary>
public sealed class TfMiniSTests
{
    // Product manual SJ-PM-TFmini-S, tables 7 and 8: distance, strength, temperature, and what they mean.
    [Theory]
    [InlineData(121, 1000, 2304, TfMiniStatus.Valid, 1210, 32000)]
    [InlineData(1200, 100, 2048, TfMiniStatus.Valid, 12000, 0)]
    [InlineData(1201, 500, 2048, TfMiniStatus.OutOfRange, 0, 0)]
    [InlineData(0, 500, 2048, TfMiniStatus.OutOfRange, 0, 0)]
    [InlineData(65535, 99, 2049, TfMiniStatus.Weak, 0, 125)]
    [InlineData(300, 99, 2049, TfMiniStatus.Weak, 0, 125)]
    [InlineData(65534, 65535, 1728, TfMiniStatus.Saturated, 0, -40000)]
    [InlineData(300, 65535, 2048, TfMiniStatus.Saturated, 0, 0)]
    [InlineData(65532, 700, 2048, TfMiniStatus.Ambient, 0, 0)]
    public void A_frame_means_what_the_manual_says(int distance, int strength, int temperature, TfMiniStatus status, int millimetres, int milliCelsius)
    {
        TfMiniS lidar = new(millimetres: false);
        Assert.Equal(1, Send(lidar, Frame(distance, strength, temperature), 77));
        Assert.Equal((status, millimetres, strength, milliCelsius, 77L), (lidar.Status, lidar.Millimetres, lidar.Strength, lidar.MilliCelsius, lidar.At));
        Assert.Equal((1L, status == TfMiniStatus.Valid ? 0 : 1, 0L, 0L), (lidar.Frames, lidar.Invalid, lidar.Damaged, lidar.Skipped));
    }

    [Fact]
    public void In_millimetres_the_distance_is_taken_as_it_is()
    {
        TfMiniS lidar = new(millimetres: true);
        Send(lidar, Frame(1213, 800, 2048));
        Assert.Equal(1213, lidar.Millimetres);
        Send(lidar, Frame(65534, 65535, 2048));
        Assert.Equal((TfMiniStatus.Saturated, 1213), (lidar.Status, lidar.Millimetres));
        Assert.False(lidar.Receive(-1, 0));
    }

    [Fact]
    public void Every_damaged_bit_is_found()
    {
        byte[] frame = Frame(250, 1234, 2300);
        for (int bit = 0; bit < 72; bit++)
        {
            TfMiniS lidar = new(millimetres: false);
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(0, Send(lidar, damaged));
            Assert.Equal(bit < 16 ? 0 : 1, lidar.Damaged);

            // The next whole frames get through.
            Assert.Equal(2, Send(lidar, [.. frame, .. frame]));
        }
    }

    [Fact]
    public void A_frame_that_lost_a_byte_costs_only_itself()
    {
        byte[] first = Frame(100, 500, 2048), second = Frame(200, 500, 2048), third = Frame(300, 500, 2048);
        for (int lost = 0; lost < first.Length; lost++)
        {
            TfMiniS lidar = new(millimetres: false);
            List<int> distances = [];
            foreach (byte value in (byte[])[.. first.Where((_, i) => i != lost), .. second, .. third])
                if (lidar.Receive(value, 0)) distances.Add(lidar.Millimetres);
            Assert.Equal([2000, 3000], distances);
        }
    }

    [Fact]
    public void Of_any_bytes_it_finds_what_a_search_of_the_whole_recording_finds()
    {
        Gen<byte> value = Gen.OneOf(Gen.Byte, Gen.Const((byte)0x59), Gen.Const((byte)0x5A));
        Gen<byte[]> garbage = value.Array[0, 14];
        Gen<byte[]> frame = Gen.Select(Gen.Int[0, 65535], Gen.Int[0, 65535], Gen.Int[0, 65535], Frame);
        Gen.OneOf(garbage, frame, frame.Select(f => f[..5])).Array[0, 12].Sample(parts =>
        {
            byte[] bytes = [.. parts.SelectMany(part => part)];
            List<int> expected = Search(bytes), found = [];
            TfMiniS lidar = new(millimetres: false);
            foreach (byte next in bytes)
                if (lidar.Receive(next, 0)) found.Add((lidar.Strength << 16) | ((lidar.MilliCelsius + 256000) / 125));
            Assert.Equal(expected, found);
            Assert.Equal(expected.Count, lidar.Frames);
            Assert.InRange(bytes.Length - lidar.Skipped - (9 * lidar.Frames), 0, 8);
        }, iter: 20000);
    }

    // Product manual, table 11: commands as it prints them.
    [Theory]
    [InlineData(2, 0, 0, new byte[] { 0x5A, 0x04, 0x02, 0x60 })]
    [InlineData(3, 100, 2, new byte[] { 0x5A, 0x06, 0x03, 0x64, 0x00, 0xC7 })]
    [InlineData(5, 6, 1, new byte[] { 0x5A, 0x05, 0x05, 0x06, 0x6A })]
    [InlineData(0x11, 0, 0, new byte[] { 0x5A, 0x04, 0x11, 0x6F })]
    [InlineData(0, 1, 1, new byte[] { 0x5A, 0x05, 0x00, 0x01, 0x60 })]
    public void Commands_are_those_of_the_manual(int command, int value, int bytes, byte[] expected)
    {
        byte[] buffer = new byte[10];
        Assert.Equal(expected.Length, TfMiniS.Command(buffer, 1, command, value, bytes));
        Assert.Equal(expected, buffer[1..(1 + expected.Length)]);
        Assert.Equal(0, TfMiniS.Command(new byte[expected.Length - 1], 0, command, value, bytes));
    }

    [Fact]
    public void On_i2c_it_answers_when_asked()
    {
        Answering bus = new() { Frame = Frame(1500, 900, 2048) };
        TfMiniSWire lidar = new(new I2cDevice(bus, TfMiniSWire.DefaultAddress));
        Assert.Equal(SensorError.None, lidar.Read(5));
        Assert.Equal((1500, 5L), (lidar.Lidar.Millimetres, lidar.Lidar.At));
        Assert.Equal([0x5A, 0x05, 0x00, 0x06, 0x65], bus.Request);
        bus.Frame = [.. Frame(1500, 900, 2048)];
        bus.Frame[8]++;
        Assert.Equal(SensorError.Damaged, lidar.Read(6));
        bus.Frame = Frame(65535, 20, 2048);
        Assert.Equal((SensorError.None, TfMiniStatus.Weak), (lidar.Read(7), lidar.Lidar.Status));
        bus.Error = BusError.AddressNotAcknowledged;
        Assert.Equal(SensorError.NoSensor, lidar.Read(8));
        bus.Error = BusError.TimeOut;
        Assert.Equal((SensorError.Bus, BusError.TimeOut), (lidar.Read(9), lidar.Bus));
    }

    private static byte[] Frame(int distance, int strength, int temperature)
    {
        byte[] frame = [0x59, 0x59, (byte)distance, (byte)(distance >> 8), (byte)strength, (byte)(strength >> 8), (byte)temperature, (byte)(temperature >> 8), 0];
        frame[8] = (byte)frame[..8].Sum(value => value);
        return frame;
    }

    private static int Send(TfMiniS lidar, IEnumerable<byte> bytes, long at = 0) => bytes.Count(value => lidar.Receive(value, at));

    // The first frame from each place on; after a frame, from behind it.
    private static List<int> Search(byte[] bytes)
    {
        List<int> found = [];
        for (int at = 0; at + 9 <= bytes.Length;)
        {
            if (bytes[at] == 0x59 && bytes[at + 1] == 0x59 && (byte)bytes[at..(at + 8)].Sum(value => value) == bytes[at + 8])
            {
                found.Add(((bytes[at + 4] | (bytes[at + 5] << 8)) << 16) | bytes[at + 6] | (bytes[at + 7] << 8));
                at += 9;
            }
            else at++;
        }

        return found;
    }

    private sealed class Answering : I2cBus
    {
        public byte[] Frame { get; set; } = [];

        public byte[] Request { get; private set; } = [];

        public BusError Error { get; set; }

        public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
        {
            if (Error != BusError.None) return Error;
            Assert.Equal(0x10, address);
            if (writeCount > 0) Request = write[writeOffset..(writeOffset + writeCount)];
            if (readCount > 0) Frame.AsSpan(0, readCount).CopyTo(read.AsSpan(readOffset));
            return BusError.None;
        }

        public override BusError Recover() => BusError.None;
    }
}
