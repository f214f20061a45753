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
    private int _resets;

    private static readonly byte[] Layout =
    {
        Record.Loihi,
        Record.Source, Record.Values, 0, // source
        Record.OptionalSource, Record.Values, Record.One, // imaginary source
        Record.Target, (byte)BufferKind.Events, Record.One, // target
        Record.State, 0, Record.Most23, // real
        Record.State, 0, Record.Most23, // imaginary
        Record.Int32, Record.LeastInt, Record.MostInt, // cosine
        Record.Int32, Record.LeastInt, Record.MostInt, // sine
        Record.Int32, Record.Zero, Record.Most23, // threshold
        Record.Number, Record.Zero, Record.Thirty, // decay bits
        Record.Number, Record.Zero, Record.TwentyFour, // input shift
        Record.Number, Record.Zero, Record.One, // rule
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _count = context.Count;
        _realInput = context.At(0);
        _imaginaryInput = context.At(1);
        _hasImaginaryInput = _imaginaryInput >= 0;
        _target = context.At(2);
        _real = context.At(3);
        _imaginary = context.At(4);
        _cosine = context.At(5);
        _cosineStep = context.At(11);
        _sine = context.At(6);
        _sineStep = context.At(14);
        _threshold = context.At(7);
        _thresholdStep = context.At(17);
        _decayBits = context.At(8);
        _inputShift = context.At(9);
        _resets = context.At(10);
        context.AddWork(_count, 1);
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
            if (_resets != 0)
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
