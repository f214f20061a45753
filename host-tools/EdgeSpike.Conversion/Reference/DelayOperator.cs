using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>A delay for all elements or for each: a ring of its own length for every element, so memory is their sum.</summary>
internal sealed class DelayOperator : ReferenceOperator
{
    private readonly int[] _start;          // of each ring; one more than elements, the last is the end
    private readonly int[] _position;
    private readonly double[] _rings;

    public DelayOperator(DelayNode node) : base(node)
    {
        int count = Input.Length;
        _start = new int[count + 1];
        _position = new int[count];
        for (int i = 0; i < count; i++)
            _start[i + 1] = checked(_start[i] + node.Ticks[node.Ticks.Length == 1 ? 0 : i]);
        _rings = new double[_start[count]];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Output.Length; i++)
        {
            int ticks = _start[i + 1] - _start[i];
            if (ticks == 0)
            {
                Output[i] = Input[i];
                continue;
            }

            // The slot holds what came a whole round ago, and takes what comes now.
            int slot = _start[i] + _position[i];
            Output[i] = _rings[slot];
            _rings[slot] = Input[i];
            _position[i] = _position[i] + 1 < ticks ? _position[i] + 1 : 0;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Array.Clear(_rings);
    }
}
