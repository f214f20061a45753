using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Measuring;

/// <summary>What an operator costs in a tick.</summary>
/// <param name="Index">Place in the schedule.</param>
/// <param name="Operator">Kind.</param>
/// <param name="Name">Name in the file.</param>
/// <param name="Seconds">Mean per tick, with the clock's own cost.</param>
/// <param name="SynapticOperations">Mean per tick.</param>
/// <param name="NeuronUpdates">Mean per tick.</param>
public sealed record OperatorCost(int Index, string Operator, string Name, double Seconds, double SynapticOperations, double NeuronUpdates);

/// <summary>What a model costs on one core.</summary>
/// <param name="Recordings">Recordings in the set.</param>
/// <param name="TicksPerRecording">Mean ticks of one.</param>
/// <param name="SecondsPerRecording">Median over passes of the mean over recordings; setting the inputs included.</param>
/// <param name="SynapticEventsPerSecond">Synaptic operations over that time.</param>
/// <param name="NeuronUpdatesPerSecond">Updates over that time.</param>
/// <param name="SynapticOperationsPerTick">Mean.</param>
/// <param name="NeuronUpdatesPerTick">Mean.</param>
/// <param name="AllocatedBytes">Bytes allocated by all passes together; 0 is the promise.</param>
/// <param name="Operators">Where the time goes.</param>
public sealed record ModelCost(
    int Recordings, double TicksPerRecording, double SecondsPerRecording, double SynapticEventsPerSecond, double NeuronUpdatesPerSecond,
    double SynapticOperationsPerTick, double NeuronUpdatesPerTick, long AllocatedBytes, IReadOnlyList<OperatorCost> Operators);

/// <summary>Measures a model on recordings that are already integers.</summary>
public static class ModelBench
{
    /// <summary>Measures.</summary>
    /// <param name="interpreter">With a model loaded.</param>
    /// <param name="inputs">Recordings for it.</param>
    /// <param name="budget">Time to spend.</param>
    /// <param name="progress">Share done.</param>
    public static ModelCost Run(Interpreter interpreter, ModelInputs inputs, TimeSpan budget, IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(interpreter);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(progress);
        const int mostPasses = 100_000;
        double[] passes = new double[mostPasses];
        int count = 0;
        int recordings = inputs.Count;
        long allTicks = inputs.TotalTicks;
        (double synaptic, double updates) = inputs.CountOperations();
        Warm.Up(() => Play(interpreter, inputs, 0));
        progress.Report(0);
        long allocated = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            long before = Stopwatch.GetTimestamp();
            for (int r = 0; r < recordings; r++) Play(interpreter, inputs, r);
            passes[count++] = Stopwatch.GetElapsedTime(before).TotalSeconds;
            allocated += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
            progress.Report(Math.Min(1, Stopwatch.GetElapsedTime(start) / budget));
        }
        while (count < mostPasses && (count < 3 || Stopwatch.GetElapsedTime(start) < budget));

        Array.Sort(passes, 0, count);
        double seconds = passes[count / 2];

        Clock clock = new(interpreter.Model.Operators.Length);
        double[] synapticOf = new double[clock.Ticks.Length], updatesOf = new double[clock.Ticks.Length];
        for (int r = 0; r < recordings; r++)
        {
            interpreter.Reset();
            for (int t = 0; t < inputs.Ticks(r); t++)
            {
                inputs.Fill(r, t);
                clock.Begin();
                interpreter.Step(clock);
            }

            for (int i = 0; i < synapticOf.Length; i++)
            {
                synapticOf[i] += interpreter.Model.Operators[i].SynapticOperations;
                updatesOf[i] += interpreter.Model.Operators[i].NeuronUpdates;
            }
        }

        List<OperatorCost> operators = [];
        for (int i = 0; i < clock.Ticks.Length; i++)
        {
            Operator each = interpreter.Model.Operators[i];
            operators.Add(new OperatorCost(i, OperatorWords.Of(each.Code), interpreter.Model.Text(each.Name), clock.Ticks[i] / (double)Stopwatch.Frequency / allTicks, synapticOf[i] / allTicks, updatesOf[i] / allTicks));
        }

        return new ModelCost(recordings, (double)allTicks / recordings, seconds / recordings, synaptic * allTicks / seconds, updates * allTicks / seconds, synaptic, updates, allocated, operators);
    }

    private static void Play(Interpreter interpreter, ModelInputs inputs, int recording)
    {
        interpreter.Reset();
        int ticks = inputs.Ticks(recording);
        for (int t = 0; t < ticks; t++)
        {
            inputs.Fill(recording, t);
            interpreter.Step();
        }
    }

    private sealed class Clock(int operators) : StepObserver
    {
        private long _last;

        public long[] Ticks { get; } = new long[operators];

        public void Begin() => _last = Stopwatch.GetTimestamp();

        public override void After(int index)
        {
            long now = Stopwatch.GetTimestamp();
            Ticks[index] += now - _last;
            _last = now;
        }
    }
}

/// <summary>Brings code to the speed at which it stays.</summary>
internal static class Warm
{
    /// <summary>
    /// .NET compiles a method anew, better, after 30 calls, in the background and only when no new code has come for
    /// 100 ms; with profiles twice. So: work, wait, and again.
    /// </summary>
    public static void Up(Action work)
    {
        for (int round = 0; round < 4; round++)
        {
            long start = Stopwatch.GetTimestamp();
            int calls = 0;
            do work();
            while (++calls < 40 && Stopwatch.GetElapsedTime(start).TotalMilliseconds < 200);
            Thread.Sleep(120);
        }
    }
}

/// <summary>Operators in words.</summary>
public static class OperatorWords
{
    /// <summary>As "loihi neuron".</summary>
    public static string Of(OperatorCode code) => code switch
    {
        OperatorCode.LoihiNeuron => "loihi neuron",
        OperatorCode.StateSpace => "state space",
        OperatorCode.LoihiSigmaDelta => "loihi sigma delta",
        OperatorCode.LoihiResonator => "loihi resonator",
        OperatorCode.AdaptiveNeuron => "adaptive neuron",
        _ => code.ToString().ToLowerInvariant(),
    };
}
