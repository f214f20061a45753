using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix of S × W weights by source, the same for R blocks: source r S + i reaches target r W + j. ARITHMETIC.md,
/// section 2. Cost: W additions and one row of flash for each active source.
/// </summary>
internal sealed class DenseOperator : Connection
{
    /// <summary>Up to so many sources the weights are read for what they add up to; with more, not all are active at once.</summary>
    private const int FewSources = 16;

    private int _sources;
    private int _width;
    private int _repeat;
    private uint _reciprocal;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(12)) return;
        _repeat = context.Field(8, 1, int.MaxValue);
        _sources = context.Field(9, 1, int.MaxValue);
        _width = context.Field(10, 1, int.MaxValue);
        if (Repeat != _repeat) context.Fail(ModelError.LeftOut, 8);
        PrepareFrame(context, _sources, false, _width);
        if (context.Failed) return;
        context.Product(_repeat, _sources, SourceLength, 9);
        context.Product(_repeat, _width, TargetLength, 10);
        ModelTensor weights = context.Weights(6);
        RowBytes = context.RowBytes(11, weights, _sources, _width);
        context.AddWork((long)SourceLength * _width + TargetLength);
        if (context.Failed) return;
        if (_sources <= FewSources) ColumnBound = LargestColumn() * (Unit >> (weights.Bits - 1));
        if (SourceLength > 65536) return;
        long rest = uint.MaxValue;
        for (int bit = 31; bit >= 0; bit--)
        {
            long part = (long)_sources << bit;
            if (part > rest) continue;
            rest -= part;
            _reciprocal |= 1u << bit;
        }
    }

    // The largest Σ |w| of a target. PrepareFrame has shown that it fits, times what a source can be as well.
    private int LargestColumn()
    {
        int largest = 0;
        for (int j = 0; j < _width; j++)
        {
            int sum = 0;
            for (int i = 0; i < _sources; i++)
            {
                int weight = Kernels.Weight(WeightType, File, Weights + i * RowBytes, j);
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
