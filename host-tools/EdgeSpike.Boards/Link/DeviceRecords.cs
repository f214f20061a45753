using System.Collections.Generic;

namespace EdgeSpike.Boards.Link;

/// <summary>Who a device is.</summary>
/// <param name="Board">Name of its board.</param>
/// <param name="Version">Version of the protocol.</param>
/// <param name="MostPayload">Largest payload.</param>
/// <param name="Slot">0: the model linked with the program; 1: the uploaded one.</param>
/// <param name="ModelError">Why there is no model, as the runtime's ModelError, or 0.</param>
/// <param name="ModelErrorOffset">Where in the file.</param>
/// <param name="ModelBytes">Bytes of the model, 0 for none.</param>
/// <param name="ModelChecksum">CRC-32 in its header.</param>
/// <param name="ArenaWords">Words of its arena.</param>
/// <param name="Dropped">Damaged frames that the device dropped.</param>
public sealed record DeviceIdentity(string Board, int Version, int MostPayload, int Slot, int ModelError, int ModelErrorOffset, int ModelBytes, uint ModelChecksum, int ArenaWords, int Dropped);

/// <summary>What an operator emitted in a tick.</summary>
/// <param name="Tick">Tick, from 0.</param>
/// <param name="Operator">Index of the operator.</param>
/// <param name="Events">True: values are indices of active elements.</param>
/// <param name="Values">Indices or values.</param>
public sealed record Emission(long Tick, int Operator, bool Events, IReadOnlyList<int> Values);

/// <summary>Counters of an operator since the reset.</summary>
/// <param name="SynapticOperations">Products of a weight and an active source.</param>
/// <param name="NeuronUpdates">Neurons and state elements updated.</param>
/// <param name="Spikes">Spikes emitted.</param>
/// <param name="Saturations">Values clamped.</param>
/// <param name="Ticks">Ticks.</param>
public sealed record OperatorProfile(long SynapticOperations, long NeuronUpdates, long Spikes, long Saturations, long Ticks);

/// <summary>What replaying the vectors inside the model gave.</summary>
/// <param name="Error">The runtime's ModelError, 0 when all are equal.</param>
/// <param name="Vector">Vector that differs.</param>
/// <param name="Tick">Tick that differs.</param>
/// <param name="Ticks">Ticks replayed.</param>
public sealed record DeviceCheck(int Error, int Vector, int Tick, int Ticks);

/// <summary>Memory of the device in bytes.</summary>
/// <param name="Stack">Stack.</param>
/// <param name="StackUsed">Most of it that was ever used.</param>
/// <param name="HeapUsed">Heap in use, the arena included.</param>
/// <param name="HeapFree">Heap left.</param>
/// <param name="Objects">Heap in use beyond the arena.</param>
public sealed record DeviceMemory(int Stack, int StackUsed, int HeapUsed, int HeapFree, int Objects);
