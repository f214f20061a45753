using System;
using System.Runtime;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// The bodies that rows of weights go through (Kernels/Packed/Bodies.cs, or on most cores the assembly in its place), against the
/// formula written out weight by weight. Writes "name wrong cases" a line; KernelImageTests builds it in the place of the application.
/// </summary>
internal static unsafe class KernelProgram
{
    private const int MostWidth = 40;
    private const int Guard = 0x5A5A5A5A;

    private static uint _random;

    [RuntimeExport("application_start")]
    private static void Run()
    {
        BytePort port = Board.OpenUart();
        byte[] weights = new byte[RowGroup.MostRows * (2 * MostWidth + 4) + 8];
        int[] words = new int[600];
        _random = 1;
        fixed (byte* w = weights)
        fixed (int* a = words)
        {
            for (int wide = 0; wide < 2; wide++)
            {
                Put(port, wide == 0 ? "bytes"u8 : "shorts"u8, Rows(w, weights.Length, a, wide), MostWidth * 9 * 4);
                Put(port, wide == 0 ? "byte-rows"u8 : "short-rows"u8, Scaled(w, weights.Length, a, wide), MostWidth * 4);
                Put(port, wide == 0 ? "byte-blocks"u8 : "short-blocks"u8, Blocks(w, weights.Length, a, wide), 12 * 7 * 3);
                Put(port, wide == 0 ? "byte-synapses"u8 : "short-synapses"u8, Synapses(w, weights.Length, a, wide), MostWidth);
            }

            Put(port, "lists"u8, Lists(w, a), 64);
            Put(port, "fills"u8, Fills(a), MostWidth);
            Put(port, "neurons"u8, Neurons(a), MostWidth * 2 * 6);
        }

        Put(port, "end"u8, 0, 0);
        while (true)
        {
        }
    }

    // Rows that pass together: every width, count and place in a word, sums begun and added to. One of three weights is the least, one the most.
    private static int Rows(byte* w, int bytes, int* a, int wide)
    {
        int wrong = 0;
        byte** rows = (byte**)a;
        int* sums = a + 80, expected = a + 160;
        for (int width = 1; width <= MostWidth; width++)
            for (int c = 0; c < 9; c++)
            {
                int count = c < 6 ? c + 1 : c == 6 ? 31 : c == 7 ? RowGroup.MostRows - 1 : RowGroup.MostRows;
                for (int place = 0; place < 4; place++)
                {
                    Fill(w, bytes, wide);
                    int rowBytes = (width << wide) + (place == 0 ? (4 - ((width << wide) & 3)) & 3 : wide == 0 ? Next(3) : 2 * Next(2)), bits = 0;
                    for (int i = 0; i < count; i++)
                    {
                        rows[i] = w + (wide == 0 ? place : place & 2) + Next(RowGroup.MostRows) * rowBytes;
                        bits |= (int)rows[i];
                    }

                    rows[count] = null;
                    int mode = (Next(2) == 0 ? Kernels.Begin : 0) | ((bits & 3) != 0 ? Kernels.Unaligned : 0);
                    Start(sums, expected, width);
                    for (int j = 0; j < width; j++)
                    {
                        int sum = (mode & Kernels.Begin) != 0 ? 0 : expected[j];
                        for (int i = 0; i < count; i++) sum += Weight(rows[i], j, wide);
                        expected[j] = sum;
                    }

                    if (wide == 0) Kernels.AddBytes(rows, count, sums, width, mode);
                    else Kernels.AddShorts(rows, count, sums, width, mode);
                    if (!Same(sums, expected)) wrong++;
                }
            }

        return wrong;
    }

    private static int Scaled(byte* w, int bytes, int* a, int wide)
    {
        int wrong = 0;
        int* sums = a + 80, expected = a + 160;
        for (int width = 1; width <= MostWidth; width++)
            for (int place = 0; place < 4; place++)
            {
                Fill(w, bytes, wide);
                byte* row = w + (wide == 0 ? place : place & 2);
                int factor = Next(65536) - 32768;
                Start(sums, expected, width);
                for (int j = 0; j < width; j++) expected[j] += factor * Weight(row, j, wide);
                if (wide == 0) Kernels.AddByteRow(row, factor, sums, width);
                else Kernels.AddShortRow(row, factor, sums, width);
                if (!Same(sums, expected)) wrong++;
            }

        return wrong;
    }

    private static int Blocks(byte* w, int bytes, int* a, int wide)
    {
        int wrong = 0;
        int* list = a, sums = a + 80, expected = a + 340;
        for (int width = 1; width <= 12; width++)
            for (int sources = 1; sources <= 7; sources++)
                for (int k = 0; k < 3; k++)
                {
                    Fill(w, bytes, wide);
                    int repeat = 1 + Next(20), rowBytes = (width << wide) + (wide == 0 ? Next(3) : 2 * Next(2)), factor = 1 << Next(4), count = 0;
                    for (int source = 0; source < sources * repeat && count < 78; source++)
                        if (Next(2) == 0) list[++count] = source;
                    list[0] = count;
                    Start(sums, expected, width * repeat);
                    for (int e = 1; e <= count; e++)
                        for (int j = 0; j < width; j++) expected[list[e] / sources * width + j] += factor * Weight(w + list[e] % sources * rowBytes, j, wide);
                    uint reciprocal = uint.MaxValue / (uint)sources;
                    if (wide == 0) Kernels.AddByteBlocks(w, rowBytes, sources, reciprocal, width, list, sums, factor);
                    else Kernels.AddShortBlocks(w, rowBytes, sources, reciprocal, width, list, sums, factor);
                    if (!Same(sums, expected)) wrong++;
                }

        return wrong;
    }

    private static int Synapses(byte* w, int bytes, int* a, int wide)
    {
        int wrong = 0;
        ushort* targets = (ushort*)a;
        int* sums = a + 80, expected = a + 160;
        for (int width = 1; width <= MostWidth; width++)
        {
            Fill(w, bytes, wide);
            int count = 0, factor = Next(65536) - 32768;
            for (int j = 0; j < width; j++)
                if (j == width - 1 || Next(2) == 0) targets[count++] = (ushort)j;
            Start(sums, expected, width);
            for (int k = 0; k < count; k++) expected[targets[k]] += factor * Weight(w, k, wide);
            if (wide == 0) Kernels.AddByteSynapses(w, targets, count, factor, sums);
            else Kernels.AddShortSynapses(w, targets, count, factor, sums);
            if (!Same(sums, expected)) wrong++;
        }

        return wrong;
    }

    private static int Lists(byte* w, int* a)
    {
        int wrong = 0;
        int* sources = a, starts = a + 80;
        byte** rows = (byte**)(a + 160);
        for (int count = 1; count <= RowGroup.MostRows; count++)
        {
            int rowBytes = Next(300), shift = Next(2), from = 0, full = 0;
            starts[0] = 0;
            for (int i = 0; i < RowGroup.MostRows; i++) starts[i + 1] = from += Next(2) * 7;
            for (int i = 0; i < count; i++) sources[i] = i == count - 1 ? RowGroup.MostRows - 1 : i;
            rows[count] = (byte*)Guard;
            bool same = Kernels.ListMatrixRows(sources, count, w, rowBytes, rows) == count && rows[count] == (byte*)Guard;
            for (int i = 0; i < count; i++)
                if (rows[i] != w + sources[i] * rowBytes) same = false;
            int listed = Kernels.ListWholeRows(sources, count, w, shift, starts, rows);
            for (int i = 0; i < count; i++)
            {
                if (starts[sources[i] + 1] == starts[sources[i]]) continue;
                if (rows[full++] != w + (starts[sources[i]] << shift)) same = false;
            }

            if (!same || listed != full) wrong++;
        }

        return wrong;
    }

    private static int Fills(int* a)
    {
        int wrong = 0;
        int* sums = a + 80, expected = a + 160;
        for (int width = 1; width <= MostWidth; width++)
        {
            int value = Next(1 << 24);
            Start(sums, expected, width);
            for (int j = 0; j < width; j++) expected[j] = value;
            Kernels.FillWords(sums, width, value);
            if (!Same(sums, expected)) wrong++;
        }

        return wrong;
    }

    // Thresholds shared or own, from 0 up; membranes around them; decays from none to all. Reset: on the next tick, or at once in three ways.
    private static int Neurons(int* a)
    {
        int wrong = 0;
        int* v = a + 80, expected = a + 160, input = a + 240, thresholds = a + 300, list = a + 360;
        for (int count = 1; count <= MostWidth; count++)
            for (int own = 0; own < 2; own++)
                for (int k = 0; k < 6; k++)
                {
                    int shift = Next(8), decay = k == 0 ? 0 : k == 1 ? 32768 : Next(32769), rule = Next(3), value = Next(1 << 20) - (1 << 19), spikes = 0;
                    Start(v, expected, count);
                    bool same = true;
                    for (int j = 0; j < count; j++)
                    {
                        input[j] = (Next(1 << 24) - (1 << 23)) >> shift;
                        thresholds[j] = Next(4) == 0 ? 0 : Next(1 << 23);
                        if (Next(8) == 0) v[j] = expected[j] = Next(2) == 0 ? thresholds[j] : (1 << 28) - 1;
                    }

                    int expectedSpikes = 0;
                    int* expectedList = a + 420;
                    for (int j = 0; j < count; j++)
                    {
                        int threshold = thresholds[j * own], old = expected[j], now = (int)(((long)old * decay) >> 15) + (input[j] << shift);
                        if (k >= 3 && old > threshold) now -= threshold;
                        if (now > threshold)
                        {
                            expectedList[expectedSpikes++] = j;
                            if (k < 3) now = rule == 0 ? now : rule == 1 ? value : now - threshold;
                        }

                        expected[j] = now;
                    }

                    if (k >= 3) spikes = Kernels.StepSubtractNext(v, v + count, input, shift, decay << 15, (byte*)thresholds, 4 * own, list);
                    else spikes = Kernels.StepResetNow(v, v + count, input, shift, decay << 15, (byte*)thresholds, 4 * own, list, rule == 1 ? 0 : -1, rule == 2 ? -1 : 0, rule == 1 ? value : 0);
                    if (spikes != expectedSpikes || !Same(v, expected)) same = false;
                    for (int i = 0; i < expectedSpikes; i++)
                        if (list[i] != expectedList[i]) same = false;
                    if (!same) wrong++;
                }

        return wrong;
    }

    private static int Weight(byte* row, int j, int wide)
    {
        return wide == 0 ? (sbyte)row[j] : (short)(row[2 * j] | (row[2 * j + 1] << 8));
    }

    private static void Fill(byte* w, int bytes, int wide)
    {
        for (int i = 0; i < bytes; i += 1 + wide)
        {
            int kind = Next(3), value = kind == 0 ? -32768 : kind == 1 ? 32767 : Next(65536);
            if (wide == 0) w[i] = (byte)(value >> 8);
            else *(short*)(w + i) = (short)value;
        }
    }

    // What stands in the sums, with a word before and behind them that has to stay.
    private static void Start(int* sums, int* expected, int width)
    {
        expected[-2] = width;
        sums[-1] = expected[-1] = sums[width] = expected[width] = Guard;
        for (int j = 0; j < width; j++) sums[j] = expected[j] = Next(1 << 24) - (1 << 23);
    }

    private static bool Same(int* sums, int* expected)
    {
        int width = expected[-2];
        for (int j = -1; j <= width; j++)
            if (sums[j] != expected[j]) return false;
        return true;
    }

    // Numerical Recipes' linear congruential generator, upper bits.
    private static int Next(int below)
    {
        _random = _random * 1664525 + 1013904223;
        return (int)((_random >> 8) % (uint)below);
    }

    private static void Put(BytePort port, ReadOnlySpan<byte> name, int wrong, int cases)
    {
        for (int i = 0; i < name.Length; i++) port.Write(name[i]);
        Number(port, wrong);
        Number(port, cases);
        port.Write('\n');
    }

    private static void Number(BytePort port, int value)
    {
        port.Write(' ');
        int unit = 1;
        while (value / unit >= 10) unit *= 10;
        for (; unit > 0; unit /= 10) port.Write('0' + value / unit % 10);
    }

    private static int Main()
    {
        return 0;
    }
}
