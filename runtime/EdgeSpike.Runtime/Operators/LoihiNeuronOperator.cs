using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// Loihi's current-based neuron, bit by bit: current that wraps once, membrane that saturates, decays toward zero, reset to
/// zero; optionally refractory, ternary, or reset at fixed intervals. ARITHMETIC.md, section 5.
/// </summary>
internal sealed class LoihiNeuronOperator : Operator
{
    private const int StateLimit = 1 << 23;

    private int _count;
    private int _input;
    private int _target;
    private bool _ternary;
    private int _membrane;
    private int _current;
    private int _counter;
    private int _currentDecay;
    private int _membraneDecay;
    private int _threshold;
    private int _thresholdStep;
    private int _lowerThreshold;
    private int _lowerThresholdStep;
    private int _bias;
    private int _biasStep;
    private int _refractory;
    private int _resetInterval;
    private int _resetOffset;

    private static readonly byte[] Layout =
    {
        Record.Loihi,
        Record.Source, Record.Values, 0, // source
        Record.Later, 0, 0, // target
        Record.State, 0, Record.Most23, // membrane
        Record.State, 0, Record.MostInt, // current
        Record.Later, 0, 0, // counter
        Record.Number, Record.Zero, Record.Most12, // du
        Record.Number, Record.Zero, Record.Most12, // dv
        Record.Int32, Record.LeastInt, Record.MostInt, // threshold
        Record.OptionalInt32, Record.LeastInt, Record.MostInt, // bias
        Record.Number, Record.Zero, Record.Most16, // refractory
        Record.Number, Record.Zero, Record.Most16, // reset interval
        Record.Number, Record.Zero, Record.Most16, // reset offset
        Record.OptionalInt32, Record.LeastInt, Record.MostInt, // lower threshold
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        _count = context.Count;
        _input = context.At(0);
        _membrane = context.At(2);
        _current = context.At(3);
        _currentDecay = context.At(5) + 1;
        _membraneDecay = context.At(6);
        _refractory = context.At(9);
        _resetInterval = context.At(10);
        _resetOffset = context.At(11);
        if (_resetOffset != 0 && _resetOffset >= _resetInterval) context.Fail(ModelError.Field, 11);
        _ternary = context.Has(12);
        _target = context.Target(1, _ternary ? BufferKind.Values : BufferKind.Events, _count, 1);
        int most = _refractory > _resetInterval ? _refractory : _resetInterval;
        _counter = context.State(most > 0, 4, _resetInterval > 0 ? _count + 1 : _count, most);
        _threshold = context.At(7);
        _thresholdStep = context.At(13);
        _bias = context.At(8);
        _biasStep = context.At(16);
        _lowerThreshold = context.At(12);
        _lowerThresholdStep = context.At(19);
        context.AddWork(_count, 1);
    }

    internal override void Step()
    {
        int[] arena = Arena;
        NeuronUpdates += _count;
        bool resetAll = false;
        if (_resetInterval > 0)
        {
            int tick = arena[_counter + _count] + 1;
            if (tick == _resetInterval) tick = 0;
            arena[_counter + _count] = tick;
            resetAll = tick == _resetOffset;
        }

        int emitted = 0;
        for (int j = 0; j < _count; j++)
        {
            int u = arena[_current + j], v = arena[_membrane + j];
            if (resetAll) u = v = 0;

            long current = Decay(u, _currentDecay) + ((long)arena[_input + j] << 6);
            if (current > StateLimit) current -= 2 * StateLimit;
            else if (current <= -StateLimit) current += 2 * StateLimit;
            int wrapped = Clamp(current, int.MaxValue);
            arena[_current + j] = wrapped;

            int spike = 0;
            int counter = _refractory > 0 ? arena[_counter + j] : 0;
            if (counter > 0)
            {
                arena[_counter + j] = counter - 1;
                v = 0;
            }
            else
            {
                v = Clamp(Decay(v, _membraneDecay) + wrapped + Bytes.I32(File, _bias + j * _biasStep), StateLimit - 1);
                if (v > Bytes.I32(File, _threshold + j * _thresholdStep)) spike = 1;
                else if (_ternary && v < Bytes.I32(File, _lowerThreshold + j * _lowerThresholdStep)) spike = -1;
                if (spike != 0)
                {
                    v = 0;
                    if (_refractory > 0) arena[_counter + j] = _refractory;
                }
            }

            arena[_membrane + j] = v;
            if (spike != 0) Spikes++;
            if (_ternary) arena[_target + j] = spike;
            else if (spike != 0) arena[_target + 1 + emitted++] = j;
        }

        if (!_ternary) arena[_target] = emitted;
    }

    /// <summary>sign(x) × ((|x| × (4096 − d)) >> 12): toward zero.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Decay(int x, int decay)
    {
        long product = (long)(x < 0 ? -(long)x : x) * (4096 - decay) >> 12;
        return x < 0 ? -product : product;
    }

    internal override uint Checksum(uint hash)
    {
        return _ternary ? ChecksumValues(hash, Arena, _target, _count) : ChecksumEvents(hash, Arena, _target);
    }
}
