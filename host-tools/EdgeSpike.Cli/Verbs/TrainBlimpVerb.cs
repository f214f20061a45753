using System;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Training.Evolution.Blimp;
using EdgeSpike.Training.Evolution.Distributed;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike train blimp: evolves the controllers of 80 neurons that imitate PD and I.</summary>
internal static class TrainBlimpVerb
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);

    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        BlimpSettings defaults = new() { Control = ControlTask.ProportionalDerivative };
        Argument<string> part = new("PART") { Description = "pd (LIF neurons), i (IWTA-LIF neurons); both: joins evolved controllers to one model, and flies it; description: writes what convert takes, of one genome or of both; worker: evaluates for others.", HelpName = "pd|i|both|description|worker" };
        part.AcceptOnlyFromAmong("pd", "i", "both", "description", "worker");
        Option<string?> output = Choices.Path("--output", "OUT.esm", "Model to write; beside it its description (.json, .safetensors), its genome, the log, and while it runs a checkpoint. For description: the .json.", "-o");
        Option<double?> seed = Choices.Number("--seed", "S", "Seed of all that is drawn. Default 1.", v => v >= 0 && v <= uint.MaxValue && v == Math.Floor(v), "a whole number from 0 up");
        Option<double?> evaluations = Choices.Number("--evaluations", "N", "Evaluations of a genome. Default 2,500,000, the paper's.", v => v >= 1 && v <= 1e12 && v == Math.Floor(v), "a whole number from 1 up");
        Option<double?> population = Choices.Number("--population", "L", $"Genomes of a generation. Default {defaults.Population}.", v => v is >= 4 and <= 4096 && v == Math.Floor(v), "a whole number from 4 to 4096");
        Option<double?> sigma = Choices.Number("--sigma", "S", "Initial step, in units of a parameter's range. Default 0.1.", v => v is > 0 and <= 1, "a number above 0, at most 1");
        Option<double?> closed = Choices.Number("--closed-loop", "W", "Weight of the cost of simulated flights beside the loss of imitation. Default 0: the loss alone.", v => v is >= 0 and <= 1000, "a number from 0 to 1000");
        Option<string?> partner = Choices.Path("--partner", "GENOME.json", "Genome of the evolved controller of the other part, which flies along. Default: the classical one does.");
        Option<string?> start = Choices.Path("--start", "GENOME.json", "Genome to start from. Default: drawn from the bounds.");
        Option<string?> data = Choices.Path("--data", "DIR", "Folder of the recorded flights, for pd. Default: blimp/flight_csv in EDGESPIKE_DATA.");
        Option<bool> simulated = new("--simulated") { Description = "Simulated flights in place of recorded ones, for pd." };
        Option<double?> threads = Choices.Number("--threads", "T", "Vectors of genomes evaluated at once. Default: one for each core.", v => v is >= 1 and <= 1024 && v == Math.Floor(v), "a whole number from 1 up");
        Option<bool> plain = new("--lif") { Description = "LIF neurons for i too, which can't integrate: for comparison." };
        Option<string?> first = Choices.Path("--pd", "GENOME.json", "For both and description: the genome of pd."), second = Choices.Path("--i", "GENOME.json", "For both and description: the genome of i.");
        Option<string?> broker = Choices.Path("--broker", "mqtt://HOST", "Spread the evaluations over workers at this MQTT 5 broker. What they don't answer is done here; the result is the same.");
        Option<string?> worker = Choices.Path("--worker", "mqtt://HOST", "For worker: the broker to take work from, until Ctrl-C.");
        Option<double?> patience = Choices.Number("--patience", "SECONDS", "With --broker: how long a worker may take before its work is given to another. Default 5.", v => v is > 0 and <= 3600, "a number above 0, at most 3600");
        Option<bool> resume = new("--resume") { Description = "Go on where the same command was stopped." };
        VerbCommand blimp = new(
            "blimp", "Evolves a controller of 80 spiking neurons for a blimp, in the integers that it will fly with.",
            ("edgespike train blimp pd -o pd.esm", "the proportional and derivative part, from recorded flights"),
            ("edgespike train blimp i -o i.esm --closed-loop 1 --partner pd.genome.json", "the integral part, flying with the other"),
            ("edgespike train blimp pd -o pd.esm --resume", "go on after an interruption"),
            ("edgespike train blimp both --pd pd.genome.json --i i.genome.json -o blimp.esm", "one model of 160 neurons, and 20 flights of it beside PID"),
            ("edgespike train blimp description --i i.genome.json -o i.json", "the network of a genome, for convert, inspect and other tools"),
            ("edgespike train blimp worker --worker mqtt://robot.local", "evaluate for whoever runs with --broker mqtt://robot.local"));
        blimp.Add(part);
        foreach (Option option in (Option[])[output, seed, evaluations, population, sigma, closed, partner, start, data, simulated, threads, plain, first, second, broker, worker, patience, resume]) blimp.Add(option);
        blimp.Work = parsed =>
        {
            string? folder = parsed.GetValue(data);
            if (parsed.GetValue(part) == "worker") return Work(session, parsed.GetValue(worker), folder);
            bool describe = parsed.GetValue(part) == "description";
            string model = parsed.GetValue(output) ?? throw new ConversionException(ErrorCode.OptionNeeded, "-o", "no file to write", describe ? "give -o OUT.json" : "give -o OUT.esm");
            if (describe) return Describe(session, model, parsed.GetValue(first), parsed.GetValue(second));
            if (!model.EndsWith(".esm", StringComparison.OrdinalIgnoreCase))
                throw new ConversionException(ErrorCode.Usage, $"-o {model}", "a model ends in .esm", $"give {Path.ChangeExtension(model, ".esm")}");
            if (parsed.GetValue(part) == "both") return Join(session, model, parsed.GetValue(first), parsed.GetValue(second));
            BlimpSettings settings = defaults with
            {
                Control = parsed.GetValue(part) == "i" ? ControlTask.Integral : ControlTask.ProportionalDerivative,
                Seed = (ulong)(parsed.GetValue(seed) ?? defaults.Seed),
                Evaluations = (long)(parsed.GetValue(evaluations) ?? defaults.Evaluations),
                Population = (int)(parsed.GetValue(population) ?? defaults.Population),
                Sigma = parsed.GetValue(sigma) ?? defaults.Sigma,
                Plain = parsed.GetValue(plain),
                ClosedWeight = parsed.GetValue(closed) ?? defaults.ClosedWeight,
            };
            double[]? Genome(Option<string?> from, bool other)
            {
                if (parsed.GetValue(from) is not string path) return null;
                GenomeFile file = GenomeFile.Read(path);
                if ((file.Settings.Control == settings.Control) == other)
                    throw new ConversionException(ErrorCode.InputMismatch, path, $"it is of the {(other ? "same" : "other")} part", $"give a genome of the {(other ? "other" : "same")} one");
                return file.Genes;
            }

            BlimpTask task = new(settings.Control, settings.Seed, settings.ClosedWeight, Genome(partner, true), Flights(settings.Control, folder, parsed.GetValue(simulated)), settings.Plain);
            using DistributedEvaluator? spread = parsed.GetValue(broker) is string address
                ? new DistributedEvaluator(address, task, settings, settings.Control == ControlTask.ProportionalDerivative && !parsed.GetValue(simulated), TimeSpan.FromSeconds(parsed.GetValue(patience) ?? 5))
                : null;
            IGenerationEvaluator evaluator = spread is not null ? spread : new LocalEvaluator((int)(parsed.GetValue(threads) ?? Environment.ProcessorCount));
            Stopwatch watch = Stopwatch.StartNew(), sinceLast = Stopwatch.StartNew();
            GenomeFile result = BlimpTraining.Run(settings, task, evaluator, Genome(start, false), model, parsed.GetValue(resume), progress =>
            {
                session.Cancellation.ThrowIfCancellationRequested();
                if (sinceLast.Elapsed < s_between) return;
                sinceLast.Restart();
                session.Error.WriteLine($"{Units.Number(progress.Evaluations)} of {Units.Number(settings.Evaluations)} evaluations, {Units.Number((long)progress.PerSecond)} a second; value {progress.Value:F4}, best {progress.Best:F4}, step {progress.Sigma:G3}");
            });
            double seconds = watch.Elapsed.TotalSeconds;
            session.Show(
                new { Model = model, result.Settings, result.Data, result.EvaluationsDone, result.Value, result.HeldOutLoss, Seconds = seconds, spread?.FromWorkers, spread?.Here, spread?.SentAgain, spread?.Refused, spread?.Late },
                console =>
                {
                    Tables.Line(console, $"{Units.Number(result.EvaluationsDone)} evaluations in {seconds:F0} s, on {result.Data}");
                    if (spread is not null) Tables.Line(console, $"groups: {spread.FromWorkers} by workers, {spread.Here} here; {spread.SentAgain} sent again, {spread.Refused} results refused, {spread.Late} late");
                    Tables.Line(console, $"held-out loss {result.HeldOutLoss:F4}, value {result.Value:F4}");
                    Tables.Line(console, $"{model}, {Path.GetFileName(Path.ChangeExtension(model, ".json"))}, {Path.GetFileName(Path.ChangeExtension(model, ".safetensors"))}, {Path.GetFileName(Path.ChangeExtension(model, ".genome.json"))}, {Path.GetFileName(Path.ChangeExtension(model, ".csv"))}");
                });
            return ErrorCode.None;
        };
        return blimp;
    }

    private static ErrorCode Work(Session session, string? address, string? folder)
    {
        if (address is null) throw new ConversionException(ErrorCode.OptionNeeded, "worker", "it needs a broker", "give --worker mqtt://HOST");
        using EvolutionWorker worker = new(address, recorded => Flights(ControlTask.ProportionalDerivative, folder, !recorded));
        Stopwatch sinceLast = Stopwatch.StartNew();
        worker.Run(
            w =>
            {
                if (sinceLast.Elapsed < s_between) return;
                sinceLast.Restart();
                session.Error.WriteLine($"{Units.Number(w.Groups)} groups, {Units.Number(w.Refused)} messages refused");
            },
            session.Cancellation);
        session.Show(new { worker.Groups, worker.Refused }, console => Tables.Line(console, $"{Units.Number(worker.Groups)} groups, {Units.Number(worker.Refused)} messages refused"));
        return ErrorCode.None;
    }

    private static ErrorCode Describe(Session session, string path, string? pd, string? i)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".genome.json", StringComparison.OrdinalIgnoreCase))
            throw new ConversionException(ErrorCode.Usage, $"-o {path}", "a description ends in .json, and is no genome", $"give {Path.ChangeExtension(path.Replace(".genome.", ".", StringComparison.OrdinalIgnoreCase), ".json")}");
        NetworkGraph graph = ControllerDescription.Write(pd is null ? null : (GenomeFile.Read(pd), pd), i is null ? null : (GenomeFile.Read(i), i), path);
        string tensors = Path.ChangeExtension(path, ".safetensors");
        session.Show(new { Description = path, Tensors = tensors, graph.Name, Nodes = graph.Nodes.Count }, console => Tables.Line(console, $"{path}, {Path.GetFileName(tensors)}: {graph.Name}, {graph.Nodes.Count} nodes"));
        return ErrorCode.None;
    }

    private static ErrorCode Join(Session session, string model, string? pd, string? i)
    {
        if (pd is null || i is null) throw new ConversionException(ErrorCode.OptionNeeded, "both", "it joins two genomes", "give --pd and --i");
        BlimpFlights flights = BlimpFlights.Join(GenomeFile.Read(pd), pd, GenomeFile.Read(i), i, model);
        session.Show(
            new { Model = model, flights.Bytes, flights.ArenaBytes, flights.Rows },
            console =>
            {
                console.Write(Tables.Of(
                    ["20 flights, mean (worst)", ">steady error", ">overshoot up", ">overshoot down", ">oscillation", ">mean |e|"],
                    System.Linq.Enumerable.Select(flights.Rows, r => (string[])[r.Controller, r.Text(m => m.SteadyError), r.Text(m => m.OvershootUp), r.Text(m => m.OvershootDown), r.Text(m => m.Oscillation), r.Text(m => m.MeanError)])));
                Tables.Line(console, $"{model}: {Units.Bytes(flights.Bytes)}, working memory {Units.Bytes(flights.ArenaBytes)}");
            });
        return ErrorCode.None;
    }

    private static FlightFile[]? Flights(ControlTask control, string? folder, bool simulated)
    {
        if (control == ControlTask.Integral || simulated) return null;
        folder ??= Environment.GetEnvironmentVariable("EDGESPIKE_DATA") is { Length: > 0 } root ? Path.Combine(root, "blimp", "flight_csv") : null;
        return FlightFile.ReadAll(folder)
            ?? throw new ConversionException(ErrorCode.FileMissing, folder ?? "recorded flights", "there is no blimp_sysid_1.csv", "set EDGESPIKE_DATA, give --data, or --simulated");
    }
}
