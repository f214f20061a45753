using System.Collections.Generic;

namespace EdgeSpike.Conversion.Planning;

/// <summary>What a buffer holds; the numbers are those of the file.</summary>
public enum BufferKind
{
    /// <summary>An int32 for each element.</summary>
    Values = 0,

    /// <summary>A count and ascending indices.</summary>
    Events = 1,

    /// <summary>An operator's private state.</summary>
    Words = 2,
}

/// <summary>Type of a tensor's elements; the numbers are those of the file.</summary>
public enum TensorType
{
    /// <summary>−128 … 127.</summary>
    Int8 = 0,

    /// <summary>−32768 … 32767.</summary>
    Int16 = 1,

    /// <summary>Four bytes, signed.</summary>
    Int32 = 2,

    /// <summary>0 … 255.</summary>
    UInt8 = 3,

    /// <summary>0 … 65535.</summary>
    UInt16 = 4,

    /// <summary>−8 … 7, two a byte, the even index in the low half.</summary>
    Int4 = 5,
}

/// <summary>What a port is for; the numbers are those of the file.</summary>
public enum PortKind
{
    /// <summary>Filled before a tick.</summary>
    Input = 0,

    /// <summary>What the network's output emits at each tick.</summary>
    Activity = 1,

    /// <summary>A value for each class after the sequence.</summary>
    Scores = 2,

    /// <summary>The same as 64-bit sums.</summary>
    Sums = 3,

    /// <summary>Index of the largest score.</summary>
    Answer = 4,
}

/// <summary>A buffer before it has a place in the arena.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Length">Elements, 1 or more.</param>
/// <param name="Bound">Largest magnitude of values; 1 for the other kinds.</param>
/// <param name="Persistent">Keeps its content between ticks.</param>
/// <param name="Name">Name, or null.</param>
public sealed record ModelBuffer(BufferKind Kind, int Length, int Bound, bool Persistent, string? Name)
{
    /// <summary>Words it takes in the arena.</summary>
    public int Words => Kind == BufferKind.Events ? checked(Length + 1) : Length;
}

/// <summary>A buffer with its place and its lifetime.</summary>
/// <param name="Offset">First word in the arena.</param>
/// <param name="Words">Words.</param>
/// <param name="From">First operator at which it lives, −1: before the first.</param>
/// <param name="To">Last operator at which it lives.</param>
public sealed record BufferPlace(int Offset, int Words, int From, int To)
{
    /// <summary>True when both live at some operator.</summary>
    public bool LivesWith(BufferPlace other) => other is not null && From <= other.To && other.From <= To;

    /// <summary>True when both claim a word.</summary>
    public bool Overlaps(BufferPlace other) => other is not null && Offset < other.Offset + other.Words && other.Offset < Offset + Words;
}

/// <summary>A port.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Name">Name, or null.</param>
/// <param name="Buffer">Index of the buffer.</param>
public sealed record ModelPort(PortKind Kind, string? Name, int Buffer);

/// <summary>A test vector: input for some ticks and what the model makes of it.</summary>
/// <remarks>
/// Inputs[tick][port]: for events the ascending indices, for values one number for each element, for the input ports in
/// order. Checksums: one for each tick. Results: the words of all ports of kind scores, sums and answer in order, joined.
/// </remarks>
/// <param name="Inputs">[ticks][input ports][…].</param>
/// <param name="Checksums">[ticks].</param>
/// <param name="Results">Final words.</param>
public sealed record ModelVector(IReadOnlyList<int[][]> Inputs, IReadOnlyList<uint> Checksums, int[] Results);
