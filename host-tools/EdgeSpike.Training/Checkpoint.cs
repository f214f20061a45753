using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Import;

namespace EdgeSpike.Training;

/// <summary>
/// A trainer between two epochs as a .safetensors file: parameters, their running means, the optimiser's moments,
/// counters, what each epoch gave.
/// Written whole or not at all. What continues from it gives the same weights as what never stopped.
/// </summary>
public static class Checkpoint
{
    private const string Counters = "trainer.counters", History = "trainer.history";
    private const int Columns = 5;

    /// <summary>Writes one; <paramref name="key"/> tells runs apart whose networks are alike (settings, data).</summary>
    public static void Write(string path, Network network, Trainer trainer, string key)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(trainer);
        List<KeyValuePair<string, NumericArray>> tensors = [];
        foreach (Parameter parameter in network.Parameters)
        {
            int[] shape = [.. parameter.Shape];
            tensors.Add(new(parameter.Name, NumericArray.From(parameter.Value, shape)));
            tensors.Add(new($"average/{parameter.Name}", NumericArray.From(trainer.Average[parameter.Index], shape)));
            tensors.Add(new($"first/{parameter.Name}", NumericArray.From(trainer.Optimizer.First[parameter.Index], shape)));
            tensors.Add(new($"second/{parameter.Name}", NumericArray.From(trainer.Optimizer.Second[parameter.Index], shape)));
        }

        tensors.Add(new(Counters, NumericArray.From([trainer.Epoch, trainer.Optimizer.Steps, trainer.BestEpoch, double.IsFinite(trainer.Best) ? trainer.Best : -1], 4)));
        double[] history = [.. trainer.History.SelectMany(e => (double[])[e.Rate, e.Loss, e.Accuracy, double.IsNaN(e.Validation) ? -1 : e.Validation, e.Seconds])];
        tensors.Add(new(History, NumericArray.From(history, trainer.History.Count, Columns)));
        tensors.Add(new("trainer.key", NumericArray.From(System.Text.Encoding.UTF8.GetBytes(key), System.Text.Encoding.UTF8.GetByteCount(key))));
        OutputFile.Write(path, SafetensorsFile.ToBytes(tensors));
    }

    /// <summary>Continues from one.</summary>
    /// <exception cref="ConversionException">The file is damaged, of another network, or of another run.</exception>
    public static void Read(string path, Network network, Trainer trainer, string key)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(trainer);
        SafetensorsFile file = SafetensorsFile.Read(path);
        string found = file.Tensors.TryGetValue("trainer.key", out NumericArray? stored) ? System.Text.Encoding.UTF8.GetString(Array.ConvertAll(stored.ToDoubles(), v => (byte)v)) : "";
        if (found != key)
            throw new ConversionException(ErrorCode.InputMismatch, path, $"it belongs to another run ({(found.Length == 0 ? "without settings" : found)})", $"give the same settings, or start anew without --resume; this run is {key}");
        // All is read before anything is changed.
        List<(float[] Target, float[] Value)> loaded = [];
        foreach (Parameter parameter in network.Parameters)
        {
            loaded.Add((parameter.Value, Tensor(parameter.Name, parameter.Value.Length)));
            loaded.Add((trainer.Average[parameter.Index], Tensor($"average/{parameter.Name}", parameter.Value.Length)));
            loaded.Add((trainer.Optimizer.First[parameter.Index], Tensor($"first/{parameter.Name}", parameter.Value.Length)));
            loaded.Add((trainer.Optimizer.Second[parameter.Index], Tensor($"second/{parameter.Name}", parameter.Value.Length)));
        }

        float[] counters = Tensor(Counters, 4);
        double[] history = file.Tensors.TryGetValue(History, out NumericArray? rows) ? rows.ToDoubles() : [];
        if (history.Length != (int)counters[0] * Columns) throw new ConversionException(ErrorCode.Damaged, path, $"'{History}' does not hold {counters[0]} epochs", "start anew without --resume");
        foreach ((float[] target, float[] value) in loaded) value.CopyTo(target, 0);
        trainer.Results.Clear();
        for (int e = 0; e < (int)counters[0]; e++)
        {
            double[] row = history[(e * Columns)..((e + 1) * Columns)];
            trainer.Results.Add(new EpochResult(e + 1, (float)row[0], row[1], row[2], row[3] < 0 ? double.NaN : row[3], row[4]));
        }

        trainer.Epoch = (int)counters[0];
        trainer.Optimizer.Steps = (int)counters[1];
        trainer.BestEpoch = (int)counters[2];
        trainer.Best = counters[3] < 0 ? double.NegativeInfinity : file.Tensors[Counters].ToDoubles()[3];

        float[] Tensor(string name, int count)
        {
            if (!file.Tensors.TryGetValue(name, out NumericArray? tensor) || tensor.Count != count)
                throw new ConversionException(ErrorCode.Damaged, path, tensor is null ? $"'{name}' is not in it" : $"'{name}' has {tensor.Count} numbers where the network has {count}", "start anew without --resume");
            double[] values = tensor.ToDoubles();
            if (!values.All(double.IsFinite)) throw new ConversionException(ErrorCode.NotFinite, path, $"'{name}' holds a number that is not finite", "start anew without --resume");
            return Array.ConvertAll(values, v => (float)v);
        }
    }
}
