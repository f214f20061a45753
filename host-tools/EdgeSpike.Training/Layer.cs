using System.Collections.Generic;

namespace EdgeSpike.Training;

/// <summary>A layer of a network that is a chain: its parameters, and passes that work on them.</summary>
public abstract class Layer
{
    /// <summary>Name, prefix of its parameters.</summary>
    public required string Name { get; init; }

    /// <summary>Channels it takes.</summary>
    public required int Inputs { get; init; }

    /// <summary>Channels it gives.</summary>
    public required int Outputs { get; init; }

    /// <summary>Ticks before the present one that it reads of its input.</summary>
    public virtual int Past => 0;

    /// <summary>Its parameters.</summary>
    public abstract IEnumerable<Parameter> Parameters { get; }

    /// <summary>Its populations, in the order of evaluation.</summary>
    public virtual IEnumerable<Population> Populations => [];

    /// <summary>Its normalisations.</summary>
    public virtual IEnumerable<BatchNormalization> Normalizations => [];

    /// <summary>Memory for one shard.</summary>
    internal abstract LayerPass CreatePass(Signal input, Signal output);
}

/// <summary>A layer at work on one shard: forward over all ticks, then back.</summary>
internal abstract class LayerPass
{
    /// <summary>Normalisations of the pass, as <see cref="Layer.Normalizations"/>.</summary>
    public virtual IEnumerable<BatchNormalizationPass> Normalizations => [];

    /// <summary>Input to output, all ticks.</summary>
    public abstract void Forward(in PassSettings settings);

    /// <summary>Gradient of the output to that of the input (added) and of the parameters (added).</summary>
    public abstract void Backward(float[][] gradients, GradientMode mode);
}
