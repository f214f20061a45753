namespace EdgeSpike.Runtime;

/// <summary>Read-out: the largest value of each element since the reset. ARITHMETIC.md, section 6.</summary>
internal sealed class MaximumOperator : Operator
{
    private int _source;
    private int _target;
    private int _length;
    private int _least;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(3)) return;
        ModelBuffer source = context.Source(0, 1);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        _source = source.Offset;
        _length = source.Length;
        _least = -source.Bound;
        _target = context.State(2, _length, source.Bound).Offset;
        context.AddWork(_length);
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
