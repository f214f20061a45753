using System;
using System.Collections.Generic;
using EdgeSpike.Demos.Har;

namespace EdgeSpike.Training.Har;

/// <summary>How windows are changed at random while a network learns from them.</summary>
public sealed record HarAugmentation
{
    /// <summary>Cut a window anywhere in an uninterrupted recording, not only where the data set did.</summary>
    public bool Shift { get; init; } = true;

    /// <summary>Standard deviation of a turn of both sensors about a random axis, in degrees.</summary>
    public float Turn { get; init; } = 15;

    /// <summary>Standard deviation of the logarithm of a factor on each axis.</summary>
    public float Scale { get; init; } = 0.1f;

    /// <summary>Standard deviation of noise on each sample, in units of 10 m/s² and 3 rad/s.</summary>
    public float Noise { get; init; } = 0.01f;

    /// <summary>Largest logarithm of a factor on the speed of the movement.</summary>
    public float Warp { get; init; } = 0.15f;

    /// <summary>Share of windows turned by 180° about the watch's normal: worn the other way round.</summary>
    public float Flip { get; init; }

    /// <summary>Share of windows mirrored across the arm: worn on the other wrist.</summary>
    public float Mirror { get; init; }

    /// <summary>Share of windows in which one sensor is silent.</summary>
    public float Drop { get; init; }
}

/// <summary>
/// Some windows of the wrist as a network takes them: a tick holds <see cref="SamplesPerTick"/> samples of 6 channels one
/// after another, accelerometer in units of 10 m/s², gyroscope in 3 rad/s.
/// </summary>
/// <remarks>
/// A change at random (Load with a key) shifts and warps, flips and mirrors, turns and scales, in this order. Where it shifts or warps, it takes
/// samples from the windows before and after of the same subject and activity, when they follow without a gap and belong
/// to these windows: none that judges is ever seen.
/// </remarks>
public sealed class HarTrainingData : ITrainingData
{
    /// <summary>Value of an accelerometer's or gyroscope's integer step (0.001 m/s², 0.001 rad/s) in a network's units.</summary>
    public static float Step(int channel) => channel < 3 ? 1e-4f : 1f / 3000;

    private const int Samples = HarWindows.Ticks, Axes = HarWindows.Channels;
    private readonly HarWindows _windows;
    private readonly int[] _indices;
    private readonly int[] _previous, _next;
    private readonly HarAugmentation _augmentation;

    /// <summary>Takes the windows of these numbers.</summary>
    public HarTrainingData(HarWindows windows, IReadOnlyList<int> indices, int samplesPerTick, HarAugmentation? augmentation = null)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(indices);
        if (samplesPerTick < 1 || Samples % samplesPerTick != 0) throw new ArgumentException($"{samplesPerTick} samples do not divide {Samples}", nameof(samplesPerTick));
        _windows = windows;
        _indices = [.. indices];
        _augmentation = augmentation ?? new HarAugmentation();
        SamplesPerTick = samplesPerTick;
        _previous = new int[windows.Count];
        _next = new int[windows.Count];
        Array.Fill(_previous, -1);
        Array.Fill(_next, -1);
        int[] sorted = [.. _indices];
        Array.Sort(sorted);
        for (int i = 1; i < sorted.Length; i++)
        {
            (int a, int b) = (sorted[i - 1], sorted[i]);
            long elapsed = windows.StartTimestamps[b] - windows.StartTimestamps[a];
            // 40 samples of 50 ms, give or take one.
            if (windows.Subjects[a] != windows.Subjects[b] || windows.Labels[a] != windows.Labels[b] || elapsed is < 1_900_000_000 or > 2_100_000_000) continue;
            (_next[a], _previous[b]) = (b, a);
        }
    }

    /// <summary>Samples that one tick takes.</summary>
    public int SamplesPerTick { get; }

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public int Ticks => Samples / SamplesPerTick;

    /// <inheritdoc/>
    public int Channels => Axes * SamplesPerTick;

    /// <inheritdoc/>
    public int Classes => HarWindows.Classes;

    /// <inheritdoc/>
    public int Label(int index) => _windows.Labels[_indices[index]];

    /// <inheritdoc/>
    public void Load(int index, ulong key, float[] target, int first, int stride)
    {
        ArgumentNullException.ThrowIfNull(target);
        int window = _indices[index];
        if (key == 0)
        {
            ReadOnlySpan<short> samples = _windows.Window(window);
            for (int i = 0; i < samples.Length; i++) target[first + i * stride] = samples[i] * Step(i % Axes);
            return;
        }

        TrainingRandom random = new(key);
        Change(window, ref random, target, first, stride);
    }

    private void Change(int window, ref TrainingRandom random, float[] target, int first, int stride)
    {
        // Positions count samples from the window's first; what is there reaches from low to high.
        float low = 0, high = Samples - 1;
        if (_augmentation.Shift)
        {
            if (_previous[window] >= 0) low = -Samples;
            if (_next[window] >= 0) high = 2 * Samples - 1;
        }

        float speed = MathF.Exp(random.Uniform(-_augmentation.Warp, _augmentation.Warp));
        speed = Math.Min(speed, (high - low) / (Samples - 1));
        float span = speed * (Samples - 1);
        float middle = (Samples - 1 - span) / 2, reach = _augmentation.Shift ? Samples / 2f : 0;
        float start = Math.Clamp(middle + random.Uniform(-reach, reach), low, high - span);

        Span<float> turn = stackalloc float[9];
        Rotation(ref random, _augmentation.Turn * (MathF.PI / 180), turn);
        Span<float> factor = stackalloc float[Axes];
        for (int c = 0; c < Axes; c++) factor[c] = MathF.Exp(_augmentation.Scale * random.Normal());
        if (random.Uniform() < _augmentation.Drop)
        {
            int sensor = random.Below(2) * 3;
            factor.Slice(sensor, 3).Clear();
        }

        bool flip = _augmentation.Flip > 0 && random.Uniform() < _augmentation.Flip, mirror = _augmentation.Mirror > 0 && random.Uniform() < _augmentation.Mirror;
        Span<float> sample = stackalloc float[Axes];
        for (int i = 0; i < Samples; i++)
        {
            float position = start + speed * i;
            int whole = Math.Clamp((int)MathF.Floor(position), (int)low, (int)high - 1);
            float share = position - whole;
            for (int c = 0; c < Axes; c++)
            {
                float a = At(window, whole, c), b = At(window, whole + 1, c);
                sample[c] = (a + share * (b - a)) * Step(c);
            }

            if (flip) (sample[0], sample[1], sample[3], sample[4]) = (-sample[0], -sample[1], -sample[3], -sample[4]);
            // Rotation is a pseudovector: a mirror turns round what lies in it.
            if (mirror) (sample[0], sample[4], sample[5]) = (-sample[0], -sample[4], -sample[5]);
            for (int c = 0; c < Axes; c++)
            {
                int row = c % 3 * 3, triad = c / 3 * 3;
                float value = turn[row] * sample[triad] + turn[row + 1] * sample[triad + 1] + turn[row + 2] * sample[triad + 2];
                target[first + (i * Axes + c) * stride] = factor[c] * (value + _augmentation.Noise * (random.Uniform() + random.Uniform() + random.Uniform() - 1.5f) * 2);
            }
        }
    }

    private int At(int window, int sample, int channel)
    {
        if (sample < 0) (window, sample) = (_previous[window], sample + Samples);
        else if (sample >= Samples) (window, sample) = (_next[window], sample - Samples);
        return _windows.Samples[(window * Samples + sample) * Axes + channel];
    }

    // A turn by a normal angle about a random axis (Rodrigues).
    private static void Rotation(ref TrainingRandom random, float deviation, Span<float> matrix)
    {
        float x = random.Normal(), y = random.Normal(), z = random.Normal(), angle = deviation * random.Normal();
        float length = MathF.Max(1e-6f, MathF.Sqrt(x * x + y * y + z * z));
        (x, y, z) = (x / length, y / length, z / length);
        float c = MathF.Cos(angle), s = MathF.Sin(angle), k = 1 - c;
        matrix[0] = c + x * x * k;
        matrix[1] = x * y * k - z * s;
        matrix[2] = x * z * k + y * s;
        matrix[3] = y * x * k + z * s;
        matrix[4] = c + y * y * k;
        matrix[5] = y * z * k - x * s;
        matrix[6] = z * x * k - y * s;
        matrix[7] = z * y * k + x * s;
        matrix[8] = c + z * z * k;
    }
}
