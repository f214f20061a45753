namespace EdgeSpike.Runtime;

/// <summary>
/// A matrix for real-valued sources, weights by target, the same for R blocks: int64 sums, rescaled and limited.
/// ARITHMETIC.md, section 2. Cost: every weight, every tick.
/// </summary>
internal sealed class ProductOperator : Operator
{
    private int _source;
    private int _target;
    private int _accumulate;
    private int _shift;
    private int _limit;
    private int _repeat;
    private int _sources;
    private int _width;
    private int _rowBytes;
    private TensorType _type;
    private int _weights;
    private int _bias;

    private static readonly byte[] Layout =
    {
        Record.Edge,
        Record.TimedSource, Record.Values, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
        Record.Number, Record.Zero, Record.One, // accumulate
        Record.Number, Record.Zero, Record.FortySix, // shift
        Record.Number, Record.One, Record.MostInt, // limit
        Record.Weights, 0, 0, // weights
        Record.Later, 0, 0, // bias
        Record.Number, Record.One, Record.MostInt, // repeat
        Record.Number, Record.One, Record.Most16, // sources
        Record.Number, Record.One, Record.MostInt, // width
        Record.Later, 0, 0, // row bytes
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _accumulate = context.At(3);
        _shift = context.At(4);
        _limit = context.At(5);
        _repeat = context.At(8);
        _sources = context.At(9);
        _width = context.At(10);
        int biasBound = context.Bias(7, _width, _accumulate);
        ModelBuffer target = context.Sum(2, _accumulate, _limit + biasBound);
        context.Product(_repeat, _sources, context.Count, 9);
        context.Product(_repeat, _width, target.Length, 10);
        _rowBytes = context.RowBytes(11, _width, _sources);
        _source = context.At(0);
        _target = target.Offset;
        _type = context.WeightTensor.Type;
        _weights = context.At(6);
        _bias = context.Has(7) && !context.Failed ? context.Tensor(7).Offset : -1;
        context.AddWork(target.Length, _sources);
    }

    internal override void Step()
    {
        int source = _source, target = _target;
        for (int block = 0; block < _repeat; block++, source += _sources)
            for (int j = 0; j < _width; j++, target++)
            {
                int sum = Clamp(Kernels.Round(Kernels.Dot(_type, File, _weights + j * _rowBytes, Arena, source, _sources), _shift), _limit);
                int before = _accumulate != 0 ? Arena[target] : _bias < 0 ? 0 : Bytes.I32(File, _bias + 4 * j);
                Arena[target] = sum + before;
            }

        SynapticOperations += (long)_repeat * _width * _sources;
    }
}
