using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training;

/// <summary>
/// Products of a weight matrix with a shard of a batch: 64 windows side by side, the innermost index of every signal.
/// </summary>
/// <remarks>
/// A signal is [ticks, channels, 64]. Four vectors of 16 floats hold one channel; a tile of 6 outputs keeps 24 sums in
/// registers, so that 24 fused multiply-adds wait for 4 loads and 6 broadcasts. Every sum has one order, whatever the number
/// of threads. Where there is no AVX-512 the same vectors are made of smaller ones.
/// </remarks>
internal static class BatchMatrix
{
    /// <summary>Windows of a shard.</summary>
    public const int Lanes = 64;

    /// <summary>y[t] = (accumulate ? y[t] : 0) + A x[t] for each tick.</summary>
    /// <param name="a">A, [rows, columns], at <paramref name="a0"/>, rows <paramref name="aStride"/> floats apart.</param>
    /// <param name="a0">First element of A.</param>
    /// <param name="aStride">Floats from one row of A to the next.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="columns">Columns of A.</param>
    /// <param name="x">x[0], [columns, 64], at <paramref name="x0"/>; ticks are <paramref name="xTick"/> floats apart and may overlap.</param>
    /// <param name="x0">First element of x.</param>
    /// <param name="xTick">Floats from one tick of x to the next.</param>
    /// <param name="y">y[0], [rows, 64], at <paramref name="y0"/>; ticks are <paramref name="yTick"/> floats apart.</param>
    /// <param name="y0">First element of y.</param>
    /// <param name="yTick">Floats from one tick of y to the next.</param>
    /// <param name="ticks">Ticks.</param>
    /// <param name="accumulate">Adds to y; ticks of y may then overlap.</param>
    public static void Multiply(float[] a, int a0, int aStride, int rows, int columns, float[] x, int x0, int xTick, float[] y, int y0, int yTick, int ticks, bool accumulate)
    {
        Check(a, a0 + (rows - 1) * aStride + columns);
        Check(x, x0 + (ticks - 1) * xTick + columns * Lanes);
        Check(y, y0 + (ticks - 1) * yTick + rows * Lanes);
        ref float aRef = ref MemoryMarshal.GetArrayDataReference(a), xRef = ref MemoryMarshal.GetArrayDataReference(x), yRef = ref MemoryMarshal.GetArrayDataReference(y);
        for (int t = 0; t < ticks; t++)
        {
            ref float xt = ref Unsafe.Add(ref xRef, x0 + t * xTick);
            ref float yt = ref Unsafe.Add(ref yRef, y0 + t * yTick);
            int row = 0;
            for (; row + 6 <= rows; row += 6) Six(ref Unsafe.Add(ref aRef, a0 + row * aStride), aStride, columns, ref xt, ref Unsafe.Add(ref yt, row * Lanes), accumulate);
            for (; row < rows; row++) One(ref Unsafe.Add(ref aRef, a0 + row * aStride), columns, ref xt, ref Unsafe.Add(ref yt, row * Lanes), accumulate);
        }
    }

    /// <summary>dA += Σ over ticks and windows of d[t] x[t]ᵀ.</summary>
    /// <param name="gradient">dA, [rows, columns], at <paramref name="g0"/>, rows <paramref name="gStride"/> floats apart.</param>
    /// <param name="g0">First element of dA.</param>
    /// <param name="gStride">Floats from one row of dA to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="d">d[0], [rows, 64], at <paramref name="d0"/>.</param>
    /// <param name="d0">First element of d.</param>
    /// <param name="dTick">Floats from one tick of d to the next.</param>
    /// <param name="x">x[0], [columns, 64], at <paramref name="x0"/>.</param>
    /// <param name="x0">First element of x.</param>
    /// <param name="xTick">Floats from one tick of x to the next.</param>
    /// <param name="ticks">Ticks.</param>
    public static void AddOuter(float[] gradient, int g0, int gStride, int rows, int columns, float[] d, int d0, int dTick, float[] x, int x0, int xTick, int ticks)
    {
        Check(gradient, g0 + (rows - 1) * gStride + columns);
        Check(d, d0 + (ticks - 1) * dTick + rows * Lanes);
        Check(x, x0 + (ticks - 1) * xTick + columns * Lanes);
        ref float gRef = ref MemoryMarshal.GetArrayDataReference(gradient), dRef = ref MemoryMarshal.GetArrayDataReference(d), xRef = ref MemoryMarshal.GetArrayDataReference(x);
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            int row = 0;
            for (; row + 6 <= rows; row += 6)
                OuterSix(ref Unsafe.Add(ref gRef, g0 + row * gStride + column), gStride, ref Unsafe.Add(ref dRef, d0 + row * Lanes), dTick, ref Unsafe.Add(ref xRef, x0 + column * Lanes), xTick, ticks);
            for (; row < rows; row++)
                OuterOne(ref Unsafe.Add(ref gRef, g0 + row * gStride + column), 4, ref Unsafe.Add(ref dRef, d0 + row * Lanes), dTick, ref Unsafe.Add(ref xRef, x0 + column * Lanes), xTick, ticks);
        }

        if (column == columns) return;
        for (int row = 0; row < rows; row++)
            OuterOne(ref Unsafe.Add(ref gRef, g0 + row * gStride + column), columns - column, ref Unsafe.Add(ref dRef, d0 + row * Lanes), dTick, ref Unsafe.Add(ref xRef, x0 + column * Lanes), xTick, ticks);
    }

    /// <summary>The transpose of a matrix, for the gradient of its input: result[column, row].</summary>
    public static void Transpose(float[] a, int a0, int aStride, int rows, int columns, float[] result)
    {
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++) result[column * rows + row] = a[a0 + row * aStride + column];
    }

    /// <summary>sum += factor · x[x0 …], as many as sum has.</summary>
    public static void Add(float[] sum, float[] x, int x0, float factor)
    {
        Check(x, x0 + sum.Length);
        for (int i = 0; i < sum.Length; i++) sum[i] += factor * x[x0 + i];
    }

    private static void Check(float[] array, int end)
    {
        if ((uint)end > (uint)array.Length) throw new ArgumentOutOfRangeException(nameof(array), $"{end} elements of {array.Length}");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ref float at, int offset) => Vector512.LoadUnsafe(ref at, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);

    private static void Six(ref float a, int aStride, int columns, ref float x, ref float y, bool accumulate)
    {
        Vector512<float> c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33, c40, c41, c42, c43, c50, c51, c52, c53;
        if (accumulate)
        {
            c00 = Load(ref y, 0); c01 = Load(ref y, 16); c02 = Load(ref y, 32); c03 = Load(ref y, 48);
            c10 = Load(ref y, 64); c11 = Load(ref y, 80); c12 = Load(ref y, 96); c13 = Load(ref y, 112);
            c20 = Load(ref y, 128); c21 = Load(ref y, 144); c22 = Load(ref y, 160); c23 = Load(ref y, 176);
            c30 = Load(ref y, 192); c31 = Load(ref y, 208); c32 = Load(ref y, 224); c33 = Load(ref y, 240);
            c40 = Load(ref y, 256); c41 = Load(ref y, 272); c42 = Load(ref y, 288); c43 = Load(ref y, 304);
            c50 = Load(ref y, 320); c51 = Load(ref y, 336); c52 = Load(ref y, 352); c53 = Load(ref y, 368);
        }
        else
        {
            c00 = c01 = c02 = c03 = c10 = c11 = c12 = c13 = c20 = c21 = c22 = c23 = Vector512<float>.Zero;
            c30 = c31 = c32 = c33 = c40 = c41 = c42 = c43 = c50 = c51 = c52 = c53 = Vector512<float>.Zero;
        }

        ref float a1 = ref Unsafe.Add(ref a, aStride), a2 = ref Unsafe.Add(ref a, 2 * aStride), a3 = ref Unsafe.Add(ref a, 3 * aStride), a4 = ref Unsafe.Add(ref a, 4 * aStride), a5 = ref Unsafe.Add(ref a, 5 * aStride);
        for (nint k = 0; k < columns; k++)
        {
            Vector512<float> x0 = Vector512.LoadUnsafe(ref x), x1 = Vector512.LoadUnsafe(ref x, 16), x2 = Vector512.LoadUnsafe(ref x, 32), x3 = Vector512.LoadUnsafe(ref x, 48);
            x = ref Unsafe.Add(ref x, Lanes);
            Vector512<float> w = Vector512.Create(Unsafe.Add(ref a, k));
            c00 = Fma(w, x0, c00); c01 = Fma(w, x1, c01); c02 = Fma(w, x2, c02); c03 = Fma(w, x3, c03);
            w = Vector512.Create(Unsafe.Add(ref a1, k));
            c10 = Fma(w, x0, c10); c11 = Fma(w, x1, c11); c12 = Fma(w, x2, c12); c13 = Fma(w, x3, c13);
            w = Vector512.Create(Unsafe.Add(ref a2, k));
            c20 = Fma(w, x0, c20); c21 = Fma(w, x1, c21); c22 = Fma(w, x2, c22); c23 = Fma(w, x3, c23);
            w = Vector512.Create(Unsafe.Add(ref a3, k));
            c30 = Fma(w, x0, c30); c31 = Fma(w, x1, c31); c32 = Fma(w, x2, c32); c33 = Fma(w, x3, c33);
            w = Vector512.Create(Unsafe.Add(ref a4, k));
            c40 = Fma(w, x0, c40); c41 = Fma(w, x1, c41); c42 = Fma(w, x2, c42); c43 = Fma(w, x3, c43);
            w = Vector512.Create(Unsafe.Add(ref a5, k));
            c50 = Fma(w, x0, c50); c51 = Fma(w, x1, c51); c52 = Fma(w, x2, c52); c53 = Fma(w, x3, c53);
        }

        c00.StoreUnsafe(ref y); c01.StoreUnsafe(ref y, 16); c02.StoreUnsafe(ref y, 32); c03.StoreUnsafe(ref y, 48);
        c10.StoreUnsafe(ref y, 64); c11.StoreUnsafe(ref y, 80); c12.StoreUnsafe(ref y, 96); c13.StoreUnsafe(ref y, 112);
        c20.StoreUnsafe(ref y, 128); c21.StoreUnsafe(ref y, 144); c22.StoreUnsafe(ref y, 160); c23.StoreUnsafe(ref y, 176);
        c30.StoreUnsafe(ref y, 192); c31.StoreUnsafe(ref y, 208); c32.StoreUnsafe(ref y, 224); c33.StoreUnsafe(ref y, 240);
        c40.StoreUnsafe(ref y, 256); c41.StoreUnsafe(ref y, 272); c42.StoreUnsafe(ref y, 288); c43.StoreUnsafe(ref y, 304);
        c50.StoreUnsafe(ref y, 320); c51.StoreUnsafe(ref y, 336); c52.StoreUnsafe(ref y, 352); c53.StoreUnsafe(ref y, 368);
    }

    private static void One(ref float a, int columns, ref float x, ref float y, bool accumulate)
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        if (accumulate)
        {
            c0 = Load(ref y, 0);
            c1 = Load(ref y, 16);
            c2 = Load(ref y, 32);
            c3 = Load(ref y, 48);
        }

        for (nint k = 0; k < columns; k++)
        {
            Vector512<float> w = Vector512.Create(Unsafe.Add(ref a, k));
            c0 = Fma(w, Vector512.LoadUnsafe(ref x), c0);
            c1 = Fma(w, Vector512.LoadUnsafe(ref x, 16), c1);
            c2 = Fma(w, Vector512.LoadUnsafe(ref x, 32), c2);
            c3 = Fma(w, Vector512.LoadUnsafe(ref x, 48), c3);
            x = ref Unsafe.Add(ref x, Lanes);
        }

        c0.StoreUnsafe(ref y);
        c1.StoreUnsafe(ref y, 16);
        c2.StoreUnsafe(ref y, 32);
        c3.StoreUnsafe(ref y, 48);
    }

    private static void OuterSix(ref float g, int gStride, ref float d, int dTick, ref float x, int xTick, int ticks)
    {
        Vector512<float> c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33, c40, c41, c42, c43, c50, c51, c52, c53;
        c00 = c01 = c02 = c03 = c10 = c11 = c12 = c13 = c20 = c21 = c22 = c23 = Vector512<float>.Zero;
        c30 = c31 = c32 = c33 = c40 = c41 = c42 = c43 = c50 = c51 = c52 = c53 = Vector512<float>.Zero;
        for (int t = 0; t < ticks; t++)
        {
            ref float dt = ref Unsafe.Add(ref d, t * dTick);
            ref float xt = ref Unsafe.Add(ref x, t * xTick);
            for (int lane = 0; lane < Lanes; lane += 16)
            {
                Vector512<float> x0 = Vector512.LoadUnsafe(ref xt), x1 = Vector512.LoadUnsafe(ref xt, 64), x2 = Vector512.LoadUnsafe(ref xt, 128), x3 = Vector512.LoadUnsafe(ref xt, 192);
                Vector512<float> w = Vector512.LoadUnsafe(ref dt);
                c00 = Fma(w, x0, c00); c01 = Fma(w, x1, c01); c02 = Fma(w, x2, c02); c03 = Fma(w, x3, c03);
                w = Vector512.LoadUnsafe(ref dt, 64);
                c10 = Fma(w, x0, c10); c11 = Fma(w, x1, c11); c12 = Fma(w, x2, c12); c13 = Fma(w, x3, c13);
                w = Vector512.LoadUnsafe(ref dt, 128);
                c20 = Fma(w, x0, c20); c21 = Fma(w, x1, c21); c22 = Fma(w, x2, c22); c23 = Fma(w, x3, c23);
                w = Vector512.LoadUnsafe(ref dt, 192);
                c30 = Fma(w, x0, c30); c31 = Fma(w, x1, c31); c32 = Fma(w, x2, c32); c33 = Fma(w, x3, c33);
                w = Vector512.LoadUnsafe(ref dt, 256);
                c40 = Fma(w, x0, c40); c41 = Fma(w, x1, c41); c42 = Fma(w, x2, c42); c43 = Fma(w, x3, c43);
                w = Vector512.LoadUnsafe(ref dt, 320);
                c50 = Fma(w, x0, c50); c51 = Fma(w, x1, c51); c52 = Fma(w, x2, c52); c53 = Fma(w, x3, c53);
                dt = ref Unsafe.Add(ref dt, 16);
                xt = ref Unsafe.Add(ref xt, 16);
            }
        }

        AddFour(ref g, c00, c01, c02, c03);
        AddFour(ref Unsafe.Add(ref g, gStride), c10, c11, c12, c13);
        AddFour(ref Unsafe.Add(ref g, 2 * gStride), c20, c21, c22, c23);
        AddFour(ref Unsafe.Add(ref g, 3 * gStride), c30, c31, c32, c33);
        AddFour(ref Unsafe.Add(ref g, 4 * gStride), c40, c41, c42, c43);
        AddFour(ref Unsafe.Add(ref g, 5 * gStride), c50, c51, c52, c53);
    }

    private static void AddFour(ref float g, Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3)
    {
        g += Vector512.Sum(c0);
        Unsafe.Add(ref g, 1) += Vector512.Sum(c1);
        Unsafe.Add(ref g, 2) += Vector512.Sum(c2);
        Unsafe.Add(ref g, 3) += Vector512.Sum(c3);
    }

    private static void OuterOne(ref float g, int columns, ref float d, int dTick, ref float x, int xTick, int ticks)
    {
        for (int column = 0; column < columns; column++)
        {
            Vector512<float> sum = default;
            for (int t = 0; t < ticks; t++)
                for (int lane = 0; lane < Lanes; lane += 16)
                    sum = Fma(Load(ref Unsafe.Add(ref d, t * dTick), lane), Load(ref Unsafe.Add(ref x, t * xTick), column * Lanes + lane), sum);
            Unsafe.Add(ref g, column) += Vector512.Sum(sum);
        }
    }
}
