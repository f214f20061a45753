namespace EdgeSpike.Runtime;

/// <summary>
/// y(t) = x(t − ticks). Events are kept as one bit an element, values as they are, in a ring whose position is the last word of
/// the state. ARITHMETIC.md, section 2.
/// </summary>
internal sealed class DelayOperator : Operator
{
    private bool _events;
    private int _source;
    private int _target;
    private int _length;
    private int _state;
    private int _ticks;
    private int _slotWords;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Events, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
        Record.Later, 0, 0, // state
        Record.Number, Record.One, Record.Most16, // ticks
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _ticks = context.At(4);
        _events = context.FromEvents;
        _source = context.At(0);
        _length = context.Count;
        _target = context.Target(2, context.First.Kind, _length, context.First.Bound);
        _slotWords = _events ? (int)(((uint)_length + 31) >> 5) : _length;
        _state = context.Words(3, _ticks, _slotWords, 1);
        context.AddWork(_length, 1);
        context.AddWork(_slotWords, 1);
    }

    internal override void Step()
    {
        int[] arena = Arena;
        int position = arena[_state + _ticks * _slotWords];
        int slot = _state + position * _slotWords;
        if (_events) SwapEvents(arena, slot);
        else
            for (int i = 0; i < _length; i++)
            {
                int value = arena[_source + i];
                arena[_target + i] = arena[slot + i];
                arena[slot + i] = value;
            }

        arena[_state + _ticks * _slotWords] = position + 1 == _ticks ? 0 : position + 1;
    }

    private void SwapEvents(int[] arena, int slot)
    {
        int emitted = 0;
        for (int w = 0; w < _slotWords; w++)
        {
            uint bits = (uint)arena[slot + w];
            arena[slot + w] = 0;
            for (int i = w << 5; bits != 0; i++, bits >>= 1)
                if ((bits & 1) != 0) arena[_target + 1 + emitted++] = i;
        }

        arena[_target] = emitted;
        int count = arena[_source];
        for (int e = 1; e <= count; e++)
        {
            int index = arena[_source + e];
            arena[slot + (index >> 5)] |= 1 << (index & 31);
        }
    }
}
