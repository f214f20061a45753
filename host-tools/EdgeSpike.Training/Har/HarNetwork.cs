using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Demos.Har;

namespace EdgeSpike.Training.Har;

/// <summary>Sizes of the wrist's network: two temporal convolutions, an L2MU cell, a read-out.</summary>
public sealed record HarNetworkSize
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Samples that one tick takes.</summary>
    public int SamplesPerTick { get; init; } = 2;

    /// <summary>Ticks that the first convolution sees.</summary>
    public int FirstTaps { get; init; } = 3;

    /// <summary>Neurons of the first convolution.</summary>
    public required int First { get; init; }

    /// <summary>Ticks that the second convolution sees.</summary>
    public int SecondTaps { get; init; } = 2;

    /// <summary>Neurons of the second convolution.</summary>
    public required int Second { get; init; }

    /// <summary>Neurons M of the encoder u.</summary>
    public required int Encoders { get; init; }

    /// <summary>Order d of the memory.</summary>
    public int Order { get; init; } = 6;

    /// <summary>Ticks that the memory spans.</summary>
    public double Theta { get; init; } = 20;

    /// <summary>First threshold of the memory's neurons: what reaches them is (2i + 1) / theta for a spike of u.</summary>
    public float MemoryThreshold { get; init; } = 0.3f;

    /// <summary>Neurons H of h.</summary>
    public required int Hidden { get; init; }

    /// <summary>The read-out sees the memory too.</summary>
    public bool ReadMemory { get; init; } = true;

    /// <summary>A decay and threshold for each neuron.</summary>
    public bool Each { get; init; }

    /// <summary>Share of spikes silenced behind each convolution in training.</summary>
    public float Dropout { get; init; }

    /// <summary>Slope of the surrogate.</summary>
    public float SurrogateWidth { get; init; } = 3;
}

/// <summary>The networks of the wrist, with first weights drawn from a seed.</summary>
public static class HarNetwork
{
    /// <summary>Name of the size that is committed.</summary>
    public const string DefaultSize = "wrist";

    /// <summary>Sizes by name, from small to large.</summary>
    public static IReadOnlyDictionary<string, HarNetworkSize> Sizes { get; } = new HarNetworkSize[]
    {
        new() { Name = "8k", First = 36, Second = 30, Encoders = 6, Hidden = 30 },
        new() { Name = "14k", First = 54, Second = 42, Encoders = 6, Hidden = 48 },
        new() { Name = "20k", First = 66, Second = 54, Encoders = 8, Hidden = 54 },
        new() { Name = "28k", First = 84, Second = 60, Encoders = 10, Hidden = 66 },
        new() { Name = "wrist", First = 96, Second = 72, Encoders = 12, Hidden = 72 },
        new() { Name = "67k", First = 132, Second = 102, Encoders = 16, Hidden = 96 },
        new() { Name = "120k", First = 180, Second = 138, Encoders = 24, Hidden = 126 },
    }.ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The convolutional network that teaches: 60,000 parameters.</summary>
    public static Network CreateTeacher(int samplesPerTick, int seed) => CreateConvolutional(samplesPerTick, [(4, 64), (3, 96), (3, 128)], 0.2f, seed);

    /// <summary>The convolutional network that the spiking one is compared with: 14,000 parameters, in float32 as much memory as its int8.</summary>
    public static Network CreateBaseline(int seed) => CreateConvolutional(2, [(4, 36), (3, 48), (3, 48)], 0, seed);

    /// <summary>The spiking network of a size.</summary>
    public static Network Create(HarNetworkSize size, NeuronKind neuron, int seed)
    {
        ArgumentNullException.ThrowIfNull(size);
        TrainingRandom random = new((ulong)seed, 0x4A5);
        Population Make(string name, int n, float decay, float threshold) =>
            new(name, neuron, n, decay, threshold, 0.3f, size.Each) { SurrogateWidth = size.SurrogateWidth };
        int inputs = HarWindows.Channels * size.SamplesPerTick;
        TemporalConvolution first = TemporalConvolution.Create("conv1", inputs, size.FirstTaps, Make("lif1", size.First, 0.5f, 1), normalize: true, ref random);
        // Small movements and large ones: the gains of the first layer span two octaves to either side.
        for (int c = 0; c < size.First; c++) first.Normalization!.Gain.Value[c] = MathF.Pow(2, 4f * c / Math.Max(1, size.First - 1) - 1.5f);
        TemporalConvolution second = TemporalConvolution.Create("conv2", size.First, size.SecondTaps, Make("lif2", size.Second, 0.6f, 1), normalize: true, ref random);
        LegendreCell cell = LegendreCell.Create("cell", size.Second, size.Order, size.Theta, Make("u", size.Encoders, 0.7f, 0.8f), Make("m", size.Encoders * size.Order, 0.4f, size.MemoryThreshold), Make("h", size.Hidden, 0.6f, 0.8f), normalize: true, ref random);
        List<Layer> layers = [first];
        if (size.Dropout > 0) layers.Add(Dropout.Create("drop1", size.First, size.Dropout));
        layers.Add(second);
        if (size.Dropout > 0) layers.Add(Dropout.Create("drop2", size.Second, size.Dropout));
        layers.Add(cell);
        if (size.Dropout > 0) layers.Add(Dropout.Create("drop3", cell.Outputs, size.Dropout));
        layers.Add(Readout.Create("readout", cell.Outputs, size.ReadMemory ? cell.Outputs : size.Hidden, HarWindows.Classes, 0.95f, null, ref random));
        return new Network(layers);
    }

    /// <summary>A convolutional network in real numbers to compare with, or to teach: rectified convolutions and a mean over the ticks.</summary>
    /// <param name="samplesPerTick">Samples that one tick takes.</param>
    /// <param name="layers">Ticks seen and channels of each convolution.</param>
    /// <param name="dropout">Share silenced behind each.</param>
    /// <param name="seed">Draws the weights.</param>
    public static Network CreateConvolutional(int samplesPerTick, IReadOnlyList<(int Taps, int Channels)> layers, float dropout, int seed)
    {
        ArgumentNullException.ThrowIfNull(layers);
        TrainingRandom random = new((ulong)seed, 0xC99);
        List<Layer> made = [];
        int inputs = HarWindows.Channels * samplesPerTick;
        foreach ((int taps, int channels) in layers)
        {
            string name = $"conv{made.Count(l => l is TemporalConvolution) + 1}";
            made.Add(TemporalConvolution.Create(name, inputs, taps, new Population($"{name}.relu", NeuronKind.Rectified, channels), normalize: true, ref random));
            if (dropout > 0) made.Add(Dropout.Create($"{name}.drop", channels, dropout));
            inputs = channels;
        }

        Readout readout = Readout.Create("readout", inputs, inputs, HarWindows.Classes, 1, null, ref random);
        readout.Decay.Rate = 0;
        made.Add(readout);
        return new Network(made);
    }
}
