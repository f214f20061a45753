using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using Xunit;
using static EdgeSpike.Conversion.Tests.Quantization.Networks;
using BufferKind = EdgeSpike.Runtime.BufferKind;
using PortKind = EdgeSpike.Runtime.PortKind;

namespace EdgeSpike.Conversion.Tests.Quantization;

/// <summary>Errors with their codes, inputs and their encodings, metadata, vectors, the runner.</summary>
public sealed class ConverterTests
{
    private static NetworkGraph Spiking() =>
        Chain(Input(6), Linear("fc1", new Random(1), 6, 5, bias: true), Neuron("lif1", 0.5, 0.8, 5), Linear("fc2", new Random(2), 5, 3), Neuron("lif2", 0.3, 0.8, 3), Output(Readout.SpikeCount, 3));

    private static ConversionException Fails(ErrorCode code, Action convert)
    {
        ConversionException error = Assert.Throws<ConversionException>(convert);
        Assert.Equal(code, error.Code);
        return error;
    }

    [Fact]
    public void An_unknown_layer_gets_near_misses()
    {
        ConvertOptions options = new() { Layers = new Dictionary<string, LayerOverride> { ["fc3"] = new(WeightType.Int16) } };
        Assert.Contains("'fc1' or 'fc2'", Fails(ErrorCode.Usage, () => Converter.Convert(Spiking(), options, null, null, null)).Remedy, StringComparison.Ordinal);
        options = options with { Layers = new Dictionary<string, LayerOverride> { ["lif1"] = new(WeightType.Int16) } };
        Assert.Contains("no weights", Fails(ErrorCode.Usage, () => Converter.Convert(Spiking(), options, null, null, null)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Overrides_apply_to_their_layer_alone()
    {
        ConvertOptions options = new() { Layers = new Dictionary<string, LayerOverride> { ["fc2"] = new(WeightType.Int16, Granularity.Tensor) } };
        IReadOnlyList<TensorReport> tensors = Converter.Convert(Spiking(), options, null, null, null).Report.Tensors;
        Assert.Equal(["int8", "int16"], tensors.Select(t => t.Type));
        Assert.Equal(tensors[1].SmallestScale, tensors[1].LargestScale);
        Assert.NotEqual(tensors[0].SmallestScale, tensors[0].LargestScale);
    }

    [Fact]
    public void Real_input_without_samples_asks_for_them()
    {
        NetworkGraph graph = Chain(Input(4), Linear("a", new Random(3), 4, 3), Integrator("li", 0.9, 3), Output(Readout.Last, 3));
        Assert.Contains("--calibrate", Fails(ErrorCode.OptionNeeded, () => Converter.Convert(graph, new ConvertOptions(), null, null, null)).Remedy, StringComparison.Ordinal);
        _ = Converter.Convert(graph, new ConvertOptions { Input = InputKind.Spikes }, null, null, null);
    }

    [Fact]
    public void Samples_and_labels_have_to_fit()
    {
        Fails(ErrorCode.InputMismatch, () => Converter.Convert(Spiking(), new ConvertOptions(), new RandomSamples(5, 1, 10, 2), null, null));
        Fails(ErrorCode.InputMismatch, () => Converter.Convert(Spiking(), new ConvertOptions(), new RandomSamples(6, 1, 10, 2), [1], null));
        Fails(ErrorCode.InputMismatch, () => Converter.Convert(Spiking(), new ConvertOptions { Input = InputKind.Spikes }, new RandomSamples(6, 9, 10, 2), null, null));
        Fails(ErrorCode.Usage, () => Converter.Convert(Spiking(), new ConvertOptions { Percentile = 0 }, null, null, null));
    }

    [Fact]
    public void Sums_beyond_32_bits_name_the_layer()
    {
        // 70000 spikes at 16 bits; at 8 bits they fit, which the converter then takes and says.
        NetworkGraph graph = Chain(Input(70000), Linear("wide", new Random(4), 70000, 1), Neuron("n", 1000, 0.5, 1), Output(Readout.SpikeCount, 1));
        ConversionReport report = Converter.Convert(graph, new ConvertOptions { Weights = WeightType.Int16, Vectors = 0 }, new RandomSamples(70000, 1, 3, 1), null, null).Report;
        Assert.Contains(report.Choices, c => c.Contains("'wide'", StringComparison.Ordinal) && c.Contains("int8", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, InputKind.Spikes, 1)]
    [InlineData(20, InputKind.Counts, 255)]
    [InlineData(-2, InputKind.Real, 32767)]
    public void Samples_tell_what_the_input_carries(double largest, InputKind kind, int bound)
    {
        ConversionResult result = Converter.Convert(Spiking(), new ConvertOptions(), new RandomSamples(6, largest, 40, 3), null, null);
        InputMetadata input = result.Metadata.Inputs.Single();
        Assert.Equal(kind, input.Kind);
        Assert.Equal(bound, input.Bound);
        if (kind == InputKind.Spikes) return;
        Assert.Contains(result.Report.Choices, c => c.StartsWith("Input 'input'", StringComparison.Ordinal));
    }

    [Fact]
    public void Metadata_survives_the_file_and_vectors_prove_it()
    {
        ConversionResult result = Converter.Convert(Spiking(), new ConvertOptions { Vectors = 3, VectorTicks = 20 }, new RandomSamples(6, 1, 40, 5), [0, 1, 2, 0, 1], null);
        ModelRunner runner = new(result.Bytes);
        Assert.Equal(60, runner.Check());
        Assert.Equal(result.Metadata.ToJson(), runner.Metadata.ToJson());
        Assert.Equal(["lif1", "lif2"], runner.Metadata.Layers.Select(l => l.Name));
        Assert.NotNull(result.Report.ModelAccuracy);
        Assert.Equal(result.Report.ModelHash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(result.Bytes)));
        Assert.DoesNotContain("/", result.Metadata.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_model_fails_its_check_and_a_damaged_one_is_rejected()
    {
        ConversionResult result = Converter.Convert(Spiking(), new ConvertOptions(), new RandomSamples(6, 1, 40, 5), null, null);
        byte[] damaged = [.. result.Bytes];
        damaged[^20] ^= 1;
        ConversionException error = Fails(ErrorCode.ModelRejected, () => _ = new ModelRunner(damaged, "damaged.esm"));
        Assert.Contains("damaged.esm", error.Message, StringComparison.Ordinal);

        // Another threshold, sealed properly: the verifier has nothing against it, the vectors have.
        byte[] changed = [.. result.Bytes];
        for (int at = changed.Length - 16; at > 200 && changed.AsSpan().SequenceEqual(result.Bytes); at--)
        {
            byte before = changed[at];
            changed[at] ^= 1;
            ModelBuilder.Reseal(changed);
            try
            {
                _ = new ModelRunner(changed).Check();
                changed = [.. result.Bytes];
            }
            catch (ConversionException e) when (e.Code == ErrorCode.CheckFailed)
            {
                return;
            }
            catch (ConversionException)
            {
                changed[at] = before;
            }
        }

        Assert.Fail("no change of a constant was noticed");
    }

    [Fact]
    public void Metadata_that_does_not_fit_its_model_is_ignored()
    {
        ModelBuilder builder = new() { Metadata = """{"schema":1,"tool":"x","network":"y","inputs":[{"name":"in","buffer":99,"kind":"spikes","step":1,"bound":1,"shape":[3],"channels":1,"positions":3}],"layers":[],"outputs":[]}""" };
        int input = builder.AddBuffer(BufferKind.Events, 3), count = builder.AddBuffer(BufferKind.Values, 3, int.MaxValue, persistent: true);
        builder.AddOperator(new RunningOperator { Source = input, Target = count, Maximum = false });
        builder.AddPort(PortKind.Input, input);
        builder.AddPort(PortKind.Scores, count);
        builder.AddPort(PortKind.Activity, count);
        ModelRunner runner = new(builder.Build());
        Assert.Equal(input, runner.Metadata.Inputs.Single().Buffer);
        runner.Step([0, 1, 1]);
        Assert.Equal([0.0, 1, 1], runner.Scores());
    }

    [Fact]
    public void The_runner_clamps_and_counts_what_exceeds_an_input()
    {
        ConversionResult result = Converter.Convert(Spiking(), new ConvertOptions(), new RandomSamples(6, 20, 40, 3), null, null);
        ModelRunner runner = new(result.Bytes);
        runner.Step([1e12, -1e12, 0, 255, -255, 256]);
        Assert.Equal(3, runner.Interpreter.InputSaturations);
        Assert.Throws<ConversionException>(() => runner.Step([1]));
    }

    [Fact]
    public void Cancelling_stops_a_conversion() =>
        Assert.Throws<OperationCanceledException>(() => Converter.Convert(Spiking(), new ConvertOptions(), null, null, new Cancels()));

    private sealed class Cancels : IProgress<double>
    {
        public void Report(double value) => throw new OperationCanceledException();
    }
}
