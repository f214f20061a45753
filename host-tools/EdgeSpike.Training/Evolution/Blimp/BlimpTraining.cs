using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>Settings of an evolution; they and the data decide its result.</summary>
public sealed record BlimpSettings
{
    /// <summary>What is imitated.</summary>
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

    /// <summary>Weight of the closed-loop cost beside the paper's loss.</summary>
    public double ClosedWeight { get; init; }
}

/// <summary>A genome as it is written for people and scripts, with all that leads to it again.</summary>
/// <param name="Settings">Settings of the run.</param>
/// <param name="Data">Where the data was from.</param>
/// <param name="Partner">Whether an evolved controller of the other part flew along.</param>
/// <param name="EvaluationsDone">Evaluations when it was written.</param>
/// <param name="Value">Its validated value.</param>
/// <param name="HeldOutLoss">Its mean loss on the held-out sets.</param>
/// <param name="Genes">The 261 numbers.</param>
public sealed record GenomeFile(BlimpSettings Settings, string Data, bool Partner, long EvaluationsDone, double Value, double HeldOutLoss, double[] Genes)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="ConversionException">Missing, or not such a file.</exception>
    public static GenomeFile Read(string path)
    {
        try
        {
            GenomeFile? file = JsonSerializer.Deserialize<GenomeFile>(InputFile.ReadAllBytes(path), ReportWriter.Json);
            if (file?.Settings is null) throw new ConversionException(ErrorCode.WrongFormat, path, "it has no settings", "give the .genome.json that a run wrote");
            _ = BlimpTask.CheckGenome(file.Genes, path);
            return file;
        }
        catch (JsonException e)
        {
            throw new ConversionException(ErrorCode.WrongFormat, path, $"it is not a genome ({e.Message})", "give the .genome.json that a run wrote", e);
        }
    }

    /// <summary>IWTA-LIF; otherwise LIF.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Adaptive => Settings.Control == ControlTask.Integral && !Settings.Plain;

    /// <summary>The integers.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ControllerParameters Controller => ControllerGenome.Decode(Genes, Adaptive);

    /// <summary>Makes sure that it is of that part.</summary>
    /// <exception cref="ConversionException">It is of the other; the message names <paramref name="path"/>.</exception>
    public void Expect(ControlTask control, string path)
    {
        string part = control == ControlTask.Integral ? "i" : "pd";
        if (Settings.Control != control) throw new ConversionException(ErrorCode.InputMismatch, path, $"it is not of {part}", $"give the genome that 'train blimp {part}' wrote");
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
                lines.Append(CultureInfo.InvariantCulture, $"{evolution.Evaluations},{evolution.LastValue:F5},{evolution.BestValue:F5},{task.HeldOutLoss(evolution.Best):F5},{evolution.Sigma:G4}\n");
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

        GenomeFile result = new(settings, task.DataName, task.Partner is not null, evolution.Evaluations, evolution.BestValue, task.HeldOutLoss(evolution.Best), evolution.Best);
        List<(string, byte[])> files = [.. Files(result, task.HeldOut[0].Error.AsSpan(0, 200).ToArray(), model), (log, Encoding.UTF8.GetBytes(lines.ToString()))];
        OutputFile.WriteAll(files);
        File.Delete(checkpoint);
        return result;
    }

    /// <summary>The model, its description and the genome as files.</summary>
    private static List<(string Path, byte[] Content)> Files(GenomeFile result, int[] proof, string model)
    {
        byte[] genome = Encoding.UTF8.GetBytes(result.ToJson());
        bool adaptive = result.Adaptive;
        string prefix = result.Settings.Control == ControlTask.Integral ? "i" : "pd";
        (string, ControllerParameters)[] controllers = [(prefix, ControllerGenome.Decode(result.Genes, adaptive))];
        byte[] file = ControllerModel.Build(controllers, $"blimp-{prefix}", genome, proof);
        return [(model, file), (Path.ChangeExtension(model, ".genome.json"), genome), .. ControllerDescription.Files(controllers, $"blimp-{prefix}", model)];
    }

    // The log of the run that goes on, up to the checkpoint.
    private static void Keep(StringBuilder lines, string log, long evaluations)
    {
        foreach (string line in File.ReadLines(log))
            if (long.TryParse(line.AsSpan(0, Math.Max(0, line.IndexOf(','))), out long at) && at <= evaluations) lines.Append(line).Append('\n');
    }
}
