using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// The general neuron: the pseudo-code at <see cref="NeuronNode"/>, line by line. Every product and every addition is
/// rounded, from left to right as written there.
/// </summary>
internal sealed class NeuronOperator<TRounding> : PopulationOperator where TRounding : struct, IRounding
{
    private readonly double[] _decay, _synapticDecay, _inputGain, _driveGain, _inputBias, _membraneBias, _threshold, _resetValue;
    private readonly bool _synaptic, _spikes, _toValue, _subtract, _next, _orEqual, _newCurrent;
    private readonly int _refractoryTicks, _maximumSpikes;
    private readonly double _lowerLimit;
    private readonly int[] _refractory;
    private readonly bool[] _spiked;

    public NeuronOperator(NeuronNode node, Precision precision) : base(node, Rounding.Parameters(node.InitialMembrane, node.InputShape.Count, precision))
    {
        int n = Input.Length;
        _decay = Rounding.Parameters(node.Decay, n, precision);
        _inputGain = Rounding.Parameters(node.InputGain, n, precision);
        _driveGain = Rounding.Parameters(node.DriveGain, n, precision);
        _inputBias = Rounding.Parameters(node.InputBias, n, precision);
        _membraneBias = Rounding.Parameters(node.MembraneBias, n, precision);
        _resetValue = Rounding.Parameters(node.ResetValue, n, precision);
        _spikes = node.Threshold is not null;
        _threshold = node.Threshold is null ? [] : Rounding.Parameters(node.Threshold, n, precision);
        _synaptic = node.SynapticDecay is not null;
        _synapticDecay = node.SynapticDecay is null ? [] : Rounding.Parameters(node.SynapticDecay, n, precision);
        _toValue = node.Reset == ResetRule.ToValue;
        _subtract = node.Reset == ResetRule.Subtract;
        _next = node.ResetTime == ResetTime.Next;
        _orEqual = node.Comparison == Comparison.GreaterOrEqual;
        _newCurrent = node.Current == CurrentOrder.New;
        _refractoryTicks = node.RefractoryTicks;
        _maximumSpikes = node.MaximumSpikes;
        _lowerLimit = node.LowerLimit is double limit ? TRounding.Round(limit) : double.NegativeInfinity;
        _refractory = new int[n];
        _spiked = new bool[n];
        SynapticCurrent = _synaptic ? new double[n] : [];
    }

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Membrane.Length; i++)
        {
            double v = Membrane[i];

            // snnTorch reads the pending spike off the membrane; a refractory neuron keeps its membrane above the
            // threshold without a new spike, so there it has to be remembered.
            bool pending = _next && _spikes && (_refractoryTicks > 0 ? _spiked[i] : Reaches(v, _threshold[i]));
            if (pending && _toValue) v = _resetValue[i];

            double drive = TRounding.Round(TRounding.Round(_inputGain[i] * Input[i]) + _inputBias[i]);
            if (_synaptic)
            {
                double before = SynapticCurrent[i];
                double now = TRounding.Round(TRounding.Round(_synapticDecay[i] * before) + drive);
                SynapticCurrent[i] = now;
                drive = TRounding.Round(_driveGain[i] * (_newCurrent ? now : before));
            }

            int spikes = 0;
            if (_refractory[i] > 0)
            {
                _refractory[i]--;
                if (pending && _subtract) v = TRounding.Round(v - _threshold[i]);
            }
            else
            {
                v = TRounding.Round(TRounding.Round(TRounding.Round(_decay[i] * v) + drive) + _membraneBias[i]);
                if (pending && _subtract) v = TRounding.Round(v - _threshold[i]);
                if (v < _lowerLimit) v = _lowerLimit;
                if (_spikes)
                {
                    while (spikes < _maximumSpikes && Reaches(v, TRounding.Round((spikes + 1) * _threshold[i]))) spikes++;
                    if (spikes > 0)
                    {
                        _refractory[i] = _refractoryTicks;
                        if (!_next && _toValue) v = _resetValue[i];
                        else if (!_next && _subtract) v = TRounding.Round(v - TRounding.Round(spikes * _threshold[i]));
                    }
                }
            }

            _spiked[i] = spikes > 0;
            Membrane[i] = v;
            Output[i] = _spikes ? spikes : v;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        Array.Clear(_refractory);
        Array.Clear(_spiked);
    }

    private bool Reaches(double v, double threshold) => _orEqual ? v >= threshold : v > threshold;
}
