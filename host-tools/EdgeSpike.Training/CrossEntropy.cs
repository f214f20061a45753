using System;

namespace EdgeSpike.Training;

/// <summary>
/// Cross-entropy of the scores at several ticks, with labels that are smoothed (Szegedy et al. 2016) and mixed with a
/// teacher's answer (Hinton et al. 2015).
/// </summary>
/// <remarks>
/// L = Σ_t w_t / n Σ_k −Σ_c q_c log softmax(o(t))_c with q = (1 − β) ((1 − ε) [c = label] + ε / C) + β teacher_c. Ticks of weight 0 cost nothing.
/// </remarks>
internal sealed class CrossEntropy(int classes, float[] tickWeights, float smoothing)
{
    private readonly float[] _scores = new float[classes];
    private readonly float[] _target = new float[classes];

    /// <summary>Fills the gradient of the scores; gives the loss summed over the windows and how many are right after the last tick.</summary>
    /// <param name="output">Scores, [ticks, classes, 64].</param>
    /// <param name="labels">Class of each window of the shard; fewer than 64 in a shard that is not full.</param>
    /// <param name="teacher">Scores of a teacher after the last tick, [classes, 64], or empty.</param>
    /// <param name="share">β.</param>
    /// <param name="temperature">The teacher's scores are divided by it.</param>
    /// <param name="scale">Factor of the gradient: 1 / windows of the batch.</param>
    public (double Loss, int Right) Apply(Signal output, ReadOnlySpan<int> labels, ReadOnlySpan<float> teacher, float share, float temperature, float scale)
    {
        const int Lanes = BatchMatrix.Lanes;
        double loss = 0;
        int right = 0;
        bool back = output.Gradient.Length > 0;
        if (back) Array.Clear(output.Gradient);
        for (int k = 0; k < labels.Length; k++)
        {
            if (!teacher.IsEmpty && share > 0)
            {
                for (int c = 0; c < classes; c++) _target[c] = teacher[c * Lanes + k] / temperature;
                _ = Softmax(_target);
            }
            else Array.Clear(_target);

            float own = teacher.IsEmpty ? 1 : 1 - share;
            for (int c = 0; c < classes; c++) _target[c] = (1 - own) * _target[c] + own * ((c == labels[k] ? 1 - smoothing : 0) + smoothing / classes);
            for (int t = 0; t < output.Ticks; t++)
            {
                bool last = t == output.Ticks - 1;
                if (tickWeights[t] == 0 && !last) continue;
                int at = output.At(t) + k, best = 0;
                for (int c = 0; c < classes; c++)
                {
                    _scores[c] = output.Value[at + c * Lanes];
                    if (_scores[c] > _scores[best]) best = c;
                }

                if (last && best == labels[k]) right++;
                float normalizer = Softmax(_scores, out float largest);
                for (int c = 0; c < classes; c++)
                {
                    loss -= tickWeights[t] * _target[c] * (output.Value[at + c * Lanes] - largest - normalizer);
                    if (back) output.Gradient[at + c * Lanes] = tickWeights[t] * scale * (_scores[c] - _target[c]);
                }
            }
        }

        return (loss, right);
    }

    private static float Softmax(Span<float> values) => Softmax(values, out _);

    // In place; gives log Σ exp(v − largest).
    private static float Softmax(Span<float> values, out float largest)
    {
        largest = float.NegativeInfinity;
        foreach (float v in values) largest = Math.Max(largest, v);
        float sum = 0;
        for (int c = 0; c < values.Length; c++) sum += values[c] = MathF.Exp(values[c] - largest);
        for (int c = 0; c < values.Length; c++) values[c] /= sum;
        return MathF.Log(sum);
    }
}
