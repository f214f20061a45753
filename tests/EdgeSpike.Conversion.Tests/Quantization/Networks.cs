using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reference;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>Small networks with random weights for the tests of the lowering, and how far a model departs from its reference.</summary>
internal static class Networks
{
    public static double[] Weights(Random random, int count, double scale = 1) => [.. Enumerable.Range(0, count).Select(_ => scale * (2 * random.NextDouble() - 1))];

    public static InputNode Input(params int[] shape) => new() { Name = "input", InputShape = new Shape(shape), OutputShape = new Shape(shape) };

    public static OutputNode Output(Readout readout, params int[] shape) => new() { Name = "output", InputShape = new Shape(shape), OutputShape = new Shape(shape), Readout = readout };

    public static LinearNode Linear(string name, Random random, int inputs, int outputs, double scale = 1, bool bias = false, int repeat = 1) => new()
    {
        Name = name,
        InputShape = new Shape(inputs * repeat),
        OutputShape = new Shape(outputs * repeat),
        Inputs = inputs,
        Outputs = outputs,
        Repeat = repeat,
        Weight = Weights(random, inputs * outputs, scale),
        Bias = bias ? Weights(random, outputs, 0.3 * scale) : null,
    };

    public static ConvolutionNode Convolution(string name, Random random, int channels, int height, int width, int outputs, int kernel, int stride = 1, int padding = 0, int groups = 1, bool bias = false)
    {
        int outHeight = (height + 2 * padding - kernel) / stride + 1, outWidth = (width + 2 * padding - kernel) / stride + 1;
        return new ConvolutionNode
        {
            Name = name,
            InputShape = new Shape(channels, height, width),
            OutputShape = new Shape(outputs, outHeight, outWidth),
            InputChannels = channels,
            OutputChannels = outputs,
            Groups = groups,
            Weight = Weights(random, outputs * (channels / groups) * kernel * kernel),
            Bias = bias ? Weights(random, outputs, 0.2) : null,
            Window = new Window
            {
                InputHeight = height, InputWidth = width, OutputHeight = outHeight, OutputWidth = outWidth, KernelHeight = kernel, KernelWidth = kernel,
                StrideHeight = stride, StrideWidth = stride, PaddingTop = padding, PaddingLeft = padding,
            },
        };
    }

    public static PoolNode Pool(string name, int channels, int height, int width, int kernel, bool average) => new()
    {
        Name = name,
        Average = average,
        Channels = channels,
        InputShape = new Shape(channels, height, width),
        OutputShape = new Shape(channels, height / kernel, width / kernel),
        Window = new Window
        {
            InputHeight = height, InputWidth = width, OutputHeight = height / kernel, OutputWidth = width / kernel, KernelHeight = kernel, KernelWidth = kernel, StrideHeight = kernel, StrideWidth = kernel,
        },
    };

    public static NeuronNode Neuron(string name, double threshold, double decay, params int[] shape) => new()
    {
        Name = name,
        InputShape = new Shape(shape),
        OutputShape = new Shape(shape),
        Decay = [decay],
        Threshold = [threshold],
    };

    public static NeuronNode Integrator(string name, double decay, params int[] shape) => new()
    {
        Name = name,
        InputShape = new Shape(shape),
        OutputShape = new Shape(shape),
        Decay = [decay],
    };

    public static FlattenNode Flatten(string name, params int[] shape) => new() { Name = name, InputShape = new Shape(shape), OutputShape = new Shape(new Shape(shape).Count) };

    public static NetworkGraph Chain(params Node[] nodes) =>
        new("chain", 0.001, nodes, [.. nodes.Skip(1).Select((n, i) => new Edge(nodes[i].Name, n.Name))]);

    /// <summary>Converts and compares; see <see cref="Departure"/>.</summary>
    public static Departure Compare(NetworkGraph graph, ConvertOptions options, ISampleSource? samples, out ConversionResult result)
    {
        result = Converter.Convert(graph, options, samples, null, null);
        samples ??= new RandomSamples(graph.Nodes.OfType<InputNode>().Sum(i => i.OutputShape.Count), 1, 60, 5);
        ModelRunner runner = new(result.Bytes);
        ReferenceNetwork reference = new(result.Graph, Precision.Float64);
        double[] input = new double[samples.Channels];
        Departure departure = new();
        foreach (LayerMetadata layer in result.Metadata.Layers) departure.Values[layer.Name] = 0;
        for (int sample = 0; sample < samples.Count; sample++)
        {
            runner.Reset();
            reference.Reset();
            bool parted = false;
            Dictionary<string, double> scales = [];
            for (int tick = 0; tick < samples.Ticks; tick++)
            {
                samples.Tick(sample, tick, input);
                reference.Step(input);
                runner.Step(input);
                foreach (LayerMetadata layer in result.Metadata.Layers)
                {
                    bool neuron = layer.Membrane >= 0;
                    ReadOnlySpan<double> expected = neuron ? reference.Membrane(layer.Name) : reference.Output(layer.Name), actual = runner.Values(layer.Name);
                    double worst = 0, scale = Math.Max(scales.GetValueOrDefault(layer.Name, 1e-6), Reference(reference, layer));
                    for (int i = 0; i < expected.Length; i++)
                    {
                        scale = Math.Max(scale, Math.Abs(expected[i]));
                        worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
                    }

                    if (layer.Spikes >= 0)
                    {
                        ReadOnlySpan<double> left = reference.Output(layer.Name), right = runner.Spikes(layer.Name);
                        departure.Spikes += Sum(left);
                        departure.Pairs += left.Length;
                        for (int i = 0; i < left.Length; i++)
                            if (left[i] != right[i]) departure.Different++;
                        // After a spike went the other way, membranes are not comparable: a tie at the threshold is no defect.
                        if (!left.SequenceEqual(right)) parted = true;
                    }

                    if (!parted) departure.Values[layer.Name] = Math.Max(departure.Values[layer.Name], worst / scale);
                    scales[layer.Name] = scale;
                }
            }
        }

        return departure;
    }

    // A neuron's error is judged against its threshold and against what drives it.
    private static double Reference(ReferenceNetwork network, LayerMetadata layer)
    {
        if (network.Graph.Find(layer.Name) is not NeuronNode neuron) return 0;
        double drive = 0;
        foreach (double sum in network.Input(layer.Name)) drive = Math.Max(drive, Math.Abs(sum));
        return Math.Max(neuron.Threshold?.Max(Math.Abs) ?? 0, drive * neuron.InputGain.Max(Math.Abs));
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }
}

/// <summary>How far a model went from its reference.</summary>
internal sealed class Departure
{
    /// <summary>Largest error of each layer's membrane or value, relative to the threshold or the largest drive or value so far, before any spike differed.</summary>
    public Dictionary<string, double> Values { get; } = [];

    /// <summary>(tick, neuron) pairs whose spikes differ.</summary>
    public long Different { get; set; }

    /// <summary>Pairs compared.</summary>
    public long Pairs { get; set; }

    /// <summary>Spikes of the reference.</summary>
    public double Spikes { get; set; }

    public double Worst => Values.Values.DefaultIfEmpty(0).Max();

    public override string ToString() => $"{Different} of {Pairs} differ, {Spikes} spikes; " + string.Join(", ", Values.Select(v => $"{v.Key} {v.Value:g3}"));
}

/// <summary>Seeded samples: spikes (largest 1), counts (whole numbers), or real values (negative largest: uniform in ±|largest|).</summary>
internal sealed class RandomSamples(int channels, double largest, int ticks, int count, double rate = 0.25) : ISampleSource
{
    public int Count { get; } = count;

    public int Ticks { get; } = ticks;

    public int Channels { get; } = channels;

    public void Tick(int sample, int tick, Span<double> values)
    {
        Random random = new(sample * 7919 + tick * 31 + 5);
        for (int i = 0; i < Channels; i++)
            values[i] = largest < 0 ? largest * (2 * random.NextDouble() - 1) * Math.Sin(tick * 0.1 + i)
                : random.NextDouble() < rate ? largest == 1 ? 1 : random.Next(1, (int)largest + 1) : 0;
    }
}
