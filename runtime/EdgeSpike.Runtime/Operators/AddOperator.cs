namespace EdgeSpike.Runtime;

/// <summary>target = shifted source (+ target). The source may be events, each counting 1. ARITHMETIC.md, section 2.</summary>
internal sealed class AddOperator : Operator
{
    private bool _events;
    private int _source;
    private int _target;
    private int _length;
    private int _accumulate;
    private int _shift;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Events, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
        Record.Number, Record.Zero, Record.One, // accumulate
        Record.Number, Record.Minus31, Record.TwentyFour, // shift
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _accumulate = context.At(3);
        _shift = context.At(4);
        _events = context.FromEvents;
        _source = context.At(0);
        _length = context.Count;
        int bound = context.First.Bound;
        ModelBuffer target = context.Sum(2, _accumulate, _shift >= 0 ? context.Times(bound, 1 << _shift) : (bound >> -_shift) + 1);
        if (target.Length != _length) context.Fail(ModelError.Size, 2);
        _target = target.Offset;
        context.AddWork(_length, 1);
    }

    internal override void Step()
    {
        if (!_events)
        {
            Kernels.Shift(Arena, _source, _target, _length, _shift, _accumulate != 0);
            return;
        }

        if (_accumulate == 0) Kernels.Fill(Arena, _target, _length, 0);
        int one = _shift >= 0 ? 1 << _shift : 0, count = Arena[_source];
        for (int e = 1; e <= count; e++)
        {
            int target = _target + Arena[_source + e];
            Arena[target] = Arena[target] + one;
        }
    }
}
