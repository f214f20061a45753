using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion.Quantization;

namespace EdgeSpike.Conversion.Planning;

/// <summary>
/// A model in memory, operator by operator, and its bytes exactly as runtime/FORMAT.md lays them out. The same calls give
/// the same bytes. Sections follow in the order buffers, operators, tensor table, strings, ports, labels, vectors,
/// metadata, tensor data.
/// </summary>
/// <remarks>
/// It serves the lowering, which builds valid models, and the tests and fuzzers of the verifier, which build others too: so
/// only what can't be written at all is refused. Equal tensors and equal strings are stored once. <see cref="Build()"/> may be
/// called again after more was added, such as the test vectors that need the model's own results.
/// </remarks>
public sealed class ModelBuilder
{
    private const int HeaderBytes = 128, Alignment = 16;
    private const ushort None = 0xFFFF;

    private readonly List<ModelBuffer> _buffers = [];
    private readonly List<ModelOperator> _operators = [];
    private readonly List<ModelPort> _ports = [];
    private readonly List<string> _labels = [];
    private readonly List<ModelVector> _vectors = [];
    private readonly List<(TensorType Type, int Elements, byte[] Bytes)> _tensors = [];
    private readonly Dictionary<string, int> _tensorByContent = new(StringComparer.Ordinal);

    /// <summary>Arithmetic profile.</summary>
    public Profile Profile { get; set; } = Profile.Edge;

    /// <summary>Length of a tick in nanoseconds, 0 if unknown.</summary>
    public uint TickNanoseconds { get; set; }

    /// <summary>SHA-256 of what the model is made from, 32 bytes.</summary>
    public byte[] SourceHash { get; set; } = new byte[32];

    /// <summary>UTF-8 JSON for host tools.</summary>
    public string Metadata { get; set; } = "";

    /// <summary>Buffers so far; the index is the number in the file.</summary>
    public IReadOnlyList<ModelBuffer> Buffers => _buffers;

    /// <summary>Operators so far, in file order.</summary>
    public IReadOnlyList<ModelOperator> Operators => _operators;

    /// <summary>Ports so far.</summary>
    public IReadOnlyList<ModelPort> Ports => _ports;

    /// <summary>Adds a buffer and returns its index.</summary>
    /// <param name="kind">What it holds.</param>
    /// <param name="length">Elements, 1 or more (words: words).</param>
    /// <param name="bound">Largest magnitude of values, 1 … 2^31 − 1; 1 for the other kinds.</param>
    /// <param name="persistent">Keeps its content between ticks.</param>
    /// <param name="name">Name, or null.</param>
    public int AddBuffer(BufferKind kind, int length, int bound = 1, bool persistent = false, string? name = null)
    {
        _buffers.Add(new ModelBuffer(kind, length, bound, persistent, name));
        return _buffers.Count - 1;
    }

    /// <summary>Replaces a buffer's description, for a bound that only later operators settle.</summary>
    public void ReplaceBuffer(int index, ModelBuffer buffer) => _buffers[index] = buffer;

    /// <summary>Adds an operator at the end of the schedule and returns its index.</summary>
    public int AddOperator(ModelOperator item)
    {
        _operators.Add(item);
        return _operators.Count - 1;
    }

    /// <summary>Replaces an operator.</summary>
    public void ReplaceOperator(int index, ModelOperator item) => _operators[index] = item;

    /// <summary>Adds a port and returns its index.</summary>
    public int AddPort(PortKind kind, int buffer, string? name = null)
    {
        _ports.Add(new ModelPort(kind, name, buffer));
        return _ports.Count - 1;
    }

    /// <summary>Adds the name of the next class.</summary>
    public void AddLabel(string label) => _labels.Add(label);

    /// <summary>Adds a test vector.</summary>
    public void AddVector(ModelVector vector) => _vectors.Add(vector);

    /// <summary>Adds a tensor of plain elements and returns its index; an equal one is shared.</summary>
    /// <param name="type">Type of an element; each value has to fit it.</param>
    /// <param name="values">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value does not fit the type.</exception>
    public int AddTensor(TensorType type, ReadOnlySpan<int> values) => AddMatrix(type, values, 1, values.Length, out _);

    /// <summary>Adds a matrix whose rows start on a byte (int4: an odd row is padded) or on more, and returns its index.</summary>
    /// <param name="type">Type of an element; each value has to fit it.</param>
    /// <param name="values">[rows × columns] row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="rowAlignment">Rows take a multiple of this many bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value does not fit the type.</exception>
    public int AddMatrix(TensorType type, ReadOnlySpan<int> values, int rows, int columns, out int rowBytes, int rowAlignment = 1)
    {
        if (values.Length != (long)rows * columns)
            throw new ArgumentOutOfRangeException(nameof(values), $"{values.Length} values for {rows} x {columns}");
        int packed = type == TensorType.Int4 ? (columns + 1) / 2 : checked(columns * ElementBytes(type));
        rowBytes = (packed + rowAlignment - 1) / rowAlignment * rowAlignment;
        byte[] bytes = new byte[checked(rows * rowBytes)];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                Put(type, bytes.AsSpan(row * rowBytes), column, values[row * columns + column]);
        // A single row is a plain tensor: its odd last half byte is not an element.
        int elements = type == TensorType.Int4
            ? rows == 1 && rowAlignment == 1 ? columns : checked(bytes.Length * 2)
            : bytes.Length / ElementBytes(type);
        return AddBytes(type, elements, bytes);
    }

    /// <summary>The file.</summary>
    public byte[] Build() => Build(out _, out _);

    /// <summary>The file, and where the planner put each buffer.</summary>
    public byte[] Build(out BufferPlace[] places, out int arenaWords)
    {
        places = MemoryPlanner.Plan(_buffers, _operators, _ports, out arenaWords);
        StringTable strings = new();
        MemoryStream file = new();
        using BinaryWriter writer = new(file, Encoding.UTF8, leaveOpen: true);
        writer.Write(new byte[HeaderBytes]);

        int buffersAt = Align(writer);
        for (int i = 0; i < _buffers.Count; i++)
        {
            ModelBuffer buffer = _buffers[i];
            writer.Write((byte)buffer.Kind);
            writer.Write((byte)(buffer.Persistent ? 1 : 0));
            writer.Write(strings.Index(buffer.Name));
            writer.Write(places[i].Offset);
            writer.Write(buffer.Length);
            writer.Write(buffer.Bound);
        }

        int operatorsAt = Align(writer);
        foreach (ModelOperator item in _operators)
        {
            int[] fields = item.Fields();
            writer.Write(checked((ushort)item.Code));
            writer.Write(checked((ushort)(8 + 4 * fields.Length)));
            writer.Write(strings.Index(item.Name));
            writer.Write((ushort)0);
            foreach (int field in fields) writer.Write(field);
        }

        int operatorBytes = (int)file.Position - operatorsAt;

        // The table names offsets of data that come last; it is written when they are known.
        int tensorsAt = Align(writer);
        writer.Write(new byte[16 * _tensors.Count]);

        // Names of ports and labels join the strings before these are written.
        ushort[] portNames = [.. _ports.Select(p => strings.Index(p.Name))];
        ushort[] labels = [.. _labels.Select(strings.Index)];
        int stringsAt = Align(writer);
        strings.Write(writer);
        int stringBytes = (int)file.Position - stringsAt;

        int portsAt = Align(writer);
        for (int i = 0; i < _ports.Count; i++)
        {
            writer.Write((ushort)_ports[i].Kind);
            writer.Write(portNames[i]);
            writer.Write(checked((ushort)_ports[i].Buffer));
            writer.Write((ushort)0);
        }

        int labelsAt = Align(writer);
        foreach (ushort label in labels) writer.Write(label);

        int vectorsAt = Align(writer);
        foreach (ModelVector vector in _vectors) WriteVector(writer, vector);
        int vectorBytes = (int)file.Position - vectorsAt;

        int metadataAt = Align(writer);
        byte[] metadata = Encoding.UTF8.GetBytes(Metadata);
        writer.Write(metadata);

        int[] tensorOffsets = new int[_tensors.Count];
        for (int i = 0; i < _tensors.Count; i++)
        {
            tensorOffsets[i] = Align(writer);
            writer.Write(_tensors[i].Bytes);
        }

        _ = Align(writer);
        byte[] bytes = file.ToArray();
        Span<byte> table = bytes.AsSpan(tensorsAt);
        for (int i = 0; i < _tensors.Count; i++, table = table[16..])
        {
            table[0] = (byte)_tensors[i].Type;
            BinaryPrimitives.WriteInt32LittleEndian(table[4..], tensorOffsets[i]);
            BinaryPrimitives.WriteInt32LittleEndian(table[8..], _tensors[i].Elements);
        }

        void Word(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        void Half(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), checked((ushort)value));
        Word(0, 0x314D5345);
        Half(4, 1);
        Half(6, HeaderBytes);
        Word(8, bytes.Length);
        bytes[16] = (byte)Profile;
        Word(20, unchecked((int)TickNanoseconds));
        Word(24, arenaWords);
        Half(28, _buffers.Count);
        Half(30, _operators.Count);
        Half(32, _tensors.Count);
        Half(34, strings.Count);
        Half(36, _ports.Count);
        Half(38, _labels.Count);
        Half(40, _vectors.Count);
        Word(44, buffersAt);
        Word(48, operatorsAt);
        Word(52, operatorBytes);
        Word(56, tensorsAt);
        Word(60, stringsAt);
        Word(64, stringBytes);
        Word(68, portsAt);
        Word(72, labelsAt);
        Word(76, vectorsAt);
        Word(80, vectorBytes);
        Word(84, metadataAt);
        Word(88, metadata.Length);
        SourceHash.AsSpan(0, 32).CopyTo(bytes.AsSpan(96));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32.Of(bytes.AsSpan(16)));
        return bytes;
    }

    /// <summary>Corrects the CRC of a file whose bytes were changed, so that a fuzzer gets past it.</summary>
    public static void Reseal(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(12), Crc32.Of(file.AsSpan(16)));
    }

    private void WriteVector(BinaryWriter writer, ModelVector vector)
    {
        int[] ports = [.. _ports.Where(p => p.Kind == PortKind.Input).Select(p => p.Buffer)];
        using MemoryStream body = new();
        using BinaryWriter words = new(body);
        foreach (int[][] tick in vector.Inputs)
            for (int port = 0; port < tick.Length; port++)
            {
                if (port < ports.Length && _buffers[ports[port]].Kind == BufferKind.Events) words.Write(tick[port].Length);
                foreach (int word in tick[port]) words.Write(word);
            }

        foreach (uint checksum in vector.Checksums) words.Write(checksum);
        foreach (int word in vector.Results) words.Write(word);
        words.Flush();
        writer.Write(checked((int)body.Length + 8));
        writer.Write(vector.Inputs.Count);
        writer.Write(body.ToArray());
    }

    private int AddBytes(TensorType type, int elements, byte[] bytes)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"{type}/{elements}/{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}");
        if (_tensorByContent.TryGetValue(key, out int index)) return index;
        index = _tensors.Count;
        _tensors.Add((type, elements, bytes));
        _tensorByContent.Add(key, index);
        return index;
    }

    private static int ElementBytes(TensorType type) => type switch
    {
        TensorType.Int16 or TensorType.UInt16 => 2,
        TensorType.Int32 => 4,
        _ => 1,
    };

    private static void Put(TensorType type, Span<byte> row, int column, int value)
    {
        (int low, int high) = type switch
        {
            TensorType.Int4 => (-8, 7),
            TensorType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            TensorType.Int16 => (short.MinValue, short.MaxValue),
            TensorType.UInt8 => (0, byte.MaxValue),
            TensorType.UInt16 => (0, ushort.MaxValue),
            _ => (int.MinValue, int.MaxValue),
        };
        if (value < low || value > high) throw new ArgumentOutOfRangeException(nameof(value), $"{value} does not fit {type}");
        switch (type)
        {
            case TensorType.Int4: row[column / 2] |= (byte)((value & 15) << (column % 2 * 4)); break;
            case TensorType.Int16 or TensorType.UInt16: BinaryPrimitives.WriteUInt16LittleEndian(row[(2 * column)..], unchecked((ushort)value)); break;
            case TensorType.Int32: BinaryPrimitives.WriteInt32LittleEndian(row[(4 * column)..], value); break;
            default: row[column] = unchecked((byte)value); break;
        }
    }

    private static int Align(BinaryWriter writer)
    {
        writer.Flush();
        while (writer.BaseStream.Position % Alignment != 0) writer.Write((byte)0);
        return checked((int)writer.BaseStream.Position);
    }

    // Strings in order of first use.
    private sealed class StringTable
    {
        private readonly List<byte[]> _texts = [];
        private readonly Dictionary<string, ushort> _byText = new(StringComparer.Ordinal);

        public int Count => _texts.Count;

        public ushort Index(string? text)
        {
            if (text is null) return None;
            if (_byText.TryGetValue(text, out ushort index)) return index;
            index = checked((ushort)_texts.Count);
            _texts.Add(Encoding.UTF8.GetBytes(text));
            _byText.Add(text, index);
            return index;
        }

        public void Write(BinaryWriter writer)
        {
            int at = 8 * _texts.Count;
            foreach (byte[] text in _texts)
            {
                writer.Write(at);
                writer.Write(text.Length);
                at += text.Length;
            }

            foreach (byte[] text in _texts) writer.Write(text);
        }
    }
}
