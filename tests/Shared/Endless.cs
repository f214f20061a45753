using System;
using System.Threading.Tasks;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>Tells what never ends from what is slow: a time that only an endless loop takes, however busy the machine is.</summary>
internal static class Endless
{
    /// <summary>Far above what takes longest of all that is watched.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Runs it; fails the test, and leaves it running, when it does not end.</summary>
    public static void Refuse(string name, Action action)
    {
        Task task = Task.Run(action);
        Assert.True(((IAsyncResult)task).AsyncWaitHandle.WaitOne(Limit), $"{name}: it does not end");
        task.GetAwaiter().GetResult();
    }
}
