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
    private bool _residual;
    private int _inputShift;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(12)) return;
        context.Only(ModelProfile.Edge);
        ModelBuffer source = context.Source(0, 1);
        _repeat = context.Field(4, 1, int.MaxValue);
        _order = context.Field(5, 1, 65535);
        _inputs = context.Field(6, 1, 65535);
        ModelTensor matrix = context.Weights(7);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        context.Product(_repeat, _inputs, source.Length, 6);
        if ((long)_repeat * _order > int.MaxValue) context.Fail(ModelError.Size, 5);
        if (matrix.Type == TensorType.Int4) context.Fail(ModelError.Kind, 7);
        if (context.Failed) return;
        ModelBuffer state = context.State(2, _repeat * _order, NeuronOperator.Limit);
        ModelBuffer scratch = context.Scratch(3, NeuronOperator.Limit);
        if (context.Failed) return;
        if (scratch.Length != _order) context.Fail(ModelError.Size, 3);
        _rowBytes = context.RowBytes(8, matrix, _order, _order + (long)_inputs);
        ModelTensor shifts = context.Constants(9, TensorType.UInt8, _order, 0, 46, false);
        if (context.Failed) return;
        if (shifts.Count != _order) context.Fail(ModelError.Size, 9);
        _residual = context.Flag(10);
        _inputShift = context.Field(11, 0, 24);

        // |Σ A m| ≤ 2^15 × 2^28 × order ≤ 2^59; |Σ B u| << shift must leave room in int64 as well, so it stays below 2^61.
        long input = ((long)source.Bound * _inputs) >> (46 - _inputShift);
        if (input != 0) context.Fail(ModelError.Bound, 11);

        _source = source.Offset;
        _state = state.Offset;
        _scratch = scratch.Offset;
        _type = matrix.Type;
        _matrix = matrix.Offset;
        _inputColumn = matrix.Offset + (matrix.Type == TensorType.Int16 ? 2 * _order : _order);
        _shifts = shifts.Offset;
        context.AddWork((long)_repeat * _order * (_order + (long)_inputs + 1));
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
                if (_residual) next += arena[m + i];
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
