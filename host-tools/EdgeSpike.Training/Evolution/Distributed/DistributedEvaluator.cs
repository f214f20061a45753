using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Training.Evolution.Blimp;

namespace EdgeSpike.Training.Evolution.Distributed;

/// <summary>
/// Spreads the groups of a generation over workers at an MQTT 5 broker. Workers come and go: a group without a result in time is sent again, and
/// done here when that does not help; the values are those of one machine, whoever computes them.
/// </summary>
/// <remarks>
/// Results are not trusted: what is no packet of this task, of an earlier generation or for an unknown group is refused and counted; one in 16
/// groups is computed here too, and a worker's values that differ from that are refused, counted, and replaced. Not thread-safe.
/// </remarks>
public sealed class DistributedEvaluator : IGenerationEvaluator, IDisposable
{
    private const int Checked = 16, Attempts = 2;

    private readonly BrokerConnection _broker;
    private readonly BlimpTask _task;
    private readonly BlockingCollection<byte[]> _results = new(4096);
    private readonly TimeSpan _patience;
    private readonly SeededRandom _spotChecks;

    /// <summary>Connects and announces the task.</summary>
    /// <param name="address">mqtt://host[:port].</param>
    /// <param name="task">What is evolved.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="recorded">Recorded flights.</param>
    /// <param name="patience">How long a group may take before it is sent again.</param>
    public DistributedEvaluator(string address, BlimpTask task, BlimpSettings settings, bool recorded, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(settings);
        (_task, _patience, _spotChecks) = (task, patience, new SeededRandom(task.Seed, 0x73));
        _broker = BrokerConnection.Open(address, (_, payload) => _results.TryAdd(payload));
        _broker.Subscribe(BrokerConnection.Results);
        _broker.Send(BrokerConnection.Announcement, new EvolutionAnnouncement(task.Identity, task.Control, task.Seed, settings.Plain, recorded, task.BuoyancyOff, task.LossWeight).ToBytes(), retain: true);
    }

    /// <summary>Groups whose values a worker computed.</summary>
    public long FromWorkers { get; private set; }

    /// <summary>Groups that were computed here, because nobody answered or an answer was wrong.</summary>
    public long Here { get; private set; }

    /// <summary>Groups that were sent again.</summary>
    public long SentAgain { get; private set; }

    /// <summary>Results that are no packet of this task, or wrong.</summary>
    public long Refused { get; private set; }

    /// <summary>Correct results that came too late or twice.</summary>
    public long Late { get; private set; }

    /// <inheritdoc/>
    public void Evaluate(BlimpTask task, long generation, double[][] genomes, double[] values)
    {
        ArgumentNullException.ThrowIfNull(genomes);
        ArgumentNullException.ThrowIfNull(values);
        if (!ReferenceEquals(task, _task)) throw new ArgumentException("another task than was announced", nameof(task));
        int groups = (genomes.Length + LaneController.Lanes - 1) / LaneController.Lanes;
        HashSet<int> open = [];
        for (int g = 0; g < groups; g++)
        {
            open.Add(g);
            Send(generation, g, genomes);
        }

        int spotCheck = _spotChecks.NextIndex(Checked);
        int attempt = 1;
        Stopwatch since = Stopwatch.StartNew();
        while (open.Count > 0)
        {
            TimeSpan left = _patience - since.Elapsed;
            if (left > TimeSpan.Zero && _results.TryTake(out byte[]? payload, left))
            {
                if (!EvolutionPacket.TryRead(payload, _task.Identity, 1, out long of, out int group, out double[] numbers) || of > generation || (of == generation && (group >= groups || numbers.Length != Count(group, genomes.Length)))) Refused++;
                else if (of < generation || !open.Contains(group)) Late++;
                else
                {
                    open.Remove(group);
                    if (group == spotCheck && !numbers.AsSpan().SequenceEqual(Local(generation, group, genomes)))
                    {
                        Refused++;
                        Own(generation, group, genomes, values);
                    }
                    else
                    {
                        numbers.CopyTo(values, group * LaneController.Lanes);
                        FromWorkers++;
                    }
                }

                continue;
            }

            since.Restart();
            if (attempt++ < Attempts && _broker.IsConnected)
                foreach (int group in open)
                {
                    Send(generation, group, genomes);
                    SentAgain++;
                }
            else
            {
                foreach (int group in open) Own(generation, group, genomes, values);
                open.Clear();
            }
        }
    }

    /// <summary>Ends the announcement and the connection.</summary>
    public void Dispose()
    {
        try
        {
            if (_broker.IsConnected) _broker.Send(BrokerConnection.Announcement, [], retain: true);
        }
        catch (ConversionException)
        {
            // The broker is gone, and the announcement with it or not: workers tell by the work that does not come.
        }

        _broker.Dispose();
        _results.Dispose();
    }

    private static int Count(int group, int genomes) => Math.Min(LaneController.Lanes, genomes - group * LaneController.Lanes);

    private void Send(long generation, int group, double[][] genomes)
    {
        int count = Count(group, genomes.Length);
        double[] numbers = new double[count * _task.Length];
        for (int i = 0; i < count; i++) genomes[group * LaneController.Lanes + i].CopyTo(numbers, i * _task.Length);
        if (_broker.IsConnected) _broker.Send(BrokerConnection.Work, EvolutionPacket.Write(_task.Identity, generation, group, count, numbers));
    }

    private double[] Local(long generation, int group, double[][] genomes)
    {
        double[] own = new double[Count(group, genomes.Length)];
        _task.Evaluate(generation, genomes.AsSpan(group * LaneController.Lanes, own.Length), own);
        return own;
    }

    private void Own(long generation, int group, double[][] genomes, double[] values)
    {
        Local(generation, group, genomes).CopyTo(values, group * LaneController.Lanes);
        Here++;
    }
}

/// <summary>A worker: takes groups from a broker, computes their values, and sends them back. One thread.</summary>
public sealed class EvolutionWorker : IDisposable
{
    private readonly BrokerConnection _broker;
    private readonly BlockingCollection<(string Topic, byte[] Payload)> _messages = new(4096);
    private readonly Func<bool, FlightFile[]?> _flights;
    private BlimpTask? _task;

    /// <summary>Connects.</summary>
    /// <param name="address">mqtt://host[:port].</param>
    /// <param name="flights">The recorded flights (argument true), or null for simulated ones; may refuse.</param>
    public EvolutionWorker(string address, Func<bool, FlightFile[]?> flights)
    {
        _flights = flights;
        _broker = BrokerConnection.Open(address, (topic, payload) => _messages.TryAdd((topic, payload)));
        _broker.Subscribe(BrokerConnection.Announcement);
        _broker.Subscribe(BrokerConnection.SharedWork);
    }

    /// <summary>Groups computed.</summary>
    public long Groups { get; private set; }

    /// <summary>Messages that are no work of the announced task.</summary>
    public long Refused { get; private set; }

    /// <summary>Works until cancelled, or until the broker is gone.</summary>
    /// <param name="told">Is told after each group.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ConversionException">The broker is gone, or the data here is not that of the announcement.</exception>
    public void Run(Action<EvolutionWorker> told, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(told);
        while (!cancellation.IsCancellationRequested)
        {
            if (!_messages.TryTake(out (string Topic, byte[] Payload) message, 200, CancellationToken.None))
            {
                if (!_broker.IsConnected) throw new ConversionException(ErrorCode.DeviceFailed, "broker", "the connection ended", "start the broker and the worker again");
                continue;
            }

            if (message.Topic == BrokerConnection.Announcement) Announced(message.Payload);
            else if (_task is null || !EvolutionPacket.TryRead(message.Payload, _task.Identity, _task.Length, out long generation, out int group, out double[] numbers)) Refused++;
            else
            {
                double[][] genomes = new double[numbers.Length / _task.Length][];
                for (int i = 0; i < genomes.Length; i++) genomes[i] = numbers[(i * _task.Length)..((i + 1) * _task.Length)];
                double[] values = new double[genomes.Length];
                _task.Evaluate(generation, genomes, values);
                _broker.Send(BrokerConnection.Results, EvolutionPacket.Write(_task.Identity, generation, group, values.Length, values));
                Groups++;
                told(this);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _broker.Dispose();
        _messages.Dispose();
    }

    private void Announced(byte[] payload)
    {
        if (payload.Length == 0)
        {
            _task = null;
            return;
        }

        if (!EvolutionAnnouncement.TryRead(payload, out EvolutionAnnouncement? a))
        {
            Refused++;
            return;
        }

        if (_task?.Identity == a!.Identity) return;
        BlimpTask task = new(a.Control, a.Seed, a.Control == ControlTask.Integral ? null : _flights(a.Recorded), a.Plain, a.BuoyancyOff, a.LossWeight);
        if (task.Identity != a.Identity)
            throw new ConversionException(ErrorCode.InputMismatch, "announcement", "the data here is not that of the evolution", "give the same recorded flights with --data, and the same version of EdgeSpike");
        _task = task;
    }
}
