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
    private int _integrates;
    private int _sigma;
    private int _activation;
    private int _residue;
    private bool _cumulative;
    private int _error;
    private int _threshold;
    private int _thresholdStep;
    private int _bias;
    private int _biasStep;
    private int _rectified;
    private int _inputShift;
    private int _stateExponent;
    private int _limit;

    private static readonly byte[] Layout =
    {
        Record.Loihi,
        Record.Source, Record.Values, 0, // source
        Record.Later, 0, 0, // target
        Record.Later, 0, 0, // sigma
        Record.State, 0, Record.MostInt, // activation
        Record.State, 0, Record.MostInt, // residue
        Record.Later, 0, 0, // error
        Record.Int32, Record.Zero, Record.MostInt, // threshold
        Record.OptionalInt32, Record.LeastInt, Record.MostInt, // bias
        Record.Number, Record.Zero, Record.One, // rectified
        Record.Number, Record.Zero, Record.One, // integrates
        Record.Number, Record.Zero, Record.TwentyFour, // input shift
        Record.Number, Record.Zero, Record.TwentyFour, // state exponent
        Record.Number, Record.One, Record.MostInt, // limit
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _count = context.Count;
        _input = context.At(0);
        _rectified = context.At(8);
        _integrates = context.At(9);
        _inputShift = context.At(10);
        _stateExponent = context.At(11);
        _limit = context.At(12);
        _target = context.Target(1, BufferKind.Values, _count, _limit);
        _sigma = context.State(_integrates != 0, 2, _count, int.MaxValue);
        _activation = context.At(3);
        _residue = context.At(4);
        _cumulative = context.Has(5);
        _error = context.State(_cumulative, 5, _count, int.MaxValue);
        _threshold = context.At(6);
        _thresholdStep = context.At(13);
        _bias = context.At(7);
        _biasStep = context.At(16);
        context.AddWork(_count, 1);
    }

    internal override void Step()
    {
        int[] arena = Arena;
        NeuronUpdates += _count;
        for (int j = 0; j < _count; j++)
        {
            long x = (long)arena[_input + j] << _inputShift;
            if (_integrates != 0)
            {
                x = Clamp(arena[_sigma + j] + x, int.MaxValue);
                arena[_sigma + j] = (int)x;
            }

            int activation = Clamp(x + Bytes.I32(File, _bias + j * _biasStep), int.MaxValue);
            if (_rectified != 0 && activation < 0) activation = 0;
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
