using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The frame that connections with weights by source share (ARITHMETIC.md, section 2): clear or begin with the bias, the
/// operator's own sum, its shift, and what is already in the target.
/// </summary>
public abstract class Connection : Operator
{
    internal int SourceOffset;
    internal int SourceLength;
    internal int TargetOffset;
    internal int TargetLength;
    internal int Weights;

    /// <summary>Bytes from one row to the next; 0: rows do not follow one another so.</summary>
    internal int RowBytes;

    /// <summary>Where the starts of compressed rows stand in the file; 0: rows are not compressed.</summary>
    internal int RowStarts;
    private int _accumulate;
    private int _shift;
    private int _scratch;
    private int _bias;
    private int _biasLength;
    private TensorType _weightType;
    private BufferKind _sourceKind;
    private int _biasBound;
    private int _reach;
    private int _peak;

    /// <summary>The most that one source adds to one element, before a right shift: its bound times the largest weight of the type.</summary>
    internal int Unit;

    /// <summary>The most that all sources together add to one element, where the weights themselves tell.</summary>
    internal int ColumnBound;

    /// <summary>True: the source is a list of events, false: values.</summary>
    internal bool FromEvents
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.EventSources == Features.Any ? _sourceKind == BufferKind.Events : Features.EventSources == 1; }
    }

    /// <summary>Type of the weights.</summary>
    internal TensorType WeightType
    {
        [MethodImpl(Features.Inlined)]
        get { return (TensorType)Features.Choose(Features.WeightType, (int)_weightType); }
    }

    // Elements of the bias, 0 without one.
    private int BiasCount
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.SumBiases ? _biasLength : 0; }
    }

    /// <summary>Begins its target; otherwise it adds to it.</summary>
    internal bool Begins
    {
        get { return _accumulate == 0; }
    }

    /// <summary>Has a bias.</summary>
    internal bool HasBias
    {
        get { return BiasCount > 0; }
    }

    /// <summary>Its sum has a shift or a bias of its own.</summary>
    internal bool Finishes
    {
        get { return _shift != 0 || BiasCount > 0; }
    }

    /// <summary>Left shift of the sum; negative: right.</summary>
    internal int LeftShift
    {
        get { return _shift; }
    }

    /// <summary>May follow <paramref name="head"/> in its group: rows of the same kind, added to the same sums as they are.</summary>
    internal virtual bool Follows(DenseOperator head)
    {
        return false;
    }

    /// <summary>
    /// Adds to the sums that <paramref name="head"/> begins, where nothing but such connections runs between them: both sums are
    /// live then, and buffers that are live together do not overlap, so that the place tells which it is.
    /// </summary>
    internal bool Joins(DenseOperator head)
    {
        return TargetOffset == head.TargetOffset && TargetLength == head.TargetLength;
    }

    /// <summary>Counts the synaptic operations of so many rows.</summary>
    internal void CountRows(int rows, int width)
    {
        SynapticOperations += (long)rows * width;
    }

    /// <summary>Adds this tick's contributions to Arena[sum ..].</summary>
    internal abstract void Accumulate(int sum);

    /// <summary>
    /// Prepares what all connections have, once the record has been read: source, when, target, scratch, accumulate, shift, then weights and
    /// bias, unless every weight is 1.
    /// </summary>
    /// <param name="context">The record.</param>
    /// <param name="reach">Sources that can reach one target.</param>
    /// <param name="biasLength">Elements of a bias, repeated over the target; 0: every weight is 1, and there is none.</param>
    internal void PrepareFrame(PrepareContext context, int reach, int biasLength)
    {
        _accumulate = context.At(4);
        _shift = context.At(5);
        _sourceKind = context.First.Kind;
        Unit = context.First.Bound;
        if (biasLength > 0)
        {
            ModelTensor weights = context.WeightTensor;
            Weights = weights.Offset;
            _weightType = weights.Type;
            Unit = context.Times(Unit, 1 << (weights.Bits - 1));
            _biasBound = context.Bias(7, biasLength, _accumulate);
            _bias = context.Has(7) ? context.Tensor(7).Offset : 0;
            _biasLength = _bias == 0 ? 0 : biasLength;
            if (WeightType != _weightType || BiasCount != _biasLength) context.Fail(ModelError.LeftOut, 0);
        }

        if (FromEvents != context.FromEvents) context.Fail(ModelError.LeftOut, 0);

        // What the sum can reach before its shift, and after.
        _reach = reach;
        ColumnBound = int.MaxValue;
        int sum = context.Times(Unit, reach), bound = _shift >= 0 ? context.Times(sum, 1 << _shift) : (sum >> -_shift) + 1;
        if (context.Failed) return;
        if (_shift > 0) Unit <<= _shift;
        ModelBuffer target = context.Sum(2, _accumulate, bound + _biasBound);
        if (_accumulate != 0 && _shift != 0) _scratch = context.Scratch(3, target.Length, sum);
        else context.Absent(3);
        SourceOffset = context.At(0);
        SourceLength = context.Count;
        TargetOffset = target.Offset;
        TargetLength = target.Length;
        _peak = context.PeakOf(target);
    }

    internal override void Step()
    {
        NotePeak();
        Run();
    }

    /// <summary>The tick without its peak.</summary>
    internal void Run()
    {
        int target = TargetOffset, length = TargetLength;
        if (_shift == 0)
        {
            if (_accumulate == 0) Begin(target, length);
            Accumulate(target);
            return;
        }

        int sum = _accumulate != 0 ? _scratch : target;
        Kernels.Fill(Arena, sum, length, 0);
        Accumulate(sum);
        Kernels.Shift(Arena, sum, target, length, _shift, _accumulate != 0);
        if (BiasCount > 0) Kernels.AddConstants(File, _bias, BiasCount, Arena, target, length);
    }

    /// <summary>
    /// Adds to its target's peak what this tick's sources can add to one element, as Prepare bounds what all of them can; so it
    /// is a bound; a right shift is left out, which errs on the safe side. Each writer does, or none counts.
    /// </summary>
    internal void NotePeak()
    {
        int sources = _reach, bound = ColumnBound, index = _peak;
        if (FromEvents)
        {
            int active = Arena[SourceOffset];
            if (active < sources) sources = active;
        }

        int peak = sources * Unit;
        if (peak > bound) peak = bound;
        int[] peaks = Peaks;
        peak += _accumulate != 0 ? peaks[index] : _biasBound;

        // What the verifier bounds is the shifted sum; without the shift it can pass 2^31 with the bias: then nothing is known.
        peaks[index] = peak < 0 ? int.MaxValue : peak;
    }

    /// <summary>Shifts what the target holds, as if it were this operator's own sum, and adds the bias.</summary>
    internal void FinishInPlace()
    {
        Kernels.Shift(Arena, TargetOffset, TargetOffset, TargetLength, _shift, false);
        if (BiasCount > 0) Kernels.AddConstants(File, _bias, BiasCount, Arena, TargetOffset, TargetLength);
    }

    /// <summary>Sums of nothing: 0, or the bias.</summary>
    internal void Begin()
    {
        Begin(TargetOffset, TargetLength);
    }

    private void Begin(int target, int length)
    {
        Kernels.Fill(Arena, target, length, 0);
        if (BiasCount > 0) Kernels.AddConstants(File, _bias, BiasCount, Arena, target, length);
    }
}
