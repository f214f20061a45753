using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeSpike.Training;

/// <summary>What an epoch gave.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Rate">Learning rate of its last step.</param>
/// <param name="Loss">Mean loss of its windows while they were learnt from.</param>
/// <param name="Accuracy">Share of them that was right, with dropout and changed windows.</param>
/// <param name="Validation">Share right of the validation windows, or NaN.</param>
/// <param name="Seconds">Time it took.</param>
public sealed record EpochResult(int Epoch, float Rate, double Loss, double Accuracy, double Validation, double Seconds);

/// <summary>
/// Trains a network: shuffled batches, each of shards of 64 windows that run on any thread, gradients added in the order of
/// the shards, one AdamW step, a running mean of the weights.
/// </summary>
/// <remarks>
/// What is drawn at random depends on seed, epoch and window alone, and every sum has one order: the result is the same for
/// any number of threads, and after a checkpoint the same as without. The last windows of an epoch that do not fill a shard
/// wait for another epoch.
/// </remarks>
public sealed class Trainer
{
    private const int Lanes = BatchMatrix.Lanes;
    private readonly Network _network;
    private readonly TrainingOptions _options;
    private readonly ITrainingData _data;
    private readonly Shard[] _shards;
    private readonly float[] _tickWeights;
    private readonly NormalizationMomentum[] _normalizations;

    /// <summary>Takes all memory.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="options">How.</param>
    /// <param name="teachers">Networks on the same windows whose mean answer is part of the target; may be none.</param>
    public Trainer(Network network, ITrainingData data, TrainingOptions options, params Network[] teachers)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(teachers);
        if (options.Batch < Lanes || options.Batch % Lanes != 0) throw new ArgumentException($"a batch of {options.Batch} is not a multiple of {Lanes}", nameof(options));
        (_network, _data, _options) = (network, data, options);
        _tickWeights = options.TickWeightsFor(data.Ticks);
        _shards = [.. Enumerable.Range(0, options.Batch / Lanes).Select(_ => new Shard(network, data, _tickWeights, options, teachers))];
        Optimizer = new Adam(network) { WeightDecay = options.WeightDecay, LargestNorm = options.LargestNorm };
        Average = [.. network.Parameters.Select(p => (float[])p.Value.Clone())];
        _normalizations = [.. network.Normalizations.Select((n, i) => new NormalizationMomentum(n, i))];
    }

    /// <summary>The optimiser with its moments.</summary>
    public Adam Optimizer { get; }

    /// <summary>Running mean of the parameters, corrected for its start.</summary>
    internal float[][] Average { get; }

    /// <summary>When set, the forward pass runs in these integers.</summary>
    internal IntegerForward? Integers { get; set; }

    /// <summary>
    /// From now on the forward pass is the runtime's integer arithmetic with the scales of a model that the network, folded,
    /// was converted to. Give a new one before every epoch: the scales follow the weights.
    /// </summary>
    public void UseIntegers(byte[] model, IReadOnlyList<float> inputUnits)
    {
        Integers = new IntegerForward(_network, model, inputUnits);
        foreach (Shard shard in _shards) shard.Scratch = Integers.CreateScratch();
    }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; internal set; }

    /// <summary>Best validation so far.</summary>
    public double Best { get; internal set; } = double.NegativeInfinity;

    /// <summary>Epoch of it.</summary>
    public int BestEpoch { get; internal set; }

    /// <summary>What the epochs gave, those before a checkpoint included.</summary>
    public IReadOnlyList<EpochResult> History => Results;

    internal List<EpochResult> Results { get; } = [];

    /// <summary>True when all epochs are done or patience is at its end.</summary>
    public bool IsDone => Epoch >= _options.Epochs || (_options.Patience > 0 && Epoch - BestEpoch >= _options.Patience && BestEpoch > 0);

    /// <summary>One epoch.</summary>
    /// <param name="validation">Judged afterwards with the averaged weights; null: not judged.</param>
    /// <param name="progress">Takes the share of the epoch done.</param>
    /// <param name="cancellation">Stops it between steps; the network is then in the middle of an epoch.</param>
    public EpochResult RunEpoch(ITrainingData? validation, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        int[] order = Order(Epoch);
        int shardsOfEpoch = order.Length / Lanes, steps = (shardsOfEpoch + _shards.Length - 1) / _shards.Length;
        double loss = 0;
        int right = 0;
        float rate = 0;
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = step * _shards.Length, count = Math.Min(_shards.Length, shardsOfEpoch - first);
            rate = _options.RateAt(Optimizer.Steps, steps);
            Integers?.Refresh();
            void Run(int s) => _shards[s].Run(order.AsSpan((first + s) * Lanes, Lanes), Epoch, count * Lanes, Integers);
            if (_options.Threads <= 1 || count == 1)
                for (int s = 0; s < count; s++) Run(s);
            else _ = Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads }, Run);
            float[][] sum = _shards[0].Gradients;
            for (int s = 1; s < count; s++)
                for (int p = 0; p < sum.Length; p++) BatchMatrix.Add(sum[p], _shards[s].Gradients[p], 0, 1);
            for (int s = 0; s < count; s++)
            {
                loss += _shards[s].Loss;
                right += _shards[s].Right;
                foreach (NormalizationMomentum normalization in _normalizations) normalization.Take(_shards[s].Pass);
            }

            Optimizer.Step(sum, rate);
            UpdateAverage();
            progress?.Report((double)(step + 1) / steps);
        }

        Epoch++;
        double judged = double.NaN;
        if (validation is not null)
        {
            using (Averaged()) judged = Evaluation.Accuracy(_network, validation, _options.Threads);
            if (judged > Best) (Best, BestEpoch) = (judged, Epoch);
        }

        int windows = shardsOfEpoch * Lanes;
        Results.Add(new EpochResult(Epoch, rate, loss / windows, (double)right / windows, judged, watch.Elapsed.TotalSeconds));
        return Results[^1];
    }

    /// <summary>Takes the averaged weights until disposed.</summary>
    public IDisposable Averaged() => new Swap(_network, Average, _options.Averaging > 0);

    /// <summary>Leaves the averaged weights in the network: the end of training.</summary>
    public void Finish()
    {
        if (_options.Averaging == 0) return;
        foreach (Parameter parameter in _network.Parameters) Average[parameter.Index].CopyTo(parameter.Value, 0);
    }

    private int[] Order(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, _data.Count)];
        TrainingRandom random = new((ulong)_options.Seed, (ulong)epoch, 1);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    // The decay grows from 0, so that the first weights do not stay in the mean.
    private void UpdateAverage()
    {
        if (_options.Averaging == 0) return;
        float keep = Math.Min(_options.Averaging, (1f + Optimizer.Steps) / (10f + Optimizer.Steps));
        foreach (Parameter parameter in _network.Parameters)
        {
            float[] average = Average[parameter.Index], value = parameter.Value;
            for (int i = 0; i < value.Length; i++) average[i] += (1 - keep) * (value[i] - average[i]);
        }
    }

    private sealed class Swap : IDisposable
    {
        private readonly Network _network;
        private readonly float[][] _kept;

        public Swap(Network network, float[][] values, bool use)
        {
            _network = network;
            _kept = use ? [.. network.Parameters.Select(p => (float[])p.Value.Clone())] : [];
            if (use) foreach (Parameter parameter in network.Parameters) values[parameter.Index].CopyTo(parameter.Value, 0);
        }

        public void Dispose()
        {
            for (int i = 0; i < _kept.Length; i++) _kept[i].CopyTo(_network.Parameters[i].Value, 0);
        }
    }

    // Running statistics follow the shards, in their order.
    private sealed class NormalizationMomentum(BatchNormalization normalization, int index)
    {
        private const float Momentum = 0.02f;

        public void Take(NetworkPass pass)
        {
            if (normalization.Frozen) return;
            BatchNormalizationPass shard = pass.Normalizations.ElementAt(index);
            for (int c = 0; c < normalization.Channels; c++)
            {
                normalization.RunningMean.Value[c] += Momentum * (shard.Mean[c] - normalization.RunningMean.Value[c]);
                normalization.RunningVariance.Value[c] += Momentum * (shard.Variance[c] - normalization.RunningVariance.Value[c]);
            }
        }
    }

    private sealed class Shard
    {
        private readonly ITrainingData _data;
        private readonly TrainingOptions _options;
        private readonly NetworkPass[] _teachers;
        private readonly CrossEntropy _entropy;
        private readonly int[] _labels = new int[Lanes];
        private readonly float[] _answer;

        public Shard(Network network, ITrainingData data, float[] tickWeights, TrainingOptions options, Network[] teachers)
        {
            (_data, _options) = (data, options);
            Pass = new NetworkPass(network, data.Ticks, backward: true);
            Gradients = network.CreateGradients();
            _teachers = [.. teachers.Select(t => new NetworkPass(t, data.Ticks, backward: false))];
            _entropy = new CrossEntropy(data.Classes, tickWeights, options.Smoothing);
            _answer = new float[teachers.Length > 0 ? data.Classes * Lanes : 0];
        }

        public NetworkPass Pass { get; }

        public float[][] Gradients { get; }

        public IntegerForward.Scratch? Scratch { get; set; }

        public double Loss { get; private set; }

        public int Right { get; private set; }

        public void Run(ReadOnlySpan<int> windows, int epoch, int batch, IntegerForward? integers)
        {
            Signal input = Pass.Input;
            for (int k = 0; k < Lanes; k++)
            {
                _labels[k] = _data.Label(windows[k]);
                ulong key = _options.Augment ? new TrainingRandom((ulong)_options.Seed, (ulong)epoch, 2, (ulong)windows[k]).Bits() | 1 : 0;
                _data.Load(windows[k], key, input.Value, input.At(0) + k, Lanes);
            }

            Array.Clear(_answer);
            foreach (NetworkPass teacher in _teachers)
            {
                input.Value.AsSpan(input.At(0)).CopyTo(teacher.Input.Value.AsSpan(teacher.Input.At(0)));
                teacher.Forward(new PassSettings());
                BatchMatrix.Add(_answer, teacher.Output.Value, teacher.Output.At(_data.Ticks - 1), 1f / _teachers.Length);
            }

            ulong shard = new TrainingRandom((ulong)_options.Seed, (ulong)epoch, 3, (ulong)windows[0]).Bits();
            if (integers is null) Pass.Forward(new PassSettings { Training = true, Key = shard });
            else integers.Forward(Pass, Scratch!);
            (Loss, Right) = _entropy.Apply(Pass.Output, _labels, _answer, _options.TeacherShare, _options.Temperature, 1f / batch);
            foreach (float[] gradient in Gradients) Array.Clear(gradient);
            Pass.Backward(Gradients, _options.Mode);
        }
    }
}
