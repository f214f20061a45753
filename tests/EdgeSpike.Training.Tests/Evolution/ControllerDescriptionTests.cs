using System;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Reference;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>A controller's description is the network that evolved: converted it gives the same integers.</summary>
public sealed class ControllerDescriptionTests(ITestOutputHelper output)
{
    private static readonly string s_folder = Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp");

    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    public void Converted_it_spikes_and_commands_as_the_evolved_integers_do(bool adaptive, int rounds)
    {
        long spikes = 0;
        for (int round = 0; round < rounds; round++)
        {
            SeededRandom random = new((ulong)round, 6);
            double[] genes = [.. Enumerable.Range(0, ControllerGenome.Length).Select(_ => round % 2 == 0 ? random.Next() : random.Next() < 0.5 ? 0 : 1)];
            ControllerParameters controller = ControllerGenome.Decode(genes, adaptive);
            byte[] evolved = ControllerModel.Build([("c", controller)], "c", null, []);
            spikes += SameTickByTick(evolved, Converted(Imported([("c", controller)])), random, 1 << random.NextIndex(16));
        }

        Assert.True(spikes > 10_000, $"{spikes} spikes");
    }

    /// <summary>On errors that the evolution never saw. Floors of decays are all that parts the integers from the float network.</summary>
    [Theory]
    [InlineData("pd")]
    [InlineData("i")]
    public void The_float_network_agrees_with_the_committed_controllers(string name)
    {
        GenomeFile genome = GenomeFile.Read(Path.Combine(s_folder, $"{name}.genome.json"));
        NetworkGraph graph = ControllerDescription.ToGraph([(name, genome.Controller)], name);
        ReferenceNetwork reference = new(graph, Precision.Float64);
        ModelRunner model = new(File.ReadAllBytes(Path.Combine(s_folder, $"{name}.esm")));
        string[] layers = [$"{name}.encoder", $"{name}.hidden"];
        long different = 0, pairs = 0;
        double shared = 0, total = 0, worst = 0, commands = 0, ticks = 0;
        foreach (ControlSet set in ControlSet.ForIntegral(4, 17))
        {
            reference.Reset();
            model.Reset();
            foreach (short step in set.Error)
            {
                double error = step / (double)ControllerParameters.ErrorScale;
                reference.Step([error]);
                model.Step([error]);
                foreach (string layer in layers)
                {
                    ReadOnlySpan<double> left = reference.Output(layer), right = model.Spikes(layer);
                    for (int i = 0; i < left.Length; i++)
                    {
                        pairs++;
                        if (left[i] != right[i]) different++;
                        shared += 2 * Math.Min(left[i], right[i]);
                        total += left[i] + right[i];
                    }
                }

                double off = Math.Abs(reference.Output($"{name}.output")[0] - model.Values($"{name}.output")[0]);
                (worst, commands, ticks) = (Math.Max(worst, off), commands + off, ticks + 1);
            }
        }

        output.WriteLine($"{name}: {100 - 100.0 * different / pairs:F3} % of {pairs} pairs alike, {100 * shared / total:F2} % of {total / 2:F0} spikes shared; command off by {commands / ticks:F5} in the mean, {worst:F4} at worst");
        Assert.True(total > 1000, "too few spikes to prove anything");
        Assert.InRange(shared / total, 0.95, 1);
        Assert.InRange(commands / ticks, 0, 0.05);
    }

    /// <summary>After an evolution: 'edgespike train blimp description', as host-tools/EdgeSpike.Demos/blimp/README.md says.</summary>
    [Theory]
    [InlineData("pd")]
    [InlineData("i")]
    [InlineData("blimp")]
    public void The_committed_description_is_of_the_committed_genomes_and_converts_to_the_committed_model(string name)
    {
        (string, ControllerParameters)[] controllers = [.. ((string[])["pd", "i"]).Where(p => name == "blimp" || name == p).Select(p => (p, GenomeFile.Read(Path.Combine(s_folder, $"{p}.genome.json")).Controller))];
        foreach ((string path, byte[] content) in ControllerDescription.Files(controllers, name == "blimp" ? name : $"blimp-{name}", Path.Combine(s_folder, $"{name}.json")))
            Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)), $"{path} is not of the genomes beside it");
        byte[] converted = Converted(DescriptionImporter.Import(Path.Combine(s_folder, $"{name}.json")));
        long spikes = SameTickByTick(File.ReadAllBytes(Path.Combine(s_folder, $"{name}.esm")), converted, new SeededRandom(9), 1024);
        Assert.True(spikes > 1000, $"{spikes} spikes");
    }

    [Fact]
    public void A_converted_pair_of_controllers_flies_as_the_evolved_one()
    {
        BlimpFlights evolved = BlimpFlights.Fly(File.ReadAllBytes(Path.Combine(s_folder, "blimp.esm")));
        BlimpFlights converted = BlimpFlights.Fly(Converted(DescriptionImporter.Import(Path.Combine(s_folder, "blimp.json"))));
        Assert.Equal(evolved.Rows[1].Flights, converted.Rows[1].Flights);
        Assert.Equal(evolved.ArenaBytes, converted.ArenaBytes);
    }

    private static NetworkGraph Imported((string, ControllerParameters)[] controllers)
    {
        string folder = Directory.CreateTempSubdirectory("edgespike").FullName;
        try
        {
            foreach ((string path, byte[] content) in ControllerDescription.Files(controllers, "c", Path.Combine(folder, "c.json"))) File.WriteAllBytes(path, content);
            return DescriptionImporter.Import(Path.Combine(folder, "c.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Converted(NetworkGraph graph) => Converter.Convert(graph, new ConvertOptions(), null, null, null).Bytes;

    // Every event list and the command, for errors from far inside to far outside of what a flight shows.
    private static long SameTickByTick(byte[] evolved, byte[] converted, SeededRandom random, int scale)
    {
        ModelRunner a = new(evolved), b = new(converted);
        string[] layers = [.. a.Metadata.Layers.Select(l => l.Name)];
        Assert.Equal(layers, b.Metadata.Layers.Where(l => l.Name != "sum").Select(l => l.Name));
        int commandA = a.Interpreter.Model.Ports.First(p => p.Kind == PortKind.Scores).Offset, commandB = b.Interpreter.Model.Ports.First(p => p.Kind == PortKind.Scores).Offset;
        Assert.Equal(a.Metadata.Outputs[0].Step, b.Metadata.Outputs[0].Step);
        long spikes = 0;
        for (int t = 0; t < 400; t++)
        {
            double error = (int)(random.Next(-1, 1) * scale) / (double)ControllerParameters.ErrorScale;
            a.Step([error]);
            b.Step([error]);
            foreach (string layer in layers)
            {
                Assert.True(a.Values(layer).SequenceEqual(b.Values(layer)), $"membranes of {layer} at tick {t}");
                if (a.Metadata.Layers.First(l => l.Name == layer).Spikes < 0) continue;
                Assert.True(a.Spikes(layer).SequenceEqual(b.Spikes(layer)), $"spikes of {layer} at tick {t}");
                foreach (double s in a.Spikes(layer)) spikes += (long)s;
            }

            Assert.Equal(a.Interpreter.Arena[commandA], b.Interpreter.Arena[commandB]);
        }

        return spikes;
    }
}
