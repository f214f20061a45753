using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Runs reference and model side by side on the same samples and adds up where they differ.</summary>
internal sealed class SideBySide
{
    private readonly NetworkGraph _graph;
    private readonly SpikeComparison _spikes = new();
    private readonly Dictionary<string, (double Error, double Power)> _values = new(StringComparer.Ordinal);
    private readonly LayerMetadata[] _layers;
    private readonly long[] _saturations;
    private readonly int _samples;
    private readonly long _ticks;
    private readonly int _same, _referenceRight, _modelRight;
    private readonly bool _labelled;
    private readonly long _operations, _updates, _inputSaturations;

    public SideBySide(NetworkGraph graph, ModelRunner runner, ISampleSource samples, IReadOnlyList<int>? labels, int count, Action<int>? progress)
    {
        _graph = graph;
        _samples = count;
        _ticks = (long)count * samples.Ticks;
        _labelled = labels is not null;
        _layers = [.. runner.Metadata.Layers.Where(l => l.Spikes >= 0 || l.Membrane >= 0 || graph.Find(l.Name) is StateSpaceNode)];
        ReferenceNetwork reference = new(graph, Precision.Float64);
        OutputNode output = graph.Nodes.OfType<OutputNode>().First();
        ReadoutAccumulator readout = new(output);
        Runtime.Operator[] operators = runner.Interpreter.Model.Operators;
        _saturations = new long[operators.Length];
        double[] input = new double[samples.Channels];
        for (int sample = 0; sample < count; sample++)
        {
            reference.Reset();
            readout.Reset();
            runner.Reset();
            Dictionary<string, (SignalRecording Reference, SignalRecording Model)> records = _layers.Where(l => l.Spikes >= 0)
                .ToDictionary(l => l.Name, l => (new SignalRecording(l.Name, samples.Ticks, l.Count), new SignalRecording(l.Name, samples.Ticks, l.Count)), StringComparer.Ordinal);
            for (int tick = 0; tick < samples.Ticks; tick++)
            {
                samples.Tick(sample, tick, input);
                reference.Step(input);
                readout.Add(reference.ReadoutSignal(output.Name));
                runner.Step(input);
                foreach (LayerMetadata layer in _layers)
                {
                    if (layer.Spikes >= 0)
                    {
                        reference.Output(layer.Name).CopyTo(records[layer.Name].Reference.Row(tick));
                        runner.Spikes(layer.Name).CopyTo(records[layer.Name].Model.Row(tick));
                    }

                    AddValues(layer, layer.Membrane >= 0 ? reference.Membrane(layer.Name) : reference.Output(layer.Name), runner.Values(layer.Name));
                }
            }

            foreach (LayerMetadata layer in _layers.Where(l => l.Spikes >= 0)) _spikes.Add(records[layer.Name].Reference, records[layer.Name].Model);
            int answer = runner.Answer();
            if (answer == readout.Class) _same++;
            if (labels is not null)
            {
                if (readout.Class == labels[sample]) _referenceRight++;
                if (answer == labels[sample]) _modelRight++;
            }

            for (int i = 0; i < operators.Length; i++)
            {
                _operations += operators[i].SynapticOperations;
                _updates += operators[i].NeuronUpdates;
                _saturations[i] += operators[i].Saturations;
            }

            _inputSaturations += runner.Interpreter.InputSaturations;
            progress?.Invoke(sample + 1);
        }
    }

    /// <summary>The report, but for what the caller knows.</summary>
    public ConversionReport Report(IReadOnlyList<string> choices, IReadOnlyList<string> warnings)
    {
        List<LayerReport> layers = [];
        int from = 0;
        foreach (LayerMetadata layer in _layers)
        {
            // Operators since the layer before belong to this one: they make its sum.
            long saturations = _saturations[from..(layer.Operator + 1)].Sum();
            from = layer.Operator + 1;
            layers.Add(Layer(layer, saturations));
        }

        List<string> all = [.. warnings];
        foreach (LayerReport layer in layers)
        {
            if (layer.Spikes && layer.ReferenceRate > 0 && layer.ModelRate == 0) all.Add($"'{layer.Name}': silent in integers, though it spikes in the reference.");
            else if (layer.Spikes && layer.ReferenceRate > 0 && Math.Abs(layer.ModelRate / layer.ReferenceRate - 1) > 0.1) all.Add($"'{layer.Name}': its spike rate changes by {100 * (layer.ModelRate / layer.ReferenceRate - 1):+0;-0} %.");
            if (layer.Saturations > 0) all.Add($"'{layer.Name}': {layer.Saturations} values were limited; samples with the full range of inputs help (--calibrate).");
        }

        if (_inputSaturations > 0) all.Add($"{_inputSaturations} input values were limited to the input's range.");
        return new ConversionReport
        {
            Network = _graph.Name,
            SourceHash = _graph.SourceHash,
            ModelHash = "",
            Profile = "",
            TickSeconds = _graph.TickSeconds,
            Choices = choices,
            Warnings = all,
            InputSource = "",
            Samples = _samples,
            Ticks = _ticks,
            AnswerAgreement = (double)_same / _samples,
            ReferenceAccuracy = _labelled ? (double)_referenceRight / _samples : null,
            ModelAccuracy = _labelled ? (double)_modelRight / _samples : null,
            Layers = layers,
            Tensors = [],
            Memory = [],
            ArenaWords = 0,
            FileBytes = 0,
            SynapticOperationsPerTick = (double)_operations / _ticks,
            NeuronUpdatesPerTick = (double)_updates / _ticks,
            Saturations = _saturations.Sum() + _inputSaturations,
        };
    }

    private LayerReport Layer(LayerMetadata layer, long saturations)
    {
        (double error, double power) = _values[layer.Name];
        LayerReport report = new()
        {
            Name = layer.Name,
            Kind = layer.Kind,
            Size = layer.Count,
            Spikes = layer.Spikes >= 0,
            Agreement = 1,
            SpikeOverlap = 1,
            RelativeError = power > 0 ? Math.Sqrt(error / power) : 0,
            Saturations = saturations,
            Step = layer.Step[0],
        };
        if (layer.Spikes < 0) return report;
        Agreement agreement = _spikes[layer.Name];
        return report with
        {
            Agreement = agreement.Fraction,
            SpikeOverlap = agreement.Jaccard,
            ReferenceRate = agreement.ReferenceSpikes / agreement.Pairs,
            ModelRate = agreement.OtherSpikes / agreement.Pairs,
            FirstDifference = agreement.FirstDifference,
            AgreementOverTime = agreement.FractionCurve(),
        };
    }

    private void AddValues(LayerMetadata layer, ReadOnlySpan<double> reference, ReadOnlySpan<double> model)
    {
        (double error, double power) = _values.GetValueOrDefault(layer.Name);
        for (int i = 0; i < reference.Length; i++)
        {
            double difference = model[i] - reference[i];
            error += difference * difference;
            power += reference[i] * reference[i];
        }

        _values[layer.Name] = (error, power);
    }
}
