using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Demos.Blimp;

/// <summary>What a controller did, step by step.</summary>
/// <param name="Controller">Its name.</param>
/// <param name="Altitude">[steps] true altitude, m; of a replayed flight the recorded one.</param>
/// <param name="Command">[steps] limited command.</param>
/// <param name="Parts">How it went; empty for a replayed flight, which no command changes.</param>
public sealed record BlimpTrace(string Controller, double[] Altitude, double[] Command, IReadOnlyList<PartMetrics> Parts);

/// <summary>How near the spiking command is to the classical one, as the paper measures it.</summary>
/// <param name="MeanDifference">Mean |difference|, units of u.</param>
/// <param name="Correlation">Pearson's; 0 when one of them never moves.</param>
public sealed record BlimpLikeness(double MeanDifference, double Correlation)
{
    /// <summary>The paper's loss: MAE + 1 − Pearson.</summary>
    public double Loss => MeanDifference + 1 - Correlation;

    /// <summary>Compares two commands of the same length.</summary>
    public static BlimpLikeness Of(ReadOnlySpan<double> classical, ReadOnlySpan<double> spiking)
    {
        double difference = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
        int n = classical.Length;
        for (int t = 0; t < n; t++)
        {
            difference += Math.Abs(classical[t] - spiking[t]);
            a += classical[t] / n;
            b += spiking[t] / n;
        }

        for (int t = 0; t < n; t++)
        {
            aa += (classical[t] - a) * (classical[t] - a);
            bb += (spiking[t] - b) * (spiking[t] - b);
            ab += (classical[t] - a) * (spiking[t] - b);
        }

        return new BlimpLikeness(difference / n, aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0);
    }
}

/// <summary>How the link to a board did.</summary>
/// <param name="Board">Where the controller ran.</param>
/// <param name="SameTicks">Ticks whose spikes and command were the host's; it ends at the first that is not.</param>
/// <param name="PeriodSeconds">Of the real-time schedule; null: in lock-step, the simulator waits.</param>
/// <param name="Late">Answers after half a period.</param>
/// <param name="Missed">Control steps for which no answer came in time: the command before stood.</param>
/// <param name="WorstSeconds">Longest time to an answer.</param>
public sealed record BlimpLink(string Board, long SameTicks, double? PeriodSeconds, long Late, long Missed, double WorstSeconds);

/// <summary>What the demo gave.</summary>
public sealed record BlimpResult
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of it.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Bytes of it.</summary>
    public required int ModelBytes { get; init; }

    /// <summary>Working memory.</summary>
    public required int ArenaBytes { get; init; }

    /// <summary>Neurons that spike.</summary>
    public required int Neurons { get; init; }

    /// <summary>"simulated flight, seed 1", or the recorded flight's name.</summary>
    public required string Source { get; init; }

    /// <summary>It is a recording: no command changes it.</summary>
    public required bool Replayed { get; init; }

    /// <summary>Seed of the simulated flight; null: recorded.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Imbalance of buoyancy of the simulated flight, m/s²; null: recorded.</summary>
    public double? Buoyancy { get; init; }

    /// <summary>[steps] set-point, m.</summary>
    public required double[] SetPoint { get; init; }

    /// <summary>PID, then the spiking controller.</summary>
    public required IReadOnlyList<BlimpTrace> Traces { get; init; }

    /// <summary>How near their commands are; null in a simulated flight, where each sees its own error.</summary>
    public BlimpLikeness? Likeness { get; init; }

    /// <summary>Layers that spike.</summary>
    public required IReadOnlyList<BlimpLayer> Layers { get; init; }

    /// <summary>[layers][steps] neurons that spiked.</summary>
    public required IReadOnlyList<IReadOnlyList<int[]>> Spikes { get; init; }

    /// <summary>Products of a weight and an active source in a control step, on average.</summary>
    public required double SynapticOperations { get; init; }

    /// <summary>Where else it ran; null: only here.</summary>
    public BlimpLink? Link { get; init; }

    /// <summary>Spikes per neuron and step of each layer.</summary>
    public IReadOnlyList<double> Rates => [.. Layers.Select((l, i) => Spikes[i].Sum(s => (double)s.Length) / ((double)l.Neurons * Math.Max(1, Spikes[i].Count)))];
}

/// <summary>
/// PID and the spiking controller side by side, a control step at a time: each flies a blimp of its own through the same scenario, or both
/// are given the error of a recorded flight.
/// </summary>
public sealed class BlimpDemo
{
    private readonly BlimpModel _model;
    private readonly SpikingController _spiking;
    private readonly PidController _classical = new(PidGains.DoubleIntegrator);
    private readonly BlimpScenario? _scenario;
    private readonly (DoubleIntegrator Plant, BlimpSimulation Simulation)[] _flights = [];
    private readonly double[] _recorded = [];
    private readonly string _source;
    private readonly ulong? _seed;
    private readonly List<int[]>[] _spikes;
    private readonly double[][] _altitude, _command;
    private readonly double[] _setPoint;

    private BlimpDemo(BlimpModel model, SpikingController spiking, string source, int steps)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(spiking);
        (_model, _spiking, _source, Steps) = (model, spiking, source, steps);
        _altitude = [new double[steps], new double[steps]];
        _command = [new double[steps], new double[steps]];
        _setPoint = new double[steps];
        _spikes = [.. model.Layers.Select(_ => new List<int[]>(steps))];
        spiking.Reset();
    }

    /// <summary>A simulated flight through the scenario.</summary>
    /// <param name="model">What flies.</param>
    /// <param name="spiking">The controller on it; it is reset.</param>
    /// <param name="seed">Of buoyancy, noise and gusts.</param>
    /// <param name="steps">Control steps.</param>
    public BlimpDemo(BlimpModel model, SpikingController spiking, ulong seed, int steps)
        : this(model, spiking, $"simulated flight, seed {seed}", steps)
    {
        (_scenario, _seed) = (new BlimpScenario(seed), seed);
        _flights = [_scenario.NewFlight(), _scenario.NewFlight()];
    }

    /// <summary>A recorded flight: its altitude at 10 Hz, against its mean as the set-point.</summary>
    /// <param name="model">What is given its error.</param>
    /// <param name="spiking">The controller on it; it is reset.</param>
    /// <param name="flight">At 30 Hz: every third sample is taken.</param>
    public BlimpDemo(BlimpModel model, SpikingController spiking, FlightFile flight)
        : this(model, spiking, $"recorded flight {(flight ?? throw new ArgumentNullException(nameof(flight))).Name}", (flight.Altitude.Length + BlimpTiming.PlantSteps - 1) / BlimpTiming.PlantSteps) =>
        _recorded = [.. Enumerable.Range(0, Steps).Select(t => flight.Altitude[t * BlimpTiming.PlantSteps])];

    /// <summary>Control steps in all.</summary>
    public int Steps { get; }

    /// <summary>Control steps done.</summary>
    public int Done { get; private set; }

    /// <summary>What it is.</summary>
    public string Source => _source;

    /// <summary>Of them, those without an answer.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Name of what happens now.</summary>
    public string Part => _scenario is null ? "recorded" : BlimpScenario.Parts.First(p => Math.Max(0, Done - 1) % BlimpScenario.RoundSteps * BlimpTiming.ControlSeconds < p.End - 1e-9).Name;

    /// <summary>Spikes of a layer so far, by step.</summary>
    public IReadOnlyList<int[]> Spikes(int layer) => _spikes[layer];

    /// <summary>Set-points so far, m.</summary>
    public ReadOnlySpan<double> SetPoint => _setPoint.AsSpan(0, Done);

    /// <summary>Altitudes so far, m; 0: PID, 1: spiking.</summary>
    public ReadOnlySpan<double> Altitude(int controller) => _altitude[controller].AsSpan(0, Done);

    /// <summary>Commands so far.</summary>
    public ReadOnlySpan<double> Command(int controller) => _command[controller].AsSpan(0, Done);

    /// <summary>One control step of both.</summary>
    public void Step() => Step(answered: true);

    /// <summary>One control step in which the spiking controller gives no answer: its last command stands, and it knows nothing of the step.</summary>
    public void StepUnanswered() => Step(answered: false);

    /// <summary>All that was done so far.</summary>
    /// <param name="link">How a board did, if there was one.</param>
    public BlimpResult Result(BlimpLink? link = null)
    {
        string[] names = ["PID", "spiking"];
        double[] setPoint = _setPoint[..Done];
        return new BlimpResult
        {
            Model = _model.Where, ModelSha256 = _model.Sha256, ModelBytes = _model.Bytes.Length, ArenaBytes = _model.ArenaBytes, Neurons = _model.Neurons,
            Source = _source, Replayed = _scenario is null, Seed = _seed, Buoyancy = _scenario?.Buoyancy, SetPoint = setPoint,
            Traces = [.. names.Select((name, i) => new BlimpTrace(name, _altitude[i][..Done], _command[i][..Done], _scenario is null ? [] : Parts(i)))],
            Likeness = _scenario is null && Done > 0 ? BlimpLikeness.Of(Command(0), Command(1)) : null,
            Layers = _model.Layers, Spikes = _spikes, SynapticOperations = (double)_spiking.SynapticOperations / Math.Max(1, Done), Link = link,
        };
    }

    private void Step(bool answered)
    {
        int t = Done++;
        if (!answered) Unanswered++;
        _setPoint[t] = _scenario is null ? 0 : BlimpScenario.SetPoint(t);
        for (int i = 0; i < 2; i++)
        {
            double error;
            if (_scenario is null) error = _setPoint[t] - (_altitude[i][t] = _recorded[t]);
            else
            {
                _flights[i].Plant.Buoyancy = _scenario.Buoyancy + _scenario.Disturbance(t);
                _altitude[i][t] = _flights[i].Simulation.Altitude;
                error = _setPoint[t] - _flights[i].Simulation.Measure();
            }

            double u = i == 0 ? _classical.Step(error) : answered ? _spiking.Step(error) : t > 0 ? _command[i][t - 1] : 0;
            _command[i][t] = Math.Clamp(u, -Actuator.Limit, Actuator.Limit);
            if (_scenario is not null) _flights[i].Simulation.Apply(_command[i][t]);
        }

        for (int l = 0; l < _spikes.Length; l++) _spikes[l].Add(answered ? _spiking.Spikes[l] : []);
    }

    private List<PartMetrics> Parts(int controller)
    {
        List<PartMetrics> parts = [];
        for (int round = 0; round * BlimpScenario.RoundSteps < Done; round++)
            foreach (ScenarioPart part in BlimpScenario.Parts)
            {
                int first = round * BlimpScenario.RoundSteps + (int)Math.Round(part.Start / BlimpTiming.ControlSeconds), end = Math.Min(Done, round * BlimpScenario.RoundSteps + (int)Math.Round(part.End / BlimpTiming.ControlSeconds));
                if (first < end) parts.Add(PartMetrics.Of(part.Name, SetPoint, Altitude(controller), Command(controller), first, end));
            }

        return parts;
    }
}
