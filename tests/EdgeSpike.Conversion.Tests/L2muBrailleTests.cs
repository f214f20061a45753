using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>The packed L2MUand its samples.</summary>
public class L2muBrailleTests
{
    [Fact]
    public void The_packed_network_is_a_valid_graph_of_119083_parameters()
    {
        NetworkGraph graph = L2muBraille.LoadGraph(TestData.Require("l2mu-braille"));
        graph.Validate();
        Assert.Equal(15, graph.Nodes.Count);
        Assert.Equal(119_083, graph.Nodes.OfType<LinearNode>().Sum(n => n.Weight.Length + (n.Bias?.Length ?? 0)));
    }

    [Fact]
    public void The_samples_are_binary_and_the_expected_classes_are_264_times_right()
    {
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        Assert.Equal(280 * 256 * 12, braille.Inputs.Length);
        Assert.All(braille.Inputs.Distinct(), spike => Assert.True(spike <= 1));
        Assert.Equal(280, braille.Expected.Count);
        Assert.Equal(264, braille.Expected.Count(e => e.Label == e.Predicted));
    }
}
