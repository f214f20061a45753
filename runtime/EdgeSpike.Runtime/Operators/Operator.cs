using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// One step of a tick. Prepare reads and checks its record (FORMAT.md) and may refuse; Step then runs blind and fast, by
/// the formula in ARITHMETIC.md. Counters are since the last reset.
/// </summary>
public abstract class Operator
{
    /// <summary>Which operator it is.</summary>
    public OperatorCode Code { get; internal set; }

    /// <summary>Index of its name among the strings, or -1.</summary>
    public int Name { get; internal set; }

    /// <summary>Products of a weight and an active source (or multiplications, for real values).</summary>
    public long SynapticOperations { get; internal set; }

    /// <summary>Neurons and state elements updated.</summary>
    public long NeuronUpdates { get; internal set; }

    /// <summary>Spikes emitted.</summary>
    public long Spikes { get; internal set; }

    /// <summary>Values that were clamped.</summary>
    public long Saturations { get; internal set; }

    internal byte[] File;

    internal int[] Arena;

    /// <summary>What the events of this tick can add up to at one element of a sum, for each sum that connections write.</summary>
    internal int[] Peaks;

    internal abstract void Prepare(PrepareContext context);

    internal abstract void Step();

    /// <summary>Sets state that does not start at 0; the arena is clear before.</summary>
    internal virtual void Reset()
    {
    }

    /// <summary>Mixes what this operator emitted into the checksum of a tick (FORMAT.md, Vectors).</summary>
    internal virtual uint Checksum(uint hash)
    {
        return hash;
    }

    internal void ClearCounters()
    {
        SynapticOperations = NeuronUpdates = Spikes = Saturations = 0;
    }

    /// <summary>The value within ±limit; counts when it was not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int Clamp(long value, int limit)
    {
        int low = (int)value;
        if (low == value && low >= -limit && low <= limit) return low;
        Saturations++;
        return value > 0 ? limit : -limit;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static uint ChecksumValues(uint hash, int[] arena, int offset, int count)
    {
        for (int i = 0; i < count; i++) hash = (hash ^ (uint)(arena[offset + i] + 1)) * 16777619;
        return hash * 16777619;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static uint ChecksumEvents(uint hash, int[] arena, int list)
    {
        return ChecksumValues(hash, arena, list + 1, arena[list]);
    }
}
