using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Training;

/// <summary>
/// Causal convolution over ticks, normalised or with a bias, and a population behind it:
/// current(t) = norm(Σ_k W_k x(t − taps + 1 + k)), x being 0 before the first tick.
/// </summary>
/// <remarks>The weights are [outputs, taps · inputs], the oldest tap first, so that the taps of a tick are one run of memory.</remarks>
public sealed class TemporalConvolution : Layer
{
    /// <summary>Makes its parameters.</summary>
    /// <param name="taps">Ticks that it sees.</param>
    /// <param name="population">What takes the current.</param>
    /// <param name="normalize">Normalise; otherwise a bias.</param>
    /// <param name="name">Name.</param>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="random">Draws the weights.</param>
    public static TemporalConvolution Create(string name, int inputs, int taps, Population population, bool normalize, ref TrainingRandom random) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = population.Size,
        Taps = taps,
        Population = population,
        Weight = new Parameter($"{name}.weight", population.Size, taps * inputs) { Decays = true }.Fill(ref random, taps * inputs, 6),
        Normalization = normalize ? new BatchNormalization($"{name}.norm", population.Size) : null,
        Bias = normalize ? null : new Parameter($"{name}.bias", population.Size),
    };

    /// <summary>Ticks that it sees.</summary>
    public required int Taps { get; init; }

    /// <summary>[outputs, taps · inputs].</summary>
    public required Parameter Weight { get; init; }

    /// <summary>What takes the current.</summary>
    public required Population Population { get; init; }

    /// <summary>Normalisation of the currents, or null.</summary>
    public required BatchNormalization? Normalization { get; init; }

    /// <summary>Bias of the currents where there is no normalisation.</summary>
    public required Parameter? Bias { get; init; }

    /// <inheritdoc/>
    public override int Past => Taps - 1;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters =>
        [Weight, .. Normalization?.Parameters ?? [], .. Bias is null ? (Parameter[])[] : [Bias], .. Population.Parameters];

    /// <inheritdoc/>
    public override IEnumerable<Population> Populations => [Population];

    /// <inheritdoc/>
    public override IEnumerable<BatchNormalization> Normalizations => Normalization is null ? [] : [Normalization];

    internal override LayerPass CreatePass(Signal input, Signal output) => new Pass(this, input, output);

    internal sealed class Pass(TemporalConvolution layer, Signal input, Signal output) : LayerPass
    {
        private readonly Currents _currents = new(layer.Weight, layer.Normalization, layer.Bias, layer.Taps, input);
        public PopulationPass Population { get; } = layer.Population.CreatePass(input.Ticks);

        public override IEnumerable<BatchNormalizationPass> Normalizations => _currents.Normalization is null ? [] : [_currents.Normalization];

        public override void Forward(in PassSettings settings)
        {
            _currents.Forward(settings.Training);
            for (int t = 0; t < input.Ticks; t++)
                Population.Forward(t, _currents.Value, _currents.At(t), output.Value, output.At(t), output.TickStride, settings.Smooth);
        }

        public override void Backward(float[][] gradients, GradientMode mode)
        {
            Population.BeginBackward();
            for (int t = input.Ticks - 1; t >= 0; t--)
                Population.Backward(t, output.Gradient, output.At(t), output.Value, output.At(t), output.TickStride, _currents.Value, _currents.At(t), gradients, mode);
            _currents.Backward(gradients);
        }
    }
}
