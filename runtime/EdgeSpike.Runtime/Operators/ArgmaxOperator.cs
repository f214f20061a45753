using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>The index of the largest element, the lowest on a tie; of values, or of the 64-bit sums of a sum. ARITHMETIC.md, section 6.</summary>
internal sealed class ArgmaxOperator : Operator
{
    private BufferKind _kind;
    // Of a sum's 64-bit words; without a sum in the model of no other.
    private bool Sums
    {
        [MethodImpl(Features.Inlined)]
        get { return Features.Sums && _kind == BufferKind.Words; }
    }

    private int _source;
    private int _target;
    private int _length;

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Words, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _kind = context.First.Kind;
        if (_kind == BufferKind.Words && context.First.WriterCode != (int)OperatorCode.Sum) context.Fail(ModelError.Kind, 0);
        _source = context.At(0);
        _length = Sums ? context.Count >> 1 : context.Count;
        _target = context.Target(2, BufferKind.Values, 1, _length);
        context.AddWork(_length, 1);
    }

    internal override void Step()
    {
        int best = 0;
        if (Sums)
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
