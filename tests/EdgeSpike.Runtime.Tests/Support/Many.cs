using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>Runs one check for many seeds, on all cores, and reports the failing seeds.</summary>
internal static class Many
{
    /// <summary>The number in an environment variable, or <paramref name="otherwise"/>.</summary>
    public static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    /// <summary>Runs seeds <paramref name="first"/> … + <paramref name="count"/> − 1; fails with the first few that throw, by number.</summary>
    public static void Seeds(int first, int count, Action<int> check)
    {
        ConcurrentDictionary<int, string> failures = new();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, state) =>
        {
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
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.OrderBy(f => f.Key).Select(f => f.Value)));
    }
}
