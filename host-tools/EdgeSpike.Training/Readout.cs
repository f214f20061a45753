using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training;

/// <summary>
/// Scores of the classes at every tick: o(t) = λ o(t−1) + W z(t) + b (a leaky integrator), or the number of spikes that a
/// population gave since the first tick.
/// </summary>
/// <remarks>
/// With a population in between, o(t) = o(t−1) + s(t) and the current of s is W z + b. The gradient runs through the
/// sum over ticks in both gradient modes: it belongs to the loss, not to a neuron.
/// </remarks>
public sealed class Readout : Layer
{
    /// <summary>Makes its parameters.</summary>
    /// <param name="name">Name.</param>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="columns">Channels that are read, from the first.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="decay">λ; 1: a sum. Not used with spikes.</param>
    /// <param name="spikes">Counts the spikes of this population; null: the integrator.</param>
    /// <param name="random">Draws the weights.</param>
    public static Readout Create(string name, int inputs, int columns, int classes, float decay, Population? spikes, ref TrainingRandom random) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = classes,
        Columns = columns,
        Weight = new Parameter($"{name}.weight", classes, columns) { Decays = true }.Fill(ref random, columns, 1),
        Bias = new Parameter($"{name}.bias", classes),
        Decay = new Parameter($"{name}.decay", 1) { Low = 0.5f, High = 1, Rate = spikes is null ? 0.2f : 0 }.Fill(spikes is null ? decay : 1),
        Population = spikes,
    };

    /// <summary>Channels that are read, from the first.</summary>
    public required int Columns { get; init; }

    /// <summary>[classes, columns].</summary>
    public required Parameter Weight { get; init; }

    /// <summary>[classes].</summary>
    public required Parameter Bias { get; init; }

    /// <summary>λ.</summary>
    public required Parameter Decay { get; init; }

    /// <summary>The population whose spikes are counted, or null.</summary>
    public required Population? Population { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weight, Bias, Decay, .. Population?.Parameters ?? []];

    /// <inheritdoc/>
    public override IEnumerable<Population> Populations => Population is null ? [] : [Population];

    internal override LayerPass CreatePass(Signal input, Signal output) => new Pass(this, input, output);

    private sealed class Pass : LayerPass
    {
        private const int Lanes = BatchMatrix.Lanes;
        private readonly Readout _layer;
        private readonly Signal _input, _output;
        private readonly Signal? _spikes;
        private readonly PopulationPass? _population;
        private readonly float[] _current, _transposed;

        public Pass(Readout layer, Signal input, Signal output)
        {
            (_layer, _input, _output) = (layer, input, output);
            _current = new float[input.Ticks * output.TickStride];
            _transposed = new float[layer.Weight.Value.Length];
            if (layer.Population is null) return;
            _spikes = new Signal(1, input.Ticks, layer.Outputs, hasGradient: true);
            _population = layer.Population.CreatePass(input.Ticks);
        }

        public override void Forward(in PassSettings settings)
        {
            int stride = _output.TickStride;
            float decay = _layer.Decay.Value[0];
            BatchMatrix.Multiply(_layer.Weight.Value, 0, _layer.Columns, _layer.Outputs, _layer.Columns, _input.Value, _input.At(0), _input.TickStride, _current, 0, stride, _input.Ticks, accumulate: false);
            for (int t = 0; t < _input.Ticks; t++)
            {
                for (int j = 0; j < _layer.Outputs; j++)
                    for (int k = 0; k < Lanes; k++) _current[t * stride + j * Lanes + k] += _layer.Bias.Value[j];
                float[] added = _current;
                int from = t * stride;
                if (_population is not null)
                {
                    _population.Forward(t, _current, from, _spikes!.Value, _spikes.At(t), stride, settings.Smooth);
                    (added, from) = (_spikes.Value, _spikes.At(t));
                }

                int now = _output.At(t), before = _output.At(t - 1);
                for (int k = 0; k < stride; k += 16)
                    Vector512.FusedMultiplyAdd(Vector512.Create(decay), Vector512.LoadUnsafe(ref _output.Value[before + k]), Vector512.LoadUnsafe(ref added[from + k])).StoreUnsafe(ref _output.Value[now + k]);
            }
        }

        public override void Backward(float[][] gradients, GradientMode mode)
        {
            int stride = _output.TickStride;
            float decay = _layer.Decay.Value[0];
            Vector512<float> sum = default;
            _population?.BeginBackward();
            for (int t = _input.Ticks - 1; t >= 0; t--)
            {
                int now = _output.At(t), before = _output.At(t - 1);
                for (int k = 0; k < stride; k += 16)
                {
                    Vector512<float> g = Vector512.LoadUnsafe(ref _output.Gradient[now + k]);
                    if (t + 1 < _input.Ticks) g = Vector512.FusedMultiplyAdd(Vector512.Create(decay), Vector512.LoadUnsafe(ref _output.Gradient[now + stride + k]), g);
                    g.StoreUnsafe(ref _output.Gradient[now + k]);
                    sum = Vector512.FusedMultiplyAdd(g, Vector512.LoadUnsafe(ref _output.Value[before + k]), sum);
                    g.StoreUnsafe(ref _current[t * stride + k]);
                }

                _population?.Backward(t, _current, t * stride, _spikes!.Value, _spikes.At(t), stride, _current, t * stride, gradients, mode);
                for (int j = 0; j < _layer.Outputs; j++)
                {
                    float bias = 0;
                    foreach (float g in _current.AsSpan(t * stride + j * Lanes, Lanes)) bias += g;
                    gradients[_layer.Bias.Index][j] += bias;
                }
            }

            gradients[_layer.Decay.Index][0] += Vector512.Sum(sum);
            BatchMatrix.AddOuter(gradients[_layer.Weight.Index], 0, _layer.Columns, _layer.Outputs, _layer.Columns, _current, 0, stride, _input.Value, _input.At(0), _input.TickStride, _input.Ticks);
            if (_input.Gradient.Length == 0) return;
            BatchMatrix.Transpose(_layer.Weight.Value, 0, _layer.Columns, _layer.Outputs, _layer.Columns, _transposed);
            BatchMatrix.Multiply(_transposed, 0, _layer.Outputs, _layer.Columns, _layer.Outputs, _current, 0, stride, _input.Gradient, _input.At(0), _input.TickStride, _input.Ticks, accumulate: true);
        }
    }
}
