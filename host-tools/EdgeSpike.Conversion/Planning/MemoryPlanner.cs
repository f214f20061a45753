using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Conversion.Planning;

/// <summary>
/// Places buffers in the arena: the largest first, each at the lowest offset where it meets no buffer that lives at the
/// same operator. Ties go by index, so that the plan depends on the model alone.
/// </summary>
/// <remarks>
/// The best plan is a hard problem (dynamic storage allocation); this order comes within a few per cent of the bound on
/// networks of layers, and its cost is n² for n buffers. Persistent buffers live always. A transient buffer lives from its
/// first writer (inputs: from before the first operator) to its last reader or writer; one that a port shows lives to the
/// last operator, because it is read after the tick.
/// </remarks>
public static class MemoryPlanner
{
    /// <summary>Places the buffers.</summary>
    /// <param name="buffers">All buffers.</param>
    /// <param name="operators">The schedule.</param>
    /// <param name="ports">The ports.</param>
    /// <param name="arenaWords">Words of the arena: it ends with the last buffer.</param>
    /// <returns>Place and lifetime of each buffer, by index.</returns>
    public static BufferPlace[] Plan(IReadOnlyList<ModelBuffer> buffers, IReadOnlyList<ModelOperator> operators, IReadOnlyList<ModelPort> ports, out int arenaWords)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        ArgumentNullException.ThrowIfNull(operators);
        ArgumentNullException.ThrowIfNull(ports);
        (int From, int To)[] lives = Lifetimes(buffers, operators, ports);
        BufferPlace[] places = new BufferPlace[buffers.Count];
        List<BufferPlace> placed = [];
        arenaWords = 0;
        foreach (int index in Enumerable.Range(0, buffers.Count).OrderByDescending(i => buffers[i].Words).ThenBy(i => i))
        {
            BufferPlace place = new(0, buffers[index].Words, lives[index].From, lives[index].To);
            foreach (BufferPlace other in placed)                       // ascending offsets: the first gap that fits
            {
                if (!place.LivesWith(other)) continue;
                if (place.Offset + place.Words <= other.Offset) break;
                place = place with { Offset = Math.Max(place.Offset, checked(other.Offset + other.Words)) };
            }

            places[index] = place;
            int at = placed.FindIndex(p => p.Offset > place.Offset);
            placed.Insert(at < 0 ? placed.Count : at, place);
            arenaWords = Math.Max(arenaWords, checked(place.Offset + place.Words));
        }

        return places;
    }

    private static (int From, int To)[] Lifetimes(IReadOnlyList<ModelBuffer> buffers, IReadOnlyList<ModelOperator> operators, IReadOnlyList<ModelPort> ports)
    {
        int last = Math.Max(0, operators.Count - 1);
        (int From, int To)[] lives = new (int, int)[buffers.Count];
        Array.Fill(lives, (int.MaxValue, -1));
        for (int i = 0; i < operators.Count; i++)
            foreach ((int buffer, _) in operators[i].Uses())
                if (buffer >= 0 && buffer < lives.Length)
                    lives[buffer] = (Math.Min(lives[buffer].From, i), Math.Max(lives[buffer].To, i));
        foreach (ModelPort port in ports)
        {
            if (port.Buffer < 0 || port.Buffer >= lives.Length) continue;
            (int from, int to) = lives[port.Buffer];
            lives[port.Buffer] = port.Kind == PortKind.Input ? (-1, to) : (from, last);
        }

        for (int i = 0; i < lives.Length; i++)
            if (buffers[i].Persistent || lives[i].From == int.MaxValue) lives[i] = (-1, last);
        return lives;
    }
}
