using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Serialization;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Runtime;

namespace EdgeSpike.Demos.Har;

/// <summary>One answer.</summary>
/// <param name="Window">Which window.</param>
/// <param name="Label">What the hand did.</param>
/// <param name="Answer">What the model says.</param>
/// <param name="Confidence">How sure it is, 0 to 1.</param>
/// <param name="Ticks">Ticks to the answer.</param>
/// <param name="Spikes">Spikes of each layer until then.</param>
/// <param name="SynapticOperations">Products of a weight and an active source until then.</param>
/// <param name="NeuronUpdates">Neurons and state elements updated until then.</param>
public sealed record HarAnswer(int Window, int Label, int Answer, double Confidence, int Ticks, long[] Spikes, long SynapticOperations, long NeuronUpdates)
{
    /// <summary>The input of each tick, to be replayed elsewhere; empty unless asked for.</summary>
    [JsonIgnore]
    public IReadOnlyList<int[]> Inputs { get; init; } = [];
}

/// <summary>What a run of the demo gave.</summary>
public sealed record HarResult
{
    /// <summary>The model's file name.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of it.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Bytes of it.</summary>
    public required int ModelBytes { get; init; }

    /// <summary>Working memory.</summary>
    public required int ArenaBytes { get; init; }

    /// <summary>What the windows are; begins with "simulated" where they are.</summary>
    public required string Source { get; init; }

    /// <summary>No person made these movements.</summary>
    public required bool Simulated { get; init; }

    /// <summary>Ticks of a whole window.</summary>
    public required int WindowTicks { get; init; }

    /// <summary>Whether it may answer early.</summary>
    public required bool EarlyExit { get; init; }

    /// <summary>What its confidence rests on; null: on nothing, and it tells none.</summary>
    public required ExitCalibration? Calibration { get; init; }

    /// <summary>Layers that spike.</summary>
    public required IReadOnlyList<HarLayer> Layers { get; init; }

    /// <summary>All answers in order.</summary>
    public required IReadOnlyList<HarAnswer> Answers { get; init; }

    /// <summary>Where it ran, beside here; null: only here.</summary>
    public string? Device { get; init; }

    /// <summary>Ticks whose checksum on the device was the host's; it ends at the first that is not.</summary>
    public long? SameTicks { get; init; }

    /// <summary>What the resampler counted; null: the windows came whole.</summary>
    public HarStreamCounts? Stream { get; init; }

    /// <summary>How often each class was taken for each.</summary>
    public Confusion Confusion => Confusion.Of([.. Answers.Select(a => a.Label)], [.. Answers.Select(a => a.Answer)], HarWindows.Classes, HarWindows.ActivityNames);

    /// <summary>Ticks to an answer, on average.</summary>
    public double MeanTicks => Answers.Average(a => a.Ticks);

    /// <summary>Synaptic operations of a window, on average.</summary>
    public double SynapticOperations => Answers.Average(a => a.SynapticOperations);

    /// <summary>Neuron updates of a window, on average.</summary>
    public double NeuronUpdates => Answers.Average(a => a.NeuronUpdates);

    /// <summary>Spikes per neuron and tick of each layer.</summary>
    public IReadOnlyList<double> Rates => [.. Layers.Select((l, i) => Answers.Sum(a => (double)a.Spikes[i]) / Answers.Sum(a => (double)a.Ticks * l.Neurons))];
}

/// <summary>What a stream went through.</summary>
/// <param name="Sent">Samples that arrived.</param>
/// <param name="Used">Of them, part of the signal.</param>
/// <param name="Reordered">Late ones that were put in their place; among those used.</param>
/// <param name="Duplicates">Of a time that was there already.</param>
/// <param name="Late">Too late.</param>
/// <param name="Corrupt">Damaged.</param>
/// <param name="Lost">Never arrived, as the period tells.</param>
/// <param name="Gaps">Silences too long to bridge.</param>
public sealed record HarStreamCounts(long Sent, long Used, long Reordered, long Duplicates, long Late, long Corrupt, long Lost, long Gaps);

/// <summary>Runs windows, or a stream, through a model as a device would, and keeps what each answer took.</summary>
public static class HarDemo
{
    /// <summary>The troubles of the simulated sensor: what a cheap board on a loose wire does.</summary>
    public static StreamTroubles Troubles { get; } = new() { Rate = 50, RateError = 0.01, Jitter = 0.002, Lost = 0.01, Late = 0.01, Doubled = 0.002, Corrupt = 0.001 };

    /// <summary>The resampler's settings for it.</summary>
    public static ResamplerSettings StreamSettings(StreamTroubles troubles)
    {
        ArgumentNullException.ThrowIfNull(troubles);
        int[] limits = new int[HarWindows.Channels];
        // Full scale of the simulated sensor, 2 g and 32.767 rad/s; what is beyond is damaged.
        for (int c = 0; c < limits.Length; c++) limits[c] = c < 3 ? 19613 : short.MaxValue - 1;
        return new ResamplerSettings { InputPeriodMicroseconds = (int)Math.Round(1e6 / troubles.Rate), Reorder = troubles.MostLate + 1, Limits = limits, FrozenSamples = 100, RateTolerancePercent = 10 };
    }

    /// <summary>Answers windows one by one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rule">Gains and limits; null: neither confidence nor early answers.</param>
    /// <param name="windows">All windows.</param>
    /// <param name="chosen">Which, in order.</param>
    /// <param name="keepInputs">Fill <see cref="HarAnswer.Inputs"/>.</param>
    public static IEnumerable<HarAnswer> Run(HarModel model, Confidence? rule, HarWindows windows, IEnumerable<int> chosen, bool keepInputs = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(chosen);
        return Answers();

        IEnumerable<HarAnswer> Answers()
        {
            WindowClassifier classifier = model.Classifier(rule);
            InputRecorder? recorder = Recorder(classifier, keepInputs);
            short[] samples = new short[HarWindows.Ticks * HarWindows.Channels];
            foreach (int n in chosen)
            {
                windows.Window(n).CopyTo(samples);
                classifier.Restart();
                for (int s = 0; s < HarWindows.Ticks; s++)
                {
                    if (!classifier.Push(samples, s * HarWindows.Channels)) continue;
                    yield return Taken(model, classifier, recorder, n, windows.Labels[n]);
                    break;
                }
            }
        }
    }

    /// <summary>Answers a simulated stream: raw samples at their own times, resampled, window after window.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rule">Gains and limits.</param>
    /// <param name="stream">The sensor.</param>
    /// <param name="resampler">Prepared; afterwards it tells what the stream went through.</param>
    /// <param name="count">Answers wanted.</param>
    /// <param name="keepInputs">Fill <see cref="HarAnswer.Inputs"/>.</param>
    public static IEnumerable<HarAnswer> Run(HarModel model, Confidence? rule, SimulatedStream stream, Resampler resampler, int count, bool keepInputs = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(resampler);
        return Answers();

        IEnumerable<HarAnswer> Answers()
        {
            WindowClassifier classifier = model.Classifier(rule);
            InputRecorder? recorder = Recorder(classifier, keepInputs);
            StreamClassifier whole = new(resampler, classifier, HarWindows.Channels);
            short[] values = new short[HarWindows.Channels];
            for (int n = 0; n < count;)
            {
                long time = stream.Next(values);
                whole.Push(time, values, 0);
                while (n < count && whole.Next()) yield return Taken(model, classifier, recorder, n++, stream.ActivityAt(resampler.Time));
            }
        }
    }

    /// <summary>What the resampler counted.</summary>
    public static HarStreamCounts Counts(SimulatedStream stream, Resampler resampler)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(resampler);
        return new HarStreamCounts(stream.Sent, resampler.Used, resampler.Reordered, resampler.Duplicates, resampler.Late, resampler.Corrupt, resampler.Lost, resampler.Gaps);
    }

    /// <summary>Windows in turn of every activity, each drawn without return, until there are enough or none is left.</summary>
    public static int[] Choose(HarWindows windows, IReadOnlyList<int> from, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(from);
        SplitMix64 random = new(seed);
        Queue<int>[] queues = new Queue<int>[HarWindows.Classes];
        for (int c = 0; c < queues.Length; c++)
        {
            int[] those = [.. from.Where(n => windows.Labels[n] == c)];
            random.Shuffle(those);
            queues[c] = new Queue<int>(those);
        }

        List<int> chosen = [];
        while (chosen.Count < count && queues.Any(q => q.Count > 0))
            foreach (Queue<int> queue in queues)
                if (chosen.Count < count && queue.Count > 0) chosen.Add(queue.Dequeue());
        return [.. chosen];
    }

    private static HarAnswer Taken(HarModel model, WindowClassifier classifier, InputRecorder? recorder, int window, int label)
    {
        Operator[] operators = classifier.Interpreter.Model.Operators;
        return new HarAnswer(window, label, classifier.Answer, (double)classifier.AnswerConfidence / Confidence.One, classifier.Ticks,
            [.. model.Layers.Select(l => operators[l.Operator].Spikes)], operators.Sum(o => o.SynapticOperations), operators.Sum(o => o.NeuronUpdates))
        {
            Inputs = recorder?.Take() ?? [],
        };
    }

    private static InputRecorder? Recorder(WindowClassifier classifier, bool wanted)
    {
        if (!wanted) return null;
        InputRecorder recorder = new(classifier);
        classifier.Observer = recorder;
        return recorder;
    }

    private sealed class InputRecorder(WindowClassifier classifier) : StepObserver
    {
        private readonly List<int[]> _inputs = [];

        public override void After(int index)
        {
            if (index != 0) return;
            // A window that was given up has left its ticks behind.
            if (classifier.Ticks < _inputs.Count) _inputs.RemoveRange(classifier.Ticks, _inputs.Count - classifier.Ticks);
            _inputs.Add([.. classifier.Input]);
        }

        public IReadOnlyList<int[]> Take() => [.. _inputs.Take(classifier.Ticks)];
    }
}
