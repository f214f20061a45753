using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>One neuron, one input, three frameworks: equal spikes, and the membrane under the rule of each.</summary>
public sealed class LifTraceTests
{
    private static readonly int[] SpikeTicks = [460, 510, 710, 760];

    /// <summary>Forward Euler, v = 0 after a spike, recorded after it.</summary>
    [Fact]
    public void Norse() => AssertTrace("nir/lif_norse.csv", Neuron(0.96, 0.04, ResetRule.ToValue), scale: 1, tolerance: 1e-7);

    /// <summary>The same with its membrane in units 25 times smaller.</summary>
    [Fact]
    public void SnnTorch() => AssertTrace("nir/lif_snntorch.csv", Neuron(0.96, 0.04, ResetRule.ToValue), scale: 25, tolerance: 1e-7);

    /// <summary>Exponential, the threshold subtracted; the trace has its spikes between ticks, so its membrane is only near.</summary>
    [Fact]
    public void Exact() => AssertTrace("nir/lif_exact.csv", Neuron(Math.Exp(-0.04), 1 - Math.Exp(-0.04), ResetRule.Subtract), scale: 1, tolerance: 6.3e-4);

    /// <summary>Single precision gives the same spikes.</summary>
    [Fact]
    public void Norse_in_single_precision() =>
        AssertTrace("nir/lif_norse.csv", Neuron(0.96, 0.04, ResetRule.ToValue), scale: 1, tolerance: 1e-6, Precision.Float32);

    private static NeuronNode Neuron(double decay, double gain, ResetRule reset) => new()
    {
        Name = "lif",
        InputShape = new Shape(1),
        OutputShape = new Shape(1),
        Decay = [decay],
        InputGain = [gain],
        Threshold = [0.1],
        Reset = reset,
    };

    private static void AssertTrace(string file, NeuronNode neuron, double scale, double tolerance, Precision precision = Precision.Float64)
    {
        double[][] rows = [.. File.ReadLines(TestData.Require(file)).Where(line => line.Length > 0)
            .Select(line => line.Split(',').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(1000, rows.Length);
        ReferenceNetwork network = Graphs.Around(neuron, precision);
        List<int> spikes = [];
        for (int t = 0; t < rows.Length; t++)
        {
            network.Step(rows[t].AsSpan(0, 1));
            Assert.Equal(rows[t][1] / scale, network.Membrane("lif")[0], tolerance);
            Assert.Equal(rows[t][2], network.Output("lif")[0]);
            if (network.Output("lif")[0] != 0) spikes.Add(t);
        }

        Assert.Equal(SpikeTicks, spikes);
    }
}
