using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;

namespace EdgeSpike.Training.Evolution.Blimp;

using Readout = EdgeSpike.Conversion.Graph.Readout;

/// <summary>
/// Controllers as a description: the same network as <see cref="ControllerModel"/> writes, in real numbers and with the steps that its
/// integers stand for, so that converting it gives the same integers.
/// </summary>
/// <remarks>
/// For each controller: a paired encoder, the weights of the hidden neurons (and of their thresholds, where these adapt) as matrices whose
/// 2 x 2 blocks belong to one pair, the hidden neurons, and a mirrored read-out. The outputs of several are added.
/// </remarks>
public static class ControllerDescription
{
    /// <summary>The two files, beside a model of that path: NAME.json and NAME.safetensors.</summary>
    /// <param name="controllers">One or more, with the names of their layers' prefixes ("pd", "i").</param>
    /// <param name="name">Name of the network.</param>
    /// <param name="path">Path of the model, or of the description itself.</param>
    public static IReadOnlyList<(string Path, byte[] Content)> Files(IReadOnlyList<(string Prefix, ControllerParameters Controller)> controllers, string name, string path)
    {
        string tensors = Path.ChangeExtension(path, ".safetensors");
        (byte[] json, byte[] stored) = DescriptionWriter.ToBytes(ToGraph(controllers, name), Path.GetFileName(tensors));
        return [(Path.ChangeExtension(path, ".json"), json), (tensors, stored)];
    }

    /// <summary>Writes the description of evolved controllers, of one or of both joined as <see cref="BlimpFlights.Join"/> joins them: all files or none.</summary>
    /// <param name="pd">Genome of pd and where it is from; null: none.</param>
    /// <param name="integral">Genome of i; null: none.</param>
    /// <param name="path">The .json to write.</param>
    /// <exception cref="ConversionException">There is no genome, one is not of its part, or a file can't be written.</exception>
    public static NetworkGraph Write((GenomeFile File, string Path)? pd, (GenomeFile File, string Path)? integral, string path)
    {
        List<(string Prefix, ControllerParameters Controller)> controllers = [];
        if (pd is { } first)
        {
            first.File.Expect(ControlTask.ProportionalDerivative, first.Path);
            controllers.Add(("pd", first.File.Controller));
        }

        if (integral is { } second)
        {
            second.File.Expect(ControlTask.Integral, second.Path);
            controllers.Add(("i", second.File.Controller));
        }

        if (controllers.Count == 0) throw new ConversionException(ErrorCode.OptionNeeded, "description", "there is no genome to describe", "give --pd, --i or both");
        string name = controllers.Count > 1 ? "blimp" : $"blimp-{controllers[0].Prefix}";
        OutputFile.WriteAll(Files(controllers, name, path));
        return ToGraph(controllers, name);
    }

    /// <summary>The network.</summary>
    public static NetworkGraph ToGraph(IReadOnlyList<(string Prefix, ControllerParameters Controller)> controllers, string name)
    {
        ArgumentNullException.ThrowIfNull(controllers);
        Shape one = new(1);
        List<Node> nodes = [new InputNode { Name = "error", InputShape = one, OutputShape = one, Step = 1.0 / ControllerParameters.ErrorScale }];
        List<Edge> edges = [];
        foreach ((string prefix, ControllerParameters controller) in controllers) Add(nodes, edges, prefix, controller);
        if (controllers.Count > 1)
        {
            nodes.Add(new ScaleNode { Name = "sum", InputShape = one, OutputShape = one, Factor = [1] });
            foreach ((string prefix, _) in controllers) edges.Add(new Edge($"{prefix}.output", "sum"));
        }

        nodes.Add(new OutputNode { Name = "command", InputShape = one, OutputShape = one, Readout = Readout.Last });
        edges.Add(new Edge(controllers.Count > 1 ? "sum" : $"{controllers[0].Prefix}.output", "command"));
        NetworkGraph graph = new(name, 0.1, nodes, edges);
        graph.Validate();
        return graph;
    }

    private static void Add(List<Node> nodes, List<Edge> edges, string prefix, ControllerParameters c)
    {
        const double encoderStep = 1.0 / (1 << ControllerParameters.EncoderBits), hiddenStep = 1.0 / (1 << ControllerParameters.HiddenBits), outputStep = 1.0 / (1 << ControllerParameters.OutputBits);
        const double weightStep = encoderStep * ControllerParameters.ErrorScale, hiddenWeightStep = hiddenStep * (1 << ControllerParameters.HiddenShift), driveStep = hiddenStep * (1 << ControllerParameters.DriveShift);
        const int n = ControllerParameters.Neurons;
        Shape wide = new(n), one = new(1);
        string encoder = $"{prefix}.encoder", hidden = $"{prefix}.hidden", output = $"{prefix}.output";
        nodes.Add(new PairedEncoderNode
        {
            Name = encoder, InputShape = one, OutputShape = wide, Weight = Real(c.EncoderWeight, weightStep), WeightStep = weightStep, Bias = Real(c.EncoderBias, encoderStep),
            Decay = Decays(c.EncoderDecay), Threshold = Real(c.EncoderThreshold, encoderStep), MembraneStep = encoderStep,
        });
        edges.Add(new Edge("error", encoder));

        void Blocks(string what, int[] same, int[] cross, double step, EdgePort port)
        {
            double[] weight = new double[n * n];
            for (int p = 0; p < ControllerParameters.Pairs; p++)
                for (int side = 0; side < 2; side++)
                {
                    int j = 2 * p + side;
                    weight[j * n + j] = same[p] * step;
                    weight[j * n + (j ^ 1)] = cross[p] * step;
                }

            nodes.Add(new LinearNode { Name = $"{prefix}.{what}", InputShape = wide, OutputShape = wide, Weight = weight, WeightStep = step, Outputs = n, Inputs = n });
            edges.Add(new Edge(encoder, $"{prefix}.{what}"));
            edges.Add(new Edge($"{prefix}.{what}", hidden, 0, port));
        }

        Blocks("hidden.weights", c.SameWeight, c.CrossWeight, hiddenWeightStep, EdgePort.Input);
        if (c.Adaptive) Blocks("hidden.threshold_weights", c.SameThresholdWeight, c.CrossThresholdWeight, driveStep, EdgePort.Threshold);
        nodes.Add(c.Adaptive
            ? new AdaptiveNeuronNode
            {
                Name = hidden, InputShape = wide, OutputShape = wide, SynapticDecay = Decays(c.SynapticDecay), Decay = Decays(c.MembraneDecay), Threshold = Real(c.Threshold, hiddenStep),
                Reset = ResetRule.Subtract, ResetTime = ResetTime.Next, MembraneStep = hiddenStep,
                AdaptationDecay = Decays(c.AdaptationDecay), ThresholdLowerLimit = ControllerParameters.ThresholdLowerLimit * hiddenStep,
            }
            : new NeuronNode
            {
                Name = hidden, InputShape = wide, OutputShape = wide, SynapticDecay = Decays(c.SynapticDecay), Decay = Decays(c.MembraneDecay), Threshold = Real(c.Threshold, hiddenStep),
                Reset = ResetRule.Subtract, ResetTime = ResetTime.Next, MembraneStep = hiddenStep,
            });

        // The integers have 1 - leak in them; a leak of 1 leaves nothing of the weights.
        double leak = c.ReadoutDecay / 32768.0, readoutStep = outputStep * (1 << c.ReadoutShift);
        nodes.Add(new LeakyReadoutNode
        {
            Name = output, InputShape = wide, OutputShape = one, Weight = leak < 1 ? Real(c.ReadoutWeight, readoutStep / (1 - leak)) : new double[ControllerParameters.Pairs],
            WeightStep = readoutStep, Leak = [leak], Mirrored = true, MembraneStep = outputStep,
        });
        edges.Add(new Edge(hidden, output));
    }

    private static double[] Real(int[] values, double step) => [.. values.Select(v => v * step)];

    private static double[] Decays(int[] values) => Real(values, 1.0 / 32768);
}
