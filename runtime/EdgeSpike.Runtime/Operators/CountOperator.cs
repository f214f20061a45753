namespace EdgeSpike.Runtime;

/// <summary>Read-out: the sum of spikes (or counts) of each element since the reset, saturating. ARITHMETIC.md, section 6.</summary>
internal sealed class CountOperator : Operator
{
    private bool _events;
    private int _source;
    private int _target;
    private int _length;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Events, 0, // source
        Record.Later, 0, 0, // when
        Record.State, 0, Record.MostInt, // target
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _events = context.FromEvents;
        _source = context.At(0);
        _length = context.Count;
        _target = context.At(2);
        context.AddWork(_length, 1);
    }

    internal override void Step()
    {
        if (_events)
        {
            int count = Arena[_source];
            for (int e = 1; e <= count; e++) Add(_target + Arena[_source + e], 1);
            return;
        }

        for (int i = 0; i < _length; i++) Add(_target + i, Arena[_source + i]);
    }

    private void Add(int target, int value)
    {
        Arena[target] = Clamp((long)Arena[target] + value, int.MaxValue);
    }
}
