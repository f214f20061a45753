namespace EdgeSpike.Runtime;

/// <summary>Read-out: the largest value of each element since the reset. ARITHMETIC.md, section 6.</summary>
internal sealed class MaximumOperator : Operator
{
    private int _source;
    private int _target;
    private int _length;
    private int _least;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _source = context.At(0);
        _length = context.Count;
        _least = -context.First.Bound;
        _target = context.State(2, _length, context.First.Bound);
        context.AddWork(_length, 1);
    }

    internal override void Reset()
    {
        Kernels.Fill(Arena, _target, _length, _least);
    }

    internal override void Step()
    {
        for (int i = 0; i < _length; i++)
            if (Arena[_source + i] > Arena[_target + i]) Arena[_target + i] = Arena[_source + i];
    }
}
