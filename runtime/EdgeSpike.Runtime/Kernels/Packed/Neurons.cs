using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>The neuron of the edge profile, all options, for 32-bit cores without vectors. Replaces Kernels/Scalar/Neurons.cs, bit-identical to it.</summary>
internal static partial class Kernels
{
    /// <summary>All options, as ARITHMETIC.md, section 3 states them. Returns the number of events listed.</summary>
    private static unsafe int StepAny(NeuronOperator p, byte* f, int* a)
    {
        const int L = NeuronOperator.Limit;
        byte* thresholds = f + p.Threshold, inputBias = f + p.InputBias, membraneBias = f + p.MembraneBias, reset = f + p.ResetTo, decay = f + p.Decay, synaptic = f + p.SynapticDecay;
        int* input = a + p.Input, membrane = a + p.Membrane, output = a + p.Target;
        int rule = p.ResetRule, shift = p.InputShift, inputLimit = L >> shift, refractory = p.Refractory, emitted = 0, count = p.Count;

        // A value is within ±limit where value + limit, without sign, is at most twice the limit. v >= threshold is v > threshold - 1.
        int equal = p.OrEqual ? 1 : 0;
        for (int j = 0; j < count; j++)
        {
            int drive = input[j];
            if ((uint)(drive + inputLimit) > (uint)(2 * inputLimit)) drive = Limited(drive, inputLimit, p);
            drive = (drive << shift) + *(int*)inputBias;
            if (p.HasCurrent)
            {
                int* current = a + p.Current + j;
                int old = *current;
                *current = Limited(Decayed(old, *(ushort*)synaptic << 15) + drive, L, p);
                drive = p.OldCurrent ? old : *current;
            }

            int v = membrane[j], threshold = *(int*)thresholds, above = threshold - equal, counter = refractory > 0 ? a[p.Counter + j] : 0, spikes = 0;
            if (p.ResetNext && p.HasThreshold && (refractory > 0 ? counter == refractory : v > above))
            {
                // Pending since the tick before: the subtraction joins the drive.
                if (rule == NeuronOperator.ResetValue) v = *(int*)reset;
                if (rule == NeuronOperator.ResetSubtract) drive -= threshold;
                if (rule == NeuronOperator.ResetSubtract && counter > 0) v = Within(v - threshold);
            }

            if (counter > 0) a[p.Counter + j] = counter - 1;
            else
            {
                v = Decayed(v, *(ushort*)decay << 15) + drive + *(int*)membraneBias;
                if ((uint)(v + L) > 2 * L) v = Limited(v, L, p);
                if (v < p.LowerLimit) v = p.LowerLimit;
                if (p.HasThreshold && v > above)
                {
                    spikes = 1;
                    if (refractory > 0) a[p.Counter + j] = refractory;
                    if (!p.ResetNext)
                    {
                        if (rule == NeuronOperator.ResetValue) v = *(int*)reset;
                        if (rule == NeuronOperator.ResetSubtract)
                        {
                            v -= threshold;
                            for (; spikes < p.MostSpikes && v > above; spikes++) v -= threshold;
                            v = Within(v);
                        }
                    }
                }
            }

            membrane[j] = v;
            if (p.MostSpikes > 1)
            {
                output[j] = spikes;
                p.Spikes += spikes;
            }
            else if (spikes != 0) output[++emitted] = j;

            thresholds += p.ThresholdStep;
            inputBias += p.InputBiasStep;
            membraneBias += p.MembraneBiasStep;
            reset += p.ResetToStep;
            decay += p.DecayStep;
            synaptic += p.SynapticDecayStep;
        }

        return emitted;
    }

    /// <summary>Within ±L, not counted.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Within(int v)
    {
        return v > NeuronOperator.Limit ? NeuronOperator.Limit : v < -NeuronOperator.Limit ? -NeuronOperator.Limit : v;
    }

    /// <summary>Within ±limit, counted where it was not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Limited(int value, int limit, Operator counted)
    {
        if (value <= limit && value >= -limit) return value;
        counted.Saturations++;
        return value > 0 ? limit : -limit;
    }
}
