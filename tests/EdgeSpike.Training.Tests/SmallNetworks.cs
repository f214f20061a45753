using System;
using System.Collections.Generic;

namespace EdgeSpike.Training.Tests;

/// <summary>Networks of a few neurons with every kind of layer.</summary>
internal static class SmallNetworks
{
    public const int Inputs = 5, Classes = 3;

    public static Network Create(NeuronKind kind, ResetDelay reset, bool normalize, bool counts, bool each, int seed = 1)
    {
        TrainingRandom random = new((ulong)seed);
        Population Make(string name, int n) => new(name, kind, n, 0.7f, 0.6f, 0.4f, each) { Reset = reset, SurrogateWidth = 1.3f };
        List<Layer> layers =
        [
            TemporalConvolution.Create("conv1", Inputs, 3, Make("lif1", 7), normalize, ref random),
            Dropout.Create("drop", 7, 0.25f),
            TemporalConvolution.Create("conv2", 7, 2, Make("lif2", 8), normalize, ref random),
            LegendreCell.Create("cell", 8, 3, 5, Make("u", 2), Make("m", 6), Make("h", 7), normalize, ref random),
            Readout.Create("readout", 13, 13, Classes, 0.9f, counts ? Make("out", Classes) : null, ref random),
        ];
        Network network = new(layers);
        // No parameter where its derivative could vanish unnoticed.
        foreach (Parameter parameter in network.Parameters)
            if (parameter.Rate > 0)
                for (int i = 0; i < parameter.Value.Length; i++) parameter.Value[i] += 0.1f * random.Uniform(-1, 1);
        return network;
    }

    public static void FillInput(NetworkPass pass, int seed)
    {
        TrainingRandom random = new((ulong)seed, 5);
        for (int i = pass.Input.At(0); i < pass.Input.Value.Length; i++) pass.Input.Value[i] = random.Normal();
    }

    public static int[] Labels(int seed)
    {
        TrainingRandom random = new((ulong)seed, 6);
        int[] labels = new int[BatchMatrix.Lanes];
        for (int i = 0; i < labels.Length; i++) labels[i] = random.Below(Classes);
        return labels;
    }

    public static float[] TickWeights(int ticks)
    {
        float[] weights = new float[ticks];
        for (int t = 0; t < ticks; t++) weights[t] = t == 0 ? 0 : 0.5f + 0.1f * t;
        return weights;
    }
}
