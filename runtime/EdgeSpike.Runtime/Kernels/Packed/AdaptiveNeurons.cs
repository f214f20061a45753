using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The tick of neurons whose threshold adapts, for 32-bit cores without vectors. Replaces Kernels/Scalar/AdaptiveNeurons.cs, bit-identical
/// to it. Cost: about 85 instructions a neuron, and 10 more with decays of its own.
/// </summary>
internal sealed partial class AdaptiveNeuronOperator
{
    [SkipLocalsInit]
    internal override unsafe void Step()
    {
        fixed (byte* f = File)
        fixed (int* a = Arena)
        {
            NeuronLoop loop;
            NeuronLoop* l = &loop;
            int* membrane = a + _membrane, list = a + _target + 1;
            l->Begin(membrane, _count, a + _input, _inputShift);
            l->List = list;
            l->LowerLimit = _lowerLimit;
            l->Decay = *(ushort*)(f + _decay) << 15;
            l->Threshold = f + _threshold;
            l->Shift |= _thresholdStep << NeuronLoop.OwnShift;
            l->Reset.Place(f + _resetTo, _resetToStep, membrane);
            l->AdaptationDistance = 4 * (_adaptation - _membrane);
            l->AdaptationDecay = *(ushort*)(f + _adaptationDecay) << 15;
            l->ThresholdLowerLimit = _thresholdLowerLimit;
            l->Own.Place(f + _own, _ownStep, membrane);

            int flags = (_resetRule << NeuronLoop.RuleShift) | (_resetNext * NeuronLoop.Next) | (_orEqual * NeuronLoop.Equal) | NeuronLoop.Adaptive | NeuronLoop.State | NeuronLoop.Extra;
            if (_hasCurrent)
            {
                flags |= NeuronLoop.Current | (_oldCurrent * NeuronLoop.OldCurrent);
                l->CurrentDistance = 4 * (_current - _membrane);
                l->SynapticDecay = *(ushort*)(f + _synapticDecay) << 15;
            }

            if ((_decayStep | _synapticDecayStep | _adaptationDecayStep) != 0)
            {
                flags |= NeuronLoop.OwnDecays;
                l->Decays.Place(f + _decay, _decayStep, membrane);
                l->SynapticDecays.Place(f + _synapticDecay, _synapticDecayStep, membrane);
                l->AdaptationDecays.Place(f + _adaptationDecay, _adaptationDecayStep, membrane);
            }

            if (_keepsSpikes)
            {
                flags |= NeuronLoop.Counted;
                l->CounterDistance = 4 * (_spiked - _membrane);
                l->CounterStart = 1;
            }

            if (_hasDrive)
            {
                flags |= NeuronLoop.Driven;
                l->DriveDistance = 4 * (_drive - _membrane);
                l->DriveLimit = L >> _driveShift;
                l->DriveShift = _driveShift;
            }

            l->Flags = flags | l->SetBiases(f + _inputBias, _inputBiasStep, f + _membraneBias, _membraneBiasStep, _hasCurrent);
            Kernels.StepLoop(l);
            int emitted = (int)((byte*)l->List - (byte*)list) >> 2;
            Saturations += l->Saturations;
            Spikes += emitted;
            NeuronUpdates += _count;
            a[_target] = emitted;
        }
    }
}
