using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>Settings of an evolution; they and the data decide its result.</summary>
public sealed record BlimpSettings
{
    /// <summary>What is evolved.</summary>
    public required ControlTask Control { get; init; }

    /// <summary>LIF neurons for I too, for comparison; the paper's I controller is IWTA-LIF.</summary>
    public bool Plain { get; init; }

    /// <summary>Of everything that is drawn.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Evaluations; the paper: 2.5 million for each run.</summary>
    public long Evaluations { get; init; } = 2_500_000;

    /// <summary>λ. The paper has 50; a multiple of 16 fills the vectors.</summary>
    public int Population { get; init; } = 64;

    /// <summary>Initial step, in units of a parameter's range. The paper: a tenth.</summary>
    public double Sigma { get; init; } = 0.1;

    /// <summary>Default of <see cref="BuoyancyOff"/>: half as much again as in the flights that are reported, or what evolves carries only just enough for those.</summary>
    public const double DefaultBuoyancyOff = 0.3;

    /// <summary>Share by which buoyancy is off at most in the flights of both.</summary>
    public double BuoyancyOff { get; init; } = DefaultBuoyancyOff;

    /// <summary>Default of <see cref="LossWeight"/>.</summary>
    public const double DefaultLossWeight = 30;

    /// <summary>Weight of the losses of imitation beside the cost of the flights of both, in cm.</summary>
    public double LossWeight { get; init; } = DefaultLossWeight;
}

/// <summary>A genome as it is written for people and scripts, with all that leads to it again.</summary>
/// <param name="Settings">Settings of the run.</param>
/// <param name="Data">Where the data was from.</param>
/// <param name="EvaluationsDone">Evaluations when it was written.</param>
/// <param name="Value">Its validated value.</param>
/// <param name="HeldOutLoss">Its mean loss of imitation on the held-out sets; of both: of PD, then of I.</param>
/// <param name="Genes">261 numbers for each controller; of both: PD first.</param>
public sealed record GenomeFile(BlimpSettings Settings, string Data, long EvaluationsDone, double Value, double[] HeldOutLoss, double[] Genes)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="ConversionException">Missing, or not such a file.</exception>
    public static GenomeFile Read(string path)
    {
        try
        {
            GenomeFile? file = JsonSerializer.Deserialize<GenomeFile>(InputFile.ReadAllBytes(path), ReportWriter.Json);
            if (file?.Settings is null) throw new ConversionException(ErrorCode.WrongFormat, path, "it has no settings", "give the .genome.json that a run wrote");
            int expected = (file.Settings.Control == ControlTask.Both ? 2 : 1) * ControllerGenome.Length;
            if (file.Genes is null || file.Genes.Length != expected)
                throw new ConversionException(ErrorCode.WrongFormat, path, $"{file.Genes?.Length ?? 0} genes", $"give the {expected} that a run wrote");
            foreach (double gene in file.Genes)
                if (!double.IsFinite(gene)) throw new ConversionException(ErrorCode.NotFinite, path, "a gene is not a finite number", "give the file that a run wrote");
            return file;
        }
        catch (JsonException e)
        {
            throw new ConversionException(ErrorCode.WrongFormat, path, $"it is not a genome ({e.Message})", "give the .genome.json that a run wrote", e);
        }
    }

    /// <summary>Name of its network.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Name => Settings.Control switch { ControlTask.Both => "blimp", ControlTask.Integral => "blimp-i", _ => "blimp-pd" };

    /// <summary>Its controllers, with the prefixes of their layers.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<(string Prefix, ControllerParameters Controller)> Controllers
    {
        get
        {
            string[] prefixes = Settings.Control switch { ControlTask.Both => ["pd", "i"], ControlTask.Integral => ["i"], _ => ["pd"] };
            return [.. prefixes.Select((prefix, p) => (prefix, ControllerGenome.Decode(Genes.AsSpan(p * ControllerGenome.Length, ControllerGenome.Length), prefix == "i" && !Settings.Plain)))];
        }
    }

    /// <summary>As text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportWriter.Json) + "\n";
}

/// <summary>How far a run is.</summary>
/// <param name="Evaluations">Made so far, of all.</param>
/// <param name="PerSecond">Evaluations a second since the run began or was taken up.</param>
/// <param name="Value">Validated value of the mean, when it was last looked at.</param>
/// <param name="Best">The least of them.</param>
/// <param name="Sigma">Step size.</param>
public sealed record BlimpProgress(long Evaluations, double PerSecond, double Value, double Best, double Sigma);

/// <summary>
/// A whole evolution with its files: NAME.esm (the model), NAME.json and NAME.safetensors (its description, which converts to the same integers),
/// NAME.genome.json, NAME.csv (the log) and, until it is done, NAME.checkpoint.
/// Every file is written whole or not at all.
/// </summary>
public static class BlimpTraining
{
    private static readonly TimeSpan s_checkpoints = TimeSpan.FromSeconds(20);

    /// <summary>Runs, or goes on with, an evolution.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="task">The fitness, made of these settings.</param>
    /// <param name="evaluator">Computes the values.</param>
    /// <param name="start">Genome to start from; null: drawn.</param>
    /// <param name="model">Path of the model to write; the other files stand beside it.</param>
    /// <param name="resume">Go on from the checkpoint.</param>
    /// <param name="progress">Is told after each look at the mean; may throw to stop, after which the checkpoint stands.</param>
    /// <exception cref="ConversionException">A checkpoint that does not fit, or a file that can't be written.</exception>
    public static GenomeFile Run(BlimpSettings settings, BlimpTask task, IGenerationEvaluator evaluator, double[]? start, string model, bool resume, Action<BlimpProgress> progress)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(evaluator);
        ArgumentNullException.ThrowIfNull(progress);
        string checkpoint = Path.ChangeExtension(model, ".checkpoint"), log = Path.ChangeExtension(model, ".csv");
        BlimpEvolution evolution = new(task, settings.Population, settings.Sigma, start);
        StringBuilder lines = new("evaluations,value,best,held_out_loss,sigma\n");
        if (resume)
        {
            evolution.Restore(InputFile.ReadAllBytes(checkpoint), checkpoint);
            if (File.Exists(log)) Keep(lines, log, evolution.Evaluations);
        }

        long from = evolution.Evaluations;
        Stopwatch watch = Stopwatch.StartNew(), sinceCheckpoint = Stopwatch.StartNew();
        void Checkpoint() => OutputFile.WriteAll([(checkpoint, evolution.Save()), (log, Encoding.UTF8.GetBytes(lines.ToString()))]);

        try
        {
            while (evolution.Evaluations < settings.Evaluations)
            {
                if (!evolution.Step(evaluator)) continue;
                lines.Append(CultureInfo.InvariantCulture, $"{evolution.Evaluations},{evolution.LastValue:F5},{evolution.BestValue:F5},{string.Join(' ', task.HeldOutLoss(evolution.Best).Select(l => l.ToString("F5", CultureInfo.InvariantCulture)))},{evolution.Sigma:G4}\n");
                if (sinceCheckpoint.Elapsed >= s_checkpoints)
                {
                    Checkpoint();
                    sinceCheckpoint.Restart();
                }

                progress(new BlimpProgress(evolution.Evaluations, (evolution.Evaluations - from) / watch.Elapsed.TotalSeconds, evolution.LastValue, evolution.BestValue, evolution.Sigma));
            }
        }
        catch (OperationCanceledException)
        {
            Checkpoint();
            throw;
        }

        GenomeFile result = new(settings, task.DataName, evolution.Evaluations, evolution.BestValue, task.HeldOutLoss(evolution.Best), evolution.Best);
        byte[] genome = Encoding.UTF8.GetBytes(result.ToJson());
        List<(string, byte[])> files = [(model, Build(task, result, genome)), (Path.ChangeExtension(model, ".genome.json"), genome), .. ControllerDescription.Files(result.Controllers, result.Name, model), (log, Encoding.UTF8.GetBytes(lines.ToString()))];
        OutputFile.WriteAll(files);
        File.Delete(checkpoint);
        return result;
    }

    /// <summary>The model of a genome, with the first 20 s of a held-out set as its proof.</summary>
    /// <param name="task">What it was evolved for.</param>
    /// <param name="genome">The genome.</param>
    /// <param name="source">The genome's file, for the model's hash.</param>
    public static byte[] Build(BlimpTask task, GenomeFile genome, byte[] source)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(genome);
        return ControllerModel.Build(genome.Controllers, genome.Name, source, task.Parts[^1].HeldOut[0].Error.AsSpan(0, 200));
    }

    // The log of the run that goes on, up to the checkpoint.
    private static void Keep(StringBuilder lines, string log, long evaluations)
    {
        foreach (string line in File.ReadLines(log))
            if (long.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(','))), out long at) && at <= evaluations) lines.Append(line).Append('\n');
    }
}
