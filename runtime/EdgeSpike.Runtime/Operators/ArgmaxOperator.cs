namespace EdgeSpike.Runtime;

/// <summary>The index of the largest element, the lowest on a tie; of values, or of the 64-bit sums of a sum. ARITHMETIC.md, section 6.</summary>
internal sealed class ArgmaxOperator : Operator
{
    private bool _sums;
    private int _source;
    private int _target;
    private int _length;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(3)) return;
        ModelBuffer source = context.Source(0, 1);
        if (context.Failed) return;
        _sums = source.Kind == BufferKind.Words;
        if (source.Kind == BufferKind.Events) context.Fail(ModelError.Kind, 0);
        if (_sums && source.WriterCode != (int)OperatorCode.Sum) context.Fail(ModelError.Kind, 0);
        _source = source.Offset;
        _length = _sums ? source.Length >> 1 : source.Length;
        ModelBuffer target = context.Target(2, BufferKind.Values, _length);
        if (context.Failed) return;
        if (target.Length != 1) context.Fail(ModelError.Size, 2);
        _target = target.Offset;
        context.AddWork(_length);
    }

    internal override void Step()
    {
        int best = 0;
        if (_sums)
        {
            for (int i = 1; i < _length; i++)
                if (SumOperator.Read(Arena, _source + 2 * i) > SumOperator.Read(Arena, _source + 2 * best)) best = i;
        }
        else
            for (int i = 1; i < _length; i++)
                if (Arena[_source + i] > Arena[_source + best]) best = i;

        Arena[_target] = best;
    }
}
