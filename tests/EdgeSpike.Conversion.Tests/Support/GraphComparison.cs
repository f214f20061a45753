using System.Collections;
using System.Linq;
using System.Reflection;
using EdgeSpike.Conversion.Graph;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Support;

/// <summary>Compares graphs by everything that a node, edge or window has, bit for bit.</summary>
internal static class GraphComparison
{
    /// <summary>Fails unless nodes, their parameters, edges, labels and tick are the same, in the same order.</summary>
    public static void AssertSame(NetworkGraph expected, NetworkGraph actual)
    {
        Assert.Equal(expected.Nodes.Select(n => n.Name), actual.Nodes.Select(n => n.Name));
        Assert.Equal(expected.Edges, actual.Edges);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.TickSeconds, actual.TickSeconds);
        foreach ((Node a, Node b) in expected.Nodes.Zip(actual.Nodes)) AssertSame(a, b, a.Name);
    }

    private static void AssertSame(object expected, object actual, string path)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        foreach (PropertyInfo property in expected.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
        {
            object? a = property.GetValue(expected), b = property.GetValue(actual);
            string at = $"{path}.{property.Name}";
            if (a is Window window) AssertSame(window, b!, at);
            else if (a is IEnumerable and not string) Assert.True(b is not null && ((IEnumerable)a).Cast<object>().SequenceEqual(((IEnumerable)b).Cast<object>()), at);
            else Assert.True(Equals(a, b), $"{at}: {a} and {b}");
        }
    }
}
