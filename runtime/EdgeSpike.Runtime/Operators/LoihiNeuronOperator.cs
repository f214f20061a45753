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

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(13)) return;
        context.Only(ModelProfile.Loihi);
        ModelBuffer source = context.Source(0, -1);
        if (context.Failed) return;
        if (source.Kind != BufferKind.Values) context.Fail(ModelError.Kind, 0);
        _count = source.Length;
        _input = source.Offset;
        _currentDecay = context.Field(5, 0, 4095) + 1;
        _membraneDecay = context.Field(6, 0, 4095);
        ModelTensor threshold = context.Constants(7, TensorType.Int32, _count, int.MinValue, int.MaxValue, false);
        ModelTensor bias = context.Constants(8, TensorType.Int32, _count, int.MinValue, int.MaxValue, true);
        _refractory = context.Field(9, 0, 65535);
        _resetInterval = context.Field(10, 0, 65535);
        _resetOffset = context.Field(11, 0, _resetInterval > 0 ? _resetInterval - 1 : 0);
        ModelTensor lower = context.Constants(12, TensorType.Int32, _count, int.MinValue, int.MaxValue, true);
        if (context.Failed) return;

        _ternary = lower != null;
        ModelBuffer target = _ternary ? context.Target(1, BufferKind.Values, 1) : context.Target(1, BufferKind.Events, 1);
        if (target.Length != _count) context.Fail(ModelError.Size, 1);
        _target = target.Offset;
        _membrane = context.State(2, _count, StateLimit - 1).Offset;
        _current = context.State(3, _count, int.MaxValue).Offset;
        if (_refractory > 0 || _resetInterval > 0)
        {
            int bound = _refractory > _resetInterval ? _refractory : _resetInterval;
            _counter = context.State(4, _resetInterval > 0 ? _count + 1 : _count, bound).Offset;
        }
        else if (context.Field(4) != -1) context.Fail(ModelError.Field, 4);

        _threshold = threshold.Offset;
        _thresholdStep = StepOf(threshold, 4);
        _bias = OffsetOf(bias);
        _biasStep = StepOf(bias, 4);
        _lowerThreshold = OffsetOf(lower);
        _lowerThresholdStep = StepOf(lower, 4);
        context.AddWork(_count);
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
