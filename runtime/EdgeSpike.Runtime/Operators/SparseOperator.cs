namespace EdgeSpike.Runtime;

/// <summary>
/// Compressed rows by source: for source i the entries rowStart[i] … rowStart[i + 1] − 1, targets strictly ascending.
/// ARITHMETIC.md, section 2. Cost: one addition, a weight and two bytes of index for each synapse of an active source.
/// </summary>
internal sealed class SparseOperator : Connection
{
    private int _targets;

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
        Record.Later, 0, 0, // row starts
        Record.Later, 0, 0, // targets
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        ModelTensor rowStarts = context.Tensor(8);
        ModelTensor targets = context.Tensor(9);
        int rows = rowStarts.Count - 1, last = 0;
        if (rowStarts.Type != TensorType.Int32) context.Fail(ModelError.Kind, 8);
        if (targets.Type != TensorType.UInt16) context.Fail(ModelError.Kind, 9);
        if (context.Count != rows) context.Fail(ModelError.Size, 8);
        if (context.WeightTensor.Count < targets.Count) context.Fail(ModelError.Size, 6);
        PrepareFrame(context, rows, context.LengthOf(2));
        if (TargetLength > 65536) context.Fail(ModelError.Size, 9);
        if (context.Failed) return;

        // Rows that are whole or empty follow one another as a matrix's do.
        RowBytes = WeightType == TensorType.Int4 ? 0 : context.WeightTensor.BytesOf(TargetLength);
        if (context.Constant(rowStarts, 0) != 0) context.Fail(ModelError.Constant, 8);
        for (int i = 1; i <= rows && !context.Failed; i++)
        {
            int next = context.Constant(rowStarts, i), width = next - last, previous = -1;
            if (next < last || next > targets.Count)
            {
                context.Fail(ModelError.Constant, 8);
                return;
            }

            for (; last < next; last++)
            {
                int target = context.Constant(targets, last);
                if (target <= previous || target >= TargetLength) context.Fail(ModelError.Constant, 9);
                previous = target;
            }

            if (width != 0 && width != TargetLength) RowBytes = 0;
        }

        RowStarts = rowStarts.Offset;
        _targets = targets.Offset;
        context.AddWork(last, 1);
        context.AddWork(rows, 1);
        context.AddWork(TargetLength, 1);
    }

    internal override bool Follows(DenseOperator head)
    {
        return RowBytes > 0 && FromEvents && !Begins && LeftShift == 0 && Joins(head) && head.WeightType == WeightType && head.Repeat == 1;
    }

    internal override void Accumulate(int sum)
    {
        SynapticOperations += FromEvents
            ? Kernels.AddSparse(WeightType, File, Weights, RowStarts, _targets, Arena, SourceOffset, sum)
            : Kernels.AddValueSparse(WeightType, File, Weights, RowStarts, _targets, Arena, SourceOffset, SourceLength, sum);
    }
}
