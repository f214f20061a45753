namespace EdgeSpike.Runtime;

/// <summary>The neuron of the edge profile, all options, as ARITHMETIC.md, section 3 states it.</summary>
internal static partial class Kernels
{
    /// <summary>Neurons from … to − 1; <paramref name="emitted"/> counts the events listed so far.</summary>
    private static void StepNeurons(NeuronOperator p, byte[] file, int[] arena, int from, int to, ref int emitted)
    {
        const int L = NeuronOperator.Limit;
        int inputLimit = L >> p.InputShift;
        for (int j = from; j < to; j++)
        {
            // The sum that arrived, in membrane steps.
            int x = arena[p.Input + j];
            if (x > inputLimit)
            {
                x = inputLimit;
                p.Saturations++;
            }
            else if (x < -inputLimit)
            {
                x = -inputLimit;
                p.Saturations++;
            }

            int drive = (x << p.InputShift) + Bytes.I32(file, p.InputBias + j * p.InputBiasStep);
            if (p.HasCurrent)
            {
                int old = arena[p.Current + j];
                int current = Saturate((int)(((long)old * Bytes.U16(file, p.SynapticDecay + j * p.SynapticDecayStep)) >> 15) + drive, p);
                arena[p.Current + j] = current;
                drive = p.OldCurrent ? old : current;
            }

            int v = arena[p.Membrane + j];
            int threshold = Bytes.I32(file, p.Threshold + j * p.ThresholdStep);
            int counter = p.Refractory > 0 ? arena[p.Counter + j] : 0;
            bool pending = p.ResetNext && p.HasThreshold
                && (p.Refractory > 0 ? counter == p.Refractory : (p.OrEqual ? v >= threshold : v > threshold));
            if (pending && p.ResetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, p.ResetTo + j * p.ResetToStep);
            int subtract = pending && p.ResetRule == NeuronOperator.ResetSubtract ? threshold : 0;

            int spikes = 0;
            if (counter > 0)
            {
                arena[p.Counter + j] = counter - 1;
                v = v - subtract;
                if (v < -L) v = -L;
                if (v > L) v = L;
            }
            else
            {
                v = (int)(((long)v * Bytes.U16(file, p.Decay + j * p.DecayStep)) >> 15) + drive + Bytes.I32(file, p.MembraneBias + j * p.MembraneBiasStep) - subtract;
                v = Saturate(v, p);
                if (v < p.LowerLimit) v = p.LowerLimit;
                if (p.HasThreshold && (p.OrEqual ? v >= threshold : v > threshold))
                {
                    spikes = 1;
                    if (p.Refractory > 0) arena[p.Counter + j] = p.Refractory;
                    if (!p.ResetNext)
                    {
                        if (p.ResetRule == NeuronOperator.ResetValue) v = Bytes.I32(file, p.ResetTo + j * p.ResetToStep);
                        else if (p.ResetRule == NeuronOperator.ResetSubtract)
                        {
                            v -= threshold;
                            while (spikes < p.MostSpikes && (p.OrEqual ? v >= threshold : v > threshold))
                            {
                                v -= threshold;
                                spikes++;
                            }

                            if (v < -L) v = -L;
                            if (v > L) v = L;
                        }
                    }
                }
            }

            arena[p.Membrane + j] = v;
            if (p.MostSpikes > 1)
            {
                arena[p.Target + j] = spikes;
                p.Spikes += spikes;
            }
            else if (spikes != 0) arena[p.Target + 1 + emitted++] = j;
        }
    }

    private static int Saturate(int value, Operator counted)
    {
        if (value > NeuronOperator.Limit)
        {
            counted.Saturations++;
            return NeuronOperator.Limit;
        }

        if (value < -NeuronOperator.Limit)
        {
            counted.Saturations++;
            return -NeuronOperator.Limit;
        }

        return value;
    }
}
