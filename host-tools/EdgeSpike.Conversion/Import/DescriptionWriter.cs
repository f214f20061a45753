using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Import;

/// <summary>
/// Writes a graph as a description (JSON and tensors beside it) that <see cref="DescriptionImporter"/> reads back to the
/// same graph: same nodes, edges, order and numbers.
/// </summary>
/// <remarks>
/// Single numbers stand in the JSON; arrays go to the tensor file under "node.parameter", as float32 where that is exact,
/// else as float64. Shapes are always stated. Choices and source hash are not part of a description.
/// </remarks>
public static class DescriptionWriter
{
    /// <summary>Writes <paramref name="path"/> and, with the ending .safetensors, the tensors beside it: both or none.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>; nothing was written.</exception>
    public static void Write(NetworkGraph graph, string path)
    {
        string tensors = Path.ChangeExtension(path, ".safetensors");
        if (tensors == path)
            throw new ConversionException(ErrorCode.OutputFailed, path, "the description would have the name of its tensors", "end its name in .json");
        (byte[] json, byte[] tensorBytes) = ToBytes(graph, Path.GetFileName(tensors));
        OutputFile.WriteAll([(tensors, tensorBytes), (path, json)]);
    }

    /// <summary>The content of both files; <paramref name="tensorFile"/> is the name by which the JSON refers to the other.</summary>
    public static (byte[] Json, byte[] Tensors) ToBytes(NetworkGraph graph, string tensorFile)
    {
        ArgumentNullException.ThrowIfNull(graph);
        List<KeyValuePair<string, NumericArray>> tensors = [];
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", DescriptionImporter.FormatName);
            json.WriteNumber("version", DescriptionImporter.FormatVersion);
            json.WriteString("name", graph.Name);
            if (graph.TickSeconds > 0) json.WriteNumber("dt", graph.TickSeconds);
            json.WriteString("tensors", tensorFile);
            if (graph.Labels.Count > 0)
            {
                json.WriteStartArray("labels");
                foreach (string label in graph.Labels) json.WriteStringValue(label);
                json.WriteEndArray();
            }

            json.WriteStartArray("nodes");
            foreach (Node node in graph.Nodes) new NodeWriter(json, tensors, node).Write();
            json.WriteEndArray();
            json.WriteStartArray("edges");
            foreach (Edge edge in graph.Edges)
            {
                json.WriteStartArray();
                json.WriteStringValue(edge.Source);
                json.WriteStringValue(edge.Target);
                if (edge.Delay > 0 || edge.Port != EdgePort.Input) json.WriteNumberValue(edge.Delay);
                if (edge.Port == EdgePort.Threshold) json.WriteStringValue("threshold");
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return (buffer.WrittenSpan.ToArray(), SafetensorsFile.ToBytes(tensors));
    }

    private sealed class NodeWriter(Utf8JsonWriter json, List<KeyValuePair<string, NumericArray>> tensors, Node node)
    {
        public void Write()
        {
            json.WriteStartObject();
            json.WriteString("name", node.Name);
            switch (node)
            {
                case InputNode input:
                    Type("input");
                    Shape("shape", node.InputShape);
                    Step("step", input.Step);
                    break;
                case OutputNode output:
                    Type("output");
                    json.WriteString("readout", output.Readout switch { Readout.SpikeCount => "spike_count", Readout.Last => "last", Readout.Maximum => "maximum", _ => "mean" });
                    Shape("shape", node.InputShape);
                    break;
                case LinearNode linear:
                    Type("linear");
                    Tensor("weight", linear.Weight, linear.Outputs, linear.Inputs);
                    Step("weight_step", linear.WeightStep);
                    Vector("bias", linear.Bias);
                    if (linear.Repeat != 1) json.WriteNumber("repeat", linear.Repeat);
                    BothShapes();
                    break;
                case DelayedLinearNode delayed:
                    Type("delayed_linear");
                    Tensor("weight", delayed.Weight, node.OutputShape.Count, node.InputShape.Count);
                    Ticks(delayed.Ticks, node.OutputShape.Count, node.InputShape.Count);
                    Vector("bias", delayed.Bias);
                    BothShapes();
                    break;
                case ConvolutionNode convolution:
                    Convolution(convolution);
                    break;
                case PoolNode pool:
                    Type(pool.Average ? "average_pool" : "sum_pool");
                    Window(pool.Window, kernel: true);
                    BothShapes();
                    break;
                case FlattenNode:
                    Type("flatten");
                    Shape("input_shape", node.InputShape);
                    Shape("shape", node.OutputShape);
                    break;
                case ScaleNode scale:
                    Type("scale");
                    Values("factor", scale.Factor);
                    Shape("shape", node.InputShape);
                    break;
                case DelayNode delay:
                    Type("delay");
                    Ticks(delay.Ticks, delay.Ticks.Length);
                    Shape("shape", node.InputShape);
                    break;
                case StateSpaceNode space:
                    Type("state_space");
                    Tensor("state_matrix", space.StateMatrix, space.Order, space.Order);
                    Tensor("input_matrix", space.InputMatrix, space.Order, space.Inputs);
                    if (space.Repeat != 1) json.WriteNumber("repeat", space.Repeat);
                    BothShapes();
                    break;
                case AdaptiveNeuronNode adaptive:
                    Type("adaptive_neuron");
                    Values("adaptation_decay", adaptive.AdaptationDecay);
                    Unless("adaptation_step", adaptive.AdaptationStep, 0);
                    if (adaptive.ThresholdLowerLimit is double least) json.WriteNumber("threshold_lower_limit", least);
                    Neuron(adaptive);
                    break;
                case NeuronNode neuron:
                    Type("neuron");
                    Neuron(neuron);
                    break;
                case PairedEncoderNode encoder:
                    Type("paired_encoder");
                    Tensor("weight", encoder.Weight, encoder.Pairs, node.InputShape.Count);
                    Step("weight_step", encoder.WeightStep);
                    Unless("bias", encoder.Bias, 0);
                    Values("decay", encoder.Decay);
                    Values("threshold", encoder.Threshold);
                    Step("membrane_step", encoder.MembraneStep);
                    BothShapes();
                    break;
                case LeakyReadoutNode readout:
                    Type("leaky_readout");
                    Tensor("weight", readout.Weight, node.OutputShape.Count, readout.Weight.Length / node.OutputShape.Count);
                    if (readout.Mirrored) json.WriteBoolean("mirrored", true);
                    Step("weight_step", readout.WeightStep);
                    Values("leak", readout.Leak);
                    Step("membrane_step", readout.MembraneStep);
                    BothShapes();
                    break;
                default:
                    throw new ConversionException(ErrorCode.Unsupported, $"node '{node.Name}'", $"a description has no word for a {node.Kind}", "write it as nodes that it has");
            }

            json.WriteEndObject();
        }

        private void Convolution(ConvolutionNode convolution)
        {
            Window w = convolution.Window;
            bool one = node.InputShape.Rank == 2;
            Type(one ? "conv1d" : "conv2d");
            int inputs = convolution.InputChannels / convolution.Groups;
            if (one) Tensor("weight", convolution.Weight, convolution.OutputChannels, inputs, w.KernelWidth);
            else Tensor("weight", convolution.Weight, convolution.OutputChannels, inputs, w.KernelHeight, w.KernelWidth);
            Vector("bias", convolution.Bias);
            if (convolution.Groups != 1) json.WriteNumber("groups", convolution.Groups);
            Window(w, kernel: false);
            BothShapes();
        }

        private void Neuron(NeuronNode neuron)
        {
            Values("decay", neuron.Decay);
            if (neuron.SynapticDecay is not null) Values("synaptic_decay", neuron.SynapticDecay);
            Unless("input_gain", neuron.InputGain, 1);
            Unless("drive_gain", neuron.DriveGain, 1);
            Unless("input_bias", neuron.InputBias, 0);
            Unless("membrane_bias", neuron.MembraneBias, 0);
            if (neuron.Threshold is not null) Values("threshold", neuron.Threshold);
            Unless("reset_value", neuron.ResetValue, 0);
            Unless("initial_membrane", neuron.InitialMembrane, 0);
            json.WriteString("reset", neuron.Reset switch { ResetRule.ToValue => "value", ResetRule.Subtract => "subtract", _ => "none" });
            json.WriteString("reset_time", neuron.ResetTime == ResetTime.Now ? "now" : "next");
            json.WriteString("comparison", neuron.Comparison == Comparison.Greater ? ">" : ">=");
            json.WriteString("current", neuron.Current == CurrentOrder.New ? "new" : "old");
            if (neuron.RefractoryTicks != 0) json.WriteNumber("refractory", neuron.RefractoryTicks);
            if (neuron.MaximumSpikes != 1) json.WriteNumber("maximum_spikes", neuron.MaximumSpikes);
            if (neuron.LowerLimit is double limit) json.WriteNumber("lower_limit", limit);
            Step("membrane_step", neuron.MembraneStep);
            Shape("shape", node.InputShape);
        }

        private void Window(Window w, bool kernel)
        {
            if (kernel) Axes("kernel", w.KernelHeight, w.KernelWidth);
            Axes("stride", w.StrideHeight, w.StrideWidth);
            Axes("padding", w.PaddingTop, w.PaddingLeft);
            Axes("dilation", w.DilationHeight, w.DilationWidth);
        }

        private void Axes(string key, int height, int width)
        {
            json.WriteStartArray(key);
            if (node.InputShape.Rank != 2) json.WriteNumberValue(height);
            json.WriteNumberValue(width);
            json.WriteEndArray();
        }

        private void Type(string type) => json.WriteString("type", type);

        private void BothShapes()
        {
            Shape("input_shape", node.InputShape);
            Shape("output_shape", node.OutputShape);
        }

        private void Shape(string key, Shape shape)
        {
            json.WriteStartArray(key);
            foreach (int dimension in shape.ToArray()) json.WriteNumberValue(dimension);
            json.WriteEndArray();
        }

        private void Unless(string key, double[] values, double usual)
        {
            if (values is not [double only] || only != usual) Values(key, values);
        }

        private void Step(string key, double? step)
        {
            if (step is double value) json.WriteNumber(key, value);
        }

        private void Vector(string key, double[]? values)
        {
            if (values is not null) Tensor(key, values, values.Length);
        }

        private void Values(string key, double[] values)
        {
            if (values is [double only]) json.WriteNumber(key, only);
            else Vector(key, values);
        }

        private void Tensor(string key, double[] values, params int[] dimensions)
        {
            string name = $"{node.Name}.{key}";
            json.WriteString(key, name);
            bool single = values.All(v => (float)v == v);
            tensors.Add(new(name, single ? NumericArray.From(values.Select(v => (float)v).ToArray(), dimensions) : NumericArray.From(values, dimensions)));
        }

        private void Ticks(int[] ticks, params int[] dimensions)
        {
            if (ticks.Length == 1)
            {
                json.WriteNumber("ticks", ticks[0]);
                return;
            }

            json.WriteString("ticks", $"{node.Name}.ticks");
            tensors.Add(new($"{node.Name}.ticks", NumericArray.From(ticks, dimensions)));
        }
    }
}
