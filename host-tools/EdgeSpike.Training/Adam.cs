using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Training;

/// <summary>
/// Adam (Kingma, Ba 2015, algorithm 1) with weight decay apart from the gradient (AdamW, Loshchilov, Hutter 2019) and
/// gradients clipped by their common norm.
/// </summary>
/// <remarks>
/// m = β1 m + (1 − β1) g ; v = β2 v + (1 − β2) g² ; θ −= η r (m / (1 − β1^t) / (sqrt(v / (1 − β2^t)) + ε) + λ θ), r the parameter's own
/// factor; then the parameter's limits and mask.
/// </remarks>
public sealed class Adam
{
    private readonly Network _network;

    /// <summary>Starts with moments of zero.</summary>
    public Adam(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        First = network.CreateGradients();
        Second = network.CreateGradients();
    }

    /// <summary>β1.</summary>
    public float FirstDecay { get; init; } = 0.9f;

    /// <summary>β2.</summary>
    public float SecondDecay { get; init; } = 0.999f;

    /// <summary>ε.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>λ, for weights of connections.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Largest norm of all gradients together.</summary>
    public float LargestNorm { get; init; } = float.PositiveInfinity;

    /// <summary>Steps made.</summary>
    public int Steps { get; set; }

    /// <summary>m of each parameter.</summary>
    internal float[][] First { get; }

    /// <summary>v of each parameter.</summary>
    internal float[][] Second { get; }

    /// <summary>One step; the gradients are left as they are.</summary>
    public void Step(IReadOnlyList<float[]> gradients, float rate)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Steps++;
        float clip = 1;
        if (float.IsFinite(LargestNorm))
        {
            double squares = _network.Parameters.Where(p => p.Rate > 0).Sum(p => gradients[p.Index].Sum(g => (double)g * g));
            if (squares > (double)LargestNorm * LargestNorm) clip = (float)(LargestNorm / Math.Sqrt(squares));
        }

        float first = 1 - MathF.Pow(FirstDecay, Steps), second = 1 - MathF.Pow(SecondDecay, Steps);
        foreach (Parameter parameter in _network.Parameters)
        {
            if (parameter.Rate == 0) continue;
            float[] value = parameter.Value, g = gradients[parameter.Index], m = First[parameter.Index], v = Second[parameter.Index];
            float own = rate * parameter.Rate, decay = parameter.Decays ? WeightDecay : 0;
            for (int i = 0; i < value.Length; i++)
            {
                float gradient = g[i] * clip;
                m[i] = FirstDecay * m[i] + (1 - FirstDecay) * gradient;
                v[i] = SecondDecay * v[i] + (1 - SecondDecay) * gradient * gradient;
                float next = value[i] - own * (m[i] / first / (MathF.Sqrt(v[i] / second) + Epsilon) + decay * value[i]);
                value[i] = parameter.Mask is not null && !parameter.Mask[i] ? 0 : Math.Clamp(next, parameter.Low, parameter.High);
            }
        }
    }
}
