using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Inference;

/// <summary>What of a layer is recorded.</summary>
public enum SignalKind
{
    /// <summary>Spikes of a layer that spikes, the values of any other.</summary>
    Output,

    /// <summary>Spikes, 0, 1 or a count.</summary>
    Spikes,

    /// <summary>The membrane at the end of a tick, in real units.</summary>
    Membrane,
}

/// <summary>One signal to record.</summary>
/// <param name="Layer">Name in the source file.</param>
/// <param name="Kind">Which of its signals.</param>
public sealed record SignalRequest(string Layer, SignalKind Kind);

/// <summary>A network that runs recordings, be it the float reference or the integers of a model file.</summary>
public interface IPlaybackEngine
{
    /// <summary>"float64", "float32" or "integers".</summary>
    string Name { get; }

    /// <summary>Shape of the input of one tick.</summary>
    Shape InputShape { get; }

    /// <summary>Names of the classes, or empty.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>Finds a signal: its elements, and whether it is spikes.</summary>
    /// <exception cref="ConversionException">There is no such layer, or it has no such signal.</exception>
    (int Width, bool Spikes) Find(SignalRequest request);

    /// <summary>Back to before the first tick.</summary>
    void Reset();

    /// <summary>One tick; afterwards the signals of <paramref name="requests"/> are in <paramref name="signals"/>.</summary>
    void Step(ReadOnlySpan<double> input, IReadOnlyList<SignalRequest> requests, double[][] signals);

    /// <summary>What the read-out has made of the recording: a number for each class.</summary>
    double[] Scores();

    /// <summary>Index of the answer.</summary>
    int Answer();

    /// <summary>Values that met a limit since the reset; 0 for floating point.</summary>
    long Saturations();
}

/// <summary>What a set of recordings gave.</summary>
public sealed record PlaybackResult
{
    /// <summary>Arithmetic.</summary>
    public required string Engine { get; init; }

    /// <summary>Recordings.</summary>
    public required int Samples { get; init; }

    /// <summary>Ticks of each.</summary>
    public required int Ticks { get; init; }

    /// <summary>The answer for each.</summary>
    public required int[] Answers { get; init; }

    /// <summary>The score of each class for each.</summary>
    public required double[][] Scores { get; init; }

    /// <summary>Values that met a limit, over all.</summary>
    public required long Saturations { get; init; }

    /// <summary>The signals asked for: [samples, ticks, n], uint8 for spikes, float32 for the rest.</summary>
    public required IReadOnlyList<NumericArray> Signals { get; init; }
}

/// <summary>Runs a set of recordings, each from a reset, and keeps what was asked for.</summary>
public static class Playback
{
    /// <summary>Runs.</summary>
    /// <param name="engine">The network.</param>
    /// <param name="samples">Recordings.</param>
    /// <param name="requests">Signals to keep.</param>
    /// <param name="progress">Share done; null for none.</param>
    /// <exception cref="ConversionException">A signal does not exist, or there is more of it than one array holds.</exception>
    public static PlaybackResult Run(IPlaybackEngine engine, SampleSet samples, IReadOnlyList<SignalRequest> requests, IProgress<double>? progress)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(requests);
        (int Width, bool Spikes)[] found = [.. requests.Select(engine.Find)];
        double[][] signals = [.. found.Select(f => new double[f.Width])];
        byte[]?[] spikes = new byte[requests.Count][];
        float[]?[] values = new float[requests.Count][];
        for (int r = 0; r < requests.Count; r++)
        {
            long elements = (long)samples.Count * samples.Ticks * found[r].Width;
            if (elements > Array.MaxLength / sizeof(float))
                throw new ConversionException(ErrorCode.Unsupported, $"layer '{requests[r].Layer}'", $"{elements} values to record", "record fewer recordings at a time");
            if (found[r].Spikes) spikes[r] = new byte[elements];
            else values[r] = new float[elements];
        }

        int[] answers = new int[samples.Count];
        double[][] scores = new double[samples.Count][];
        double[] input = new double[samples.Channels];
        long saturations = 0;
        for (int n = 0; n < samples.Count; n++)
        {
            engine.Reset();
            for (int t = 0; t < samples.Ticks; t++)
            {
                if ((t & 255) == 0) progress?.Report((n + (double)t / samples.Ticks) / samples.Count);
                samples.ReadTick(n, t, input);
                engine.Step(input, requests, signals);
                for (int r = 0; r < signals.Length; r++) Keep(signals[r], ((long)n * samples.Ticks + t) * signals[r].Length, spikes[r], values[r]);
            }

            scores[n] = engine.Scores();
            answers[n] = engine.Answer();
            saturations += engine.Saturations();
        }

        return new PlaybackResult
        {
            Engine = engine.Name,
            Samples = samples.Count,
            Ticks = samples.Ticks,
            Answers = answers,
            Scores = scores,
            Saturations = saturations,
            Signals = [.. found.Select((f, r) => f.Spikes ? NumericArray.From(spikes[r], samples.Count, samples.Ticks, f.Width) : NumericArray.From(values[r], samples.Count, samples.Ticks, f.Width))],
        };
    }

    private static void Keep(double[] signal, long at, byte[]? spikes, float[]? values)
    {
        if (spikes is not null)
            for (int i = 0; i < signal.Length; i++) spikes[at + i] = (byte)signal[i];
        else
            for (int i = 0; i < signal.Length; i++) values![at + i] = (float)signal[i];
    }
}
