using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Decides how each input port carries its values, from samples, an option, or what the network does with them.</summary>
internal static class InputEncodings
{
    private const int RealBound = short.MaxValue, Kept = 1 << 20;

    /// <summary>An encoding for each input node.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OptionNeeded"/>: real input without samples.</exception>
    public static Dictionary<string, InputEncoding> Choose(NetworkGraph graph, ConvertOptions options, ISampleSource? samples, ICollection<string> choices)
    {
        Dictionary<string, InputEncoding> encodings = new(StringComparer.Ordinal);
        int first = 0;
        foreach (InputNode input in graph.Nodes.OfType<InputNode>())
        {
            InputEncoding encoding = input.Step is double step ? Stated(input, step, options, choices) : samples is null ? Guess(graph, input, options, choices) : Measure(input, first, samples, options, choices);
            encodings.Add(input.Name, encoding);
            first += input.OutputShape.Count;
        }

        return encodings;
    }

    private static InputEncoding Stated(InputNode input, double step, ConvertOptions options, ICollection<string> choices)
    {
        if (options.Input is not (null or InputKind.Real))
            throw new ConversionException(ErrorCode.InputMismatch, $"node '{input.Name}'", "it states the step of its real values, and an option asks for another kind", "leave the option out");
        choices.Add($"Input '{input.Name}' carries real values up to ±{step * RealBound:g6} in its stated steps of {step:g6}; larger ones are limited and counted.");
        return new InputEncoding(InputKind.Real, step, RealBound);
    }

    private static InputEncoding Guess(NetworkGraph graph, InputNode input, ConvertOptions options, ICollection<string> choices)
    {
        InputKind? kind = options.Input;
        if (kind is null && TakesSpikes(graph, input.Name, []))
        {
            kind = InputKind.Spikes;
            choices.Add($"Input '{input.Name}' carries spikes (0 or 1): there were no samples to tell, and spiking layers take it.");
        }

        return kind switch
        {
            InputKind.Spikes => new InputEncoding(InputKind.Spikes, 1, 1),
            InputKind.Counts => new InputEncoding(InputKind.Counts, 1, 255),
            _ => throw new ConversionException(ErrorCode.OptionNeeded, $"node '{input.Name}'", "the range of its real values is not known", "give samples of the input with --calibrate"),
        };
    }

    private static InputEncoding Measure(InputNode input, int first, ISampleSource samples, ConvertOptions options, ICollection<string> choices)
    {
        int count = input.OutputShape.Count;
        double[] values = new double[samples.Channels];
        bool whole = true, binary = true;
        double least = 0, largest = 0;
        List<double> magnitudes = [];
        // A sparse subset shows the distribution; the extremes are taken of all.
        long total = (long)samples.Count * samples.Ticks * count, stride = Math.Max(1, total / Kept), index = 0;
        for (int sample = 0; sample < samples.Count; sample++)
            for (int tick = 0; tick < samples.Ticks; tick++)
            {
                samples.Tick(sample, tick, values);
                foreach (double value in values.AsSpan(first, count))
                {
                    if (!double.IsFinite(value))
                        throw new ConversionException(ErrorCode.NotFinite, $"sample {sample}, tick {tick}", $"the value is {value}", "replace or leave out missing readings");
                    binary &= value is 0 or 1;
                    whole &= value == Math.Floor(value);
                    least = Math.Min(least, value);
                    largest = Math.Max(largest, value);
                    if (index++ % stride == 0) magnitudes.Add(Math.Abs(value));
                }
            }

        double extreme = Math.Max(-least, largest);
        InputKind kind = options.Input ?? (binary ? InputKind.Spikes : whole && extreme <= RealBound ? InputKind.Counts : InputKind.Real);
        switch (kind)
        {
            case InputKind.Spikes:
                if (!binary)
                    throw new ConversionException(ErrorCode.InputMismatch, $"node '{input.Name}'", $"samples hold values between {least:g6} and {largest:g6} where spikes are asked for", "leave the option out, or give spikes");
                return new InputEncoding(kind, 1, 1);
            case InputKind.Counts:
                if (!whole || extreme > RealBound)
                    throw new ConversionException(ErrorCode.InputMismatch, $"node '{input.Name}'", $"samples hold values between {least:g6} and {largest:g6} where whole numbers up to {RealBound} are asked for", "leave the option out, or give such numbers");
                int bound = least < 0 ? RealBound : (int)Math.Max(255, largest);
                choices.Add($"Input '{input.Name}' carries whole numbers up to ±{bound}, as they are.");
                return new InputEncoding(kind, 1, bound);
            default:
                double range = options.SignalRange == RangeMethod.Maximum ? extreme
                    : WeightRounding.Range([.. magnitudes], options.SignalRange, options.Percentile, RealBound);
                double step = range > 0 ? range / RealBound : 1;
                choices.Add($"Input '{input.Name}' carries real values up to ±{range:g6} in steps of {step:g6}; larger ones are limited and counted.");
                return new InputEncoding(InputKind.Real, step, RealBound);
        }
    }

    // True when spiking neurons, and nothing else with a memory, look at the input first. An encoder's input is real by its purpose.
    private static bool TakesSpikes(NetworkGraph graph, string name, HashSet<string> seen)
    {
        foreach (Edge edge in graph.Outgoing(name))
        {
            Node target = graph.Find(edge.Target)!;
            if (target is PairedEncoderNode) return false;
            if (target is PopulationNode { Spikes: true } || !seen.Add(target.Name)) continue;
            if (target is PopulationNode or StateSpaceNode or OutputNode || !TakesSpikes(graph, target.Name, seen)) return false;
        }

        return true;
    }
}
