using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeSpike.Training;

/// <summary>What a network answers, without dropout and with running statistics.</summary>
public static class Evaluation
{
    private const int Lanes = BatchMatrix.Lanes;

    /// <summary>Share of windows whose largest score after the last tick is that of their class.</summary>
    public static double Accuracy(Network network, ITrainingData data, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(data);
        int[] answers = Answers(network, data, threads);
        return answers.Where((a, i) => a == data.Label(i)).Count() / (double)data.Count;
    }

    /// <summary>The class of each window.</summary>
    public static int[] Answers(Network network, ITrainingData data, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(data);
        int[] answers = new int[data.Count];
        Run(network, data, threads, (pass, first, count) =>
        {
            int at = pass.Output.At(data.Ticks - 1);
            for (int k = 0; k < count; k++)
            {
                int best = 0;
                for (int c = 1; c < data.Classes; c++)
                    if (pass.Output.Value[at + c * Lanes + k] > pass.Output.Value[at + best * Lanes + k]) best = c;
                answers[first + k] = best;
            }
        });
        return answers;
    }

    /// <summary>Spikes per neuron and tick of each layer with spikes, as its output shows them.</summary>
    public static double[] Rates(Network network, ITrainingData data)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        double[] sums = new double[network.Layers.Count];
        Run(network, data, 1, (pass, first, count) =>
        {
            for (int i = 0; i < sums.Length; i++)
            {
                Signal signal = pass.Signals[i + 1];
                for (int at = signal.At(0); at < signal.Value.Length; at += Lanes)
                    for (int k = 0; k < count; k++) sums[i] += signal.Value[at + k];
            }
        });
        return [.. sums.Select((s, i) => s / ((double)data.Count * data.Ticks * network.Layers[i].Outputs))];
    }

    /// <summary>Runs all windows in shards; the action gets a pass that has run, its first window and their number.</summary>
    internal static void Run(Network network, ITrainingData data, int threads, Action<NetworkPass, int, int> action)
    {
        int shards = (data.Count + Lanes - 1) / Lanes;
        using ThreadLocal<NetworkPass> passes = new(() => new NetworkPass(network, data.Ticks, backward: false));
        void One(int shard)
        {
            NetworkPass pass = passes.Value!;
            int first = shard * Lanes, count = Math.Min(Lanes, data.Count - first);
            for (int k = 0; k < count; k++) data.Load(first + k, 0, pass.Input.Value, pass.Input.At(0) + k, Lanes);
            pass.Forward(new PassSettings());
            action(pass, first, count);
        }

        if (threads <= 1)
            for (int shard = 0; shard < shards; shard++) One(shard);
        else _ = Parallel.For(0, shards, new ParallelOptions { MaxDegreeOfParallelism = threads }, One);
    }
}
