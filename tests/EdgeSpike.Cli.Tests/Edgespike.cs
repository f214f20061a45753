using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using EdgeSpike.Cli;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Tests;

/// <summary>
/// The command, run as its Main does but inside the test, and a folder of its own that goes when the test ends.
/// </summary>
internal sealed class Edgespike : IDisposable
{
    /// <summary>Two layers of threshold neurons, 3 inputs and 2 classes, one loop with a delay.</summary>
    public const string Network = """
        {
          "format": "edgespike-description", "version": 1, "dt": 0.001, "labels": ["no", "yes"],
          "nodes": [
            {"name": "input", "type": "input", "shape": [3]},
            {"name": "fc1", "type": "linear", "weight": [[0.5, -0.2, 0.1], [0.3, 0.4, -0.1], [-0.2, 0.6, 0.5], [0.1, 0.1, 0.7]]},
            {"name": "back", "type": "linear", "weight": [[-0.1, 0, 0, 0.1], [0, -0.2, 0, 0], [0.1, 0, -0.1, 0], [0, 0, 0.2, -0.3]]},
            {"name": "lif1", "type": "neuron", "decay": 0.8, "threshold": 0.6, "reset": "subtract"},
            {"name": "fc2", "type": "linear", "weight": [[0.7, -0.3, 0.2, 0.1], [-0.2, 0.5, 0.3, 0.4]], "bias": [0.01, -0.01]},
            {"name": "lif2", "type": "neuron", "decay": 0.9, "threshold": 0.5, "reset": "value"},
            {"name": "output", "type": "output"}
          ],
          "edges": [["input", "fc1"], ["lif1", "back", 1], ["fc1", "lif1"], ["back", "lif1"], ["lif1", "fc2"], ["fc2", "lif2"], ["lif2", "output"]]
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgespike-test-").FullName;

    /// <summary>A path in the test's folder.</summary>
    public string this[string name] => Path.Combine(_folder, name);

    /// <summary>Names of all files there.</summary>
    public string[] Files => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder, f)).Order(StringComparer.Ordinal)];

    /// <summary>Writes a text file and gives its path.</summary>
    public string Text(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Writes the network above, changed by a replacement, and gives its path.</summary>
    public string Description(string name = "net.json", string from = "", string to = "")
    {
        if (from.Length > 0 && !Network.Contains(from, StringComparison.Ordinal)) throw new ArgumentException($"'{from}' is not in the network");
        return Text(name, from.Length > 0 ? Network.Replace(from, to, StringComparison.Ordinal) : Network);
    }

    /// <summary>Writes spikes for it, [samples, ticks, channels], seeded, and gives the path.</summary>
    public string Spikes(string name, int channels = 3, int samples = 4, int ticks = 60, bool batched = true)
    {
        Random random = new(5);
        byte[] spikes = [.. Enumerable.Range(0, samples * ticks * channels).Select(_ => (byte)(random.NextDouble() < 0.3 ? 1 : 0))];
        NpyFile.Write(this[name], batched ? NumericArray.From(spikes, samples, ticks, channels) : NumericArray.From(spikes, ticks, channels));
        return this[name];
    }

    /// <summary>Converts the network on spikes, and gives the path of the model.</summary>
    public string Model(string name = "net.esm")
    {
        Outcome outcome = Run("convert", Description(), "-o", this[name], "--calibrate", Spikes("model-x.npy"));
        if (outcome.Status != 0) throw new InvalidOperationException(outcome.Error);
        return this[name];
    }

    /// <summary>Runs the command.</summary>
    public static Outcome Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    /// <summary>Runs the command with a cancellation, as Ctrl-C sets it.</summary>
    public static Outcome Run(CancellationToken cancellation, params string[] arguments)
    {
        StringWriter output = new(), error = new();
        int status = CommandLine.Run(arguments, new Session(output, error, false, false, cancellation));
        return new Outcome(status, output.ToString(), error.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>What a run of the command gave.</summary>
internal sealed record Outcome(int Status, string Output, string Error)
{
    /// <summary>The status by its name.</summary>
    public ErrorCode Code => (ErrorCode)Status;

    /// <summary>The one JSON object on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
