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
        context.Require(source.Kind == BufferKind.Values, ModelError.Kind, 0);
        _wide = factor.Type == TensorType.Int32;
        context.Require(_wide || factor.Type == TensorType.Int16, ModelError.Kind, 3);
        context.Require(factor.Count == 1 || factor.Count == source.Length, ModelError.Size, 3);
        ModelTensor bias = context.Constants(6, TensorType.Int32, source.Length, -(1 << 30), 1 << 30, true);
        ModelBuffer target = context.Target(2, BufferKind.Values, _limit);
        if (context.Failed) return;
        context.Require(target.Length == source.Length, ModelError.Size, 2);
        _source = source.Offset;
        _target = target.Offset;
        _length = source.Length;
        _factor = factor.Offset;
        _factorStep = factor.Count == 1 ? 0 : _wide ? 4 : 2;
        _bias = bias == null ? 92 : bias.Offset;    // the header's reserved word, checked to be 0
        _biasStep = bias == null || bias.Count == 1 ? 0 : 4;
        context.AddWork(_length);
    }

    internal override void Step()
    {
        int factorAt = _factor, biasAt = _bias;
        for (int i = 0; i < _length; i++)
        {
            int factor = _wide ? Bytes.I32(File, factorAt) : Bytes.I16(File, factorAt);
            long value = Kernels.Round((long)Arena[_source + i] * factor, _shift) + Bytes.I32(File, biasAt);
            if (value > _limit)
            {
                value = _limit;
                Saturations++;
            }
            else if (value < -_limit)
            {
                value = -_limit;
                Saturations++;
            }

            Arena[_target + i] = (int)value;
            factorAt += _factorStep;
            biasAt += _biasStep;
        }

        SynapticOperations += _length;
    }
}
