extern alias scalar;
using System;
using System.Collections.Concurrent;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using Xunit;
using Portable = scalar::EdgeSpike.Runtime;

namespace EdgeSpike.RuntimeTests;

/// <summary>
/// Damaged files: each ends in a named error, or in a model that runs. A million of them:
/// <c>EDGESPIKE_FUZZ=1000000 dotnet run -c Release --project tests/EdgeSpike.Runtime.Tests -- -class "*VerifierFuzzTests"</c>
/// </summary>
public sealed class VerifierFuzzTests
{
    private const int MaximumArenaWords = 1 << 20, MaximumWork = 1 << 22, Bases = 300;

    [Fact]
    public void A_damaged_file_is_refused_by_name_or_runs_in_bounds()
    {
        byte[][] bases = [.. Enumerable.Range(9_000_000, Bases).Select(seed => Runs.WithVectors(RandomModels.Make(seed), 2, 2))];
        ConcurrentDictionary<Runtime.ModelError, int> outcomes = new();
        int count = Many.Number("EDGESPIKE_FUZZ", 30_000);
        Many.Seeds(1, count, seed =>
        {
            Random random = new(seed);
            byte[] file = Mutations.Apply(bases[random.Next(Bases)], bases[random.Next(Bases)], random);
            Runtime.ModelError error = LoadAndRun(file, random);
            outcomes.AddOrUpdate(error, 1, (_, n) => n + 1);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} files from seed 1: {string.Join(", ", outcomes.OrderBy(o => o.Key).Select(o => $"{o.Key} {o.Value}"))}");

        // Damage that is always caught at the same gate would prove little: all gates of Load are met, and many files run.
        Runtime.ModelError[] unmet = [.. Enum.GetValues<Runtime.ModelError>()
            .Where(e => e is not (Runtime.ModelError.InputPort or Runtime.ModelError.InputIndex or Runtime.ModelError.VectorDiffers or Runtime.ModelError.LeftOut))
            .Where(e => !outcomes.ContainsKey(e))];
        Assert.Equal([], unmet);
        Assert.True(outcomes[Runtime.ModelError.None] > count / 20, $"only {outcomes[Runtime.ModelError.None]} of {count} files run");
    }

    private static Runtime.ModelError LoadAndRun(byte[] file, Random random)
    {
        // Seldom a caller with less to give.
        int arenaLimit = random.Next(20) == 0 ? random.Next(1 << 14) : MaximumArenaWords, workLimit = random.Next(20) == 0 ? random.Next(1 << 14) : MaximumWork;
        Runtime.Interpreter fast = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Runtime.ModelError error = fast.Load(file, arenaLimit, workLimit);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // At most an object for each entry of a table that the file has bytes for, and the arena.
        long justified = 8192 + 24L * file.Length + 4L * fast.Arena.Length;
        Assert.True(allocated <= justified, $"load took {allocated} bytes, {justified} are justified by {file.Length} bytes of file and {fast.Arena.Length} words of arena");
        Assert.True(Enum.IsDefined(error));

        Portable.Interpreter plain = new();
        Assert.Equal((int)error, (int)plain.Load(file, arenaLimit, workLimit));
        if (error != Runtime.ModelError.None)
        {
            Assert.Empty(fast.Arena);
            fast.Step();
            Assert.InRange(fast.Model.ErrorOffset, 0, file.Length);
            return error;
        }

        for (int i = -1; i < fast.Model.StringCount; i++) _ = fast.Model.Text(i);
        for (int i = -1; i <= fast.Model.LabelCount; i++) _ = fast.Model.Label(i);
        InBounds invariants = new(plain);
        for (int t = 0; t < 3; t++)
        {
            Feed(fast, plain, random);
            fast.Step();
            if (t < 2) plain.Step(invariants);
            else plain.Step();
            Runs.AssertSameState(fast, plain, t);
        }

        Runtime.ModelError check = new Runtime.VectorCheck(fast).Run();
        Assert.True(check is Runtime.ModelError.None or Runtime.ModelError.Vector or Runtime.ModelError.VectorDiffers, $"check: {check}");
        return error;
    }

    private static void Feed(Runtime.Interpreter fast, Portable.Interpreter plain, Random random)
    {
        for (int p = 0; p < fast.Model.Ports.Length; p++)
        {
            if (fast.Model.Ports[p].Kind != Runtime.PortKind.Input || random.Next(8) == 0) continue;
            Runtime.ModelBuffer buffer = fast.Model.Buffers[fast.Model.Ports[p].Buffer];
            if (buffer.Kind == Runtime.BufferKind.Events)
            {
                int period = random.Next(1, 6);
                int[] indices = [.. Enumerable.Range(0, buffer.Length).Where(i => i % period == 0)];
                Assert.Equal(Runtime.ModelError.None, fast.SetEvents(p, indices, 0, indices.Length));
                Assert.Equal(Portable.ModelError.None, plain.SetEvents(p, indices, 0, indices.Length));
            }
            else
            {
                int bound = random.Next(3) == 0 ? int.MaxValue : buffer.Bound;
                int[] values = [.. Enumerable.Range(0, buffer.Length).Select(_ => RandomModels.Magnitude(random, bound))];
                Assert.Equal(Runtime.ModelError.None, fast.SetValues(p, values, 0));
                Assert.Equal(Portable.ModelError.None, plain.SetValues(p, values, 0));
            }
        }
    }

    // What the verifier has promised of every buffer that holds something now.
    private sealed class InBounds(Portable.Interpreter plain) : Portable.StepObserver
    {
        public override void After(int index)
        {
            for (int b = 0; b < plain.Model.Buffers.Length; b++)
            {
                Portable.ModelBuffer buffer = plain.Model.Buffers[b];
                if (!buffer.Persistent && (index < buffer.FirstWriter || index > buffer.LastUse)) continue;
                if (buffer.Kind == Portable.BufferKind.Values)
                {
                    for (int i = 0; i < buffer.Length; i++)
                        if (Math.Abs((long)plain.Arena[buffer.Offset + i]) > buffer.Bound)
                            Assert.Fail($"operator {index}, buffer {b}: {plain.Arena[buffer.Offset + i]} is beyond {buffer.Bound}");
                }
                else if (buffer.Kind == Portable.BufferKind.Events)
                {
                    int count = plain.Arena[buffer.Offset], previous = -1;
                    Assert.InRange(count, 0, buffer.Length);
                    for (int e = 1; e <= count; e++)
                    {
                        int next = plain.Arena[buffer.Offset + e];
                        Assert.True(next > previous && next < buffer.Length, $"operator {index}, buffer {b}: {next} after {previous} of {buffer.Length}");
                        previous = next;
                    }
                }
            }
        }
    }
}
