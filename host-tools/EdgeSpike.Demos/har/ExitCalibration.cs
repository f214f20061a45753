using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Runtime;

namespace EdgeSpike.Demos.Har;

/// <summary>One way to stop early: an answer as soon as its doubt is no more than a limit.</summary>
/// <param name="Limit">Largest doubt (<see cref="Confidence"/>); −1: never early.</param>
/// <param name="Threshold">The confidence that this asks for.</param>
/// <param name="MeanTicks">Ticks to an answer, on average.</param>
/// <param name="Accuracy">Share of right answers.</param>
public sealed record ExitPoint(int Limit, double Threshold, double MeanTicks, double Accuracy);

/// <summary>
/// When a model may answer early: a gain for each tick and a limit of doubt, from windows that neither train nor judge it.
/// Serialised, it is the file <c>har.exit.json</c> beside the model.
/// </summary>
/// <remarks>
/// The gains are the temperatures that make the scores at a tick the most likely (Guo, Pleiss, Sun, Weinberger, <i>On
/// Calibration of Modern Neural Networks</i>, ICML 2017), in base 2. The limits lie on a Pareto front of ticks against
/// accuracy, as in Dynamic Confidence (Li, Jones, Furber, ICCV 2023); taken is the one with the fewest ticks that loses no more
/// than was allowed.
/// </remarks>
public sealed record ExitCalibration
{
    /// <summary>SHA-256 of the model.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>What windows it is from.</summary>
    public required string Source { get; init; }

    /// <summary>How many.</summary>
    public required int Windows { get; init; }

    /// <summary>Largest loss of accuracy that was allowed, as a share.</summary>
    public required double MostLost { get; init; }

    /// <summary>Gains, one a tick (<see cref="Confidence"/>).</summary>
    public required int[] Gains { get; init; }

    /// <summary>Their shift: so that the largest has 15 bits.</summary>
    public required int Shift { get; init; }

    /// <summary>Share of right answers after the last tick.</summary>
    public required double FullAccuracy { get; init; }

    /// <summary>What was taken.</summary>
    public required ExitPoint Chosen { get; init; }

    /// <summary>The Pareto front, by rising ticks.</summary>
    public required IReadOnlyList<ExitPoint> Front { get; init; }

    /// <summary>The rule that stops early, or with <paramref name="early"/> false only tells the confidence.</summary>
    public Confidence Rule(bool early)
    {
        int[] limits = new int[Gains.Length];
        Array.Fill(limits, early ? Chosen.Limit : -1);
        return new Confidence(Gains, Shift, limits);
    }

    /// <summary>Calibrates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="windows">Windows with labels.</param>
    /// <param name="chosen">Which of them.</param>
    /// <param name="source">What they are, for the record.</param>
    /// <param name="mostLost">Allowed loss, as a share: 0.002 is 0.2 points.</param>
    /// <param name="progress">Share done; null for none.</param>
    public static ExitCalibration Of(HarModel model, HarWindows windows, IReadOnlyList<int> chosen, string source, double mostLost, IProgress<double>? progress)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(chosen);
        ScoreTrace[] traces = ScoreTrace.Of(model, windows, chosen, progress);
        double[] octaves = [.. Enumerable.Range(0, model.Ticks).Select(t => Gain(traces, t))];
        int shift = (int)Math.Clamp(14 - Math.Ceiling(Math.Log2(16 * octaves.Max())), 0, 62);
        int[] gains = [.. octaves.Select(o => (int)Math.Clamp(Math.Round(16 * o * Math.Pow(2, shift)), 1, int.MaxValue))];
        Confidence rule = new(gains, shift, null);
        List<ExitPoint> points = [Point(traces, rule, -1)];
        // Four thresholds an octave of odds, from even odds to one in a million.
        for (int k = 0; k <= 80; k++) points.Add(Point(traces, rule, (int)Math.Round(Confidence.One * Math.Pow(2, -k / 4.0))));
        ExitPoint taken = points.Where(p => p.Accuracy >= points[0].Accuracy - mostLost - 1e-12).MinBy(p => p.MeanTicks)!;
        return new ExitCalibration
        {
            ModelSha256 = model.Sha256, Source = source, Windows = chosen.Count, MostLost = mostLost, Gains = gains, Shift = shift, FullAccuracy = points[0].Accuracy, Chosen = taken,
            Front = [.. points.Where(p => !points.Any(q => q.MeanTicks <= p.MeanTicks && q.Accuracy >= p.Accuracy && (q.MeanTicks < p.MeanTicks || q.Accuracy > p.Accuracy))).DistinctBy(p => (p.MeanTicks, p.Accuracy)).OrderBy(p => p.MeanTicks)],
        };
    }

    /// <summary>The calibration that comes with the demo, if it is of this model.</summary>
    public static ExitCalibration? Included(HarModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using Stream? stream = typeof(ExitCalibration).Assembly.GetManifestResourceStream("har.exit.json");
        if (stream is null) return null;
        ExitCalibration? read = JsonSerializer.Deserialize<ExitCalibration>(stream, ReportWriter.Json);
        return read is not null && read.ModelSha256 == model.Sha256 && read.Gains.Length == model.Ticks && read.Rule(true).Check() == StreamError.None ? read : null;
    }

    /// <summary>What a limit gives on traces of scores.</summary>
    internal static ExitPoint Point(ScoreTrace[] traces, Confidence rule, int limit)
    {
        long ticks = 0;
        int right = 0;
        foreach (ScoreTrace trace in traces)
        {
            int t = 0;
            while (t < trace.Ticks - 1 && (limit < 0 || rule.Doubt(trace.Scores[t], HarWindows.Classes, trace.Best[t], t) > limit)) t++;
            ticks += t + 1;
            if (trace.Best[t] == trace.Label) right++;
        }

        return new ExitPoint(limit, limit < 0 ? 1 : 1 / (1 + (double)limit / Confidence.One), (double)ticks / traces.Length, (double)right / traces.Length);
    }

    /// <summary>The gain that makes the labels most likely at a tick: the likelihood has one summit, found by thirds.</summary>
    private static double Gain(ScoreTrace[] traces, int tick)
    {
        // In octaves a unit of score, as a power of 2.
        double low = -44, high = 4;
        for (int i = 0; i < 40; i++)
        {
            double a = low + (high - low) / 3, b = high - (high - low) / 3;
            if (Loss(traces, tick, Math.Pow(2, a)) < Loss(traces, tick, Math.Pow(2, b))) high = b;
            else low = a;
        }

        return Math.Pow(2, low);
    }

    private static double Loss(ScoreTrace[] traces, int tick, double octaves)
    {
        double loss = 0;
        foreach (ScoreTrace trace in traces)
        {
            long[] scores = trace.Scores[tick];
            long best = scores[trace.Best[tick]];
            double sum = 0;
            foreach (long score in scores) sum += Math.Pow(2, (score - best) * octaves);
            loss += Math.Log2(sum) + (best - scores[trace.Label]) * octaves;
        }

        return loss;
    }
}

/// <summary>The scores of a window after every tick.</summary>
internal sealed class ScoreTrace
{
    private ScoreTrace(int label, long[][] scores, int[] best)
    {
        Label = label;
        Scores = scores;
        Best = best;
    }

    public int Label { get; }

    public long[][] Scores { get; }

    public int[] Best { get; }

    public int Ticks => Best.Length;

    public static ScoreTrace[] Of(HarModel model, HarWindows windows, IReadOnlyList<int> chosen, IProgress<double>? progress)
    {
        if (chosen.Count == 0) throw new ConversionException(ErrorCode.InputMismatch, "calibration", "no windows", "give more windows");
        ScoreTrace[] traces = new ScoreTrace[chosen.Count];
        WindowClassifier classifier = model.Classifier(null);
        short[] samples = new short[HarWindows.Ticks * HarWindows.Channels];
        for (int i = 0; i < traces.Length; i++)
        {
            if (i % 64 == 0) progress?.Report((double)i / traces.Length);
            windows.Window(chosen[i]).CopyTo(samples);
            classifier.Restart();
            long[][] scores = new long[model.Ticks][];
            int[] best = new int[model.Ticks];
            for (int s = 0; s < HarWindows.Ticks; s++)
            {
                classifier.Push(samples, s * HarWindows.Channels);
                if ((s + 1) % model.SamplesPerTick != 0) continue;
                scores[classifier.Ticks - 1] = [.. classifier.Scores];
                best[classifier.Ticks - 1] = classifier.Answer;
            }

            traces[i] = new ScoreTrace(windows.Labels[chosen[i]], scores, best);
        }

        return traces;
    }
}
