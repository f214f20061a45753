namespace EdgeSpike.Runtime;

/// <summary>
/// Loihi's resonate-and-fire neuron: a complex state that turns and shrinks, with two rules of firing. ARITHMETIC.md,
/// section 5. Cost: four products for each neuron and tick.
/// </summary>
internal sealed class LoihiResonatorOperator : Operator
{
    private const int StateLimit = (1 << 23) - 1;

    private int _count;
    private int _realInput;
    private bool _hasImaginaryInput;
    private int _imaginaryInput;
    private int _target;
    private int _real;
    private int _imaginary;
    private int _cosine;
    private int _cosineStep;
    private int _sine;
    private int _sineStep;
    private int _threshold;
    private int _thresholdStep;
    private int _decayBits;
    private int _inputShift;
    private bool _resets;

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(11)) return;
        context.Only(ModelProfile.Loihi);
        ModelBuffer real = context.Source(0, -1);
        _hasImaginaryInput = context.Field(1) != -1;
        ModelBuffer imaginary = _hasImaginaryInput ? context.Source(1, -1) : real;
        if (context.Failed) return;
        if (real.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        if (imaginary.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 1);
        if (imaginary.Length != real.Length) context.Fail(ModelError.Size, 1);
        _count = real.Length;
        _realInput = real.Offset;
        _imaginaryInput = imaginary.Offset;
        ModelTensor cosine = context.Constants(5, TensorType.Int32, _count, int.MinValue, int.MaxValue, false);
        ModelTensor sine = context.Constants(6, TensorType.Int32, _count, int.MinValue, int.MaxValue, false);
        ModelTensor threshold = context.Constants(7, TensorType.Int32, _count, 0, StateLimit, false);
        _decayBits = context.Field(8, 0, 30);
        _inputShift = context.Field(9, 0, 24);
        _resets = context.Flag(10);
        if (context.Failed) return;

        ModelBuffer target = context.Target(2, BufferKind.Events, 1);
        if (target.Length != _count) context.Fail(ModelError.Size, 2);
        _target = target.Offset;
        _real = context.State(3, _count, StateLimit).Offset;
        _imaginary = context.State(4, _count, StateLimit).Offset;
        _cosine = cosine.Offset;
        _cosineStep = StepOf(cosine, 4);
        _sine = sine.Offset;
        _sineStep = StepOf(sine, 4);
        _threshold = threshold.Offset;
        _thresholdStep = StepOf(threshold, 4);
        context.AddWork(_count);
    }

    internal override void Step()
    {
        int[] arena = Arena;
        NeuronUpdates += _count;
        int emitted = 0;
        for (int j = 0; j < _count; j++)
        {
            int oldReal = arena[_real + j], oldImaginary = arena[_imaginary + j];
            int cosine = Bytes.I32(File, _cosine + j * _cosineStep), sine = Bytes.I32(File, _sine + j * _sineStep);
            int threshold = Bytes.I32(File, _threshold + j * _thresholdStep);
            long inputReal = (long)arena[_realInput + j] << _inputShift;
            long inputImaginary = _hasImaginaryInput ? (long)arena[_imaginaryInput + j] << _inputShift : 0;
            int real = Clamp(Scaled(cosine, oldReal) - Scaled(sine, oldImaginary) + inputReal, StateLimit);
            int imaginary = Clamp(Scaled(sine, oldReal) + Scaled(cosine, oldImaginary) + inputImaginary, StateLimit);

            bool spikes;
            if (_resets)
            {
                spikes = imaginary >= threshold;
                if (spikes)
                {
                    real = 0;
                    imaginary = threshold - 1;
                }
            }
            else spikes = real >= threshold && imaginary >= 0 && oldImaginary < 0;

            arena[_real + j] = real;
            arena[_imaginary + j] = imaginary;
            if (spikes) arena[_target + 1 + emitted++] = j;
        }

        arena[_target] = emitted;
        Spikes += emitted;
    }

    /// <summary>The product without its decay bits, toward zero.</summary>
    private long Scaled(int factor, int state)
    {
        long product = (long)factor * state;
        return product < 0 ? -(-product >> _decayBits) : product >> _decayBits;
    }

    internal override uint Checksum(uint hash)
    {
        return ChecksumEvents(hash, Arena, _target);
    }
}
