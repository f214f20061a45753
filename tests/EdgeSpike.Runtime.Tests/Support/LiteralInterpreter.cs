using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>What an operator has counted since the start.</summary>
internal sealed class LiteralCounters
{
    public long Saturations { get; set; }

    public long Spikes { get; set; }

    public long NeuronUpdates { get; set; }

    public long SynapticOperations { get; set; }
}

/// <summary>
/// runtime/ARITHMETIC.md, formula by formula, over the records of a <see cref="ModelBuilder"/>: slow, by target instead of
/// by source, in 128 bits. It shares nothing with the runtime; tensors are read from the file by runtime/FORMAT.md.
/// </summary>
/// <remarks>
/// It checks as it goes that every sum the page calls int32 or int64 fits, and that every value stays within the declared
/// bound of its buffer: a model that the verifier accepts and that breaks either ends in an exception here.
/// </remarks>
internal sealed class LiteralInterpreter
{
    private const long L = (1L << 28) - 1;

    private readonly ModelBuilder _model;
    private readonly long[][] _tensors;
    private readonly int[] _tensorBits;
    private readonly long[][] _signals;
    private readonly bool[] _unspecified;
    private readonly Dictionary<int, List<long[]>> _history = [];
    private long _tick;

    public LiteralInterpreter(ModelBuilder model, byte[] file)
    {
        _model = model;
        (_tensors, _tensorBits) = ReadTensors(file);
        _signals = [.. model.Buffers.Select(b => new long[b.Kind == BufferKind.Words ? b.Length / 2 : b.Length])];
        _unspecified = new bool[model.Buffers.Count];
        Counters = [.. model.Operators.Select(_ => new LiteralCounters())];
        for (int i = 0; i < model.Operators.Count; i++)
        {
            foreach ((int buffer, BufferUse use) in model.Operators[i].Uses())
                if (buffer >= 0 && use == BufferUse.Scratch) _unspecified[buffer] = true;
            switch (model.Operators[i])
            {
                case DelayOperator delay:
                    _unspecified[delay.State] = true;           // how a delay keeps its past is its own affair
                    _history[i] = [];
                    break;
                case NeuronOperator neuron:
                    for (int j = 0; j < _signals[neuron.Membrane].Length; j++) _signals[neuron.Membrane][j] = Parameter(neuron.Initial, j, 0);
                    break;
                case AdaptiveNeuronOperator neuron:
                    for (int j = 0; j < _signals[neuron.Membrane].Length; j++) _signals[neuron.Membrane][j] = Parameter(neuron.Initial, j, 0);
                    break;
                case RunningOperator { Maximum: true } maximum:
                    Array.Fill(_signals[maximum.Target], -(long)model.Buffers[maximum.Source].Bound);
                    break;
            }
        }
    }

    /// <summary>Counters of each operator.</summary>
    public LiteralCounters[] Counters { get; }

    /// <summary>Values at input ports that were clamped.</summary>
    public long InputSaturations { get; private set; }

    /// <summary>Fills input ports in their order: ascending indices, or values.</summary>
    public void SetInputs(int[][] inputs)
    {
        int next = 0;
        foreach (ModelPort port in _model.Ports)
        {
            if (port.Kind != PortKind.Input) continue;
            long[] x = _signals[port.Buffer];
            Array.Clear(x);
            int[] given = inputs[next++];
            if (_model.Buffers[port.Buffer].Kind == BufferKind.Events)
            {
                foreach (int index in given) x[index] = 1;
                continue;
            }

            long bound = _model.Buffers[port.Buffer].Bound;
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = Math.Clamp(given[i], -bound, bound);
                if (x[i] != given[i]) InputSaturations++;
            }
        }
    }

    /// <summary>Runs a tick; <paramref name="after"/> is told of each operator that has run. Returns the tick's checksum.</summary>
    public uint Tick(Action<int> after)
    {
        ulong hash = 2166136261;
        for (int i = 0; i < _model.Operators.Count; i++)
        {
            Run(i);
            foreach (long word in Emitted(_model.Operators[i]))
                hash = ((hash ^ unchecked((uint)(word + 1))) * 16777619) & 0xFFFFFFFF;
            if (Emits(_model.Operators[i])) hash = hash * 16777619 & 0xFFFFFFFF;
            after(i);
        }

        _tick++;
        return (uint)hash;
    }

    /// <summary>What the words of a buffer have to be now, or null where the page leaves them to the operator.</summary>
    public int[]? Words(int buffer)
    {
        if (_unspecified[buffer]) return null;
        long[] x = _signals[buffer];
        switch (_model.Buffers[buffer].Kind)
        {
            case BufferKind.Events:
                int[] indices = [.. Enumerable.Range(0, x.Length).Where(i => x[i] != 0)];
                return [indices.Length, .. indices];
            case BufferKind.Words:
                return [.. x.SelectMany(v => new[] { unchecked((int)v), (int)(v >> 32) })];
            default:
                return [.. x.Select(v => checked((int)v))];
        }
    }

    private static bool Emits(ModelOperator item) => item is NeuronOperator or LoihiNeuronOperator or StateSpaceOperator or LoihiSigmaDeltaOperator or LoihiResonatorOperator or AdaptiveNeuronOperator;

    private IEnumerable<long> Emitted(ModelOperator item)
    {
        int buffer = item switch
        {
            NeuronOperator neuron => neuron.Target < 0 ? neuron.Membrane : neuron.Target,
            LoihiNeuronOperator neuron => neuron.Target,
            LoihiSigmaDeltaOperator unit => unit.Target,
            LoihiResonatorOperator neuron => neuron.Target,
            AdaptiveNeuronOperator neuron => neuron.Target,
            StateSpaceOperator space => space.State,
            _ => -1,
        };
        if (buffer < 0) return [];
        long[] x = _signals[buffer];
        return _model.Buffers[buffer].Kind == BufferKind.Events ? Enumerable.Range(0, x.Length).Where(i => x[i] != 0).Select(i => (long)i) : x;
    }

    private void Run(int index)
    {
        LiteralCounters counters = Counters[index];
        switch (_model.Operators[index])
        {
            case DenseOperator o: Connect(o, o.Bias, o.Width, DenseSum(o, counters)); break;
            case SparseOperator o: Connect(o, o.Bias, _signals[o.Target].Length, SparseSum(o, counters)); break;
            case ConvolveOperator o: Connect(o, o.Bias, o.OutChannels, ConvolveSum(o, counters)); break;
            case PoolOperator o: Connect(o, -1, 1, PoolSum(o, counters)); break;
            case ProductOperator o: Product(o, counters); break;
            case DelayOperator o: Delay(o, _history[index]); break;
            case NeuronOperator o: Neuron(o, counters); break;
            case AdaptiveNeuronOperator o: AdaptiveNeuron(o, counters); break;
            case LoihiNeuronOperator o: Loihi(o, counters); break;
            case LoihiSigmaDeltaOperator o: SigmaDelta(o, counters); break;
            case LoihiResonatorOperator o: Resonator(o, counters); break;
            case StateSpaceOperator o: StateSpace(o, counters); break;
            case AddOperator o:
                for (int j = 0; j < _signals[o.Target].Length; j++)
                    Set(o.Target, j, Shift(_signals[o.Source][j], o.Shift) + (o.Accumulate ? _signals[o.Target][j] : 0));
                break;
            case ScaleOperator o:
                for (int j = 0; j < _signals[o.Target].Length; j++)
                    Set(o.Target, j, Clamp(Round(Fit64((Int128)_signals[o.Source][j] * Parameter(o.Factor, j, 0)), o.Shift) + Parameter(o.Bias, j, 0), o.Limit, counters));
                counters.SynapticOperations += _signals[o.Target].Length;
                break;
            case RunningOperator { Maximum: true } o:
                for (int j = 0; j < _signals[o.Target].Length; j++) Set(o.Target, j, Math.Max(_signals[o.Target][j], _signals[o.Source][j]));
                break;
            case RunningOperator o:
                for (int j = 0; j < _signals[o.Target].Length; j++) Set(o.Target, j, Clamp((Int128)_signals[o.Target][j] + _signals[o.Source][j], int.MaxValue, counters));
                break;
            case SumOperator o:
                for (int j = 0; j < _signals[o.Source].Length; j++) _signals[o.State][j] = (long)Fit64((Int128)_signals[o.State][j] + _signals[o.Source][j]);
                break;
            case ArgumentMaximumOperator o:
                long[] x = _signals[o.Source];
                Set(o.Target, 0, Array.IndexOf(x, x.Max()));
                break;
            default: throw new InvalidOperationException($"no formula for {_model.Operators[index]}");
        }
    }

    // Section 2: the frame of connections.
    private void Connect(ConnectionOperator o, int bias, int biasPeriod, Int128[] sums)
    {
        for (int j = 0; j < sums.Length; j++)
        {
            Int128 a = Fit32(Shift(Fit32(sums[j]), o.Shift));
            Set(o.Target, j, a + (o.Accumulate ? _signals[o.Target][j] : bias < 0 ? 0 : _tensors[bias][j % biasPeriod]));
        }
    }

    private Int128[] DenseSum(DenseOperator o, LiteralCounters counters)
    {
        long[] x = _signals[o.Source];
        Int128[] a = new Int128[o.Repeat * o.Width];
        for (int r = 0; r < o.Repeat; r++)
            for (int i = 0; i < o.Sources; i++)
            {
                long active = x[r * o.Sources + i];
                if (active == 0) continue;
                for (int j = 0; j < o.Width; j++) a[r * o.Width + j] += Weight(o.Weights, o.RowBytes, i, j) * (Int128)active;
                counters.SynapticOperations += o.Width;
            }

        return a;
    }

    private Int128[] SparseSum(SparseOperator o, LiteralCounters counters)
    {
        long[] x = _signals[o.Source];
        Int128[] a = new Int128[_signals[o.Target].Length];
        for (int i = 0; i < x.Length; i++)
            for (long k = _tensors[o.RowStarts][i]; k < _tensors[o.RowStarts][i + 1]; k++)
            {
                a[_tensors[o.Targets][k]] += _tensors[o.Weights][k] * (Int128)x[i];
                if (x[i] != 0) counters.SynapticOperations++;
            }

        return a;
    }

    private Int128[] ConvolveSum(ConvolveOperator o, LiteralCounters counters)
    {
        ModelWindow w = o.Window;
        long[] x = _signals[o.Source];
        Int128[] a = new Int128[w.OutHeight * w.OutWidth * o.OutChannels];
        int groupIn = o.InChannels / o.Groups, groupOut = o.OutChannels / o.Groups;
        for (int oy = 0; oy < w.OutHeight; oy++)
            for (int ox = 0; ox < w.OutWidth; ox++)
                foreach ((int y, int x0, int kernel) in Covered(w, oy, ox))
                    for (int c = 0; c < o.InChannels; c++)
                    {
                        long active = x[(y * w.InWidth + x0) * o.InChannels + c];
                        if (active == 0) continue;
                        int group = c / groupIn;
                        for (int k = 0; k < groupOut; k++)
                            a[(oy * w.OutWidth + ox) * o.OutChannels + group * groupOut + k] += Weight(o.Weights, o.RowBytes, kernel * o.InChannels + c, k) * (Int128)active;
                        counters.SynapticOperations += groupOut;
                    }

        return a;
    }

    private Int128[] PoolSum(PoolOperator o, LiteralCounters counters)
    {
        ModelWindow w = o.Window;
        long[] x = _signals[o.Source];
        Int128[] a = new Int128[w.OutHeight * w.OutWidth * o.Channels];
        for (int oy = 0; oy < w.OutHeight; oy++)
            for (int ox = 0; ox < w.OutWidth; ox++)
                foreach ((int y, int x0, _) in Covered(w, oy, ox))
                    for (int c = 0; c < o.Channels; c++)
                    {
                        long active = x[(y * w.InWidth + x0) * o.Channels + c];
                        a[(oy * w.OutWidth + ox) * o.Channels + c] += active;
                        if (active != 0) counters.SynapticOperations++;
                    }

        return a;
    }

    // The input places inside the image that an output place covers, each with the index of its kernel element.
    private static IEnumerable<(int Y, int X, int Kernel)> Covered(ModelWindow w, int oy, int ox)
    {
        for (int ky = 0; ky < w.KernelHeight; ky++)
            for (int kx = 0; kx < w.KernelWidth; kx++)
            {
                int y = oy * w.StrideHeight + ky * w.DilationHeight - w.PaddingTop;
                int x = ox * w.StrideWidth + kx * w.DilationWidth - w.PaddingLeft;
                if (y >= 0 && y < w.InHeight && x >= 0 && x < w.InWidth) yield return (y, x, ky * w.KernelWidth + kx);
            }
    }

    private void Product(ProductOperator o, LiteralCounters counters)
    {
        long[] x = _signals[o.Source];
        for (int r = 0; r < o.Repeat; r++)
            for (int j = 0; j < o.Width; j++)
            {
                Int128 sum = 0;
                for (int i = 0; i < o.Sources; i++) sum = Fit64(sum + Weight(o.Weights, o.RowBytes, j, i) * (Int128)x[r * o.Sources + i]);
                Int128 a = Clamp(Round(sum, o.Shift), o.Limit, counters);
                int target = r * o.Width + j;
                Set(o.Target, target, a + (o.Accumulate ? _signals[o.Target][target] : o.Bias < 0 ? 0 : _tensors[o.Bias][j]));
                counters.SynapticOperations += o.Sources;
            }
    }

    private void Delay(DelayOperator o, List<long[]> history)
    {
        history.Add([.. _signals[o.Source]]);
        long[] past = _tick >= o.Ticks ? history[(int)(_tick - o.Ticks)] : new long[_signals[o.Source].Length];
        for (int j = 0; j < past.Length; j++) Set(o.Target, j, past[j]);
    }

    // Section 3.
    private void Neuron(NeuronOperator o, LiteralCounters counters)
    {
        bool hasThreshold = o.Threshold >= 0;
        for (int j = 0; j < _signals[o.Membrane].Length; j++)
        {
            long theta = Parameter(o.Threshold, j, 0);
            bool Compares(Int128 membrane) => hasThreshold && (o.Comparison == 1 ? membrane >= theta : membrane > theta);

            Int128 x = _signals[o.Source][j];
            Int128 c = (Clamp(x, L >> o.InputShift, counters) << o.InputShift) + Parameter(o.InputBias, j, 0);
            Int128 drive = c;
            if (o.SynapticDecay >= 0)
            {
                Int128 old = _signals[o.Current][j];
                Int128 next = Clamp(Fit32((old * Parameter(o.SynapticDecay, j, 0) >> 15) + c), L, counters);
                Set(o.Current, j, next);
                drive = o.CurrentOrder == 0 ? next : old;
            }

            Int128 v = _signals[o.Membrane][j];
            long counter = o.Refractory > 0 ? _signals[o.Counter][j] : 0;
            bool pending = o.ResetTime == 1 && hasThreshold && (o.Refractory == 0 ? Compares(v) : counter == o.Refractory);
            int spikes = 0;
            if (pending && o.Reset == 1) v = Parameter(o.ResetValue, j, 0);
            if (counter > 0)
            {
                Set(o.Counter, j, counter - 1);
                if (pending && o.Reset == 2) v = Int128.Clamp(v - theta, -L, L);
            }
            else
            {
                v = Fit32((v * Parameter(o.Decay, j, 0) >> 15) + drive + Parameter(o.MembraneBias, j, 0) - (pending && o.Reset == 2 ? theta : 0));
                v = Clamp(v, L, counters);
                v = Int128.Max(v, o.LowerLimit);
                if (Compares(v))
                {
                    spikes = 1;
                    if (o.Refractory > 0) Set(o.Counter, j, o.Refractory);
                    if (o.ResetTime == 0 && o.Reset == 1) v = Parameter(o.ResetValue, j, 0);
                    if (o.ResetTime == 0 && o.Reset == 2)
                    {
                        v -= theta;
                        while (spikes < o.MostSpikes && Compares(v))
                        {
                            v -= theta;
                            spikes++;
                        }

                        v = Int128.Clamp(v, -L, L);
                    }
                }
            }

            Set(o.Membrane, j, v);
            if (o.Target >= 0) Set(o.Target, j, spikes);
            counters.Spikes += spikes;
            counters.NeuronUpdates++;
        }
    }

    // Section 3, "Adaptive threshold".
    private void AdaptiveNeuron(AdaptiveNeuronOperator o, LiteralCounters counters)
    {
        for (int j = 0; j < _signals[o.Membrane].Length; j++)
        {
            Int128 Threshold(Int128 a, bool counted)
            {
                Int128 raised = Int128.Max(Parameter(o.Threshold, j, 0) + a, o.ThresholdLowerLimit);
                return counted ? Clamp(raised, L, counters) : Int128.Min(raised, L);
            }

            bool Compares(Int128 membrane, Int128 theta) => o.Comparison == 1 ? membrane >= theta : membrane > theta;

            Int128 c = (Clamp(_signals[o.Source][j], L >> o.InputShift, counters) << o.InputShift) + Parameter(o.InputBias, j, 0), drive = c;
            if (o.SynapticDecay >= 0)
            {
                Int128 old = _signals[o.Current][j], next = Clamp(Fit32((old * Parameter(o.SynapticDecay, j, 0) >> 15) + c), L, counters);
                Set(o.Current, j, next);
                drive = o.CurrentOrder == 0 ? next : old;
            }

            Int128 v = _signals[o.Membrane][j], a = _signals[o.Adaptation][j], oldTheta = Threshold(a, false);
            bool spiked = o.ResetTime == 1 ? Compares(v, oldTheta) : o.Spiked >= 0 && _signals[o.Spiked][j] == 1;
            Int128 e = o.DriveSource < 0 ? 0 : Clamp(_signals[o.DriveSource][j], L >> o.DriveShift, counters) << o.DriveShift;
            a = Clamp(Fit32((a * Parameter(o.AdaptationDecay, j, 0) >> 15) + e + (spiked ? Parameter(o.Own, j, 0) : 0)), L, counters);
            Set(o.Adaptation, j, a);
            Int128 theta = Threshold(a, true);

            bool pending = o.ResetTime == 1 && spiked;
            if (pending && o.Reset == 1) v = Parameter(o.ResetValue, j, 0);
            v = Fit32((v * Parameter(o.Decay, j, 0) >> 15) + drive + Parameter(o.MembraneBias, j, 0) - (pending && o.Reset == 2 ? oldTheta : 0));
            v = Int128.Max(Clamp(v, L, counters), o.LowerLimit);
            bool spike = Compares(v, theta);
            if (spike && o.ResetTime == 0 && o.Reset == 1) v = Parameter(o.ResetValue, j, 0);
            if (spike && o.ResetTime == 0 && o.Reset == 2) v = Int128.Clamp(v - theta, -L, L);
            Set(o.Membrane, j, v);
            Set(o.Target, j, spike ? 1 : 0);
            if (o.Spiked >= 0) Set(o.Spiked, j, spike ? 1 : 0);
            if (spike) counters.Spikes++;
            counters.NeuronUpdates++;
        }
    }

    // Section 5.
    private void Loihi(LoihiNeuronOperator o, LiteralCounters counters)
    {
        const long Wrap = 1L << 24, Half = 1L << 23;
        bool reset = o.ResetInterval > 0 && (_tick + 1) % o.ResetInterval == o.ResetOffset % o.ResetInterval;
        for (int j = 0; j < _signals[o.Membrane].Length; j++)
        {
            Int128 u = reset ? 0 : _signals[o.Current][j];
            Int128 v = reset ? 0 : _signals[o.Membrane][j];
            u = Fit64(Mul12(u, o.CurrentDecay + 1) + ((Int128)_signals[o.Source][j] << 6));
            if (u > Half) u -= Wrap;
            else if (u <= -Half) u += Wrap;
            u = Clamp(u, int.MaxValue, counters);
            Set(o.Current, j, u);
            int spike = 0;
            if (o.Refractory > 0 && _signals[o.Counter][j] > 0)
            {
                Set(o.Counter, j, _signals[o.Counter][j] - 1);
                v = 0;
            }
            else
            {
                v = Clamp(Mul12(v, o.MembraneDecay) + u + Parameter(o.Bias, j, 0), Half - 1, counters);
                if (v > Parameter(o.Threshold, j, 0)) spike = 1;
                else if (o.LowerThreshold >= 0 && v < Parameter(o.LowerThreshold, j, 0)) spike = -1;
                if (spike != 0)
                {
                    v = 0;
                    if (o.Refractory > 0) Set(o.Counter, j, o.Refractory);
                }
            }

            Set(o.Membrane, j, v);
            Set(o.Target, j, spike);
            counters.Spikes += Math.Abs(spike);
            counters.NeuronUpdates++;
        }

        // The tick within the interval stands behind the refractory counters.
        if (o.ResetInterval > 0) Set(o.Counter, _signals[o.Membrane].Length, (_tick + 1) % o.ResetInterval);
    }

    private void SigmaDelta(LoihiSigmaDeltaOperator o, LiteralCounters counters)
    {
        for (int j = 0; j < _signals[o.Target].Length; j++)
        {
            Int128 Hold(Int128 value) => Clamp(Fit64(value), int.MaxValue, counters);

            Int128 x = (Int128)_signals[o.Source][j] << o.InputShift, act;
            if (o.Sigma >= 0)
            {
                Int128 sigma = Hold(_signals[o.Sigma][j] + x);
                Set(o.Sigma, j, sigma);
                act = Hold(sigma + Parameter(o.Bias, j, 0));
            }
            else act = Hold(x + Parameter(o.Bias, j, 0));

            if (o.Rectified) act = Int128.Max(act, 0);
            Int128 delta = Hold(act - _signals[o.Activation][j] + _signals[o.Residue][j]);
            Set(o.Activation, j, act);
            long theta = Parameter(o.Threshold, j, 0);
            Int128 s;
            if (o.Error >= 0)
            {
                Int128 error = Hold(_signals[o.Error][j] + delta);
                s = Int128.Abs(error) >= theta ? delta : 0;
                Set(o.Error, j, s != 0 ? 0 : error);
            }
            else s = Int128.Abs(delta) >= theta ? delta : 0;

            Set(o.Residue, j, delta - s);
            Int128 output = Clamp(s >> o.StateExponent, o.Limit, counters);
            Set(o.Target, j, output);
            if (output != 0) counters.Spikes++;
            counters.NeuronUpdates++;
        }
    }

    private void Resonator(LoihiResonatorOperator o, LiteralCounters counters)
    {
        const long Limit = (1L << 23) - 1;
        Int128 Sc(Int128 x) => Int128.Sign(x) * (Int128.Abs(x) >> o.DecayBits);
        for (int j = 0; j < _signals[o.Target].Length; j++)
        {
            Int128 re = _signals[o.Real][j], im = _signals[o.Imaginary][j], c = Parameter(o.Cosine, j, 0), s = Parameter(o.Sine, j, 0);
            Int128 inputRe = (Int128)_signals[o.Source][j] << o.InputShift;
            Int128 inputIm = o.ImaginarySource < 0 ? 0 : (Int128)_signals[o.ImaginarySource][j] << o.InputShift;
            Int128 nextRe = Clamp(Fit64(Sc(c * re) - Sc(s * im) + inputRe), Limit, counters);
            Int128 nextIm = Clamp(Fit64(Sc(s * re) + Sc(c * im) + inputIm), Limit, counters);
            long theta = Parameter(o.Threshold, j, 0);
            bool spike = o.Resets ? nextIm >= theta : nextRe >= theta && nextIm >= 0 && im < 0;
            if (spike && o.Resets) (nextRe, nextIm) = (0, theta - 1);
            Set(o.Real, j, nextRe);
            Set(o.Imaginary, j, nextIm);
            Set(o.Target, j, spike ? 1 : 0);
            if (spike) counters.Spikes++;
            counters.NeuronUpdates++;
        }
    }

    /// <summary>sign(x) * ((|x| * (4096 − d)) >> 12).</summary>
    internal static Int128 Mul12(Int128 x, int d) => Int128.Sign(x) * (Int128.Abs(x) * (4096 - d) >> 12);

    // Section 4.
    private void StateSpace(StateSpaceOperator o, LiteralCounters counters)
    {
        long[] u = _signals[o.Source], m = [.. _signals[o.State]];
        for (int r = 0; r < o.Repeat; r++)
            for (int i = 0; i < o.Order; i++)
            {
                Int128 recurrent = 0, input = 0;
                for (int j = 0; j < o.Order; j++) recurrent += Weight(o.Matrix, o.RowBytes, i, j) * (Int128)m[r * o.Order + j];
                for (int k = 0; k < o.Inputs; k++) input += Weight(o.Matrix, o.RowBytes, i, o.Order + k) * (Int128)u[r * o.Inputs + k];
                Int128 sum = Fit64(Fit64(recurrent) + Fit64(input << o.InputShift));
                int shift = (int)_tensors[o.Shifts][i];
                Set(o.State, r * o.Order + i, Clamp((o.Residual ? m[r * o.Order + i] : 0) + Round(sum, shift), L, counters));
            }

        counters.NeuronUpdates += o.Repeat * o.Order;
        counters.SynapticOperations += (long)o.Repeat * o.Order * (o.Order + o.Inputs);
    }

    private void Set(int buffer, int element, Int128 value)
    {
        int bound = _model.Buffers[buffer].Bound;
        if (value > bound || value < -bound) throw new OverflowException($"buffer {buffer}, element {element}: {value} is beyond {bound}");
        _signals[buffer][element] = (long)value;
    }

    private long Parameter(int tensor, int element, long absent) =>
        tensor < 0 ? absent : _tensors[tensor].Length == 1 ? _tensors[tensor][0] : _tensors[tensor][element];

    private long Weight(int tensor, int rowBytes, int row, int column) => _tensors[tensor][row * (rowBytes * 8 / _tensorBits[tensor]) + column];

    private static Int128 Shift(Int128 x, int shift) => shift >= 0 ? x << shift : x >> -shift;

    private static Int128 Round(Int128 x, int k) => k == 0 ? x : Fit64(x + (Int128.One << (k - 1))) >> k;

    private static Int128 Clamp(Int128 x, long limit, LiteralCounters counters)
    {
        Int128 clamped = Int128.Clamp(x, -limit, limit);
        if (clamped != x) counters.Saturations++;
        return clamped;
    }

    private static Int128 Fit32(Int128 x) => x >= int.MinValue && x <= int.MaxValue ? x : throw new OverflowException($"{x} does not fit 32 bits");

    private static Int128 Fit64(Int128 x) => x >= long.MinValue && x <= long.MaxValue ? x : throw new OverflowException($"{x} does not fit 64 bits");

    private static (long[][] Values, int[] Bits) ReadTensors(byte[] file)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(32)), table = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(56));
        long[][] values = new long[count][];
        int[] bits = new int[count];
        for (int t = 0; t < count; t++)
        {
            ReadOnlySpan<byte> entry = file.AsSpan(table + 16 * t, 16);
            TensorType type = (TensorType)entry[0];
            ReadOnlySpan<byte> bytes = file.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(entry[4..]));
            long[] elements = new long[BinaryPrimitives.ReadInt32LittleEndian(entry[8..])];
            for (int i = 0; i < elements.Length; i++)
                elements[i] = type switch
                {
                    TensorType.Int8 => unchecked((sbyte)bytes[i]),
                    TensorType.UInt8 => bytes[i],
                    TensorType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]),
                    TensorType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]),
                    TensorType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]),
                    _ => ((bytes[i / 2] >> (i % 2 * 4) & 15) ^ 8) - 8,
                };
            values[t] = elements;
            bits[t] = type switch { TensorType.Int4 => 4, TensorType.Int8 or TensorType.UInt8 => 8, TensorType.Int32 => 32, _ => 16 };
        }

        return (values, bits);
    }
}
