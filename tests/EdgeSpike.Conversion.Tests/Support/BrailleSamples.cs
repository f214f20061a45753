using System;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Conversion.Tests.Support;

/// <summary>The Braille recordings as samples.</summary>
internal sealed class BrailleSamples(L2muBraille braille) : ISampleSource
{
    public int Count => L2muBraille.Samples;

    public int Ticks => L2muBraille.Ticks;

    public int Channels => L2muBraille.Channels;

    public void Tick(int sample, int tick, Span<double> values)
    {
        ReadOnlySpan<byte> spikes = braille.Tick(sample, tick);
        for (int i = 0; i < spikes.Length; i++) values[i] = spikes[i];
    }
}
