using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>
/// The adaptive neuron against the equations of the two papers, transcribed as they stand there; against runtime/ARITHMETIC.md,
/// "Adaptive threshold", in real numbers with every option drawn at random; and examples worked out by hand.
/// </summary>
public sealed class AdaptiveNeuronTests
{
    private const int Ticks = 12;

    /// <summary>
    /// Burgers, Stroobants, de Croon 2023: i(t) = tau_syn i(t-1) + W s(t), v(t) = tau_mem v(t-1) + i(t) - s(t-1) th(t-1),
    /// q(t) = tau_th q(t-1) + s_in(t) for every synapse, th(t) = th0 + W_th q(t), s(t) = [v(t) > th(t)].
    /// </summary>
    [Fact]
    public void Input_weighted_adaptation_follows_the_paper_with_a_trace_for_every_synapse() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        int m = random.Next(1, 4), n = random.Next(1, 4);
        double[] w = Graphs.Values(random, n * m), wth = Graphs.Values(random, n * m);
        double[] tauSyn = Quarters(random, n), tauMem = Quarters(random, n), tauTh = Quarters(random, n), th0 = [.. Enumerable.Range(0, n).Select(_ => random.Next(0, 24) / 16.0)];
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [
                Graphs.Input("in", m), Graphs.Linear("w", n, m, w), Graphs.Linear("w_th", n, m, wth),
                new AdaptiveNeuronNode { Name = "node", InputShape = new Shape(n), OutputShape = new Shape(n), SynapticDecay = tauSyn, Decay = tauMem, Threshold = th0, AdaptationDecay = tauTh, Reset = ResetRule.Subtract, ResetTime = ResetTime.Next },
                Graphs.Output("out", n),
            ],
            [new Edge("in", "w"), new Edge("in", "w_th"), new Edge("w", "node"), new Edge("w_th", "node", 0, EdgePort.Threshold), new Edge("node", "out")]);
        double[] i = new double[n], v = new double[n], th = [.. th0], s = new double[n], q = new double[n * m];
        for (int t = 0; t < Ticks; t++)
        {
            double[] input = [.. Enumerable.Range(0, m).Select(_ => (double)random.Next(2))];
            network.Step(input);
            for (int j = 0; j < n; j++)
            {
                double sum = 0, next = th0[j];
                for (int k = 0; k < m; k++)
                {
                    sum += w[j * m + k] * input[k];
                    q[j * m + k] = tauTh[j] * q[j * m + k] + input[k];
                    next += wth[j * m + k] * q[j * m + k];
                }

                i[j] = tauSyn[j] * i[j] + sum;
                v[j] = tauMem[j] * v[j] + i[j] - s[j] * th[j];
                th[j] = next;
                s[j] = v[j] > th[j] ? 1 : 0;
            }

            Assert.Equal(s, network.Output("node").ToArray());
            Assert.Equal(v, network.Membrane("node").ToArray());
            Assert.Equal(th, network.Adaptation("node").ToArray().Select((a, j) => th0[j] + a));
        }
    }, iter: 2000);

    /// <summary>
    /// Bellec et al. 2018, section 2 and supplement, for a step of 1: V(t+1) = alpha V(t) + (1 - alpha) R I(t) - B(t) z(t),
    /// B(t) = b0 + beta b(t), b(t+1) = rho b(t) + (1 - rho) z(t), z(t) = [V(t) > B(t)]. An input that arrives in a tick is I of the one before.
    /// </summary>
    [Fact]
    public void Adaptation_to_own_spikes_follows_the_paper() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        double alpha = random.Next(4) / 4.0, rho = random.Next(4) / 4.0, beta = random.Next(0, 33) / 16.0, b0 = random.Next(1, 17) / 16.0;
        ReferenceNetwork network = Graphs.Around(new AdaptiveNeuronNode
        {
            Name = "node", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [alpha], InputGain = [1 - alpha], Threshold = [b0], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next,
            AdaptationDecay = [rho], AdaptationStep = [beta * (1 - rho)],
        });
        double v = 0, b = 0, z = 0;
        for (int t = 0; t < Ticks; t++)
        {
            double current = random.Next(-8, 33) / 8.0, before = b0 + beta * b;
            network.Step([current]);
            v = alpha * v + (1 - alpha) * current - before * z;
            b = rho * b + (1 - rho) * z;
            z = v > b0 + beta * b ? 1 : 0;
            Assert.Equal(z, network.Output("node")[0]);
            Assert.Equal(v, network.Membrane("node")[0]);
            Assert.Equal(beta * b, network.Adaptation("node")[0]);
        }
    }, iter: 2000);

    /// <summary>
    /// Bellec et al. 2020 (e-prop): v(t+1) = alpha v(t) + I(t+1) - z(t) v_th, a(t+1) = rho a(t) + z(t), z(t) = [v(t) > v_th + beta a(t)]. The
    /// reset takes v_th, not the adapted threshold: as DESCRIPTION.md says, a connection from the neurons to themselves.
    /// </summary>
    [Fact]
    public void A_reset_by_the_threshold_that_does_not_adapt_is_a_connection() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        double alpha = random.Next(5) / 4.0, rho = random.Next(5) / 4.0, beta = random.Next(0, 33) / 16.0, threshold = random.Next(1, 17) / 16.0;
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64,
            [
                Graphs.Input("in", 1), Graphs.Linear("reset", 1, 1, [-threshold]),
                new AdaptiveNeuronNode { Name = "node", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [alpha], Threshold = [threshold], Reset = ResetRule.None, AdaptationDecay = [rho], AdaptationStep = [beta] },
                Graphs.Output("out", 1),
            ],
            [new Edge("in", "node"), new Edge("node", "reset", 1), new Edge("reset", "node"), new Edge("node", "out")]);
        double v = 0, a = 0, z = 0;
        for (int t = 0; t < Ticks; t++)
        {
            double current = random.Next(-8, 33) / 8.0;
            network.Step([current]);
            v = alpha * v + current - z * threshold;
            a = rho * a + z;
            z = v > threshold + beta * a ? 1 : 0;
            Assert.Equal(z, network.Output("node")[0]);
            Assert.Equal(v, network.Membrane("node")[0]);
        }
    }, iter: 2000);

    /// <summary>
    /// By hand: decay 1/2, threshold 1, adaptation decay 1/2 and step 1, input 2 at every tick, subtraction in the next tick.
    /// <code>
    /// t   a before  spiked  a            threshold  v                                spike
    /// 0   0         no      0            1          0 + 2 = 2                        2 > 1
    /// 1   0         yes     0 + 1 = 1    2          1 + 2 - 1 = 2                    2 > 2: no
    /// 2   1         no      1/2          3/2        1 + 2 = 3                        3 > 3/2
    /// 3   1/2       yes     1/4 + 1      9/4        3/2 + 2 - 3/2 = 2                2 > 9/4: no
    /// 4   5/4       no      5/8          13/8       1 + 2 = 3                        3 > 13/8
    /// </code>
    /// </summary>
    [Fact]
    public void Own_spikes_raise_the_threshold_by_hand()
    {
        ReferenceNetwork network = Graphs.Around(new AdaptiveNeuronNode
        {
            Name = "node", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [0.5], Threshold = [1], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next, AdaptationDecay = [0.5], AdaptationStep = [1],
        });
        Follow(network, [2, 2, 2, 2, 2], a: [0, 1, 0.5, 1.25, 0.625], v: [2, 2, 3, 2, 3], s: [1, 0, 1, 0, 1]);
    }

    /// <summary>
    /// The same with the reset to zero at once: v after a spike is 0, and the spike is remembered for the next tick's threshold.
    /// <code>
    /// t   a            threshold  v before reset   spike
    /// 0   0            1          2                yes, v = 0
    /// 1   1            2          2                no
    /// 2   1/2          3/2        1 + 2 = 3        yes, v = 0
    /// 3   1/4 + 1      9/4        2                no
    /// </code>
    /// </summary>
    [Fact]
    public void A_reset_at_once_leaves_the_spike_to_the_next_ticks_threshold()
    {
        ReferenceNetwork network = Graphs.Around(new AdaptiveNeuronNode
        {
            Name = "node", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [0.5], Threshold = [1], AdaptationDecay = [0.5], AdaptationStep = [1],
        });
        Follow(network, [2, 2, 2, 2], a: [0, 1, 0.5, 1.25], v: [0, 2, 0, 2], s: [1, 0, 1, 0]);
    }

    /// <summary>
    /// By hand: input s into the membrane with weight 1 and into the threshold with weight 1, th0 = 1/2, tau_th = 1/2, decay 1.
    /// A spike that arrives acts on the threshold of its own tick. The lower limit holds a threshold that a negative weight drives below it.
    /// <code>
    /// t   s   q      th             v                    spike
    /// 0   1   1      3/2            1                    no
    /// 1   0   1/2    1              1                    1 > 1: no
    /// 2   0   1/4    3/4            1                    yes
    /// 3   0   1/8    5/8            1 - 3/4 = 1/4        no
    /// 4   1   17/16  25/16          5/4                  no
    /// </code>
    /// </summary>
    [Fact]
    public void Input_raises_the_threshold_by_hand()
    {
        ReferenceNetwork Make(double weight, double? limit) => Graphs.Network(
            Precision.Float64,
            [
                Graphs.Input("in", 1), Graphs.Linear("w_th", 1, 1, [weight]),
                new AdaptiveNeuronNode { Name = "node", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [1], Threshold = [0.5], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next, AdaptationDecay = [0.5], ThresholdLowerLimit = limit },
                Graphs.Output("out", 1),
            ],
            [new Edge("in", "node"), new Edge("in", "w_th"), new Edge("w_th", "node", 0, EdgePort.Threshold), new Edge("node", "out")]);
        Follow(Make(1, null), [1, 0, 0, 0, 1], a: [1, 0.5, 0.25, 0.125, 1.0625], v: [1, 1, 1, 0.25, 1.25], s: [0, 0, 1, 0, 0]);

        // Threshold max(1/2 - 1, 1/4) = 1/4, then max(1/2 - 1/2, 1/4), then 1/4: 1 > 1/4; 1 - 1/4 = 3/4; 3/4 - 1/4 = 1/2 > 1/4.
        Follow(Make(-1, 0.25), [1, 0, 0], a: [-1, -0.5, -0.25], v: [1, 0.75, 0.5], s: [1, 1, 1]);
    }

    [Fact]
    public void Every_combination_of_options_follows_the_stated_lines() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        AdaptiveNeuronNode node = RandomNeuron(random);
        int n = node.InputShape.Count;
        ReferenceNetwork network = Graphs.Network(
            Precision.Float64, [Graphs.Input("in", n), Graphs.Input("drive", n), node, Graphs.Output("out", n)],
            [new Edge("in", "node"), new Edge("drive", "node", 0, EdgePort.Threshold), new Edge("node", "out")]);
        for (int run = 0; run < 2; run++)
        {
            network.Reset();
            Literal[] literal = [.. Enumerable.Range(0, n).Select(i => new Literal(node, i))];
            for (int t = 0; t < Ticks; t++)
            {
                double[] x = Graphs.Values(random, n), y = Graphs.Values(random, n);
                network.Step([.. x, .. y]);
                double[] expected = [.. literal.Select((each, i) => each.Step(x[i], y[i]))];
                Assert.Equal(expected, network.Output("node").ToArray());
                Assert.Equal(literal.Select(each => each.V), network.Membrane("node").ToArray());
                Assert.Equal(literal.Select(each => each.A), network.Adaptation("node").ToArray());
            }
        }
    }, iter: 3000);

    /// <summary>Each product and each addition rounded, from left to right; written out in plain float.</summary>
    [Fact]
    public void Float32_rounds_every_step_of_a_tick() => Graphs.Seed.Sample(seed =>
    {
        Random random = new(seed);
        double Any() => random.NextDouble() * 2 - 1;
        float decay = (float)random.NextDouble(), adaptationDecay = (float)random.NextDouble(), step = (float)Any(), threshold = (float)random.NextDouble() / 4, bias = (float)Any() / 8, v = 0, a = 0;
        ReferenceNetwork network = Graphs.Network(
            Precision.Float32,
            [
                Graphs.Input("in", 1), Graphs.Input("drive", 1),
                new AdaptiveNeuronNode { Name = "node", InputShape = new Shape(1), OutputShape = new Shape(1), Decay = [decay], InputBias = [bias], Threshold = [threshold], AdaptationDecay = [adaptationDecay], AdaptationStep = [step], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next },
                Graphs.Output("out", 1),
            ],
            [new Edge("in", "node"), new Edge("drive", "node", 0, EdgePort.Threshold), new Edge("node", "out")]);
        for (int t = 0; t < 200; t++)
        {
            float x = (float)Any(), y = (float)Any() / 8;
            network.Step([x, y]);
            float before = threshold + a;
            bool pending = v > before;
            a = adaptationDecay * a;
            a += y;
            if (pending) a += step;
            float now = threshold + a, c = x + bias;
            v = decay * v;
            v += c;
            if (pending) v -= before;
            Assert.Equal((double)v, network.Membrane("node")[0]);
            Assert.Equal((double)a, network.Adaptation("node")[0]);
            Assert.Equal(v > now ? 1.0 : 0.0, network.Output("node")[0]);
        }
    });

    private static void Follow(ReferenceNetwork network, double[] input, double[] a, double[] v, double[] s)
    {
        for (int t = 0; t < input.Length; t++)
        {
            network.Step([input[t]]);
            Assert.Equal((t, a[t], v[t], s[t]), (t, network.Adaptation("node")[0], network.Membrane("node")[0], network.Output("node")[0]));
        }
    }

    private static double[] Quarters(Random random, int n) => [.. Enumerable.Range(0, n).Select(_ => random.Next(5) / 4.0)];

    private static AdaptiveNeuronNode RandomNeuron(Random random)
    {
        int n = random.Next(1, 5);
        int Size() => random.Next(2) == 0 ? 1 : n;
        double[] Signed() => Graphs.Values(random, Size());
        double[] Unit() => Quarters(random, Size());
        return new AdaptiveNeuronNode
        {
            Name = "node",
            InputShape = new Shape(n),
            OutputShape = new Shape(n),
            Decay = Unit(),
            SynapticDecay = random.Next(2) == 0 ? null : Unit(),
            InputGain = Signed(),
            DriveGain = [random.Next(1, 24) / 16.0],
            InputBias = Signed(),
            MembraneBias = Signed(),
            Threshold = Signed(),
            ResetValue = Signed(),
            InitialMembrane = Signed(),
            Reset = (ResetRule)random.Next(3),
            ResetTime = (ResetTime)random.Next(2),
            Comparison = (Comparison)random.Next(2),
            Current = (CurrentOrder)random.Next(2),
            LowerLimit = random.Next(2) == 0 ? null : random.Next(-16, 4) / 16.0,
            AdaptationDecay = Unit(),
            AdaptationStep = Signed(),
            ThresholdLowerLimit = random.Next(2) == 0 ? null : random.Next(-16, 16) / 16.0,
        };
    }

    /// <summary>One neuron in the words of runtime/ARITHMETIC.md, in real numbers and without its limits.</summary>
    private sealed class Literal(AdaptiveNeuronNode node, int index)
    {
        private bool _spike;

        public double V { get; private set; } = Pick(node.InitialMembrane, index);

        public double A { get; private set; }

        private double I { get; set; }

        public double Step(double x, double y)
        {
            double theta = Pick(node.Threshold!, index), h = node.ThresholdLowerLimit ?? double.NegativeInfinity;
            bool Compares(double v, double threshold) => node.Comparison == Comparison.Greater ? v > threshold : v >= threshold;
            bool next = node.ResetTime == ResetTime.Next;
            double first = Math.Max(theta + A, h);
            bool spiked = next ? Compares(V, first) : _spike;
            A = A * Pick(node.AdaptationDecay, index) + y + (spiked ? Pick(node.AdaptationStep, index) : 0);
            double second = Math.Max(theta + A, h);

            bool pending = next && spiked;
            if (pending && node.Reset == ResetRule.ToValue) V = Pick(node.ResetValue, index);
            double c = Pick(node.InputGain, index) * x + Pick(node.InputBias, index), drive = c;
            if (node.SynapticDecay is not null)
            {
                double i = Pick(node.SynapticDecay, index) * I + c;
                drive = Pick(node.DriveGain, index) * (node.Current == CurrentOrder.New ? i : I);
                I = i;
            }

            V = V * Pick(node.Decay, index) + drive + Pick(node.MembraneBias, index) - (pending && node.Reset == ResetRule.Subtract ? first : 0);
            if (node.LowerLimit is double limit) V = Math.Max(V, limit);
            _spike = Compares(V, second);
            if (_spike && !next) V = node.Reset switch { ResetRule.ToValue => Pick(node.ResetValue, index), ResetRule.Subtract => V - second, _ => V };
            return _spike ? 1 : 0;
        }

        private static double Pick(double[] values, int index) => values[values.Length == 1 ? 0 : index];
    }
}
