using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// What an operator sees while it is prepared: its record, and the tables of the file. <see cref="Read"/> checks what the operator's
/// description says (<see cref="Record"/>) and resolves the fields; what is left Prepare asks for. Every accessor checks; the first failure
/// stays, and after it accessors return placeholders, so that Prepare needs few branches: once something has failed, nobody believes
/// what it took.
/// </summary>
/// <remarks>
/// Runs once for each operator, so that calls cost nothing that counts; a copy of a check at each use costs flash. Sizes and bounds are
/// int32: whatever would pass 2^31 − 1 fails instead (<see cref="Times"/>).
/// </remarks>
public sealed class PrepareContext
{
    /// <summary>Fields of the longest record, and three numbers for each tensor of constants.</summary>
    private const int MostValues = 24 + 3 * 9;

    /// <summary>The record itself, as a field to fail at.</summary>
    private const int Start = -2;

    private readonly ModelFile _model;
    private readonly ModelBuffer _noBuffer;
    private readonly ModelTensor _noTensor;
    private readonly int[] _values;
    private int _index;
    private int _at;
    private int _fields;

    // What Constants found out.
    private int _step;
    private int _largest;
    private int _least;

    internal PrepareContext(ModelFile model)
    {
        _model = model;
        _noBuffer = new ModelBuffer();
        _noTensor = new ModelTensor();
        _values = new int[MostValues];
        First = _noBuffer;
        WeightTensor = _noTensor;
    }

    /// <summary>Worst-case work of a tick, of all operators so far.</summary>
    internal long Work { get; private set; }

    /// <summary>Sums of which a peak is noted, of all operators so far.</summary>
    internal int Peaks { get; private set; }

    /// <summary>The first field's buffer: the source.</summary>
    internal ModelBuffer First { get; private set; }

    /// <summary>Elements of the source.</summary>
    internal int Count
    {
        get { return First.Length; }
    }

    /// <summary>The source is a list of events.</summary>
    internal bool FromEvents
    {
        get { return First.Kind == BufferKind.Events; }
    }

    /// <summary>The tensor of weights.</summary>
    internal ModelTensor WeightTensor { get; private set; }

    internal bool Failed
    {
        get { return _model.Error != ModelError.None; }
    }

    internal void Begin(int index, int at, int bytes)
    {
        _index = index;
        _at = at;
        _fields = (bytes - 8) >> 2;
    }

    [MethodImpl(Features.Inlined)]
    internal void Fail(ModelError error, int field)
    {
        if (Features.Verifies) Refuse(error, field);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refuse(ModelError error, int field)
    {
        _model.Refuse(error, _at + 8 + 4 * field, _index);
    }

    // ---- described fields ----------------------------------------------------------------------------------------------------------

    /// <summary>
    /// Checks a record by its description. True: every described field is as it should be, and <see cref="At"/> gives what it stands for.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool Read(byte[] record)
    {
        int profile = record[0], values = _fields;
        if (3 * _fields + 1 != record.Length) Fail(ModelError.Operator, Start);
        else if (profile != Record.AnyProfile && profile != (int)_model.Profile) Fail(ModelError.Profile, Start);
        for (int field = 0, at = 1; field < _fields && !Failed; field++, at += 3)
        {
            int kind = record[at], resolved = ReadField(field, kind, record[at + 1], record[at + 2]);
            _values[field] = resolved;
            if (kind < Record.Constants) continue;
            _values[values] = _step;
            _values[values + 1] = _largest;
            _values[values + 2] = _least;
            values += 3;
        }

        return !Failed;
    }

    /// <summary>
    /// What a field stands for: a number as it is, a buffer's place in the arena, a tensor's in the file. Behind all fields stand three
    /// numbers for each tensor of constants: how far its next element is (0: shared by all), its largest magnitude, its least value.
    /// </summary>
    [MethodImpl(Features.Inlined)]
    internal int At(int place)
    {
        return Resolved.At(_values, place);
    }

    /// <summary>A field that is not −1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool Has(int field)
    {
        return Field(field) != -1;
    }

    private int ReadField(int field, int kind, int b, int c)
    {
        int value = Field(field);
        if (kind == Record.Later) return value;
        if (kind == Record.Number)
        {
            if (value < Record.Limit(b) || value > Record.Limit(c)) Fail(ModelError.Field, field);
            return value;
        }

        if (kind == Record.Weights)
        {
            WeightTensor = Tensor(field);
            if (WeightTensor.Type != TensorType.Int4 && WeightTensor.Type != TensorType.Int8 && WeightTensor.Type != TensorType.Int16) Fail(ModelError.Kind, field);
            return WeightTensor.Offset;
        }

        if (kind >= Record.Constants)
        {
            if (kind < Record.Constants + Record.Optional || value != -1)
                return Constants(field, (TensorType)(kind & 7), Count, Record.Limit(b), Record.Limit(c)).Offset;

            // Without a tensor the header's reserved word, which the reader has checked to be 0, is shared by all.
            _step = _largest = _least = 0;
            return ModelFile.ZeroWord;
        }

        if (kind == Record.OptionalSource && value == -1) return value;
        if (kind == Record.State) return State(field, Count, Record.Limit(c));
        ModelBuffer buffer;
        if (kind == Record.Target) buffer = Target(field, (BufferKind)b, Record.Limit(c));
        else
        {
            buffer = Source(field, kind == Record.TimedSource);
            if (((b >> (int)buffer.Kind) & 1) == 0) Fail(ModelError.Kind, field);
            if (field == 0) First = buffer;
        }

        if (c != 0 && buffer.Length != Count) Fail(ModelError.Size, field);
        return buffer.Offset;
    }

    // ---- fields --------------------------------------------------------------------------------------------------------------------

    /// <summary>A field as it is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Field(int field)
    {
        return _model.Word(_at + 8 + 4 * field);
    }

    /// <summary>A size that has to be a product of others.</summary>
    [MethodImpl(Features.Inlined)]
    internal void Product(int a, int b, int expected, int field)
    {
        if (Features.Verifies) DemandProduct(a, b, expected, field);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DemandProduct(int a, int b, int expected, int field)
    {
        if ((long)a * b != expected) Fail(ModelError.Size, field);
    }

    /// <summary>A product of two magnitudes that has to stay below 2^31.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Times(int a, int b)
    {
        long product = (long)a * b;
        if (product == (int)product) return (int)product;
        Fail(ModelError.Bound, 0);
        return 0;
    }

    /// <summary>Adds a product to the worst-case work of a tick.</summary>
    [MethodImpl(Features.Inlined)]
    internal void AddWork(int times, int each)
    {
        if (!Features.LimitsWork) return;
        Work += (long)times * each;
        if (Work < 0) Work = long.MaxValue >> 1;
    }

    // ---- buffers -------------------------------------------------------------------------------------------------------------------

    /// <summary>A buffer of this length that this operator begins: of this kind, with the largest magnitude it writes. Its place in the arena.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Target(int field, BufferKind kind, int length, int bound)
    {
        ModelBuffer buffer = Target(field, kind, bound);
        if (buffer.Length != length) Fail(ModelError.Size, field);
        return buffer.Offset;
    }

    /// <summary>The same of any length.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ModelBuffer Target(int field, BufferKind kind, int bound)
    {
        ModelBuffer buffer = Buffer(field);
        if (Failed || !Features.Verifies) return buffer;
        if (buffer.Kind != kind) Fail(ModelError.Kind, field);
        if (buffer.FirstWriter != ModelBuffer.Never) Fail(ModelError.BufferUse, field);
        buffer.FirstWriter = _index;
        buffer.WriterCode = _model.Half(_at);
        Wrote(buffer, bound, field);
        return buffer;
    }

    /// <summary>A buffer that this operator begins or, where <paramref name="accumulate"/>, adds to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelBuffer Sum(int field, int accumulate, int bound)
    {
        ModelBuffer buffer = Buffer(field);
        buffer.Writers++;
        if (accumulate == 0) return Target(field, BufferKind.Values, bound);
        if (Failed || !Features.Verifies) return buffer;
        if (buffer.Kind != BufferKind.Values) Fail(ModelError.Kind, field);
        if (buffer.FirstWriter >= _index || buffer.FirstWriter < 0 || buffer.IsScratch || ((Sums >> buffer.WriterCode) & 1) == 0) Fail(ModelError.BufferUse, field);
        if (buffer.LastReader >= 0) Fail(ModelError.Order, field);
        Wrote(buffer, bound, field);
        return buffer;
    }

    /// <summary>The operators that begin sums to which others may add, a bit for each code.</summary>
    private const int Sums = 1 << (int)OperatorCode.Dense | 1 << (int)OperatorCode.Sparse | 1 << (int)OperatorCode.Convolve
        | 1 << (int)OperatorCode.Pool | 1 << (int)OperatorCode.Product | 1 << (int)OperatorCode.Add;

    /// <summary>Index of the peak of a sum, which this operator is to note in every tick.</summary>
    internal int PeakOf(ModelBuffer sum)
    {
        if (sum.PeakWriters == 0) sum.Peak = Peaks++;
        sum.PeakWriters++;
        return sum.Peak;
    }

    /// <summary>Transient values of this operator alone, of this length: nobody else reads or writes them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Scratch(int field, int length, int bound)
    {
        ModelBuffer buffer = Target(field, BufferKind.Values, bound);
        if (buffer.Keeps != 0) Fail(ModelError.BufferUse, field);
        else if (buffer.Length != length) Fail(ModelError.Size, field);
        else if (!Failed) buffer.IsScratch = true;
        return buffer.Offset;
    }

    /// <summary>A buffer of this operator's own that keeps its content: values, of this length.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int State(int field, int length, int bound)
    {
        return Kept(Target(field, BufferKind.Values, bound), field, length);
    }

    /// <summary>A state that the record has where <paramref name="wanted"/>; otherwise its field is −1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int State(bool wanted, int field, int length, int bound)
    {
        if (wanted) return State(field, length, bound);
        Absent(field);
        return 0;
    }

    /// <summary>Private words of this operator that keep their content; <paramref name="length"/> × <paramref name="each"/> + <paramref name="more"/> of them.</summary>
    internal int Words(int field, int length, int each, int more)
    {
        return Kept(Target(field, BufferKind.Words, 1), field, Times(length, each) + more);
    }

    /// <summary>A field that is −1.</summary>
    [MethodImpl(Features.Inlined)]
    internal void Absent(int field)
    {
        if (Features.Verifies) DemandAbsent(field);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DemandAbsent(int field)
    {
        if (Has(field)) Fail(ModelError.Field, field);
    }

    // ---- tensors -------------------------------------------------------------------------------------------------------------------

    /// <summary>A tensor.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelTensor Tensor(int field)
    {
        int index = Field(field);
        if ((uint)index < (uint)_model.Tensors.Length) return _model.Tensors[index];
        Fail(ModelError.Index, field);
        return _noTensor;
    }

    /// <summary>A tensor of constants, shared (1 element) or one for each of n, every value in a range.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelTensor Constants(int field, TensorType type, int n, int least, int most)
    {
        ModelTensor tensor = Tensor(field);
        if (tensor.Type != type) Fail(ModelError.Kind, field);
        if (tensor.Count != 1 && tensor.Count != n) Fail(ModelError.Size, field);
        _step = tensor.Count == 1 ? 0 : tensor.Bits >> 3;
        _largest = 0;
        _least = int.MaxValue;
        for (int i = 0; i < tensor.Count && !Failed; i++)
        {
            int value = Constant(tensor, i);
            if (value < least || value > most) Fail(ModelError.Constant, field);
            if (value < _least) _least = value;
            if (value < 0) value = value == int.MinValue ? int.MaxValue : -value;
            if (value > _largest) _largest = value;
        }

        return tensor;
    }

    /// <summary>Element of a tensor that is not int4.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Constant(ModelTensor tensor, int index)
    {
        int at = tensor.Offset + index * (tensor.Bits >> 3);
        switch (tensor.Type)
        {
            case TensorType.Int8: return (sbyte)_model.File[at];
            case TensorType.UInt8: return _model.File[at];
            case TensorType.Int16: return (short)_model.Half(at);
            case TensorType.UInt16: return _model.Half(at);
            default: return _model.Word(at);
        }
    }

    /// <summary>The weights in <paramref name="rows"/> of <paramref name="width"/>, at the distance that the field states, all inside the tensor.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int RowBytes(int field, int rows, int width)
    {
        int rowBytes = Field(field), bytes = WeightTensor.BytesOf(WeightTensor.Count);

        // More than there are elements is refused first, so that neither number below can wrap.
        if (rows > WeightTensor.Count || width > WeightTensor.Count) Fail(ModelError.Size, field);
        if (Failed) return 0;
        int needed = WeightTensor.BytesOf(width);
        if (rowBytes < needed || (WeightTensor.Bits == 16 && (rowBytes & 1) != 0) || (long)(rows - 1) * rowBytes > bytes - needed) Fail(ModelError.Size, field);
        return rowBytes;
    }

    /// <summary>A bias, if there is one: int32, n elements. Its largest magnitude.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Bias(int field, int n, int accumulate)
    {
        if (!Has(field)) return 0;
        if (accumulate != 0) Fail(ModelError.Field, field);
        ModelTensor tensor = Constants(field, TensorType.Int32, n, int.MinValue, int.MaxValue);
        if (tensor.Count != n) Fail(ModelError.Size, field);
        return _largest;
    }

    /// <summary>Elements of the buffer that a field names, 0 if there is none; reads nothing of it.</summary>
    internal int LengthOf(int field)
    {
        return Buffer(field).Length;
    }

    private ModelBuffer Source(int field, bool timed)
    {
        ModelBuffer buffer = Buffer(field);
        if (Failed || !Features.Verifies) return buffer;
        if (buffer.IsScratch) Fail(ModelError.BufferUse, field);
        int when = timed ? Field(field + 1) : 0;
        if (buffer.LastUse < _index) buffer.LastUse = _index;
        if (when == 1) buffer.LastPreviousReader = _index;
        else
        {
            if (when != 0) Fail(ModelError.Field, field + 1);
            if (buffer.FirstWriter >= _index) Fail(ModelError.Order, field);
            buffer.LastReader = _index;
        }

        return buffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Kept(ModelBuffer buffer, int field, int length)
    {
        if (buffer.Keeps == 0) Fail(ModelError.BufferUse, field);
        if (buffer.Length != length) Fail(ModelError.Size, field);
        return buffer.Offset;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ModelBuffer Buffer(int field)
    {
        int index = Field(field);
        if ((uint)index < (uint)_model.Buffers.Length) return _model.Buffers[index];
        Fail(ModelError.Index, field);
        return _noBuffer;
    }

    private void Wrote(ModelBuffer buffer, int bound, int field)
    {
        if (buffer.LastUse < _index) buffer.LastUse = _index;
        buffer.WrittenBound += bound;
        if (bound < 0 || buffer.WrittenBound < 0) Fail(ModelError.Bound, field);
    }
}
