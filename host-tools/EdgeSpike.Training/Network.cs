using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Training;

/// <summary>A chain of layers with their parameters. Passes over it are <see cref="NetworkPass"/>es.</summary>
public sealed class Network
{
    /// <summary>Takes the layers in order.</summary>
    /// <exception cref="ArgumentException">Channels that do not fit, or two parameters of one name.</exception>
    public Network(IReadOnlyList<Layer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Layers = layers;
        for (int i = 1; i < layers.Count; i++)
            if (layers[i].Inputs != layers[i - 1].Outputs)
                throw new ArgumentException($"layer '{layers[i].Name}' takes {layers[i].Inputs} channels where '{layers[i - 1].Name}' gives {layers[i - 1].Outputs}", nameof(layers));
        Parameters = [.. layers.SelectMany(l => l.Parameters)];
        for (int i = 0; i < Parameters.Count; i++) Parameters[i].Index = i;
        if (Parameters.Select(p => p.Name).Distinct().Count() != Parameters.Count) throw new ArgumentException("two parameters have one name", nameof(layers));
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>All parameters, running statistics included.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Numbers that training changes.</summary>
    public int Count => Parameters.Where(p => p.Rate > 0).Sum(p => p.Mask is null ? p.Value.Length : p.Mask.Count(m => m));

    /// <summary>All populations.</summary>
    public IEnumerable<Population> Populations => Layers.SelectMany(l => l.Populations);

    /// <summary>All normalisations.</summary>
    public IEnumerable<BatchNormalization> Normalizations => Layers.SelectMany(l => l.Normalizations);

    /// <summary>Zeros in the shape of the parameters.</summary>
    internal float[][] CreateGradients() => [.. Parameters.Select(p => new float[p.Value.Length])];
}

/// <summary>All memory of one shard of 64 windows, forward and back.</summary>
internal sealed class NetworkPass
{
    private readonly LayerPass[] _passes;
    private readonly Signal[] _signals;

    public NetworkPass(Network network, int ticks, bool backward)
    {
        _signals = new Signal[network.Layers.Count + 1];
        _passes = new LayerPass[network.Layers.Count];
        for (int i = 0; i < _signals.Length; i++)
        {
            int lead = Math.Max(1, i < network.Layers.Count ? network.Layers[i].Past : 0);
            _signals[i] = new Signal(lead, ticks, i == 0 ? network.Layers[0].Inputs : network.Layers[i - 1].Outputs, backward && i > 0);
        }

        for (int i = 0; i < _passes.Length; i++) _passes[i] = network.Layers[i].CreatePass(_signals[i], _signals[i + 1]);
    }

    /// <summary>What enters, to be filled by the caller.</summary>
    public Signal Input => _signals[0];

    /// <summary>Scores at every tick; the caller fills their gradient.</summary>
    public Signal Output => _signals[^1];

    /// <summary>What each layer gives.</summary>
    public IReadOnlyList<Signal> Signals => _signals;

    /// <summary>The layers at work.</summary>
    public IReadOnlyList<LayerPass> Passes => _passes;

    /// <summary>Statistics of the shard, in the order of <see cref="Network.Normalizations"/>.</summary>
    public IEnumerable<BatchNormalizationPass> Normalizations => _passes.SelectMany(p => p.Normalizations);

    /// <summary>Input to scores.</summary>
    public void Forward(in PassSettings settings)
    {
        foreach (LayerPass pass in _passes) pass.Forward(settings);
    }

    /// <summary>Gradient of the scores to those of the parameters, which are added.</summary>
    public void Backward(float[][] gradients, GradientMode mode)
    {
        for (int i = 1; i + 1 < _signals.Length; i++) Array.Clear(_signals[i].Gradient);
        for (int i = _passes.Length - 1; i >= 0; i--) _passes[i].Backward(gradients, mode);
    }
}
