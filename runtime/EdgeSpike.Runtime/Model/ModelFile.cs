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
    public ModelProfile Profile { get; private set; }

    /// <summary>Length of a tick in nanoseconds, 0 if unknown.</summary>
    public uint TickNanoseconds { get; private set; }

    /// <summary>Words of the arena.</summary>
    public int ArenaWords { get; private set; }

    /// <summary>Buffers, in file order.</summary>
    public ModelBuffer[] Buffers { get; private set; }

    /// <summary>Tensors, in file order.</summary>
    public ModelTensor[] Tensors { get; private set; }

    /// <summary>Operators, in the order they run.</summary>
    public Operator[] Operators { get; private set; }

    /// <summary>Ports, in file order.</summary>
    public ModelPort[] Ports { get; private set; }

    /// <summary>Number of strings.</summary>
    public int StringCount { get; private set; }

    /// <summary>Number of labels.</summary>
    public int LabelCount { get; private set; }

    /// <summary>Number of vectors.</summary>
    public int VectorCount { get; private set; }

    /// <summary>Largest number of synaptic operations and updates one tick can take.</summary>
    public long Work { get; private set; }

    /// <summary>Offset of the metadata in the file.</summary>
    public int MetadataOffset { get; private set; }

    /// <summary>Bytes of the metadata.</summary>
    public int MetadataBytes { get; private set; }

    /// <summary>Sums of which operators note a peak (<see cref="Operator.Peaks"/>).</summary>
    internal int Peaks { get; private set; }

    internal int VectorsOffset { get; private set; }

    internal int VectorsBytes { get; private set; }

    private int _stringsOffset;
    private int _labelsOffset;

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
        if (Error == ModelError.None) Verify();
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
        int entry = _stringsOffset + 8 * index;
        return Encoding.UTF8.GetString(File, _stringsOffset + Word(entry), Word(entry + 4));
    }

    /// <summary>The name of class <paramref name="index"/>, 0 … <see cref="LabelCount"/> − 1.</summary>
    public string Label(int index)
    {
        if (index < 0 || index >= LabelCount) return "";
        return Text(Half(_labelsOffset + 2 * index));
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
        ArenaWords = Peaks = StringCount = LabelCount = VectorCount = MetadataBytes = VectorsBytes = 0;
        Work = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Fail(ModelError error, int offset, int operatorIndex)
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

    /// <summary>Fails for a place that belongs to no operator.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fail(ModelError error, int offset)
    {
        Fail(error, offset, -1);
    }

    private void ReadHeader(int maximumArenaWords, long maximumWork)
    {
        byte[] file = File;
        if (file.Length < HeaderBytes)
        {
            Fail(ModelError.Truncated, file.Length);
            return;
        }

        if (Word(0) != 0x314D5345) Fail(ModelError.NotAModel, 0);
        else if (Half(4) != 1) Fail(ModelError.Version, 4);
        else if (Half(6) != HeaderBytes) Fail(ModelError.Field, 6);
        else if (Word(8) != file.Length) Fail(ModelError.Truncated, 8);
        else if ((uint)Word(12) != Bytes.Crc32(file, 16, file.Length)) Fail(ModelError.Checksum, 12);
        else if (file[16] > 1) Fail(ModelError.Profile, 16);
        else if (file[17] != 0 || file[18] != 0 || file[19] != 0) Fail(ModelError.Field, 17);
        else if (Half(42) != 0) Fail(ModelError.Field, 42);
        else if (Word(ZeroWord) != 0) Fail(ModelError.Field, ZeroWord);
        if (Error != ModelError.None) return;

        Profile = (ModelProfile)file[16];
        TickNanoseconds = (uint)Word(20);
        ArenaWords = Word(24);
        if (ArenaWords < 1 || ArenaWords > maximumArenaWords) Fail(ModelError.ArenaLimit, 24);
        int buffers = Half(28), operators = Half(30), tensors = Half(32);
        int strings = Half(34), ports = Half(36), labels = Half(38), vectors = Half(40);
        if (buffers > MostBuffers) Fail(ModelError.Field, 28);
        int buffersAt = Section(44, buffers << 4);
        int operatorsBytes = Word(52);
        int operatorsAt = Section(48, operatorsBytes);
        int tensorsAt = Section(56, tensors << 4);
        int stringsBytes = Word(64);
        _stringsOffset = Section(60, stringsBytes);
        int portsAt = Section(68, ports << 3);
        _labelsOffset = Section(72, labels << 1);
        VectorsBytes = Word(80);
        VectorsOffset = Section(76, VectorsBytes);
        MetadataBytes = Word(88);
        MetadataOffset = Section(84, MetadataBytes);
        if (Error != ModelError.None) return;

        ReadStrings(strings, stringsBytes);
        ReadBuffers(buffers, buffersAt);
        ReadTensors(tensors, tensorsAt);
        ReadPorts(ports, portsAt);
        for (int i = 0; i < labels; i++)
            if (Half(_labelsOffset + 2 * i) >= strings) Fail(ModelError.Index, _labelsOffset + 2 * i);
        LabelCount = labels;
        VectorCount = vectors;
        ReadOperators(operators, operatorsAt, operatorsBytes, maximumWork);
    }

    /// <summary>The offset in the header field <paramref name="field"/>, checked to leave room for that many bytes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Section(int field, int bytes)
    {
        int at = Word(field);
        if (Holds(at, bytes)) return at;
        Fail(ModelError.Section, field);
        return HeaderBytes;
    }

    /// <summary>So many bytes from a place on are behind the header, aligned, and in the file.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Holds(int at, int bytes)
    {
        return bytes >= 0 && at >= HeaderBytes && (at & 15) == 0 && at <= File.Length - bytes;
    }

    private void ReadStrings(int count, int bytes)
    {
        if (count << 3 > bytes)
        {
            Fail(ModelError.Section, 64);
            return;
        }

        for (int entry = _stringsOffset, i = 0; i < count; i++, entry += 8)
        {
            int length = Word(entry + 4);
            if (length < 0 || (uint)Word(entry) > (uint)(bytes - length) || length > bytes) Fail(ModelError.Section, entry);
        }

        StringCount = count;
    }

    private void ReadBuffers(int count, int at)
    {
        TableMemory.Begin();
        Buffers = new ModelBuffer[count];
        int end = 0;
        for (int i = 0; i < count; i++, at += 16)
        {
            ModelBuffer buffer = new ModelBuffer();
            Buffers[i] = buffer;
            int kind = File[at], offset = Word(at + 4), length = Word(at + 8), bound = Word(at + 12);
            if (kind > (int)BufferKind.Words || File[at + 1] > 1) Fail(ModelError.Field, at);
            int words = kind == (int)BufferKind.Events ? length + 1 : length;
            if (length < 1 || (uint)words > (uint)ArenaWords || (uint)offset > (uint)(ArenaWords - words)) Fail(ModelError.BufferRange, at + 4);
            if (bound < 1 || (kind != (int)BufferKind.Values && bound != 1)) Fail(ModelError.Bound, at + 12);
            buffer.Kind = (BufferKind)kind;
            buffer.Persistent = File[at + 1] == 1;
            buffer.Name = Name(at + 2);
            buffer.Bound = bound;
            buffer.Offset = offset;
            buffer.Length = length;
            buffer.Words = words;
            buffer.FirstWriter = ModelBuffer.Never;
            buffer.LastUse = buffer.LastReader = buffer.LastPreviousReader = -1;
            if (offset + words > end) end = offset + words;
        }

        TableMemory.End();
        if (end != ArenaWords) Fail(ModelError.BufferRange, 24);
    }

    private void ReadTensors(int count, int at)
    {
        TableMemory.Begin();
        Tensors = new ModelTensor[count];
        for (int i = 0; i < count; i++, at += 16)
        {
            ModelTensor tensor = new ModelTensor();
            Tensors[i] = tensor;
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
        Ports = new ModelPort[count];
        for (int i = 0; i < count; i++, at += 8)
        {
            ModelPort port = new ModelPort();
            int kind = Half(at), buffer = Half(at + 4);
            if (kind > (int)PortKind.Answer || Half(at + 6) != 0) Fail(ModelError.Field, at);
            if (buffer >= Buffers.Length) Fail(ModelError.Index, at + 4);
            port.Kind = (PortKind)kind;
            port.Name = Name(at + 2);
            port.Buffer = buffer;
            Ports[i] = port;
            if (Error != ModelError.None) return;

            ModelBuffer target = Buffers[buffer];
            port.Holds = target.Kind;
            port.Offset = target.Offset;
            port.Length = target.Length;
            port.Bound = target.Bound;
            if ((PortBuffers >> (4 * kind) & (1 << (int)target.Kind)) == 0 || (kind == (int)PortKind.Answer && target.Length != 1)) Fail(ModelError.Kind, at + 4);
            if (kind != (int)PortKind.Input)
            {
                if (!target.Persistent) Fail(ModelError.BufferUse, at + 4);
                continue;
            }

            if (target.FirstWriter != ModelBuffer.Never) Fail(ModelError.BufferUse, at + 4);
            target.FirstWriter = -1;
            target.WrittenBound = target.Bound;
        }
    }

    private void ReadOperators(int count, int at, int bytes, long maximumWork)
    {
        if (count << 3 > bytes)
        {
            Fail(ModelError.Section, 52);
            return;
        }

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
            if (context.Work > maximumWork) Fail(ModelError.WorkLimit, at, i);
            if (Error != ModelError.None) return;
            Operators[i] = made;
            at += record;
        }

        Work = context.Work;
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
        int table = Word(44);
        for (int i = 0; i < Buffers.Length; i++)
        {
            ModelBuffer buffer = Buffers[i];
            int at = table + 16 * i;
            if (buffer.FirstWriter == ModelBuffer.Never) Fail(ModelError.BufferUse, at);
            else if (buffer.LastPreviousReader >= 0 && (!buffer.Persistent || buffer.LastPreviousReader >= buffer.FirstWriter)) Fail(ModelError.Order, at, buffer.LastPreviousReader);
            else if (buffer.Kind == BufferKind.Values && buffer.WrittenBound > buffer.Bound) Fail(ModelError.Bound, at + 12, buffer.FirstWriter);
            if (buffer.LastUse < buffer.FirstWriter) buffer.LastUse = buffer.FirstWriter;
        }

        for (int i = 0; i < Ports.Length; i++)
            if (Ports[i].Kind == PortKind.Sums && Buffers[Ports[i].Buffer].WriterCode != (int)OperatorCode.Sum) Fail(ModelError.Kind, Word(68) + 8 * i);

        if (Error != ModelError.None) return;
        for (int i = 0; i < Buffers.Length; i++)
            for (int j = 0; j < i; j++)
                if (Overlap(Buffers[i], Buffers[j]))
                {
                    Fail(ModelError.BufferOverlap, table + 16 * i, Buffers[i].FirstWriter);
                    return;
                }

        VerifyVectors();
    }

    private static bool Overlap(ModelBuffer a, ModelBuffer b)
    {
        if (a.Offset + a.Words <= b.Offset || b.Offset + b.Words <= a.Offset) return false;
        if (a.Persistent || b.Persistent) return true;
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
