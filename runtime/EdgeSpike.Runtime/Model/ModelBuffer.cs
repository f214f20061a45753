using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>A buffer of the arena (FORMAT.md, Buffers), and what the verifier learned of its use.</summary>
public sealed class ModelBuffer
{
    internal const int Never = int.MaxValue;

    /// <summary>What it holds.</summary>
    public BufferKind Kind { get; internal set; }

    /// <summary>Keeps its content between ticks.</summary>
    public bool Persistent
    {
        get { return Keeps != 0; }
    }

    /// <summary>The same as the file says it: 1 or 0.</summary>
    internal int Keeps { get; set; }

    /// <summary>Index of its name among the strings, or -1.</summary>
    public int Name { get; internal set; }

    /// <summary>First word in the arena.</summary>
    public int Offset { get; internal set; }

    /// <summary>Elements.</summary>
    public int Length { get; internal set; }

    /// <summary>Words in the arena: one more than elements for events.</summary>
    public int Words { get; internal set; }

    /// <summary>Largest magnitude of a value.</summary>
    public int Bound { get; internal set; }

    /// <summary>Index of the operator that begins it; -1: an input.</summary>
    public int FirstWriter { get; internal set; }

    /// <summary>Last operator that reads or writes it.</summary>
    public int LastUse { get; internal set; }

    /// <summary>Last operator that reads this tick's value, -1 if none.</summary>
    internal int LastReader { get; set; }

    /// <summary>Last operator that reads the value of the tick before, -1 if none.</summary>
    internal int LastPreviousReader { get; set; }

    /// <summary>Sum of the bounds of all that write it; negative: more than 2^31 − 1, and refused.</summary>
    internal int WrittenBound { get; set; }

    /// <summary>Operators that write it as a sum.</summary>
    internal int Writers { get; set; }

    /// <summary>Those of them that note a peak.</summary>
    internal int PeakWriters { get; set; }

    /// <summary>Index of that peak.</summary>
    internal int Peak { get; set; }

    /// <summary>
    /// That index for whoever reads this tick's value, after which nobody may write it; -1 unless all writers note a peak. An input
    /// has no writer and no peak.
    /// </summary>
    internal int NotedPeak
    {
        get { return PeakWriters > 0 && PeakWriters == Writers ? Peak : -1; }
    }

    /// <summary>It lives at the operator that begins it and nowhere else.</summary>
    internal bool IsScratch { get; set; }

    /// <summary>The code of the operator that begins it.</summary>
    internal int WriterCode { get; set; }
}

/// <summary>A tensor of constants, in place in the file.</summary>
public sealed class ModelTensor
{
    /// <summary>Element type.</summary>
    public TensorType Type { get; internal set; }

    /// <summary>First byte in the file.</summary>
    public int Offset { get; internal set; }

    /// <summary>Elements (int4: with the padding of rows).</summary>
    public int Count { get; internal set; }

    /// <summary>Bits of an element.</summary>
    public int Bits
    {
        // Eight times a half byte for each type; int4 takes half of one.
        [MethodImpl(MethodImplOptions.NoInlining)]
        get { return Type == TensorType.Int4 ? 4 : (0x21421 >> (4 * (int)Type) & 15) << 3; }
    }

    /// <summary>Bytes that so many elements take; negative: more than 2^31 − 1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int BytesOf(int elements)
    {
        int bits = Bits, shift = bits >> 4, bytes = elements << shift;
        if (bits == 4) return (elements + 1) >> 1;
        return bytes >> shift == elements ? bytes : -1;
    }
}

/// <summary>A way in or out (FORMAT.md, Strings, ports, labels).</summary>
public sealed class ModelPort
{
    /// <summary>What it is for.</summary>
    public PortKind Kind { get; internal set; }

    /// <summary>Index of its name among the strings, or -1.</summary>
    public int Name { get; internal set; }

    /// <summary>Index of its buffer.</summary>
    public int Buffer { get; internal set; }

    /// <summary>What the buffer holds. These four repeat the buffer, for targets that drop the tables once a model is verified.</summary>
    public BufferKind Holds { get; internal set; }

    /// <summary>The buffer's first word in the arena.</summary>
    public int Offset { get; internal set; }

    /// <summary>The buffer's elements.</summary>
    public int Length { get; internal set; }

    /// <summary>The buffer's largest magnitude.</summary>
    public int Bound { get; internal set; }
}
