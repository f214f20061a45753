using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeSpike.Runtime;

/// <summary>
/// A model file, read in place: header, tables, and the proof that it is safe to run (FORMAT.md). Whom it trusts: nobody.
/// </summary>
/// <remarks>
/// <see cref="Load"/> allocates one object for each buffer, tensor, port and operator, all of which the file pays for with
/// at least 8 bytes each, and nothing else; the arena is the interpreter's. On an error everything read so far is dropped.
/// </remarks>
public sealed class ModelFile
{
    private const int HeaderBytes = 128;

    private const int FileVersion = 1;

    /// <summary>A word of the header that is 0: what a parameter without a tensor reads.</summary>
    internal const int ZeroWord = 92;

    /// <summary>Bounds the pairs that are compared for overlap.</summary>
    private const int MostBuffers = 8192;

    /// <summary>Bytes of the file, as given.</summary>
    public byte[] File { get; private set; }

    /// <summary>Why Load refused, or None.</summary>
    public ModelError Error { get; private set; }

    /// <summary>Offset in the file that <see cref="Error"/> is about.</summary>
    public int ErrorOffset { get; private set; }

    /// <summary>Index of the operator that <see cref="Error"/> is about, or -1.</summary>
    public int ErrorOperator { get; private set; }

    /// <summary>Arithmetic profile.</summary>
    public ModelProfile Profile
    {
        get { return (ModelProfile)(Header(16) & 255); }
    }

    /// <summary>Length of a tick in nanoseconds, 0 if unknown.</summary>
    public uint TickNanoseconds
    {
        get { return (uint)Header(20); }
    }

    /// <summary>Words of the arena.</summary>
    public int ArenaWords
    {
        get { return Header(24); }
    }

    /// <summary>Buffers, in file order.</summary>
    public ModelBuffer[] Buffers { get; private set; }

    /// <summary>Tensors, in file order.</summary>
    public ModelTensor[] Tensors { get; private set; }

    /// <summary>Operators, in the order they run.</summary>
    public Operator[] Operators { get; private set; }

    /// <summary>Ports, in file order.</summary>
    public ModelPort[] Ports { get; private set; }

    /// <summary>Number of strings.</summary>
    public int StringCount
    {
        get { return Header(34) & 65535; }
    }

    /// <summary>Number of labels.</summary>
    public int LabelCount
    {
        get { return Header(38) & 65535; }
    }

    /// <summary>Number of vectors.</summary>
    public int VectorCount
    {
        get { return Header(40) & 65535; }
    }

    /// <summary>Largest number of synaptic operations and updates one tick can take.</summary>
    public long Work { get; private set; }

    /// <summary>Offset of the metadata in the file.</summary>
    public int MetadataOffset
    {
        get { return Header(84); }
    }

    /// <summary>Bytes of the metadata.</summary>
    public int MetadataBytes
    {
        get { return Header(88); }
    }

    /// <summary>Sums of which operators note a peak (<see cref="Operator.Peaks"/>).</summary>
    internal int Peaks { get; private set; }

    internal int VectorsOffset
    {
        get { return Header(76); }
    }

    internal int VectorsBytes
    {
        get { return Header(80); }
    }

    /// <summary>An empty model: call <see cref="Load"/>.</summary>
    public ModelFile()
    {
        File = new byte[0];
        Clear();
    }

    /// <summary>
    /// Reads and verifies a model. None: it is safe to run. Otherwise the reason, with
    /// <see cref="ErrorOffset"/> and <see cref="ErrorOperator"/>.
    /// </summary>
    /// <param name="file">The whole file; kept, not copied.</param>
    /// <param name="maximumArenaWords">Largest arena to accept, in words of 4 bytes.</param>
    /// <param name="maximumWork">Largest <see cref="Work"/> to accept.</param>
    public ModelError Load(byte[] file, int maximumArenaWords, long maximumWork)
    {
        Clear();
        File = file;
        ReadHeader(maximumArenaWords, maximumWork);
        if (Features.Verifies && Error == ModelError.None) Verify();
        if (Error != ModelError.None)
        {
            ModelError error = Error;
            int offset = ErrorOffset, index = ErrorOperator;
            Clear();
            Error = error;
            ErrorOffset = offset;
            ErrorOperator = index;
        }

        return Error;
    }

    /// <summary>A string of the file; "" for -1.</summary>
    public string Text(int index)
    {
        if (index < 0 || index >= StringCount) return "";
        int strings = Header(60), entry = strings + 8 * index;
        return Encoding.UTF8.GetString(File, strings + Word(entry), Word(entry + 4));
    }

    /// <summary>The name of class <paramref name="index"/>, 0 … <see cref="LabelCount"/> − 1.</summary>
    public string Label(int index)
    {
        if (index < 0 || index >= LabelCount) return "";
        return Text(Half(Header(72) + 2 * index));
    }

    /// <summary>Forgets buffers and tensors, which only verification needs.</summary>
    internal void DropTables()
    {
        Buffers = new ModelBuffer[0];
        Tensors = new ModelTensor[0];
    }

    private void Clear()
    {
        Error = ModelError.None;
        ErrorOffset = 0;
        ErrorOperator = -1;
        DropTables();
        Operators = new Operator[0];
        Ports = new ModelPort[0];
        Peaks = 0;
        Work = 0;
    }

    /// <summary>A number of the header, of 32 bits; 0 without a model.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Header(int at)
    {
        return Error != ModelError.None || File.Length == 0 ? 0 : Word(at);
    }

    /// <summary>Keeps the first reason; Load gives it back.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Refuse(ModelError error, int offset, int operatorIndex)
    {
        if (Error != ModelError.None) return;
        Error = error;
        ErrorOffset = offset;
        ErrorOperator = operatorIndex;
    }

    // Two reads that are calls wherever they are used: loading is not worth a copy of the check in each place.

    /// <summary>The 32-bit number at an offset of the file.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Word(int at)
    {
        return Bytes.I32(File, at);
    }

    /// <summary>The unsigned 16-bit number at an offset of the file.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Half(int at)
    {
        return Bytes.U16(File, at);
    }

    /// <summary>Refuses for an operator, in builds that verify.</summary>
    [MethodImpl(Features.Inlined)]
    private void Fail(ModelError error, int offset, int operatorIndex)
    {
        if (Features.Verifies) Refuse(error, offset, operatorIndex);
    }

    /// <summary>The same for a place that belongs to no operator.</summary>
    [MethodImpl(Features.Inlined)]
    private void Fail(ModelError error, int offset)
    {
        if (Features.Verifies) Refuse(error, offset);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refuse(ModelError error, int offset)
    {
        Refuse(error, offset, -1);
    }

    /// <summary>A word of the header is what it has to be, in a file of which nothing else has failed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Demand(int at, int expected, ModelError error)
    {
        if (Error == ModelError.None && Word(at) != expected) Refuse(error, at);
    }

    private void ReadHeader(int maximumArenaWords, long maximumWork)
    {
        byte[] file = File;
        if (file.Length < HeaderBytes)
        {
            Refuse(ModelError.Truncated, file.Length);
            return;
        }

        Demand(0, 0x314D5345, ModelError.NotAModel);
        Demand(4, FileVersion | HeaderBytes << 16, ModelError.Version);
        Demand(8, file.Length, ModelError.Truncated);
        if (Error == ModelError.None) Demand(12, (int)Bytes.Crc32(file, 16, file.Length), ModelError.Checksum);
        if (Features.Verifies && Error == ModelError.None) VerifyHeader(maximumArenaWords);
        if (Error != ModelError.None) return;
        if (Features.Verifies) VerifyStrings();
        ReadBuffers(Half(28), Word(44));
        ReadTensors(Half(32), Word(56));
        ReadPorts(Half(36), Word(68));
        ReadOperators(Half(30), Word(48), Word(52), maximumWork);
    }

    /// <summary>Of each section: where the header has its place, its entries, and the bytes of one as a power of 2; without a number of entries its bytes follow its place.</summary>
    private static readonly byte[] Sections = { 44, 28, 4, 48, 0, 0, 56, 32, 4, 60, 0, 0, 68, 36, 3, 72, 38, 1, 76, 0, 0, 84, 0, 0 };

    private void VerifyHeader(int maximumArenaWords)
    {
        if ((uint)Word(16) > (uint)ModelProfile.Loihi) Fail(ModelError.Profile, 16);
        if (Half(42) != 0) Fail(ModelError.Field, 42);
        Demand(ZeroWord, 0, ModelError.Field);
        int arena = Word(24);
        if (arena < 1 || arena > maximumArenaWords) Fail(ModelError.ArenaLimit, 24);
        if (Half(28) > MostBuffers) Fail(ModelError.Field, 28);
        for (int i = 0; i < Sections.Length; i += 3)
        {
            int field = Sections[i], entries = Sections[i + 1];
            if (!Holds(Word(field), entries == 0 ? Word(field + 4) : Half(entries) << Sections[i + 2])) Fail(ModelError.Section, field);
        }
    }

    /// <summary>So many bytes from a place on are behind the header, aligned, and in the file.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Holds(int at, int bytes)
    {
        return bytes >= 0 && at >= HeaderBytes && (at & 15) == 0 && at <= File.Length - bytes;
    }

    /// <summary>Strings lie in their section, and labels are strings.</summary>
    private void VerifyStrings()
    {
        int count = Half(34), bytes = Word(64), entry = Word(60), label = Word(72);
        if (count << 3 > bytes) Fail(ModelError.Section, 64);
        for (int i = 0; i < count && Error == ModelError.None; i++, entry += 8)
        {
            int length = Word(entry + 4);
            if (length < 0 || length > bytes || (uint)Word(entry) > (uint)(bytes - length)) Fail(ModelError.Section, entry);
        }

        for (int i = Half(38); i > 0; i--, label += 2)
            if (Half(label) >= count) Fail(ModelError.Index, label);
    }

    private void ReadBuffers(int count, int at)
    {
        if (Error != ModelError.None) return;
        TableMemory.Begin();
        ModelBuffer[] buffers = new ModelBuffer[count];
        Buffers = buffers;
        int arena = Word(24), end = 0;
        for (int i = 0; i < buffers.Length; i++, at += 16)
        {
            ModelBuffer buffer = new ModelBuffer();
            buffers[i] = buffer;
            int kind = Half(at);
            buffer.Kind = (BufferKind)(kind & 255);
            buffer.Keeps = kind >> 8;
            buffer.Name = Name(at + 2);
            buffer.Offset = Word(at + 4);
            buffer.Length = Word(at + 8);
            buffer.Words = buffer.Length;
            buffer.Bound = Word(at + 12);
            if (buffer.Kind == BufferKind.Events) buffer.Words++;
            if (!Features.Verifies) continue;
            buffer.FirstWriter = ModelBuffer.Never;
            buffer.LastUse = buffer.LastReader = buffer.LastPreviousReader = -1;
            if (buffer.Kind > BufferKind.Words || buffer.Keeps > 1) Fail(ModelError.Field, at);
            if (buffer.Length < 1 || (uint)buffer.Words > (uint)arena || (uint)buffer.Offset > (uint)(arena - buffer.Words)) Fail(ModelError.BufferRange, at + 4);
            if (buffer.Bound < 1 || (buffer.Kind != BufferKind.Values && buffer.Bound != 1)) Fail(ModelError.Bound, at + 12);
            if (buffer.Offset + buffer.Words > end) end = buffer.Offset + buffer.Words;
        }

        TableMemory.End();
        if (end != arena) Fail(ModelError.BufferRange, 24);
    }

    private void ReadTensors(int count, int at)
    {
        if (Error != ModelError.None) return;
        TableMemory.Begin();
        ModelTensor[] tensors = new ModelTensor[count];
        Tensors = tensors;
        for (int i = 0; i < tensors.Length; i++, at += 16)
        {
            ModelTensor tensor = new ModelTensor();
            tensors[i] = tensor;
            int type = Word(at), elements = Word(at + 8);
            if ((uint)type > (uint)TensorType.Int4 || Word(at + 12) != 0) Fail(ModelError.Field, at);
            tensor.Type = (TensorType)type;
            tensor.Offset = Word(at + 4);
            tensor.Count = elements;
            if (elements < 1 || !Holds(tensor.Offset, tensor.BytesOf(elements))) Fail(ModelError.Section, at + 4);
        }

        TableMemory.End();
    }

    /// <summary>Kinds of buffers that a port may name, a half byte for each kind of port: input and activity values and events, sums words, the others values.</summary>
    private const int PortBuffers = 0x14133;

    private void ReadPorts(int count, int at)
    {
        if (Error != ModelError.None) return;
        ModelPort[] ports = new ModelPort[count];
        Ports = ports;
        for (int i = 0; i < ports.Length; i++, at += 8)
        {
            ModelPort port = new ModelPort();
            ports[i] = port;
            int kind = Half(at), buffer = Half(at + 4);
            if (kind > (int)PortKind.Answer || Half(at + 6) != 0) Fail(ModelError.Field, at);
            if (buffer >= Buffers.Length) Fail(ModelError.Index, at + 4);
            port.Kind = (PortKind)kind;
            port.Name = Name(at + 2);
            port.Buffer = buffer;
            if (Error != ModelError.None) return;

            ModelBuffer target = Buffers[buffer];
            port.Holds = target.Kind;
            port.Offset = target.Offset;
            port.Length = target.Length;
            port.Bound = target.Bound;
            if ((PortBuffers >> (4 * kind) & (1 << (int)target.Kind)) == 0 || (kind == (int)PortKind.Answer && target.Length != 1)) Fail(ModelError.Kind, at + 4);
            if (!Features.Verifies) continue;
            if (kind != (int)PortKind.Input)
            {
                if (target.Keeps == 0) Fail(ModelError.BufferUse, at + 4);
                continue;
            }

            if (target.FirstWriter != ModelBuffer.Never) Fail(ModelError.BufferUse, at + 4);
            target.FirstWriter = -1;
            target.WrittenBound = target.Bound;
        }
    }

    private void ReadOperators(int count, int at, int bytes, long maximumWork)
    {
        if (count << 3 > bytes) Fail(ModelError.Section, 52);
        if (Error != ModelError.None) return;
        Operators = new Operator[count];
        TableMemory.Begin();
        PrepareContext context = new PrepareContext(this);
        TableMemory.End();
        for (int i = 0, end = at + bytes; ; i++)
        {
            int left = end - at, record = left < 8 ? 0 : Half(at + 2);
            if (i == count && left == 0) break;
            if (i == count || record < 8 || (record & 3) != 0 || record > left || Half(at + 6) != 0)
            {
                Fail(ModelError.Operator, at, i);
                return;
            }

            int code = Half(at);
            Operator made = OperatorFactory.Create(code);
            if (made == null)
            {
                Fail(Features.Complete || code < (int)OperatorCode.Dense || code > (int)OperatorCode.AdaptiveNeuron ? ModelError.Operator : ModelError.LeftOut, at, i);
                return;
            }

            made.Code = (OperatorCode)code;
            made.Name = Name(at + 4);
            made.File = File;
            context.Begin(i, at, record);
            made.Prepare(context);
            if (Features.LimitsWork && context.Work > maximumWork) Fail(ModelError.WorkLimit, at, i);
            if (Error != ModelError.None) return;
            Operators[i] = made;
            at += record;
        }

        if (Features.LimitsWork) Work = context.Work;
        Peaks = context.Peaks;
    }

    /// <summary>A string index at <paramref name="at"/>: -1 for 0xFFFF, otherwise checked.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Name(int at)
    {
        int name = Half(at);
        if (name == 0xFFFF) return -1;
        if (name >= StringCount) Fail(ModelError.Index, at);
        return name;
    }

    /// <summary>What can only be judged when all operators are known: begin, order, bounds, overlap, vectors.</summary>
    private void Verify()
    {
        ModelBuffer[] buffers = Buffers;
        ModelPort[] ports = Ports;
        int at = Word(44);
        for (int i = 0; i < buffers.Length; i++, at += 16)
        {
            ModelBuffer buffer = buffers[i];
            if (buffer.FirstWriter == ModelBuffer.Never) Fail(ModelError.BufferUse, at);
            else if (buffer.LastPreviousReader >= 0 && (buffer.Keeps == 0 || buffer.LastPreviousReader >= buffer.FirstWriter)) Fail(ModelError.Order, at, buffer.LastPreviousReader);
            else if (buffer.Kind == BufferKind.Values && buffer.WrittenBound > buffer.Bound) Fail(ModelError.Bound, at + 12, buffer.FirstWriter);
            if (buffer.LastUse < buffer.FirstWriter) buffer.LastUse = buffer.FirstWriter;
        }

        for (int i = 0; i < ports.Length; i++)
            if (ports[i].Kind == PortKind.Sums && buffers[ports[i].Buffer].WriterCode != (int)OperatorCode.Sum) Fail(ModelError.Kind, Word(68) + 8 * i);

        at = Word(44);
        for (int i = 0; i < buffers.Length && Error == ModelError.None; i++, at += 16)
            for (int j = 0; j < i; j++)
                if (Overlap(buffers[i], buffers[j])) Fail(ModelError.BufferOverlap, at, buffers[i].FirstWriter);

        if (Error != ModelError.None) return;
        VerifyVectors();
    }

    private static bool Overlap(ModelBuffer a, ModelBuffer b)
    {
        if (a.Offset + a.Words <= b.Offset || b.Offset + b.Words <= a.Offset) return false;
        if ((a.Keeps | b.Keeps) != 0) return true;
        return a.FirstWriter <= b.LastUse && b.FirstWriter <= a.LastUse;
    }

    private void VerifyVectors()
    {
        int at = VectorsOffset, end = VectorsOffset + VectorsBytes;
        for (int v = 0; v < VectorCount; v++)
        {
            int bytes = end - at < 8 ? 0 : Word(at);
            if (bytes < 8 || (bytes & 3) != 0 || bytes > end - at || Word(at + 4) < 0)
            {
                Fail(ModelError.Vector, at);
                return;
            }

            at += bytes;
        }

        if (at != end) Fail(ModelError.Vector, at);
    }
}
