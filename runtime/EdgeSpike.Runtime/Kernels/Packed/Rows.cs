using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// Rows of weights added to sums, for 32-bit cores without vectors. Replaces Kernels/Scalar/Rows.cs, bit-identical to it.
/// </summary>
/// <remarks>
/// <para>The rows of one pass are listed by where they begin. A block of columns stays in registers while all of them pass, so
/// that the int32 sums are loaded and stored once a pass, not once a row.</para>
/// <para>int8: an exclusive or with 0x80808080 makes a word's four weights u = w + 128, 0 … 255. Bytes 0 and 2 are added in two
/// lanes of 16 bits: 64 × 255 &lt; 2^16. The word shifted right by 8, u1 + 2^8 u2 + 2^16 u3, is added whole: 64 × 2^24 &lt; 2^32.
/// The sum of u2, known from the lanes, is taken out of it, and leaves the lanes of bytes 1 and 3. So no lane can carry into
/// another, whatever the weights, while a pass has at most 64 rows; in the end 128 × rows is subtracted from each sum.</para>
/// <para>int4: likewise with 0x88888888, nibbles in four words of two lanes. int16: no lanes, sums of 32 bits.</para>
/// <para>Words are read at any address, which Armv7-M and Armv8-M cores permit; rows whose bytes are a multiple of 4 save them
/// the second access. Cost: int8 27 instructions for a row and 16 columns, int16 19 for a row and 8, int4 18 for a row and 8; for
/// a pass 14 for every four sums that it begins, 22 for every four that it adds to.</para>
/// </remarks>
internal static partial class Kernels
{
    private const uint Even = 0x00FF00FF;

    /// <summary>Adds listed rows to a group's sums, or begins the sums with them.</summary>
    /// <param name="group">Type and width of rows, and whether they may be read past their ends.</param>
    /// <param name="rows">Where rows begin.</param>
    /// <param name="count">How many, 1 … MostRows.</param>
    /// <param name="sums">As many as a row has weights.</param>
    /// <param name="begin">Store; otherwise add to what is there.</param>
    private static unsafe void AddListed(RowGroup group, byte** rows, int count, int* sums, bool begin)
    {
        TensorType type = group.Head.WeightType;
        int width = group.Head.Width, j = 0;
        bool wholeWords = group.WholeWords;
        if (type == TensorType.Int8)
        {
            for (; j + 16 <= width; j += 16) AddBytes16(rows, count, j, sums + j, begin);
            for (; j + 8 <= width || (wholeWords && j < width); j += 8) AddBytes8(rows, count, j, sums + j, width - j, begin);
        }
        else if (type == TensorType.Int16)
        {
            for (; j + 8 <= width || (wholeWords && j < width); j += 8) AddShorts8(rows, count, 2 * j, sums + j, width - j, begin);
        }
        else
        {
            for (; j + 8 <= width || (wholeWords && j < width); j += 8) AddNibbles8(rows, count, j >> 1, sums + j, width - j, begin);
        }

        for (; j < width; j++)
        {
            int sum = begin ? 0 : sums[j];
            for (int i = 0; i < count; i++) sum += Column(type, rows[i], j);
            sums[j] = sum;
        }
    }

    private static unsafe int Column(TensorType type, byte* row, int j)
    {
        if (type == TensorType.Int8) return (sbyte)row[j];
        if (type == TensorType.Int16) return ((short*)row)[j];
        int pair = row[j >> 1];
        return (j & 1) == 0 ? (pair << 28) >> 28 : (pair << 24) >> 28;
    }

    /// <summary>Sixteen columns of int8. A call for each block: more than these variables would not stay in registers.</summary>
    private static unsafe void AddBytes16(byte** row, int count, nint column, int* sums, bool begin)
    {
        uint e0 = 0, e1 = 0, e2 = 0, e3 = 0, o0 = 0, o1 = 0, o2 = 0, o3 = 0;
        byte* p;
        for (byte** single = row + (count & 3); row != single;)
        {
            p = *row + column;
            row++;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
            AddWord(p + 8, ref e2, ref o2);
            AddWord(p + 12, ref e3, ref o3);
        }

        byte** end = row + (count & ~3);
        while (row != end)
        {
            p = row[0] + column;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
            AddWord(p + 8, ref e2, ref o2);
            AddWord(p + 12, ref e3, ref o3);
            p = row[1] + column;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
            AddWord(p + 8, ref e2, ref o2);
            AddWord(p + 12, ref e3, ref o3);
            p = row[2] + column;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
            AddWord(p + 8, ref e2, ref o2);
            AddWord(p + 12, ref e3, ref o3);
            p = row[3] + column;
            row += 4;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
            AddWord(p + 8, ref e2, ref o2);
            AddWord(p + 12, ref e3, ref o3);
        }

        int offset = count << 7;
        Empty(sums, e0, o0, offset, begin);
        Empty(sums + 4, e1, o1, offset, begin);
        Empty(sums + 8, e2, o2, offset, begin);
        Empty(sums + 12, e3, o3, offset, begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AddWord(byte* p, ref uint even, ref uint odd)
    {
        uint w = *(uint*)p ^ 0x80808080;
        even += w & Even;
        odd += w >> 8;
    }

    /// <summary>Takes the four sums of a word out of their lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Empty(int* sums, uint even, uint odd, int offset, bool begin)
    {
        uint third = even >> 16;
        odd -= third << 8;
        if (begin)
        {
            sums[0] = (int)(ushort)even - offset;
            sums[1] = (int)(ushort)odd - offset;
            sums[2] = (int)third - offset;
            sums[3] = (int)(odd >> 16) - offset;
        }
        else
        {
            sums[0] = sums[0] + (int)(ushort)even - offset;
            sums[1] = sums[1] + (int)(ushort)odd - offset;
            sums[2] = sums[2] + (int)third - offset;
            sums[3] = sums[3] + (int)(odd >> 16) - offset;
        }
    }

    /// <summary>Eight columns of int8, or the last one to seven.</summary>
    private static unsafe void AddBytes8(byte** row, int count, nint column, int* sums, int width, bool begin)
    {
        uint e0 = 0, e1 = 0, o0 = 0, o1 = 0;
        byte* p;
        byte** end = row + count;
        if ((count & 1) != 0)
        {
            p = *row + column;
            row++;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
        }

        while (row != end)
        {
            p = row[0] + column;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
            p = row[1] + column;
            row += 2;
            AddWord(p, ref e0, ref o0);
            AddWord(p + 4, ref e1, ref o1);
        }

        int offset = count << 7;
        if (width >= 4)
        {
            Empty(sums, e0, o0, offset, begin);
            e0 = e1;
            o0 = o1;
            sums += 4;
            width -= 4;
        }

        if (width >= 4)
        {
            Empty(sums, e0, o0, offset, begin);
            return;
        }

        o0 -= (e0 >> 16) << 8;
        for (; width > 0; width--)
        {
            int sum = (int)(ushort)e0 - offset;
            *sums = begin ? sum : *sums + sum;
            sums++;
            uint next = o0;
            o0 = e0 >> 16;
            e0 = next;
        }
    }

    /// <summary>Eight columns of int16, or the last one to seven.</summary>
    private static unsafe void AddShorts8(byte** row, int count, nint column, int* sums, int width, bool begin)
    {
        int s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        short* p;
        byte** end = row + count;
        if ((count & 1) != 0)
        {
            p = (short*)(*row + column);
            row++;
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
        }

        if ((count & 2) != 0)
        {
            p = (short*)(row[0] + column);
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
            p = (short*)(row[1] + column);
            row += 2;
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
        }

        while (row != end)
        {
            p = (short*)(row[0] + column);
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
            p = (short*)(row[1] + column);
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
            p = (short*)(row[2] + column);
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
            p = (short*)(row[3] + column);
            row += 4;
            AddFour(p, ref s0, ref s1, ref s2, ref s3);
            AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
        }

        if (width < 8)
        {
            sums[0] = begin ? s0 : sums[0] + s0;
            if (width > 1) sums[1] = begin ? s1 : sums[1] + s1;
            if (width > 2) sums[2] = begin ? s2 : sums[2] + s2;
            if (width > 3) sums[3] = begin ? s3 : sums[3] + s3;
            if (width > 4) sums[4] = begin ? s4 : sums[4] + s4;
            if (width > 5) sums[5] = begin ? s5 : sums[5] + s5;
            if (width > 6) sums[6] = begin ? s6 : sums[6] + s6;
        }
        else if (begin)
        {
            sums[0] = s0;
            sums[1] = s1;
            sums[2] = s2;
            sums[3] = s3;
            sums[4] = s4;
            sums[5] = s5;
            sums[6] = s6;
            sums[7] = s7;
        }
        else
        {
            sums[0] = sums[0] + s0;
            sums[1] = sums[1] + s1;
            sums[2] = sums[2] + s2;
            sums[3] = sums[3] + s3;
            sums[4] = sums[4] + s4;
            sums[5] = sums[5] + s5;
            sums[6] = sums[6] + s6;
            sums[7] = sums[7] + s7;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AddFour(short* p, ref int s0, ref int s1, ref int s2, ref int s3)
    {
        s0 += p[0];
        s1 += p[1];
        s2 += p[2];
        s3 += p[3];
    }

    /// <summary>Eight columns of int4, or the last ones.</summary>
    private static unsafe void AddNibbles8(byte** row, int count, nint column, int* sums, int width, bool begin)
    {
        const uint mask = 0x000F000F;
        int offset = count << 3;
        uint s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (byte** end = row + count; row != end; row++)
        {
            uint w = *(uint*)(*row + column) ^ 0x88888888;
            s0 += w & mask;
            s1 += (w >> 4) & mask;
            s2 += (w >> 8) & mask;
            s3 += (w >> 12) & mask;
        }

        if (width > 8) width = 8;
        for (int j = 0; j < width; j++)
        {
            int sum = (int)(ushort)s0 - offset;
            sums[j] = begin ? sum : sums[j] + sum;

            // Columns 0 … 3 are the lower lanes, 4 … 7 the upper ones.
            uint first = s0 >> 16;
            s0 = s1;
            s1 = s2;
            s2 = s3;
            s3 = first;
        }
    }

    /// <summary>arena[target + j] += w[j], j &lt; width.</summary>
    public static unsafe void AddRow(TensorType type, byte[] file, int row, int[] arena, int target, int width)
    {
        fixed (byte* f = file)
        fixed (int* a = arena) AddOne(type, f + row, 1, a + target, width);
    }

    /// <summary>arena[target + j] += factor × w[j], j &lt; width.</summary>
    public static unsafe void AddScaledRow(TensorType type, byte[] file, int row, int factor, int[] arena, int target, int width)
    {
        fixed (byte* f = file)
        fixed (int* a = arena) AddOne(type, f + row, factor, a + target, width);
    }

    /// <summary>One row times a factor. Cost: 6 instructions a column.</summary>
    private static unsafe void AddOne(TensorType type, byte* row, int factor, int* sums, int width)
    {
        int* end = sums + (width & ~3), last = sums + width;
        if (type == TensorType.Int8)
        {
            sbyte* w = (sbyte*)row;
            for (; sums != end; sums += 4, w += 4)
            {
                sums[0] = sums[0] + factor * w[0];
                sums[1] = sums[1] + factor * w[1];
                sums[2] = sums[2] + factor * w[2];
                sums[3] = sums[3] + factor * w[3];
            }

            for (; sums != last; sums++, w++) *sums = *sums + factor * *w;
        }
        else if (type == TensorType.Int16)
        {
            short* w = (short*)row;
            for (; sums != end; sums += 4, w += 4)
            {
                sums[0] = sums[0] + factor * w[0];
                sums[1] = sums[1] + factor * w[1];
                sums[2] = sums[2] + factor * w[2];
                sums[3] = sums[3] + factor * w[3];
            }

            for (; sums != last; sums++, w++) *sums = *sums + factor * *w;
        }
        else
        {
            for (int j = 0; j < width; j++) sums[j] = sums[j] + factor * Column(type, row, j);
        }
    }

    /// <summary>
    /// The rows of a list of events, in blocks: source r × sources + i adds row i to the sums from r × width. Returns the
    /// number of rows added. Rows that add to the same sums pass together where a group runs them: <see cref="SumRows"/>.
    /// </summary>
    public static unsafe int AddRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int list, int sum)
    {
        int count = arena[list];
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            int* sums = a + sum, active = a + list, end = active + count;
            int block = 0;
            while (active != end)
            {
                active++;
                int source = *active - block;
                while (source >= sources)
                {
                    source -= sources;
                    block += sources;
                    sums += width;
                }

                AddOne(type, f + weights + source * rowBytes, 1, sums, width);
            }
        }

        return count;
    }

    /// <summary>The same for values: each row times its value, zeros skipped. Returns the number of rows added.</summary>
    public static unsafe int AddValueRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int source, int count, int sum)
    {
        int rows = 0, inBlock = 0;
        fixed (byte* f = file)
        fixed (int* a = arena)
        {
            byte* row = f + weights;
            int* sums = a + sum, value = a + source, end = value + count;
            for (; value != end; value++)
            {
                if (*value != 0)
                {
                    AddOne(type, row, *value, sums, width);
                    rows++;
                }

                row += rowBytes;
                if (++inBlock == sources)
                {
                    inBlock = 0;
                    row = f + weights;
                    sums += width;
                }
            }
        }

        return rows;
    }
}
