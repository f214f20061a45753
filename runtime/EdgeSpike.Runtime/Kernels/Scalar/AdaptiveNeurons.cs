using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>The tick of neurons whose threshold adapts, as ARITHMETIC.md, section 3, "Adaptive threshold" states it.</summary>
internal sealed partial class AdaptiveNeuronOperator
{
    internal override void Step()
    {
        int[] arena = Arena;
        byte[] file = File;
        int emitted = 0, count = _count, input = _input, inputShift = _inputShift, inputLimit = L >> inputShift, drives = _drive, driveShift = _driveShift, driveLimit = L >> driveShift;
        int inputBias = Bytes.I32(file, _inputBias), membraneBias = Bytes.I32(file, _membraneBias);
        for (int j = 0; j < count; j++)
        {
            if (_inputBiasStep != 0) inputBias = Bytes.I32(file, _inputBias + 4 * j);
            if (_membraneBiasStep != 0) membraneBias = Bytes.I32(file, _membraneBias + 4 * j);
            int current = arena[input + j];
            if (current > inputLimit || current < -inputLimit) current = Limited(current, inputLimit);
            current = (current << inputShift) + inputBias;
            if (_hasCurrent)
            {
                int old = arena[_current + j];
                int next = (int)(((long)old * Bytes.U16(file, _synapticDecay + j * _synapticDecayStep)) >> 15) + current;
                if (next > L || next < -L) next = Limited(next, L);
                arena[_current + j] = next;
                current = _oldCurrent != 0 ? old : next;
            }

            int v = arena[_membrane + j];
            int fixedThreshold = Bytes.I32(file, _threshold + j * _thresholdStep);
            int adaptation = arena[_adaptation + j];
            int oldThreshold = fixedThreshold + adaptation;
            if (oldThreshold < _thresholdLowerLimit) oldThreshold = _thresholdLowerLimit;
            if (oldThreshold > L) oldThreshold = L;
            bool spiked = _resetNext != 0 ? (_orEqual != 0 ? v >= oldThreshold : v > oldThreshold) : _keepsSpikes && arena[_spiked + j] != 0;

            adaptation = (int)(((long)adaptation * Bytes.U16(file, _adaptationDecay + j * _adaptationDecayStep)) >> 15);
            if (_hasDrive)
            {
                int drive = arena[drives + j];
                if (drive > driveLimit || drive < -driveLimit) drive = Limited(drive, driveLimit);
                adaptation += drive << driveShift;
            }

            if (spiked) adaptation += Bytes.I32(file, _own + j * _ownStep);
            if (adaptation > L || adaptation < -L) adaptation = Limited(adaptation, L);
            arena[_adaptation + j] = adaptation;
            int threshold = fixedThreshold + adaptation;
            if (threshold < _thresholdLowerLimit) threshold = _thresholdLowerLimit;
            if (threshold > L) threshold = Limited(threshold, L);

            bool pending = _resetNext != 0 && spiked;
            if (pending && _resetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, _resetTo + j * _resetToStep);
            v = (int)(((long)v * Bytes.U16(file, _decay + j * _decayStep)) >> 15) + current + membraneBias;
            if (pending && _resetRule == NeuronOperator.ResetSubtract) v -= oldThreshold;
            if (v > L || v < -L) v = Limited(v, L);
            if (v < _lowerLimit) v = _lowerLimit;
            bool spike = _orEqual != 0 ? v >= threshold : v > threshold;
            if (spike)
            {
                arena[_target + 1 + emitted++] = j;
                if (_resetNext == 0)
                {
                    if (_resetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, _resetTo + j * _resetToStep);
                    else if (_resetRule == NeuronOperator.ResetSubtract)
                    {
                        v -= threshold;
                        if (v > L) v = L;
                        if (v < -L) v = -L;
                    }
                }
            }

            arena[_membrane + j] = v;
            if (_keepsSpikes) arena[_spiked + j] = spike ? 1 : 0;
        }

        arena[_target] = emitted;
        Spikes += emitted;
        NeuronUpdates += count;
    }

    /// <summary>The limit that a value has passed; counts it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Limited(int value, int limit)
    {
        Saturations++;
        return value > 0 ? limit : -limit;
    }
}
