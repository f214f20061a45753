using System;
using System.Collections.Generic;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Demos.Memory;

/// <summary>One memory that was converted and run.</summary>
/// <param name="Order">Length d of its state.</param>
/// <param name="Weights">Width of its matrix.</param>
/// <param name="StateError">Root mean square of integer state minus float64 state, over that of the float64 state.</param>
/// <param name="WindowError">Root mean square of the decoded window minus the signal, over that of the signal, in integers.</param>
/// <param name="FloatWindowError">The same in float64: what d coefficients can hold at all.</param>
/// <param name="Saturations">Values that met a limit.</param>
/// <param name="ArenaBytes">Working memory.</param>
/// <param name="FileBytes">Model file.</param>
public sealed record MemoryCase(int Order, WeightType Weights, double StateError, double WindowError, double FloatWindowError, long Saturations, int ArenaBytes, int FileBytes);

/// <summary>What the demo found, and what its picture needs.</summary>
public sealed record MemoryDemoResult
{
    /// <summary>Ticks of the signal.</summary>
    public required int Ticks { get; init; }

    /// <summary>Ticks of the window.</summary>
    public required int Window { get; init; }

    /// <summary>Seed of the generated signal.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The generated signal.</summary>
    public required double[] Signal { get; init; }

    /// <summary>Every memory.</summary>
    public required IReadOnlyList<MemoryCase> Cases { get; init; }

    /// <summary>The memory that the picture shows over time: the longest, in the narrowest integers.</summary>
    public required MemoryCase Shown { get; init; }

    /// <summary>Shares of the window at which <see cref="Delayed"/> is read.</summary>
    public required IReadOnlyList<double> Shares { get; init; }

    /// <summary>For each share, the value that far back as read from the shown memory at every tick.</summary>
    public required IReadOnlyList<double[]> Delayed { get; init; }

    /// <summary>The tick at which <see cref="Windows"/> is read.</summary>
    public required int Moment { get; init; }

    /// <summary>For each order, in the narrowest integers: the whole window at the moment, from now (0) to its oldest end.</summary>
    public required IReadOnlyList<(int Order, double[] Values)> Windows { get; init; }

    /// <summary>The report of the shown memory's conversion.</summary>
    public required ConversionReport Report { get; init; }
}

/// <summary>
/// A Legendre memory in fixed point: the state of d numbers holds the last θ ticks of a signal (Voelker, Kajić, Eliasmith
/// 2019). Built from its equations, converted and run like any network; nothing to download.
/// </summary>
public static class MemoryDemo
{
    private const int Ticks = 1000, Window = 100, WindowPoints = 50;
    private const ulong Seed = 7;

    // One and a half periods in the window at most: more than 4 coefficients hold, well within what 12 do.
    private const double HighestFrequency = 1.5 / Window;

    private static readonly double[] SharesShown = [0, 0.5, 1];

    /// <summary>Lengths of the memories' states.</summary>
    public static IReadOnlyList<int> Orders { get; } = [4, 6, 12];

    /// <summary>Widths of their matrices; the picture shows the first.</summary>
    public static IReadOnlyList<WeightType> Widths { get; } = [WeightType.Int8, WeightType.Int16];

    /// <summary>Runs the demo.</summary>
    /// <param name="progress">Share done.</param>
    public static MemoryDemoResult Run(IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        double[] signal = Signal();
        SampleSet samples = Samples(signal);
        List<MemoryCase> cases = [];
        List<(int, double[])> windows = [];
        List<double[]> delayed = [];
        ConversionReport? report = null;
        MemoryCase? shown = null;
        int moment = Ticks - 20;
        foreach (int order in Orders)
        {
            NetworkGraph graph = Build(order);
            double[] exact = FloatStates(graph, signal);
            double floatError = WindowError(exact, order, signal);
            foreach (WeightType width in Widths)
            {
                progress.Report((double)cases.Count / (Orders.Count * Widths.Count));
                ConversionResult converted = Convert(order, width);
                double[] states = IntegerStates(converted.Bytes, samples, out long saturations);
                MemoryCase each = new(order, width, RelativeError(states, exact), WindowError(states, order, signal), floatError, saturations, 4 * converted.Report.ArenaWords, converted.Bytes.Length);
                cases.Add(each);
                if (width != Widths[0]) continue;
                windows.Add((order, ReadWindow(states.AsSpan(moment * order, order))));
                if (order != Orders[Orders.Count - 1]) continue;
                shown = each;
                report = converted.Report;
                foreach (double share in SharesShown) delayed.Add(ReadDelayed(states, order, share));
            }
        }

        return new MemoryDemoResult
        {
            Ticks = Ticks,
            Window = Window,
            Seed = Seed,
            Signal = signal,
            Cases = cases,
            Shown = shown!,
            Shares = SharesShown,
            Delayed = delayed,
            Moment = moment,
            Windows = windows,
            Report = report! with { InputSource = $"a generated band-limited signal, seed {Seed}" },
        };
    }

    /// <summary>The signal that the memories hold: one value for each tick.</summary>
    public static double[] Signal() => BandLimitedSignal.Create(Ticks, HighestFrequency, Seed);

    /// <summary>A memory as a model file, calibrated on <see cref="Signal"/>.</summary>
    public static ConversionResult Convert(int order, WeightType weights) =>
        Converter.Convert(Build(order), new ConvertOptions { Weights = weights }, Samples(Signal()), null, null);

    /// <summary>The memory as a network: a signal, the state space, and the state as output.</summary>
    public static NetworkGraph Build(int order)
    {
        (double[] a, double[] b) = LegendreMatrices.Discrete(order, Window);
        Shape one = new(1), state = new(order);
        return new NetworkGraph(
            $"legendre-memory-{order}", 0,
            [
                new InputNode { Name = "signal", InputShape = one, OutputShape = one },
                new StateSpaceNode { Name = "memory", InputShape = one, OutputShape = state, StateMatrix = a, InputMatrix = b, Order = order, Inputs = 1 },
                new OutputNode { Name = "output", InputShape = state, OutputShape = state, Readout = Readout.Last },
            ],
            [new Edge("signal", "memory"), new Edge("memory", "output")]);
    }

    private static SampleSet Samples(double[] signal) => SampleSet.From(NumericArray.From(signal, Ticks, 1), new Shape(1), "generated signal");

    private static double[] FloatStates(NetworkGraph graph, double[] signal) =>
        Flatten(new SequenceRunner(new ReferenceNetwork(graph, Precision.Float64), ["memory"]).Run(signal).Signals["memory"]);

    private static double[] IntegerStates(byte[] model, SampleSet samples, out long saturations)
    {
        PlaybackResult result = Playback.Run(new ModelEngine(model, "memory"), samples, [new SignalRequest("memory", SignalKind.Output)], null);
        saturations = result.Saturations;
        return result.Signals[0].ToDoubles();
    }

    private static double[] Flatten(SignalRecording recording)
    {
        double[] values = new double[recording.Ticks * recording.Width];
        for (int t = 0; t < recording.Ticks; t++) recording.Row(t).CopyTo(values.AsSpan(t * recording.Width));
        return values;
    }

    private static double[] ReadDelayed(double[] states, int order, double share)
    {
        LegendreWindow window = new(order, share);
        double[] read = new double[Ticks];
        for (int t = 0; t < Ticks; t++) read[t] = window.Decode(states.AsSpan(t * order, order));
        return read;
    }

    private static double[] ReadWindow(ReadOnlySpan<double> state)
    {
        double[] read = new double[WindowPoints + 1];
        for (int p = 0; p <= WindowPoints; p++) read[p] = new LegendreWindow(state.Length, (double)p / WindowPoints).Decode(state);
        return read;
    }

    /// <summary>The decoded window against the signal, over all ticks after the first window has filled and all whole delays.</summary>
    private static double WindowError(double[] states, int order, double[] signal)
    {
        double error = 0, power = 0;
        for (int back = 0; back <= Window; back++)
        {
            LegendreWindow window = new(order, (double)back / Window);
            for (int t = 2 * Window; t < Ticks; t++)
            {
                double difference = window.Decode(states.AsSpan(t * order, order)) - signal[t - back];
                error += difference * difference;
                power += signal[t - back] * signal[t - back];
            }
        }

        return Math.Sqrt(error / power);
    }

    private static double RelativeError(double[] values, double[] exact)
    {
        double error = 0, power = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            error += (values[i] - exact[i]) * (values[i] - exact[i]);
            power += exact[i] * exact[i];
        }

        return Math.Sqrt(error / power);
    }
}
