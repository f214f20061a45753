using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeSpike.Runtime;

/// <summary>Rows of weights added to sums, in vectors. Replaces Kernels/Scalar/Rows.cs, bit-identical to it.</summary>
/// <remarks>
/// Columns are taken in blocks that stay in registers while the rows of all events pass: int8 and int4 in int16 lanes, which hold
/// 256 rows (128 × 256 = 2^15) before they are emptied into the int32 sums; int16 in int32 lanes. The last columns are read with
/// what follows in the file, as long as there is something, and only the lanes that count are kept.
/// </remarks>
internal static partial class Kernels
{
    /// <summary>Rows that int16 lanes hold: 128 × 256 − 1 would still fit, −128 × 256 just does.</summary>
    private const int RowsPerPass = 256;

    private static Vector256<short> Widen(ref byte file, int at)
    {
        Vector128<sbyte> bytes = Vector128.LoadUnsafe(ref file, (nuint)at).AsSByte();
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int16(bytes);
        return Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes));
    }

    private static Vector512<short> WidenWide(ref byte file, int at)
    {
        return Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref file, (nuint)at).AsSByte());
    }

    private static Vector256<int> WidenEight(ref byte file, int at)
    {
        Vector128<sbyte> bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref file, at))).AsSByte();
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int32(bytes);
        Vector128<short> words = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
    }

    private static Vector256<int> WidenWords(ref byte file, int at)
    {
        Vector128<short> words = Vector128.LoadUnsafe(ref file, (nuint)at).AsInt16();
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int32(words);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
    }

    /// <summary>A mask of the first lanes.</summary>
    private static Vector256<int> First(int lanes)
    {
        return Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(lanes));
    }

    private static void Add(ref int arena, int at, Vector256<int> value)
    {
        (Vector256.LoadUnsafe(ref arena, (nuint)at) + value).StoreUnsafe(ref arena, (nuint)at);
    }

    private static void Empty(ref int arena, int at, Vector256<short> sums)
    {
        Add(ref arena, at, Vector256.WidenLower(sums));
        Add(ref arena, at + 8, Vector256.WidenUpper(sums));
    }

    private static void Empty(ref int arena, int at, Vector512<short> sums)
    {
        Empty(ref arena, at, sums.GetLower());
        Empty(ref arena, at + 16, sums.GetUpper());
    }

    /// <summary>arena[target + j] += w[j], j &lt; width.</summary>
    public static void AddRow(TensorType type, byte[] file, int row, int[] arena, int target, int width)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        int j = 0;
        switch (type)
        {
            case TensorType.Int8:
                for (; j + 8 <= width; j += 8) Add(ref a, target + j, WidenEight(ref f, row + j));
                if (j < width && row + j + 8 <= file.Length && target + j + 8 <= arena.Length) Add(ref a, target + j, WidenEight(ref f, row + j) & First(width - j));
                else
                    for (; j < width; j++) arena[target + j] += (sbyte)file[row + j];
                break;
            case TensorType.Int16:
                for (; j + 8 <= width; j += 8) Add(ref a, target + j, WidenWords(ref f, row + 2 * j));
                if (j < width && row + 2 * j + 16 <= file.Length && target + j + 8 <= arena.Length) Add(ref a, target + j, WidenWords(ref f, row + 2 * j) & First(width - j));
                else
                    for (; j < width; j++) arena[target + j] += Bytes.I16(file, row + 2 * j);
                break;
            default:
                for (; j < width; j++) arena[target + j] += Nibble(file, row, j);
                break;
        }
    }

    /// <summary>arena[target + j] += factor × w[j], j &lt; width.</summary>
    public static void AddScaledRow(TensorType type, byte[] file, int row, int factor, int[] arena, int target, int width)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        Vector256<int> factors = Vector256.Create(factor);
        int j = 0;
        switch (type)
        {
            case TensorType.Int8:
                for (; j + 8 <= width; j += 8) Add(ref a, target + j, WidenEight(ref f, row + j) * factors);
                for (; j < width; j++) arena[target + j] += factor * (sbyte)file[row + j];
                break;
            case TensorType.Int16:
                for (; j + 8 <= width; j += 8) Add(ref a, target + j, WidenWords(ref f, row + 2 * j) * factors);
                for (; j < width; j++) arena[target + j] += factor * Bytes.I16(file, row + 2 * j);
                break;
            default:
                for (; j < width; j++) arena[target + j] += factor * Nibble(file, row, j);
                break;
        }
    }

    /// <summary>
    /// The rows of a list of events, in blocks: source r × sources + i adds row i to the sums from r × width. Returns the
    /// number of rows added.
    /// </summary>
    public static int AddRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int list, int sum)
    {
        int count = arena[list];
        if (count == 0) return 0;
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        if (Unsafe.Add(ref a, list + count) >= sources) return AddBlockRows(type, file, weights, rowBytes, sources, width, arena, list, sum);

        int first = list + 1;
        switch (type)
        {
            case TensorType.Int8: AddInt8Rows(file, weights, rowBytes, sources, width, arena, first, count, sum); break;
            case TensorType.Int16: AddInt16Rows(file, weights, rowBytes, sources, width, arena, first, count, sum); break;
            default: AddInt4Rows(file, weights, rowBytes, width, arena, first, count, sum); break;
        }

        return count;
    }

    private static void AddInt8Rows(byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int first, int count, int sum)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        for (int from = first, end = first + count; from < end; from += RowsPerPass)
        {
            int to = Math.Min(from + RowsPerPass, end), j = 0;
            if (Avx512BW.IsSupported)
                for (; j + 128 <= width; j += 128)
                {
                    Vector512<short> s0 = Vector512<short>.Zero, s1 = s0, s2 = s0, s3 = s0;
                    for (int e = from; e < to; e++)
                    {
                        int at = weights + Unsafe.Add(ref a, e) * rowBytes + j;
                        s0 += WidenWide(ref f, at);
                        s1 += WidenWide(ref f, at + 32);
                        s2 += WidenWide(ref f, at + 64);
                        s3 += WidenWide(ref f, at + 96);
                    }

                    Empty(ref a, sum + j, s0);
                    Empty(ref a, sum + j + 32, s1);
                    Empty(ref a, sum + j + 64, s2);
                    Empty(ref a, sum + j + 96, s3);
                }

            for (; j + 64 <= width; j += 64)
            {
                Vector256<short> s0 = Vector256<short>.Zero, s1 = s0, s2 = s0, s3 = s0;
                for (int e = from; e < to; e++)
                {
                    int at = weights + Unsafe.Add(ref a, e) * rowBytes + j;
                    s0 += Widen(ref f, at);
                    s1 += Widen(ref f, at + 16);
                    s2 += Widen(ref f, at + 32);
                    s3 += Widen(ref f, at + 48);
                }

                Empty(ref a, sum + j, s0);
                Empty(ref a, sum + j + 16, s1);
                Empty(ref a, sum + j + 32, s2);
                Empty(ref a, sum + j + 48, s3);
            }

            int lastByte = weights + (sources - 1) * rowBytes;
            for (; j < width && lastByte + j + 16 <= file.Length; j += 16)
            {
                Vector256<short> s = Vector256<short>.Zero;
                for (int e = from; e < to; e++) s += Widen(ref f, weights + Unsafe.Add(ref a, e) * rowBytes + j);
                if (j + 16 <= width) Empty(ref a, sum + j, s);
                else EmptyFirst(arena, sum + j, s, width - j);
            }

            for (; j < width; j++)
                for (int e = from; e < to; e++) arena[sum + j] += (sbyte)file[weights + arena[e] * rowBytes + j];
        }
    }

    /// <summary>Adds the first <paramref name="lanes"/> lanes, 1 … 15; writes zeros more where there is room.</summary>
    private static void EmptyFirst(int[] arena, int at, Vector256<short> sums, int lanes)
    {
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        Vector256<int> part = Vector256.WidenLower(sums);
        if (lanes >= 8)
        {
            Add(ref a, at, part);
            part = Vector256.WidenUpper(sums);
            at += 8;
            lanes -= 8;
        }

        if (at + 8 <= arena.Length) Add(ref a, at, part & First(lanes));
        else
            for (int i = 0; i < lanes; i++) arena[at + i] += part.GetElement(i);
    }

    private static void AddInt16Rows(byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int first, int count, int sum)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        int end = first + count, j = 0;
        for (; j + 32 <= width; j += 32)
        {
            int out0 = sum + j;
            Vector256<int> s0 = Vector256.LoadUnsafe(ref a, (nuint)out0), s1 = Vector256.LoadUnsafe(ref a, (nuint)(out0 + 8));
            Vector256<int> s2 = Vector256.LoadUnsafe(ref a, (nuint)(out0 + 16)), s3 = Vector256.LoadUnsafe(ref a, (nuint)(out0 + 24));
            for (int e = first; e < end; e++)
            {
                int at = weights + Unsafe.Add(ref a, e) * rowBytes + 2 * j;
                s0 += WidenWords(ref f, at);
                s1 += WidenWords(ref f, at + 16);
                s2 += WidenWords(ref f, at + 32);
                s3 += WidenWords(ref f, at + 48);
            }

            s0.StoreUnsafe(ref a, (nuint)out0);
            s1.StoreUnsafe(ref a, (nuint)(out0 + 8));
            s2.StoreUnsafe(ref a, (nuint)(out0 + 16));
            s3.StoreUnsafe(ref a, (nuint)(out0 + 24));
        }

        for (; j + 8 <= width; j += 8)
        {
            Vector256<int> s = Vector256.LoadUnsafe(ref a, (nuint)(sum + j));
            for (int e = first; e < end; e++) s += WidenWords(ref f, weights + Unsafe.Add(ref a, e) * rowBytes + 2 * j);
            s.StoreUnsafe(ref a, (nuint)(sum + j));
        }

        if (j < width && weights + (sources - 1) * rowBytes + 2 * j + 16 <= file.Length && sum + j + 8 <= arena.Length)
        {
            Vector256<int> s = Vector256<int>.Zero;
            for (int e = first; e < end; e++) s += WidenWords(ref f, weights + Unsafe.Add(ref a, e) * rowBytes + 2 * j);
            Add(ref a, sum + j, s & First(width - j));
            return;
        }

        for (; j < width; j++)
            for (int e = first; e < end; e++) arena[sum + j] += Bytes.I16(file, weights + arena[e] * rowBytes + 2 * j);
    }

    private static void AddInt4Rows(byte[] file, int weights, int rowBytes, int width, int[] arena, int first, int count, int sum)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        for (int from = first, end = first + count; from < end; from += RowsPerPass)
        {
            int to = Math.Min(from + RowsPerPass, end), j = 0;
            for (; j + 32 <= width; j += 32)
            {
                // A byte holds columns 2k (low half) and 2k + 1 (high half): summed apart, interleaved at the end.
                Vector256<short> even = Vector256<short>.Zero, odd = even;
                for (int e = from; e < to; e++)
                {
                    Vector256<short> bytes = Widen(ref f, weights + Unsafe.Add(ref a, e) * rowBytes + (j >> 1));
                    odd += Vector256.ShiftRightArithmetic(bytes, 4);
                    even += Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(bytes, 12), 12);
                }

                EmptyWoven(ref a, sum + j, even.GetLower(), odd.GetLower());
                EmptyWoven(ref a, sum + j + 16, even.GetUpper(), odd.GetUpper());
            }

            for (; j < width; j++)
                for (int e = from; e < to; e++) arena[sum + j] += Nibble(file, weights + arena[e] * rowBytes, j);
        }
    }

    /// <summary>Adds even[k] at 2 k and odd[k] at 2 k + 1.</summary>
    private static void EmptyWoven(ref int arena, int at, Vector128<short> even, Vector128<short> odd)
    {
        if (Avx2.IsSupported)
        {
            Add(ref arena, at, Avx2.ConvertToVector256Int32(Sse2.UnpackLow(even, odd)));
            Add(ref arena, at + 8, Avx2.ConvertToVector256Int32(Sse2.UnpackHigh(even, odd)));
            return;
        }

        for (int k = 0; k < 8; k++)
        {
            Unsafe.Add(ref arena, at + 2 * k) += even.GetElement(k);
            Unsafe.Add(ref arena, at + 2 * k + 1) += odd.GetElement(k);
        }
    }

    /// <summary>Blocks that share their weights: rows are short, so each is added by itself; up to 8 columns in one vector.</summary>
    private static int AddBlockRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int list, int sum)
    {
        ref byte f = ref MemoryMarshal.GetArrayDataReference(file);
        ref int a = ref MemoryMarshal.GetArrayDataReference(arena);
        int count = arena[list], lastRow = weights + (sources - 1) * rowBytes;
        bool bytes = type == TensorType.Int8 && width <= 8 && lastRow + 8 <= file.Length;
        bool words = type == TensorType.Int16 && width <= 8 && lastRow + 16 <= file.Length;
        Vector256<int> lanes = First(width);

        // index / sources by a multiplication: exact while index × sources < 2^32, and an index is below the arena's 2^31 words.
        ulong inverse = (1UL << 32) / (uint)sources + 1;
        bool exact = (long)Unsafe.Add(ref a, list + count) * sources < 1L << 32;
        for (int e = 1; e <= count; e++)
        {
            int index = Unsafe.Add(ref a, list + e);
            int block = sources == 1 ? index : exact ? (int)(((uint)index * inverse) >> 32) : (int)((uint)index / (uint)sources);
            int row = weights + (index - block * sources) * rowBytes, target = sum + block * width;
            if (bytes && target + 8 <= arena.Length) Add(ref a, target, WidenEight(ref f, row) & lanes);
            else if (words && target + 8 <= arena.Length) Add(ref a, target, WidenWords(ref f, row) & lanes);
            else AddRow(type, file, row, arena, target, width);
        }

        return count;
    }

    /// <summary>The same for values: each row times its value, zeros skipped. Returns the number of rows added.</summary>
    public static int AddValueRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int source, int count, int sum)
    {
        int rows = 0, inBlock = 0, row = weights;
        for (int i = 0; i < count; i++)
        {
            int value = arena[source + i];
            if (value != 0)
            {
                AddScaledRow(type, file, row, value, arena, sum, width);
                rows++;
            }

            row += rowBytes;
            if (++inBlock == sources)
            {
                inBlock = 0;
                row = weights;
                sum += width;
            }
        }

        return rows;
    }
}
