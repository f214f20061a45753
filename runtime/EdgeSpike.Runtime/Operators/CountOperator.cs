namespace EdgeSpike.Runtime;

/// <summary>Read-out: the sum of spikes (or counts) of each element since the reset, saturating. ARITHMETIC.md, section 6.</summary>
internal sealed class CountOperator : Operator
{
    private bool _events;
    private int _source;
    private int _target;
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
        _target = context.State(2, _length, int.MaxValue).Offset;
        context.AddWork(_length);
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
