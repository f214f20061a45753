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
    private const int LoopCases = 4000;
    private const int Limit = (1 << 28) - 1;

    private static uint _random;

    [RuntimeExport("application_start")]
    private static void Run()
    {
        BytePort port = Board.OpenUart();
        byte[] weights = new byte[RowGroup.MostRows * (2 * MostWidth + 4) + 8];
        int[] words = new int[640];
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
            Put(port, "loops"u8, Loops(a, false), LoopCases);
            Put(port, "adaptive-loops"u8, Loops(a, true), LoopCases);
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

    // Every option of ARITHMETIC.md, section 3, drawn at random, states and parameters often at their limits.
    private static int Loops(int* a, bool adapts)
    {
        int wrong = 0;
        int* expected = a + LoopWords;
        LoopCase drawn;
        for (int k = 0; k < LoopCases; k++)
        {
            LoopCase* c = &drawn;
            NeuronLoop loop;
            Draw(c, a, adapts);
            Announce(c, &loop, a);
            for (int i = 0; i < LoopWords; i++) expected[i] = a[i];
            c->Saturations = c->Spikes = c->Listed = 0;
            for (int j = 0; j < c->Count; j++) Formula(c, expected, j);
            Kernels.StepLoop(&loop);
            bool same = loop.Saturations == c->Saturations && loop.List == a + List + c->Listed && (c->Several ? loop.Spikes == c->Spikes : c->Spikes == c->Listed);
            for (int i = 0; i < LoopWords; i++)
                if (a[i] != expected[i]) same = false;
            if (!same) wrong++;
        }

        return wrong;
    }

    // Where a neuron's numbers stand in a case; constants that are shared at the first one's place.
    private const int Membrane = 0, Input = 16, Current = 32, Counter = 48, Output = 64, Adaptation = 80, Drive = 96, List = 112, Threshold = 128, InputBias = 144, MembraneBias = 160, Reset = 176, Own = 192;
    private const int Decay = 208, SynapticDecay = 216, AdaptationDecay = 224, LoopWords = 240;

    private struct LoopCase
    {
        public int Count, Shift, Rule, LowerLimit, DriveShift, ThresholdLowerLimit, CounterStart, MostSpikes, Saturations, Spikes, Listed;
        public int ThresholdStep, InputBiasStep, MembraneBiasStep, ResetStep, OwnStep, DecayStep, SynapticDecayStep, AdaptationDecayStep;
        public bool Next, Equal, HasCurrent, OldCurrent, Several, Driven, Counts, HasThreshold, Adapts;
    }

    private static void Draw(LoopCase* c, int* a, bool adapts)
    {
        c->Adapts = adapts;
        c->Count = 1 + Next(9);
        c->Shift = Coin() ? Next(25) : Next(6);
        c->Rule = Next(3);
        c->LowerLimit = Coin() ? -Limit : Magnitude(0);
        c->DriveShift = Next(25);
        c->ThresholdLowerLimit = Magnitude(0);
        c->Next = Coin();
        c->Equal = Coin();
        c->HasCurrent = Coin();
        c->OldCurrent = Coin();
        c->Driven = Coin();
        c->Several = !adapts && c->Rule == 2 && !c->Next && Coin();
        c->Counts = adapts ? !c->Next && Coin() : Coin();
        c->HasThreshold = adapts || c->Several || Next(8) != 0;
        c->CounterStart = adapts ? 1 : 1 + Next(3);
        c->MostSpikes = 2 + Next(4);
        for (int i = 0; i < 9; i++) DrawNeuron(c, a + i);
        for (int i = 0; i < 9; i++) DrawDecays((ushort*)(a + Decay) + i);
        c->ThresholdStep = Step(4);
        c->InputBiasStep = Step(4);
        c->MembraneBiasStep = Step(4);
        c->ResetStep = Step(4);
        c->OwnStep = Step(4);
        c->DecayStep = Step(2);
        c->SynapticDecayStep = Step(2);
        c->AdaptationDecayStep = Step(2);
        if (c->InputBiasStep == 0 && Coin()) a[InputBias] = 0;
        if (c->MembraneBiasStep == 0 && Coin()) a[MembraneBias] = 0;

        // A counter at its start is that of a spike in the tick before, so the membrane is at its threshold or above.
        for (int j = 0; j < 9 && !adapts && c->Counts; j++)
        {
            int threshold = a[Threshold + (c->ThresholdStep == 0 ? 0 : j)];
            if (a[Counter + j] == c->CounterStart && a[Membrane + j] < threshold) a[Membrane + j] = threshold;
        }
    }

    private static void DrawNeuron(LoopCase* c, int* a)
    {
        for (int i = 0; i < Decay; i += 16) a[i] = Magnitude(i == Input ? c->Shift : i == Drive ? c->DriveShift : 0);
        a[Counter] = c->Counts && c->HasThreshold ? Next(c->CounterStart + 1) : 0;
        a[Output] = 0;
        if (c->Several) a[Threshold] = 1 + Next(1 << 20);
        if (Next(8) == 0) a[Membrane] = a[Threshold];
    }

    private static void DrawDecays(ushort* decays)
    {
        for (int i = 0; i < 3; i++)
        {
            int kind = Next(8);
            decays[16 * i] = (ushort)(kind == 0 ? 0 : kind == 1 ? 32768 : Next(32769));
        }
    }

    private static void Announce(LoopCase* c, NeuronLoop* l, int* a)
    {
        l->Begin(a + Membrane, c->Count, a + Input, c->Shift);
        l->List = a + List;
        l->LowerLimit = c->LowerLimit;
        l->Decay = *(ushort*)(a + Decay) << 15;
        l->NoThreshold = int.MaxValue;
        l->Threshold = c->HasThreshold ? (byte*)(a + Threshold) : (byte*)&l->NoThreshold;
        l->Shift |= (c->HasThreshold ? c->ThresholdStep : 0) << NeuronLoop.OwnShift;
        l->Reset.Place((byte*)(a + Reset), c->ResetStep, a);
        l->CurrentDistance = 4 * Current;
        l->SynapticDecay = *(ushort*)(a + SynapticDecay) << 15;
        l->Decays.Place((byte*)(a + Decay), c->DecayStep, a);
        l->SynapticDecays.Place((byte*)(a + SynapticDecay), c->SynapticDecayStep, a);
        l->AdaptationDecays.Place((byte*)(a + AdaptationDecay), c->AdaptationDecayStep, a);
        l->CounterDistance = 4 * Counter;
        l->CounterStart = c->CounterStart;
        l->OutputDistance = 4 * Output;
        l->MostSpikes = c->MostSpikes;
        l->Spikes = 0;
        l->AdaptationDecay = *(ushort*)(a + AdaptationDecay) << 15;
        l->Own.Place((byte*)(a + Own), c->OwnStep, a);
        l->AdaptationDistance = 4 * Adaptation;
        l->ThresholdLowerLimit = c->ThresholdLowerLimit;
        l->DriveDistance = 4 * Drive;
        l->DriveLimit = Limit >> c->DriveShift;
        l->DriveShift = c->DriveShift;
        int flags = c->Rule << NeuronLoop.RuleShift;
        if (c->Next) flags |= NeuronLoop.Next | NeuronLoop.State;
        if (c->Equal) flags |= NeuronLoop.Equal;
        if (c->HasCurrent) flags |= NeuronLoop.Current | NeuronLoop.Extra | (c->OldCurrent ? NeuronLoop.OldCurrent : 0);
        if ((c->DecayStep | c->SynapticDecayStep | c->AdaptationDecayStep) != 0) flags |= NeuronLoop.OwnDecays | NeuronLoop.Extra;
        if (c->Counts) flags |= NeuronLoop.Counted | NeuronLoop.State;
        if (c->Several) flags |= NeuronLoop.Several;
        if (c->Adapts) flags |= NeuronLoop.Adaptive | NeuronLoop.State;
        if (c->Driven) flags |= NeuronLoop.Driven;
        for (int j = 0; j < c->Count; j++)
            if (a[Input + j] > Limit >> c->Shift || a[Input + j] < -(Limit >> c->Shift)) flags |= NeuronLoop.Extra;
        l->Flags = flags | l->SetBiases((byte*)(a + InputBias), c->InputBiasStep, (byte*)(a + MembraneBias), c->MembraneBiasStep, c->HasCurrent);
    }

    // ARITHMETIC.md, section 3, line by line, for neuron j.
    private static void Formula(LoopCase* p, int* a, int j)
    {
        int own = p->ThresholdStep == 0 ? 0 : j, theta = a[Threshold + own], alpha = a[Adaptation + j], v = a[Membrane + j], counter = a[Counter + j];
        int b = ((ushort*)(a + Decay))[p->DecayStep == 0 ? 0 : j], synaptic = ((ushort*)(a + SynapticDecay))[p->SynapticDecayStep == 0 ? 0 : j], adaptation = ((ushort*)(a + AdaptationDecay))[p->AdaptationDecayStep == 0 ? 0 : j];
        int to = a[Reset + (p->ResetStep == 0 ? 0 : j)], c = (Sat(p, a[Input + j], Limit >> p->Shift) << p->Shift) + a[InputBias + (p->InputBiasStep == 0 ? 0 : j)], drive = c;
        if (p->HasCurrent)
        {
            int i = a[Current + j], now = Sat(p, (int)(((long)i * synaptic) >> 15) + c, Limit);
            drive = p->OldCurrent ? i : now;
            a[Current + j] = now;
        }

        bool pending = p->Next && (p->Counts ? counter == p->CounterStart : p->HasThreshold && Compares(p, v, theta));
        int taken = theta;
        if (p->Adapts)
        {
            taken = theta + alpha < p->ThresholdLowerLimit ? p->ThresholdLowerLimit : theta + alpha > Limit ? Limit : theta + alpha;
            bool spiked = p->Next ? Compares(p, v, taken) : p->Counts && counter != 0;
            int e = p->Driven ? Sat(p, a[Drive + j], Limit >> p->DriveShift) << p->DriveShift : 0;
            alpha = Sat(p, (int)(((long)alpha * adaptation) >> 15) + e + (spiked ? a[Own + (p->OwnStep == 0 ? 0 : j)] : 0), Limit);
            a[Adaptation + j] = alpha;
            if (p->Counts) a[Counter + j] = 0;
            theta = Sat(p, theta + alpha < p->ThresholdLowerLimit ? p->ThresholdLowerLimit : theta + alpha, Limit);
            pending = p->Next && spiked;
            counter = 0;
        }

        if (pending && p->Rule == 1) v = to;
        if (p->Counts && counter > 0)
        {
            a[Counter + j] = counter - 1;
            if (pending && p->Rule == 2) v -= taken;
            a[Membrane + j] = v > Limit ? Limit : v < -Limit ? -Limit : v;
            return;
        }

        v = Sat(p, (int)(((long)v * b) >> 15) + drive + a[MembraneBias + (p->MembraneBiasStep == 0 ? 0 : j)] - (pending && p->Rule == 2 ? taken : 0), Limit);
        if (v < p->LowerLimit) v = p->LowerLimit;
        if (p->HasThreshold && Compares(p, v, theta))
        {
            int n = 1;
            if (p->Counts) a[Counter + j] = p->CounterStart;
            if (!p->Next && p->Rule == 1) v = to;
            if (!p->Next && p->Rule == 2)
            {
                v -= theta;
                for (; p->Several && n < p->MostSpikes && Compares(p, v, theta); n++) v -= theta;
                v = v > Limit ? Limit : v < -Limit ? -Limit : v;
            }

            if (p->Several) a[Output + j] = n;
            else a[List + p->Listed++] = j;
            p->Spikes += n;
        }

        a[Membrane + j] = v;
    }

    private static bool Compares(LoopCase* p, int v, int threshold)
    {
        return p->Equal ? v >= threshold : v > threshold;
    }

    private static int Sat(LoopCase* p, int value, int limit)
    {
        if (value <= limit && value >= -limit) return value;
        p->Saturations++;
        return value > 0 ? limit : -limit;
    }

    // Up to the limit, or for an input to be shifted mostly up to that one's; often small, often the limit itself, either sign.
    private static int Magnitude(int shift)
    {
        int kind = Next(8), value = kind == 0 ? Limit : kind < 3 ? Next(1 << 24) << 4 : Next(1 << Next(25));
        if (kind != 1) value >>= shift;
        return Coin() ? value : -value;
    }

    private static bool Coin()
    {
        return Next(2) == 0;
    }

    private static int Step(int bytes)
    {
        return Coin() ? bytes : 0;
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
