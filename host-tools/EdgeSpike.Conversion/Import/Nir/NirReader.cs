using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using EdgeSpike.Conversion.Files;
using PureHDF;

namespace EdgeSpike.Conversion.Import.Nir;

/// <summary>A node as the file has it: its type and its parameters, uninterpreted.</summary>
/// <param name="Name">Name in its graph.</param>
/// <param name="Type">The file's type, such as "CubaLIF".</param>
/// <param name="Numbers">Numeric parameters by name.</param>
/// <param name="Texts">Textual parameters by name, such as padding "same".</param>
/// <param name="Graph">The graph inside, for a NIRGraph.</param>
internal sealed record NirNode(string Name, string Type, IReadOnlyDictionary<string, NumericArray> Numbers, IReadOnlyDictionary<string, string> Texts, NirGraph? Graph);

/// <summary>Nodes and edges as the file has them, in natural order of their names.</summary>
internal sealed record NirGraph(IReadOnlyList<NirNode> Nodes, IReadOnlyList<(string Source, string Target)> Edges, string Version);

/// <summary>
/// Reads the HDF5 of a NIR file. The file is not trusted: the library sees it through a stream that ends every read beyond
/// the file, every recursion near the end of the stack and every loop that reads without end; data sets are sized before
/// they are read; and the whole runs on a thread of its own under a time limit.
/// </summary>
internal static class NirReader
{
    /// <summary>Deflate can't expand further than this.</summary>
    private const int LargestExpansion = 1032;

    private const int DeepestNesting = 16;

    private const int StackSize = 16 << 20;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>True when the bytes begin as HDF5.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Signature);

    /// <summary>Reads the graph of a file's content; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="ConversionException">Wrong format or damaged.</exception>
    public static NirGraph Read(byte[] bytes, string where)
    {
        if (!HasSignature(bytes))
            throw new ConversionException(ErrorCode.WrongFormat, where, "it is not an HDF5 file", "give a file written by nir.write");

        // The limit only ends what the stream's own limits do not; reading takes milliseconds per megabyte.
        TimeSpan limit = TimeSpan.FromSeconds(20 + bytes.Length / 1_000_000);
        NirGraph? graph = null;
        Exception? fault = null;
        GuardedStream stream = new(bytes);
        Thread worker = new(
            () =>
            {
                try
                {
                    graph = ReadFile(stream, bytes.Length, where);
                }
                catch (Exception e)
                {
                    fault = e;
                }
            },
            StackSize)
        { IsBackground = true, Name = "NIR reader" };
        worker.Start();
        if (!worker.Join(limit))
        {
            stream.Stop();
            throw Damaged(where, $"reading it did not end within {limit.TotalSeconds:0} s", null);
        }

        if (fault is ConversionException) throw fault;
        // Whatever a library throws at damaged bytes means the same to the user.
        if (fault is not null) throw Damaged(where, $"its HDF5 structure can't be read ({fault.Message})", fault);
        return graph!;
    }

    private static NirGraph ReadFile(Stream stream, int length, string where)
    {
        using var file = H5File.Open(stream, leaveOpen: true);
        if (!file.LinkExists("node"))
        {
            if (file.AttributeExists("__type__"))
                throw new ConversionException(ErrorCode.WrongFormat, where, "it holds recorded activity (NIRGraphData), not a network", "give the file of the network, written by nir.write");
            throw new ConversionException(ErrorCode.WrongFormat, where, "it is HDF5 but has no group /node", "give a file written by nir.write");
        }

        string version = file.LinkExists("version") && file.Get("version") is IH5Dataset dataset ? ReadText(dataset, length, "/version") : "unknown";
        if (file.Get("node") is not IH5Group root) throw Damaged(where, "/node is not a group", null);
        return ReadGraph(root, "/node", version, length, 0);
    }

    private static NirGraph ReadGraph(IH5Group group, string path, string version, int length, int depth)
    {
        if (depth > DeepestNesting) throw Damaged(path, $"graphs are nested more than {DeepestNesting} deep", null);
        if (!group.LinkExists("nodes") || group.Get("nodes") is not IH5Group nodes)
            throw new ConversionException(ErrorCode.WrongFormat, path, "it has no group 'nodes'", "give a file whose root is a NIRGraph");
        List<NirNode> read = [];
        foreach (IH5Object child in nodes.Children())
        {
            string at = $"{path}/nodes/{child.Name}";
            if (child is not IH5Group node) throw Damaged(at, "a node is a group, this is not", null);
            read.Add(ReadNode(node, at, version, length, depth));
        }

        read.Sort((a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        List<(string Source, string Target)> edges = group.LinkExists("edges") ? ReadEdges(group.Get("edges"), $"{path}/edges", length) : [];
        edges.Sort((a, b) => NaturalOrder.Instance.Compare(a.Source, b.Source) is var order && order != 0 ? order : NaturalOrder.Instance.Compare(a.Target, b.Target));
        return new NirGraph(read, edges, version);
    }

    private static NirNode ReadNode(IH5Group group, string path, string version, int length, int depth)
    {
        string name = group.Name;
        if (!group.LinkExists("type") || group.Get("type") is not IH5Dataset typeDataset)
            throw Damaged(path, "it has no 'type'", null);
        string type = ReadText(typeDataset, length, $"{path}/type");
        if (type == "NIRGraph")
            return new NirNode(name, type, new Dictionary<string, NumericArray>(), new Dictionary<string, string>(), ReadGraph(group, path, version, length, depth + 1));

        Dictionary<string, NumericArray> numbers = new(StringComparer.Ordinal);
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (IH5Object child in group.Children())
        {
            IH5Object parameter = child;
            if (child.Name is "type" or "metadata") continue;

            // Some writers keep a type as a group with one member, named after the port.
            if (child is IH5Group port)
            {
                string? member = port.LinkExists("input") ? "input" : port.LinkExists("output") ? "output" : null;
                if (member is null) continue;
                parameter = port.Get(member);
            }

            if (parameter is not IH5Dataset dataset) continue;
            string at = $"{path}/{child.Name}";
            if (IsText(dataset)) texts[child.Name] = ReadText(dataset, length, at);
            else if (dataset.Space.Type != H5DataspaceType.Null) numbers[child.Name] = ReadNumbers(dataset, length, at);
        }

        return new NirNode(name, type, numbers, texts, null);
    }

    private static List<(string Source, string Target)> ReadEdges(IH5Object edges, string path, int length)
    {
        if (edges is not IH5Dataset dataset) throw Damaged(path, "it is not a data set", null);
        if (dataset.Space.Type == H5DataspaceType.Null) return [];
        ulong[] dimensions = dataset.Space.Dimensions;
        if (dimensions.Contains(0UL)) return [];
        if (dimensions.Length != 2 || dimensions[1] != 2 || !IsText(dataset))
            throw Damaged(path, $"edges are pairs of names, this is {string.Join('x', dimensions)}", null);
        string[] names = ReadTexts(dataset, length, path);
        List<(string Source, string Target)> pairs = [];
        for (int i = 0; i + 1 < names.Length; i += 2) pairs.Add((names[i], names[i + 1]));
        return pairs;
    }

    private static bool IsText(IH5Dataset dataset) => dataset.Type.Class is H5DataTypeClass.String or H5DataTypeClass.VariableLength;

    private static string ReadText(IH5Dataset dataset, int length, string path)
    {
        if (!IsText(dataset)) throw Damaged(path, "it is not text", null);
        Size(dataset, length, path);
        string text = dataset.Space.Rank == 0 ? dataset.Read<string>() : ReadTexts(dataset, length, path).FirstOrDefault() ?? "";
        return (text ?? "").TrimEnd('\0');
    }

    private static string[] ReadTexts(IH5Dataset dataset, int length, string path)
    {
        Size(dataset, length, path);
        return [.. dataset.Read<string[]>().Select(t => (t ?? "").TrimEnd('\0'))];
    }

    private static NumericArray ReadNumbers(IH5Dataset dataset, int length, string path)
    {
        int[] dimensions = Size(dataset, length, path);
        IH5DataType type = dataset.Type;
        bool signed = type.Class == H5DataTypeClass.FixedPoint && type.FixedPoint.IsSigned;
        return (type.Class, type.Size, signed) switch
        {
            (H5DataTypeClass.FloatingPoint, 2, _) => Make<Half>(NumericType.Float16),
            (H5DataTypeClass.FloatingPoint, 4, _) => Make<float>(NumericType.Float32),
            (H5DataTypeClass.FloatingPoint, 8, _) => Make<double>(NumericType.Float64),
            (H5DataTypeClass.FixedPoint, 1, true) => Make<sbyte>(NumericType.Int8),
            (H5DataTypeClass.FixedPoint, 1, false) => Make<byte>(NumericType.UInt8),
            (H5DataTypeClass.FixedPoint, 2, true) => Make<short>(NumericType.Int16),
            (H5DataTypeClass.FixedPoint, 2, false) => Make<ushort>(NumericType.UInt16),
            (H5DataTypeClass.FixedPoint, 4, true) => Make<int>(NumericType.Int32),
            (H5DataTypeClass.FixedPoint, 4, false) => Make<uint>(NumericType.UInt32),
            (H5DataTypeClass.FixedPoint, 8, true) => Make<long>(NumericType.Int64),
            (H5DataTypeClass.FixedPoint, 8, false) => Make<ulong>(NumericType.UInt64),
            (H5DataTypeClass.Enumerated, 1, _) => Make<byte>(NumericType.UInt8),        // NumPy's bool
            _ => throw new ConversionException(ErrorCode.Unsupported, path, $"elements of {type.Class} with {type.Size} bytes", "store numbers as float or int of 1 to 8 bytes"),
        };

        NumericArray Make<T>(NumericType stored)
            where T : unmanaged
            => dimensions.Length == 0
                ? NumericArray.FromValues<T>(stored, [dataset.Read<T>()])
                : dimensions.Contains(0) ? new NumericArray(stored, dimensions, []) : NumericArray.FromValues<T>(stored, dataset.Read<T[]>(), dimensions);
    }

    /// <summary>The dimensions, after a check that the file can hold that much.</summary>
    private static int[] Size(IH5Dataset dataset, int length, string path)
    {
        long elementSize = Math.Max(1, (long)dataset.Type.Size);
        bool packed = dataset.Layout.Class == H5DataLayoutClass.Chunked;
        long most = Math.Min(Array.MaxLength, packed ? (long)length * LargestExpansion : length);
        Check(dataset.Space.Dimensions, "it");
        if (packed) Check([.. dataset.Layout.Chunks.Select(c => (ulong)c)], "a chunk of it");
        return [.. dataset.Space.Dimensions.Select(d => (int)d)];

        void Check(ulong[] sizes, string what)
        {
            double bytes = elementSize;
            foreach (ulong size in sizes) bytes *= size;
            if (bytes > most || sizes.Any(d => d > int.MaxValue))
                throw Damaged(path, $"{what} claims {string.Join('x', sizes)} elements, more than a file of {length} bytes can hold", null);
        }
    }

    private static ConversionException Damaged(string where, string what, Exception? inner) => new(ErrorCode.Damaged, where, what, "copy or export the file again", inner);

    /// <summary>
    /// The file's bytes, in memory. The library allocates a buffer of the length that a field claims, up to 2 GB, before it
    /// reads into it; that memory is never touched, because the read is refused. Reads beyond the end throw instead of returning less, since the library would go on with
    /// zeros; too many reads throw, since only a loop in a damaged file reads each byte many times.
    /// </summary>
    private sealed class GuardedStream(byte[] bytes) : Stream
    {
        // A sound file takes fewer reads than it has bytes.
        private readonly long _mostReads = 20_000 + 2L * bytes.Length;
        private readonly long _mostBytes = 1_000_000 + 16L * bytes.Length;
        private long _reads, _bytesRead, _position;
        private volatile bool _stopped;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => bytes.Length;

        public override long Position
        {
            get => _position;
            set
            {
                Guard(0);
                _position = value is < 0 || value > bytes.Length ? throw new InvalidDataException($"an address {value} lies outside the file") : value;
            }
        }

        public void Stop() => _stopped = true;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.Length > bytes.Length - _position) throw new InvalidDataException($"{buffer.Length} bytes at {_position} reach beyond the end of the file");
            Guard(buffer.Length);
            bytes.AsSpan((int)_position, buffer.Length).CopyTo(buffer);
            _position += buffer.Length;
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => bytes.Length,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private void Guard(int count)
        {
            // A stack overflow can't be caught; recursion without end reads on its way and ends here instead.
            RuntimeHelpers.EnsureSufficientExecutionStack();
            _bytesRead += count;
            if (_stopped || ++_reads > _mostReads || _bytesRead > _mostBytes) throw new InvalidDataException("its structure runs in circles");
        }
    }
}
