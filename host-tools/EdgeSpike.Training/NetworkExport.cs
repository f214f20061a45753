using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Training;

/// <summary>
/// A trained network as a graph that converts: normalisations folded into weights and biases, taps as delayed edges, the
/// input's unit in the first layer's weights.
/// </summary>
/// <remarks>
/// The input is real-valued: the first layer's taps become convolutions of one position, <c>conv1.tap0</c> (this tick),
/// <c>conv1.tap1</c>, …, whose sums are exact in 32 bits and on a device cost half of a matrix's products. A later convolution
/// becomes one linear node for each tap, into one neuron node. The cell's matrices keep the names of its equations. Weights that are pruned are 0 and convert to sparse rows.
/// Dropout leaves nothing. Rectified populations have no integer counterpart and are refused.
/// </remarks>
public static class NetworkExport
{
    /// <summary>The graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="name">Name of the graph.</param>
    /// <param name="tickSeconds">Length of a tick.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="inputUnits">For each input channel the value, in the network's units, of one unit of what the exported network is given.</param>
    /// <exception cref="NotSupportedException">A layer that can't run in integers.</exception>
    public static NetworkGraph ToGraph(Network network, string name, double tickSeconds, IReadOnlyList<string> labels, IReadOnlyList<float> inputUnits)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(inputUnits);
        Builder builder = new();
        int inputs = network.Layers[0].Inputs;
        if (inputUnits.Count != inputs) throw new ArgumentException($"{inputUnits.Count} units for {inputs} channels", nameof(inputUnits));
        builder.Nodes.Add(new InputNode { Name = "input", InputShape = new Shape(inputs, 1), OutputShape = new Shape(inputs, 1) });
        // What the layer before gives, as (node, its channels) one after another.
        List<(string Node, int Channels)> sources = [("input", inputs)];
        double[] units = [.. inputUnits.Select(u => (double)u)];
        foreach (Layer layer in network.Layers)
        {
            switch (layer)
            {
                case Dropout: continue;
                case TemporalConvolution convolution: builder.Add(convolution, sources, units, layer == network.Layers[0]); break;
                case LegendreCell cell: builder.Add(cell, sources, units); break;
                case Readout readout: builder.Add(readout, sources, units); break;
                default: throw new NotSupportedException($"layer '{layer.Name}' ({layer.GetType().Name}) has no form in integers");
            }

            units = [.. Enumerable.Repeat(1.0, layer.Outputs)];
        }

        NetworkGraph graph = new(name, tickSeconds, builder.Nodes, builder.Edges) { Labels = [.. labels] };
        graph.Validate();
        return graph;
    }

    private sealed class Builder
    {
        public List<Node> Nodes { get; } = [];

        public List<Edge> Edges { get; } = [];

        public void Add(TemporalConvolution layer, List<(string Node, int Channels)> sources, double[] units, bool first)
        {
            (double[] factor, double[] bias) = Fold(layer.Normalization, layer.Bias, layer.Outputs);
            for (int delay = 0; delay < layer.Taps; delay++)
                Connect($"{layer.Name}.tap{delay}", layer.Weight, 0, layer.Outputs, (layer.Taps - 1 - delay) * layer.Inputs, sources, units, factor, delay, layer.Population.Name, first);
            Add(layer.Population, bias, layer.Name, first ? new Shape(layer.Outputs, 1) : new Shape(layer.Outputs));
            sources.Clear();
            sources.Add((layer.Population.Name, layer.Outputs));
        }

        public void Add(LegendreCell cell, List<(string Node, int Channels)> sources, double[] units)
        {
            (string u, string m, string h) = (cell.Encoder.Name, cell.Memory.Name, cell.Hidden.Name);
            int encoders = cell.Encoder.Size, hidden = cell.Hidden.Size;
            (double[] factor, double[] bias) = Fold(cell.Normalization, cell.Bias, encoders + hidden);
            double[] one = [.. Enumerable.Repeat(1.0, encoders + hidden)], inner = [.. Enumerable.Repeat(1.0, cell.Outputs)];
            List<(string, int)> states = [(h, hidden), (m, cell.Memory.Size)];
            Connect($"{cell.Name}.E_x", cell.InputWeight, 0, encoders, 0, sources, units, factor, 0, u);
            Connect($"{cell.Name}.E", cell.EncoderWeight, 0, encoders, 0, states, inner, one, 1, u);
            Blocks($"{cell.Name}.A", cell.StateMatrix, cell.Order, cell.Order, encoders, m, 1, m);
            Blocks($"{cell.Name}.B", cell.InputMatrix, cell.Order, 1, encoders, u, 0, m);
            Connect($"{cell.Name}.W_x", cell.InputWeight, encoders, hidden, 0, sources, units, factor[encoders..], 0, h);
            Connect($"{cell.Name}.W_h", cell.HiddenWeight, 0, hidden, 0, [(h, hidden)], inner, one, 1, h);
            Connect($"{cell.Name}.W_m", cell.MemoryWeight, 0, hidden, 0, [(m, cell.Memory.Size)], inner, one, 0, h);
            Add(cell.Encoder, bias[..encoders], cell.Name);
            Add(cell.Memory, new double[cell.Memory.Size], cell.Name);
            Add(cell.Hidden, bias[encoders..], cell.Name);
            sources.Clear();
            sources.AddRange(states);
        }

        public void Add(Readout layer, List<(string Node, int Channels)> sources, double[] units)
        {
            string scores = layer.Population?.Name ?? "scores";
            List<(string, int)> read = [];
            int left = layer.Columns;
            foreach ((string node, int channels) in sources)
            {
                if (left <= 0) break;
                if (channels > left) throw new NotSupportedException($"'{layer.Name}' reads a part of '{node}'");
                read.Add((node, channels));
                left -= channels;
            }

            double[] one = [.. Enumerable.Repeat(1.0, layer.Outputs)], bias = Array.ConvertAll(layer.Bias.Value, b => (double)b);
            Connect(layer.Name, layer.Weight, 0, layer.Outputs, 0, read, units, one, 0, scores);
            Shape shape = new(layer.Outputs);
            if (layer.Population is not null) Add(layer.Population, bias, layer.Name);
            else Nodes.Add(new NeuronNode { Name = scores, InputShape = shape, OutputShape = shape, Decay = [layer.Decay.Value[0]], InputBias = bias, Reset = ResetRule.None });
            Nodes.Add(new OutputNode { Name = "output", InputShape = shape, OutputShape = shape, Readout = layer.Population is null ? Conversion.Graph.Readout.Last : Conversion.Graph.Readout.SpikeCount });
            Edges.Add(new Edge(scores, "output"));
        }

        // Rows of a matrix as one linear node for each source, into a target.
        private void Connect(string name, Parameter weight, int firstRow, int rows, int firstColumn, List<(string Node, int Channels)> sources, double[] units, double[] factor, int delay, string target, bool real = false)
        {
            int stride = weight.Shape[1], at = 0;
            foreach ((string source, int channels) in sources)
            {
                double[] values = new double[rows * channels];
                for (int j = 0; j < rows; j++)
                    for (int i = 0; i < channels; i++)
                        values[j * channels + i] = (float)(weight.Value[(firstRow + j) * stride + firstColumn + at + i] * factor[j] * units[at + i]);
                string node = sources.Count == 1 ? name : $"{name}_{source}";
                Nodes.Add(real
                    ? new ConvolutionNode
                    {
                        Name = node, InputShape = new Shape(channels, 1), OutputShape = new Shape(rows, 1), Weight = values, InputChannels = channels, OutputChannels = rows,
                        Window = new Window { InputHeight = 1, InputWidth = 1, OutputHeight = 1, OutputWidth = 1, KernelHeight = 1, KernelWidth = 1 },
                    }
                    : new LinearNode { Name = node, InputShape = Shape(source, channels), OutputShape = new Shape(rows), Weight = values, Outputs = rows, Inputs = channels });
                Edges.Add(new Edge(source, node, delay));
                Edges.Add(new Edge(node, target));
                at += channels;
            }
        }

        // What a node before gives, in its shape.
        private Shape Shape(string source, int channels) => Nodes.Find(n => n.Name == source)?.OutputShape ?? new Shape(channels);

        private void Blocks(string name, float[] weight, int rows, int columns, int repeat, string source, int delay, string target)
        {
            Nodes.Add(new LinearNode
            {
                Name = name, InputShape = new Shape(columns * repeat), OutputShape = new Shape(rows * repeat),
                Weight = Array.ConvertAll(weight, w => (double)w), Outputs = rows, Inputs = columns, Repeat = repeat,
            });
            Edges.Add(new Edge(source, name, delay));
            Edges.Add(new Edge(name, target));
        }

        private void Add(Population population, double[] bias, string layer, Shape? stated = null)
        {
            if (!population.Spikes) throw new NotSupportedException($"population '{population.Name}' of '{layer}' does not spike; only networks that spike in every layer run in integers");
            Shape shape = stated ?? new Shape(population.Size);
            Nodes.Add(new NeuronNode
            {
                Name = population.Name,
                InputShape = shape,
                OutputShape = shape,
                Decay = Doubles(population.Decay!),
                Threshold = Doubles(population.Threshold!),
                SynapticDecay = population.SynapticDecay is null ? null : Doubles(population.SynapticDecay),
                InputBias = Array.Exists(bias, b => b != 0) ? bias : [0.0],
                Reset = ResetRule.Subtract,
                ResetTime = population.Reset == ResetDelay.Next ? ResetTime.Next : ResetTime.Now,
            });
        }

        private static double[] Doubles(Parameter parameter) => Array.ConvertAll(parameter.Value, v => (double)v);

        private static (double[] Factor, double[] Bias) Fold(BatchNormalization? normalization, Parameter? bias, int n)
        {
            double[] factor = new double[n], shift = new double[n];
            for (int j = 0; j < n; j++)
            {
                if (normalization is null) (factor[j], shift[j]) = (1, bias!.Value[j]);
                else
                {
                    (float f, float b) = normalization.Folded(j);
                    (factor[j], shift[j]) = (f, b);
                }
            }

            return (factor, shift);
        }
    }
}
