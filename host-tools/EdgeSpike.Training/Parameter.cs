using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Training;

/// <summary>An array that training changes: weights, decays, thresholds, gains.</summary>
public sealed class Parameter
{
    /// <summary>A parameter of zeros.</summary>
    /// <param name="name">Name in checkpoints, unique in a network.</param>
    /// <param name="shape">Sizes, row-major.</param>
    public Parameter(string name, params int[] shape)
    {
        Name = name;
        Shape = shape;
        Value = new float[shape.Aggregate(1, (a, b) => a * b)];
    }

    /// <summary>Name in checkpoints.</summary>
    public string Name { get; }

    /// <summary>Sizes, row-major.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The numbers.</summary>
    public float[] Value { get; }

    /// <summary>Takes part in weight decay: true for weights of connections.</summary>
    public bool Decays { get; init; }

    /// <summary>Least value that a step leaves.</summary>
    public float Low { get; init; } = float.NegativeInfinity;

    /// <summary>Largest value that a step leaves.</summary>
    public float High { get; init; } = float.PositiveInfinity;

    /// <summary>Factor on the learning rate; 0: fixed.</summary>
    public float Rate { get; set; } = 1;

    /// <summary>Where false the value stays 0: pruned. Null: nothing is.</summary>
    public bool[]? Mask { get; set; }

    /// <summary>Place among the network's parameters; set by <see cref="Network"/>.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>Fills with uniform numbers within ±sqrt(gain / inputs) (LeCun et al. 1998 with gain 3; He et al. 2015 with 6).</summary>
    internal Parameter Fill(ref TrainingRandom random, int inputs, float gain)
    {
        float limit = MathF.Sqrt(gain / inputs);
        for (int i = 0; i < Value.Length; i++) Value[i] = random.Uniform(-limit, limit);
        return this;
    }

    /// <summary>Fills with one number.</summary>
    internal Parameter Fill(float value)
    {
        Array.Fill(Value, value);
        return this;
    }
}
