using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Tests.Support;

/// <summary>
/// The trained seven-class L2MU for Braille, from the packed tensors of its recording folder ("l2mu-braille"), with the
/// 280 held-out samples and the spike counts its float32 reference gave for them.
/// </summary>
/// <remarks>
/// Equations (sizes: 12 inputs, 70 memories of order 7, 120 hidden, 7 classes), one tick:
/// <code>
/// I_u = E_x x + E_h s_h(t-1) + E_m s_m(t-1)          I_m = A s_m(t-1) + B s_u, per memory
/// I_h = W_x x + W_h s_h(t-1) + W_m s_m               I_o = W_o s_h + b
/// </code>
/// Every population: U = beta U + I - [U(t-1) > th] th ; s = [U > th]. A is applied as stored (it is a transpose of the
/// Legendre matrix by construction of the trained network, so it is never rebuilt from the equations).
/// </remarks>
internal sealed class L2muBraille
{
    /// <summary>Number of samples.</summary>
    public const int Samples = 280;

    /// <summary>Ticks of a sample.</summary>
    public const int Ticks = 256;

    /// <summary>Taxels, the input channels.</summary>
    public const int Channels = 12;

    /// <summary>Number of classes.</summary>
    public const int Classes = 7;

    private const int Memories = 70, Order = 7, Hidden = 120;

    private L2muBraille(NetworkGraph graph, byte[] inputs, IReadOnlyList<ExpectedSample> expected)
    {
        Graph = graph;
        Inputs = inputs;
        Expected = expected;
    }

    /// <summary>The network; nodes input, E_x, E_h, E_m, u, A, B, m, W_x, W_h, W_m, h, W_o, out, output.</summary>
    public NetworkGraph Graph { get; }

    /// <summary>Spikes 0 or 1, [Samples x Ticks x Channels] row-major.</summary>
    public byte[] Inputs { get; }

    /// <summary>One row per sample, in order.</summary>
    public IReadOnlyList<ExpectedSample> Expected { get; }

    /// <summary>The spikes of one tick of one sample, [Channels].</summary>
    public ReadOnlySpan<byte> Tick(int sample, int tick) => Inputs.AsSpan((sample * Ticks + tick) * Channels, Channels);

    /// <summary>Reads the folder; its layout is that of the recording's README.</summary>
    public static L2muBraille Load(string folder) => new(LoadGraph(folder), LoadInputs(folder), LoadExpected(folder));

    /// <summary>The network alone.</summary>
    public static NetworkGraph LoadGraph(string folder)
    {
        Dictionary<string, double[]> tensors = LoadTensors(folder);
        Dictionary<string, (double Beta, double Threshold)> neurons = LoadNeurons(folder);

        LinearNode Linear(string name, string tensor, int outputs, int inputs, int repeat = 1, double[]? bias = null) => new()
        {
            Name = name,
            InputShape = new Shape(inputs * repeat),
            OutputShape = new Shape(outputs * repeat),
            Weight = tensors[tensor],
            Bias = bias,
            Outputs = outputs,
            Inputs = inputs,
            Repeat = repeat,
        };

        NeuronNode Population(string name, int size) => new()
        {
            Name = name,
            InputShape = new Shape(size),
            OutputShape = new Shape(size),
            Decay = [neurons[name].Beta],
            Threshold = [neurons[name].Threshold],
            Reset = ResetRule.Subtract,
            ResetTime = ResetTime.Next,
            Comparison = Comparison.Greater,
        };

        Node[] nodes =
        [
            new InputNode { Name = "input", InputShape = new Shape(Channels), OutputShape = new Shape(Channels) },
            Linear("E_x", "e_x.weight", Memories, Channels),
            Linear("E_h", "e_h.weight", Memories, Hidden),
            Linear("E_m", "e_m.weight", Memories, Memories * Order),
            Population("u", Memories),
            Linear("A", "A.weight", Order, Order, Memories),
            Linear("B", "B.weight", Order, 1, Memories),
            Population("m", Memories * Order),
            Linear("W_x", "W_x.weight", Hidden, Channels),
            Linear("W_h", "W_h.weight", Hidden, Hidden),
            Linear("W_m", "W_m.weight", Hidden, Memories * Order),
            Population("h", Hidden),
            Linear("W_o", "output_transformation.weight", Classes, Hidden, bias: tensors["output_transformation.bias"]),
            Population("out", Classes),
            new OutputNode { Name = "output", InputShape = new Shape(Classes), OutputShape = new Shape(Classes), Readout = Readout.SpikeCount },
        ];
        Edge[] edges =
        [
            new("input", "E_x"), new("h", "E_h", 1), new("m", "E_m", 1),
            new("E_x", "u"), new("E_h", "u"), new("E_m", "u"),
            new("m", "A", 1), new("u", "B"),
            new("A", "m"), new("B", "m"),
            new("input", "W_x"), new("h", "W_h", 1), new("m", "W_m"),
            new("W_x", "h"), new("W_h", "h"), new("W_m", "h"),
            new("h", "W_o"), new("W_o", "out"), new("out", "output"),
        ];
        return new NetworkGraph("l2mu-braille", 0.005, nodes, edges) { Labels = ["Space", "A", "E", "I", "O", "U", "Y"] };
    }

    // Rows "tensor,shape(out x in),byte_offset,count" over one file of float32.
    private static Dictionary<string, double[]> LoadTensors(string folder)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, "weights_f32le.bin"));
        Dictionary<string, double[]> tensors = [];
        foreach (string[] row in Rows(Path.Combine(folder, "weights_manifest.csv")))
        {
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(Integer(row[2]), 4 * Integer(row[3])));
            double[] tensor = new double[values.Length];
            for (int i = 0; i < tensor.Length; i++) tensor[i] = values[i];
            tensors[row[0]] = tensor;
        }

        return tensors;
    }

    private static Dictionary<string, (double Beta, double Threshold)> LoadNeurons(string folder) =>
        Rows(Path.Combine(folder, "neurons.csv")).ToDictionary(
            row => row[0],
            row => (double.Parse(row[2], CultureInfo.InvariantCulture), double.Parse(row[3], CultureInfo.InvariantCulture)));

    // One 16-bit word per tick, bit k = spike of taxel k.
    private static byte[] LoadInputs(string folder)
    {
        ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(Path.Combine(folder, "val9_inputs_280x256_u16le_12bits.bin")));
        byte[] inputs = new byte[Samples * Ticks * Channels];
        for (int tick = 0; tick < Samples * Ticks; tick++)
            for (int channel = 0; channel < Channels; channel++)
                inputs[tick * Channels + channel] = (byte)(words[tick] >> channel & 1);
        return inputs;
    }

    private static ExpectedSample[] LoadExpected(string folder) =>
        [.. Rows(Path.Combine(folder, "val9_expected_float32.csv")).Select(row => row.Select(Integer).ToArray())
            .Select(n => new ExpectedSample(n[1], n[2], n[3..10], n[10], n[11], n[12]))];

    private static IEnumerable<string[]> Rows(string path) => File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','));

    private static int Integer(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>What the float32 reference made of one sample.</summary>
    /// <param name="Label">True class.</param>
    /// <param name="Predicted">Class of the reference: the largest count, the lowest index on a tie.</param>
    /// <param name="OutputSpikes">Spike counts of the seven outputs over the sample.</param>
    /// <param name="TotalU">Spikes of population u over the sample.</param>
    /// <param name="TotalH">Spikes of population h.</param>
    /// <param name="TotalM">Spikes of population m.</param>
    public sealed record ExpectedSample(int Label, int Predicted, int[] OutputSpikes, int TotalU, int TotalH, int TotalM);
}
