namespace EdgeSpike.Runtime;

/// <summary>
/// Loihi's sigma-delta unit: integrates what arrives, sends the change of its activation when that is large enough, and keeps
/// what it has not sent. Without integration it is the delta encoder of an input. ARITHMETIC.md, section 5.
/// </summary>
internal sealed class LoihiSigmaDeltaOperator : Operator
{
    private int _count;
    private int _input;
    private int _target;
    private bool _integrates;
    private int _sigma;
    private int _activation;
    private int _residue;
    private bool _cumulative;
    private int _error;
    private int _threshold;
    private int _thresholdStep;
    private int _bias;
    private int _biasStep;
    private bool _rectified;
    private int _inputShift;
    private int _stateExponent;
    private int _limit;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(13)) return;
        context.Only(ModelProfile.Loihi);
        ModelBuffer source = context.Source(0, -1);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        _count = source.Length;
        _input = source.Offset;
        ModelTensor threshold = context.Constants(6, TensorType.Int32, _count, 0, int.MaxValue, false);
        ModelTensor bias = context.Constants(7, TensorType.Int32, _count, int.MinValue, int.MaxValue, true);
        _rectified = context.Flag(8);
        _integrates = context.Flag(9);
        _inputShift = context.Field(10, 0, 24);
        _stateExponent = context.Field(11, 0, 24);
        _limit = context.Field(12, 1, int.MaxValue);
        if (context.Failed) return;

        ModelBuffer target = context.Target(1, BufferKind.Values, _limit);
        if (target.Length != _count) context.Fail(ModelError.Size, 1);
        _target = target.Offset;
        if (_integrates) _sigma = context.State(2, _count, int.MaxValue).Offset;
        else if (context.Field(2) != -1) context.Fail(ModelError.Field, 2);
        _activation = context.State(3, _count, int.MaxValue).Offset;
        _residue = context.State(4, _count, int.MaxValue).Offset;
        _cumulative = context.Field(5) != -1;
        if (_cumulative) _error = context.State(5, _count, int.MaxValue).Offset;

        _threshold = threshold.Offset;
        _thresholdStep = StepOf(threshold, 4);
        _bias = OffsetOf(bias);
        _biasStep = StepOf(bias, 4);
        context.AddWork(_count);
    }

    internal override void Step()
    {
        int[] arena = Arena;
        NeuronUpdates += _count;
        for (int j = 0; j < _count; j++)
        {
            long x = (long)arena[_input + j] << _inputShift;
            if (_integrates)
            {
                x = Clamp(arena[_sigma + j] + x, int.MaxValue);
                arena[_sigma + j] = (int)x;
            }

            int activation = Clamp(x + Bytes.I32(File, _bias + j * _biasStep), int.MaxValue);
            if (_rectified && activation < 0) activation = 0;
            int delta = Clamp((long)activation - arena[_activation + j] + arena[_residue + j], int.MaxValue);
            arena[_activation + j] = activation;

            int compared = delta;
            if (_cumulative) compared = Clamp((long)arena[_error + j] + delta, int.MaxValue);
            int threshold = Bytes.I32(File, _threshold + j * _thresholdStep);
            int sent = compared >= threshold || compared <= -threshold ? delta : 0;
            if (_cumulative) arena[_error + j] = sent != 0 ? 0 : compared;
            arena[_residue + j] = delta - sent;

            int message = Clamp(sent >> _stateExponent, _limit);
            arena[_target + j] = message;
            if (message != 0) Spikes++;
        }
    }

    internal override uint Checksum(uint hash)
    {
        return ChecksumValues(hash, Arena, _target, _count);
    }
}
