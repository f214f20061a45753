using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inference;

namespace EdgeSpike.Demos.Har;

/// <summary>Windows of the wrist as a converted network takes them: whole sensor readings, several samples of 6 channels in a tick.</summary>
public sealed class HarSamples : ISampleSource
{
    private readonly HarWindows _windows;
    private readonly int[] _indices;

    /// <summary>Takes the windows of these numbers.</summary>
    public HarSamples(HarWindows windows, IReadOnlyList<int> indices, int samplesPerTick)
    {
        ArgumentNullException.ThrowIfNull(windows);
        _windows = windows;
        _indices = [.. indices];
        Channels = HarWindows.Channels * samplesPerTick;
        Ticks = HarWindows.Ticks / samplesPerTick;
    }

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public int Ticks { get; }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <summary>Classes of the windows.</summary>
    public int[] Labels => [.. _indices.Select(n => _windows.Labels[n])];

    /// <inheritdoc/>
    public void Tick(int sample, int tick, Span<double> values)
    {
        ReadOnlySpan<short> window = _windows.Window(_indices[sample]).Slice(tick * Channels, Channels);
        for (int c = 0; c < Channels; c++) values[c] = window[c];
    }

    /// <summary>All of them as a .npy file of int32, [samples, ticks, channels].</summary>
    public byte[] ToNpy()
    {
        int[] values = [.. _indices.SelectMany(n => _windows.Window(n).ToArray().Select(v => (int)v))];
        return NpyFile.ToBytes(NumericArray.From(values, Count, Ticks, Channels));
    }

    /// <summary>The class that a model gives each window, in integers.</summary>
    public int[] Answers(byte[] model, int threads)
    {
        int[] answers = new int[Count];
        int parts = Math.Max(1, threads);
        _ = Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part =>
        {
            ModelRunner runner = new(model);
            double[] values = new double[Channels];
            for (int sample = part; sample < Count; sample += parts)
            {
                runner.Reset();
                for (int tick = 0; tick < Ticks; tick++)
                {
                    Tick(sample, tick, values);
                    runner.Step(values);
                }

                answers[sample] = runner.Answer();
            }
        });
        return answers;
    }

    /// <summary>Share of answers that are right.</summary>
    public double Accuracy(IReadOnlyList<int> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return answers.Where((a, i) => a == _windows.Labels[_indices[i]]).Count() / (double)Count;
    }
}
