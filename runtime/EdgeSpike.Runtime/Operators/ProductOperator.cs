namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix for real-valued sources, weights by target, the same for R blocks: int64 sums, rescaled and limited.
/// ARITHMETIC.md, section 2. Cost: every weight, every tick.
/// </summary>
internal sealed class ProductOperator : Operator
{
    private int _source;
    private int _target;
    private bool _accumulate;
    private int _shift;
    private int _limit;
    private int _repeat;
    private int _sources;
    private int _width;
    private int _rowBytes;
    private TensorType _type;
    private int _weights;
    private int _bias;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(12)) return;
        context.Only(ModelProfile.Edge);
        ModelBuffer source = context.Source(0, 1);
        _accumulate = context.Flag(3);
        _shift = context.Field(4, 0, 46);
        _limit = context.Field(5, 1, int.MaxValue);
        ModelTensor weights = context.Weights(6);
        _repeat = context.Field(8, 1, int.MaxValue);
        _sources = context.Field(9, 1, 65535);
        _width = context.Field(10, 1, int.MaxValue);
        long biasBound;
        ModelTensor bias = context.Bias(7, _width, !_accumulate, out biasBound);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        ModelBuffer target = context.Sum(2, _accumulate, _limit + biasBound);
        if (context.Failed) return;
        context.Product(_repeat, _sources, source.Length, 9);
        context.Product(_repeat, _width, target.Length, 10);
        _rowBytes = context.RowBytes(11, weights, _width, _sources);
        _source = source.Offset;
        _target = target.Offset;
        _type = weights.Type;
        _weights = weights.Offset;
        _bias = bias == null ? -1 : bias.Offset;
        context.AddWork((long)target.Length * _sources);
    }

    internal override void Step()
    {
        int source = _source, target = _target;
        for (int block = 0; block < _repeat; block++, source += _sources)
            for (int j = 0; j < _width; j++, target++)
            {
                int sum = Clamp(Kernels.Round(Kernels.Dot(_type, File, _weights + j * _rowBytes, Arena, source, _sources), _shift), _limit);
                int before = _accumulate ? Arena[target] : _bias < 0 ? 0 : Bytes.I32(File, _bias + 4 * j);
                Arena[target] = sum + before;
            }

        SynapticOperations += (long)_repeat * _width * _sources;
    }
}
