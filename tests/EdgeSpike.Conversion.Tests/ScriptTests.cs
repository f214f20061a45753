using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>The Python scripts that come with the project, run as a user would.</summary>
public class ScriptTests
{
    [Fact]
    public void The_example_script_writes_a_network_that_can_be_imported()
    {
        string folder = Directory.CreateTempSubdirectory("edgespike").FullName;
        try
        {
            RunPython(folder, Path.Combine(TestData.RepositoryRoot, "host-tools/EdgeSpike.Conversion/examples/description.py"));
            NetworkGraph graph = NetworkImporter.Import(Path.Combine(folder, "net.json"), new NirOptions());
            Assert.Equal(7, graph.Nodes.Count);
            Assert.Equal(32, Assert.IsType<NeuronNode>(graph.Find("hidden")).Decay.Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_example_of_adaptive_neurons_writes_a_network_that_converts()
    {
        string folder = Directory.CreateTempSubdirectory("edgespike").FullName;
        try
        {
            RunPython(folder, Path.Combine(TestData.RepositoryRoot, "host-tools/EdgeSpike.Conversion/examples/alif.py"));
            NetworkGraph graph = NetworkImporter.Import(Path.Combine(folder, "alif.json"), new NirOptions());
            AdaptiveNeuronNode layer = Assert.IsType<AdaptiveNeuronNode>(graph.Find("alif"));
            Assert.Equal(20, layer.AdaptationStep.Count(s => s > 0));
            LayerReport report = Converter.Convert(graph, new ConvertOptions { Weights = WeightType.Int16 }, null, null, null).Report.Layers[0];
            Assert.True(report.ReferenceRate > 0.005 && report.Agreement > 0.95, $"rate {report.ReferenceRate}, {report.Agreement} alike");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_script_for_the_L2MU_writes_the_same_network_and_samples_as_the_packed_files()
    {
        string data = TestData.Require("l2mu-braille"), folder = Directory.CreateTempSubdirectory("edgespike").FullName;
        try
        {
            RunPython(folder, Path.Combine(TestData.RepositoryRoot, "tests/l2mu-braille/l2mu_to_description.py"), data, folder);
            L2muBraille packed = L2muBraille.Load(data);
            NetworkGraph graph = NetworkImporter.Import(Path.Combine(folder, "net.json"), new NirOptions());
            GraphComparison.AssertSame(packed.Graph, graph);
            SampleSet samples = SampleSet.Read(Path.Combine(folder, "inputs.npy"), graph.Nodes[0].OutputShape);
            Assert.Equal((280, 256, 12), (samples.Count, samples.Ticks, samples.Channels));
            Assert.Equal(packed.Tick(123, 45).ToArray().Select(s => (double)s), samples.Tick(123, 45));
            Assert.Equal(packed.Expected.Select(e => e.Label), SampleSet.ReadLabels(Path.Combine(folder, "labels.npy")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RunPython(string folder, params string[] arguments)
    {
        try
        {
            using Process python = Process.Start(new ProcessStartInfo("python3", arguments) { WorkingDirectory = folder, RedirectStandardError = true })!;
            string errors = python.StandardError.ReadToEnd();
            python.WaitForExit();
            Assert.True(python.ExitCode == 0, errors);
        }
        catch (Win32Exception)
        {
            Assert.Skip("needs python3");
        }
    }
}
