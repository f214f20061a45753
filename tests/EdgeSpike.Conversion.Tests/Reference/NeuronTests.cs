using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>
/// The neuron against the lines at <see cref="NeuronNode"/>, written out once more for a single neuron, with every
/// option drawn at random; and a few cases by hand.
/// </summary>
public sealed class NeuronTests
{
    private const int Ticks = 12;

    [Fact]
    public void Every_combination_of_options_follows_the_stated_lines() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        NeuronNode node = RandomNeuron(random);
        int n = node.InputShape.Count;
        ReferenceNetwork network = Graphs.Around(node);
        for (int run = 0; run < 2; run++)
        {
            network.Reset();
            Literal[] literal = [.. Enumerable.Range(0, n).Select(i => new Literal(node, i))];
            for (int t = 0; t < Ticks; t++)
            {
                double[] x = Graphs.Values(random, n);
                network.Step(x);
                double[] expected = [.. literal.Select((each, i) => each.Step(x[i]))];
                Assert.Equal(expected, network.Output("node").ToArray());
                Assert.Equal(literal.Select(each => each.V), network.Membrane("node").ToArray());
                if (node.SynapticDecay is not null) Assert.Equal(literal.Select(each => each.I), network.SynapticCurrent("node").ToArray());
            }
        }
    }, iter: 3000);

    /// <summary>Each product and each addition rounded, from left to right; written out in plain float.</summary>
    [Fact]
    public void Float32_rounds_every_step_of_a_tick() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        double Any() => random.NextDouble() * 2 - 1;
        NeuronNode node = new()
        {
            Name = "node",
            InputShape = new Shape(1),
            OutputShape = new Shape(1),
            Decay = [random.NextDouble()],
            SynapticDecay = [random.NextDouble()],
            InputGain = [Any()],
            DriveGain = [Any()],
            InputBias = [Any()],
            MembraneBias = [Any()],
            Threshold = [random.NextDouble() / 4],
            Reset = ResetRule.Subtract,
            ResetTime = (ResetTime)random.Next(2),
        };
        bool next = node.ResetTime == ResetTime.Next;
        float decay = (float)node.Decay[0], synaptic = (float)node.SynapticDecay[0], gain = (float)node.InputGain[0], drive = (float)node.DriveGain[0];
        float inputBias = (float)node.InputBias[0], membraneBias = (float)node.MembraneBias[0], threshold = (float)node.Threshold[0], i = 0, v = 0;
        ReferenceNetwork network = Graphs.Around(node, Precision.Float32);
        for (int t = 0; t < 200; t++)
        {
            double x = Any();
            network.Step([x]);
            bool pending = next && v > threshold;
            float c = gain * (float)x;
            c += inputBias;
            i = synaptic * i;
            i += c;
            v = decay * v;
            v += drive * i;
            v += membraneBias;
            if (pending) v -= threshold;
            bool spike = v > threshold;
            if (spike && !next) v -= threshold;
            Assert.Equal((double)v, network.Membrane("node")[0]);
            Assert.Equal((double)i, network.SynapticCurrent("node")[0]);
            Assert.Equal(spike ? 1.0 : 0.0, network.Output("node")[0]);
        }
    });

    [Fact]
    public void Reset_at_the_next_tick_leaves_the_membrane_of_the_spike_to_be_seen()
    {
        ReferenceNetwork network = Graphs.Around(Neuron(reset: ResetRule.Subtract, time: ResetTime.Next));
        Assert.Equal([1.5, 0.5, 0.5], Membranes(network, 1.5, 0, 0));
        network = Graphs.Around(Neuron(reset: ResetRule.ToValue, time: ResetTime.Next));
        Assert.Equal([1.5, 0.25, 0.25], Membranes(network, 1.5, 0.25, 0));
    }

    [Fact]
    public void Reset_at_once_is_seen_at_once()
    {
        ReferenceNetwork network = Graphs.Around(Neuron(reset: ResetRule.Subtract, time: ResetTime.Now));
        Assert.Equal([0.5, 0.5], Membranes(network, 1.5, 0));
        network = Graphs.Around(Neuron(reset: ResetRule.ToValue, time: ResetTime.Now));
        Assert.Equal([0, 0.25], Membranes(network, 1.5, 0.25));
    }

    [Fact]
    public void A_refractory_neuron_neither_integrates_nor_spikes()
    {
        ReferenceNetwork network = Graphs.Around(Neuron(refractory: 2));
        Assert.Equal([1, 0, 0, 1], Outputs(network, 2, 2, 2, 2));
    }

    [Fact]
    public void A_reset_on_the_next_tick_reaches_a_refractory_neuron()
    {
        ReferenceNetwork network = Graphs.Around(Neuron(reset: ResetRule.Subtract, time: ResetTime.Next, refractory: 2));
        Assert.Equal([1.5, 0.5, 0.5], Membranes(network, 1.5, 1, 1));
    }

    [Fact]
    public void Several_spikes_of_one_tick_take_several_thresholds()
    {
        ReferenceNetwork network = Graphs.Around(Neuron(reset: ResetRule.Subtract, maximum: 3));
        Assert.Equal([2, 0, 3, 3], Outputs(network, 2.5, 0.5, 7.5, 0));
        network = Graphs.Around(Neuron(reset: ResetRule.Subtract, maximum: 3, comparison: Comparison.GreaterOrEqual));
        Assert.Equal([2, 1, 3, 3], Outputs(network, 2.5, 0.5, 7.5, 0));
    }

    [Fact]
    public void Reaching_the_threshold_counts_where_the_model_says_so()
    {
        Assert.Equal([0], Outputs(Graphs.Around(Neuron()), 1));
        Assert.Equal([1], Outputs(Graphs.Around(Neuron(comparison: Comparison.GreaterOrEqual)), 1));
    }

    /// <summary>The recursion of snnTorch sees a spike in an initial membrane above the threshold.</summary>
    [Fact]
    public void An_initial_membrane_above_the_threshold_is_a_pending_spike()
    {
        ReferenceNetwork network = Graphs.Around(Neuron(reset: ResetRule.Subtract, time: ResetTime.Next, initial: 1.5));
        Assert.Equal([0.5], Membranes(network, 0));
    }

    private static NeuronNode Neuron(
        ResetRule reset = ResetRule.ToValue, ResetTime time = ResetTime.Now, int refractory = 0, int maximum = 1,
        Comparison comparison = Comparison.Greater, double initial = 0) => new()
        {
            Name = "node",
            InputShape = new Shape(1),
            OutputShape = new Shape(1),
            Decay = [1],
            Threshold = [1],
            Reset = reset,
            ResetTime = time,
            RefractoryTicks = refractory,
            MaximumSpikes = maximum,
            Comparison = comparison,
            InitialMembrane = [initial],
        };

    private static double[] Membranes(ReferenceNetwork network, params double[] x) => Trace(network, x, () => network.Membrane("node")[0]);

    private static double[] Outputs(ReferenceNetwork network, params double[] x) => Trace(network, x, () => network.Output("node")[0]);

    private static double[] Trace(ReferenceNetwork network, double[] x, Func<double> read)
    {
        List<double> trace = [];
        foreach (double value in x)
        {
            network.Step([value]);
            trace.Add(read());
        }

        return [.. trace];
    }

    private static NeuronNode RandomNeuron(Random random)
    {
        int n = random.Next(1, 5);
        int Size() => random.Next(2) == 0 ? 1 : n;
        double[] Signed() => Graphs.Values(random, Size());
        double[] Unit() => [.. Enumerable.Range(0, Size()).Select(_ => random.Next(5) / 4.0)];
        double[] Positive() => [.. Enumerable.Range(0, Size()).Select(_ => random.Next(1, 24) / 16.0)];
        bool several = random.Next(3) == 0;
        return new NeuronNode
        {
            Name = "node",
            InputShape = new Shape(n),
            OutputShape = new Shape(n),
            Decay = Unit(),
            SynapticDecay = random.Next(2) == 0 ? null : Unit(),
            InputGain = Signed(),
            DriveGain = Positive(),
            InputBias = Signed(),
            MembraneBias = Signed(),
            Threshold = several ? Positive() : random.Next(5) == 0 ? null : random.Next(4) == 0 ? Signed() : Positive(),
            ResetValue = Signed(),
            InitialMembrane = Signed(),
            Reset = several ? ResetRule.Subtract : (ResetRule)random.Next(3),
            ResetTime = several ? ResetTime.Now : (ResetTime)random.Next(2),
            Comparison = (Comparison)random.Next(2),
            Current = (CurrentOrder)random.Next(2),
            RefractoryTicks = random.Next(2) == 0 ? 0 : random.Next(4),
            MaximumSpikes = several ? random.Next(2, 5) : 1,
            LowerLimit = random.Next(2) == 0 ? null : random.Next(-16, 4) / 16.0,
        };
    }

    /// <summary>One neuron, as the remarks say it, with nothing taken from the implementation.</summary>
    private sealed class Literal(NeuronNode node, int index)
    {
        private int _refractory;
        private bool _spiked;

        public double V { get; private set; } = Pick(node.InitialMembrane, index);

        public double I { get; private set; }

        public double Step(double x)
        {
            double threshold = node.Threshold is null ? double.NaN : Pick(node.Threshold, index);
            bool Compares(double v) => node.Comparison == Comparison.Greater ? v > threshold : v >= threshold;
            bool pending = node.ResetTime == ResetTime.Next && (node.RefractoryTicks == 0 ? Compares(V) : _spiked);
            if (pending && node.Reset == ResetRule.ToValue) V = Pick(node.ResetValue, index);
            double c = Pick(node.InputGain, index) * x + Pick(node.InputBias, index), drive = c;
            if (node.SynapticDecay is not null)
            {
                double i = Pick(node.SynapticDecay, index) * I + c;
                drive = Pick(node.DriveGain, index) * (node.Current == CurrentOrder.New ? i : I);
                I = i;
            }

            int s = 0;
            if (_refractory > 0)
            {
                _refractory -= 1;
                if (pending && node.Reset == ResetRule.Subtract) V -= threshold;
            }
            else
            {
                V = Pick(node.Decay, index) * V + drive + Pick(node.MembraneBias, index) - (pending && node.Reset == ResetRule.Subtract ? threshold : 0);
                if (node.LowerLimit is double limit) V = Math.Max(V, limit);
                if (node.MaximumSpikes == 1) s = Compares(V) ? 1 : 0;
                else
                    for (double rest = V; s < node.MaximumSpikes && Compares(rest); rest -= threshold) s++;
                if (s > 0)
                {
                    _refractory = node.RefractoryTicks;
                    if (node.ResetTime == ResetTime.Now)
                        V = node.Reset switch { ResetRule.ToValue => Pick(node.ResetValue, index), ResetRule.Subtract => V - s * threshold, _ => V };
                }
            }

            _spiked = s > 0;
            return node.Threshold is null ? V : s;
        }

        private static double Pick(double[] values, int index) => values[values.Length == 1 ? 0 : index];
    }
}
