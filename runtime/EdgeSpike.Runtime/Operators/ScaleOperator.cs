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

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(7)) return;
        context.Only(ModelProfile.Edge);
        ModelBuffer source = context.Source(0, 1);
        _shift = context.Field(4, 0, 46);
        _limit = context.Field(5, 1, int.MaxValue);
        ModelTensor factor = context.Tensor(3, false);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        _wide = factor.Type == TensorType.Int32;
        if (!_wide && factor.Type != TensorType.Int16) context.Fail(ModelError.Kind, 3);
        if (factor.Count != 1 && factor.Count != source.Length) context.Fail(ModelError.Size, 3);
        ModelTensor bias = context.Constants(6, TensorType.Int32, source.Length, -(1 << 30), 1 << 30, true);
        ModelBuffer target = context.Target(2, BufferKind.Values, _limit);
        if (context.Failed) return;
        if (target.Length != source.Length) context.Fail(ModelError.Size, 2);
        _source = source.Offset;
        _target = target.Offset;
        _length = source.Length;
        _factor = factor.Offset;
        _factorStep = StepOf(factor, _wide ? 4 : 2);
        _bias = OffsetOf(bias);
        _biasStep = StepOf(bias, 4);
        context.AddWork(_length);
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
