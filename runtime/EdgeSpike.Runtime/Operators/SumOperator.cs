namespace EdgeSpike.Runtime;

/// <summary>Read-out: the 64-bit sum of each element since the reset, low word then high word. ARITHMETIC.md, section 6.</summary>
internal sealed class SumOperator : Operator
{
    private bool _events;
    private int _source;
    private int _state;
    private int _length;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Events, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // state
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _events = context.FromEvents;
        _source = context.At(0);
        _length = context.Count;
        _state = context.Words(2, _length, 2, 0);
        context.AddWork(_length, 1);
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
