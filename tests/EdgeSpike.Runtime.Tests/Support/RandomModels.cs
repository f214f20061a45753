using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>A valid model, its file, and what it makes use of.</summary>
/// <param name="Seed">Seed that makes it again.</param>
/// <param name="Builder">Its records.</param>
/// <param name="File">Its bytes.</param>
/// <param name="Features">Operators and options in it, each by name.</param>
internal sealed record RandomModel(int Seed, ModelBuilder Builder, byte[] File, IReadOnlyCollection<string> Features)
{
    /// <summary>
    /// Input for one tick: for each input port indices or values. Rates and sizes vary from tick to tick, from nothing to
    /// everything, and values go beyond the bound of their port.
    /// </summary>
    public int[][] Inputs(Random random)
    {
        List<int[]> inputs = [];
        foreach (ModelPort port in Builder.Ports)
        {
            if (port.Kind != PortKind.Input) continue;
            ModelBuffer buffer = Builder.Buffers[port.Buffer];
            if (buffer.Kind == BufferKind.Events)
            {
                double rate = random.Next(6) switch { 0 => 0, 1 => 0.02, 2 => 0.1, 3 => 0.5, 4 => 0.95, _ => 1 };
                inputs.Add([.. Enumerable.Range(0, buffer.Length).Where(_ => random.NextDouble() < rate)]);
            }
            else
            {
                int mode = random.Next(6);
                inputs.Add([.. Enumerable.Range(0, buffer.Length).Select(_ => mode switch
                {
                    0 => 0,
                    1 => random.Next(2) == 0 ? buffer.Bound : -buffer.Bound,
                    2 => random.Next(3) switch { 0 => int.MinValue, 1 => int.MaxValue, _ => 0 },
                    3 => buffer.Bound,
                    _ => RandomModels.Magnitude(random, buffer.Bound),
                })]);
            }
        }

        return [.. inputs];
    }
}

/// <summary>
/// Valid models of random shape, every operator with every option, the same for the same seed. Each model is a handful of
/// operators over signals of 1 … about 300 elements, so that vector loops and their tails are both met.
/// </summary>
/// <remarks>
/// A signal that is read before it is written (<c>when</c> = 1) is promised first, as a persistent buffer, and kept at the end:
/// that closes a loop. Bounds are summed as the verifier sums them (runtime/ARITHMETIC.md, section 7) and declared exactly, or
/// with some room. A neuron's parameters are drawn near the size of its input, so that it neither sleeps nor always fires,
/// and from the edges of their ranges.
/// </remarks>
internal sealed class RandomModels
{
    private const int L = NeuronOperator.StateLimit;

    private static readonly int[] Lengths = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 18, 24, 31, 32, 33, 36, 48, 63, 64, 65, 72, 100, 127, 128, 129, 180, 200, 255, 256, 257, 300];

    private static readonly TensorType[] WeightTypes = [TensorType.Int4, TensorType.Int8, TensorType.Int16];

    // When 1: promised, its writer comes later.
    private sealed record Signal(int Buffer, BufferKind Kind, int Length, int Bound, int When, bool IsSum = false);

    private readonly Random _random;
    private readonly ModelBuilder _builder = new();
    private readonly List<Signal> _signals = [];
    private readonly HashSet<string> _features = [];

    private RandomModels(int seed) => _random = new Random(seed);

    private bool Edge => _builder.Profile == Profile.Edge;

    /// <summary>The model of a seed.</summary>
    public static RandomModel Make(int seed)
    {
        RandomModels maker = new(seed);
        maker.Fill();
        return new RandomModel(seed, maker._builder, maker._builder.Build(), maker._features);
    }

    /// <summary>A number of random size and sign, from 0 to ±<paramref name="most"/>, which itself is not rare.</summary>
    public static int Magnitude(Random random, int most)
    {
        if (random.Next(12) == 0) return random.Next(2) == 0 ? most : -most;
        int bits = random.Next(32);
        long size = random.NextInt64(1L << bits);
        size = Math.Min(size, most);
        return (int)(random.Next(2) == 0 ? size : -size);
    }

    private void Fill()
    {
        _builder.Profile = Chance(70) ? Profile.Edge : Profile.Loihi;
        Use(Edge ? "edge" : "loihi");
        AddInput(BufferKind.Events);
        if (Chance(60)) AddInput(BufferKind.Values);
        if (Chance(20)) AddInput(BufferKind.Events);

        List<Action> promises = [];
        for (int i = _random.Next(3); i > 0; i--) promises.Add(Promise());
        for (int i = _random.Next(1, 6); i > 0; i--) AddLayer();
        foreach (Action keep in promises) keep();
        for (int i = _random.Next(1, 4); i > 0; i--) AddReadout();
    }

    private void AddInput(BufferKind kind)
    {
        int length = Length();
        int bound = kind == BufferKind.Events ? 1 : Pick(1, 2, 7, 127, 255, 32767, 1 << 20, L, int.MaxValue);
        int buffer = _builder.AddBuffer(kind, length, bound, Chance(20), Chance(30) ? $"input {_builder.Buffers.Count}" : null);
        _builder.AddPort(PortKind.Input, buffer, Chance(30) ? "in" : null);
        _signals.Add(new Signal(buffer, kind, length, bound, 0));
        Use($"input.{kind}");
    }

    private Action Promise()
    {
        int length = Length();
        switch (_random.Next(Edge ? 4 : 2))
        {
            case 0:
            {
                Signal promised = Promised(BufferKind.Events, length, 1);
                return () => Keep(promised, () => AddNeuron(AddSum(length, int.MaxValue), promised, false));
            }

            case 1 when !Edge:
            {
                Signal promised = Promised(BufferKind.Values, length, 1);
                return () => Keep(promised, () => AddNeuron(AddSum(length, int.MaxValue), promised, true));
            }

            case 1:
            {
                int limit = Pick(1, 100, 32767, L);
                Signal promised = Promised(BufferKind.Values, length, limit);
                return () => Keep(promised, () => AddScale(AddSum(length, int.MaxValue), promised));
            }

            case 2:
            {
                Signal promised = Promised(BufferKind.Values, length, L);
                return () => Keep(promised, () => AddNeuron(AddSum(length, int.MaxValue), promised, false));
            }

            default:
            {
                Signal promised = Promised(BufferKind.Values, length, L);
                return () => Keep(promised, () =>
                {
                    int repeat = Pick(CommonDivisors(length, length));
                    int inputs = _random.Next(1, 4);
                    AddStateSpace(AddSum(repeat * inputs, 1 << 20), repeat, inputs, promised);
                });
            }
        }
    }

    private Signal Promised(BufferKind kind, int length, int bound)
    {
        Signal promised = new(_builder.AddBuffer(kind, length, bound, true), kind, length, bound, 1);
        _signals.Add(promised);
        return promised;
    }

    // What leads to it may still read its past; from here on it is read as any other.
    private void Keep(Signal promised, Action write)
    {
        write();
        _signals.Remove(promised);
        _signals.Add(promised with { When = 0 });
        Use($"when.{promised.Kind}");
    }

    private void AddLayer()
    {
        switch (_random.Next(10))
        {
            case 0:
                AddDelay();
                break;
            case 1 when Edge && Values() is { } source:
                AddScale(source, null);
                break;
            case 2 when Edge && Values(s => s.Bound <= 1 << 26) is { } source:
            {
                int repeat = Pick(CommonDivisors(source.Length, source.Length));
                AddStateSpace(source, repeat, source.Length / repeat, null);
                break;
            }

            case 3:
                AddSum(Length(), Pick(int.MaxValue, 1 << 20));
                break;
            default:
                AddNeuron(AddSum(Length(), int.MaxValue), null, Chance(30));
                break;
        }
    }

    // ---- Sums: connections, products and additions into one buffer

    private Signal AddSum(int length, long most)
    {
        bool persistent = Chance(25);
        int target = _builder.AddBuffer(BufferKind.Values, length, 1, persistent);
        long bound = 0;
        int writers = Chance(60) ? 1 : _random.Next(2, 5);
        for (int w = 0; w < writers; w++)
        {
            long added = 0;
            for (int attempt = 0; attempt < 6 && added == 0; attempt++) added = AddWriter(target, length, w > 0, most - bound);
            if (added == 0 && w == 0) added = AddSmallest(target, length);
            bound += added;
            if (added > 0 && w > 0) Use("accumulate");
        }

        if (Chance(30)) bound = Math.Min(int.MaxValue, bound + _random.Next(1000));
        _builder.ReplaceBuffer(target, _builder.Buffers[target] with { Bound = (int)bound });
        Signal sum = new(target, BufferKind.Values, length, (int)bound, 0);
        _signals.Add(sum);
        return sum;
    }

    // The writer that is always possible: a column of sparse weights from one event input.
    private long AddSmallest(int target, int length)
    {
        Signal source = _signals.First(s => s.Kind == BufferKind.Events && s.When == 0);
        int[] starts = new int[source.Length + 1];
        Array.Fill(starts, 1, 1, source.Length);
        _builder.AddOperator(new SparseOperator
        {
            Source = source.Buffer,
            Target = target,
            Weights = _builder.AddTensor(TensorType.Int8, [_random.Next(-128, 128)]),
            RowStarts = _builder.AddTensor(TensorType.Int32, starts),
            Targets = _builder.AddTensor(TensorType.UInt16, [_random.Next(length)]),
        });
        Use("sparse.Int8.Events");
        return source.Length * 128L;
    }

    // What it adds to the bound, or 0 when it can't be done with the source that was drawn.
    private long AddWriter(int target, int length, bool accumulate, long most)
    {
        Signal source = Pick(_signals.Where(s => !s.IsSum).ToArray());
        switch (_random.Next(9))
        {
            case 0: return AddAdd(source, target, length, accumulate, most);
            case 1 or 2: return AddSparse(source, target, length, accumulate, most);
            case 3 or 4: return AddConvolve(source, target, length, accumulate, most);
            case 5: return AddPool(source, target, length, accumulate, most);
            case 6 when Edge: return AddProduct(target, length, accumulate, most);
            default: return AddDense(source, target, length, accumulate, most);
        }
    }

    private long AddAdd(Signal source, int target, int length, bool accumulate, long most)
    {
        Signal[] fitting = [.. _signals.Where(s => !s.IsSum && s.Length == length)];
        if (fitting.Length == 0) return 0;
        source = Pick(fitting);
        int? shift = DrawShift(source.Bound, most);
        if (shift is null) return 0;
        _builder.AddOperator(new AddOperator { Source = source.Buffer, When = Read(source), Target = target, Accumulate = accumulate, Shift = shift.Value });
        Use($"add.{source.Kind}", $"add.shift {Sign(shift.Value)}");
        return Shifted(source.Bound, shift.Value);
    }

    private long AddDense(Signal source, int target, int length, bool accumulate, long most)
    {
        int repeat = Chance(60) ? 1 : Pick(CommonDivisors(source.Length, length));
        int sources = source.Length / repeat, width = length / repeat;
        TensorType type = Pick(WeightTypes);
        if (!Frame(source, sources, type, length, accumulate, most, width, out int shift, out int scratch, out int bias, out long bound)) return 0;
        int weights = Matrix(type, sources, width, out int rowBytes);
        _builder.AddOperator(new DenseOperator
        {
            Source = source.Buffer,
            When = Read(source),
            Target = target,
            Scratch = scratch,
            Accumulate = accumulate,
            Shift = shift,
            Weights = weights,
            Bias = bias,
            Repeat = repeat,
            Sources = sources,
            Width = width,
            RowBytes = rowBytes,
        });
        Use($"dense.{type}.{source.Kind}", repeat > 1 ? "dense.repeat" : "dense.single", $"dense.shift {Sign(shift)}", width > 64 ? "dense.wide" : "dense.narrow");
        return bound;
    }

    private long AddSparse(Signal source, int target, int length, bool accumulate, long most)
    {
        TensorType type = Pick(WeightTypes);
        if (!Frame(source, source.Length, type, length, accumulate, most, length, out int shift, out int scratch, out int bias, out long bound)) return 0;
        double density = _random.NextDouble() * _random.NextDouble();
        int[] starts = new int[source.Length + 1];
        List<int> targets = [];
        for (int i = 0; i < source.Length; i++)
        {
            for (int j = 0; j < length; j++)
                if (_random.NextDouble() < density && targets.Count < 4000) targets.Add(j);
            starts[i + 1] = targets.Count;
        }

        // A tensor has at least one element; one that no row names is allowed.
        if (targets.Count == 0) targets.Add(0);
        _builder.AddOperator(new SparseOperator
        {
            Source = source.Buffer,
            When = Read(source),
            Target = target,
            Scratch = scratch,
            Accumulate = accumulate,
            Shift = shift,
            Weights = _builder.AddTensor(type, Weights(type, targets.Count)),
            Bias = bias,
            RowStarts = _builder.AddTensor(TensorType.Int32, starts),
            Targets = _builder.AddTensor(TensorType.UInt16, targets.ToArray()),
        });
        Use($"sparse.{type}.{source.Kind}");
        return bound;
    }

    private long AddConvolve(Signal source, int target, int length, bool accumulate, long most)
    {
        (int inHeight, int inWidth, int inChannels) = Image(source.Length);
        (int outHeight, int outWidth, int outChannels) = Image(length);
        int groups = Chance(50) ? 1 : Pick(CommonDivisors(inChannels, outChannels));
        ModelWindow window = Window(inHeight, inWidth, outHeight, outWidth);
        int area = window.KernelHeight * window.KernelWidth, perGroup = outChannels / groups;
        if ((long)length * area * inChannels / groups > 60_000 || area * inChannels * perGroup > 20_000) return 0;
        TensorType type = Pick(WeightTypes);
        if (!Frame(source, area * (inChannels / groups), type, length, accumulate, most, outChannels, out int shift, out int scratch, out int bias, out long bound)) return 0;
        int weights = Matrix(type, area * inChannels, perGroup, out int rowBytes);
        _builder.AddOperator(new ConvolveOperator
        {
            Source = source.Buffer,
            When = Read(source),
            Target = target,
            Scratch = scratch,
            Accumulate = accumulate,
            Shift = shift,
            Weights = weights,
            Bias = bias,
            Window = window,
            InChannels = inChannels,
            OutChannels = outChannels,
            Groups = groups,
            RowBytes = rowBytes,
        });
        Use($"convolve.{type}.{source.Kind}", groups == 1 ? "convolve.one group" : groups == inChannels ? "convolve.depthwise" : "convolve.groups");
        UseWindow("convolve", window);
        return bound;
    }

    private long AddPool(Signal source, int target, int length, bool accumulate, long most)
    {
        int channels = Pick(CommonDivisors(source.Length, length));
        (int inHeight, int inWidth) = Split(source.Length / channels);
        (int outHeight, int outWidth) = Split(length / channels);
        ModelWindow window = Window(inHeight, inWidth, outHeight, outWidth);
        if (!Frame(source, window.KernelHeight * window.KernelWidth, null, length, accumulate, most, 0, out int shift, out int scratch, out _, out long bound)) return 0;
        _builder.AddOperator(new PoolOperator
        {
            Source = source.Buffer,
            When = Read(source),
            Target = target,
            Scratch = scratch,
            Accumulate = accumulate,
            Shift = shift,
            Window = window,
            Channels = channels,
        });
        Use($"pool.{source.Kind}");
        UseWindow("pool", window);
        return bound;
    }

    private long AddProduct(int target, int length, bool accumulate, long most)
    {
        if (Values() is not { } source) return 0;
        int repeat = Chance(60) ? 1 : Pick(CommonDivisors(source.Length, length));
        int sources = source.Length / repeat, width = length / repeat;
        TensorType type = Pick(WeightTypes);
        int limit = (int)Math.Min(most, Pick(1, 1000, 32767, 1 << 24, L, int.MaxValue));
        if (limit < 1) return 0;
        int bias = -1;
        long room = most - limit;
        if (!accumulate && room > 0 && Chance(50)) bias = Bias(width, ref room);
        else room = 0;
        int weights = Matrix(type, width, sources, out int rowBytes);
        int shift = Pick(0, 1, 7, 12, 15, 20, 31, 46);
        _builder.AddOperator(new ProductOperator
        {
            Source = source.Buffer,
            When = Read(source),
            Target = target,
            Accumulate = accumulate,
            Shift = shift,
            Limit = limit,
            Weights = weights,
            Bias = bias,
            Repeat = repeat,
            Sources = sources,
            Width = width,
            RowBytes = rowBytes,
        });
        Use($"product.{type}", repeat > 1 ? "product.repeat" : "product.single", bias < 0 ? "product.no bias" : "product.bias", shift == 0 ? "product.exact" : "product.rounded");
        return limit + room;
    }

    // What connections share: the shift, scratch and bias, and the bound they come to. False: the sum could overflow.
    private bool Frame(Signal source, long reach, TensorType? type, int length, bool accumulate, long most, int biasLength, out int shift, out int scratch, out int bias, out long bound)
    {
        shift = 0;
        scratch = bias = -1;
        bound = 0;
        int bits = type switch { null => 1, TensorType.Int4 => 4, TensorType.Int8 => 8, _ => 16 };
        if (reach > int.MaxValue || (Int128)(reach << (bits - 1)) * source.Bound > int.MaxValue) return false;
        long sum = (reach << (bits - 1)) * source.Bound;
        if (DrawShift(sum, most) is not { } drawn) return false;
        shift = drawn;
        bound = Shifted(sum, shift);
        if (accumulate && shift != 0)
        {
            scratch = _builder.AddBuffer(BufferKind.Values, length, (int)sum);
            Use("scratch");
        }

        long room = most - bound;
        if (!accumulate && biasLength > 0 && room > 0 && Chance(40))
        {
            bias = Bias(biasLength, ref room);
            bound += room;
            Use("bias", shift == 0 ? "bias unshifted" : "bias after shift");
        }

        return true;
    }

    // Null: no shift makes it small enough.
    private int? DrawShift(long sum, long most)
    {
        int least = 0;
        while (Shifted(sum, least) > most)
            if (--least < -31) return null;
        if (least < 0) return least;
        int greatest = 0;
        while (greatest < 24 && Shifted(sum, greatest + 1) <= most) greatest++;
        return _random.Next(5) switch
        {
            0 => _random.Next(greatest + 1),
            1 when Shifted(sum, -1) <= most => -_random.Next(1, 9),
            2 when Shifted(sum, -31) <= most && Chance(10) => -31,
            _ => 0,
        };
    }

    private static long Shifted(long sum, int shift) => shift >= 0 ? sum << shift : (sum >> -shift) + 1;

    private int Bias(int length, ref long room)
    {
        int most = (int)Math.Min(room, Chance(20) ? int.MaxValue : 5000);
        int[] values = [.. Enumerable.Range(0, length).Select(_ => Magnitude(_random, most))];
        room = values.Max(v => Math.Abs((long)v));
        return _builder.AddTensor(TensorType.Int32, values);
    }

    private int Matrix(TensorType type, int rows, int columns, out int rowBytes)
    {
        int alignment = Pick(1, 1, 1, 2, 4, 8, 16);
        int index = _builder.AddMatrix(type, Weights(type, rows * columns), rows, columns, out rowBytes, alignment);
        if (alignment > 1) Use("row padding");
        return index;
    }

    private int[] Weights(TensorType type, int count)
    {
        int bits = type switch { TensorType.Int4 => 4, TensorType.Int8 => 8, _ => 16 };
        int low = -(1 << (bits - 1)), high = -low - 1;
        int mode = _random.Next(6);
        return [.. Enumerable.Range(0, count).Select(_ => mode switch
        {
            0 => low,
            1 => high,
            2 => _random.Next(2) == 0 ? low : high,
            3 => _random.Next(-1, 2),
            _ => _random.Next(low, high + 1),
        })];
    }

    private ModelWindow Window(int inHeight, int inWidth, int outHeight, int outWidth) => new()
    {
        InHeight = inHeight,
        InWidth = inWidth,
        OutHeight = outHeight,
        OutWidth = outWidth,
        KernelHeight = inHeight == 1 ? 1 : _random.Next(1, 5),
        KernelWidth = _random.Next(1, 6),
        StrideHeight = Chance(50) ? 1 : _random.Next(1, 4),
        StrideWidth = Chance(50) ? 1 : _random.Next(1, 4),
        PaddingTop = Chance(50) ? 0 : _random.Next(6),
        PaddingLeft = Chance(50) ? 0 : _random.Next(6),
        DilationHeight = Chance(60) ? 1 : _random.Next(1, 5),
        DilationWidth = Chance(60) ? 1 : _random.Next(1, 5),
    };

    private void UseWindow(string name, ModelWindow window)
    {
        Use(window.InHeight == 1 && window.KernelHeight == 1 ? $"{name}.1d" : $"{name}.2d");
        if (window.StrideHeight > 1 || window.StrideWidth > 1) Use($"{name}.stride");
        if (window.PaddingTop > 0 || window.PaddingLeft > 0) Use($"{name}.padding");
        if (window.DilationHeight > 1 || window.DilationWidth > 1) Use($"{name}.dilation");
    }

    // ---- Layers

    private void AddDelay()
    {
        Signal source = Pick(_signals.Where(s => !s.IsSum).ToArray());
        int ticks = Chance(60) ? _random.Next(1, 5) : _random.Next(1, 70);
        int state = _builder.AddBuffer(BufferKind.Words, DelayOperator.StateWords(source.Kind, source.Length, ticks), 1, true);
        Signal target = Target(source.Kind, source.Length, source.Bound, Chance(25));
        _builder.AddOperator(new DelayOperator { Source = source.Buffer, When = Read(source), Target = target.Buffer, State = state, Ticks = ticks });
        _signals.Add(target);
        Use($"delay.{source.Kind}", ticks == 1 ? "delay.one" : "delay.more");
    }

    private void AddScale(Signal source, Signal? promised)
    {
        int limit = promised?.Bound ?? Pick(1, 127, 32767, 1 << 24, L, int.MaxValue);
        bool wide = Chance(50), each = Chance(50);
        int most = wide ? int.MaxValue : short.MaxValue;
        Signal target = promised ?? Target(BufferKind.Values, source.Length, limit, Chance(25));
        int bias = Chance(50) ? -1 : Parameter(source.Length, () => Magnitude(_random, 1 << 30));
        int[] factors = [.. Enumerable.Range(0, each ? source.Length : 1).Select(_ => Chance(5) ? -most - 1 : Magnitude(_random, most))];
        int shift = Pick(0, 1, 8, 15, 16, 30, 46);
        _builder.AddOperator(new ScaleOperator
        {
            Source = source.Buffer,
            When = Read(source),
            Target = target.Buffer,
            Factor = _builder.AddTensor(wide ? TensorType.Int32 : TensorType.Int16, factors),
            Shift = shift,
            Limit = limit,
            Bias = bias,
        });
        if (promised is null) _signals.Add(target);
        Use(wide ? "scale.int32" : "scale.int16", each ? "scale.each" : "scale.shared", bias < 0 ? "scale.no bias" : "scale.bias", shift == 0 ? "scale.exact" : "scale.rounded");
    }

    private void AddStateSpace(Signal source, int repeat, int inputs, Signal? promised)
    {
        int order = promised is null ? (Chance(80) ? _random.Next(1, 20) : _random.Next(20, 70)) : promised.Length / repeat;
        while (promised is null && repeat * order > 600) order = (order + 1) / 2;
        if (promised is null && repeat * order > 600) return;
        Signal state = promised ?? Target(BufferKind.Values, repeat * order, L, true);
        int inputShift = 0;
        while (inputShift < 24 && (long)source.Bound * inputs >> (46 - (inputShift + 1)) == 0) inputShift++;
        inputShift = Chance(30) ? inputShift : Chance(20) ? 0 : _random.Next(inputShift + 1);
        TensorType type = Pick(TensorType.Int8, TensorType.Int16);
        bool residual = Chance(50);
        int matrix = Matrix(type, order, order + inputs, out int rowBytes);
        int typical = type == TensorType.Int8 ? 7 : 15;
        _builder.AddOperator(new StateSpaceOperator
        {
            Source = source.Buffer,
            When = Read(source),
            State = state.Buffer,
            Scratch = _builder.AddBuffer(BufferKind.Values, order, L),
            Repeat = repeat,
            Order = order,
            Inputs = inputs,
            Matrix = matrix,
            RowBytes = rowBytes,
            Shifts = _builder.AddTensor(TensorType.UInt8, Enumerable.Range(0, order).Select(_ => Chance(80) ? _random.Next(typical - 2, typical + 5) : _random.Next(47)).ToArray()),
            Residual = residual,
            InputShift = inputShift,
        });
        if (promised is null) _signals.Add(state);
        Use($"state space.{type}", residual ? "state space.residual" : "state space.whole", repeat > 1 ? "state space.repeat" : "state space.single", inputShift > 0 ? "state space.input shift" : "state space.no input shift");
    }

    private void AddNeuron(Signal sum, Signal? promised, bool graded)
    {
        if (Edge && !graded && promised is not { Kind: BufferKind.Values } && Chance(25)) AddAdaptiveNeuron(sum, promised);
        else if (Edge) AddEdgeNeuron(sum, promised, graded);
        else if (promised is null && Chance(25)) AddSigmaDelta(sum);
        else if (promised is not { Kind: BufferKind.Values } && Chance(25)) AddResonator(sum, promised);
        else AddLoihiNeuron(sum, promised, graded);
    }

    private void AddSigmaDelta(Signal sum)
    {
        int n = sum.Length;
        bool integrates = Chance(70), cumulative = Chance(50);
        int limit = Pick(1, 127, 32767, 1 << 23, int.MaxValue);
        int Near() => Chance(8) ? Pick(int.MaxValue, 0, 1) : Magnitude(_random, Math.Max(1, sum.Bound >> _random.Next(8)));
        Signal target = Target(BufferKind.Values, n, limit, Chance(40));
        Signal activation = Target(BufferKind.Values, n, int.MaxValue, true);
        int State() => _builder.AddBuffer(BufferKind.Values, n, int.MaxValue, true);
        LoihiSigmaDeltaOperator unit = new()
        {
            Source = sum.Buffer,
            Target = target.Buffer,
            Sigma = integrates ? State() : -1,
            Activation = activation.Buffer,
            Residue = State(),
            Error = cumulative ? State() : -1,
            Threshold = Parameter(n, () => Math.Abs(Near())),
            Bias = Chance(50) ? -1 : Parameter(n, () => Chance(5) ? int.MinValue : Near()),
            Rectified = Chance(50),
            InputShift = Chance(60) ? 0 : _random.Next(25),
            StateExponent = Chance(40) ? 0 : _random.Next(25),
            Limit = limit,
        };
        _builder.AddOperator(unit);
        _signals.Add(target);
        if (Chance(30)) _signals.Add(activation);
        Use(integrates ? "sigma delta.integrates" : "sigma delta.delta encoder", cumulative ? "sigma delta.cumulative" : "sigma delta.change", unit.Rectified ? "sigma delta.rectified" : "sigma delta.unit");
        Use(unit.StateExponent > 0 ? "sigma delta.exponent" : "sigma delta.no exponent", unit.InputShift > 0 ? "sigma delta.shift" : "sigma delta.no shift");
    }

    private void AddResonator(Signal sum, Signal? promised)
    {
        int n = sum.Length, bits = Chance(70) ? 12 : _random.Next(31);
        bool imaginary = Chance(60), resets = Chance(50);
        int Factor() => Chance(8) ? Pick(int.MinValue, int.MaxValue, 0) : Magnitude(_random, 1 << Math.Min(bits, 29));
        int imaginarySource = imaginary ? AddSum(n, int.MaxValue).Buffer : -1;
        Signal target = promised ?? Target(BufferKind.Events, n, 1, Chance(40));
        Signal real = Target(BufferKind.Values, n, (1 << 23) - 1, true);
        _builder.AddOperator(new LoihiResonatorOperator
        {
            Source = sum.Buffer,
            ImaginarySource = imaginarySource,
            Target = target.Buffer,
            Real = real.Buffer,
            Imaginary = _builder.AddBuffer(BufferKind.Values, n, (1 << 23) - 1, true),
            Cosine = Parameter(n, Factor),
            Sine = Parameter(n, Factor),
            Threshold = Parameter(n, () => Math.Abs(Magnitude(_random, (1 << _random.Next(1, 24)) - 1))),
            DecayBits = bits,
            InputShift = Chance(40) ? 0 : _random.Next(25),
            Resets = resets,
        });
        if (promised is null) _signals.Add(target);
        if (Chance(30)) _signals.Add(real);
        Use(imaginary ? "resonator.imaginary" : "resonator.real", resets ? "resonator.reset" : "resonator.crossing");
    }

    private void AddEdgeNeuron(Signal sum, Signal? promised, bool graded)
    {
        int n = sum.Length;
        bool promisedMembrane = promised is { Kind: BufferKind.Values };
        bool hasThreshold = !promisedMembrane && (promised is not null || Chance(85));
        graded = graded && hasThreshold && promised is null;
        int most = graded ? Pick(2, 3, 7, 255) : 1;
        int shift = Chance(40) ? 0 : _random.Next(25);
        int reset = graded ? 2 : _random.Next(3), resetTime = graded ? 0 : _random.Next(2);
        int refractory = Chance(60) ? 0 : Pick(1, 2, 3, 5, 65535);
        bool current = Chance(45);

        int scale = (int)Math.Min(L, (long)sum.Bound << shift);
        int Near() => this.Near(scale);
        int Optional(Func<int> value) => Chance(50) ? -1 : Parameter(n, value);
        Signal membrane = promisedMembrane ? promised! : Target(BufferKind.Values, n, L, true);
        Signal? target = !hasThreshold ? null
            : promised is { Kind: BufferKind.Events } ? promised
            : Target(graded ? BufferKind.Values : BufferKind.Events, n, graded ? most : 1, Chance(40));
        NeuronOperator neuron = new()
        {
            Source = sum.Buffer,
            Target = target?.Buffer ?? -1,
            Membrane = membrane.Buffer,
            Current = current ? _builder.AddBuffer(BufferKind.Values, n, L, true) : -1,
            Counter = refractory > 0 ? _builder.AddBuffer(BufferKind.Values, n, refractory, true) : -1,
            InputShift = shift,
            Reset = reset,
            ResetTime = resetTime,
            Comparison = _random.Next(2),
            CurrentOrder = _random.Next(2),
            Refractory = refractory,
            MostSpikes = most,
            LowerLimit = Chance(70) ? -L : Near(),
            Decay = Chance(10) ? -1 : Decays(n),
            SynapticDecay = current ? Decays(n) : -1,
            Threshold = hasThreshold ? Parameter(n, () => graded ? Math.Max(1, Math.Abs(Near())) : Near()) : -1,
            InputBias = Optional(Near),
            MembraneBias = Optional(Near),
            ResetValue = Optional(Near),
            Initial = Optional(Near),
        };
        _builder.AddOperator(neuron);
        if (!promisedMembrane && Chance(hasThreshold ? 20 : 100)) _signals.Add(membrane);
        if (target is not null && promised is null) _signals.Add(target);

        Use($"neuron.reset {reset} time {resetTime} refractory {(refractory > 0 ? 1 : 0)}", $"neuron.comparison {neuron.Comparison}");
        Use(current ? $"neuron.current order {neuron.CurrentOrder}" : "neuron.no current", graded ? "neuron.several spikes" : "neuron.one spike");
        Use(hasThreshold ? "neuron.threshold" : "neuron.no threshold", neuron.LowerLimit > -L ? "neuron.lower limit" : "neuron.no lower limit");
        Use(shift == 0 ? "neuron.no shift" : shift < 24 ? "neuron.shift" : "neuron.greatest shift");
        foreach ((string name, int tensor) in (ReadOnlySpan<(string, int)>)
            [("decay", neuron.Decay), ("input bias", neuron.InputBias), ("membrane bias", neuron.MembraneBias), ("reset value", neuron.ResetValue), ("initial", neuron.Initial)])
            Use(tensor < 0 ? $"neuron.no {name}" : $"neuron.{name}");
    }

    private void AddAdaptiveNeuron(Signal sum, Signal? promised)
    {
        int n = sum.Length;
        Signal? drive = Chance(70) ? AddSum(n, int.MaxValue) : null;
        int shift = Chance(40) ? 0 : _random.Next(25), driveShift = Chance(40) ? 0 : _random.Next(25), resetTime = _random.Next(2);
        bool current = Chance(45), own = Chance(50);
        int scale = (int)Math.Min(L, (long)sum.Bound << shift);
        int Near() => this.Near(scale);
        int Optional(Func<int> value) => Chance(50) ? -1 : Parameter(n, value);
        int State(int bound = L) => _builder.AddBuffer(BufferKind.Values, n, bound, true);

        Signal membrane = Target(BufferKind.Values, n, L, true), target = promised ?? Target(BufferKind.Events, n, 1, Chance(40));
        AdaptiveNeuronOperator neuron = new()
        {
            Source = sum.Buffer,
            DriveSource = drive?.Buffer ?? -1,
            Target = target.Buffer,
            Membrane = membrane.Buffer,
            Current = current ? State() : -1,
            Adaptation = State(),
            Spiked = own && resetTime == 0 ? State(1) : -1,
            InputShift = shift,
            DriveShift = driveShift,
            Reset = _random.Next(3),
            ResetTime = resetTime,
            Comparison = _random.Next(2),
            CurrentOrder = _random.Next(2),
            LowerLimit = Chance(70) ? -L : Near(),
            ThresholdLowerLimit = Chance(50) ? -L : Near(),
            Decay = Chance(10) ? -1 : Decays(n),
            SynapticDecay = current ? Decays(n) : -1,
            Threshold = Parameter(n, Near),
            AdaptationDecay = Chance(10) ? -1 : Decays(n),
            Own = own ? Parameter(n, Near) : -1,
            InputBias = Optional(Near),
            MembraneBias = Optional(Near),
            ResetValue = Optional(Near),
            Initial = Optional(Near),
        };
        _builder.AddOperator(neuron);
        if (Chance(20)) _signals.Add(membrane);
        if (promised is null) _signals.Add(target);
        Use($"adaptive.reset {neuron.Reset} time {resetTime} own {(own ? 1 : 0)}", drive is null ? "adaptive.no drive" : "adaptive.drive", $"adaptive.comparison {neuron.Comparison}");
        Use(current ? $"adaptive.current order {neuron.CurrentOrder}" : "adaptive.no current", neuron.ThresholdLowerLimit > -L ? "adaptive.threshold limit" : "adaptive.no threshold limit");
    }

    private void AddLoihiNeuron(Signal sum, Signal? promised, bool ternary)
    {
        int n = sum.Length;
        ternary = promised is null ? ternary : promised.Kind == BufferKind.Values;
        int refractory = Chance(60) ? 0 : Pick(1, 2, 5, 65535);
        int interval = Chance(60) ? 0 : Pick(1, 2, 3, 7, 65535);
        int counter = refractory == 0 && interval == 0 ? -1
            : _builder.AddBuffer(BufferKind.Values, interval > 0 ? n + 1 : n, Math.Max(refractory, interval), true);
        int Near() => Chance(8) ? Pick(int.MinValue, int.MaxValue, 0, -1, 1 << 23) : Magnitude(_random, 1 << _random.Next(8, 24));
        Signal target = promised ?? Target(ternary ? BufferKind.Values : BufferKind.Events, n, 1, Chance(40));
        Signal membrane = Target(BufferKind.Values, n, (1 << 23) - 1, true);
        int bias = Chance(50) ? -1 : Parameter(n, Near);
        _builder.AddOperator(new LoihiNeuronOperator
        {
            Source = sum.Buffer,
            Target = target.Buffer,
            Membrane = membrane.Buffer,
            Current = _builder.AddBuffer(BufferKind.Values, n, int.MaxValue, true),
            Counter = counter,
            CurrentDecay = Pick(0, 1, 163, 2000, 4094, 4095, _random.Next(4096)),
            MembraneDecay = Pick(0, 1, 163, 2000, 4094, 4095, _random.Next(4096)),
            Threshold = Parameter(n, Near),
            Bias = bias,
            Refractory = refractory,
            ResetInterval = interval,
            ResetOffset = interval == 0 ? 0 : _random.Next(Math.Min(interval, 4)),
            LowerThreshold = ternary ? Parameter(n, Near) : -1,
        });
        if (promised is null) _signals.Add(target);
        if (Chance(20)) _signals.Add(membrane);
        Use(ternary ? "loihi.ternary" : "loihi.binary", refractory > 0 ? "loihi.refractory" : "loihi.no refractory", interval > 0 ? "loihi.interval" : "loihi.no interval", bias < 0 ? "loihi.no bias" : "loihi.bias");
    }

    // ---- Read-outs

    private void AddReadout()
    {
        switch (_random.Next(5))
        {
            case 0:
            case 1:
            {
                Signal source = Pick(_signals.Where(s => !s.IsSum).ToArray());
                Signal target = Target(BufferKind.Values, source.Length, int.MaxValue, true);
                _builder.AddOperator(new RunningOperator { Maximum = false, Source = source.Buffer, When = Read(source), Target = target.Buffer });
                _builder.AddPort(PortKind.Scores, target.Buffer, "count");
                _signals.Add(target);
                Use($"count.{source.Kind}");
                break;
            }

            case 2 when Values() is { } source:
            {
                Signal target = Target(BufferKind.Values, source.Length, source.Bound, true);
                _builder.AddOperator(new RunningOperator { Maximum = true, Source = source.Buffer, When = Read(source), Target = target.Buffer });
                _builder.AddPort(PortKind.Scores, target.Buffer);
                _signals.Add(target);
                Use("maximum");
                break;
            }

            case 3:
            {
                Signal source = Pick(_signals.Where(s => !s.IsSum).ToArray());
                int state = _builder.AddBuffer(BufferKind.Words, 2 * source.Length, 1, true);
                _builder.AddOperator(new SumOperator { Source = source.Buffer, When = Read(source), State = state });
                _builder.AddPort(PortKind.Sums, state);
                _signals.Add(new Signal(state, BufferKind.Words, source.Length, 1, 0, true));
                Use($"sum.{source.Kind}");
                break;
            }

            default:
            {
                Signal[] candidates = [.. _signals.Where(s => s.IsSum)];
                if (candidates.Length == 0 || Chance(50)) candidates = [.. _signals.Where(s => s.Kind != BufferKind.Events)];
                if (candidates.Length == 0) break;
                Signal source = Pick(candidates);
                Signal target = Target(BufferKind.Values, 1, source.Length, true);
                _builder.AddOperator(new ArgumentMaximumOperator { Source = source.Buffer, When = Read(source), Target = target.Buffer });
                _builder.AddPort(PortKind.Answer, target.Buffer, "answer");
                _signals.Add(target);
                Use($"argmax.{source.Kind}");
                break;
            }
        }

        if (Pick(_signals.ToArray()) is { When: 0, IsSum: false } shown && _builder.Buffers[shown.Buffer].Persistent && _builder.Ports.All(p => p.Buffer != shown.Buffer))
            _builder.AddPort(PortKind.Activity, shown.Buffer, "activity");
    }

    // ---- Drawing

    private Signal Target(BufferKind kind, int length, int bound, bool persistent) =>
        new(_builder.AddBuffer(kind, length, bound, persistent), kind, length, bound, 0);

    private Signal? Values(Func<Signal, bool>? fits = null)
    {
        Signal[] candidates = [.. _signals.Where(s => s.Kind == BufferKind.Values && (fits is null || fits(s)))];
        return candidates.Length == 0 ? null : Pick(candidates);
    }

    private int Read(Signal source)
    {
        Use(source.When == 1 ? "read before" : _builder.Buffers[source.Buffer].Persistent ? "read persistent" : "read transient");
        return source.When;
    }

    private int Parameter(int n, Func<int> value)
    {
        bool each = Chance(50);
        Use(each ? "parameter.each" : "parameter.shared");
        return _builder.AddTensor(TensorType.Int32, Enumerable.Range(0, each ? n : 1).Select(_ => value()).ToArray());
    }

    // As large as a neuron's input can be at most, or smaller: then there is something to compare. Seldom an edge of the range.
    private int Near(int scale) => Chance(8) ? Pick(L, -L, 0, 1, -1) : Magnitude(_random, Math.Max(1, scale >> _random.Next(8)));

    private int Decays(int n)
    {
        int count = Chance(50) ? 1 : n;
        Use(count == 1 ? "neuron.shared decay" : "neuron.decay each");
        return _builder.AddTensor(TensorType.UInt16, Enumerable.Range(0, count).Select(_ => _random.Next(6) switch { 0 => 0, 1 => 32768, 2 => 32767, _ => _random.Next(32769) }).ToArray());
    }

    private int Length() => Chance(70) ? Pick(Lengths) : _random.Next(1, 40);

    private (int Height, int Width, int Channels) Image(int length)
    {
        int channels = Pick(CommonDivisors(length, length));
        (int height, int width) = Split(length / channels);
        return (height, width, channels);
    }

    private (int Height, int Width) Split(int length)
    {
        int height = Chance(25) ? 1 : Pick(CommonDivisors(length, length));
        return (height, length / height);
    }

    private static int[] CommonDivisors(int a, int b) => [.. Enumerable.Range(1, Math.Min(a, b)).Where(d => a % d == 0 && b % d == 0)];

    private static string Sign(int shift) => shift > 0 ? "left" : shift < 0 ? "right" : "none";

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];

    private void Use(params ReadOnlySpan<string> features)
    {
        foreach (string feature in features) _features.Add(feature);
    }
}
