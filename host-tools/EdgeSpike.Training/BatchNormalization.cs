using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training;

/// <summary>
/// Normalises the currents of each channel over the ticks and windows of a shard (Ioffe, Szegedy 2015), with a learned gain
/// and bias. Outside training the running mean and variance stand in, and all of it folds into the weights.
/// </summary>
public sealed class BatchNormalization
{
    /// <summary>Added to variances.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>A normalisation.</summary>
    public BatchNormalization(string name, int channels, float gain = 1, float bias = 0)
    {
        Channels = channels;
        Gain = new Parameter($"{name}.gain", channels).Fill(gain);
        Bias = new Parameter($"{name}.bias", channels).Fill(bias);
        RunningMean = new Parameter($"{name}.mean", channels) { Rate = 0 };
        RunningVariance = new Parameter($"{name}.variance", channels) { Rate = 0 }.Fill(1);
    }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Gain of each channel.</summary>
    public Parameter Gain { get; }

    /// <summary>Bias of each channel.</summary>
    public Parameter Bias { get; }

    /// <summary>Mean outside training; moved by the trainer, not by gradients.</summary>
    public Parameter RunningMean { get; }

    /// <summary>Variance outside training, likewise.</summary>
    public Parameter RunningVariance { get; }

    /// <summary>No shard statistics in training any more: fine-tuning of what is folded already.</summary>
    public bool Frozen { get; set; }

    /// <summary>Its parameters, running statistics included.</summary>
    public IEnumerable<Parameter> Parameters => [Gain, Bias, RunningMean, RunningVariance];

    /// <summary>What a channel's weights are multiplied by, and its bias, when folded.</summary>
    public (float Factor, float Bias) Folded(int channel)
    {
        float factor = Gain.Value[channel] / MathF.Sqrt(RunningVariance.Value[channel] + Epsilon);
        return (factor, Bias.Value[channel] - factor * RunningMean.Value[channel]);
    }

    internal BatchNormalizationPass CreatePass(int ticks) => new(this, ticks);
}

/// <summary>The statistics of one shard.</summary>
internal sealed class BatchNormalizationPass(BatchNormalization about, int ticks)
{
    private const int Lanes = BatchMatrix.Lanes;
    private readonly float[] _mean = new float[about.Channels], _variance = new float[about.Channels];
    private bool _shard;

    /// <summary>Mean of the shard's currents; the trainer reads it.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>Variance of the shard's currents, about the mean.</summary>
    public ReadOnlySpan<float> Variance => _variance;

    /// <summary>x [ticks, channels, 64] to y of the same size.</summary>
    public void Forward(float[] x, float[] y, bool training)
    {
        _shard = training && !about.Frozen;
        int n = about.Channels, stride = n * Lanes;
        for (int c = 0; c < n; c++)
        {
            if (_shard) Measure(x, c);
            float factor = _shard ? about.Gain.Value[c] / MathF.Sqrt(_variance[c] + BatchNormalization.Epsilon) : about.Folded(c).Factor;
            float bias = _shard ? about.Bias.Value[c] - factor * _mean[c] : about.Folded(c).Bias;
            Vector512<float> f = Vector512.Create(factor), b = Vector512.Create(bias);
            for (int t = 0; t < ticks; t++)
                for (int k = t * stride + c * Lanes, end = k + Lanes; k < end; k += 16)
                    Vector512.FusedMultiplyAdd(f, Vector512.LoadUnsafe(ref x[k]), b).StoreUnsafe(ref y[k]);
        }
    }

    private void Measure(float[] x, int c)
    {
        int stride = about.Channels * Lanes;
        Vector512<float> sum = default;
        for (int t = 0; t < ticks; t++)
            for (int k = t * stride + c * Lanes, end = k + Lanes; k < end; k += 16) sum += Vector512.LoadUnsafe(ref x[k]);
        float mean = Vector512.Sum(sum) / (ticks * Lanes);
        Vector512<float> m = Vector512.Create(mean), squares = default;
        for (int t = 0; t < ticks; t++)
            for (int k = t * stride + c * Lanes, end = k + Lanes; k < end; k += 16)
            {
                Vector512<float> d = Vector512.LoadUnsafe(ref x[k]) - m;
                squares = Vector512.FusedMultiplyAdd(d, d, squares);
            }

        _mean[c] = mean;
        _variance[c] = Vector512.Sum(squares) / (ticks * Lanes);
    }

    /// <summary>dy in place to dx; x as in the forward pass.</summary>
    public void Backward(float[] x, float[] dy, float[][] gradients)
    {
        int n = about.Channels, stride = n * Lanes;
        float[] gain = gradients[about.Gain.Index], bias = gradients[about.Bias.Index];
        for (int c = 0; c < n; c++)
        {
            float mean = _shard ? _mean[c] : about.RunningMean.Value[c], variance = _shard ? _variance[c] : about.RunningVariance.Value[c];
            float inverse = 1 / MathF.Sqrt(variance + BatchNormalization.Epsilon), factor = about.Gain.Value[c] * inverse;
            Vector512<float> m = Vector512.Create(mean), i = Vector512.Create(inverse), sum = default, product = default;
            for (int t = 0; t < ticks; t++)
                for (int k = t * stride + c * Lanes, end = k + Lanes; k < end; k += 16)
                {
                    Vector512<float> d = Vector512.LoadUnsafe(ref dy[k]);
                    sum += d;
                    product = Vector512.FusedMultiplyAdd(d, (Vector512.LoadUnsafe(ref x[k]) - m) * i, product);
                }

            float total = Vector512.Sum(sum), along = Vector512.Sum(product);
            gain[c] += along;
            bias[c] += total;
            // Ioffe, Szegedy 2015, section 3: the mean of dy and its part along the normalised x do not reach x.
            Vector512<float> f = Vector512.Create(factor);
            Vector512<float> a = Vector512.Create(_shard ? total / (ticks * Lanes) : 0), p = Vector512.Create(_shard ? along / (ticks * Lanes) * inverse : 0);
            for (int t = 0; t < ticks; t++)
                for (int k = t * stride + c * Lanes, end = k + Lanes; k < end; k += 16)
                    (f * (Vector512.LoadUnsafe(ref dy[k]) - a - p * (Vector512.LoadUnsafe(ref x[k]) - m))).StoreUnsafe(ref dy[k]);
        }
    }
}
