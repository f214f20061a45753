#nullable enable
using System.Diagnostics;

namespace EdgeSpike.Drivers;

/// <summary>Time of the system's monotonic clock, in microseconds since this was made.</summary>
public sealed class LinuxTimeBase : TimeBase
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override int Hz => 1000000;

    /// <inheritdoc/>
    public override long Ticks => Stopwatch.GetElapsedTime(_start).Ticks / 10;
}
