using System.Linq;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Cli.Terminal;

/// <summary>Recordings and their classes as a verb's options name them.</summary>
/// <param name="Samples">The recordings.</param>
/// <param name="Labels">A class for each, or null.</param>
/// <param name="Batched">The file has an axis for samples, so what is written for them has one too.</param>
internal sealed record Recordings(SampleSet Samples, int[]? Labels, bool Batched)
{
    /// <summary>Reads both files for a network's input.</summary>
    /// <exception cref="ConversionException">The files' own errors; <see cref="ErrorCode.InputMismatch"/> when they do not fit each other or the network.</exception>
    public static Recordings Read(string path, string? labels, NetworkGraph graph) => Read(path, labels, InputShape(graph));

    /// <summary>Reads both files for an input of that shape.</summary>
    public static Recordings Read(string path, string? labels, Shape shape)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        NumericArray array = NpyFile.HasSignature(bytes) ? NpyFile.Parse(bytes, path) : CsvTable.Parse(bytes, path).ToArray();
        SampleSet samples = SampleSet.From(array, shape, path);
        int[]? classes = labels is null ? null : SampleSet.ReadLabels(labels);
        if (classes is not null && classes.Length != samples.Count)
            throw new ConversionException(ErrorCode.InputMismatch, labels!, $"{classes.Length} labels for {samples.Count} recordings in {path}", "give one label per recording");
        bool batched = array.Rank >= 3 && array.Dimensions[0] == samples.Count && array.Dimensions[1] == samples.Ticks
            && array.Dimensions.Skip(2).Aggregate(1L, (product, d) => product * d) == samples.Channels;
        return new Recordings(samples, classes, batched);
    }

    /// <summary>The shape of a tick: of the input node, or of all of them side by side.</summary>
    private static Shape InputShape(NetworkGraph graph)
    {
        InputNode[] inputs = [.. graph.Nodes.OfType<InputNode>()];
        return inputs.Length == 1 ? inputs[0].OutputShape : new Shape(inputs.Sum(i => i.OutputShape.Count));
    }
}
