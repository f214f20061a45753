using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>What one node did on sample input, in real numbers and the source's order.</summary>
internal sealed class NodeRange(int count)
{
    /// <summary>Largest magnitude of what leaves, for each element.</summary>
    public double[] Output { get; } = new double[count];

    /// <summary>Neurons: largest magnitude of membrane, scaled current and drive, for each element.</summary>
    public double[] State { get; } = new double[count];

    /// <summary>Adaptive neurons: largest magnitude of what was added to the threshold, for each element.</summary>
    public double[] Adaptation { get; } = new double[count];

    /// <summary>Mean square of what leaves.</summary>
    public double Power { get; set; }

    /// <summary>The largest of <see cref="Output"/>.</summary>
    public double Largest => Output.Max();
}

/// <summary>
/// Ranges of all signals and states on sample input, from the float64 reference. Real samples are trusted to show a quarter of
/// what can happen, synthetic ones a sixteenth: that is <see cref="Headroom"/>.
/// </summary>
internal sealed class Calibration
{
    private readonly Dictionary<string, NodeRange> _ranges = new(StringComparer.Ordinal);

    /// <summary>Runs the reference over the first samples.</summary>
    public Calibration(NetworkGraph graph, ISampleSource samples, int count, bool synthetic, Action<int>? progress = null)
    {
        Headroom = synthetic ? 16 : 4;
        ReferenceNetwork network = new(graph, Precision.Float64);
        foreach (Node node in graph.Nodes) _ranges.Add(node.Name, new NodeRange(node.OutputShape.Count));
        double[] input = new double[samples.Channels];
        long ticks = 0;
        for (int sample = 0; sample < Math.Min(count, samples.Count); sample++)
        {
            network.Reset();
            for (int tick = 0; tick < samples.Ticks; tick++, ticks++)
            {
                samples.Tick(sample, tick, input);
                network.Step(input);
                foreach (Node node in graph.Nodes) Observe(network, node, _ranges[node.Name]);
            }

            progress?.Invoke(sample + 1);
        }

        foreach (Node node in graph.Nodes) _ranges[node.Name].Power /= Math.Max(1, ticks) * (double)node.OutputShape.Count;
    }

    /// <summary>Factor from what was observed to what is provided for.</summary>
    public double Headroom { get; }

    /// <summary>What the node did.</summary>
    public NodeRange this[string node] => _ranges[node];

    private static void Observe(ReferenceNetwork network, Node node, NodeRange range)
    {
        ReadOnlySpan<double> output = network.Output(node.Name);
        double power = 0;
        for (int i = 0; i < output.Length; i++)
        {
            power += output[i] * output[i];
            range.Output[i] = Math.Max(range.Output[i], Math.Abs(output[i]));
        }

        range.Power += power;
        if (node is not PopulationNode) return;
        NeuronNode? neuron = node as NeuronNode;
        ReadOnlySpan<double> membrane = network.Membrane(node.Name), current = network.SynapticCurrent(node.Name), sum = network.Input(node.Name), adaptation = network.Adaptation(node.Name);
        for (int i = 0; i < membrane.Length; i++)
        {
            double drive = neuron is null ? 1 : At(neuron.DriveGain, i), state = Math.Abs(membrane[i]);
            if (!current.IsEmpty) state = Math.Max(state, Math.Abs(drive * current[i]));
            if (neuron is not null) state = Math.Max(state, Math.Abs(drive * (At(neuron.InputGain, i) * sum[i] + At(neuron.InputBias, i))));
            range.State[i] = Math.Max(range.State[i], state);
            if (!adaptation.IsEmpty) range.Adaptation[i] = Math.Max(range.Adaptation[i], Math.Abs(adaptation[i]));
        }
    }

    private static double At(double[] values, int i) => values.Length == 1 ? values[0] : values[i];
}
