using System;

namespace EdgeSpike.Training;

/// <summary>How a network is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Seed of order, dropout and changes to windows.</summary>
    public int Seed { get; init; }

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Windows of a step, a multiple of 64.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Learning rate after the warm-up.</summary>
    public float Rate { get; init; } = 3e-3f;

    /// <summary>Epochs over which the rate rises from 0.</summary>
    public float WarmUp { get; init; } = 1;

    /// <summary>Share of the rate that the cosine ends at (Loshchilov, Hutter 2017).</summary>
    public float LastRate { get; init; } = 0.01f;

    /// <summary>AdamW's λ.</summary>
    public float WeightDecay { get; init; } = 0.01f;

    /// <summary>Largest norm of a step's gradients.</summary>
    public float LargestNorm { get; init; } = 1;

    /// <summary>ε of smoothed labels.</summary>
    public float Smoothing { get; init; } = 0.05f;

    /// <summary>Share β of the teacher in the target.</summary>
    public float TeacherShare { get; init; } = 0.5f;

    /// <summary>The teacher's temperature.</summary>
    public float Temperature { get; init; } = 2;

    /// <summary>Decay of the running mean of the weights at each step; 0: the last weights are taken.</summary>
    public float Averaging { get; init; } = 0.998f;

    /// <summary>Weights of the ticks in the loss, normalised to a sum of 1; null: the last two thirds, rising.</summary>
    public float[]? TickWeights { get; init; }

    /// <summary>How gradients flow through time.</summary>
    public GradientMode Mode { get; init; } = GradientMode.ThroughTime;

    /// <summary>Windows are changed at random.</summary>
    public bool Augment { get; init; } = true;

    /// <summary>Stops after this many epochs without a better validation; 0: never.</summary>
    public int Patience { get; init; }

    /// <summary>Threads; the result does not depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The rate at a step: linear warm-up, then half a cosine.</summary>
    public float RateAt(int step, int stepsOfEpoch)
    {
        float warm = WarmUp * stepsOfEpoch, total = (float)Epochs * stepsOfEpoch;
        if (step < warm) return Rate * (step + 1) / warm;
        float done = Math.Clamp((step - warm) / Math.Max(1, total - warm), 0, 1);
        return Rate * (LastRate + (1 - LastRate) * 0.5f * (1 + MathF.Cos(MathF.PI * done)));
    }

    /// <summary>Weights of the ticks, of sum 1.</summary>
    public float[] TickWeightsFor(int ticks)
    {
        float[] weights = new float[ticks];
        float sum = 0;
        for (int t = 0; t < ticks; t++) sum += weights[t] = TickWeights is null ? Math.Max(0, t + 1 - ticks / 3) : TickWeights[t];
        for (int t = 0; t < ticks; t++) weights[t] /= sum;
        return weights;
    }
}
