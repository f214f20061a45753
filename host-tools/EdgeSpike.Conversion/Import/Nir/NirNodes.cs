using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import.Nir;

/// <summary>
/// One translator per NIR node type: continuous-time parameters become the discrete coefficients of the graph's nodes.
/// Equations and rules stand at each translator; what the file does not say goes to <see cref="Choices"/>.
/// </summary>
internal sealed class NirNodes(NirOptions options, bool unitStep)
{
    /// <summary>Products of gains this near to 1 are 1: exporters choose w_in and r so that they are, in float32.</summary>
    private const double SnapTolerance = 1e-3;

    // A float32 time constant equal to dt comes out below it by rounding.
    private const double RoundingTolerance = 1e-6;

    private static readonly string[] s_supported =
    [
        "Input", "Output", "Affine", "Linear", "Scale", "Conv1d", "Conv2d", "SumPool2d", "AvgPool2d", "Flatten", "Threshold",
        "Delay", "I", "LI", "IF", "LIF", "CubaLI", "CubaLIF", "NIRGraph",
    ];

    private readonly SortedSet<string> _choices = new(StringComparer.Ordinal);

    /// <summary>One sentence for each choice made so far that a node needed.</summary>
    public IReadOnlyCollection<string> Choices => _choices;

    /// <summary>True for the types whose translation depends on dt and can't go without.</summary>
    public static bool NeedsDt(string type) => type is "LI" or "LIF" or "CubaLI" or "CubaLIF" or "Delay";

    /// <summary>Translates one node; <paramref name="node"/>'s name is already the one in the flat graph.</summary>
    /// <exception cref="ConversionException">Unknown type, missing or impossible parameters; names the node.</exception>
    public PendingNode Translate(NirNode node) => node.Type switch
    {
        "Input" => Elementwise(node, node.Numbers.ContainsKey("shape") || node.Numbers.ContainsKey("input_type") ? StoredShape(node, node.Numbers.ContainsKey("shape") ? "shape" : "input_type") : null, s => new InputNode { Name = node.Name, InputShape = s, OutputShape = s }),
        "Output" => Elementwise(node, node.Numbers.ContainsKey("shape") || node.Numbers.ContainsKey("output_type") ? StoredShape(node, node.Numbers.ContainsKey("shape") ? "shape" : "output_type") : null, s => new OutputNode { Name = node.Name, InputShape = s, OutputShape = s, Readout = Readout.Last }),
        "Affine" => Linear(node, bias: true),
        "Linear" => Linear(node, bias: false),
        "Scale" => Scale(node),
        "Conv1d" => Convolution(node, 1),
        "Conv2d" => Convolution(node, 2),
        "SumPool2d" => Pool(node, average: false),
        "AvgPool2d" => Pool(node, average: true),
        "Flatten" => Flatten(node),
        "Threshold" => Neuron(node, ["threshold"], p => new NeuronNode { Name = node.Name, InputShape = p.Shape, OutputShape = p.Shape, Decay = [0.0], Threshold = p["threshold"], Reset = ResetRule.None }),
        "Delay" => Delay(node),
        "I" => Neuron(node, ["r"], p => Integrator(node, p, spikes: false)),
        "IF" => Neuron(node, ["r", "v_threshold"], p => Integrator(node, p, spikes: true), ("v_reset", 0)),
        "LI" => Neuron(node, ["tau", "r", "v_leak"], p => Leaky(node, p, spikes: false)),
        "LIF" => Neuron(node, ["tau", "r", "v_leak", "v_threshold"], p => Leaky(node, p, spikes: true), ("v_reset", 0)),
        "CubaLI" => Neuron(node, ["tau_syn", "tau_mem", "r", "v_leak"], p => CurrentBased(node, p, spikes: false), ("w_in", 1)),
        "CubaLIF" => Neuron(node, ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold"], p => CurrentBased(node, p, spikes: true), ("v_reset", 0), ("w_in", 1)),
        _ => throw new ConversionException(ErrorCode.UnknownNode, Where(node), $"type '{node.Type}' is not known", $"supported are {string.Join(", ", s_supported)}"),
    };

    private static PendingNode Elementwise(NirNode node, Shape? shape, Func<Shape, Node> build) =>
        new() { Name = node.Name, Input = shape, Output = shape, Elementwise = true, Build = build };

    // y = W x + b. Axes before the last two are kept: one block per index, each with its own matrix.
    private static PendingNode Linear(NirNode node, bool bias)
    {
        NumericArray weight = Need(node, "weight");
        if (weight.Rank < 2 || weight.Count == 0)
            throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"weight is {weight.DimensionsText}", "a weight has the axes [out, in], with blocks before them if any");
        int inputs = weight.Dimensions[^1], outputs = weight.Dimensions[^2], blocks = weight.Count / (inputs * outputs);
        long[] lead = [.. weight.Dimensions.Take(weight.Rank - 2).Select(d => (long)d)];
        Shape input = ShapeInference.ShapeOf(Where(node), [.. lead, inputs]), output = ShapeInference.ShapeOf(Where(node), [.. lead, outputs]);
        double[] w = weight.ToDoubles();
        double[]? b = bias ? Need(node, "bias").ToDoubles() : null;
        if (b is [double only] && outputs > 1) b = Filled(only, outputs);
        if (b is not null && b.Length != outputs && b.Length != (long)outputs * blocks)
            throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"bias has {b.Length} elements for {outputs} outputs", "export the layer again");

        int size = inputs * outputs;
        bool shared = (b is null || b.Length == outputs) && Enumerable.Range(1, blocks - 1).All(k => w.AsSpan(0, size).SequenceEqual(w.AsSpan(k * size, size)));
        int repeat = 1;
        if (blocks > 1 && shared)
        {
            w = w[..size];
            repeat = blocks;
        }
        else if (blocks > 1)
        {
            if ((long)blocks * blocks * size > ShapeInference.LargestCount / 4)
                throw new ConversionException(ErrorCode.Unsupported, Where(node), $"{blocks} different matrices of {outputs}x{inputs}", "split the layer into one per block");
            w = BlockDiagonal(w, blocks, outputs, inputs);
            if (b is not null && b.Length == outputs) b = [.. Enumerable.Repeat(b, blocks).SelectMany(v => v)];
            inputs *= blocks;
            outputs *= blocks;
        }

        return new PendingNode
        {
            Name = node.Name,
            Input = input,
            Output = output,
            Build = _ => new LinearNode { Name = node.Name, InputShape = input, OutputShape = output, Weight = w, Bias = b, Outputs = outputs, Inputs = inputs, Repeat = repeat },
        };
    }

    private static double[] BlockDiagonal(double[] blocks, int count, int outputs, int inputs)
    {
        double[] full = new double[(long)count * count * outputs * inputs];
        for (int k = 0; k < count; k++)
            for (int row = 0; row < outputs; row++)
                blocks.AsSpan((k * outputs + row) * inputs, inputs).CopyTo(full.AsSpan((k * outputs + row) * count * inputs + k * inputs));
        return full;
    }

    // y = s x
    private static PendingNode Scale(NirNode node)
    {
        NumericArray scale = Need(node, "scale");
        double[] factor = ShapeInference.Collapse(scale.ToDoubles());
        return Elementwise(node, scale.Count == 1 ? null : ShapeOf(node, scale), s => new ScaleNode { Name = node.Name, InputShape = s, OutputShape = s, Factor = factor });
    }

    // Cross-correlation. Channel counts come from the weight and the groups; the declared output shape is never trusted.
    private PendingNode Convolution(NirNode node, int axes)
    {
        NumericArray weight = Need(node, "weight");
        if (weight.Rank != axes + 2 || weight.Count == 0)
            throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"weight is {weight.DimensionsText}", $"a weight of {node.Type} has {axes + 2} axes: channels out, channels in per group, kernel");
        int groups = Integers(node, "groups", 1, 1)[0];
        if (groups < 1) throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"{groups} groups", "use 1 or more");
        int outputChannels = weight.Dimensions[0];
        long inputChannels = (long)weight.Dimensions[1] * groups;
        int[] kernel = Pair([.. weight.Dimensions.Skip(2)]);
        int[] stride = Pair(Integers(node, "stride", axes, 1)), dilation = Pair(Integers(node, "dilation", axes, 1));
        int[]? padding = PaddingOf(node, axes);
        if (padding is not null && axes == 1) padding[0] = 0;
        double[] w = weight.ToDoubles();
        double[]? b = node.Numbers.TryGetValue("bias", out NumericArray? stored) ? stored.ToDoubles() : null;
        if (b is [double only] && outputChannels > 1) b = Filled(only, outputChannels);

        Shape? input = null;
        if (node.Numbers.TryGetValue("input_shape", out NumericArray? size) && size.Count > 0)
        {
            if (size.Count != axes)
                throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"input_shape has {size.Count} numbers", $"{node.Type} takes {axes}, without the channels");
            Shape stated = ShapeInference.ShapeOf(Where(node), [inputChannels, .. Enumerable.Range(0, axes).Select(i => Whole(node, "input_shape", size[i]))]);
            input = options.Relaxed ? null : stated;
        }

        return new PendingNode
        {
            Name = node.Name,
            Input = input,
            Build = shape =>
            {
                if (shape.Rank != axes + 1 || shape[0] != inputChannels)
                    throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"{shape} arrives where {inputChannels} channels with {axes} axes belong", "correct input_shape, weight or groups");
                Window window = ShapeInference.WindowOf(Where(node), axes == 1 ? 1 : shape[1], shape[axes], kernel, stride, padding, dilation);
                return new ConvolutionNode
                {
                    Name = node.Name,
                    InputShape = shape,
                    OutputShape = axes == 1
                        ? ShapeInference.ShapeOf(Where(node), outputChannels, window.OutputWidth)
                        : ShapeInference.ShapeOf(Where(node), outputChannels, window.OutputHeight, window.OutputWidth),
                    Weight = w,
                    Bias = b,
                    InputChannels = (int)inputChannels,
                    OutputChannels = outputChannels,
                    Window = window,
                    Groups = groups,
                };
            },
        };
    }

    private static PendingNode Pool(NirNode node, bool average)
    {
        Need(node, "kernel_size");
        int[] kernel = Integers(node, "kernel_size", 2, 1);
        int[] stride = node.Numbers.ContainsKey("stride") ? Integers(node, "stride", 2, 1) : kernel;
        int[] padding = Integers(node, "padding", 2, 0);
        return new PendingNode
        {
            Name = node.Name,
            Build = shape =>
            {
                if (shape.Rank != 3)
                    throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"{shape} arrives where channels, height and width belong", "put the pooling before the flattening");
                Window window = ShapeInference.WindowOf(Where(node), shape[1], shape[2], kernel, stride, padding, [1, 1]);
                return new PoolNode
                {
                    Name = node.Name,
                    InputShape = shape,
                    OutputShape = ShapeInference.ShapeOf(Where(node), shape[0], window.OutputHeight, window.OutputWidth),
                    Average = average,
                    Channels = shape[0],
                    Window = window,
                };
            },
        };
    }

    private static PendingNode Flatten(NirNode node)
    {
        int start = Integers(node, "start_dim", 1, 1)[0], end = Integers(node, "end_dim", 1, -1)[0];
        Shape? input = node.Numbers.TryGetValue("input_type", out NumericArray? stored) && stored.Count > 0 ? StoredShape(node, "input_type") : null;
        return new PendingNode
        {
            Name = node.Name,
            Input = input,
            Build = shape =>
            {
                int first = start < 0 ? start + shape.Rank : start, last = end < 0 ? end + shape.Rank : end;

                // A start_dim of 1 on one axis is the package's default, written for a batch axis that the file does not have.
                first = Math.Min(first, shape.Rank - 1);
                if (first < 0 || last >= shape.Rank || last < 0 || first > last)
                    throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"start_dim {start} to end_dim {end} of {shape}", $"axes run from 0 to {shape.Rank - 1}, or -{shape.Rank} to -1");
                int[] dimensions = shape.ToArray();
                int joined = dimensions[first..(last + 1)].Aggregate(1, (a, d) => a * d);
                return new FlattenNode { Name = node.Name, InputShape = shape, OutputShape = new Shape([.. dimensions[..first], joined, .. dimensions[(last + 1)..]]) };
            },
        };
    }

    // y(t) = x(t - tau): whole ticks, the nearest.
    private PendingNode Delay(NirNode node)
    {
        NumericArray delay = Need(node, "delay");
        double dt = Dt(node);
        int[] ticks = new int[delay.Count];
        for (int i = 0; i < ticks.Length; i++)
        {
            double exact = delay[i] / dt;
            double rounded = Math.Round(exact, MidpointRounding.AwayFromZero);
            if (!double.IsFinite(exact)) throw NotFinite(node, "delay", delay[i]);
            if (rounded is < 0 or > ushort.MaxValue)
                throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"a delay of {Text(delay[i])} s is {Text(exact)} ticks", "delays are 0 to 65535 ticks; check --dt");
            ticks[i] = (int)rounded;
            if (Math.Abs(exact - rounded) > 1e-4)
                _choices.Add($"Delays of '{node.Name}' are rounded to whole ticks (the first that needed it: {Text(exact)} to {ticks[i]}).");
        }

        if (ticks.Length > 1 && !ticks.AsSpan().ContainsAnyExcept(ticks[0])) ticks = [ticks[0]];
        return Elementwise(node, delay.Count == 1 ? null : ShapeOf(node, delay), s => new DelayNode { Name = node.Name, InputShape = s, OutputShape = s, Ticks = ticks });
    }

    // dv/dt = r i: v += r dt i
    private NeuronNode Integrator(NirNode node, Parameters p, bool spikes)
    {
        double dt = unitStep ? 1 : Dt(node);
        if (unitStep) _choices.Add("The file has integrators without a time constant and --dt is not given: one tick is a unit step, v += r * x.");
        else _choices.Add($"Integrators without a time constant add r * dt * x per tick, with dt = {Text(dt)}.");
        double[] gain = Map(p["r"], r => r * dt);
        return Finish(node, p, spikes, [1.0], null, Snap(node, "r * dt", gain), [1.0], [0.0]);
    }

    // tau dv/dt = (v_leak - v) + r i: v = decay v + gain (v_leak + r i)
    private NeuronNode Leaky(NirNode node, Parameters p, bool spikes)
    {
        (double[] decay, double[] gain) = Discretise(node, "tau", p["tau"]);
        double[] inputGain = Snap(node, "r * gain", Multiply(p["r"], gain));
        return Finish(node, p, spikes, decay, null, inputGain, [1.0], Multiply(p["v_leak"], gain));
    }

    // tau_syn dI/dt = -I + w_in S ; tau_mem dv/dt = (v_leak - v) + r I
    private NeuronNode CurrentBased(NirNode node, Parameters p, bool spikes)
    {
        (double[] alpha, double[] synapticGain) = Discretise(node, "tau_syn", p["tau_syn"]);
        (double[] beta, double[] membraneGain) = Discretise(node, "tau_mem", p["tau_mem"]);
        double[] inputGain = Multiply(p["w_in"], synapticGain), driveGain = Multiply(p["r"], membraneGain);

        // Both or none: the exporter that makes one product 1 makes both.
        if (NearOne(inputGain) && NearOne(driveGain))
        {
            inputGain = Snap(node, "w_in * dt/tau_syn", inputGain);
            driveGain = Snap(node, "r * dt/tau_mem", driveGain);
        }

        _choices.Add(options.Current == CurrentOrder.New
            ? "The membrane of current-based neurons sees the synaptic current of the same tick (--current new)."
            : "The membrane of current-based neurons sees the synaptic current of the tick before (--current old).");
        return Finish(node, p, spikes, beta, alpha, inputGain, driveGain, Multiply(p["v_leak"], membraneGain));
    }

    private NeuronNode Finish(NirNode node, Parameters p, bool spikes, double[] decay, double[]? synapticDecay, double[] inputGain, double[] driveGain, double[] membraneBias)
    {
        double[] reset = spikes ? p["v_reset"] : [0.0];
        if (spikes)
        {
            bool subtract = options.Reset == ResetRule.Subtract;
            string value = options.Reset == ResetRule.None ? "leaves the membrane as it is" : subtract ? "subtracts the threshold" : reset is [double only] ? $"sets the membrane to {Text(only)}" : "sets the membrane to v_reset";
            _choices.Add($"A spike {value}{(options.Reset == ResetRule.None ? "" : options.ResetAt == ResetTime.Now ? " in the same tick" : " in the next tick")}; NIR does not store this (--reset, --reset-at).");
            if (subtract && reset.Any(v => v != 0)) _choices.Add($"v_reset of '{node.Name}' is not used, since the reset subtracts.");
            if (options.MaximumSpikes > 1) _choices.Add($"A neuron emits up to {options.MaximumSpikes} spikes per tick (--maximum-spikes).");
        }

        return new NeuronNode
        {
            Name = node.Name,
            InputShape = p.Shape,
            OutputShape = p.Shape,
            Decay = Collapse(decay),
            SynapticDecay = synapticDecay is null ? null : Collapse(synapticDecay),
            InputGain = Collapse(inputGain),
            DriveGain = Collapse(driveGain),
            MembraneBias = Collapse(membraneBias),
            Threshold = spikes ? p["v_threshold"] : null,
            ResetValue = reset,
            Reset = options.Reset,
            ResetTime = options.ResetAt,
            Current = options.Current,
            MaximumSpikes = spikes ? options.MaximumSpikes : 1,
        };
    }

    private (double[] Decay, double[] Gain) Discretise(NirNode node, string name, double[] tau)
    {
        double dt = Dt(node);
        double[] decay = new double[tau.Length], gain = new double[tau.Length];
        for (int i = 0; i < tau.Length; i++)
        {
            if (!double.IsFinite(tau[i])) throw NotFinite(node, name, tau[i]);
            if (tau[i] <= 0)
                throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"{name} is {Text(tau[i])} s", "a time constant is above 0");
            if (options.Rule == DiscretisationRule.Zoh)
            {
                decay[i] = Math.Exp(-dt / tau[i]);
                gain[i] = 1 - decay[i];
                continue;
            }

            if (tau[i] < dt * (1 - RoundingTolerance))
                throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"{name} is {Text(tau[i])} s, shorter than the tick of {Text(dt)} s, so the Euler decay is negative", "give a smaller --dt, or use --rule zoh");
            gain[i] = Math.Min(1, dt / tau[i]);
            decay[i] = 1 - gain[i];
        }

        return (decay, gain);
    }

    private double Dt(NirNode node) => options.Dt ?? throw new ConversionException(
        ErrorCode.OptionNeeded, Where(node), "its time constants are in seconds and the file does not say how long a tick is", "give --dt SECONDS, the step of the training framework (1e-4 is common in published files, but it is not guessed)");

    private static bool NearOne(double[] values) => values.All(v => Math.Abs(v - 1) <= SnapTolerance);

    private double[] Snap(NirNode node, string what, double[] values)
    {
        if (!NearOne(values) || values.All(v => v == 1)) return values;
        double farthest = values.MaxBy(v => Math.Abs(v - 1));
        _choices.Add($"{what} of '{node.Name}' is taken as 1 (it is {Text(farthest)} at the farthest).");
        return [1.0];
    }

    // Parameters may be scalars, arrays of one common shape, or arrays with axes of 1 in it.
    private static PendingNode Neuron(NirNode node, string[] needed, Func<Parameters, NeuronNode> build, params (string Name, double Value)[] optional)
    {
        Dictionary<string, NumericArray> stored = [];
        foreach (string name in needed) stored[name] = Need(node, name);
        foreach ((string name, double value) in optional)
            stored[name] = node.Numbers.TryGetValue(name, out NumericArray? found) ? found : NumericArray.From([value]);

        Shape? common = null;
        foreach ((string name, NumericArray values) in stored)
        {
            if (values.Count == 0) throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"{name} is empty", "export the network again");
            if (values.Count == 1) continue;
            Shape shape = ShapeOf(node, values);
            common = common is null ? shape : Broadcast(node, name, common, shape);
        }

        return new PendingNode
        {
            Name = node.Name,
            Input = common,
            Output = common,
            Elementwise = true,
            Build = shape => build(new Parameters(shape, stored.ToDictionary(p => p.Key, p => Expand(p.Value, shape)))),
        };
    }

    private static Shape Broadcast(NirNode node, string name, Shape a, Shape b)
    {
        bool fits = a.Rank == b.Rank;
        int[] result = a.ToArray();
        for (int axis = 0; fits && axis < result.Length; axis++)
        {
            fits = a[axis] == b[axis] || a[axis] == 1 || b[axis] == 1;
            result[axis] = Math.Max(a[axis], b[axis]);
        }

        if (!fits) throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"{name} is {b} where other parameters are {a}", "all parameters of a population have one shape");
        return ShapeInference.ShapeOf(Where(node), [.. result.Select(d => (long)d)]);
    }

    private static double[] Expand(NumericArray values, Shape shape)
    {
        double[] raw = ShapeInference.Collapse(values.ToDoubles());
        if (raw.Length == 1 || values.Count == shape.Count) return raw;
        double[] full = new double[shape.Count];
        for (int i = 0; i < full.Length; i++)
        {
            int source = 0, step = 1, rest = i;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                int position = rest % shape[axis];
                rest /= shape[axis];
                if (values.Dimensions[axis] != 1) source += position * step;
                step *= values.Dimensions[axis];
            }

            full[i] = raw[source];
        }

        return full;
    }

    private static double[] Map(double[] values, Func<double, double> map) => [.. values.Select(map)];

    private static double[] Multiply(double[] a, double[] b)
    {
        double[] product = new double[Math.Max(a.Length, b.Length)];
        for (int i = 0; i < product.Length; i++) product[i] = a[a.Length == 1 ? 0 : i] * b[b.Length == 1 ? 0 : i];
        return product;
    }

    private static double[] Collapse(double[] values) => ShapeInference.Collapse(values);

    private static double[] Filled(double value, int count)
    {
        double[] values = new double[count];
        values.AsSpan().Fill(value);
        return values;
    }

    private static int[] Pair(int[] values) => values.Length == 1 ? [1, values[0]] : values;

    // The number of zeros before the first element on each axis, or null for "same".
    private static int[]? PaddingOf(NirNode node, int axes)
    {
        if (!node.Texts.TryGetValue("padding", out string? word))
            return axes == 1 ? [0, Integers(node, "padding", 1, 0)[0]] : Integers(node, "padding", 2, 0);
        return word switch
        {
            "same" => null,
            "valid" => [0, 0],
            _ => throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"padding '{word}'", "use 'same', 'valid' or whole numbers"),
        };
    }

    // A scalar stands for all axes; a missing parameter has its default.
    private static int[] Integers(NirNode node, string name, int count, int fallback)
    {
        int[] result = new int[count];
        if (!node.Numbers.TryGetValue(name, out NumericArray? values))
        {
            result.AsSpan().Fill(fallback);
            return result;
        }

        if (values.Count != 1 && values.Count != count)
            throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"{name} has {values.Count} numbers", $"give 1 or {count}");
        for (int i = 0; i < count; i++) result[i] = (int)Whole(node, name, values[values.Count == 1 ? 0 : i]);
        return result;
    }

    private static long Whole(NirNode node, string name, double value)
    {
        if (value != Math.Floor(value) || Math.Abs(value) > int.MaxValue)
            throw new ConversionException(ErrorCode.ParameterRange, Where(node), $"{name} is {Text(value)}", "give a whole number");
        return (long)value;
    }

    private static Shape StoredShape(NirNode node, string name)
    {
        NumericArray values = node.Numbers[name];
        if (values.Count > 8) throw new ConversionException(ErrorCode.ShapeMismatch, Where(node), $"{name} has {values.Count} dimensions", "give at most 8");
        return ShapeInference.ShapeOf(Where(node), [.. Enumerable.Range(0, values.Count).Select(i => Whole(node, name, values[i]))]);
    }

    private static Shape ShapeOf(NirNode node, NumericArray values) => ShapeInference.ShapeOf(Where(node), [.. values.Dimensions.Select(d => (long)d)]);

    private static NumericArray Need(NirNode node, string name) => node.Numbers.TryGetValue(name, out NumericArray? values)
        ? values
        : throw new ConversionException(ErrorCode.Damaged, Where(node), $"'{name}' is missing", "export the network again");

    private static ConversionException NotFinite(NirNode node, string name, double value) =>
        new(ErrorCode.NotFinite, Where(node), $"{name} is {Text(value)}", "a trained network has finite numbers; export it again");

    private static string Where(NirNode node) => $"node '{node.Name}' ({node.Type})";

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>The parameters of a population: each one element or as many as the shape has.</summary>
    private sealed class Parameters(Shape shape, IReadOnlyDictionary<string, double[]> values)
    {
        public Shape Shape => shape;

        public double[] this[string name] => values[name];
    }
}
