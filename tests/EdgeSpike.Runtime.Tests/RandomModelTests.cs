extern alias scalar;
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using Xunit;
using Portable = scalar::EdgeSpike.Runtime;

namespace EdgeSpike.RuntimeTests;

/// <summary>
/// The interpreter against runtime/ARITHMETIC.md, and its fast kernels against its plain ones, over random models. More of
/// them: EDGESPIKE_MODELS=100000.
/// </summary>
public sealed class RandomModelTests
{
    private const int Equality = 1_000_000, Literal = 5_000_000;

    [Fact]
    public void Fast_kernels_leave_the_same_state_after_every_tick()
    {
        Many.Seeds(Equality, Many.Number("EDGESPIKE_MODELS", 10_000), seed =>
        {
            RandomModel model = RandomModels.Make(seed);
            Random random = new(seed);
            Runtime.Interpreter fast = new();
            Portable.Interpreter plain = new();
            Assert.Equal(Runtime.ModelError.None, fast.Load(model.File, int.MaxValue, long.MaxValue));
            Assert.Equal(Portable.ModelError.None, plain.Load(model.File, int.MaxValue, long.MaxValue));
            int ticks = 3 + random.Next(6);
            for (int t = 0; t < ticks; t++)
            {
                int[][] inputs = model.Inputs(random);
                Runs.Fill(fast, inputs);
                Runs.Fill(plain, inputs);
                Assert.Equal(plain.StepChecksum(), fast.StepChecksum());
                Runs.AssertSameState(fast, plain, t);
            }

            Assert.Equal(plain.InputSaturations, fast.InputSaturations);
            for (int i = 0; i < plain.Model.Operators.Length; i++)
            {
                Portable.Operator a = plain.Model.Operators[i];
                Runtime.Operator b = fast.Model.Operators[i];
                Assert.Equal((a.Spikes, a.Saturations, a.NeuronUpdates, a.SynapticOperations), (b.Spikes, b.Saturations, b.NeuronUpdates, b.SynapticOperations));
            }
        });
    }

    [Fact]
    public void Every_buffer_after_every_operator_is_what_the_page_says()
    {
        ConcurrentDictionary<string, int> covered = new(StringComparer.Ordinal);
        int count = Math.Max(2_000, Many.Number("EDGESPIKE_MODELS", 0));
        Many.Seeds(Literal, count, seed =>
        {
            RandomModel model = RandomModels.Make(seed);
            LiteralCounters[] counters = FollowThePage(model, new Random(seed));
            foreach (string feature in model.Features.Concat(Events(model, counters)).Distinct()) covered.AddOrUpdate(feature, 1, (_, n) => n + 1);
        });

        string[] rare = [.. Features.All.Where(f => covered.GetValueOrDefault(f) < 15).Select(f => $"{f}: {covered.GetValueOrDefault(f)}")];
        Assert.True(rare.Length == 0, $"hardly tested:\n{string.Join("\n", rare)}");
        string[] unlisted = [.. covered.Keys.Where(f => !Features.All.Contains(f)).Order(StringComparer.Ordinal)];
        Assert.True(unlisted.Length == 0, $"not in the list of features:\n{string.Join("\n", unlisted)}");
    }

    // What happened in a run: a generator whose models sleep proves nothing.
    private static IEnumerable<string> Events(RandomModel model, LiteralCounters[] counters)
    {
        for (int i = 0; i < counters.Length; i++)
        {
            string name = ((Runtime.OperatorCode)model.Builder.Operators[i].Code).ToString();
            if (counters[i].Spikes > 0) yield return $"{name} spiked";
            if (counters[i].Spikes is > 0 && counters[i].Spikes < counters[i].NeuronUpdates) yield return $"{name} spiked now and then";
            if (counters[i].Spikes > counters[i].NeuronUpdates) yield return $"{name} spiked several times a tick";
            if (counters[i].Saturations > 0) yield return $"{name} saturated";
            if (counters[i].SynapticOperations > 0) yield return $"{name} added";
        }
    }

    private static LiteralCounters[] FollowThePage(RandomModel model, Random random)
    {
        Runtime.Interpreter runtime = new();
        Assert.Equal(Runtime.ModelError.None, runtime.Load(model.File, int.MaxValue, long.MaxValue));
        LiteralInterpreter page = new(model.Builder, model.File);
        int ticks = 3 + random.Next(8);
        List<int[][]> inputs = [];
        List<uint> checksums = [];
        Comparison comparison = new(model, runtime, page);
        for (int t = 0; t < ticks; t++)
        {
            inputs.Add(model.Inputs(random));
            page.SetInputs(inputs[t]);
            Runs.Fill(runtime, inputs[t]);

            // What the page says after each operator, kept until the runtime has run the same one.
            comparison.Tick = t;
            comparison.Begin();
            checksums.Add(page.Tick(comparison.Expect));
            runtime.Step(comparison);
        }

        Assert.Equal(page.InputSaturations, runtime.InputSaturations);
        long work = 0;
        for (int i = 0; i < page.Counters.Length; i++)
        {
            Runtime.Operator made = runtime.Model.Operators[i];
            LiteralCounters expected = page.Counters[i];
            Assert.Equal((i, made.Code, expected.Saturations, expected.Spikes, expected.NeuronUpdates, expected.SynapticOperations),
                (i, made.Code, made.Saturations, made.Spikes, made.NeuronUpdates, made.SynapticOperations));
            work += made.SynapticOperations + made.NeuronUpdates;
        }

        Assert.True(work <= ticks * runtime.Model.Work, $"{work} operations in {ticks} ticks, {runtime.Model.Work} a tick were promised");

        // The same again after a reset, by checksum.
        runtime.Reset();
        for (int t = 0; t < ticks; t++)
        {
            Runs.Fill(runtime, inputs[t]);
            Assert.Equal(checksums[t], runtime.StepChecksum());
        }

        return page.Counters;
    }

    private sealed class Comparison : Runtime.StepObserver
    {
        private readonly RandomModel _model;
        private readonly Runtime.Interpreter _runtime;
        private readonly LiteralInterpreter _page;
        private readonly List<int[]?[]> _expected = [];

        public Comparison(RandomModel model, Runtime.Interpreter runtime, LiteralInterpreter page)
        {
            _model = model;
            _runtime = runtime;
            _page = page;
        }

        public int Tick { get; set; }

        public void Begin() => _expected.Clear();

        public void Expect(int index) => _expected.Add([.. _model.Builder.Buffers.Select((_, b) => Lives(b, index) ? _page.Words(b) : null)]);

        public override void After(int index)
        {
            for (int b = 0; b < _expected[index].Length; b++)
            {
                if (_expected[index][b] is not { } words) continue;
                ReadOnlySpan<int> found = _runtime.Arena.AsSpan(_runtime.Model.Buffers[b].Offset, words.Length);
                if (found.SequenceEqual(words)) continue;
                int at = FirstDifference(words, found);
                Assert.Fail($"tick {Tick}, operator {index} ({_model.Builder.Operators[index]}), buffer {b}, word {at}: {found[at]}, the page says {words[at]}");
            }
        }

        // A transient buffer has content from its first writer to its last use.
        private bool Lives(int buffer, int index)
        {
            Runtime.ModelBuffer b = _runtime.Model.Buffers[buffer];
            return b.Persistent || (index >= b.FirstWriter && index <= b.LastUse);
        }
    }

    private static int FirstDifference(ReadOnlySpan<int> a, ReadOnlySpan<int> b) => a.CommonPrefixLength(b);
}
