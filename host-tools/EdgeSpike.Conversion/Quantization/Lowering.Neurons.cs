using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Neurons: their constants in the unit of the sum that reaches them.</summary>
internal sealed partial class Lowering
{
    private const int DecayOne = 1 << 15;

    private void LowerNeuron(NeuronNode neuron)
    {
        Layout layout = LayoutOf(neuron);
        Arrivals arrivals = new(layout), drive = new(layout);
        foreach (Edge edge in _graph.Incoming(neuron.Name)) Collect(edge.Source, edge.Delay, [1.0], arrivals);
        foreach (Edge edge in _graph.Incoming(neuron.Name, EdgePort.Threshold)) Collect(edge.Source, edge.Delay, [1.0], drive);
        LowerNeuron(neuron, neuron, arrivals, drive);
    }

    // An encoder or a read-out: a connection with weights of its own, and the neurons behind it.
    private void LowerWeighted(PopulationNode node, NeuronNode neurons, double[] weight, double? step)
    {
        Layout layout = Layout.Plain(node.OutputShape.Count);
        Arrivals arrivals = new(layout);
        LinearNode connection = new()
        {
            Name = node.Name, InputShape = node.InputShape, OutputShape = node.OutputShape, Weight = weight, Outputs = layout.Count, Inputs = node.InputShape.Count, WeightStep = step,
        };
        foreach (Edge edge in _graph.Incoming(node.Name)) ConnectLinear(connection, Resolve(edge.Source, edge.Delay), [1.0], arrivals);
        LowerNeuron(node, neurons, arrivals, new Arrivals(layout));
    }

    // With g the gains and s the unit of the sum, one integer of the membrane stands for mu = g s / 2^k. The synaptic current
    // is kept as DriveGain * i, so that both gains are part of g; thresholds, biases and resets are divided by mu. What drives a
    // threshold is counted in the same unit, so that gains, which it does not pass, then become part of the weights.
    private void LowerNeuron(PopulationNode node, NeuronNode neuron, Arrivals arrivals, Arrivals thresholdDrive)
    {
        Layout layout = arrivals.Layout;
        int n = layout.Count;
        double[] drive = neuron.SynapticDecay is null ? [1.0] : neuron.DriveGain;
        double[] gain = Whole(layout.Permute(Multiply(neuron.InputGain, drive)), n);
        double[] inputBias = Whole(layout.Permute(Multiply(neuron.InputBias, drive)), n);
        for (int j = 0; j < n; j++) inputBias[j] += gain[j] * arrivals.Bias[j];
        bool oneUnit = neuron.LowerLimit is not null and not 0 || neuron is AdaptiveNeuronNode { ThresholdLowerLimit: not null and not 0 }, drives = thresholdDrive.Connections.Count > 0;
        if (gain.Any(g => g <= 0) || (oneUnit && gain.Any(g => g != gain[0])) || (drives && gain.Any(g => g != 1))) FoldGain(neuron, arrivals, gain);

        double[] range = Ranges(neuron, layout, arrivals, gain, inputBias);
        double[] reach = [.. range.Select((r, j) => r / gain[j])];
        double? membraneStep = neuron.MembraneStep / gain[0];
        if (membraneStep is not null && gain.Any(g => g != gain[0])) throw NoMembraneStep(neuron.Name, neuron.MembraneStep!.Value, "its gains differ");
        SumResult sum;
        SumResult? thresholdSum = null;
        if (drives) (sum, thresholdSum) = EmitSums(neuron.Name, arrivals, thresholdDrive, reach, oneUnit, membraneStep);
        else sum = EmitSum(neuron.Name, arrivals, reach, forNeuron: true, oneUnit, membraneStep);
        double[] mu = new double[n];
        for (int j = 0; j < n; j++) mu[j] = Math.ScaleB(gain[j] * At(sum.Step, j), -sum.Shift);
        EmitNeuron(node, neuron, layout, sum, thresholdSum, mu, inputBias);
    }

    private void EmitNeuron(PopulationNode node, NeuronNode neuron, Layout layout, SumResult sum, SumResult? thresholdSum, double[] mu, double[] inputBias)
    {
        int n = layout.Count;
        string name = neuron.Name;
        bool spikes = neuron.Threshold is not null, several = neuron.MaximumSpikes > 1;
        int target = -1;
        if (spikes)
            target = _declared.TryGetValue(name, out Signal? promised) ? promised.Buffer
                : Builder.AddBuffer(several ? BufferKind.Values : BufferKind.Events, n, neuron.MaximumSpikes, name: name);
        int membrane = Builder.AddBuffer(BufferKind.Values, n, StateLimit, persistent: true, name: $"{name}.membrane");
        int current = neuron.SynapticDecay is null ? -1 : Builder.AddBuffer(BufferKind.Values, n, StateLimit, persistent: true, name: $"{name}.current");
        int counter = neuron.RefractoryTicks == 0 ? -1 : Builder.AddBuffer(BufferKind.Values, n, neuron.RefractoryTicks, persistent: true, name: $"{name}.refractory");

        int[]? threshold = null;
        if (spikes)
        {
            double[] real = Whole(layout.Permute(neuron.Threshold!), n);
            threshold = [.. real.Select((t, j) => Threshold(neuron, t / mu[j]))];
            double finest = real.Select((t, j) => Math.Abs(t) / mu[j]).Where(t => t > 0).DefaultIfEmpty(1e9).Min();
            if (finest < 32 && neuron.MembraneStep != mu[0]) Warnings.Add($"'{name}': the smallest threshold is only {finest:0.#} steps of the membrane; use wider weights or a smaller range of its inputs.");
        }

        int Lower(string what, double? limit) => limit is double least ? Whole(name, what, Math.Max(least / mu[0], -StateLimit), StateLimit) : -StateLimit;
        int lower = Lower("the lower limit", neuron.LowerLimit);
        int Constants(string what, double[] values)
        {
            double[] all = Whole(layout.Permute(values), n);
            return Shared(TensorType.Int32, [.. all.Select((v, j) => Whole(name, what, v / mu[j], StateLimit))], optional: true);
        }

        int Decay(string what, double[]? values) => values is null ? -1 : Shared(TensorType.UInt16, Decays(neuron, what, layout.Permute(values)), optional: false);
        int InputBias() => Shared(TensorType.Int32, [.. inputBias.Select((b, j) => Whole(name, "the input bias", b / mu[j], StateLimit))], optional: true);
        int ResetValue() => neuron.Reset == ResetRule.ToValue ? Constants("the reset value", neuron.ResetValue) : -1;
        int index;
        if (neuron is AdaptiveNeuronNode adaptive)
        {
            int own = Constants("the adaptation step", adaptive.AdaptationStep);
            int State(string what, int bound) => Builder.AddBuffer(BufferKind.Values, n, bound, persistent: true, name: $"{name}.{what}");
            index = Builder.AddOperator(new AdaptiveNeuronOperator
            {
                Name = name,
                Source = sum.Buffer,
                DriveSource = thresholdSum?.Buffer ?? -1,
                Target = target,
                Membrane = membrane,
                Current = current,
                Adaptation = State("adaptation", StateLimit),
                Spiked = own >= 0 && neuron.ResetTime == ResetTime.Now ? State("spiked", 1) : -1,
                InputShift = sum.Shift,
                DriveShift = thresholdSum?.Shift ?? 0,
                Reset = (int)neuron.Reset,
                ResetTime = (int)neuron.ResetTime,
                Comparison = (int)neuron.Comparison,
                CurrentOrder = (int)neuron.Current,
                LowerLimit = lower,
                ThresholdLowerLimit = Lower("the threshold's lower limit", adaptive.ThresholdLowerLimit),
                Decay = Decay("decay", neuron.Decay),
                SynapticDecay = Decay("synaptic decay", neuron.SynapticDecay),
                Threshold = Shared(TensorType.Int32, threshold!, optional: false),
                AdaptationDecay = Decay("adaptation decay", adaptive.AdaptationDecay),
                Own = own,
                InputBias = InputBias(),
                MembraneBias = Constants("the membrane bias", neuron.MembraneBias),
                ResetValue = ResetValue(),
                Initial = Constants("the initial membrane", neuron.InitialMembrane),
            });
        }
        else
            index = Builder.AddOperator(new NeuronOperator
            {
                Name = name,
                Source = sum.Buffer,
                Target = target,
                Membrane = membrane,
                Current = current,
                Counter = counter,
                InputShift = sum.Shift,
                Reset = (int)neuron.Reset,
                ResetTime = (int)neuron.ResetTime,
                Comparison = (int)neuron.Comparison,
                CurrentOrder = (int)neuron.Current,
                Refractory = neuron.RefractoryTicks,
                MostSpikes = neuron.MaximumSpikes,
                LowerLimit = lower,
                Decay = Decay("decay", neuron.Decay),
                SynapticDecay = Decay("synaptic decay", neuron.SynapticDecay),
                Threshold = threshold is null ? -1 : Shared(TensorType.Int32, threshold, optional: false),
                InputBias = InputBias(),
                MembraneBias = Constants("the membrane bias", neuron.MembraneBias),
                ResetValue = ResetValue(),
                Initial = Constants("the initial membrane", neuron.InitialMembrane),
            });

        double[] step = Compact(mu, layout);
        Signal membraneSignal = new()
        {
            Buffer = membrane,
            Kind = BufferKind.Values,
            Bound = StateLimit,
            Step = mu.All(m => m == mu[0]) ? [mu[0]] : mu,
            Layout = layout,
            Spread = MembraneSpread(neuron),
            Power = Math.Max(1e-6, _calibration[name].Power / (mu.Average() * mu.Average())),
        };
        _membranes.Add(name, (membraneSignal, index));
        Written(neuron, spikes
            ? new Signal { Buffer = target, Kind = several ? BufferKind.Values : BufferKind.Events, Bound = neuron.MaximumSpikes, Step = [1.0], Layout = layout, Power = Power(neuron, [1.0]), Spread = neuron.MaximumSpikes }
            : membraneSignal, index);
        Layers.Add(new LayerMetadata
        {
            Name = name,
            Kind = node.Kind,
            Operator = index,
            Spikes = target,
            Membrane = membrane,
            Shape = neuron.OutputShape.ToArray(),
            Channels = layout.Channels,
            Positions = layout.Positions,
            Step = step,
        });
    }

    private double MembraneSpread(NeuronNode neuron)
    {
        double largest = _calibration[neuron.Name].State.Max();
        return (largest > 0 ? largest : 1) * _calibration.Headroom;
    }

    // Gains that can't be a factor of the unit (zero, negative) become part of the weights.
    private static void FoldGain(NeuronNode neuron, Arrivals arrivals, double[] gain)
    {
        foreach (Contribution connection in arrivals.Connections)
        {
            double[] byRow = new double[connection.Rows.Count];
            Array.Fill(byRow, double.NaN);
            for (int j = 0; j < gain.Length; j++)
            {
                int row = connection.RowOf(j);
                if (!double.IsNaN(byRow[row]) && byRow[row] != gain[j])
                    throw new ConversionException(ErrorCode.Unsupported, $"node '{neuron.Name}'", $"gains that differ over neurons that share the weights of '{connection.Name}'", "use one positive gain for each channel or block");
                byRow[row] = gain[j];
            }

            connection.ScaleRows(row => byRow[row]);
            connection.Stated = gain[0] != 0 && Array.TrueForAll(gain, g => Math.Abs(g) == Math.Abs(gain[0])) ? connection.Stated * Math.Abs(gain[0]) : null;
        }

        Array.Fill(gain, 1.0);
    }

    // What the membrane, the current and the drive are provided for: what was observed with headroom, or what the weights allow
    // if that is less, and in any case the neuron's own constants.
    private double[] Ranges(NeuronNode neuron, Layout layout, Arrivals arrivals, double[] gain, double[] inputBias)
    {
        int n = layout.Count;
        double[] observed = layout.Permute(_calibration[neuron.Name].State);
        double[] decay = Whole(layout.Permute(neuron.Decay), n), threshold = Whole(layout.Permute(neuron.Threshold ?? [0.0]), n);
        double[] adapted = layout.Permute(_calibration[neuron.Name].Adaptation);
        double[] synaptic = Whole(layout.Permute(neuron.SynapticDecay ?? [0.0]), n);
        double[] membraneBias = Whole(layout.Permute(neuron.MembraneBias), n), reset = Whole(layout.Permute(neuron.ResetValue), n);
        double[] initial = Whole(layout.Permute(neuron.InitialMembrane), n);
        double[] worst = new double[n];
        foreach (Contribution connection in arrivals.Connections)
        {
            double[] total = [.. connection.Rows.Select(row => row.Sum(Math.Abs) * connection.Source.Bound)];
            for (int j = 0; j < n; j++) worst[j] += total[connection.RowOf(j)];
        }

        double[] range = new double[n];
        double common = observed.Max() * _calibration.Headroom;
        for (int j = 0; j < n; j++)
        {
            double drive = (gain[j] * worst[j] + Math.Abs(inputBias[j])) / Math.Max(1 - synaptic[j], 1e-9);
            double most = (drive + Math.Abs(membraneBias[j]) + Math.Abs(threshold[j])) / Math.Max(1 - decay[j], 1e-9), highest = Math.Abs(threshold[j]) + adapted[j] * _calibration.Headroom;
            // A neuron that stayed quiet on the samples may still do what its neighbours do.
            double seen = Math.Max(observed[j] * _calibration.Headroom, common / 4);
            double own = Math.Max(4 * Math.Abs(threshold[j]), 2 * Math.Max(Math.Max(Math.Abs(reset[j]), Math.Abs(initial[j])), Math.Max(Math.Abs(inputBias[j]), Math.Abs(membraneBias[j]))));
            if (neuron.LowerLimit is double limit) own = Math.Max(own, Math.Abs(limit));
            if (neuron is AdaptiveNeuronNode { ThresholdLowerLimit: double least }) own = Math.Max(own, Math.Abs(least));
            own = Math.Max(own, highest);
            range[j] = Math.Max(own, Math.Min(seen, 1.01 * most));
            if (range[j] <= 0) range[j] = 1;
        }

        return range;
    }

    // A threshold between two integers: with "greater" all up to the lower one are below it. One that is subtracted or adapts is rounded.
    private static int Threshold(NeuronNode neuron, double value)
    {
        double nearest = Math.Round(value);
        double rounded = Math.Abs(value - nearest) < 1e-9 * Math.Max(1, Math.Abs(value)) || neuron.Reset == ResetRule.Subtract || neuron is AdaptiveNeuronNode
            ? nearest
            : neuron.Comparison == Comparison.Greater ? Math.Floor(value) : Math.Ceiling(value);
        if (neuron.MaximumSpikes > 1) rounded = Math.Max(1, rounded);
        return Whole(neuron.Name, "the threshold", rounded, StateLimit);
    }

    private int[] Decays(NeuronNode neuron, string what, double[] decays)
    {
        int[] values = new int[decays.Length];
        double worst = 0, at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (int)Math.Round(decays[i] * DecayOne);
            if (values[i] == DecayOne && decays[i] < 1) values[i] = DecayOne - 1;      // a leak stays a leak
            if (decays[i] is > 0 and < 1)
            {
                double leak = 1 - decays[i], error = Math.Abs((DecayOne - values[i]) / (double)DecayOne - leak) / leak;
                if (error > worst) (worst, at) = (error, decays[i]);
            }
        }

        if (worst > 0.05) Warnings.Add($"'{neuron.Name}': a {what} of {at:g6} is {100 * worst:0} % off in its leak at 15 bits; use a longer tick.");
        return values;
    }

    /// <summary>A tensor of one element where all are equal; −1 for zeros where that is the default.</summary>
    private int Shared(TensorType type, int[] values, bool optional)
    {
        if (values.Any(v => v != values[0])) return Builder.AddTensor(type, values);
        return optional && values[0] == 0 ? -1 : Builder.AddTensor(type, [values[0]]);
    }

    private static double[] Whole(double[] values, int n)
    {
        if (values.Length == n) return [.. values];
        double[] all = new double[n];
        Array.Fill(all, values[0]);
        return all;
    }

    /// <summary>Steps in the arena's order, as short as their period: shared, one for each channel, or one for each element.</summary>
    private static double[] Compact(double[] steps, Layout layout)
    {
        if (Periodic(steps, 1)) return [steps[0]];
        return layout.Channels > 1 && layout.Channels < steps.Length && Periodic(steps, layout.Channels) ? steps[..layout.Channels] : steps;
    }
}
