namespace EdgeSpike.Runtime;

/// <summary>target = shifted source (+ target). The source may be events, each counting 1. ARITHMETIC.md, section 2.</summary>
internal sealed class AddOperator : Operator
{
    private bool _events;
    private int _source;
    private int _target;
    private int _length;
    private bool _accumulate;
    private int _shift;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(5)) return;
        ModelBuffer source = context.Source(0, 1);
        _accumulate = context.Flag(3);
        _shift = context.Field(4, -31, 24);
        if (context.Failed) return;
        if (source.Kind == BufferKind.Words) context.Fail(ModelError.Kind, 0);
        _events = source.Kind == BufferKind.Events;
        long bound = _shift >= 0 ? (long)source.Bound << _shift : ((long)source.Bound >> -_shift) + 1;
        ModelBuffer target = context.Sum(2, _accumulate, bound);
        if (context.Failed) return;
        if (target.Length != source.Length) context.Fail(ModelError.Size, 2);
        _source = source.Offset;
        _target = target.Offset;
        _length = source.Length;
        context.AddWork(_length);
    }

    internal override void Step()
    {
        if (!_events)
        {
            Kernels.Shift(Arena, _source, _target, _length, _shift, _accumulate);
            return;
        }

        if (!_accumulate) Kernels.Fill(Arena, _target, _length, 0);
        int one = _shift >= 0 ? 1 << _shift : 0, count = Arena[_source];
        for (int e = 1; e <= count; e++)
        {
            int target = _target + Arena[_source + e];
            Arena[target] = Arena[target] + one;
        }
    }
}
