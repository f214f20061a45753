using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import;

/// <summary>
/// Imports EdgeSpike's own description of a network: a JSON file with nodes and edges, and the tensors that it names in a
/// .safetensors file beside it. It can say all that <see cref="NetworkGraph"/> can. DESCRIPTION.md is its manual.
/// </summary>
/// <remarks>
/// The format is strict: a key or type that is not known is an error that names its JSON path, what is supported there,
/// and the nearest known word. Nothing in it is a choice of the importer, save what DESCRIPTION.md calls a default.
/// </remarks>
public static class DescriptionImporter
{
    /// <summary>The value of the key "format".</summary>
    public const string FormatName = "edgespike-description";

    /// <summary>The newest value of the key "version".</summary>
    public const int FormatVersion = 1;

    /// <summary>The largest matrix that a sparse layer is expanded to.</summary>
    private const int LargestSparse = 1 << 25;

    private static readonly string[] s_types =
    [
        "input", "output", "linear", "sparse_linear", "delayed_linear", "conv1d", "conv2d", "sum_pool", "average_pool", "flatten", "scale", "delay",
        "state_space", "neuron", "adaptive_neuron", "paired_encoder", "leaky_readout",
    ];

    private static readonly string[] s_windowKeys = ["kernel", "stride", "padding", "dilation"];

    /// <summary>True when the first character that is not white space opens a JSON object.</summary>
    public static bool LooksLikeJson(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        bytes = bytes.TrimStart(" \t\r\n"u8);
        return !bytes.IsEmpty && bytes[0] == (byte)'{';
    }

    /// <summary>Reads a description and the tensors beside it.</summary>
    /// <exception cref="ConversionException">Says what is wrong, at which JSON path, and what to do.</exception>
    public static NetworkGraph Import(string path) => Import(InputFile.ReadAllBytes(path), path);

    /// <summary>Imports the content of a description; tensors are looked for in the folder of <paramref name="path"/>.</summary>
    /// <exception cref="ConversionException">Says what is wrong, at which JSON path, and what to do.</exception>
    public static NetworkGraph Import(byte[] content, string path) => Import(content, path, name => InputFile.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path) ?? "", name)));

    /// <summary>Imports with the file of tensors given by a function of its name, for tests.</summary>
    internal static NetworkGraph Import(byte[] content, string path, Func<string, byte[]> readBeside)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!LooksLikeJson(content))
            throw new ConversionException(ErrorCode.WrongFormat, path, "it is not a JSON object", "give a description as in DESCRIPTION.md");
        ReadOnlyMemory<byte> json = content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return new Reader(content, path, readBeside).Read(new JsonNode(document.RootElement, path, "$"));
        }
        catch (JsonException e)
        {
            throw new ConversionException(ErrorCode.Damaged, $"{path}, line {e.LineNumber + 1}", $"it is not valid JSON ({e.Message})", "correct it; a JSON checker shows the place", e);
        }
        catch (InvalidOperationException e)
        {
            // A text with half a surrogate pair is valid JSON and no valid text.
            throw new ConversionException(ErrorCode.Damaged, path, $"a text in it can't be read ({e.Message})", "write it as UTF-8", e);
        }
    }

    private sealed class Reader(byte[] content, string path, Func<string, byte[]> readBeside)
    {
        private IReadOnlyDictionary<string, NumericArray>? _tensors;
        private string _tensorFile = "";
        private byte[] _tensorBytes = [];

        public NetworkGraph Read(JsonNode root)
        {
            root.Allow("format", "version", "name", "dt", "tensors", "labels", "nodes", "edges");
            if (root.Text("format") != FormatName)
                throw new ConversionException(ErrorCode.WrongFormat, root["format"].Where, $"'{root.Text("format")}'", $"a description has \"format\": \"{FormatName}\"");
            int version = root.Integer("version", 1, int.MaxValue);
            if (version > FormatVersion)
                throw new ConversionException(ErrorCode.Unsupported, root["version"].Where, $"version {version} is newer than {FormatVersion}", "take a newer EdgeSpike");
            _tensorFile = root.TextOr("tensors", Path.GetFileNameWithoutExtension(path) + ".safetensors");
            if (_tensorFile.Length == 0 || _tensorFile != Path.GetFileName(_tensorFile) || _tensorFile is "." or ".." || _tensorFile.Contains('\\', StringComparison.Ordinal) || _tensorFile.Contains('\0', StringComparison.Ordinal))
                throw new ConversionException(ErrorCode.ParameterRange, root["tensors"].Where, $"'{_tensorFile}' is not a file name", "name a file in the same folder, without a path");
            double dt = root.NumberOr("dt", 0);
            if (dt < 0) throw new ConversionException(ErrorCode.ParameterRange, root["dt"].Where, $"{dt} s", "give the seconds per tick, or leave it out");

            List<PendingNode> pending = [];
            HashSet<string> names = new(StringComparer.Ordinal);
            foreach (JsonNode node in root["nodes"].Items())
            {
                string name = node.Text("name");
                if (name.Length == 0 || !names.Add(name))
                    throw new ConversionException(ErrorCode.BadGraph, node["name"].Where, name.Length == 0 ? "the name is empty" : $"the name '{name}' occurs twice", "give every node its own name");
                pending.Add(Translate(node, name));
            }

            if (pending.Count == 0) throw new ConversionException(ErrorCode.BadGraph, root["nodes"].Where, "there is no node", "add at least an input and an output");
            List<Edge> edges = root.Has("edges") ? ReadEdges(root["edges"], names) : [.. pending.Zip(pending.Skip(1), (a, b) => new Edge(a.Name, b.Name))];
            List<Node> nodes = SetReadouts(ShapeInference.Build(pending, edges), edges);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(content);
            hash.AppendData(_tensorBytes);
            NetworkGraph graph = new(root.TextOr("name", Path.GetFileNameWithoutExtension(path)), dt, nodes, edges)
            {
                Labels = root.Has("labels") ? [.. root["labels"].Items().Select(l => l.AsText())] : [],
                SourceHash = Convert.ToHexStringLower(hash.GetHashAndReset()),
            };
            graph.Validate();
            return graph;
        }

        private static List<Edge> ReadEdges(JsonNode list, HashSet<string> names)
        {
            List<Edge> edges = [];
            foreach (JsonNode item in list.Items())
            {
                JsonNode[] parts = [.. item.Items()];
                if (parts.Length is not (2 or 3 or 4))
                    throw new ConversionException(ErrorCode.Damaged, item.Where, $"{parts.Length} entries", "an edge is [\"source\", \"target\"], [\"source\", \"target\", delay] or [\"source\", \"target\", delay, \"threshold\"]");
                for (int end = 0; end < 2; end++)
                    if (!names.Contains(parts[end].AsText()))
                        throw new ConversionException(ErrorCode.BadGraph, parts[end].Where, $"there is no node '{parts[end].AsText()}'", JsonNode.Suggest(parts[end].AsText(), names, "correct the name or add the node"));
                EdgePort port = parts.Length == 4 ? parts[3].AsChoice(("input", EdgePort.Input), ("threshold", EdgePort.Threshold)) : EdgePort.Input;
                edges.Add(new Edge(parts[0].AsText(), parts[1].AsText(), parts.Length > 2 ? parts[2].AsInteger(0, ushort.MaxValue) : 0, port));
            }

            return edges;
        }

        private PendingNode Translate(JsonNode node, string name)
        {
            string type = node.Text("type");
            return type switch
            {
                "input" => Input(node, name),
                "output" => Output(node, name),
                "linear" => Linear(node, name),
                "sparse_linear" => SparseLinear(node, name),
                "delayed_linear" => DelayedLinear(node, name),
                "conv1d" => Convolution(node, name, 1),
                "conv2d" => Convolution(node, name, 2),
                "sum_pool" => Pool(node, name, average: false),
                "average_pool" => Pool(node, name, average: true),
                "flatten" => Flatten(node, name),
                "scale" => Scale(node, name),
                "delay" => Delay(node, name),
                "state_space" => StateSpace(node, name),
                "neuron" => Neuron(node, name),
                "adaptive_neuron" => AdaptiveNeuron(node, name),
                "paired_encoder" => PairedEncoder(node, name),
                "leaky_readout" => LeakyReadout(node, name),
                _ => throw new ConversionException(ErrorCode.UnknownNode, node["type"].Where, $"node '{name}' has the unknown type '{type}'", JsonNode.Suggest(type, s_types, $"supported are {string.Join(", ", s_types)}")),
            };
        }

        private static PendingNode Input(JsonNode node, string name)
        {
            node.Allow("name", "type", "shape", "step");
            double? step = StepAt(node, "step");
            return Elementwise(name, ShapeAt(node["shape"]), s => new InputNode { Name = name, InputShape = s, OutputShape = s, Step = step });
        }

        private static PendingNode Output(JsonNode node, string name)
        {
            node.Allow("name", "type", "readout", "shape");

            // Without a readout SetReadouts decides, once it is known what enters; until then an undefined one stands for it.
            Readout readout = node.Has("readout") ? node.Choice("readout", ("spike_count", Readout.SpikeCount), ("last", Readout.Last), ("maximum", Readout.Maximum), ("mean", Readout.Mean)) : Undecided;
            return Elementwise(name, OptionalShape(node, "shape"), s => new OutputNode { Name = name, InputShape = s, OutputShape = s, Readout = readout });
        }

        private PendingNode Linear(JsonNode node, string name)
        {
            node.Allow("name", "type", "weight", "weight_step", "bias", "repeat", "input_shape", "output_shape");
            NumericArray weight = Tensor(node, "weight", 2);
            return Dense(node, name, weight.ToDoubles(), weight.Dimensions[0], weight.Dimensions[1]);
        }

        private PendingNode SparseLinear(JsonNode node, string name)
        {
            node.Allow("name", "type", "rows", "columns", "values", "weight_step", "outputs", "inputs", "bias", "repeat", "input_shape", "output_shape");
            int outputs = node.Integer("outputs", 1, LargestSparse), inputs = node.Integer("inputs", 1, LargestSparse);
            if ((long)outputs * inputs > LargestSparse)
                throw new ConversionException(ErrorCode.Unsupported, node.Where, $"a matrix of {outputs}x{inputs}", $"at most {LargestSparse} elements; split the layer");
            int[] rows = Whole(node, "rows", 0, outputs - 1), columns = Whole(node, "columns", 0, inputs - 1);
            double[] values = Tensor(node, "values", 1).ToDoubles(), weight = new double[outputs * inputs];
            if (rows.Length != columns.Length || rows.Length != values.Length)
                throw new ConversionException(ErrorCode.ShapeMismatch, node.Where, $"{rows.Length} rows, {columns.Length} columns, {values.Length} values", "give one of each per connection");
            for (int k = 0; k < rows.Length; k++) weight[rows[k] * inputs + columns[k]] += values[k];
            return Dense(node, name, weight, outputs, inputs);
        }

        private PendingNode Dense(JsonNode node, string name, double[] weight, int outputs, int inputs)
        {
            int repeat = node.IntegerOr("repeat", 1, 1, 1 << 20);
            Shape input = OptionalShape(node, "input_shape") ?? ShapeInference.ShapeOf(node.Where, (long)inputs * repeat);
            Shape output = OptionalShape(node, "output_shape") ?? ShapeInference.ShapeOf(node.Where, (long)outputs * repeat);
            double[]? bias = Bias(node);
            double? step = StepAt(node, "weight_step");
            return new PendingNode
            {
                Name = name,
                Input = input,
                Output = output,
                Build = _ => new LinearNode { Name = name, InputShape = input, OutputShape = output, Weight = weight, WeightStep = step, Bias = bias, Outputs = outputs, Inputs = inputs, Repeat = repeat },
            };
        }

        private PendingNode DelayedLinear(JsonNode node, string name)
        {
            node.Allow("name", "type", "weight", "ticks", "bias", "input_shape", "output_shape");
            NumericArray weight = Tensor(node, "weight", 2);
            int[] ticks = Whole(node, "ticks", 0, ushort.MaxValue);
            double[] w = weight.ToDoubles();
            if (ticks.Length == 1 && w.Length > 1) ticks = [.. Enumerable.Repeat(ticks[0], w.Length)];
            double[]? bias = Bias(node);
            Shape input = OptionalShape(node, "input_shape") ?? new Shape(weight.Dimensions[1]), output = OptionalShape(node, "output_shape") ?? new Shape(weight.Dimensions[0]);
            return new PendingNode
            {
                Name = name,
                Input = input,
                Output = output,
                Build = _ => new DelayedLinearNode { Name = name, InputShape = input, OutputShape = output, Weight = w, Ticks = ticks, Bias = bias },
            };
        }

        private PendingNode Convolution(JsonNode node, string name, int axes)
        {
            node.Allow("name", "type", "weight", "bias", "stride", "padding", "dilation", "groups", "input_shape", "output_shape");
            NumericArray weight = Tensor(node, "weight", axes + 2);
            int[] kernel = axes == 1 ? [1, weight.Dimensions[2]] : [weight.Dimensions[2], weight.Dimensions[3]];
            int groups = node.IntegerOr("groups", 1, 1, 1 << 20), outputChannels = weight.Dimensions[0];
            long inputChannels = (long)weight.Dimensions[1] * groups;
            int[] stride = Pair(node, "stride", axes, 1), dilation = Pair(node, "dilation", axes, 1);
            int[]? padding = Padding(node, axes);
            double[] w = weight.ToDoubles();
            double[]? bias = Bias(node);
            Shape? output = OptionalShape(node, "output_shape");
            string where = node.Where;
            return new PendingNode
            {
                Name = name,
                Input = OptionalShape(node, "input_shape"),
                Build = shape =>
                {
                    if (shape.Rank != axes + 1 || shape[0] != inputChannels)
                        throw new ConversionException(ErrorCode.ShapeMismatch, where, $"{shape} arrives where {inputChannels} channels and {axes} more axes belong", "correct the weight, the groups or the node before");
                    Window window = Window(where, shape, axes, kernel, stride, padding, dilation, output);
                    return new ConvolutionNode
                    {
                        Name = name,
                        InputShape = shape,
                        OutputShape = OutputOf(where, outputChannels, window, axes),
                        Weight = w,
                        Bias = bias,
                        InputChannels = (int)inputChannels,
                        OutputChannels = outputChannels,
                        Window = window,
                        Groups = groups,
                    };
                },
            };
        }

        private static PendingNode Pool(JsonNode node, string name, bool average)
        {
            node.Allow("name", "type", "kernel", "stride", "padding", "dilation", "input_shape", "output_shape");

            // One axis or two is a matter of the shape that arrives; numbers given are then read for it.
            Shape? output = OptionalShape(node, "output_shape");
            _ = node["kernel"];
            int listed = s_windowKeys.Where(key => node.Has(key) && node[key].IsArray).Select(key => node[key].Items().Count()).FirstOrDefault();
            Dictionary<int, (int[] Kernel, int[] Stride, int[]? Padding, int[] Dilation)> parameters = [];
            foreach (int axes in (ReadOnlySpan<int>)[1, 2])
                if (listed == 0 || listed == axes)
                {
                    int[] kernel = Pair(node, "kernel", axes, 1);
                    if (axes == 1) kernel[0] = 1;
                    int[] stride = node.Has("stride") ? Pair(node, "stride", axes, 1) : kernel;
                    parameters[axes] = (kernel, stride, Padding(node, axes), Pair(node, "dilation", axes, 1));
                }

            string where = node.Where;
            return new PendingNode
            {
                Name = name,
                Input = OptionalShape(node, "input_shape"),
                Build = shape =>
                {
                    int axes = shape.Rank - 1;
                    if (!parameters.TryGetValue(axes, out (int[] Kernel, int[] Stride, int[]? Padding, int[] Dilation) p))
                        throw new ConversionException(ErrorCode.ShapeMismatch, where, $"{shape} arrives", "pooling takes [channels, length] with a kernel of one number, or [channels, height, width] with one or two");
                    Window window = Window(where, shape, axes, p.Kernel, p.Stride, p.Padding, p.Dilation, output);
                    return new PoolNode { Name = name, InputShape = shape, OutputShape = OutputOf(where, shape[0], window, axes), Average = average, Channels = shape[0], Window = window };
                },
            };
        }

        // The output's size may be stated, for zeros at the end that the padding before does not imply.
        private static Window Window(string where, Shape shape, int axes, int[] kernel, int[] stride, int[]? padding, int[] dilation, Shape? output)
        {
            int height = axes == 1 ? 1 : shape[1], width = shape[axes];
            if (output is null) return ShapeInference.WindowOf(where, height, width, kernel, stride, padding, dilation);
            if (output.Rank != axes + 1 || padding is null)
                throw new ConversionException(ErrorCode.ShapeMismatch, where, padding is null ? "padding 'same' and an output_shape" : $"an output_shape of {output}", $"give {axes + 1} numbers and the padding as numbers, or leave output_shape out");
            return new Window
            {
                InputHeight = height,
                InputWidth = width,
                OutputHeight = axes == 1 ? 1 : output[1],
                OutputWidth = output[axes],
                KernelHeight = kernel[0],
                KernelWidth = kernel[1],
                StrideHeight = stride[0],
                StrideWidth = stride[1],
                PaddingTop = padding[0],
                PaddingLeft = padding[1],
                DilationHeight = dilation[0],
                DilationWidth = dilation[1],
            };
        }

        private static Shape OutputOf(string where, int channels, Window window, int axes) => axes == 1
            ? ShapeInference.ShapeOf(where, channels, window.OutputWidth)
            : ShapeInference.ShapeOf(where, channels, window.OutputHeight, window.OutputWidth);

        private static PendingNode Flatten(JsonNode node, string name)
        {
            node.Allow("name", "type", "shape", "input_shape");
            Shape? output = OptionalShape(node, "shape");
            return new PendingNode
            {
                Name = name,
                Input = OptionalShape(node, "input_shape"),
                Output = output,
                Build = shape => new FlattenNode { Name = name, InputShape = shape, OutputShape = output ?? new Shape(shape.Count) },
            };
        }

        private PendingNode Scale(JsonNode node, string name)
        {
            node.Allow("name", "type", "factor", "shape");
            double[] factor = Values(node, "factor");
            return Elementwise(name, OptionalShape(node, "shape"), s => new ScaleNode { Name = name, InputShape = s, OutputShape = s, Factor = factor });
        }

        private PendingNode Delay(JsonNode node, string name)
        {
            node.Allow("name", "type", "ticks", "shape");
            int[] ticks = Whole(node, "ticks", 0, ushort.MaxValue);
            return Elementwise(name, OptionalShape(node, "shape"), s => new DelayNode { Name = name, InputShape = s, OutputShape = s, Ticks = ticks });
        }

        private PendingNode StateSpace(JsonNode node, string name)
        {
            node.Allow("name", "type", "state_matrix", "input_matrix", "legendre", "repeat", "input_shape", "output_shape");
            double[] a, b;
            int order, inputs;
            if (node.Has("legendre"))
            {
                if (node.Has("state_matrix") || node.Has("input_matrix"))
                    throw new ConversionException(ErrorCode.Damaged, node.Where, "both 'legendre' and matrices are given", "give one of them");
                JsonNode legendre = node["legendre"];
                legendre.Allow("order", "theta");
                order = legendre.Integer("order", 1, LegendreMatrices.LargestOrder);
                inputs = 1;
                double theta = legendre["theta"].AsNumber();
                try
                {
                    (a, b) = LegendreMatrices.Discrete(order, theta);
                }
                catch (ConversionException e)
                {
                    throw new ConversionException(e.Code, legendre.Where, e.What, e.Remedy, e);
                }
            }
            else
            {
                NumericArray state = Tensor(node, "state_matrix", 2), input = Tensor(node, "input_matrix", 2);
                order = state.Dimensions[0];
                inputs = input.Dimensions[1];
                if (state.Dimensions[1] != order || input.Dimensions[0] != order)
                    throw new ConversionException(ErrorCode.ShapeMismatch, node.Where, $"state_matrix is {state.DimensionsText}, input_matrix {input.DimensionsText}", "give [order, order] and [order, inputs]");
                a = state.ToDoubles();
                b = input.ToDoubles();
            }

            int repeat = node.IntegerOr("repeat", 1, 1, 1 << 20);
            Shape inputShape = OptionalShape(node, "input_shape") ?? ShapeInference.ShapeOf(node.Where, (long)inputs * repeat);
            Shape outputShape = OptionalShape(node, "output_shape") ?? ShapeInference.ShapeOf(node.Where, (long)order * repeat);
            return new PendingNode
            {
                Name = name,
                Input = inputShape,
                Output = outputShape,
                Build = _ => new StateSpaceNode { Name = name, InputShape = inputShape, OutputShape = outputShape, StateMatrix = a, InputMatrix = b, Order = order, Inputs = inputs, Repeat = repeat },
            };
        }

        private static readonly string[] s_neuronKeys =
        [
            "name", "type", "shape", "decay", "synaptic_decay", "input_gain", "drive_gain", "input_bias", "membrane_bias", "threshold", "reset_value",
            "initial_membrane", "reset", "reset_time", "comparison", "current", "lower_limit", "membrane_step",
        ];

        private PendingNode Neuron(JsonNode node, string name)
        {
            node.Allow([.. s_neuronKeys, "refractory", "maximum_spikes"]);
            NeuronKeys keys = new(this, node);
            int refractory = node.IntegerOr("refractory", 0, 0, ushort.MaxValue), spikes = node.IntegerOr("maximum_spikes", 1, 1, 255);
            return Elementwise(name, OptionalShape(node, "shape"), s => new NeuronNode
            {
                Name = name,
                InputShape = s,
                OutputShape = s,
                Decay = keys.Decay,
                SynapticDecay = keys.SynapticDecay,
                InputGain = keys.InputGain,
                DriveGain = keys.DriveGain,
                InputBias = keys.InputBias,
                MembraneBias = keys.MembraneBias,
                Threshold = keys.Threshold,
                ResetValue = keys.ResetValue,
                InitialMembrane = keys.InitialMembrane,
                Reset = keys.Reset,
                ResetTime = keys.ResetTime,
                Comparison = keys.Comparison,
                Current = keys.Current,
                RefractoryTicks = refractory,
                MaximumSpikes = spikes,
                LowerLimit = keys.LowerLimit,
                MembraneStep = keys.MembraneStep,
            });
        }

        private PendingNode AdaptiveNeuron(JsonNode node, string name)
        {
            node.Allow([.. s_neuronKeys, "adaptation_decay", "adaptation_step", "threshold_lower_limit"]);
            _ = node["threshold"];
            NeuronKeys keys = new(this, node);
            double[] decay = Values(node, "adaptation_decay"), step = node.Has("adaptation_step") ? Values(node, "adaptation_step") : [0.0];
            double? least = node.Has("threshold_lower_limit") ? node["threshold_lower_limit"].AsNumber() : null;
            return Elementwise(name, OptionalShape(node, "shape"), s => new AdaptiveNeuronNode
            {
                Name = name,
                InputShape = s,
                OutputShape = s,
                Decay = keys.Decay,
                SynapticDecay = keys.SynapticDecay,
                InputGain = keys.InputGain,
                DriveGain = keys.DriveGain,
                InputBias = keys.InputBias,
                MembraneBias = keys.MembraneBias,
                Threshold = keys.Threshold,
                ResetValue = keys.ResetValue,
                InitialMembrane = keys.InitialMembrane,
                Reset = keys.Reset,
                ResetTime = keys.ResetTime,
                Comparison = keys.Comparison,
                Current = keys.Current,
                LowerLimit = keys.LowerLimit,
                MembraneStep = keys.MembraneStep,
                AdaptationDecay = decay,
                AdaptationStep = step,
                ThresholdLowerLimit = least,
            });
        }

        /// <summary>What a neuron has in either form.</summary>
        private sealed class NeuronKeys(Reader reader, JsonNode node)
        {
            public double[] Decay { get; } = reader.Values(node, "decay");

            public double[]? SynapticDecay { get; } = node.Has("synaptic_decay") ? reader.Values(node, "synaptic_decay") : null;

            public double[]? Threshold { get; } = node.Has("threshold") ? reader.Values(node, "threshold") : null;

            public double[] InputGain { get; } = reader.ValuesOr(node, "input_gain", 1);

            public double[] DriveGain { get; } = reader.ValuesOr(node, "drive_gain", 1);

            public double[] InputBias { get; } = reader.ValuesOr(node, "input_bias", 0);

            public double[] MembraneBias { get; } = reader.ValuesOr(node, "membrane_bias", 0);

            public double[] ResetValue { get; } = reader.ValuesOr(node, "reset_value", 0);

            public double[] InitialMembrane { get; } = reader.ValuesOr(node, "initial_membrane", 0);

            public ResetRule Reset { get; } = node.Has("reset") ? node.Choice("reset", ("value", ResetRule.ToValue), ("subtract", ResetRule.Subtract), ("none", ResetRule.None)) : ResetRule.ToValue;

            public ResetTime ResetTime { get; } = node.Has("reset_time") ? node.Choice("reset_time", ("now", ResetTime.Now), ("next", ResetTime.Next)) : ResetTime.Now;

            public Comparison Comparison { get; } = node.Has("comparison") ? node.Choice("comparison", (">", Comparison.Greater), (">=", Comparison.GreaterOrEqual)) : Comparison.Greater;

            public CurrentOrder Current { get; } = node.Has("current") ? node.Choice("current", ("new", CurrentOrder.New), ("old", CurrentOrder.Old)) : CurrentOrder.New;

            public double? LowerLimit { get; } = node.Has("lower_limit") ? node["lower_limit"].AsNumber() : null;

            public double? MembraneStep { get; } = StepAt(node, "membrane_step");
        }

        private PendingNode PairedEncoder(JsonNode node, string name)
        {
            node.Allow("name", "type", "weight", "weight_step", "bias", "decay", "threshold", "membrane_step", "input_shape", "output_shape");
            NumericArray weight = Matrix(node, "weight", "[pairs] or [pairs, inputs]");
            int pairs = weight.Dimensions[0], inputs = weight.Rank == 2 ? weight.Dimensions[1] : 1;
            double[] w = weight.ToDoubles(), bias = ValuesOr(node, "bias", 0), decay = Values(node, "decay"), threshold = Values(node, "threshold");
            double? weightStep = StepAt(node, "weight_step"), membraneStep = StepAt(node, "membrane_step");
            Shape input = OptionalShape(node, "input_shape") ?? new Shape(inputs), output = OptionalShape(node, "output_shape") ?? ShapeInference.ShapeOf(node.Where, 2L * pairs);
            return new PendingNode
            {
                Name = name,
                Input = input,
                Output = output,
                Build = _ => new PairedEncoderNode { Name = name, InputShape = input, OutputShape = output, Weight = w, Bias = bias, Decay = decay, Threshold = threshold, WeightStep = weightStep, MembraneStep = membraneStep },
            };
        }

        private PendingNode LeakyReadout(JsonNode node, string name)
        {
            node.Allow("name", "type", "weight", "weight_step", "leak", "mirrored", "membrane_step", "input_shape", "output_shape");
            bool mirrored = node.BooleanOr("mirrored", false);
            NumericArray weight = Matrix(node, "weight", mirrored ? "[pairs] or [outputs, pairs]" : "[inputs] or [outputs, inputs]");
            int outputs = weight.Rank == 2 ? weight.Dimensions[0] : 1;
            double[] w = weight.ToDoubles(), leak = Values(node, "leak");
            double? weightStep = StepAt(node, "weight_step"), membraneStep = StepAt(node, "membrane_step");
            Shape input = OptionalShape(node, "input_shape") ?? ShapeInference.ShapeOf(node.Where, (long)w.Length / outputs * (mirrored ? 2 : 1)), output = OptionalShape(node, "output_shape") ?? new Shape(outputs);
            return new PendingNode
            {
                Name = name,
                Input = input,
                Output = output,
                Build = _ => new LeakyReadoutNode { Name = name, InputShape = input, OutputShape = output, Weight = w, Leak = leak, Mirrored = mirrored, WeightStep = weightStep, MembraneStep = membraneStep },
            };
        }

        private NumericArray Matrix(JsonNode node, string key, string shapes)
        {
            NumericArray matrix = Tensor(node, key, -1);
            return matrix.Rank is 1 or 2 ? matrix : throw new ConversionException(ErrorCode.ShapeMismatch, node[key].Where, $"{matrix.DimensionsText} has {matrix.Rank} axes", $"'{key}' is {shapes}");
        }

        private static double? StepAt(JsonNode node, string key)
        {
            if (!node.Has(key)) return null;
            double step = node[key].AsNumber();
            return step > 0 ? step : throw new ConversionException(ErrorCode.ParameterRange, node[key].Where, $"{step}", "give the real value of one integer, above 0, or leave it out");
        }

        private double[] ValuesOr(JsonNode node, string key, double fallback) => node.Has(key) ? Values(node, key) : [fallback];

        private static PendingNode Elementwise(string name, Shape? shape, Func<Shape, Node> build) =>
            new() { Name = name, Input = shape, Output = shape, Elementwise = true, Build = build };

        private static Shape? OptionalShape(JsonNode node, string key) => node.Has(key) ? ShapeAt(node[key]) : null;

        private static Shape ShapeAt(JsonNode node)
        {
            long[] dimensions = node.IsArray ? [.. node.Items().Select(d => (long)d.AsInteger(1, int.MaxValue))] : [node.AsInteger(1, int.MaxValue)];
            if (dimensions.Length is 0 or > 8)
                throw new ConversionException(ErrorCode.ParameterRange, node.Where, $"{dimensions.Length} dimensions", "give 1 to 8");
            return ShapeInference.ShapeOf(node.Where, dimensions);
        }

        private static int[] Pair(JsonNode node, string key, int axes, int fallback)
        {
            if (!node.Has(key)) return [fallback, fallback];
            JsonNode value = node[key];
            int[] numbers = value.IsArray ? [.. value.Items().Select(v => v.AsInteger(0, 1 << 20))] : [.. Enumerable.Repeat(value.AsInteger(0, 1 << 20), axes)];
            if (numbers.Length != axes)
                throw new ConversionException(ErrorCode.ShapeMismatch, value.Where, $"{numbers.Length} numbers", axes == 1 ? "give one" : "give one, or one for height and one for width");
            return axes == 1 ? [key is "padding" ? 0 : 1, numbers[0]] : numbers;
        }

        private static int[]? Padding(JsonNode node, int axes)
        {
            if (!node.Has("padding")) return [0, 0];
            if (!node["padding"].IsText) return Pair(node, "padding", axes, 0);
            return node.Choice("padding", ("same", true), ("valid", false)) ? null : [0, 0];
        }

        private double[]? Bias(JsonNode node) => node.Has("bias") ? Values(node, "bias") : null;

        private double[] Values(JsonNode node, string key)
        {
            NumericArray values = Tensor(node, key, -1);
            return values.ToDoubles();
        }

        private int[] Whole(JsonNode node, string key, int least, int most)
        {
            NumericArray values = Tensor(node, key, -1);
            int[] result = new int[values.Count];
            for (int i = 0; i < result.Length; i++)
            {
                if (!(values[i] >= least && values[i] <= most) || values[i] != Math.Floor(values[i]))
                    throw new ConversionException(ErrorCode.ParameterRange, node[key].Where, $"element {i} is {values[i]}", $"use whole numbers from {least} to {most}");
                result[i] = (int)values[i];
            }

            return result;
        }

        // A number, nested lists of numbers, or the name of a tensor. A rank of -1 accepts any.
        private NumericArray Tensor(JsonNode node, string key, int rank)
        {
            JsonNode value = node[key];
            NumericArray tensor = value.IsText ? Stored(value) : value.AsArray();
            if (tensor.Count == 0) throw new ConversionException(ErrorCode.ShapeMismatch, value.Where, "it has no element", "give at least one");
            if (rank >= 0 && tensor.Rank != rank)
                throw new ConversionException(ErrorCode.ShapeMismatch, value.Where, $"{tensor.DimensionsText} has {tensor.Rank} axes", $"'{key}' has {rank}");
            return tensor;
        }

        private NumericArray Stored(JsonNode value)
        {
            string beside = Path.Combine(Path.GetDirectoryName(path) ?? "", _tensorFile);
            if (_tensors is null)
            {
                _tensorBytes = readBeside(_tensorFile);
                _tensors = SafetensorsFile.Parse(_tensorBytes, beside).Tensors;
            }

            string name = value.AsText();
            return _tensors.TryGetValue(name, out NumericArray? tensor)
                ? tensor
                : throw new ConversionException(ErrorCode.Damaged, value.Where, $"there is no tensor '{name}' in {beside}", JsonNode.Suggest(name, _tensors.Keys, "correct the name, or add the tensor"));
        }

        private const Readout Undecided = (Readout)(-1);

        private static List<Node> SetReadouts(List<Node> nodes, List<Edge> edges)
        {
            Dictionary<string, Node> byName = nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
            return [.. nodes.Select(node => node is OutputNode { Readout: Undecided } open
                ? new OutputNode
                {
                    Name = open.Name,
                    InputShape = open.InputShape,
                    OutputShape = open.OutputShape,
                    Readout = edges.Where(e => e.Target == open.Name).All(e => byName[e.Source] is PopulationNode { Spikes: true }) ? Readout.SpikeCount : Readout.Last,
                }
                : node)];
        }
    }
}
