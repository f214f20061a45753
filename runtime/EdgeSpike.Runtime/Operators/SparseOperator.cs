namespace EdgeSpike.Runtime;

/// <summary>
/// Compressed rows by source: for source i the entries rowStart[i] … rowStart[i + 1] − 1, targets strictly ascending.
/// ARITHMETIC.md, section 2. Cost: one addition, a weight and two bytes of index for each synapse of an active source.
/// </summary>
internal sealed class SparseOperator : Connection
{
    private int _targets;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(10)) return;
        ModelTensor rowStarts = context.Tensor(8, false);
        ModelTensor targets = context.Tensor(9, false);
        if (context.Failed) return;
        if (rowStarts.Type != TensorType.Int32) context.Fail(ModelError.Kind, 8);
        if (targets.Type != TensorType.UInt16) context.Fail(ModelError.Kind, 9);
        int rows = rowStarts.Count - 1;
        if (rows < 1) context.Fail(ModelError.Size, 8);
        PrepareFrame(context, rows, false, context.LengthOf(2));
        if (context.Failed) return;
        if (SourceLength != rows) context.Fail(ModelError.Size, 8);
        if (TargetLength > 65536) context.Fail(ModelError.Size, 9);
        if (context.Weights(6).Count < targets.Count) context.Fail(ModelError.Size, 6);
        if (context.Failed) return;

        if (context.Constant(rowStarts, 0) != 0) context.Fail(ModelError.Constant, 8);
        int last = 0;
        // Rows that are whole or empty follow one another as a matrix's do.
        RowBytes = WeightType == TensorType.Int4 ? 0 : WeightType == TensorType.Int16 ? 2 * TargetLength : TargetLength;
        for (int i = 1; i <= rows; i++)
        {
            int next = context.Constant(rowStarts, i);
            if (next < last || next > targets.Count)
            {
                context.Fail(ModelError.Constant, 8);
                return;
            }

            int previous = -1;
            for (int k = last; k < next; k++)
            {
                int target = context.Constant(targets, k);
                if (target <= previous || target >= TargetLength)
                {
                    context.Fail(ModelError.Constant, 9);
                    return;
                }

                previous = target;
            }

            if (next != last && next - last != TargetLength) RowBytes = 0;
            last = next;
        }

        RowStarts = rowStarts.Offset;
        _targets = targets.Offset;
        context.AddWork((long)last + rows + TargetLength);
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
