using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// The neuron with an adaptive threshold: the pseudo-code at <see cref="AdaptiveNeuronNode"/> and <see cref="NeuronNode"/>, line by line.
/// Every product and every addition is rounded, from left to right as written there.
/// </summary>
internal sealed class AdaptiveNeuronOperator<TRounding> : PopulationOperator where TRounding : struct, IRounding
{
    private readonly double[] _decay, _synapticDecay, _inputGain, _driveGain, _inputBias, _membraneBias, _threshold, _resetValue, _adaptationDecay, _adaptationStep;
    private readonly bool _synaptic, _toValue, _subtract, _next, _orEqual, _newCurrent;
    private readonly double _lowerLimit, _thresholdLowerLimit;
    private readonly bool[] _spiked;

    public AdaptiveNeuronOperator(AdaptiveNeuronNode node, Precision precision) : base(node, Rounding.Parameters(node.InitialMembrane, node.InputShape.Count, precision))
    {
        int n = Input.Length;
        _decay = Rounding.Parameters(node.Decay, n, precision);
        _inputGain = Rounding.Parameters(node.InputGain, n, precision);
        _driveGain = Rounding.Parameters(node.DriveGain, n, precision);
        _inputBias = Rounding.Parameters(node.InputBias, n, precision);
        _membraneBias = Rounding.Parameters(node.MembraneBias, n, precision);
        _resetValue = Rounding.Parameters(node.ResetValue, n, precision);
        _threshold = Rounding.Parameters(node.Threshold!, n, precision);
        _adaptationDecay = Rounding.Parameters(node.AdaptationDecay, n, precision);
        _adaptationStep = Rounding.Parameters(node.AdaptationStep, n, precision);
        _synaptic = node.SynapticDecay is not null;
        _synapticDecay = node.SynapticDecay is null ? [] : Rounding.Parameters(node.SynapticDecay, n, precision);
        _toValue = node.Reset == ResetRule.ToValue;
        _subtract = node.Reset == ResetRule.Subtract;
        _next = node.ResetTime == ResetTime.Next;
        _orEqual = node.Comparison == Comparison.GreaterOrEqual;
        _newCurrent = node.Current == CurrentOrder.New;
        _lowerLimit = node.LowerLimit is double limit ? TRounding.Round(limit) : double.NegativeInfinity;
        _thresholdLowerLimit = node.ThresholdLowerLimit is double least ? TRounding.Round(least) : double.NegativeInfinity;
        _spiked = new bool[n];
        SynapticCurrent = _synaptic ? new double[n] : [];
        Adaptation = new double[n];
        ThresholdDrive = new double[n];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Membrane.Length; i++)
        {
            double v = Membrane[i], before = Adapted(i);

            // With the reset on the next tick a spike is read off the membrane, as at the neuron that does not adapt.
            bool spiked = _next ? Reaches(v, before) : _spiked[i], pending = _next && spiked;
            double a = TRounding.Round(TRounding.Round(_adaptationDecay[i] * Adaptation[i]) + ThresholdDrive[i]);
            if (spiked) a = TRounding.Round(a + _adaptationStep[i]);
            Adaptation[i] = a;
            double now = Adapted(i);

            if (pending && _toValue) v = _resetValue[i];
            double drive = TRounding.Round(TRounding.Round(_inputGain[i] * Input[i]) + _inputBias[i]);
            if (_synaptic)
            {
                double old = SynapticCurrent[i];
                double current = TRounding.Round(TRounding.Round(_synapticDecay[i] * old) + drive);
                SynapticCurrent[i] = current;
                drive = TRounding.Round(_driveGain[i] * (_newCurrent ? current : old));
            }

            v = TRounding.Round(TRounding.Round(TRounding.Round(_decay[i] * v) + drive) + _membraneBias[i]);
            if (pending && _subtract) v = TRounding.Round(v - before);
            if (v < _lowerLimit) v = _lowerLimit;
            bool spike = Reaches(v, now);
            if (spike && !_next)
            {
                if (_toValue) v = _resetValue[i];
                else if (_subtract) v = TRounding.Round(v - now);
            }

            _spiked[i] = spike;
            Membrane[i] = v;
            Output[i] = spike ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Array.Clear(_spiked);
    }

    private double Adapted(int i) => Math.Max(TRounding.Round(_threshold[i] + Adaptation[i]), _thresholdLowerLimit);

    private bool Reaches(double v, double threshold) => _orEqual ? v >= threshold : v > threshold;
}
