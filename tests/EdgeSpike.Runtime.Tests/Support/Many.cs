using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>Runs one check for many seeds, on all cores, and reports the seeds that fail, or do not end.</summary>
internal static class Many
{
    /// <summary>The number in an environment variable, or <paramref name="otherwise"/>.</summary>
    public static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    /// <summary>Runs seeds <paramref name="first"/> … + <paramref name="count"/> − 1; fails with the first few that throw, by number.</summary>
    public static void Seeds(int first, int count, Action<int> check)
    {
        ConcurrentDictionary<int, string> failures = new();
        ConcurrentDictionary<int, long> begun = new();
        Task all = Task.Run(() => Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, state) =>
        {
            begun[seed] = Stopwatch.GetTimestamp();
            try
            {
                check(seed);
            }
#pragma warning disable CA1031 // every kind of failure is wanted, with its seed
            catch (Exception failure)
#pragma warning restore CA1031
            {
                failures[seed] = $"seed {seed}: {failure.GetType().Name}: {failure.Message}\n{failure.StackTrace}";
                if (failures.Count >= 5) state.Stop();
            }
            finally
            {
                begun.TryRemove(seed, out _);
            }
        }));
        while (!all.Wait(1000))
            foreach ((int seed, long since) in begun)
                Assert.True(Stopwatch.GetElapsedTime(since) < Endless.Limit, $"seed {seed}: it does not end");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.OrderBy(f => f.Key).Select(f => f.Value)));
    }
}
