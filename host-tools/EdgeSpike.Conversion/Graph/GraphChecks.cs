using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// What every importer's graph has to satisfy, and the order in which its nodes run within a tick. Both are the same for
/// all sources, so that importers only translate.
/// </summary>
public static class GraphChecks
{
    /// <summary>
    /// Checks ends of edges, shapes, sizes of parameters, finiteness, ranges and loops; throws a
    /// <see cref="ConversionException"/> that names the node or edge at fault.
    /// </summary>
    public static void Validate(this NetworkGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (!double.IsFinite(graph.TickSeconds) || graph.TickSeconds < 0)
            throw new ConversionException(ErrorCode.ParameterRange, graph.Name, $"a tick of {graph.TickSeconds} s", "give the length of a tick in seconds, above 0");
        if (!graph.Nodes.OfType<InputNode>().Any())
            throw new ConversionException(ErrorCode.BadGraph, graph.Name, "the network has no input node", "add one");
        if (!graph.Nodes.OfType<OutputNode>().Any())
            throw new ConversionException(ErrorCode.BadGraph, graph.Name, "the network has no output node", "add one");

        foreach (Edge edge in graph.Edges) CheckEdge(graph, edge);
        foreach (Node node in graph.Nodes)
        {
            CheckNode(node);
            bool hasInput = graph.Incoming(node.Name).Any();
            if (node is InputNode && hasInput)
                throw new ConversionException(ErrorCode.BadGraph, $"node '{node.Name}'", "an edge enters an input node", "remove the edge");
            if (node is not InputNode && !hasInput)
                throw new ConversionException(ErrorCode.BadGraph, $"node '{node.Name}'", "no edge enters it", "connect it or remove it");
            if (node is OutputNode && graph.Outgoing(node.Name).Any())
                throw new ConversionException(ErrorCode.BadGraph, $"node '{node.Name}'", "an edge leaves an output node", "remove the edge");
            if (node is OutputNode && graph.Incoming(node.Name).Count() != 1)
                throw new ConversionException(ErrorCode.BadGraph, $"node '{node.Name}'", "several edges enter an output node", "add them in a node of their own first");
        }

        _ = graph.EvaluationOrder();
    }

    /// <summary>
    /// The nodes in an order in which each comes after all it depends on within the tick (edges of delay 0). Among those
    /// that are ready the first of the graph's list comes first, so the order depends on the file alone.
    /// </summary>
    /// <exception cref="ConversionException">A loop has no delay; the message lists its nodes.</exception>
    public static IReadOnlyList<Node> EvaluationOrder(this NetworkGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Dictionary<string, int> waiting = graph.Nodes.ToDictionary(n => n.Name, _ => 0, StringComparer.Ordinal);
        foreach (Edge edge in graph.Edges)
            if (edge.Delay == 0) waiting[edge.Target]++;

        Dictionary<string, int> position = [];
        for (int i = 0; i < graph.Nodes.Count; i++) position[graph.Nodes[i].Name] = i;
        PriorityQueue<Node, int> ready = new();
        foreach (Node node in graph.Nodes)
            if (waiting[node.Name] == 0) ready.Enqueue(node, position[node.Name]);

        ILookup<string, Edge> leaving = graph.Edges.Where(e => e.Delay == 0).ToLookup(e => e.Source, StringComparer.Ordinal);
        List<Node> order = new(graph.Nodes.Count);
        while (ready.TryDequeue(out Node? node, out _))
        {
            order.Add(node);
            foreach (Edge edge in leaving[node.Name])
                if (--waiting[edge.Target] == 0) ready.Enqueue(graph.Find(edge.Target)!, position[edge.Target]);
        }

        if (order.Count < graph.Nodes.Count)
        {
            string loop = string.Join(", ", graph.Nodes.Except(order).Select(n => $"'{n.Name}'").Take(8));
            throw new ConversionException(ErrorCode.BadGraph, graph.Name, $"a loop without delay runs through or before {loop}", "give one edge of the loop a delay of at least 1 tick");
        }

        return order;
    }

    private static void CheckEdge(NetworkGraph graph, Edge edge)
    {
        Node? source = graph.Find(edge.Source), target = graph.Find(edge.Target);
        string where = $"edge '{edge.Source}' -> '{edge.Target}'";
        if (source is null || target is null)
            throw new ConversionException(ErrorCode.BadGraph, where, $"there is no node '{(source is null ? edge.Source : edge.Target)}'", "correct the name or add the node");
        if (edge.Port == EdgePort.Threshold && target is not AdaptiveNeuronNode)
            throw new ConversionException(ErrorCode.BadGraph, where, $"it drives a threshold, and '{target.Name}' is a {target.Kind}", "only an adaptive neuron has a threshold to drive");
        if (edge.Delay < 0)
            throw new ConversionException(ErrorCode.ParameterRange, where, $"a delay of {edge.Delay} ticks", "use 0 or more");
        if (source.OutputShape.Count != target.InputShape.Count)
            throw new ConversionException(ErrorCode.ShapeMismatch, where, $"{source.OutputShape.Count} elements ({source.OutputShape}) leave '{source.Name}' but '{target.Name}' takes {target.InputShape.Count} ({target.InputShape})", "correct the shapes");
    }

    private static void CheckNode(Node node)
    {
        int inputs = node.InputShape.Count, outputs = node.OutputShape.Count;
        if (node is PopulationNode population) Step(node, "membrane step", population.MembraneStep);
        switch (node)
        {
            case LinearNode linear:
                Size(node, "weight", linear.Weight.Length, (long)linear.Outputs * linear.Inputs);
                Size(node, "inputs", inputs, (long)linear.Inputs * linear.Repeat);
                Size(node, "outputs", outputs, (long)linear.Outputs * linear.Repeat);
                if (linear.Bias is not null) Size(node, "bias", linear.Bias.Length, linear.Outputs);
                Finite(node, "weight", linear.Weight);
                Finite(node, "bias", linear.Bias);
                Multiples(node, linear.WeightStep, linear.Weight);
                break;
            case DelayedLinearNode delayed:
                Size(node, "weight", delayed.Weight.Length, (long)inputs * outputs);
                Size(node, "ticks", delayed.Ticks.Length, (long)inputs * outputs);
                if (delayed.Bias is not null) Size(node, "bias", delayed.Bias.Length, outputs);
                Finite(node, "weight", delayed.Weight);
                Finite(node, "bias", delayed.Bias);
                Ticks(node, delayed.Ticks);
                break;
            case ConvolutionNode convolution:
                CheckConvolution(convolution);
                break;
            case PoolNode pool:
                CheckWindow(node, pool.Window);
                Size(node, "input shape", inputs, (long)pool.Channels * pool.Window.InputHeight * pool.Window.InputWidth);
                Size(node, "output shape", outputs, (long)pool.Channels * pool.Window.OutputHeight * pool.Window.OutputWidth);
                break;
            case ScaleNode scale:
                Same(node);
                OneOrAll(node, "factor", scale.Factor);
                break;
            case DelayNode delay:
                Same(node);
                if (delay.Ticks.Length != 1) Size(node, "ticks", delay.Ticks.Length, inputs);
                Ticks(node, delay.Ticks);
                break;
            case StateSpaceNode space:
                Size(node, "state matrix", space.StateMatrix.Length, (long)space.Order * space.Order);
                Size(node, "input matrix", space.InputMatrix.Length, (long)space.Order * space.Inputs);
                Size(node, "inputs", inputs, (long)space.Inputs * space.Repeat);
                Size(node, "outputs", outputs, (long)space.Order * space.Repeat);
                Finite(node, "state matrix", space.StateMatrix);
                Finite(node, "input matrix", space.InputMatrix);
                break;
            case NeuronNode neuron:
                CheckNeuron(neuron);
                break;
            case PairedEncoderNode encoder:
                CheckEncoder(encoder);
                break;
            case LeakyReadoutNode readout:
                Size(node, "weight", readout.Weight.Length, (long)outputs * (readout.Mirrored ? inputs / 2 : inputs));
                if (readout.Mirrored) Size(node, "inputs", inputs, inputs / 2 * 2L);
                Finite(node, "weight", readout.Weight);
                if (readout.Leak.Length != 1) Size(node, "leak", readout.Leak.Length, outputs);
                Finite(node, "leak", readout.Leak);
                UnitInterval(node, "leak", readout.Leak);
                Multiples(node, readout.WeightStep, readout.WeightStep is null ? [] : readout.FoldedWeight());
                break;
            case InputNode input:
                Same(node);
                Step(node, "step", input.Step);
                break;
            default:
                Same(node);
                break;
        }
    }

    private static void CheckConvolution(ConvolutionNode node)
    {
        CheckWindow(node, node.Window);
        if (node.Groups < 1 || node.InputChannels % node.Groups != 0 || node.OutputChannels % node.Groups != 0)
            throw new ConversionException(ErrorCode.ShapeMismatch, $"node '{node.Name}'", $"{node.Groups} groups do not divide {node.InputChannels} and {node.OutputChannels} channels", "correct groups or channels");
        Window w = node.Window;
        Size(node, "weight", node.Weight.Length, (long)node.OutputChannels * (node.InputChannels / node.Groups) * w.KernelHeight * w.KernelWidth);
        Size(node, "input shape", node.InputShape.Count, (long)node.InputChannels * w.InputHeight * w.InputWidth);
        Size(node, "output shape", node.OutputShape.Count, (long)node.OutputChannels * w.OutputHeight * w.OutputWidth);
        if (node.Bias is not null) Size(node, "bias", node.Bias.Length, node.OutputChannels);
        Finite(node, "weight", node.Weight);
        Finite(node, "bias", node.Bias);
    }

    private static void CheckWindow(Node node, Window w)
    {
        ReadOnlySpan<int> atLeastOne = [w.InputHeight, w.InputWidth, w.OutputHeight, w.OutputWidth, w.KernelHeight, w.KernelWidth, w.StrideHeight, w.StrideWidth, w.DilationHeight, w.DilationWidth];
        foreach (int value in atLeastOne)
            if (value < 1)
                throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", $"a kernel, stride, dilation or output size of {value}", "use 1 or more; the kernel must fit into the padded input");
        if (w.PaddingTop < 0 || w.PaddingLeft < 0)
            throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", "negative padding", "use 0 or more");
    }

    private static void CheckNeuron(NeuronNode node)
    {
        Same(node);
        OneOrAll(node, "decay", node.Decay);
        OneOrAll(node, "input gain", node.InputGain);
        OneOrAll(node, "drive gain", node.DriveGain);
        OneOrAll(node, "input bias", node.InputBias);
        OneOrAll(node, "membrane bias", node.MembraneBias);
        OneOrAll(node, "reset value", node.ResetValue);
        OneOrAll(node, "initial membrane", node.InitialMembrane);
        UnitInterval(node, "decay", node.Decay);
        if (node.Threshold is not null) OneOrAll(node, "threshold", node.Threshold);
        if (node.SynapticDecay is not null)
        {
            OneOrAll(node, "synaptic decay", node.SynapticDecay);
            UnitInterval(node, "synaptic decay", node.SynapticDecay);
        }

        string where = $"node '{node.Name}'";
        if (node.RefractoryTicks is < 0 or > ushort.MaxValue)
            throw new ConversionException(ErrorCode.ParameterRange, where, $"a refractory period of {node.RefractoryTicks} ticks", "use 0 to 65535");
        if (node.MaximumSpikes is < 1 or > 255)
            throw new ConversionException(ErrorCode.ParameterRange, where, $"{node.MaximumSpikes} spikes per tick", "use 1 to 255");
        if (node.MaximumSpikes > 1 && (node.Threshold is null || node.Reset != ResetRule.Subtract || node.ResetTime != ResetTime.Now || node.Threshold.Any(t => t <= 0)))
            throw new ConversionException(ErrorCode.ParameterRange, where, "several spikes per tick without a positive threshold that is subtracted at once", "use a subtractive reset in the same tick, or one spike per tick");
        if (node.LowerLimit is double limit && !double.IsFinite(limit))
            throw new ConversionException(ErrorCode.NotFinite, where, "the lower limit is not a number", "leave it out for none");
        if (node is AdaptiveNeuronNode adaptive) CheckAdaptation(adaptive, where);
    }

    private static void CheckAdaptation(AdaptiveNeuronNode node, string where)
    {
        if (node.Threshold is null)
            throw new ConversionException(ErrorCode.ParameterRange, where, "a threshold adapts, but there is none", "give the threshold's part that does not adapt");
        OneOrAll(node, "adaptation decay", node.AdaptationDecay);
        UnitInterval(node, "adaptation decay", node.AdaptationDecay);
        OneOrAll(node, "adaptation step", node.AdaptationStep);
        if (node.RefractoryTicks != 0 || node.MaximumSpikes != 1)
            throw new ConversionException(ErrorCode.ParameterRange, where, "an adaptive neuron with refractory ticks or several spikes a tick", "adaptive neurons have neither");
        if (node.ThresholdLowerLimit is double limit && !double.IsFinite(limit))
            throw new ConversionException(ErrorCode.NotFinite, where, "the threshold's lower limit is not a number", "leave it out for none");
    }

    private static void CheckEncoder(PairedEncoderNode node)
    {
        int pairs = node.Pairs;
        Size(node, "outputs", node.OutputShape.Count, 2L * pairs);
        Size(node, "weight", node.Weight.Length, (long)pairs * node.InputShape.Count);
        Finite(node, "weight", node.Weight);
        foreach ((string what, double[] values) in new[] { ("bias", node.Bias), ("decay", node.Decay), ("threshold", node.Threshold) })
        {
            if (values.Length != 1) Size(node, what, values.Length, pairs);
            Finite(node, what, values);
        }

        UnitInterval(node, "decay", node.Decay);
        foreach (double threshold in node.Threshold)
            if (threshold < 0)
                throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", $"a threshold of {threshold}", "an encoder's thresholds are 0 or more");
        Multiples(node, node.WeightStep, node.Weight);
    }

    private static void Step(Node node, string what, double? step)
    {
        if (step is double value && !(double.IsFinite(value) && value > 0))
            throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", $"a {what} of {value}", "give the real value of one integer, above 0, or leave it out");
    }

    // Weights of a stated step are what was trained in integers: a weight between two of them is another network. Room for weights and
    // steps that were rounded to single precision.
    private static void Multiples(Node node, double? step, double[] weights)
    {
        Step(node, "weight step", step);
        if (step is not double unit) return;
        for (int i = 0; i < weights.Length; i++)
            if (!(Math.Abs(weights[i] / unit - Math.Round(weights[i] / unit)) <= 1e-4 + 3e-7 * Math.Abs(weights[i] / unit)))
                throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", $"weight[{i}] is {weights[i]}, which is {weights[i] / unit:g6} weight steps of {unit:g6}", "a weight with a stated step is a whole number of them; correct it, or leave weight_step out");
    }

    private static void Same(Node node)
    {
        if (node.InputShape.Count != node.OutputShape.Count)
            throw new ConversionException(ErrorCode.ShapeMismatch, $"node '{node.Name}'", $"{node.InputShape} in, {node.OutputShape} out", $"a {node.Kind} keeps the number of elements");
    }

    private static void Size(Node node, string what, long have, long want)
    {
        if (have != want)
            throw new ConversionException(ErrorCode.ShapeMismatch, $"node '{node.Name}'", $"{what}: {have} elements where {want} belong", "correct the shapes");
    }

    private static void OneOrAll(Node node, string what, double[] values)
    {
        if (values.Length != 1) Size(node, what, values.Length, node.InputShape.Count);
        Finite(node, what, values);
    }

    private static void UnitInterval(Node node, string what, double[] values)
    {
        foreach (double value in values)
            if (value is < 0 or > 1)
                throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", $"a {what} of {value}", "decays lie in [0, 1]; with --rule euler a time constant shorter than a tick gives a negative one");
    }

    private static void Finite(Node node, string what, double[]? values)
    {
        if (values is null) return;
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i]))
                throw new ConversionException(ErrorCode.NotFinite, $"node '{node.Name}'", $"{what}[{i}] is {values[i]}", "a trained network has finite numbers; export it again");
    }

    private static void Ticks(Node node, int[] ticks)
    {
        foreach (int tick in ticks)
            if (tick is < 0 or > ushort.MaxValue)
                throw new ConversionException(ErrorCode.ParameterRange, $"node '{node.Name}'", $"a delay of {tick} ticks", "use 0 to 65535");
    }
}
