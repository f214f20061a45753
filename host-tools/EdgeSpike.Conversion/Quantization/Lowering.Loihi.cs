using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// Populations of the loihi profile: weights of 8 bits with an exponent for each connection, one unit for the population, and
/// every range that the chip's registers have.
/// </summary>
/// <remarks>
/// With sigma the real value of one weight step at exponent 0: weight = W / (sigma 2^e), rounded to even numbers where both
/// signs occur; vth = theta / sigma; bias = 64 b / sigma (current and membrane have 6 more bits than weights). As Lava's
/// optimize_weight_bits, each connection uses all its bits; sigma is then the smallest for which threshold, bias, current and
/// the sum of a tick stay in their registers, and a shared threshold is a whole number.
/// </remarks>
internal sealed partial class Lowering
{
    private const int LargestLoihiDelay = 62, LargestThreshold = (1 << 17) - 1, LargestBias = ((1 << 12) - 1) << 7;

    private void LowerLoihiNeuron(NeuronNode neuron)
    {
        CheckLoihi(neuron);
        Layout layout = LayoutOf(neuron);
        int n = layout.Count;
        Arrivals arrivals = new(layout);
        foreach (Edge edge in _graph.Incoming(neuron.Name)) Collect(edge.Source, edge.Delay, [1.0], arrivals);
        double[] drive = neuron.SynapticDecay is null ? [1.0] : neuron.DriveGain;
        double[] gain = Whole(layout.Permute(Multiply(neuron.InputGain, drive)), n);
        double[] input = Whole(layout.Permute(Multiply(neuron.InputBias, drive)), n), membraneBias = Whole(layout.Permute(neuron.MembraneBias), n);
        for (int j = 0; j < n; j++) input[j] += gain[j] * arrivals.Bias[j];
        FoldGain(neuron, arrivals, gain);
        if (neuron.SynapticDecay is not null && input.Any(b => b != 0))
            throw Refuse(neuron, "a bias that enters the synaptic current", "train without a bias, or without a synaptic current");
        double[] bias = [.. input.Zip(membraneBias, (a, b) => a + b)], threshold = Whole(layout.Permute(neuron.Threshold!), n);

        foreach (Contribution each in arrivals.Connections)
            if (each.Source.Kind == BufferKind.Values && each.Source.Bound > 255)
                throw Refuse(neuron, $"values up to {each.Source.Bound} from '{each.Name}'", "Loihi's connections take spikes; use --profile edge");
        LoihiWeights[] weights = [.. arrivals.Connections.Select(c => new LoihiWeights(c))];
        double sigma = Unit(neuron, weights, threshold, bias, layout);
        EmitLoihi(neuron, layout, weights, sigma, threshold, bias);
    }

    // The smallest unit that all registers permit.
    private double Unit(NeuronNode neuron, LoihiWeights[] weights, double[] threshold, double[] bias, Layout layout)
    {
        double[] units = [.. weights.Select(w => w.Finest).Where(u => u > 0)];
        double sigma = units.Length > 0 ? Math.Max(units.Min(), units.Max() / 128) : threshold.Max() / (1 << 14);
        sigma = Math.Max(sigma, threshold.Max() / LargestThreshold);
        sigma = Math.Max(sigma, bias.Max(Math.Abs) * 64 / LargestBias);
        double[] worst = new double[layout.Count];
        foreach (LoihiWeights each in weights)
        {
            double[] total = [.. each.Contribution.Rows.Select(r => r.Sum(Math.Abs) * each.Contribution.Source.Bound)];
            for (int j = 0; j < worst.Length; j++) worst[j] += total[each.Contribution.RowOf(j)];
        }

        // The current wraps once: a tick's sum has to stay below 2^24, what stays of it below 2^23.
        double decay = neuron.SynapticDecay?.Max() ?? 0, seen = _calibration[neuron.Name].State.Max() * _calibration.Headroom;
        double current = Math.Min(worst.Max() / Math.Max(1 - decay, 1e-9), Math.Max(seen, worst.Max()));
        sigma = Math.Max(sigma, Math.Max(worst.Max() * 64 / (1 << 24), current * 64 / (1 << 23)) * 1.02);
        double shared = threshold[0];
        if (threshold.All(t => t == shared) && shared > 0)
        {
            double steps = Math.Floor(shared / sigma + 1e-9);
            if (steps < 1)
                throw new ConversionException(ErrorCode.Overflow, $"node '{neuron.Name}'", "its threshold is less than one weight step", "scale its weights down or its threshold up");
            if (steps < 16) Warnings.Add($"'{neuron.Name}': its threshold is only {steps:0} weight steps.");
            sigma = shared / steps;
        }

        if (worst.Max() / Math.Max(1 - decay, 1e-9) * 64 / sigma >= 1 << 23)
            Warnings.Add($"'{neuron.Name}': its current wraps if all its inputs keep spiking, as on the chip; sample input stayed {(1 << 23) * sigma / 64 / Math.Max(_calibration[neuron.Name].State.Max(), 1e-300):0.#} times below that.");

        return sigma;
    }

    private void EmitLoihi(NeuronNode neuron, Layout layout, LoihiWeights[] weights, double sigma, double[] threshold, double[] bias)
    {
        int n = layout.Count;
        string name = neuron.Name;
        int sum = Builder.AddBuffer(BufferKind.Values, n, 1, name: $"{name}.sum");
        long bound = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            (int[][] rows, int exponent) = weights[i].Round(sigma);
            Contribution c = weights[i].Contribution;
            int scratch = i > 0 && exponent != 0 ? Builder.AddBuffer(BufferKind.Values, n, int.MaxValue, name: $"{c.Name}.scratch") : -1;
            int bytes = c switch
            {
                DenseContribution dense => EmitDense(dense, rows, TensorType.Int16, sum, scratch, i > 0, exponent, -1),
                SparseContribution sparse => EmitSparse(sparse, rows, sparse.Sources, TensorType.Int16, sum, scratch, i > 0, exponent, -1),
                ConvolutionContribution convolution => EmitConvolution(convolution, rows, TensorType.Int16, sum, scratch, i > 0, exponent, -1),
                _ => throw new InvalidOperationException(c.GetType().Name),
            };
            long raw = c.Reach * (1L << 15) * c.Source.Bound;
            bound += exponent >= 0 ? raw << exponent : (raw >> -exponent) + 1;
            ReportRows(c, rows, _ => Math.ScaleB(sigma, exponent), 255, "int16", bytes);
        }

        if (bound > int.MaxValue)
            throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"its sum may reach {bound}, beyond 32 bits", "divide the layer, or bring the weights of its connections closer together");
        Builder.ReplaceBuffer(sum, Builder.Buffers[sum] with { Bound = (int)bound });

        int target = Declare(neuron).Buffer;
        int membrane = Builder.AddBuffer(BufferKind.Values, n, (1 << 23) - 1, persistent: true, name: $"{name}.membrane");
        int current = Builder.AddBuffer(BufferKind.Values, n, int.MaxValue, persistent: true, name: $"{name}.current");
        int counter = neuron.RefractoryTicks == 0 ? -1 : Builder.AddBuffer(BufferKind.Values, n, neuron.RefractoryTicks, persistent: true, name: $"{name}.refractory");
        int[] mantissa = [.. threshold.Select(t => Whole(name, "the threshold", Math.Floor(t / sigma + 1e-9), LargestThreshold))];
        int membraneDecay = Math.Min(4095, (int)Math.Round(4096 * (1 - neuron.Decay[0])));
        int currentDecay = neuron.SynapticDecay is null ? 4095 : Math.Clamp((int)Math.Round(4096 * (1 - neuron.SynapticDecay[0])) - 1, 0, 4095);
        CoarseDecay(neuron, "decay", neuron.Decay[0], membraneDecay / 4096.0);
        if (neuron.SynapticDecay is not null) CoarseDecay(neuron, "synaptic decay", neuron.SynapticDecay[0], (currentDecay + 1) / 4096.0);
        int index = Builder.AddOperator(new LoihiNeuronOperator
        {
            Name = name,
            Source = sum,
            Target = target,
            Membrane = membrane,
            Current = current,
            Counter = counter,
            CurrentDecay = currentDecay,
            MembraneDecay = membraneDecay,
            Threshold = Shared(TensorType.Int32, [.. mantissa.Select(m => m << 6)], optional: false),
            Bias = Shared(TensorType.Int32, [.. bias.Select(b => LoihiBias(name, 64 * b / sigma))], optional: true),
            Refractory = neuron.RefractoryTicks,
        });
        double[] step = [sigma / 64];
        _membranes.Add(name, (new Signal { Buffer = membrane, Kind = BufferKind.Values, Bound = (1 << 23) - 1, Step = step, Layout = layout }, index));
        Written(neuron, Declare(neuron), index);
        Layers.Add(new LayerMetadata
        {
            Name = name, Kind = neuron.Kind, Operator = index, Spikes = target, Membrane = membrane, Shape = neuron.OutputShape.ToArray(), Channels = layout.Channels, Positions = layout.Positions, Step = step,
        });
    }

    private void CoarseDecay(NeuronNode neuron, string what, double decay, double leak)
    {
        if (decay < 1 && Math.Abs(leak - (1 - decay)) > 0.05 * (1 - decay))
            Warnings.Add($"'{neuron.Name}': a {what} of {decay:g6} is {100 * Math.Abs(leak / (1 - decay) - 1):0} % off in its leak at 12 bits; use a longer tick.");
    }

    // A mantissa of 13 bits with sign, shifted by 0 to 7.
    private static int LoihiBias(string name, double value)
    {
        int exponent = 0;
        while (Math.Abs(Math.Round(Math.ScaleB(value, -exponent))) > 4095)
            if (++exponent > 7)
                throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"a bias of {value:g6} steps is beyond ±{LargestBias}", "scale its weights, threshold and bias down together");
        return (int)Math.Round(Math.ScaleB(value, -exponent)) << exponent;
    }

    private static void CheckLoihi(NeuronNode neuron)
    {
        if (!neuron.Spikes) throw Refuse(neuron, "no threshold", "give it one and read its spikes, or use --profile edge");
        if (neuron.Reset != ResetRule.ToValue || neuron.ResetTime != ResetTime.Now || neuron.ResetValue.Any(v => v != 0))
            throw Refuse(neuron, "a reset other than to zero in the same tick", "train with such a reset, or use --profile edge");
        if (neuron.Comparison != Comparison.Greater) throw Refuse(neuron, "a spike at v = threshold", "Loihi compares v > threshold; use --profile edge");
        if (neuron.Current != CurrentOrder.New) throw Refuse(neuron, "the current of the tick before", "Loihi uses the new one; import with --current new, or use --profile edge");
        if (neuron.MaximumSpikes > 1) throw Refuse(neuron, "several spikes in a tick", "allow one, or use --profile edge");
        if (neuron.LowerLimit is not null) throw Refuse(neuron, "a lower limit of the membrane", "leave it out, or use --profile edge");
        if (neuron.InitialMembrane.Any(v => v != 0)) throw Refuse(neuron, "an initial membrane", "Loihi starts at 0; leave it out, or use --profile edge");
        if (neuron.Decay.Any(d => d != neuron.Decay[0]) || (neuron.SynapticDecay?.Any(d => d != neuron.SynapticDecay[0]) ?? false))
            throw Refuse(neuron, "decays that differ between neurons", "use one for the population, or divide it");
        if (neuron.Threshold!.Any(t => t < 0)) throw Refuse(neuron, "a negative threshold", "Loihi's thresholds are 0 or more; use --profile edge");
    }

    private static ConversionException Refuse(NeuronNode neuron, string what, string remedy) =>
        new(ErrorCode.Unsupported, $"node '{neuron.Name}'", $"{what} is not in the loihi profile", remedy);

    // The weights of one connection in Loihi's representation.
    private sealed class LoihiWeights
    {
        private readonly bool _mixed;
        private readonly int _step, _largest;
        private readonly double _widest;

        public LoihiWeights(Contribution contribution)
        {
            Contribution = contribution;
            double low = 0, high = 0;
            foreach (double[] row in contribution.Rows)
                foreach (double weight in row) (low, high) = (Math.Min(low, weight), Math.Max(high, weight));
            _mixed = low < 0 && high > 0;
            // Fewer bits are the upper ones of eight; both signs take one of them.
            _step = 1 << (8 - Math.Min(8, WeightRounding.Bits(contribution.Type)) + (_mixed ? 1 : 0));
            _largest = 256 / _step * _step - _step;
            if (_largest == 0) _largest = 255;
            _widest = Math.Max(-low, high);
        }

        public Contribution Contribution { get; }

        /// <summary>Unit at which the largest weight uses all bits at exponent 0; 0 without weights.</summary>
        public double Finest => _widest / _largest;

        /// <summary>Integers and exponent for a population's unit: exponent −8 … 7.</summary>
        public (int[][] Rows, int Exponent) Round(double sigma)
        {
            int exponent = _widest > 0 ? (int)Math.Clamp(Math.Ceiling(Math.Log2(Finest / sigma) - 1e-6), -8, 7) : 0;
            double scale = Math.ScaleB(sigma, exponent) * _step;
            int most = _largest / _step;
            int[][] rows = [.. Contribution.Rows.Select(row => row.Select(w => WeightRounding.Round(w, scale, most) * _step).ToArray())];
            return (rows, exponent);
        }
    }
}
