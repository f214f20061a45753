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
        return Encoding.UTF8.GetString(File, _stringsOffset + Bytes.I32(File, entry), Bytes.I32(File, entry + 4));
    }

    /// <summary>The name of class <paramref name="index"/>, 0 … <see cref="LabelCount"/> − 1.</summary>
    public string Label(int index)
    {
        if (index < 0 || index >= LabelCount) return "";
        return Text(Bytes.U16(File, _labelsOffset + 2 * index));
    }

    private void Clear()
    {
        Error = ModelError.None;
        ErrorOffset = 0;
        ErrorOperator = -1;
        Buffers = new ModelBuffer[0];
        Tensors = new ModelTensor[0];
        Operators = new Operator[0];
        Ports = new ModelPort[0];
        ArenaWords = StringCount = LabelCount = VectorCount = MetadataBytes = VectorsBytes = 0;
        Work = 0;
    }

    internal void Fail(ModelError error, int offset, int operatorIndex)
    {
        if (Error != ModelError.None) return;
        Error = error;
        ErrorOffset = offset;
        ErrorOperator = operatorIndex;
    }

    private void ReadHeader(int maximumArenaWords, long maximumWork)
    {
        byte[] file = File;
        if (file.Length < HeaderBytes)
        {
            Fail(ModelError.Truncated, file.Length, -1);
            return;
        }

        if (Bytes.I32(file, 0) != 0x314D5345) Fail(ModelError.NotAModel, 0, -1);
        else if (Bytes.U16(file, 4) != 1) Fail(ModelError.Version, 4, -1);
        else if (Bytes.U16(file, 6) != HeaderBytes) Fail(ModelError.Field, 6, -1);
        else if (Bytes.I32(file, 8) != file.Length) Fail(ModelError.Truncated, 8, -1);
        else if ((uint)Bytes.I32(file, 12) != Bytes.Crc32(file, 16, file.Length)) Fail(ModelError.Checksum, 12, -1);
        else if (file[16] > 1) Fail(ModelError.Profile, 16, -1);
        else if (file[17] != 0 || file[18] != 0 || file[19] != 0) Fail(ModelError.Field, 17, -1);
        else if (Bytes.U16(file, 42) != 0) Fail(ModelError.Field, 42, -1);
        else if (Bytes.I32(file, 92) != 0) Fail(ModelError.Field, 92, -1);
        if (Error != ModelError.None) return;

        Profile = (ModelProfile)file[16];
        TickNanoseconds = (uint)Bytes.I32(file, 20);
        ArenaWords = Bytes.I32(file, 24);
        if (ArenaWords < 1 || ArenaWords > maximumArenaWords) Fail(ModelError.ArenaLimit, 24, -1);
        int buffers = Bytes.U16(file, 28), operators = Bytes.U16(file, 30), tensors = Bytes.U16(file, 32);
        int strings = Bytes.U16(file, 34), ports = Bytes.U16(file, 36), labels = Bytes.U16(file, 38), vectors = Bytes.U16(file, 40);
        if (buffers > MostBuffers) Fail(ModelError.Field, 28, -1);
        int buffersAt = Section(44, (long)buffers * 16);
        int operatorsBytes = Bytes.I32(file, 52);
        int operatorsAt = Section(48, operatorsBytes);
        int tensorsAt = Section(56, (long)tensors * 16);
        int stringsBytes = Bytes.I32(file, 64);
        _stringsOffset = Section(60, stringsBytes);
        int portsAt = Section(68, (long)ports * 8);
        _labelsOffset = Section(72, (long)labels * 2);
        VectorsBytes = Bytes.I32(file, 80);
        VectorsOffset = Section(76, VectorsBytes);
        MetadataBytes = Bytes.I32(file, 88);
        MetadataOffset = Section(84, MetadataBytes);
        if (Error != ModelError.None) return;

        ReadStrings(strings, stringsBytes);
        ReadBuffers(buffers, buffersAt);
        ReadTensors(tensors, tensorsAt);
        ReadPorts(ports, portsAt);
        for (int i = 0; i < labels; i++)
            if (Bytes.U16(file, _labelsOffset + 2 * i) >= strings) Fail(ModelError.Index, _labelsOffset + 2 * i, -1);
        LabelCount = labels;
        VectorCount = vectors;
        ReadOperators(operators, operatorsAt, operatorsBytes, maximumWork);
    }

    /// <summary>The offset in the header field <paramref name="field"/>, checked to leave room for that many bytes.</summary>
    private int Section(int field, long bytes)
    {
        int at = Bytes.I32(File, field);
        if (bytes < 0 || at < HeaderBytes || (at & 15) != 0 || at + bytes > File.Length)
        {
            Fail(ModelError.Section, field, -1);
            return HeaderBytes;
        }

        return at;
    }

    private void ReadStrings(int count, int bytes)
    {
        if ((long)count * 8 > bytes)
        {
            Fail(ModelError.Section, 64, -1);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            int entry = _stringsOffset + 8 * i;
            int at = Bytes.I32(File, entry), length = Bytes.I32(File, entry + 4);
            if (at < 0 || length < 0 || (long)at + length > bytes) Fail(ModelError.Section, entry, -1);
        }

        StringCount = count;
    }

    private void ReadBuffers(int count, int at)
    {
        Buffers = new ModelBuffer[count];
        long end = 0;
        for (int i = 0; i < count; i++, at += 16)
        {
            ModelBuffer buffer = new ModelBuffer();
            int offset = Bytes.I32(File, at + 4), length = Bytes.I32(File, at + 8);
            if (File[at] > 2 || File[at + 1] > 1) Fail(ModelError.Field, at, -1);
            buffer.Kind = (BufferKind)File[at];
            buffer.Persistent = File[at + 1] == 1;
            buffer.Name = Name(at + 2);
            long words = buffer.Kind == BufferKind.Events ? (long)length + 1 : length;
            if (offset < 0 || length < 1 || offset + words > ArenaWords) Fail(ModelError.BufferRange, at + 4, -1);
            buffer.Bound = Bytes.I32(File, at + 12);
            if (buffer.Bound < 1 || (buffer.Kind != BufferKind.Values && buffer.Bound != 1)) Fail(ModelError.Bound, at + 12, -1);
            buffer.Offset = offset;
            buffer.Length = length;
            buffer.Words = (int)words;
            buffer.FirstWriter = ModelBuffer.Never;
            buffer.LastUse = buffer.LastReader = buffer.LastPreviousReader = -1;
            if (offset + words > end) end = offset + words;
            Buffers[i] = buffer;
        }

        if (end != ArenaWords) Fail(ModelError.BufferRange, 24, -1);
    }

    private void ReadTensors(int count, int at)
    {
        Tensors = new ModelTensor[count];
        for (int i = 0; i < count; i++, at += 16)
        {
            ModelTensor tensor = new ModelTensor();
            if (File[at] > 5 || File[at + 1] != 0 || File[at + 2] != 0 || File[at + 3] != 0 || Bytes.I32(File, at + 12) != 0)
                Fail(ModelError.Field, at, -1);
            tensor.Type = (TensorType)File[at];
            tensor.Offset = Bytes.I32(File, at + 4);
            tensor.Count = Bytes.I32(File, at + 8);
            long bytes = ((long)tensor.Count * tensor.Bits + 7) >> 3;
            if (tensor.Offset < HeaderBytes || (tensor.Offset & 15) != 0 || tensor.Count < 1 || tensor.Offset + bytes > File.Length)
                Fail(ModelError.Section, at + 4, -1);
            Tensors[i] = tensor;
        }
    }

    private void ReadPorts(int count, int at)
    {
        Ports = new ModelPort[count];
        for (int i = 0; i < count; i++, at += 8)
        {
            ModelPort port = new ModelPort();
            int kind = Bytes.U16(File, at), buffer = Bytes.U16(File, at + 4);
            if (kind > 4 || Bytes.U16(File, at + 6) != 0) Fail(ModelError.Field, at, -1);
            if (buffer >= Buffers.Length)
            {
                Fail(ModelError.Index, at + 4, -1);
                buffer = 0;
            }

            port.Kind = (PortKind)kind;
            port.Name = Name(at + 2);
            port.Buffer = buffer;
            Ports[i] = port;
            if (Error != ModelError.None) return;

            ModelBuffer target = Buffers[buffer];
            if (port.Kind == PortKind.Input)
            {
                if (target.FirstWriter != ModelBuffer.Never) Fail(ModelError.BufferUse, at + 4, -1);
                if (target.Kind == BufferKind.Words) Fail(ModelError.Kind, at + 4, -1);
                target.FirstWriter = -1;
                target.WrittenBound = target.Bound;
            }
            else if (!target.Persistent) Fail(ModelError.BufferUse, at + 4, -1);
            else if ((port.Kind == PortKind.Sums) != (target.Kind == BufferKind.Words)) Fail(ModelError.Kind, at + 4, -1);
            else if (port.Kind == PortKind.Scores && target.Kind != BufferKind.Values) Fail(ModelError.Kind, at + 4, -1);
            else if (port.Kind == PortKind.Answer && (target.Kind != BufferKind.Values || target.Length != 1)) Fail(ModelError.Kind, at + 4, -1);
        }
    }

    private void ReadOperators(int count, int at, int bytes, long maximumWork)
    {
        if (Error != ModelError.None) return;
        int end = at + bytes;
        if ((long)count * 8 > bytes)
        {
            Fail(ModelError.Section, 52, -1);
            return;
        }

        Operators = new Operator[count];
        PrepareContext context = new PrepareContext(this);
        for (int i = 0; i < count; i++)
        {
            int record = end - at < 8 ? 0 : Bytes.U16(File, at + 2);
            if (record < 8 || (record & 3) != 0 || record > end - at || Bytes.U16(File, at + 6) != 0)
            {
                Fail(ModelError.Operator, at, i);
                return;
            }

            Operator made = OperatorFactory.Create(Bytes.U16(File, at));
            context.Begin(i, at, record);
            if (made == null)
            {
                Fail(ModelError.Operator, at, i);
                return;
            }

            made.Code = (OperatorCode)Bytes.U16(File, at);
            made.Name = Name(at + 4);
            made.File = File;
            made.Prepare(context);
            if (context.Work > maximumWork) Fail(ModelError.WorkLimit, at, i);
            if (Error != ModelError.None) return;
            Operators[i] = made;
            at += record;
        }

        if (at != end) Fail(ModelError.Operator, at, count);
        Work = context.Work;
    }

    /// <summary>A string index at <paramref name="at"/>: -1 for 0xFFFF, otherwise checked.</summary>
    private int Name(int at)
    {
        int name = Bytes.U16(File, at);
        if (name == 0xFFFF) return -1;
        if (name >= StringCount) Fail(ModelError.Index, at, -1);
        return name;
    }

    /// <summary>What can only be judged when all operators are known: begin, order, bounds, overlap, vectors.</summary>
    private void Verify()
    {
        int table = Bytes.I32(File, 44);
        for (int i = 0; i < Buffers.Length; i++)
        {
            ModelBuffer buffer = Buffers[i];
            int at = table + 16 * i;
            if (buffer.FirstWriter == ModelBuffer.Never) Fail(ModelError.BufferUse, at, -1);
            else if (buffer.LastPreviousReader >= 0 && (!buffer.Persistent || buffer.LastPreviousReader >= buffer.FirstWriter)) Fail(ModelError.Order, at, buffer.LastPreviousReader);
            else if (buffer.Kind == BufferKind.Values && buffer.WrittenBound > buffer.Bound) Fail(ModelError.Bound, at + 12, buffer.FirstWriter);
            if (buffer.LastUse < buffer.FirstWriter) buffer.LastUse = buffer.FirstWriter;
        }

        for (int i = 0; i < Ports.Length; i++)
            if (Ports[i].Kind == PortKind.Sums && Buffers[Ports[i].Buffer].WriterCode != (int)OperatorCode.Sum) Fail(ModelError.Kind, Bytes.I32(File, 68) + 8 * i, -1);

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
            int bytes = end - at < 8 ? 0 : Bytes.I32(File, at);
            if (bytes < 8 || (bytes & 3) != 0 || bytes > end - at || Bytes.I32(File, at + 4) < 0)
            {
                Fail(ModelError.Vector, at, -1);
                return;
            }

            at += bytes;
        }

        if (at != end) Fail(ModelError.Vector, at, -1);
    }
}
