using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// Rows of several matrices that add to the same sums, in one pass. Replaces Kernels/Scalar/RowGroups.cs, bit-identical to it.
/// </summary>
internal static partial class Kernels
{
    /// <summary>Rows that cost less than a pass of their own over the sums.</summary>
    private const int FewRows = 6;

    /// <summary>Of a pass: it begins the sums; a row may not begin at a word.</summary>
    internal const int Begin = 1;
    internal const int Unaligned = 2;

    /// <summary>
    /// One tick of a group: where the rows of all members begin is listed first, then the sums are begun and added to by columns
    /// that stay in registers while the rows pass. Blocks that share their rows are added row by row.
    /// </summary>
    /// <remarks>Cost: 5 instructions for a row of a matrix, 11 for a compressed one, about 150 for a member, and what AddBytes or AddShorts takes.</remarks>
    public static unsafe void SumRows(RowGroup group, byte[] file, int[] arena)
    {
        Connection[] members = group.Members;
        fixed (byte* f = file)
        fixed (int* a = arena)
        fixed (int* scratch = group.Rows)
        {
            group.Listed = 0;
            group.Mode = group.Aligned ? Begin : Begin | Unaligned;
            for (int i = 0; i < members.Length; i++)
            {
                Connection member = members[i];
                member.NotePeak();
                if (group.Head.Repeat > 1)
                {
                    SumBlocks((DenseOperator)member, f, a);
                    continue;
                }

                ListRows(group, member, f, a, (byte**)scratch);
                if (i == 0 && member.Finishes) FinishHead(group, a, (byte**)scratch);
            }

            if (group.Head.Repeat == 1) AddListed(group, a, (byte**)scratch);
        }
    }

    /// <summary>Adds the listed rows to a group's sums, or begins the sums with them, or with 0 where there are none.</summary>
    private static unsafe void AddListed(RowGroup group, int* arena, byte** rows)
    {
        DenseOperator head = group.Head;
        int* sums = arena + head.TargetOffset;
        int count = group.Listed, mode = group.Mode, width = head.Width;
        group.Listed = 0;
        group.Mode = mode & Unaligned;
        if (count == 0)
        {
            if ((mode & Begin) != 0) Fill(head.Arena, head.TargetOffset, width, 0);
            return;
        }

        rows[count] = null;
        if (head.WeightType == TensorType.Int8) AddBytes(rows, count, sums, width, mode);
        else if (head.WeightType == TensorType.Int16) AddShorts(rows, count, sums, width, mode);
        else AddNibbles(rows, count, sums, width, mode);
    }

    /// <summary>
    /// The head's sums have a shift or a bias of their own, so they are finished before others join. A few rows shifted left are
    /// listed so many times instead, which is cheaper than a pass.
    /// </summary>
    private static unsafe void FinishHead(RowGroup group, int* arena, byte** rows)
    {
        DenseOperator head = group.Head;
        int listed = group.Listed;
        if (head.LeftShift > 0 && (group.Mode & Begin) != 0 && !head.HasBias && listed <= FewRows)
        {
            int times = listed << head.LeftShift;
            if (times <= listed + FewRows)
            {
                for (int i = listed; i < times; i++) rows[i] = rows[i - listed];
                group.Listed = times;
                return;
            }
        }

        AddListed(group, arena, rows);
        head.FinishInPlace();
    }

    /// <summary>Lists where the rows of a member's events begin; as often as the list is full, its rows pass.</summary>
    private static unsafe void ListRows(RowGroup group, Connection member, byte* file, int* arena, byte** rows)
    {
        int* active = arena + member.SourceOffset;
        for (int left = *active++; left > 0;)
        {
            int room = RowGroup.MostRows - group.Listed;
            if (room == 0)
            {
                AddListed(group, arena, rows);
                room = RowGroup.MostRows;
            }

            if (room > left) room = left;
            byte** list = rows + group.Listed;
            byte* weights = file + member.Weights;
            int starts = member.RowStarts, listed;
            if (starts == 0) listed = ListMatrixRows(active, room, weights, member.RowBytes, list);
            else listed = ListWholeRows(active, room, weights, member.WeightType == TensorType.Int16 ? 1 : 0, (int*)(file + starts), list);
            member.CountRows(listed, group.Head.Width);
            group.Listed += listed;
            active += room;
            left -= room;
        }
    }

    /// <summary>int4 rows, eight columns at a time: with 0x88888888 as in AddBytes, nibbles in four words of two lanes.</summary>
    /// <param name="rows">Where rows begin.</param>
    /// <param name="count">How many, 1 … MostRows.</param>
    /// <param name="sums">As many as a row has weights.</param>
    /// <param name="width">Weights of a row.</param>
    /// <param name="mode">Begin or not; not Unaligned: each row fills whole words.</param>
    private static unsafe void AddNibbles(byte** rows, int count, int* sums, int width, int mode)
    {
        const uint mask = 0x000F000F;
        int offset = count << 3, keep = (mode & Begin) - 1;
        byte** end = rows + count, row;
        int j = 0;
        for (; j + 8 <= width || ((mode & Unaligned) == 0 && j < width); j += 8)
        {
            uint s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (row = rows; row != end; row++)
            {
                uint w = *(uint*)(*row + (j >> 1)) ^ 0x88888888;
                s0 += w & mask;
                s1 += (w >> 4) & mask;
                s2 += (w >> 8) & mask;
                s3 += (w >> 12) & mask;
            }

            int left = width - j < 8 ? width - j : 8;
            for (int k = 0; k < left; k++)
            {
                *sums = (*sums & keep) + (int)(ushort)s0 - offset;
                sums++;

                // Columns 0 … 3 are the lower lanes, 4 … 7 the upper ones.
                uint first = s0 >> 16;
                s0 = s1;
                s1 = s2;
                s2 = s3;
                s3 = first;
            }
        }

        for (; j < width; j++, sums++)
        {
            int sum = *sums & keep;
            for (row = rows; row != end; row++) sum += Nibble(*row, j);
            *sums = sum;
        }
    }

    /// <summary>
    /// One member whose blocks share their rows. A left shift of the sum is one of each weight, which is cheaper than a pass over all
    /// sums: few of them are reached. It fits as the sum's does: no partial sum exceeds what Prepare has proved.
    /// </summary>
    private static unsafe void SumBlocks(DenseOperator member, byte* file, int* arena)
    {
        if (member.LeftShift < 0 || member.Reciprocal == 0 || member.WeightType == TensorType.Int4)
        {
            member.Run();
            return;
        }

        if (member.Begins) member.Begin();
        int* list = arena + member.SourceOffset, sums = arena + member.TargetOffset;
        member.CountRows(*list, member.Width);
        if (member.WeightType == TensorType.Int8)
            AddByteBlocks(file + member.Weights, member.RowBytes, member.Sources, member.Reciprocal, member.Width, list, sums, 1 << member.LeftShift);
        else
            AddShortBlocks(file + member.Weights, member.RowBytes, member.Sources, member.Reciprocal, member.Width, list, sums, 1 << member.LeftShift);
    }

    /// <summary>Words of an array that lists <see cref="RowGroup.MostRows"/> rows by their addresses, and an end.</summary>
    internal static unsafe int RowListWords()
    {
        return (RowGroup.MostRows + 1) * (sizeof(byte*) >> 2);
    }
}
