using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using Xunit;
using static EdgeSpike.Conversion.Tests.Quantization.Networks;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>Adaptive neurons, paired encoders and leaky read-outs in integers against the float64 reference, and steps that a network states.</summary>
public sealed class AdaptiveConversionTests(ITestOutputHelper output)
{
    private static readonly ConvertOptions s_int16 = new() { Weights = WeightType.Int16 };

    private ConversionResult Follows(NetworkGraph graph, RandomSamples? samples, double tolerance = 2e-3, double share = 2e-3, ConvertOptions? options = null)
    {
        Departure departure = Compare(graph, options ?? s_int16, samples, out ConversionResult result);
        output.WriteLine($"{graph.Name}: {departure}; saturations {result.Report.Saturations}");
        foreach (string choice in result.Report.Choices) output.WriteLine("  " + choice);
        Assert.True(departure.Worst <= tolerance, departure.ToString());
        Assert.True(departure.Different <= departure.Pairs * share, departure.ToString());
        if (departure.Pairs > 0) Assert.True(departure.Spikes > 0.01 * departure.Pairs, "hardly a spike: the test shows nothing");
        Assert.Equal(0, result.Report.Saturations);
        return result;
    }

    private static AdaptiveNeuronNode Adaptive(Random random, string name, int n, double step, bool current = false, ResetRule reset = ResetRule.Subtract, ResetTime time = ResetTime.Next) => new()
    {
        Name = name,
        InputShape = new Shape(n),
        OutputShape = new Shape(n),
        Decay = [.. Weights(random, n).Select(w => 0.8 + 0.1 * w)],
        SynapticDecay = current ? [.. Weights(random, n).Select(w => 0.5 + 0.3 * w)] : null,
        Threshold = [.. Weights(random, n).Select(w => 0.8 + 0.2 * w)],
        AdaptationDecay = [.. Weights(random, n).Select(w => 0.93 + 0.06 * w)],
        AdaptationStep = step == 0 ? [0.0] : [.. Weights(random, n).Select(w => step * (1 + 0.3 * w))],
        Reset = reset,
        ResetTime = time,
    };

    /// <summary>input -> w -> layer with w_th to its thresholds -> b -> m.</summary>
    private static NetworkGraph Driven(Random random, NeuronNode layer, Node drive, params Edge[] more)
    {
        int n = layer.InputShape.Count;
        Node[] nodes = [Input(12), Linear("w", random, 12, n, 0.7), drive, layer, Linear("b", random, n, 5, 0.8), Neuron("m", 1, 0.8, 5), Output(Readout.SpikeCount, 5)];
        return new NetworkGraph(
            "driven", 0.001, nodes,
            [new Edge("input", "w"), new Edge("w", layer.Name), new Edge("input", drive.Name), new Edge(drive.Name, layer.Name, 0, EdgePort.Threshold), new Edge(layer.Name, "b"), new Edge("b", "m"), new Edge("m", "output"), .. more]);
    }

    [Theory]
    [InlineData(ResetRule.Subtract, ResetTime.Next, Comparison.Greater, CurrentOrder.New, true, 0.0)]
    [InlineData(ResetRule.Subtract, ResetTime.Now, Comparison.Greater, CurrentOrder.New, false, 0.2)]
    [InlineData(ResetRule.ToValue, ResetTime.Now, Comparison.GreaterOrEqual, CurrentOrder.Old, true, 0.3)]
    [InlineData(ResetRule.ToValue, ResetTime.Next, Comparison.Greater, CurrentOrder.New, false, 0.1)]
    [InlineData(ResetRule.None, ResetTime.Now, Comparison.Greater, CurrentOrder.New, true, 0.4)]
    public void Thresholds_driven_by_input_and_own_spikes(ResetRule reset, ResetTime time, Comparison comparison, CurrentOrder order, bool current, double step)
    {
        Random random = new(1);
        const int n = 15;
        AdaptiveNeuronNode layer = new()
        {
            Name = "layer",
            InputShape = new Shape(n),
            OutputShape = new Shape(n),
            Decay = [.. Weights(random, n).Select(w => 0.7 + 0.2 * w)],
            SynapticDecay = current ? [.. Weights(random, n).Select(w => 0.5 + 0.3 * w)] : null,
            Threshold = [.. Weights(random, n).Select(w => 0.8 + 0.2 * w)],
            InputGain = [.. Weights(random, n).Select(w => 0.7 + 0.3 * w)],
            DriveGain = current ? [0.6] : [1.0],
            InputBias = Weights(random, n, 0.05),
            MembraneBias = Weights(random, n, 0.02),
            ResetValue = Weights(random, n, 0.2),
            InitialMembrane = Weights(random, n, 0.3),
            Reset = reset,
            ResetTime = time,
            Comparison = comparison,
            Current = order,
            AdaptationDecay = [.. Weights(random, n).Select(w => 0.8 + 0.15 * w)],
            AdaptationStep = step == 0 ? [0.0] : [step],
            ThresholdLowerLimit = 0.1,
        };
        Follows(Driven(random, layer, Linear("w_th", random, 12, n, 0.1)), new RandomSamples(12, 1, 100, 5));
    }

    /// <summary>A bias, a delay, the layer's own spikes of the tick before, and a single signal without weights drive thresholds too.</summary>
    [Fact]
    public void Whatever_arrives_may_drive_a_threshold()
    {
        Random random = new(2);
        Follows(Driven(random, Adaptive(random, "layer", 10, 0.1), Linear("w_th", random, 12, 10, 0.1, bias: true)), new RandomSamples(12, 1, 100, 5));
        Follows(Driven(random, Adaptive(random, "layer", 12, 0), new ScaleNode { Name = "w_th", InputShape = new Shape(12), OutputShape = new Shape(12), Factor = [0.2] }), new RandomSamples(12, 1, 100, 5));
        Follows(Driven(random, Adaptive(random, "layer", 12, 0), new DelayNode { Name = "w_th", InputShape = new Shape(12), OutputShape = new Shape(12), Ticks = [3] }), new RandomSamples(12, 1, 100, 5, 0.1));
        NetworkGraph plain = Driven(random, Adaptive(random, "layer", 10, 0.05), Linear("w_th", random, 12, 10, 0.1));
        Follows(
            new NetworkGraph("lateral", 0.001, [.. plain.Nodes, Linear("lateral", random, 10, 10, 0.05)], [.. plain.Edges, new Edge("layer", "lateral", 1), new Edge("lateral", "layer", 0, EdgePort.Threshold)]),
            new RandomSamples(12, 1, 100, 5));
    }

    [Fact]
    public void Real_values_drive_membranes_and_thresholds()
    {
        Random random = new(3);
        Follows(Driven(random, Adaptive(random, "layer", 10, 0.1), Linear("w_th", random, 12, 10, 0.05)), new RandomSamples(12, -1, 100, 5));
    }

    /// <summary>The layer's order is channels last inside the model, for the thresholds' drive too.</summary>
    [Fact]
    public void An_image_drives_the_thresholds_of_an_image()
    {
        Random random = new(4);
        Node[] nodes =
        [
            Input(2, 6, 6), Convolution("w", random, 2, 6, 6, 3, 3), Convolution("w_th", random, 2, 6, 6, 3, 3),
            new AdaptiveNeuronNode { Name = "layer", InputShape = new Shape(3, 4, 4), OutputShape = new Shape(3, 4, 4), Decay = [0.8], Threshold = [.. Weights(random, 48).Select(w => 1.5 + w)], AdaptationDecay = [0.7], AdaptationStep = [0.2], ThresholdLowerLimit = 0.5 },
            Flatten("flat", 3, 4, 4), Linear("fc", random, 48, 4, 0.5), Neuron("m", 1, 0.8, 4), Output(Readout.SpikeCount, 4),
        ];
        Follows(
            new NetworkGraph("image", 0.001, nodes, [new Edge("input", "w"), new Edge("w", "layer"), new Edge("input", "w_th"), new Edge("w_th", "layer", 0, EdgePort.Threshold), new Edge("layer", "flat"), new Edge("flat", "fc"), new Edge("fc", "m"), new Edge("m", "output")]),
            new RandomSamples(72, 1, 40, 4, 0.1));
    }

    /// <summary>A recurrent layer of adaptive and plain neurons, after Bellec et al. 2018: thresholds that fall back over 200 ticks, and a leaky read-out.</summary>
    private static NetworkGraph Recurrent(int seed)
    {
        Random random = new(seed);
        const int n = 40;
        double rho = Math.Exp(-1.0 / 200);
        AdaptiveNeuronNode layer = new()
        {
            Name = "layer", InputShape = new Shape(n), OutputShape = new Shape(n), Decay = [Math.Exp(-1.0 / 20)], InputGain = [1 - Math.Exp(-1.0 / 20)], Threshold = [0.06], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next,
            AdaptationDecay = [rho], AdaptationStep = [.. Enumerable.Range(0, n).Select(j => j < n / 2 ? 1.7 * (1 - rho) : 0)],
        };
        Node[] nodes =
        [
            Input(16), Linear("in", random, 16, n, 1.2), Linear("rec", random, n, n, 0.3), layer,
            new LeakyReadoutNode { Name = "readout", InputShape = new Shape(n), OutputShape = new Shape(3), Weight = Weights(random, 3 * n), Leak = [Math.Exp(-1.0 / 20)] }, Output(Readout.Mean, 3),
        ];
        return new NetworkGraph("recurrent", 0.001, nodes, [new Edge("input", "in"), new Edge("in", "layer"), new Edge("layer", "rec", 1), new Edge("rec", "layer"), new Edge("layer", "readout"), new Edge("readout", "output")]);
    }

    [Theory]
    [InlineData(WeightType.Int16, 0.95, 0.95)]
    [InlineData(WeightType.Int8, 0.55, 0.95)]
    [InlineData(WeightType.Int4, 0.45, 0.9)]
    public void A_recurrent_network_with_adaptive_thresholds_keeps_its_spikes_and_answers(WeightType weights, double overlap, double answers)
    {
        double worst = 1, agreement = 0, mean = 0;
        for (int seed = 0; seed < 5; seed++)
        {
            ConversionReport report = Converter.Convert(Recurrent(seed), new ConvertOptions { Weights = weights }, new RandomSamples(16, 1, 200, 20, 0.05), null, null).Report;
            LayerReport layer = report.Layers.Single(l => l.Name == "layer");
            output.WriteLine($"{weights}, seed {seed}: {layer.Agreement:P2} alike, {layer.SpikeOverlap:P1} of spikes in common, rate {layer.ReferenceRate:F3} and {layer.ModelRate:F3}, answers {report.AnswerAgreement:P0}, {report.Layers.Single(l => l.Name == "readout").RelativeError:P1} off at the read-out");
            Assert.InRange(layer.ReferenceRate, 0.01, 0.4);
            Assert.InRange(layer.ModelRate / layer.ReferenceRate, 0.9, 1.1);
            Assert.Equal(0, report.Saturations);
            worst = Math.Min(worst, layer.SpikeOverlap);
            mean += layer.SpikeOverlap / 5;
            agreement += report.AnswerAgreement / 5;
        }

        Assert.True(worst >= overlap && agreement >= answers, $"{worst:F3} of spikes, {agreement:F2} of answers");
    }

    /// <summary>Without a loop, in which every difference comes round again.</summary>
    [Theory]
    [InlineData(WeightType.Int16, 0.99)]
    [InlineData(WeightType.Int8, 0.95)]
    [InlineData(WeightType.Int4, 0.6)]
    public void Driven_thresholds_keep_their_spikes_at_every_width(WeightType weights, double overlap)
    {
        Random random = new(6);
        NetworkGraph graph = Driven(random, Adaptive(random, "layer", 20, 0.1, current: true), Linear("w_th", random, 12, 20, 0.1));
        LayerReport layer = Converter.Convert(graph, new ConvertOptions { Weights = weights }, new RandomSamples(12, 1, 100, 20), null, null).Report.Layers[0];
        output.WriteLine($"{weights}: {layer.Agreement:P2} alike, {layer.SpikeOverlap:P1} of spikes in common, rate {layer.ReferenceRate:F3} and {layer.ModelRate:F3}");
        Assert.InRange(layer.ReferenceRate, 0.02, 0.5);
        Assert.InRange(layer.SpikeOverlap, overlap, 1);
    }

    /// <summary>The controllers of Burgers, Stroobants, de Croon 2023 with weights of any size: nothing is stated, all is rounded.</summary>
    [Theory]
    [InlineData(WeightType.Int16, 0.005, 0.02)]
    [InlineData(WeightType.Int8, 0.1, 0.2)]
    public void A_controller_of_real_weights_commands_as_the_float_network_does(WeightType weights, double pairs, double off)
    {
        Random random = new(5);
        const int p = 20, n = 2 * p;
        double[] Block(double scale) => [.. Enumerable.Range(0, n * n).Select(i => i / n / 2 == i % n / 2 ? scale * (2 * random.NextDouble() - 1) : 0)];
        LinearNode Blocks(string name, double scale) => new() { Name = name, InputShape = new Shape(n), OutputShape = new Shape(n), Weight = Block(scale), Outputs = n, Inputs = n };
        AdaptiveNeuronNode hidden = Adaptive(random, "hidden", n, 0, current: true);
        Node[] nodes =
        [
            Input(1),
            new PairedEncoderNode { Name = "encoder", InputShape = new Shape(1), OutputShape = new Shape(n), Weight = Weights(random, p, 2), Bias = Weights(random, p), Decay = [.. Weights(random, p).Select(w => 0.5 + w / 2)], Threshold = [.. Weights(random, p).Select(w => 2 + w)] },
            Blocks("w", 2), Blocks("w_th", 1), hidden,
            new LeakyReadoutNode { Name = "command", InputShape = new Shape(n), OutputShape = new Shape(1), Weight = Weights(random, p), Leak = [0.8], Mirrored = true }, Output(Readout.Last, 1),
        ];
        NetworkGraph graph = new("controller", 0.1, nodes, [new Edge("input", "encoder"), new Edge("encoder", "w"), new Edge("w", "hidden"), new Edge("encoder", "w_th"), new Edge("w_th", "hidden", 0, EdgePort.Threshold), new Edge("hidden", "command"), new Edge("command", "output")]);
        ConversionReport report = Converter.Convert(graph, new ConvertOptions { Weights = weights }, new RandomSamples(1, -2, 300, 10), null, null).Report;
        foreach (LayerReport layer in report.Layers) output.WriteLine($"{layer.Name}: {layer.Agreement:P3} alike, {layer.SpikeOverlap:P2} in common, values {layer.RelativeError:P2} off, saturations {layer.Saturations}");
        foreach (string warning in report.Warnings) output.WriteLine("  " + warning);
        Assert.All(report.Layers.Where(l => l.Spikes), l => Assert.InRange(l.Agreement, 1 - pairs, 1));
        Assert.InRange(report.Layers.Single(l => l.Name == "command").RelativeError, 0, off);
        Assert.Equal(["paired encoder", "current-based adaptive neuron", "leaky read-out"], report.Layers.Select(l => l.Kind));
        Assert.Equal(["encoder", "w", "w_th", "command"], report.Tensors.Select(t => t.Name));
    }

    /// <summary>Encoder, hidden sum, thresholds' drive, adaptive neuron, read-out: one connection and one neuron operator for each.</summary>
    [Fact]
    public void A_controller_has_no_operator_too_many()
    {
        ConversionResult result = Converter.Convert(Stated(), new ConvertOptions(), null, null, null);
        Assert.Equal(
            ["DenseOperator", "NeuronOperator", "DenseOperator", "DenseOperator", "AdaptiveNeuronOperator", "DenseOperator", "NeuronOperator"],
            new ModelRunner(result.Bytes).Interpreter.Model.Operators.Select(o => o.GetType().Name));
    }

    /// <summary>
    /// Networks of any numbers, thresholds that never fall back and drives far larger than thresholds among them: the model passes the
    /// verifier, its vectors replay, or the conversion says which layer asks too much. Never a defect of the conversion.
    /// </summary>
    [Fact]
    public void Whatever_the_numbers_the_model_is_verified_or_refused_by_name()
    {
        int converted = 0, spiking = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            int n = random.Next(1, 12), m = random.Next(1, 6);
            double Size() => Math.Pow(10, random.Next(-4, 4));
            double[] Some(double scale) => Weights(random, random.Next(2) == 0 ? 1 : n, scale);
            double[] Decay() => [.. Some(1).Select(w => random.Next(5) == 0 ? random.Next(2) : Math.Abs(w))];
            bool current = random.Next(2) == 0;
            AdaptiveNeuronNode layer = new()
            {
                Name = "layer",
                InputShape = new Shape(n),
                OutputShape = new Shape(n),
                Decay = Decay(),
                SynapticDecay = current ? Decay() : null,
                Threshold = Some(Size()),
                InputGain = random.Next(2) == 0 ? [1.0] : Some(Size()),
                DriveGain = [current ? Size() : 1],
                InputBias = random.Next(2) == 0 ? [0.0] : Some(Size()),
                MembraneBias = random.Next(2) == 0 ? [0.0] : Some(Size()),
                ResetValue = Some(1),
                InitialMembrane = random.Next(2) == 0 ? [0.0] : Some(1),
                Reset = (ResetRule)random.Next(3),
                ResetTime = (ResetTime)random.Next(2),
                Comparison = (Comparison)random.Next(2),
                Current = (CurrentOrder)random.Next(2),
                LowerLimit = random.Next(3) == 0 ? -Size() : null,
                AdaptationDecay = Decay(),
                AdaptationStep = random.Next(2) == 0 ? [0.0] : Some(Size()),
                ThresholdLowerLimit = random.Next(3) == 0 ? Size() : null,
            };
            Node[] nodes =
            [
                Input(3), new PairedEncoderNode { Name = "encoder", InputShape = new Shape(3), OutputShape = new Shape(2 * m), Weight = Weights(random, 3 * m, Size()), Bias = Weights(random, m, Size()), Decay = [.. Weights(random, m).Select(Math.Abs)], Threshold = [Size()] },
                Linear("w", random, 2 * m, n, Size(), bias: random.Next(2) == 0), Linear("w_th", random, 2 * m, n, Size(), bias: random.Next(2) == 0), layer,
                new LeakyReadoutNode { Name = "readout", InputShape = new Shape(n), OutputShape = new Shape(2), Weight = Weights(random, 2 * n, Size()), Leak = [random.NextDouble()] }, Output(Readout.Last, 2),
            ];
            List<Edge> edges = [new Edge("input", "encoder"), new Edge("encoder", "w"), new Edge("w", "layer"), new Edge("layer", "readout"), new Edge("readout", "output"), new Edge("encoder", "w_th")];
            if (random.Next(3) > 0) edges.Add(new Edge("w_th", "layer", random.Next(3), EdgePort.Threshold));
            else edges.Add(new Edge("w_th", "layer"));
            if (random.Next(3) == 0) edges.Add(new Edge("layer", "layer", 1, EdgePort.Threshold));
            try
            {
                ConversionResult result = Converter.Convert(new NetworkGraph($"seed {seed}", 0.001, nodes, edges), new ConvertOptions { Weights = (WeightType)random.Next(3) }, new RandomSamples(3, random.Next(2) == 0 ? 1 : -2, 40, 2), null, null);
                converted++;
                if (result.Report.Layers.Single(l => l.Name == "layer") is { ModelRate: > 0 }) spiking++;
            }
            catch (ConversionException e)
            {
                output.WriteLine($"seed {seed}: {e.Message}");
                Assert.True(e.Code is ErrorCode.Overflow or ErrorCode.Unsupported, $"seed {seed}: {e.Message}");
            }
        }

        output.WriteLine($"{converted} converted, {spiking} spiked");
        Assert.True(converted > 140 && spiking > 60, $"{converted} converted, {spiking} spiked");
    }

    private static NetworkGraph Stated(double weightStep = 0.25, double membraneStep = 1.0 / 1024, double? inputStep = 1.0 / 64, double weight = 5)
    {
        Node[] nodes =
        [
            new InputNode { Name = "input", InputShape = new Shape(1), OutputShape = new Shape(1), Step = inputStep },
            new PairedEncoderNode { Name = "encoder", InputShape = new Shape(1), OutputShape = new Shape(4), Weight = [1.25, -1.75], WeightStep = 0.25, Bias = [0.125], Decay = [0.75], Threshold = [1.5, 1], MembraneStep = 1.0 / 256 },
            new LinearNode { Name = "w", InputShape = new Shape(4), OutputShape = new Shape(2), Inputs = 4, Outputs = 2, Weight = [weight * weightStep, weightStep, 0, -2 * weightStep, -weightStep, 0, 3 * weightStep, weightStep], WeightStep = weightStep },
            new LinearNode { Name = "w_th", InputShape = new Shape(4), OutputShape = new Shape(2), Inputs = 4, Outputs = 2, Weight = [0.25, 0, 0, -0.125, -0.125, 0.125, 0, 0], WeightStep = 0.125 },
            new AdaptiveNeuronNode { Name = "hidden", InputShape = new Shape(2), OutputShape = new Shape(2), Decay = [0.5], Threshold = [0.5, 1], AdaptationDecay = [0.875], AdaptationStep = [0.25], Reset = ResetRule.Subtract, ResetTime = ResetTime.Next, MembraneStep = membraneStep },
            new LeakyReadoutNode { Name = "command", InputShape = new Shape(2), OutputShape = new Shape(1), Weight = [2], WeightStep = 0.25, Leak = [0.5], Mirrored = true, MembraneStep = 1.0 / 128 },
            Output(Readout.Last, 1),
        ];
        return new NetworkGraph("stated", 0.1, nodes, [new Edge("input", "encoder"), new Edge("encoder", "w"), new Edge("w", "hidden"), new Edge("encoder", "w_th"), new Edge("w_th", "hidden", 0, EdgePort.Threshold), new Edge("hidden", "command"), new Edge("command", "output")]);
    }

    /// <summary>
    /// The integers of a network that states its steps, worked out from runtime/ARITHMETIC.md with weights, thresholds and biases divided by
    /// the stated steps and nothing else: hidden unit 1/1024, w in 1/4 (shift 8), w_th in 1/8 (shift 7), read-out weights 2 (1 - leak) / (1/4), in 1/128 (shift 5).
    /// </summary>
    [Theory]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int16)]
    [InlineData(WeightType.Int4)]
    public void Stated_steps_give_the_integers_that_they_state(WeightType weights)
    {
        ModelRunner runner = new(Converter.Convert(Stated(), new ConvertOptions { Weights = weights }, null, null, null).Bytes);
        Assert.Equal([1.0 / 256, 1.0 / 1024, 1.0 / 128], runner.Metadata.Layers.Select(l => l.Step[0]));
        long[] ev = new long[4], hv = new long[2], ha = new long[2];
        long y = 0, spikes = 0;
        int[] sign = [1, -1, 1, -1], we = [5, 5, -7, -7], te = [384, 384, 256, 256];
        int[,] w = { { 5, 1, 0, -2 }, { -1, 0, 3, 1 } }, wth = { { 2, 0, 0, -1 }, { -1, 1, 0, 0 } };
        int[] th0 = [512, 1024];
        Random random = new(7);
        for (int t = 0; t < 600; t++)
        {
            int e = random.Next(-200, 201);
            runner.Step([e / 64.0]);
            int[] es = new int[4], hs = new int[2];
            for (int j = 0; j < 4; j++)
            {
                bool pending = ev[j] > te[j];
                ev[j] = ((ev[j] * 24576) >> 15) + sign[j] * we[j] * e + 32 - (pending ? te[j] : 0);
                es[j] = ev[j] > te[j] ? 1 : 0;
            }

            for (int j = 0; j < 2; j++)
            {
                long before = th0[j] + ha[j], x = 0, d = 0;
                bool spiked = hv[j] > before;
                for (int k = 0; k < 4; k++) (x, d) = (x + w[j, k] * es[k], d + wth[j, k] * es[k]);
                ha[j] = ((ha[j] * 28672) >> 15) + (d << 7) + (spiked ? 256 : 0);
                hv[j] = ((hv[j] * 16384) >> 15) + (x << 8) - (spiked ? before : 0);
                hs[j] = hv[j] > th0[j] + ha[j] ? 1 : 0;
                spikes += hs[j];
            }

            y = ((y * 16384) >> 15) + ((4 * hs[0] - 4 * hs[1]) << 5);
            Assert.Equal(es.Select(s => (double)s), runner.Spikes("encoder").ToArray());
            Assert.Equal(ev.Select(v => v / 256.0), runner.Values("encoder").ToArray());
            Assert.Equal(hs.Select(s => (double)s), runner.Spikes("hidden").ToArray());
            Assert.Equal(hv.Select(v => v / 1024.0), runner.Values("hidden").ToArray());
            Assert.Equal(y / 128.0, runner.Values("command")[0]);
        }

        Assert.True(spikes > 50, $"{spikes} spikes");
    }

    [Fact]
    public void Stated_steps_that_do_not_fit_the_width_are_given_up_and_said_so()
    {
        ConversionReport report = Converter.Convert(Stated(weight: 9), new ConvertOptions { Weights = WeightType.Int4 }, null, null, null).Report;
        Assert.Contains(report.Choices, c => c.Contains("'hidden': its stated steps are not kept: 'w' has weights of up to 9 steps, more than int4 holds", StringComparison.Ordinal));
        Assert.DoesNotContain(Converter.Convert(Stated(weight: 9), new ConvertOptions(), null, null, null).Report.Choices, c => c.Contains("not kept", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.3, 1.0 / 1024, 1.0 / 64, "'hidden'", "are not powers of two of each other")]
    [InlineData(0.25, 0.3, 1.0 / 64, "'hidden'", "no power of two")]
    [InlineData(0.25, 1, 1.0 / 64, "'hidden'", "less than it")]
    [InlineData(0.25, 1.0 / 1024, 0.01, "'encoder'", "no power of two")]
    [InlineData(0.25, 1e-9 / 1024, 1.0 / 64, "'hidden'", "no power of two")]
    [InlineData(0.25, 1.0 / (1L << 30), 1.0 / 64, "'hidden'", "more than 2^24")]
    public void Stated_steps_that_contradict_each_other_are_an_error_that_names_the_layer(double weightStep, double membraneStep, double inputStep, string where, string says)
    {
        ConversionException e = Assert.Throws<ConversionException>(() => Converter.Convert(Stated(weightStep, membraneStep, inputStep), new ConvertOptions(), null, null, null));
        Assert.Equal(ErrorCode.Unsupported, e.Code);
        Assert.Contains(where, e.Where, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Weights of 16 bits trained in single precision with any step: each is k steps, rounded, and becomes k.</summary>
    [Fact]
    public void Weights_of_single_precision_are_multiples_of_their_step()
    {
        Random random = new(10);
        const float step = 0.0123f;
        int[] k = [.. Enumerable.Range(0, 40).Select(_ => random.Next(-32767, 32768))];
        LinearNode w = new() { Name = "w", InputShape = new Shape(8), OutputShape = new Shape(5), Inputs = 8, Outputs = 5, Weight = [.. k.Select(each => (double)(each * step))], WeightStep = step };
        ConversionReport report = Converter.Convert(Chain(Input(8), w, Neuron("n", 300, 0.9, 5), Output(Readout.SpikeCount, 5)), s_int16, null, null, null).Report;
        Assert.DoesNotContain(report.Choices, c => c.Contains("not kept", StringComparison.Ordinal));
        Assert.Equal(step, report.Tensors.Single().SmallestScale);
        Assert.InRange(report.Tensors.Single().RelativeError, 0, 1e-7);
    }

    [Fact]
    public void A_stated_membrane_needs_stated_weights()
    {
        Random random = new(8);
        NeuronNode neuron = new() { Name = "n", InputShape = new Shape(3), OutputShape = new Shape(3), Decay = [0.5], Threshold = [1], MembraneStep = 0.125 };
        ConversionException e = Assert.Throws<ConversionException>(() => Converter.Convert(Chain(Input(4), Linear("w", random, 4, 3), neuron, Output(Readout.SpikeCount, 3)), new ConvertOptions(), null, null, null));
        Assert.Contains("'w' states no weight step", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_that_states_its_step_needs_no_samples_and_takes_no_other_kind()
    {
        ConversionReport report = Converter.Convert(Stated(), new ConvertOptions(), null, null, null).Report;
        Assert.Contains("synthetic signals", report.InputSource, StringComparison.Ordinal);
        Assert.True(report.Layers[0].ReferenceRate > 0.05);
        Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => Converter.Convert(Stated(), new ConvertOptions { Input = InputKind.Spikes }, null, null, null)).Code);
    }

    [Fact]
    public void An_encoders_input_is_real_even_where_nobody_says_so()
    {
        ConversionException e = Assert.Throws<ConversionException>(() => Converter.Convert(Stated(inputStep: null), new ConvertOptions(), null, null, null));
        Assert.Equal(ErrorCode.OptionNeeded, e.Code);
        Assert.Contains("'input'", e.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_layer_reach_the_weights_inside_encoders_and_read_outs()
    {
        Dictionary<string, LayerOverride> layers = new() { ["encoder"] = new(WeightType.Int16), ["command"] = new(WeightType.Int4), ["w_th"] = new(WeightType.Int16) };
        ConversionReport report = Converter.Convert(Stated(), new ConvertOptions { Layers = layers }, null, null, null).Report;
        Assert.Equal(["encoder int16", "w int8", "w_th int16", "command int4"], report.Tensors.Select(t => $"{t.Name} {t.Type}"));
        Assert.Equal(ErrorCode.Usage, Assert.Throws<ConversionException>(() => Converter.Convert(Stated(), new ConvertOptions { Layers = new Dictionary<string, LayerOverride> { ["hidden"] = new(WeightType.Int16) } }, null, null, null)).Code);
    }

    [Fact]
    public void Loihi_refuses_what_it_has_no_operator_for()
    {
        Random random = new(9);
        foreach (Node node in (Node[])
        [
            Adaptive(random, "x", 4, 0.1), new PairedEncoderNode { Name = "x", InputShape = new Shape(4), OutputShape = new Shape(4), Weight = Weights(random, 8), Decay = [0.5], Threshold = [1] },
            new LeakyReadoutNode { Name = "x", InputShape = new Shape(4), OutputShape = new Shape(4), Weight = Weights(random, 16), Leak = [0.5] },
        ])
        {
            ConversionException e = Assert.Throws<ConversionException>(() => Converter.Convert(Chain(Input(4), node, Output(Readout.Last, 4)), new ConvertOptions { Profile = Profile.Loihi }, null, null, null));
            Assert.Equal(ErrorCode.Unsupported, e.Code);
            Assert.Contains("'x'", e.Where, StringComparison.Ordinal);
            Assert.Contains(node.Kind, e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Values of one step are added without a product: the outputs of two read-outs, bit by bit.</summary>
    [Fact]
    public void Signals_of_one_step_are_added_as_they_are()
    {
        LeakyReadoutNode Readout(string name, double weight) => new() { Name = name, InputShape = new Shape(2), OutputShape = new Shape(1), Weight = [weight, -weight], WeightStep = 0.125, Leak = [0.5], MembraneStep = 1.0 / 1024 };
        NetworkGraph graph = new(
            "sum", 0.1, [Input(2), Readout("a", 1), Readout("b", 3), new ScaleNode { Name = "sum", InputShape = new Shape(1), OutputShape = new Shape(1), Factor = [1] }, Output(Conversion.Graph.Readout.Last, 1)],
            [new Edge("input", "a"), new Edge("input", "b"), new Edge("a", "sum"), new Edge("b", "sum"), new Edge("sum", "output")]);
        ConversionResult result = Converter.Convert(graph, new ConvertOptions(), new RandomSamples(2, 1, 60, 2), null, null);
        ModelRunner runner = new(result.Bytes);
        Assert.Equal(2, runner.Interpreter.Model.Operators.Count(o => o.GetType().Name == "AddOperator"));
        Random random = new(3);
        for (int t = 0; t < 50; t++)
        {
            runner.Step([random.Next(2), random.Next(2)]);
            Assert.Equal(runner.Values("a")[0] + runner.Values("b")[0], runner.Values("sum")[0]);
        }
    }
}
