using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace EdgeSpike.Conversion.Files;

/// <summary>The type of the elements of a <see cref="NumericArray"/>, as stored.</summary>
public enum NumericType
{
    /// <summary>One byte, 0 or 1.</summary>
    Boolean,

    /// <summary>Unsigned 8 bit.</summary>
    UInt8,

    /// <summary>Signed 8 bit.</summary>
    Int8,

    /// <summary>Unsigned 16 bit.</summary>
    UInt16,

    /// <summary>Signed 16 bit.</summary>
    Int16,

    /// <summary>Unsigned 32 bit.</summary>
    UInt32,

    /// <summary>Signed 32 bit.</summary>
    Int32,

    /// <summary>Unsigned 64 bit; exact as a double up to 2^53.</summary>
    UInt64,

    /// <summary>Signed 64 bit; exact as a double up to 2^53.</summary>
    Int64,

    /// <summary>IEEE half.</summary>
    Float16,

    /// <summary>The upper half of an IEEE single.</summary>
    BFloat16,

    /// <summary>IEEE single.</summary>
    Float32,

    /// <summary>IEEE double.</summary>
    Float64,
}

/// <summary>
/// Numbers from a file: little-endian bytes in row-major order (last index fastest), kept in their own type so that a
/// recording of bytes costs a byte per element, and read as doubles.
/// </summary>
/// <remarks>At most 2^31 - 1 elements and bytes. Rank 0 is one number. Instances are not written to.</remarks>
public sealed class NumericArray
{
    private readonly byte[] _bytes;
    private readonly int[] _dimensions;

    /// <summary>Takes dimensions (each 0 or more) and exactly as many bytes as they ask for; neither is copied.</summary>
    /// <exception cref="ArgumentException">Sizes do not agree.</exception>
    public NumericArray(NumericType type, int[] dimensions, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        ArgumentNullException.ThrowIfNull(bytes);
        long count = 1;
        foreach (int dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension);
            count = checked(count * dimension);
        }

        if (count * SizeOf(type) != bytes.Length)
            throw new ArgumentException($"{bytes.Length} bytes for {count} elements of {type}", nameof(bytes));
        Type = type;
        _dimensions = dimensions;
        _bytes = bytes;
        Count = (int)count;
    }

    /// <summary>The type of an element, as stored.</summary>
    public NumericType Type { get; }

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>The dimensions.</summary>
    public IReadOnlyList<int> Dimensions => _dimensions;

    /// <summary>The elements as little-endian bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>True for the whole-number types and booleans.</summary>
    public bool IsInteger => Type < NumericType.Float16;

    /// <summary>The element at a row-major position, as a double.</summary>
    public double this[int index] => Type switch
    {
        NumericType.Boolean => _bytes[index] == 0 ? 0 : 1,
        NumericType.UInt8 => _bytes[index],
        NumericType.Int8 => (sbyte)_bytes[index],
        NumericType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(2 * index)),
        NumericType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(_bytes.AsSpan(2 * index)),
        NumericType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(4 * index)),
        NumericType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(4 * index)),
        NumericType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(8 * index)),
        NumericType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(8 * index)),
        NumericType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(_bytes.AsSpan(2 * index)),
        NumericType.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(2 * index)) << 16),
        NumericType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(_bytes.AsSpan(4 * index)),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(_bytes.AsSpan(8 * index)),
    };

    /// <summary>Copies elements from <paramref name="start"/> on until <paramref name="values"/> is full.</summary>
    public void CopyTo(int start, Span<double> values)
    {
        for (int i = 0; i < values.Length; i++) values[i] = this[start + i];
    }

    /// <summary>All elements.</summary>
    public double[] ToDoubles()
    {
        double[] values = new double[Count];
        CopyTo(0, values);
        return values;
    }

    /// <summary>The dimensions as "2x3", or "a single number".</summary>
    public string DimensionsText => Rank == 0 ? "a single number" : string.Join('x', _dimensions);

    /// <summary>Bytes of an element.</summary>
    public static int SizeOf(NumericType type) => type switch
    {
        NumericType.Boolean or NumericType.UInt8 or NumericType.Int8 => 1,
        NumericType.UInt16 or NumericType.Int16 or NumericType.Float16 or NumericType.BFloat16 => 2,
        NumericType.UInt32 or NumericType.Int32 or NumericType.Float32 => 4,
        _ => 8,
    };

    /// <summary>An array of doubles.</summary>
    public static NumericArray From(ReadOnlySpan<double> values, params int[] dimensions) => FromValues(NumericType.Float64, values, dimensions);

    /// <summary>An array of singles.</summary>
    public static NumericArray From(ReadOnlySpan<float> values, params int[] dimensions) => FromValues(NumericType.Float32, values, dimensions);

    /// <summary>An array of 64-bit integers.</summary>
    public static NumericArray From(ReadOnlySpan<long> values, params int[] dimensions) => FromValues(NumericType.Int64, values, dimensions);

    /// <summary>An array of 32-bit integers.</summary>
    public static NumericArray From(ReadOnlySpan<int> values, params int[] dimensions) => FromValues(NumericType.Int32, values, dimensions);

    /// <summary>An array of bytes.</summary>
    public static NumericArray From(ReadOnlySpan<byte> values, params int[] dimensions) => FromValues(NumericType.UInt8, values, dimensions);

    /// <summary>Elements of an unmanaged type that is stored as <paramref name="type"/>; the host is little-endian, as all that .NET runs on here.</summary>
    internal static NumericArray FromValues<T>(NumericType type, ReadOnlySpan<T> values, params int[] dimensions)
        where T : unmanaged
        => new(type, dimensions, MemoryMarshal.AsBytes(values).ToArray());

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {DimensionsText}";

    /// <summary>
    /// The dimensions of stored numbers as ints, after a check that they ask for no more than 2^31 - 1 bytes.
    /// False: they do, or one is negative; <paramref name="dimensions"/> is then empty.
    /// </summary>
    internal static bool TryDimensions(IReadOnlyList<long> stored, int elementSize, out int[] dimensions, out long bytes)
    {
        dimensions = [];
        bytes = elementSize;
        bool empty = stored.Contains(0);
        foreach (long dimension in stored)
        {
            if (dimension is < 0 or > int.MaxValue) return false;
            if (empty) continue;
            bytes *= dimension;
            if (bytes > Array.MaxLength) return false;
        }

        if (empty) bytes = 0;
        dimensions = [.. stored.Select(d => (int)d)];
        return true;
    }
}
