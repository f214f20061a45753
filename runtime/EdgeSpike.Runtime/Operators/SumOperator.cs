namespace EdgeSpike.Runtime;

/// <summary>Read-out: the 64-bit sum of each element since the reset, low word then high word. ARITHMETIC.md, section 6.</summary>
internal sealed class SumOperator : Operator
{
    private bool _events;
    private int _source;
    private int _state;
    private int _length;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(3)) return;
        ModelBuffer source = context.Source(0, 1);
        if (context.Failed) return;
        if (source.Kind == BufferKind.Words) context.Fail(ModelError.Kind, 0);
        _events = source.Kind == BufferKind.Events;
        _source = source.Offset;
        _length = source.Length;
        _state = context.Words(2, 2L * _length).Offset;
        context.AddWork(_length);
    }

    internal override void Step()
    {
        if (_events)
        {
            int count = Arena[_source];
            for (int e = 1; e <= count; e++) Add(_state + 2 * Arena[_source + e], 1);
            return;
        }

        for (int i = 0; i < _length; i++) Add(_state + 2 * i, Arena[_source + i]);
    }

    private void Add(int at, int value)
    {
        long sum = Read(Arena, at) + value;
        Arena[at] = (int)sum;
        Arena[at + 1] = (int)(sum >> 32);
    }

    /// <summary>The 64-bit number in two words.</summary>
    internal static long Read(int[] arena, int at)
    {
        return (uint)arena[at] | ((long)arena[at + 1] << 32);
    }
}
