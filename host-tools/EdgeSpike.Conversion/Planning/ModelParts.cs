// The file's codes are the runtime's own.
global using BufferKind = EdgeSpike.Runtime.BufferKind;
global using PortKind = EdgeSpike.Runtime.PortKind;
global using TensorType = EdgeSpike.Runtime.TensorType;
using System.Collections.Generic;

namespace EdgeSpike.Conversion.Planning;

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
