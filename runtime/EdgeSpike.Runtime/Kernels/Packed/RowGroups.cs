namespace EdgeSpike.Runtime;

/// <summary>
/// Rows of several matrices that add to the same sums, in one pass. Replaces Kernels/Scalar/RowGroups.cs, bit-identical to it.
/// </summary>
internal static partial class Kernels
{
    /// <summary>Rows that cost less than a pass of their own over the sums.</summary>
    private const int FewRows = 6;

    /// <summary>
    /// One tick of a group: where the rows of all members begin is listed first, then the sums are begun and added to by columns
    /// that stay in registers while the rows pass. A compressed row that reaches every target is a row like any other; the rest
    /// of them are added synapse by synapse. Blocks that share their rows are added row by row.
    /// </summary>
    /// <remarks>Cost: 9 instructions for a row, about 100 for a group, and what <see cref="AddListed"/> takes.</remarks>
    public static unsafe void SumRows(RowGroup group, byte[] file, int[] arena)
    {
        Connection[] members = group.Members;
        DenseOperator head = group.Head;
        if (head.Repeat > 1)
        {
            SumBlocks(members, file, arena);
            return;
        }

        int sums = head.TargetOffset, width = head.Width, listed = 0, partial = 0;
        bool begin = true;
        fixed (byte* f = file)
        fixed (int* a = arena)
        fixed (int* scratch = group.Rows)
        {
            byte** rows = (byte**)scratch;
            for (int i = 0; i < members.Length; i++)
            {
                Connection member = members[i];
                member.NotePeak();
                int* active = a + member.SourceOffset;
                int left = *active++;
                while (left > 0)
                {
                    int room = RowGroup.MostRows - listed;
                    if (room == 0)
                    {
                        AddListed(group, rows, listed, a + sums, begin);
                        begin = false;
                        listed = 0;
                        room = RowGroup.MostRows;
                    }

                    if (room > left) room = left;
                    int taken = room;
                    if (member.Code == OperatorCode.Dense) ListRows((DenseOperator)member, f, active, room, rows + listed);
                    else taken = ListFullRows((SparseOperator)member, f, active, room, rows + listed, width, ref partial);
                    listed += taken;
                    left -= room;
                    active += room;
                }

                if (i == 0 && head.Finishes) FinishHead(group, head, rows, a + sums, ref listed, ref begin);
            }

            if (listed > 0) AddListed(group, rows, listed, a + sums, begin);
            else if (begin) Fill(arena, sums, width, 0);
            if (partial > 0) AddPartialRows(members, f, a, a + sums, width);
        }
    }

    /// <summary>
    /// The head's sums have a shift or a bias of their own, so they are finished before others join. A few rows shifted left are
    /// listed so many times instead, which is cheaper than a pass.
    /// </summary>
    private static unsafe void FinishHead(RowGroup group, DenseOperator head, byte** rows, int* sums, ref int listed, ref bool begin)
    {
        if (head.LeftShift > 0 && begin && !head.HasBias && listed <= FewRows)
        {
            int times = listed << head.LeftShift;
            if (times <= listed + FewRows)
            {
                for (int i = listed; i < times; i++) rows[i] = rows[i - listed];
                listed = times;
                return;
            }
        }

        if (listed > 0) AddListed(group, rows, listed, sums, begin);
        else if (begin) Fill(head.Arena, head.TargetOffset, head.Width, 0);
        head.FinishInPlace();
        begin = false;
        listed = 0;
    }

    /// <summary>Lists where the rows of so many events begin.</summary>
    private static unsafe void ListRows(DenseOperator member, byte* file, int* active, int count, byte** rows)
    {
        member.CountRows(count);
        byte* weights = file + member.Weights;
        int rowBytes = member.RowBytes;
        if ((count & 1) != 0) *rows++ = weights + *active++ * rowBytes;
        for (int* end = active + (count & ~1); active != end; active += 2, rows += 2)
        {
            rows[0] = weights + active[0] * rowBytes;
            rows[1] = weights + active[1] * rowBytes;
        }
    }

    /// <summary>Lists the compressed rows that are whole and returns how many; counts those that are neither that nor empty.</summary>
    private static unsafe int ListFullRows(SparseOperator member, byte* file, int* active, int count, byte** rows, int width, ref int partial)
    {
        if (member.WeightType == TensorType.Int4)
        {
            // Rows may begin within a byte.
            partial += count;
            return 0;
        }

        int* starts = (int*)(file + member.RowStarts);
        byte* weights = file + member.Weights;
        int shift = member.WeightType == TensorType.Int16 ? 1 : 0, others = 0, full = 0;
        for (int* end = active + count; active != end; active++)
        {
            int* start = starts + *active;
            int from = start[0], length = start[1] - from;
            if (length == width) rows[full++] = weights + (from << shift);
            else if (length != 0) others++;
        }

        partial += others;
        member.CountSynapses(full * width);
        return full;
    }

    /// <summary>The compressed rows that <see cref="ListFullRows"/> left.</summary>
    private static unsafe void AddPartialRows(Connection[] members, byte* file, int* arena, int* sums, int width)
    {
        for (int i = 1; i < members.Length; i++)
        {
            if (members[i].Code != OperatorCode.Sparse) continue;
            SparseOperator member = (SparseOperator)members[i];
            int* starts = (int*)(file + member.RowStarts), active = arena + member.SourceOffset, end = active + *active;
            while (active != end)
            {
                active++;
                int from = starts[*active], length = starts[*active + 1] - from;
                if (length == 0 || (length == width && member.WeightType != TensorType.Int4)) continue;
                member.CountSynapses(length);
                AddSparseRow(member.WeightType, file, member.Weights, from, length, member.Targets, sums);
            }
        }
    }

    /// <summary>
    /// Blocks. A left shift of the sum is one of each weight, which is cheaper than a pass over all sums: few of them are reached.
    /// It fits as the sum's does: no partial sum exceeds what Prepare has proved.
    /// </summary>
    private static unsafe void SumBlocks(Connection[] members, byte[] file, int[] arena)
    {
        for (int i = 0; i < members.Length; i++)
        {
            DenseOperator member = (DenseOperator)members[i];
            if (member.LeftShift < 0 || member.Reciprocal == 0 || member.WeightType == TensorType.Int4)
            {
                member.Step();
                continue;
            }

            member.NotePeak();
            if (member.Begins) member.Begin();
            fixed (byte* f = file)
            fixed (int* a = arena)
            {
                int* list = a + member.SourceOffset;
                member.CountRows(*list);
                if (member.WeightType == TensorType.Int8)
                    AddBlockBytes((sbyte*)(f + member.Weights), member.RowBytes, member.Sources, member.Reciprocal, member.Width, list, a + member.TargetOffset, 1 << member.LeftShift);
                else
                    AddBlockShorts((short*)(f + member.Weights), member.RowBytes >> 1, member.Sources, member.Reciprocal, member.Width, list, a + member.TargetOffset, 1 << member.LeftShift);
            }
        }
    }

    /// <summary>Cost: 28 instructions for a row and 5 for each of its weights.</summary>
    private static unsafe void AddBlockBytes(sbyte* weights, int rowStep, int sources, uint reciprocal, int width, int* active, int* sums, int factor)
    {
        int fours = width >> 2;
        for (int* end = active + *active; active != end;)
        {
            active++;
            int source = *active, block = (int)(((ulong)(uint)(source + 1) * reciprocal) >> 32);
            sbyte* w = weights + (source - block * sources) * rowStep;
            int* sum = sums + block * width;
            int left = fours;
            while (left != 0)
            {
                sum[0] = sum[0] + factor * w[0];
                sum[1] = sum[1] + factor * w[1];
                sum[2] = sum[2] + factor * w[2];
                sum[3] = sum[3] + factor * w[3];
                sum += 4;
                w += 4;
                left--;
            }

            if ((width & 2) != 0)
            {
                sum[0] = sum[0] + factor * w[0];
                sum[1] = sum[1] + factor * w[1];
                sum += 2;
                w += 2;
            }

            if ((width & 1) != 0) *sum = *sum + factor * *w;
        }
    }

    private static unsafe void AddBlockShorts(short* weights, int rowStep, int sources, uint reciprocal, int width, int* active, int* sums, int factor)
    {
        int fours = width >> 2;
        for (int* end = active + *active; active != end;)
        {
            active++;
            int source = *active, block = (int)(((ulong)(uint)(source + 1) * reciprocal) >> 32);
            short* w = weights + (source - block * sources) * rowStep;
            int* sum = sums + block * width;
            int left = fours;
            while (left != 0)
            {
                sum[0] = sum[0] + factor * w[0];
                sum[1] = sum[1] + factor * w[1];
                sum[2] = sum[2] + factor * w[2];
                sum[3] = sum[3] + factor * w[3];
                sum += 4;
                w += 4;
                left--;
            }

            if ((width & 2) != 0)
            {
                sum[0] = sum[0] + factor * w[0];
                sum[1] = sum[1] + factor * w[1];
                sum += 2;
                w += 2;
            }

            if ((width & 1) != 0) *sum = *sum + factor * *w;
        }
    }

    /// <summary>Words of an array that lists <see cref="RowGroup.MostRows"/> rows: by their addresses.</summary>
    internal static unsafe int RowListWords()
    {
        return RowGroup.MostRows * (sizeof(byte*) >> 2);
    }
}
