using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix of S × W weights by source, the same for R blocks: source r S + i reaches target r W + j. ARITHMETIC.md,
/// section 2. Cost: W additions and one row of flash for each active source.
/// </summary>
internal sealed class DenseOperator : Connection
{
    /// <summary>Up to so many sources weights of whole bytes are read for what they add up to; with more, not all are active at once.</summary>
    private const int FewSources = 16;

    private int _sources;
    private int _width;
    private int _repeat;
    private uint _reciprocal;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Events, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
        Record.Later, 0, 0, // scratch
        Record.Number, Record.Zero, Record.One, // accumulate
        Record.Number, Record.Minus31, Record.TwentyFour, // shift
        Record.Weights, 0, 0, // weights
        Record.Later, 0, 0, // bias
        Record.Number, Record.One, Record.MostInt, // repeat
        Record.Number, Record.One, Record.MostInt, // sources
        Record.Number, Record.One, Record.MostInt, // width
        Record.Later, 0, 0, // row bytes
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _repeat = context.At(8);
        _sources = context.At(9);
        _width = context.At(10);
        if (Repeat != _repeat) context.Fail(ModelError.LeftOut, 8);
        PrepareFrame(context, _sources, _width);
        context.Product(_repeat, _sources, SourceLength, 9);
        context.Product(_repeat, _width, TargetLength, 10);
        RowBytes = context.RowBytes(11, _sources, _width);
        context.AddWork(SourceLength, _width);
        context.AddWork(TargetLength, 1);
        if (context.Failed) return;
        if (_sources <= FewSources && WeightType != TensorType.Int4) ColumnBound = LargestColumn(context) * (Unit >> (context.WeightTensor.Bits - 1));
        if (SourceLength <= 65536) _reciprocal = WindowGeometry.Quotient(uint.MaxValue, (uint)_sources);
    }

    // The largest Σ |w| of a target. PrepareFrame has shown that it fits, times what a source can be as well.
    private int LargestColumn(PrepareContext context)
    {
        ModelTensor weights = context.WeightTensor;
        int largest = 0, row = RowBytes >> (weights.Bits >> 4);
        for (int j = 0; j < _width; j++)
        {
            int sum = 0;
            for (int i = 0, at = j; i < _sources; i++, at += row)
            {
                int weight = context.Constant(weights, at);
                sum += weight < 0 ? -weight : weight;
            }

            if (sum > largest) largest = sum;
        }

        return largest;
    }

    /// <summary>Rows of one block.</summary>
    internal int Sources
    {
        get { return _sources; }
    }

    /// <summary>Weights of a row.</summary>
    internal int Width
    {
        get { return _width; }
    }

    /// <summary>Blocks that share the rows.</summary>
    internal int Repeat
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Blocks ? _repeat : 1; }
    }

    /// <summary>May begin a group: with rows of events.</summary>
    internal bool LeadsGroup
    {
        get { return FromEvents && Begins; }
    }

    /// <summary>
    /// With it source / sources is the upper word of (source + 1) × reciprocal: (2^32 − 1) / sources, rounded down. Exact for
    /// sources below 2^16: with m ≥ 2^32 / sources − 1 the product is at least the quotient's and less than the next one's.
    /// 0: there are more.
    /// </summary>
    internal uint Reciprocal
    {
        get { return _reciprocal; }
    }

    internal override bool Follows(DenseOperator head)
    {
        return FromEvents && !Begins && LeftShift == 0 && Joins(head) && head.WeightType == WeightType && head._width == _width && head._repeat == _repeat;
    }

    internal override void Accumulate(int sum)
    {
        int active = FromEvents
            ? Kernels.AddRows(WeightType, File, Weights, RowBytes, _sources, _width, Arena, SourceOffset, sum)
            : Kernels.AddValueRows(WeightType, File, Weights, RowBytes, _sources, _width, Arena, SourceOffset, SourceLength, sum);
        CountRows(active, _width);
    }
}
