namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix of S × W weights by source, the same for R blocks: source r S + i reaches target r W + j. ARITHMETIC.md,
/// section 2. Cost: W additions and one row of flash for each active source.
/// </summary>
internal sealed class DenseOperator : Connection
{
    private int _sources;
    private int _width;
    private int _rowBytes;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(12)) return;
        int repeat = context.Field(8, 1, int.MaxValue);
        _sources = context.Field(9, 1, int.MaxValue);
        _width = context.Field(10, 1, int.MaxValue);
        PrepareFrame(context, _sources, false, _width);
        if (context.Failed) return;
        context.Require((long)repeat * _sources == Source.Length, ModelError.Size, 9);
        context.Require((long)repeat * _width == Target.Length, ModelError.Size, 10);
        _rowBytes = context.RowBytes(11, context.Weights(6), _sources, _width);
        context.AddWork((long)Source.Length * _width + Target.Length);
    }

    internal override void Accumulate(int sum)
    {
        int active = FromEvents
            ? Kernels.AddRows(WeightType, File, Weights, _rowBytes, _sources, _width, Arena, Source.Offset, sum)
            : Kernels.AddValueRows(WeightType, File, Weights, _rowBytes, _sources, _width, Arena, Source.Offset, Source.Length, sum);
        SynapticOperations += (long)active * _width;
    }
}
