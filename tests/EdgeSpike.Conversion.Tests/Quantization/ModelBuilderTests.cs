using System;
using System.Buffers.Binary;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Planning;
using Xunit;
using BufferKind = EdgeSpike.Runtime.BufferKind;
using PortKind = EdgeSpike.Runtime.PortKind;
using TensorType = EdgeSpike.Runtime.TensorType;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>The builder's bytes against runtime/FORMAT.md, offset by offset, read here by hand.</summary>
public sealed class ModelBuilderTests
{
    private static ModelBuilder Small()
    {
        ModelBuilder builder = new() { TickNanoseconds = 5_000_000, Metadata = "{\"a\":1}", SourceHash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)] };
        int input = builder.AddBuffer(BufferKind.Events, 3, name: "in");
        int sum = builder.AddBuffer(BufferKind.Values, 5, bound: 1000, name: "sum");
        int weights = builder.AddMatrix(TensorType.Int4, [1, 2, 3, 4, 5, -1, -2, -3, -4, -5, 7, -8, 0, 1, -1], 3, 5, out int rowBytes);
        Assert.Equal(3, rowBytes);
        builder.AddOperator(new DenseOperator { Name = "layer", Source = input, Target = sum, Weights = weights, Sources = 3, Width = 5, RowBytes = rowBytes, Shift = -2 });
        builder.AddPort(PortKind.Input, input, "in");
        builder.AddPort(PortKind.Activity, sum, "out");
        builder.AddLabel("yes");
        builder.AddLabel("no");
        builder.AddVector(new ModelVector([[[0, 2]], [[]]], [0x12345678, 0x9ABCDEF0], []));
        return builder;
    }

    private static int Word(byte[] file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));

    private static int Half(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    [Fact]
    public void Header_fields_stand_where_the_format_says()
    {
        byte[] file = Small().Build();
        Assert.Equal("ESM1"u8.ToArray(), file[..4]);
        Assert.Equal(1, Half(file, 4));
        Assert.Equal(128, Half(file, 6));
        Assert.Equal(file.Length, Word(file, 8));
        Assert.Equal(Crc32.Of(file.AsSpan(16)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(12)));
        Assert.Equal(0, file[16]);
        Assert.Equal(5_000_000, Word(file, 20));
        Assert.Equal(4 + 5, Word(file, 24));
        int[] counts = [.. Enumerable.Range(0, 7).Select(i => Half(file, 28 + 2 * i))];
        Assert.Equal([2, 1, 1, 6, 2, 2, 1], counts);
        Assert.Equal(0, Half(file, 42));
        Assert.Equal(8 + 4 * 12, Word(file, 52));
        foreach (int at in (int[])[44, 48, 56, 60, 68, 72, 76, 84]) Assert.Equal(0, Word(file, at) % 16);
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(file, Word(file, 84), Word(file, 88)));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (byte)i), file[96..128]);
    }

    [Fact]
    public void Records_follow_the_tables()
    {
        byte[] file = Small().Build();
        int buffers = Word(file, 44), operators = Word(file, 48), tensors = Word(file, 56);
        Assert.Equal([1, 0], file[buffers..(buffers + 2)]);
        Assert.Equal("in", Text(file, Half(file, buffers + 2)));
        Assert.Equal(3, Word(file, buffers + 8));
        Assert.Equal(1000, Word(file, buffers + 16 + 12));

        Assert.Equal(1, Half(file, operators));
        Assert.Equal(56, Half(file, operators + 2));
        Assert.Equal("layer", Text(file, Half(file, operators + 4)));
        int[] fields = [.. Enumerable.Range(0, 12).Select(i => Word(file, operators + 8 + 4 * i))];
        Assert.Equal([0, 0, 1, -1, 0, -2, 0, -1, 1, 3, 5, 3], fields);

        Assert.Equal(5, file[tensors]);
        Assert.Equal(18, Word(file, tensors + 8));
        int data = Word(file, tensors + 4);
        Assert.Equal(0, data % 16);
        Assert.Equal([0x21, 0x43, 0x05, 0xEF, 0xCD, 0x0B, 0x87, 0x10, 0x0F], file[data..(data + 9)]);

        int ports = Word(file, 68), labels = Word(file, 72);
        Assert.Equal(0, Half(file, ports));
        Assert.Equal(1, Half(file, ports + 8));
        Assert.Equal("out", Text(file, Half(file, ports + 10)));
        Assert.Equal("no", Text(file, Half(file, labels + 2)));
    }

    [Fact]
    public void Vectors_hold_input_then_checksums()
    {
        byte[] file = Small().Build();
        int at = Word(file, 76);
        int[] words = [.. Enumerable.Range(0, 8).Select(i => Word(file, at + 4 * i))];
        Assert.Equal([32, 2, 2, 0, 2, 0, 0x12345678, unchecked((int)0x9ABCDEF0)], words);
        Assert.Equal(32, Word(file, 80));
    }

    [Fact]
    public void The_checksum_is_that_of_zlib() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    [Fact]
    public void The_same_calls_give_the_same_bytes()
    {
        Assert.Equal(Small().Build(), Small().Build());
        ModelBuilder twice = Small();
        Assert.Equal(twice.Build(), twice.Build());
    }

    [Fact]
    public void A_resealed_file_has_the_right_checksum()
    {
        byte[] file = Small().Build();
        file[40] ^= 1;
        ModelBuilder.Reseal(file);
        Assert.Equal(Crc32.Of(file.AsSpan(16)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(12)));
    }

    [Fact]
    public void Equal_tensors_are_stored_once()
    {
        ModelBuilder builder = new();
        int first = builder.AddTensor(TensorType.Int32, [1, 2, 3]);
        Assert.Equal(first, builder.AddTensor(TensorType.Int32, [1, 2, 3]));
        Assert.NotEqual(first, builder.AddTensor(TensorType.Int16, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddTensor(TensorType.Int8, [128]));
    }

    private static string Text(byte[] file, int index)
    {
        int section = Word(file, 60), entry = section + 8 * index;
        return Encoding.UTF8.GetString(file, section + Word(file, entry), Word(file, entry + 4));
    }
}
