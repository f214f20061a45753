using System;
using System.Collections.Generic;

namespace EdgeSpike.Training;

/// <summary>Takes normalisations into weights and biases, and dropout away: the network that is exported, and fine-tuned in integers.</summary>
public static class Folding
{
    /// <summary>A network of its own parameters that answers as this one does outside training.</summary>
    public static Network Fold(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        List<Layer> layers = [];
        foreach (Layer layer in network.Layers)
            switch (layer)
            {
                case Dropout: break;
                case TemporalConvolution c:
                    layers.Add(new TemporalConvolution
                    {
                        Name = c.Name, Inputs = c.Inputs, Outputs = c.Outputs, Taps = c.Taps, Population = Copy(c.Population), Normalization = null,
                        Weight = Weight(c.Weight, c.Normalization), Bias = Bias(c.Name, c.Outputs, c.Normalization, c.Bias),
                    });
                    break;
                case LegendreCell c:
                    layers.Add(new LegendreCell
                    {
                        Name = c.Name, Inputs = c.Inputs, Outputs = c.Outputs, Order = c.Order, Encoder = Copy(c.Encoder), Memory = Copy(c.Memory), Hidden = Copy(c.Hidden),
                        StateMatrix = c.StateMatrix, InputMatrix = c.InputMatrix, InputWeight = Weight(c.InputWeight, c.Normalization), EncoderWeight = Weight(c.EncoderWeight, null),
                        HiddenWeight = Weight(c.HiddenWeight, null), MemoryWeight = Weight(c.MemoryWeight, null), Normalization = null, Bias = Bias(c.Name, c.Encoder.Size + c.Hidden.Size, c.Normalization, c.Bias),
                    });
                    break;
                case Readout r:
                    layers.Add(new Readout
                    {
                        Name = r.Name, Inputs = r.Inputs, Outputs = r.Outputs, Columns = r.Columns, Weight = Weight(r.Weight, null), Bias = Copy(r.Bias), Decay = Copy(r.Decay), Population = r.Population is null ? null : Copy(r.Population),
                    });
                    break;
                default: throw new NotSupportedException($"layer '{layer.Name}' ({layer.GetType().Name})");
            }

        return new Network(layers);
    }

    private static Parameter Weight(Parameter from, BatchNormalization? normalization)
    {
        Parameter weight = Copy(from);
        int columns = from.Shape[1];
        for (int j = 0; j < from.Shape[0] && normalization is not null; j++)
        {
            float factor = normalization.Folded(j).Factor;
            for (int i = 0; i < columns; i++) weight.Value[j * columns + i] *= factor;
        }

        return weight;
    }

    private static Parameter Bias(string name, int n, BatchNormalization? normalization, Parameter? bias)
    {
        Parameter folded = new($"{name}.bias", n);
        for (int j = 0; j < n; j++) folded.Value[j] = normalization?.Folded(j).Bias ?? bias!.Value[j];
        return folded;
    }

    private static Parameter Copy(Parameter from)
    {
        Parameter copy = new(from.Name, [.. from.Shape]) { Decays = from.Decays, Low = from.Low, High = from.High, Rate = from.Rate, Mask = (bool[]?)from.Mask?.Clone() };
        from.Value.CopyTo(copy.Value, 0);
        return copy;
    }

    private static Population Copy(Population from)
    {
        Population copy = new(from.Name, from.Kind, from.Size, each: from.Decay is { Value.Length: > 1 }) { Reset = from.Reset, SurrogateWidth = from.SurrogateWidth, DetachReset = from.DetachReset };
        if (from.Decay is null) return copy;
        from.Decay.Value.CopyTo(copy.Decay!.Value, 0);
        from.Threshold!.Value.CopyTo(copy.Threshold!.Value, 0);
        from.SynapticDecay?.Value.CopyTo(copy.SynapticDecay!.Value, 0);
        return copy;
    }
}
