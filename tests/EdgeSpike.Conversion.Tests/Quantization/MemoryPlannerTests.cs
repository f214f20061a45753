using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Planning;
using Xunit;
using BufferKind = EdgeSpike.Runtime.BufferKind;
using PortKind = EdgeSpike.Runtime.PortKind;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>The planner on random schedules: nothing that lives together shares a word, and nothing is wasted at the end.</summary>
public sealed class MemoryPlannerTests
{
    // Buffers of random length; operators that each write one buffer and read others.
    private static readonly Gen<(ModelBuffer[] Buffers, ModelOperator[] Operators)> Schedules =
        from buffers in Gen.Select(Gen.Int[1, 200], Gen.Bool, Gen.Int[0, 4]).Array[1, 30]
        from operators in Gen.Select(Gen.Int[0, buffers.Length - 1], Gen.Int[0, buffers.Length - 1]).Array[1, 40]
        select (
            buffers.Select(b => new ModelBuffer(b.Item2 ? BufferKind.Events : BufferKind.Values, b.Item1, 1, b.Item3 == 0, null)).ToArray(),
            operators.Select(o => (ModelOperator)new AddOperator { Source = o.Item1, Target = o.Item2 }).ToArray());

    [Fact]
    public void Buffers_that_live_together_never_overlap() => Schedules.Sample(schedule =>
    {
        BufferPlace[] places = MemoryPlanner.Plan(schedule.Buffers, schedule.Operators, [], out int words);
        for (int i = 0; i < places.Length; i++)
            for (int j = 0; j < i; j++)
                if (places[i].LivesWith(places[j])) Assert.False(places[i].Overlaps(places[j]));
        Assert.Equal(words, places.Max(p => p.Offset + p.Words));
        for (int i = 0; i < places.Length; i++)
        {
            Assert.Equal(schedule.Buffers[i].Words, places[i].Words);
            int[] at = [.. Enumerable.Range(0, schedule.Operators.Length).Where(k => schedule.Operators[k].Uses().Any(u => u.Buffer == i))];
            Assert.All(at, k => Assert.InRange(k, places[i].From, places[i].To));
        }
    });

    [Fact]
    public void The_plan_is_never_larger_than_no_plan_and_never_smaller_than_the_busiest_operator() => Schedules.Sample(schedule =>
    {
        BufferPlace[] places = MemoryPlanner.Plan(schedule.Buffers, schedule.Operators, [], out int words);
        int busiest = Enumerable.Range(-1, schedule.Operators.Length + 1).Max(k => places.Where(p => p.From <= k && k <= p.To).Sum(p => p.Words));
        Assert.InRange(words, busiest, schedule.Buffers.Sum(b => b.Words));
    });

    [Fact]
    public void A_chain_of_layers_takes_two_layers_of_memory()
    {
        List<ModelBuffer> buffers = [.. Enumerable.Range(0, 10).Select(_ => new ModelBuffer(BufferKind.Values, 100, 1, false, null))];
        ModelOperator[] chain = [.. Enumerable.Range(0, 9).Select(i => new AddOperator { Source = i, Target = i + 1 })];
        BufferPlace[] places = MemoryPlanner.Plan(buffers, chain, [new ModelPort(PortKind.Input, null, 0)], out int words);
        Assert.Equal(200, words);
        Assert.Equal(-1, places[0].From);
    }
}
