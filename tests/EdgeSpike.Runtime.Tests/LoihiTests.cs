using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.RuntimeTests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.RuntimeTests;

/// <summary>The loihi profile against traces of Lava's bit-accurate models, and against a transcription of their formulas.</summary>
public sealed class LoihiTests
{
    private static readonly int[] EdgeDecays = [0, 1, 163, 4094, 4095];

    public static IEnumerable<TheoryDataRow<string>> Traces(string kind)
    {
        if (TestData.Find("loihi") is not { } folder) return [new TheoryDataRow<string>("none")];
        return Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Where(path => Kind(path) == kind)
            .Select(path => new TheoryDataRow<string>(Path.GetFileName(path)));
    }

    private static string? Kind(string path)
    {
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllBytes(path));
        return trace.RootElement.GetProperty("kind").GetString();
    }

    [Theory]
    [MemberData(nameof(Traces), "lif_dense")]
    public void A_dense_trace_of_Lava_is_reproduced_in_u_v_and_s(string file)
    {
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllBytes(TestData.Require(Path.Combine("loihi", file))));
        JsonElement t = trace.RootElement;
        SignMode mode = Enum.Parse<SignMode>(t.GetProperty("sign_mode").GetString()!, true);
        int[][] weights = LoihiPage.Weights(Matrix(t, "weights"), mode, Number(t, "num_weight_bits"));
        int message = Number(t, "num_message_bits");
        Network network = new(weights, [.. weights.Select(row => new int[row.Length])], Number(t, "weight_exp"), Number(t, "du"), Number(t, "dv"),
            [Number(t, "vth") << 6], [LoihiPage.Bias(Number(t, "bias_mant"), Number(t, "bias_exp"))], message == 0 ? 0 : (1 << message) - 1, false);
        Follow(t, network);
    }

    [Theory]
    [MemberData(nameof(Traces), "lif_delay_dense")]
    public void A_trace_of_Lava_with_delays_is_reproduced_in_u_v_and_s(string file)
    {
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllBytes(TestData.Require(Path.Combine("loihi", file))));
        JsonElement t = trace.RootElement;
        Network network = new(LoihiPage.Weights(Matrix(t, "weights"), SignMode.Mixed, 8), Matrix(t, "delays"), Number(t, "weight_exp"), Number(t, "du"), Number(t, "dv"),
            [Number(t, "vth") << 6], [0], 0, false);
        Follow(t, network);
    }

    private static void Follow(JsonElement trace, Network network)
    {
        int[][] spikes = Matrix(trace, "spikes_in"), u = Matrix(trace, "u"), v = Matrix(trace, "v"), s = Matrix(trace, "s");
        for (int tick = 0; tick < u.Length; tick++)
        {
            network.Tick([.. spikes.Select(row => row[tick])]);
            Assert.Equal((tick, string.Join(' ', u[tick])), (tick, string.Join(' ', network.Current)));
            Assert.Equal((tick, string.Join(' ', v[tick])), (tick, string.Join(' ', network.Membrane)));
            Assert.Equal((tick, string.Join(' ', s[tick])), (tick, string.Join(' ', network.Spikes)));
        }
    }

    [Theory]
    [MemberData(nameof(Traces), "sigma_delta")]
    public void A_sigma_delta_trace_of_Lava_is_reproduced_in_activation_and_output(string file)
    {
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllBytes(TestData.Require(Path.Combine("loihi", file))));
        JsonElement t = trace.RootElement;
        int[][] a = Matrix(t, "a_in"), act = Matrix(t, "act"), s = Matrix(t, "s_out");
        int n = a[0].Length;
        ModelBuilder model = new() { Profile = Profile.Loihi };
        int input = model.AddBuffer(BufferKind.Values, n, 1 << 20);
        int State() => model.AddBuffer(BufferKind.Values, n, int.MaxValue, true);
        model.AddPort(PortKind.Input, input);
        int target = State(), activation = State();
        model.AddOperator(new LoihiSigmaDeltaOperator
        {
            Source = input,
            Target = target,
            Sigma = State(),
            Activation = activation,
            Residue = State(),
            Error = t.GetProperty("cum_error").GetBoolean() ? State() : -1,
            Threshold = model.AddTensor(TensorType.Int32, Row(t, "vth_scaled")),
            Bias = model.AddTensor(TensorType.Int32, Row(t, "bias_scaled")),
            Rectified = t.GetProperty("act_mode").GetString() == "RELU",
            StateExponent = Number(t, "state_exp"),
            Limit = int.MaxValue,
        });
        Runtime.Interpreter run = Runs.Load(model.Build());
        for (int tick = 0; tick < a.Length; tick++)
        {
            Runs.Fill(run, [a[tick]]);
            run.Step();
            Assert.Equal((tick, string.Join(' ', act[tick])), (tick, string.Join(' ', Runs.Words(run, activation))));
            Assert.Equal((tick, string.Join(' ', s[tick])), (tick, string.Join(' ', Runs.Words(run, target))));
        }
    }

    [Theory]
    [MemberData(nameof(Traces), "rf")]
    [MemberData(nameof(Traces), "rf_iz")]
    public void A_resonator_trace_of_Lava_is_reproduced_in_state_and_spikes(string file)
    {
        using JsonDocument trace = JsonDocument.Parse(File.ReadAllBytes(TestData.Require(Path.Combine("loihi", file))));
        JsonElement t = trace.RootElement;
        int[][] real = Matrix(t, "real"), imaginary = Matrix(t, "imag"), s = Matrix(t, "s"), realIn = Matrix(t, "real_in"), imaginaryIn = Matrix(t, "imag_in");
        int n = real[0].Length;
        ModelBuilder model = new() { Profile = Profile.Loihi };
        int[] inputs = [model.AddBuffer(BufferKind.Values, n, 1 << 20), model.AddBuffer(BufferKind.Values, n, 1 << 20)];
        foreach (int input in inputs) model.AddPort(PortKind.Input, input);
        int[] states = [model.AddBuffer(BufferKind.Values, n, (1 << 23) - 1, true), model.AddBuffer(BufferKind.Values, n, (1 << 23) - 1, true)];
        int target = model.AddBuffer(BufferKind.Events, n, 1, true);
        model.AddOperator(new LoihiResonatorOperator
        {
            Source = inputs[0],
            ImaginarySource = inputs[1],
            Target = target,
            Real = states[0],
            Imaginary = states[1],
            Cosine = model.AddTensor(TensorType.Int32, [Number(t, "cos_decay")]),
            Sine = model.AddTensor(TensorType.Int32, [Number(t, "sin_decay")]),
            Threshold = model.AddTensor(TensorType.Int32, Row(t, "vth_scaled")),
            DecayBits = Number(t, "decay_bits"),
            InputShift = Number(t, "state_exp"),
            Resets = t.GetProperty("kind").GetString() == "rf_iz",
        });
        Runtime.Interpreter run = Runs.Load(model.Build());
        for (int tick = 0; tick < real.Length; tick++)
        {
            Runs.Fill(run, [realIn[tick], imaginaryIn[tick]]);
            run.Step();
            Assert.Equal((tick, string.Join(' ', real[tick])), (tick, string.Join(' ', Runs.Words(run, states[0]))));
            Assert.Equal((tick, string.Join(' ', imaginary[tick])), (tick, string.Join(' ', Runs.Words(run, states[1]))));
            int[] list = Runs.Words(run, target);
            Assert.Equal(Enumerable.Range(0, n).Where(j => s[tick][j] != 0), list.Skip(1).Take(list[0]));
        }
    }

    [Fact]
    public void Random_populations_with_delays_follow_the_formulas_of_the_chip()
    {
        long large = 0, beyond = 0, spiked = 0;
        Many.Seeds(1, 400, seed =>
        {
            Random random = new(seed);
            int n = random.Next(1, 30), inputs = random.Next(1, 40), graded = random.Next(3) == 0 ? 31 : 0, exponent = random.Next(-8, 8);

            // As many delays as the verifier can bound: it reckons with whole 16-bit weights.
            int[] ticks = [0, .. Draw(random, random.Next(6), 0, 63)];
            while (ticks.Length > 1 && (long)inputs * 32768 * Math.Max(1, graded) * ticks.Length << Math.Max(0, exponent) > int.MaxValue) ticks = ticks[1..];
            while ((long)inputs * 32768 * Math.Max(1, graded) << Math.Max(0, exponent) > int.MaxValue) exponent--;
            SignMode mode = (SignMode)random.Next(3);
            int[][] weights = LoihiPage.Weights([.. Enumerable.Range(0, n).Select(_ => Draw(random, inputs, -300, 301))], mode, random.Next(2, 9));
            int[][] delays = [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, inputs).Select(_ => ticks[random.Next(ticks.Length)]).ToArray())];
            int du = Decay(random), dv = Decay(random), threshold = random.Next(1 << random.Next(1, 18)) << 6, bias = LoihiPage.Bias(random.Next(-4096, 4096), random.Next(8));
            Network network = new(weights, delays, exponent, du, dv, [threshold], [bias], graded, random.Next(2) == 0);
            LoihiPage page = new(weights, delays, exponent, du, dv, threshold, bias);
            double rate = random.NextDouble();
            for (int t = 0; t < 80; t++)
            {
                int[] x = [.. Enumerable.Range(0, inputs).Select(_ => random.NextDouble() < rate ? graded == 0 ? 1 : random.Next(-graded, graded + 1) : 0)];
                network.Tick(x);
                page.Tick(x);
                Assert.Equal(page.Current, network.Current.Select(u => (long)u));
                Assert.Equal(page.Membrane, network.Membrane.Select(v => (long)v));
                Assert.Equal(page.Spikes, network.Spikes.Select(s => s != 0));
                System.Threading.Interlocked.Add(ref beyond, page.Current.Count(u => Math.Abs(u) > 1 << 23));
                System.Threading.Interlocked.Add(ref spiked, page.Spikes.Count(s => s));
                System.Threading.Interlocked.Add(ref large, page.Current.Count(u => Math.Abs(u) > 1 << 22));
            }
        });

        Assert.True(large > 1000 && beyond > 100 && spiked > 1000, $"{large} large currents, {beyond} beyond 24 bits, {spiked} spikes");
    }

    [Fact]
    public void One_wrap_leaves_a_current_of_474742784_beyond_24_bits()
    {
        // 200 inputs of weight 300 << 7: (60000 << 7) << 6 = 491,520,000, less 2^24, once.
        int[][] weights = [[.. Enumerable.Repeat(300, 200)]];
        Network network = new(weights, [new int[200]], 7, 0, 0, [131071 << 6], [0], 0, false);
        int[] all = [.. Enumerable.Repeat(1, 200)];
        network.Tick(all);
        Assert.Equal([0], network.Current);
        network.Tick(new int[200]);
        Assert.Equal([474_742_784], network.Current);
        Assert.Equal([0], network.Membrane);
        Assert.Equal([1], network.Spikes);

        // mul12 with du + 1 = 1: 474,742,784 * 4095 >> 12 = 474,626,880 after truncation; again one wrap only.
        network.Tick(new int[200]);
        Assert.Equal([(int)(474_742_784L * 4095 >> 12) - (1 << 24)], network.Current);
    }

    private static int Decay(Random random) => random.Next(2) == 0 ? EdgeDecays[random.Next(EdgeDecays.Length)] : random.Next(4096);

    private static int[] Draw(Random random, int count, int from, int to) => [.. Enumerable.Range(0, count).Select(_ => random.Next(from, to))];

    private static int Number(JsonElement trace, string name) => trace.GetProperty(name).GetInt32();

    private static int[] Row(JsonElement trace, string name) => [.. trace.GetProperty(name).EnumerateArray().Select(x => x.GetInt32())];

    private static int[][] Matrix(JsonElement trace, string name) =>
        [.. trace.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.GetInt32()).ToArray())];

    /// <summary>
    /// A population behind synapses with delays, as a model: for each delay d that occurs an operator that delays by d + 1, since a
    /// spike arrives one tick later, and a connection of the synapses of that delay with a shift of its own.
    /// </summary>
    private sealed class Network
    {
        private readonly Runtime.Interpreter _runtime;
        private readonly int _target;
        private readonly int _membrane;
        private readonly int _current;
        private readonly bool _graded;

        public Network(int[][] weights, int[][] delays, int exponent, int du, int dv, int[] threshold, int[] bias, int graded, bool sparse)
        {
            int n = weights.Length, inputs = weights[0].Length;
            ModelBuilder model = new() { Profile = Profile.Loihi };
            _graded = graded > 0;
            BufferKind kind = _graded ? BufferKind.Values : BufferKind.Events;
            int input = model.AddBuffer(kind, inputs, Math.Max(1, graded));
            model.AddPort(PortKind.Input, input);
            int sum = model.AddBuffer(BufferKind.Values, n, int.MaxValue);
            bool first = true;
            foreach (int delay in delays.SelectMany(row => row).Distinct().Order())
            {
                int delayed = model.AddBuffer(kind, inputs, Math.Max(1, graded));
                int state = model.AddBuffer(BufferKind.Words, DelayOperator.StateWords(kind, inputs, delay + 1), 1, true);
                model.AddOperator(new DelayOperator { Source = input, Target = delayed, State = state, Ticks = delay + 1 });
                int[] bySource = [.. Enumerable.Range(0, inputs).SelectMany(k => Enumerable.Range(0, n).Select(i => delays[i][k] == delay ? weights[i][k] : 0))];
                int scratch = first || exponent == 0 ? -1 : model.AddBuffer(BufferKind.Values, n, int.MaxValue);
                if (sparse) model.AddOperator(Sparse(model, bySource, n, inputs) with { Source = delayed, Target = sum, Shift = exponent, Accumulate = !first, Scratch = scratch });
                else
                    model.AddOperator(new DenseOperator
                    {
                        Source = delayed,
                        Target = sum,
                        Shift = exponent,
                        Accumulate = !first,
                        Scratch = scratch,
                        Weights = model.AddMatrix(TensorType.Int16, bySource, inputs, n, out int rowBytes),
                        Sources = inputs,
                        Width = n,
                        RowBytes = rowBytes,
                    });
                first = false;
            }

            _target = model.AddBuffer(BufferKind.Events, n, 1, true);
            _membrane = model.AddBuffer(BufferKind.Values, n, (1 << 23) - 1, true);
            _current = model.AddBuffer(BufferKind.Values, n, int.MaxValue, true);
            model.AddOperator(new LoihiNeuronOperator
            {
                Source = sum,
                Target = _target,
                Membrane = _membrane,
                Current = _current,
                CurrentDecay = du,
                MembraneDecay = dv,
                Threshold = model.AddTensor(TensorType.Int32, threshold),
                Bias = model.AddTensor(TensorType.Int32, bias),
            });
            _runtime = Runs.Load(model.Build());
        }

        public int[] Current => Runs.Words(_runtime, _current);

        public int[] Membrane => Runs.Words(_runtime, _membrane);

        public int[] Spikes
        {
            get
            {
                int[] list = Runs.Words(_runtime, _target);
                int[] spikes = new int[list.Length - 1];
                for (int e = 1; e <= list[0]; e++) spikes[list[e]] = 1;
                return spikes;
            }
        }

        public void Tick(int[] inputs)
        {
            Runs.Fill(_runtime, [_graded ? inputs : [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i] != 0)]]);
            _runtime.Step();
        }

        private static SparseOperator Sparse(ModelBuilder model, int[] bySource, int n, int inputs)
        {
            List<int> starts = [0], targets = [], weights = [];
            for (int k = 0; k < inputs; k++)
            {
                for (int i = 0; i < n; i++)
                    if (bySource[k * n + i] != 0)
                    {
                        targets.Add(i);
                        weights.Add(bySource[k * n + i]);
                    }

                starts.Add(targets.Count);
            }

            if (targets.Count == 0)
            {
                targets.Add(0);
                weights.Add(0);
            }

            return new SparseOperator
            {
                Source = 0,
                Target = 0,
                Weights = model.AddTensor(TensorType.Int16, weights.ToArray()),
                RowStarts = model.AddTensor(TensorType.Int32, starts.ToArray()),
                Targets = model.AddTensor(TensorType.UInt16, targets.ToArray()),
            };
        }
    }
}
