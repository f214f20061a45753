namespace EdgeSpike.Runtime;

/// <summary>target = clamp(round(x × factor, shift) + bias, ±limit), factor and bias shared or per element. ARITHMETIC.md, section 2.</summary>
internal sealed class ScaleOperator : Operator
{
    private int _source;
    private int _target;
    private int _length;
    private int _factor;
    private int _factorStep;
    private bool _wide;
    private int _shift;
    private int _limit;
    private int _bias;
    private int _biasStep;

    private static readonly byte[] Layout =
    {
        Record.Edge,
        Record.TimedSource, Record.Values, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
        Record.Later, 0, 0, // factor
        Record.Number, Record.Zero, Record.FortySix, // shift
        Record.Number, Record.One, Record.MostInt, // limit
        Record.OptionalInt32, Record.MinusTwo30, Record.Two30, // bias
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        ModelTensor factor = context.Tensor(3);
        _wide = factor.Type == TensorType.Int32;
        if (!_wide && factor.Type != TensorType.Int16) context.Fail(ModelError.Kind, 3);
        if (factor.Count != 1 && factor.Count != context.Count) context.Fail(ModelError.Size, 3);
        _shift = context.At(4);
        _limit = context.At(5);
        _source = context.At(0);
        _length = context.Count;
        _target = context.Target(2, BufferKind.Values, _length, _limit);
        _factor = factor.Offset;
        _factorStep = factor.Count == 1 ? 0 : factor.BytesOf(1);
        _bias = context.At(6);
        _biasStep = context.At(7);
        context.AddWork(_length, 1);
    }

    internal override void Step()
    {
        int factorAt = _factor, biasAt = _bias;
        for (int i = 0; i < _length; i++)
        {
            int factor = _wide ? Bytes.I32(File, factorAt) : Bytes.I16(File, factorAt);
            long value = Kernels.Round((long)Arena[_source + i] * factor, _shift) + Bytes.I32(File, biasAt);
            Arena[_target + i] = Clamp(value, _limit);
            factorAt += _factorStep;
            biasAt += _biasStep;
        }

        SynapticOperations += _length;
    }
}
