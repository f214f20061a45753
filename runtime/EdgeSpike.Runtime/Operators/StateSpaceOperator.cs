namespace EdgeSpike.Runtime;

/// <summary>
/// m(t) = A m(t−1) + B u(t) for R equal blocks: the Legendre memory. The state is the output. ARITHMETIC.md, section 4.
/// Cost: R × order × (order + inputs) multiplications a tick.
/// </summary>
internal sealed class StateSpaceOperator : Operator
{
    private int _source;
    private int _state;
    private int _scratch;
    private int _repeat;
    private int _order;
    private int _inputs;
    private TensorType _type;
    private int _matrix;
    private int _rowBytes;
    private int _inputColumn;
    private int _shifts;
    private int _residual;
    private int _inputShift;

    private static readonly byte[] Layout =
    {
        Record.Edge,
        Record.TimedSource, Record.Values, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // state
        Record.Later, 0, 0, // scratch
        Record.Number, Record.One, Record.MostInt, // repeat
        Record.Number, Record.One, Record.Most16, // order
        Record.Number, Record.One, Record.Most16, // inputs
        Record.Weights, 0, 0, // matrix
        Record.Later, 0, 0, // row bytes
        Record.Later, 0, 0, // shifts
        Record.Number, Record.Zero, Record.One, // residual
        Record.Number, Record.Zero, Record.TwentyFour, // input shift
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _repeat = context.At(4);
        _order = context.At(5);
        _inputs = context.At(6);
        _residual = context.At(10);
        _inputShift = context.At(11);
        _type = context.WeightTensor.Type;
        if (_type == TensorType.Int4) context.Fail(ModelError.Kind, 7);
        context.Product(_repeat, _inputs, context.Count, 6);
        _source = context.At(0);
        _state = context.State(2, context.Times(_repeat, _order), NeuronOperator.Limit);
        _scratch = context.Scratch(3, _order, NeuronOperator.Limit);
        _rowBytes = context.RowBytes(8, _order, _order + _inputs);
        ModelTensor shifts = context.Constants(9, TensorType.UInt8, _order, 0, 46);
        if (shifts.Count != _order) context.Fail(ModelError.Size, 9);

        // |Σ A m| ≤ 2^15 × 2^28 × order ≤ 2^59; |Σ B u| << shift must leave room in int64 as well, so it stays below 2^61.
        if (((long)context.First.Bound * _inputs) >> (46 - _inputShift) != 0) context.Fail(ModelError.Bound, 11);
        _matrix = context.At(7);
        _inputColumn = _matrix + (_type == TensorType.Int16 ? 2 * _order : _order);
        _shifts = shifts.Offset;
        if (!context.Failed) context.AddWork(_repeat * _order, _order + _inputs + 1);
    }

    internal override void Step()
    {
        int[] arena = Arena;
        byte[] file = File;
        for (int block = 0; block < _repeat; block++)
        {
            int m = _state + block * _order, u = _source + block * _inputs;
            for (int i = 0; i < _order; i++)
            {
                int row = i * _rowBytes;
                long sum = Kernels.Dot(_type, file, _matrix + row, arena, m, _order)
                    + (Kernels.Dot(_type, file, _inputColumn + row, arena, u, _inputs) << _inputShift);
                long next = Kernels.Round(sum, file[_shifts + i]);
                if (_residual != 0) next += arena[m + i];
                arena[_scratch + i] = Clamp(next, NeuronOperator.Limit);
            }

            for (int i = 0; i < _order; i++) arena[m + i] = arena[_scratch + i];
        }

        NeuronUpdates += (long)_repeat * _order;
        SynapticOperations += (long)_repeat * _order * (_order + _inputs);
    }

    internal override uint Checksum(uint hash)
    {
        return ChecksumValues(hash, Arena, _state, _repeat * _order);
    }
}
