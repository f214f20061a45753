using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The loops in which the time goes, in C#: for 32-bit cores other than Cortex-M, and what Kernels/Packed/Thumb/Bodies.S, which takes the
/// place of this file on those, must equal.
/// </summary>
/// <remarks>
/// <para>Columns stay in registers while all rows pass. int8: an exclusive or with 0x80808080 makes a word's four weights u = w + 128,
/// 0 … 255. Bytes 0 and 2 are added in two lanes of 16 bits: 64 × 255 &lt; 2^16. The word shifted right by 8, u1 + 2^8 u2 + 2^16 u3, is
/// added whole: 64 × 2^24 &lt; 2^32. The sum of u2, known from the lanes, is taken out of it, and leaves the lanes of bytes 1 and 3. So
/// no lane can carry into another, whatever the weights, while a pass has at most 64 rows; in the end 128 × rows is subtracted.</para>
/// <para>Words are read at any address, which Armv7-M and Armv8-M cores permit, and never past the end of a row.</para>
/// </remarks>
internal static partial class Kernels
{
    private const uint Even = 0x00FF00FF;

    /// <summary>Lists where the rows of so many sources begin, 1 or more; returns their number.</summary>
    internal static unsafe int ListMatrixRows(int* sources, int count, byte* weights, int rowBytes, byte** rows)
    {
        for (int* end = sources + count; sources != end; sources++) *rows++ = weights + *sources * rowBytes;
        return count;
    }

    /// <summary>The same for compressed rows, empty ones left out; starts: int32, the first weight of each row. Returns how many there are.</summary>
    internal static unsafe int ListWholeRows(int* sources, int count, byte* weights, int shift, int* starts, byte** rows)
    {
        int listed = 0;
        for (int* end = sources + count; sources != end; sources++)
        {
            int from = starts[*sources];
            if (starts[*sources + 1] != from) rows[listed++] = weights + (from << shift);
        }

        return listed;
    }

    /// <summary>Adds int8 rows to sums, or begins the sums with them. Cost: 7.5 instructions for a row and 4 columns.</summary>
    /// <param name="rows">Where rows begin.</param>
    /// <param name="count">How many, 1 … MostRows.</param>
    /// <param name="sums">As many as a row has weights.</param>
    /// <param name="width">Weights of a row.</param>
    /// <param name="mode">Begin, or 0 to add to what is there; Unaligned as well, where a row may not begin at a word.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void AddBytes(byte** rows, int count, int* sums, int width, int mode)
    {
        byte** end = rows + count, fours = rows + (count & 3);
        int offset = count << 7, keep = (mode & Begin) - 1;
        nint column = 0;
        for (; column + 4 <= width; column += 4, sums += 4)
        {
            uint even = 0, odd = 0;
            byte** row = rows;
            while (row != fours) AddWord(*row++ + column, ref even, ref odd);
            while (row != end)
            {
                AddWord(row[0] + column, ref even, ref odd);
                AddWord(row[1] + column, ref even, ref odd);
                AddWord(row[2] + column, ref even, ref odd);
                AddWord(row[3] + column, ref even, ref odd);
                row += 4;
            }

            uint third = even >> 16;
            odd -= third << 8;
            sums[0] = (sums[0] & keep) + (int)(ushort)even - offset;
            sums[1] = (sums[1] & keep) + (int)(ushort)odd - offset;
            sums[2] = (sums[2] & keep) + (int)third - offset;
            sums[3] = (sums[3] & keep) + (int)(odd >> 16) - offset;
        }

        for (; column < width; column++, sums++)
        {
            int sum = *sums & keep;
            for (byte** row = rows; row != end; row++) sum += (sbyte)(*row)[column];
            *sums = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AddWord(byte* p, ref uint even, ref uint odd)
    {
        uint w = *(uint*)p ^ 0x80808080;
        even += w & Even;
        odd += w >> 8;
    }

    /// <summary>The same for int16, in sums of 32 bits. Cost: 19 instructions for a row and 8 columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void AddShorts(byte** rows, int count, int* sums, int width, int mode)
    {
        byte** end = rows + count, row;
        int keep = (mode & Begin) - 1;
        nint column = 0;
        for (; width >= 8; width -= 8, column += 16)
        {
            int s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
            row = rows;
            if ((count & 1) != 0)
            {
                short* p = (short*)(*row++ + column);
                AddFour(p, ref s0, ref s1, ref s2, ref s3);
                AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
            }

            while (row != end)
            {
                short* p = (short*)(row[0] + column);
                AddFour(p, ref s0, ref s1, ref s2, ref s3);
                AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
                p = (short*)(row[1] + column);
                row += 2;
                AddFour(p, ref s0, ref s1, ref s2, ref s3);
                AddFour(p + 4, ref s4, ref s5, ref s6, ref s7);
            }

            sums[0] = (sums[0] & keep) + s0;
            sums[1] = (sums[1] & keep) + s1;
            sums[2] = (sums[2] & keep) + s2;
            sums[3] = (sums[3] & keep) + s3;
            sums[4] = (sums[4] & keep) + s4;
            sums[5] = (sums[5] & keep) + s5;
            sums[6] = (sums[6] & keep) + s6;
            sums[7] = (sums[7] & keep) + s7;
            sums += 8;
        }

        for (; width > 0; width--, column += 2, sums++)
        {
            int sum = *sums & keep;
            for (row = rows; row != end; row++) sum += *(short*)(*row + column);
            *sums = sum;
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

    /// <summary>sums[j] += factor × row[j], j &lt; width: one int8 row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void AddByteRow(byte* row, int factor, int* sums, int width)
    {
        sbyte* w = (sbyte*)row;
        for (int* end = sums + width; sums != end; sums++, w++) *sums = *sums + factor * *w;
    }

    /// <summary>The same for an int16 row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void AddShortRow(byte* row, int factor, int* sums, int width)
    {
        short* w = (short*)row;
        for (int* end = sums + width; sums != end; sums++, w++) *sums = *sums + factor * *w;
    }

    /// <summary>
    /// Blocks that share their rows: source r × sources + i adds factor × row i to the sums from r × width, for each int8 row of a list.
    /// </summary>
    internal static unsafe void AddByteBlocks(byte* weights, int rowBytes, int sources, uint reciprocal, int width, int* list, int* sums, int factor)
    {
        for (int* end = list + *list; list != end;)
        {
            int source = *++list, block = (int)(((ulong)(uint)(source + 1) * reciprocal) >> 32);
            AddByteRow(weights + (source - block * sources) * rowBytes, factor, sums + block * width, width);
        }
    }

    /// <summary>The same for int16 rows.</summary>
    internal static unsafe void AddShortBlocks(byte* weights, int rowBytes, int sources, uint reciprocal, int width, int* list, int* sums, int factor)
    {
        for (int* end = list + *list; list != end;)
        {
            int source = *++list, block = (int)(((ulong)(uint)(source + 1) * reciprocal) >> 32);
            AddShortRow(weights + (source - block * sources) * rowBytes, factor, sums + block * width, width);
        }
    }

    /// <summary>sums[targets[k]] += factor × weights[k], k &lt; count: int8. Targets differ, so that their order does not matter.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void AddByteSynapses(byte* weights, ushort* targets, int count, int factor, int* sums)
    {
        sbyte* w = (sbyte*)weights;
        for (ushort* end = targets + count; targets != end; targets++, w++) sums[*targets] = sums[*targets] + factor * *w;
    }

    /// <summary>The same for int16.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void AddShortSynapses(byte* weights, ushort* targets, int count, int factor, int* sums)
    {
        short* w = (short*)weights;
        for (ushort* end = targets + count; targets != end; targets++, w++) sums[*targets] = sums[*targets] + factor * *w;
    }

    /// <summary>p[i] = value, i &lt; count.</summary>
    internal static unsafe void FillWords(int* p, int count, int value)
    {
        for (int* end = p + (count & ~3); p != end; p += 4)
        {
            p[0] = value;
            p[1] = value;
            p[2] = value;
            p[3] = value;
        }

        for (count &= 3; count > 0; count--) *p++ = value;
    }

    /// <summary>
    /// Leaky neurons that cannot reach a limit, reset by subtraction on the next tick: where v is above its threshold, that is taken from
    /// the input, v decays, the input is added. Lists those that are above then. Returns how many.
    /// </summary>
    /// <param name="v">Membranes.</param>
    /// <param name="end">Their end; there is one at least.</param>
    /// <param name="input">Inputs, to be shifted left.</param>
    /// <param name="shift">By so much.</param>
    /// <param name="decay">Decay × 2^15.</param>
    /// <param name="thresholds">int32, from 0 up.</param>
    /// <param name="step">Bytes from one threshold to the next, 0 where all share it.</param>
    /// <param name="list">Gets the indices of those that spike.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe int StepSubtractNext(int* v, int* end, int* input, int shift, int decay, byte* thresholds, int step, int* list)
    {
        int* first = v, next = list;
        int scale = 1 << shift;
        do
        {
            int drive = *input++ * scale, old = *v, threshold = *(int*)thresholds;
            thresholds += step;
            if (old > threshold) drive -= threshold;
            drive += Decayed(old, decay);
            *v = drive;
            if (drive > threshold) *next++ = (int)((byte*)v - (byte*)first) >> 2;
            v++;
        }
        while (v != end);
        return (int)((byte*)next - (byte*)list) >> 2;
    }

    /// <summary>The same, reset at once: after a spike v = (v and keep) − (threshold and subtract) + value.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe int StepResetNow(int* v, int* end, int* input, int shift, int decay, byte* thresholds, int step, int* list, int keep, int subtract, int value)
    {
        int* first = v, next = list;
        int scale = 1 << shift;
        do
        {
            int now = *input++ * scale + Decayed(*v, decay), threshold = *(int*)thresholds;
            thresholds += step;
            if (now > threshold)
            {
                now = (now & keep) - (threshold & subtract) + value;
                *next++ = (int)((byte*)v - (byte*)first) >> 2;
            }

            *v++ = now;
        }
        while (v != end);
        return (int)((byte*)next - (byte*)list) >> 2;
    }

    /// <summary>Neurons with all options, as ARITHMETIC.md, section 3 states them; adaptive ones as well.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static unsafe void StepLoop(NeuronLoop* p)
    {
        const int L = NeuronOperator.Limit;
        int flags = p->Flags, thresholdStep = (int)((uint)p->Shift >> NeuronLoop.OwnShift), biasStep = (int)((uint)flags >> NeuronLoop.OwnShift), shift = p->Shift & 31;
        byte* thresholds = p->Threshold, biases = p->Bias;
        int* input = p->Input, end = p->End;
        bool next = (flags & NeuronLoop.Next) != 0, equal = (flags & NeuronLoop.Equal) != 0, counts = (flags & NeuronLoop.Counted) != 0, adapts = (flags & NeuronLoop.Adaptive) != 0;
        bool toValue = (flags & (NeuronOperator.ResetValue << NeuronLoop.RuleShift)) != 0, subtracts = (flags & (NeuronOperator.ResetSubtract << NeuronLoop.RuleShift)) != 0;
        for (int* v = p->Membrane; v != end; v++)
        {
            int drive = *input++, decay = p->Decay, old = *v, threshold = *(int*)thresholds;
            thresholds += thresholdStep;
            if ((flags & NeuronLoop.Extra) == 0) drive <<= shift;
            else
            {
                bool own = (flags & NeuronLoop.OwnDecays) != 0;
                drive = (Limited(drive, p->InputLimit, p) << shift) + p->InputBias.Word(v);
                if (own) decay = p->Decays.Half(v) << 15;
                if ((flags & NeuronLoop.Current) != 0)
                {
                    int* current = (int*)((byte*)v + p->CurrentDistance);
                    int before = *current;
                    drive = Limited(Decayed(before, own ? p->SynapticDecays.Half(v) << 15 : p->SynapticDecay) + drive, L, p);
                    *current = drive;
                    if ((flags & NeuronLoop.OldCurrent) != 0) drive = before;
                }
            }

            drive += *(int*)biases;
            biases += biasStep;
            int* counter = (int*)((byte*)v + p->CounterDistance);
            if (adapts)
            {
                // The threshold of the tick before tells, with the reset on the next tick, whether there was a spike.
                int* adaptation = (int*)((byte*)v + p->AdaptationDistance);
                int before = Least(threshold + *adaptation, p->ThresholdLowerLimit);
                if (before > L) before = L;
                bool spiked = next ? (equal ? old >= before : old > before) : counts && *counter != 0;
                if (spiked && next && toValue) old = p->Reset.Word(v);
                if (spiked && next && subtracts) drive -= before;
                if (counts) *counter = 0;
                int moved = Decayed(*adaptation, (flags & NeuronLoop.OwnDecays) != 0 ? p->AdaptationDecays.Half(v) << 15 : p->AdaptationDecay);
                if (spiked) moved += p->Own.Word(v);
                if ((flags & NeuronLoop.Driven) != 0) moved += Limited(*(int*)((byte*)v + p->DriveDistance), p->DriveLimit, p) << p->DriveShift;
                *adaptation = Limited(moved, L, p);
                threshold = Limited(Least(threshold + *adaptation, p->ThresholdLowerLimit), L, p);
            }
            else if (counts && *counter > 0)
            {
                // Set in the tick before: a reset on the next tick is that of its spike.
                bool pending = next && *counter == p->CounterStart;
                *counter = *counter - 1;
                if (pending && toValue) old = p->Reset.Word(v);
                if (pending && subtracts) old = Within(old - threshold);
                *v = old;
                continue;
            }
            else if (next && !counts && (equal ? old >= threshold : old > threshold))
            {
                if (toValue) old = p->Reset.Word(v);
                if (subtracts) drive -= threshold;
            }

            int now = Least(Limited(Decayed(old, decay) + drive, L, p), p->LowerLimit);
            if (equal ? now >= threshold : now > threshold)
            {
                if (counts) *counter = p->CounterStart;
                if ((flags & NeuronLoop.Several) != 0)
                {
                    int spikes = 1;
                    now -= threshold;
                    for (; spikes < p->MostSpikes && (equal ? now >= threshold : now > threshold); spikes++) now -= threshold;
                    now = Within(now);
                    *(int*)((byte*)v + p->OutputDistance) = spikes;
                    p->Spikes += spikes;
                }
                else
                {
                    *p->List++ = (int)((byte*)v - (byte*)p->First) >> 2;
                    if (!next && toValue) now = p->Reset.Word(v);
                    if (!next && subtracts) now = Within(now - threshold);
                }
            }

            *v = now;
        }
    }

    private static int Least(int value, int least)
    {
        return value < least ? least : value;
    }

    /// <summary>Within ±L, not counted.</summary>
    private static int Within(int v)
    {
        return v > NeuronOperator.Limit ? NeuronOperator.Limit : v < -NeuronOperator.Limit ? -NeuronOperator.Limit : v;
    }

    /// <summary>Within ±limit, counted where it was not.</summary>
    private static unsafe int Limited(int value, int limit, NeuronLoop* counted)
    {
        if (value <= limit && value >= -limit) return value;
        counted->Saturations++;
        return value > 0 ? limit : -limit;
    }
}
