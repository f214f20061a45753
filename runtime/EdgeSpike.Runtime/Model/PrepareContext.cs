using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// What an operator sees while it is prepared: its record, and the tables of the file. Every accessor checks; the first
/// failure stays, and after it accessors return placeholders, so that Prepare needs few branches: it ends with a look at
/// <see cref="Failed"/> before it believes anything.
/// </summary>
/// <remarks>Runs once for each operator, so that calls cost nothing that counts; a copy of a check at each use costs flash.</remarks>
public sealed class PrepareContext
{
    private readonly ModelFile _model;
    private readonly ModelBuffer _noBuffer;
    private readonly ModelTensor _noTensor;
    private int _index;
    private int _at;
    private int _fields;

    internal PrepareContext(ModelFile model)
    {
        _model = model;
        _noBuffer = new ModelBuffer();
        _noTensor = new ModelTensor();
    }

    /// <summary>Bytes of the model.</summary>
    internal byte[] File
    {
        get { return _model.File; }
    }

    /// <summary>Worst-case work of a tick, of all operators so far.</summary>
    internal long Work { get; private set; }

    /// <summary>Sums of which a peak is noted, of all operators so far.</summary>
    internal int Peaks { get; private set; }

    /// <summary>Index of the operator.</summary>
    internal int Index
    {
        get { return _index; }
    }

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

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Fail(ModelError error, int field)
    {
        _model.Fail(error, _at + 8 + 4 * field, _index);
    }

    /// <summary>The record has exactly this many fields. Call it first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool Fields(int count)
    {
        if (_fields == count) return true;
        _model.Fail(ModelError.Operator, _at, _index);
        return false;
    }

    /// <summary>The model has this profile.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Only(ModelProfile profile)
    {
        if (_model.Profile != profile) _model.Fail(ModelError.Profile, _at, _index);
    }

    /// <summary>A field as it is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Field(int field)
    {
        return _model.Word(_at + 8 + 4 * field);
    }

    /// <summary>A field within a range.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Field(int field, int least, int most)
    {
        int value = Field(field);
        if (value >= least && value <= most) return value;
        Fail(ModelError.Field, field);
        return least;
    }

    /// <summary>A field that is 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool Flag(int field)
    {
        return Field(field, 0, 1) == 1;
    }

    /// <summary>A size that has to be a product of others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Product(int a, int b, int expected, int field)
    {
        if ((long)a * b != expected) Fail(ModelError.Size, field);
    }

    /// <summary>Adds to the worst-case work of a tick.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void AddWork(long work)
    {
        Work += work;
        if (Work < 0) Work = long.MaxValue >> 1;
    }

    /// <summary>A source: its buffer, read at this operator; <paramref name="whenField"/> says of which tick (-1: this one).</summary>
    internal ModelBuffer Source(int field, int whenField)
    {
        ModelBuffer buffer = Buffer(field);
        if (Failed) return buffer;
        if (buffer.IsScratch) Fail(ModelError.BufferUse, field);
        if (buffer.LastUse < _index) buffer.LastUse = _index;
        if (whenField >= 0 && Flag(whenField)) buffer.LastPreviousReader = _index;
        else
        {
            if (buffer.FirstWriter >= _index) Fail(ModelError.Order, field);
            buffer.LastReader = _index;
        }

        return buffer;
    }

    /// <summary>A buffer that this operator begins, with the largest magnitude it writes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelBuffer Target(int field, BufferKind kind, long bound)
    {
        ModelBuffer buffer = Buffer(field);
        if (Failed) return buffer;
        if (buffer.Kind != kind) Fail(ModelError.Kind, field);
        if (buffer.FirstWriter != ModelBuffer.Never) Fail(ModelError.BufferUse, field);
        buffer.FirstWriter = _index;
        buffer.WriterCode = _model.Half(_at);
        return Wrote(buffer, bound, field);
    }

    /// <summary>A buffer that this operator begins or, where <paramref name="accumulate"/>, adds to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelBuffer Sum(int field, bool accumulate, long bound)
    {
        if (!accumulate) return Target(field, BufferKind.Values, bound);
        ModelBuffer buffer = Buffer(field);
        if (Failed) return buffer;
        if (buffer.Kind != BufferKind.Values) Fail(ModelError.Kind, field);
        if (buffer.FirstWriter >= _index || buffer.FirstWriter < 0 || buffer.IsScratch) Fail(ModelError.BufferUse, field);
        if (buffer.LastReader >= 0) Fail(ModelError.Order, field);
        int code = buffer.WriterCode;
        if (code != (int)OperatorCode.Dense && code != (int)OperatorCode.Sparse && code != (int)OperatorCode.Convolve && code != (int)OperatorCode.Pool
            && code != (int)OperatorCode.Product && code != (int)OperatorCode.Add) Fail(ModelError.BufferUse, field);
        return Wrote(buffer, bound, field);
    }

    /// <summary>Index of the peak of a sum, which this operator is to note in every tick.</summary>
    internal int PeakOf(ModelBuffer sum)
    {
        if (sum.PeakWriters == 0) sum.Peak = Peaks++;
        sum.PeakWriters++;
        return sum.Peak;
    }

    /// <summary>Transient values of this operator alone: nobody else reads or writes them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelBuffer Scratch(int field, long bound)
    {
        ModelBuffer buffer = Target(field, BufferKind.Values, bound);
        if (!Failed && buffer.Persistent) Fail(ModelError.BufferUse, field);
        if (!Failed) buffer.IsScratch = true;
        return buffer;
    }

    /// <summary>A buffer of this operator's own that keeps its content: persistent values, of this length.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelBuffer State(int field, int length, long bound)
    {
        ModelBuffer buffer = Target(field, BufferKind.Values, bound);
        if (!Failed && !buffer.Persistent) Fail(ModelError.BufferUse, field);
        if (!Failed && buffer.Length != length) Fail(ModelError.Size, field);
        return buffer;
    }

    /// <summary>Private words of this operator that keep their content.</summary>
    internal ModelBuffer Words(int field, long length)
    {
        ModelBuffer buffer = Target(field, BufferKind.Words, 1);
        if (!Failed && !buffer.Persistent) Fail(ModelError.BufferUse, field);
        if (!Failed && buffer.Length != length) Fail(ModelError.Size, field);
        return buffer;
    }

    /// <summary>A tensor, or null for -1 where <paramref name="optional"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelTensor Tensor(int field, bool optional)
    {
        int index = Field(field);
        if (optional && index == -1) return null;
        if (index >= 0 && index < _model.Tensors.Length) return _model.Tensors[index];
        Fail(ModelError.Index, field);
        return _noTensor;
    }

    /// <summary>A tensor of constants, shared (1 element) or one for each of n, every value in a range; null for -1.</summary>
    internal ModelTensor Constants(int field, TensorType type, int n, int least, int most, bool optional)
    {
        ModelTensor tensor = Tensor(field, optional);
        if (tensor == null || Failed) return tensor;
        if (tensor.Type != type) Fail(ModelError.Kind, field);
        else if (tensor.Count != 1 && tensor.Count != n) Fail(ModelError.Size, field);
        else
            for (int i = 0; i < tensor.Count; i++)
            {
                int value = Constant(tensor, i);
                if (value < least || value > most) Fail(ModelError.Constant, field);
            }

        return tensor;
    }

    /// <summary>Element of a tensor that is not int4.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Constant(ModelTensor tensor, int index)
    {
        switch (tensor.Type)
        {
            case TensorType.Int8: return (sbyte)_model.File[tensor.Offset + index];
            case TensorType.UInt8: return _model.File[tensor.Offset + index];
            case TensorType.Int16: return (short)_model.Half(tensor.Offset + 2 * index);
            case TensorType.UInt16: return _model.Half(tensor.Offset + 2 * index);
            default: return _model.Word(tensor.Offset + 4 * index);
        }
    }

    /// <summary>A weight tensor of int4, int8 or int16.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ModelTensor Weights(int field)
    {
        ModelTensor tensor = Tensor(field, false);
        if (!Failed && tensor.Type != TensorType.Int4 && tensor.Type != TensorType.Int8 && tensor.Type != TensorType.Int16) Fail(ModelError.Kind, field);
        return tensor;
    }

    /// <summary>Rows of weights: <paramref name="rows"/> of <paramref name="width"/>, at the stated distance, all inside the tensor.</summary>
    internal int RowBytes(int field, ModelTensor weights, long rows, long width)
    {
        int rowBytes = Field(field, 1, int.MaxValue);
        if (Failed) return rowBytes;
        long needed = (width * weights.Bits + 7) >> 3;
        long bytes = ((long)weights.Count * weights.Bits + 7) >> 3;
        if (rowBytes < needed || (weights.Bits == 16 && (rowBytes & 1) != 0) || rows > bytes || (rows - 1) * rowBytes + needed > bytes) Fail(ModelError.Size, field);
        return rowBytes;
    }

    /// <summary>Bias: int32, n elements; the largest magnitude in <paramref name="bound"/>.</summary>
    internal ModelTensor Bias(int field, int n, bool allowed, out long bound)
    {
        bound = 0;
        ModelTensor tensor = Tensor(field, true);
        if (tensor == null || Failed) return tensor;
        if (!allowed) Fail(ModelError.Field, field);
        else if (tensor.Type != TensorType.Int32) Fail(ModelError.Kind, field);
        else if (tensor.Count != n) Fail(ModelError.Size, field);
        else
            for (int i = 0; i < n; i++)
            {
                long value = Constant(tensor, i);
                if (value < 0) value = -value;
                if (value > bound) bound = value;
            }

        return tensor;
    }

    /// <summary>Elements of the buffer that a field names, 0 if there is none; reads nothing of it.</summary>
    internal int LengthOf(int field)
    {
        return Buffer(field).Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ModelBuffer Buffer(int field)
    {
        int index = Field(field);
        if (index >= 0 && index < _model.Buffers.Length) return _model.Buffers[index];
        Fail(ModelError.Index, field);
        return _noBuffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ModelBuffer Wrote(ModelBuffer buffer, long bound, int field)
    {
        if (buffer.LastUse < _index) buffer.LastUse = _index;
        buffer.WrittenBound += bound;
        buffer.Writers++;
        if (bound < 0 || bound > int.MaxValue || buffer.WrittenBound > int.MaxValue) Fail(ModelError.Bound, field);
        return buffer;
    }
}
