using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PureHDF;
using PureHDF.Filters;

namespace EdgeSpike.Conversion.Tests.Support;

/// <summary>
/// Writes NIR files for tests, in the layouts that are met in the field: arrays contiguous (versions to 0.2) or in one
/// gzip chunk (from 1.0), floats of 4 or 8 bytes. Knows nothing of the importer.
/// </summary>
internal sealed class NirWriter(bool gzip = false, bool doubles = false)
{
    /// <summary>An array of floats.</summary>
    public object Floats(IEnumerable<double> values, params int[] dimensions)
    {
        double[] all = [.. values];
        if (dimensions.Length == 0) dimensions = [all.Length];
        return doubles ? Dataset(all, dimensions) : Dataset(all.Select(v => (float)v).ToArray(), dimensions);
    }

    /// <summary>An array of 64-bit integers, as tuples are stored.</summary>
    public object Integers(params long[] values) => Dataset(values, [values.Length]);

    /// <summary>A single number, stored without axes.</summary>
    public object Scalar(double value) => doubles ? value : (float)value;

    /// <summary>A node with its parameters.</summary>
    public static H5Group Node(string type, params (string Name, object Value)[] parameters)
    {
        H5Group group = new() { ["type"] = type };
        foreach ((string name, object value) in parameters) group[name] = value;
        return group;
    }

    /// <summary>A graph, to be a node of another or the root.</summary>
    public static H5Group Graph(IEnumerable<(string Name, H5Group Node)> nodes, params (string Source, string Target)[] edges)
    {
        H5Group members = [];
        foreach ((string name, H5Group node) in nodes) members[name] = node;
        string[] names = [.. edges.SelectMany(e => new[] { e.Source, e.Target })];
        return new H5Group
        {
            ["type"] = "NIRGraph",
            ["nodes"] = members,
            ["edges"] = new H5Dataset(names, fileDims: [(ulong)edges.Length, 2]),
        };
    }

    /// <summary>A graph in a row: input of a shape, the node, output of a shape.</summary>
    public byte[] Chain(long[] inputShape, H5Group node, long[] outputShape) => File(Graph(
        [("input", Node("Input", ("shape", Integers(inputShape)))), ("x", node), ("output", Node("Output", ("shape", Integers(outputShape))))],
        ("input", "x"), ("x", "output")));

    /// <summary>The content of a file with this root.</summary>
    public static byte[] File(H5Group root, bool versioned = true)
    {
        H5File file = new() { ["node"] = root };
        if (versioned) file["version"] = "1.0.7";
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            file.Write(path, new H5WriteOptions(PreferCompactDatasetLayout: false));
            return System.IO.File.ReadAllBytes(path);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private H5Dataset Dataset(Array values, int[] dimensions)
    {
        ulong[] size = [.. dimensions.Select(d => (ulong)d)];
        return gzip
            ? new H5Dataset(values, chunks: [.. dimensions.Select(d => (uint)d)], fileDims: size, datasetCreation: new(Filters: [DeflateFilter.Id]))
            : new H5Dataset(values, fileDims: size);
    }
}
