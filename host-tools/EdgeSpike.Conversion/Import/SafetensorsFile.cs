using System;
using System.Buffers.Binary;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Conversion.Import;

/// <summary>
/// Tensors by name in a .safetensors file: 8 bytes of header length, a JSON header, then the data, little-endian and
/// row-major.
/// </summary>
/// <remarks>
/// Read with every statement of the header verified: types known, sizes equal to the shapes', no gap and no overlap in the
/// data. Types: F64, F32, F16, BF16, I8 to I64, U8 to U64, BOOL.
/// </remarks>
public sealed class SafetensorsFile
{
    // The format's own limit; a header beyond it is a damaged length.
    private const int LargestHeader = 100_000_000;

    private static readonly (string Name, NumericType Type)[] s_types =
    [
        ("F64", NumericType.Float64), ("F32", NumericType.Float32), ("F16", NumericType.Float16), ("BF16", NumericType.BFloat16),
        ("I64", NumericType.Int64), ("I32", NumericType.Int32), ("I16", NumericType.Int16), ("I8", NumericType.Int8),
        ("U64", NumericType.UInt64), ("U32", NumericType.UInt32), ("U16", NumericType.UInt16), ("U8", NumericType.UInt8), ("BOOL", NumericType.Boolean),
    ];

    private SafetensorsFile(IReadOnlyDictionary<string, NumericArray> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The tensors.</summary>
    public IReadOnlyDictionary<string, NumericArray> Tensors { get; }

    /// <summary>The header's free texts, or empty.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>True when the bytes may be one: a plausible header length, then a JSON object.</summary>
    public static bool LooksLikeOne(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 9 && BinaryPrimitives.ReadUInt64LittleEndian(bytes) <= LargestHeader && bytes[8] == (byte)'{';

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConversionException">Missing, of another format, of an unsupported type, or damaged.</exception>
    public static SafetensorsFile Read(string path) => Parse(InputFile.ReadAllBytes(path), path);

    /// <summary>Reads the content of a file; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="ConversionException">Of another format, of an unsupported type, or damaged.</exception>
    public static SafetensorsFile Parse(byte[] bytes, string where)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length < 8)
            throw new ConversionException(ErrorCode.WrongFormat, where, $"{bytes.Length} bytes are not a safetensors file", "write it with safetensors.numpy.save_file");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > LargestHeader)
            throw new ConversionException(ErrorCode.WrongFormat, where, "it does not begin as a safetensors file", "write it with safetensors.numpy.save_file");
        if ((long)length > bytes.Length - 8) throw Damaged(where, $"a header of {length} bytes in a file of {bytes.Length}");

        try
        {
            using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, (int)length), new JsonDocumentOptions { MaxDepth = 8 });
            return ReadHeader(header.RootElement, bytes, 8 + (int)length, where);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ConversionException(ErrorCode.Damaged, where, $"the header can't be read ({e.Message})", "copy or write the file again", e);
        }
    }

    /// <summary>The content of a file with these tensors, in this order.</summary>
    public static byte[] ToBytes(IReadOnlyList<KeyValuePair<string, NumericArray>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            long offset = 0;
            json.WriteStartObject();
            foreach ((string name, NumericArray tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", s_types.First(t => t.Type == tensor.Type).Name);
                json.WriteStartArray("shape");
                foreach (int dimension in tensor.Dimensions) json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Padded with blanks, so that the data begins at a multiple of 8.
        int headerLength = (buffer.WrittenCount + 7) / 8 * 8;
        long total = 8L + headerLength + tensors.Sum(t => (long)t.Value.Bytes.Length);
        if (total > Array.MaxLength)
            throw new ConversionException(ErrorCode.Unsupported, "safetensors file", $"{total} bytes of tensors", "a file holds less than 2 GB");
        byte[] bytes = new byte[total];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)headerLength);
        bytes.AsSpan(8, headerLength).Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(bytes.AsSpan(8));
        int at = 8 + headerLength;
        foreach ((_, NumericArray tensor) in tensors)
        {
            tensor.Bytes.CopyTo(bytes.AsSpan(at));
            at += tensor.Bytes.Length;
        }

        return bytes;
    }

    private static SafetensorsFile ReadHeader(JsonElement header, byte[] bytes, int start, string where)
    {
        if (header.ValueKind != JsonValueKind.Object) throw Damaged(where, "the header is not a JSON object");
        Dictionary<string, NumericArray> tensors = new(StringComparer.Ordinal);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        List<(long Begin, long End, string Name)> ranges = [];
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (JsonProperty text in entry.Value.EnumerateObject()) metadata[text.Name] = text.Value.GetString() ?? "";
                continue;
            }

            string at = $"{where}, tensor '{entry.Name}'";
            if (entry.Value.ValueKind != JsonValueKind.Object || !entry.Value.TryGetProperty("dtype", out JsonElement dtype)
                || !entry.Value.TryGetProperty("shape", out JsonElement shape) || !entry.Value.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.GetArrayLength() != 2)
                throw Damaged(at, "dtype, shape or data_offsets is missing");
            string name = dtype.GetString() ?? "";
            int known = Array.FindIndex(s_types, t => t.Name == name);
            if (known < 0)
                throw new ConversionException(ErrorCode.Unsupported, at, $"type '{name}'", $"convert to one of {string.Join(", ", s_types.Select(t => t.Name))}");
            NumericType type = s_types[known].Type;
            if (!NumericArray.TryDimensions([.. shape.EnumerateArray().Select(d => d.GetInt64())], NumericArray.SizeOf(type), out int[] dimensions, out long size))
                throw Damaged(at, $"the shape {shape} is not one, or beyond 2 GB");
            long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64();
            if (begin < 0 || end < begin || end > bytes.Length - start) throw Damaged(at, $"data from {begin} to {end} in {bytes.Length - start} bytes of data");
            if (end - begin != size) throw Damaged(at, $"{end - begin} bytes of data where {name} {shape} takes {size}");
            ranges.Add((begin, end, entry.Name));
            if (!tensors.TryAdd(entry.Name, new NumericArray(type, dimensions, bytes[(start + (int)begin)..(start + (int)end)])))
                throw Damaged(at, "the name occurs twice");
        }

        long next = 0;
        foreach ((long begin, long end, string name) in ranges.OrderBy(r => r.Begin).ThenBy(r => r.End))
        {
            if (begin != next) throw Damaged($"{where}, tensor '{name}'", $"its data begins at {begin}, the one before ends at {next}");
            next = end;
        }

        if (next != bytes.Length - start) throw Damaged(where, $"{bytes.Length - start} bytes of data where the tensors take {next}");
        return new SafetensorsFile(tensors, metadata);
    }

    private static ConversionException Damaged(string where, string what) => new(ErrorCode.Damaged, where, what, "copy or write the file again");
}
