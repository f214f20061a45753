using System;
using System.CommandLine;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Reporting;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Runtime;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike demo blimp: an evolved spiking controller and PID fly a blimp side by side.</summary>
internal static class BlimpVerb
{
    private const double DefaultPace = 0.02;
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(60);

    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Option<string?> model = Choices.Path("--model", "FILE.esm", "Another controller, as 'edgespike train blimp both' writes it. Default: the included one.");
        Option<double?> seed = Whole("--seed", "S", "Seed of buoyancy, noise and gusts. Default 1.", 0, uint.MaxValue);
        Option<double?> seeds = Whole("--seeds", "N", $"Flights of --evaluate and --faults, with seeds from 1 up. Default {BlimpEvaluation.DefaultSeeds}.", 1, 100_000);
        Option<double?> seconds = Whole("--seconds", "T", "Length of the flight; after 200 s it begins again, with other gusts. Default 200.", 1, 86_400);
        Option<string?> flight = Choices.Path("--flight", "FILE.csv", "A recorded flight at 30 Hz (columns k, t_s, u, h_detrended_m): both controllers are given its error.");
        Option<bool> evaluate = new("--evaluate") { Description = "Figures of the closed loop over many seeds, beside PID and the paper's." };
        Option<string?> plant = new("--plant") { Description = "What flies in --evaluate: the paper's double integrator, or the range model identified from recorded flights. Default: integrator.", HelpName = "integrator|range" };
        plant.AcceptOnlyFromAmong("integrator", "range");
        Option<bool> faults = new("--faults") { Description = "What breaks in flight, how soon it is found, and what becomes of it." };
        Option<string?> report = Choices.Path("--report", "DIR", "Folder for blimp.html and blimp.json.");
        Option<double?> pace = Choices.Number("--pace", "SECONDS", $"Time of a control step; 0.1 is real time. With --board the simulator then does not wait for late answers. Default {DefaultPace.ToString(CultureInfo.InvariantCulture)} when someone watches, else none.", v => v is >= 0 and <= 10, "0 to 10");
        BoardChoices boards = new();
        VerbCommand blimp = new(
            "blimp", "A simulated blimp keeps its altitude: 160 evolved spiking neurons beside PID, through steps, ramps, ballast and gusts.",
            ("edgespike demo blimp", "live, both side by side"),
            ("edgespike demo blimp --seed 3 --report blimp", "another flight, and a page"),
            ("edgespike demo blimp --board mps2-an386 --seconds 600", "the controller on a board, here in QEMU, in lock-step: every spike compared with this machine"),
            ("edgespike demo blimp --board mps2-an386 --pace 0.1", "in real time: the blimp does not wait for the board"),
            ("edgespike demo blimp --flight blimp_sysid_5.csv", "a recorded flight's error, given to both"),
            ("edgespike demo blimp --evaluate --json", "20 flights with noise and a buoyancy off by up to 20 %, in figures"),
            ("edgespike demo blimp --evaluate --plant range", "the same on the plant that was identified from recorded flights"),
            ("edgespike demo blimp --faults", "the table of faults and outcomes"));
        foreach (Option option in (Option[])[model, seed, seeds, seconds, flight, evaluate, plant, faults, report, pace]) blimp.Add(option);
        boards.AddTo(blimp);
        blimp.Work = parsed =>
        {
            bool table = parsed.GetValue(faults), figures = parsed.GetValue(evaluate);
            string? recorded = parsed.GetValue(flight);
            string[] modes = [.. new[] { table ? "--faults" : null, figures ? "--evaluate" : null, recorded is null ? null : "--flight" }.OfType<string>()];
            if (modes.Length > 1) throw new ConversionException(ErrorCode.Usage, string.Join(" ", modes), "they are different runs", "give one of them");
            Only(parsed.GetValue(seeds) is not null, "--seeds", table || figures, "--evaluate or --faults");
            Only(parsed.GetValue(plant) is not null, "--plant", figures, "--evaluate");
            Only(parsed.GetValue(seed) is not null, "--seed", modes.Length == 0, "the flight that is shown");
            Only(parsed.GetValue(seconds) is not null, "--seconds", modes.Length == 0, "the flight that is shown");
            Only(parsed.GetValue(report) is not null, "--report", !table && !figures, "the flight that is shown, or --flight");
            Only(parsed.GetValue(pace) is not null, "--pace", !table && !figures, "the flight that is shown, or --flight");
            FlightFile? file = recorded is null ? null : FlightFile.Read(recorded);

            string? path = parsed.GetValue(model);
            BlimpModel controller = path is not null ? BlimpModel.Load(InputFile.ReadAllBytes(path), path)
                : BlimpModel.Included() ?? throw new ConversionException(ErrorCode.OptionNeeded, "edgespike demo blimp", "this build includes no controller", "give one with --model; 'edgespike train blimp' evolves it");
            string? temporary = null;
            try
            {
                if (path is null && boards.Given(parsed))
                {
                    temporary = Directory.CreateTempSubdirectory("edgespike-").FullName;
                    path = Path.Combine(temporary, "blimp.esm");
                    File.WriteAllBytes(path, controller.Bytes);
                }

                using DeviceConnection? connection = path is null ? null : boards.Open(session, parsed, path, controller.Bytes);
                ControlDevice? device = connection is null ? null : new ControlDevice(connection, controller.Command);
                SpikingController spiking = new(controller, device);
                int count = (int)(parsed.GetValue(seeds) ?? BlimpEvaluation.DefaultSeeds);
                if (table) return Faults(session, controller, spiking, count, device);
                if (figures) return Evaluate(session, controller, spiking, count, parsed.GetValue(plant) == "range" ? FlightPlant.Range : FlightPlant.DoubleIntegrator, path is null || temporary is not null, device);
                BlimpDemo demo = file is not null ? new BlimpDemo(controller, spiking, file)
                    : new BlimpDemo(controller, spiking, (ulong)(parsed.GetValue(seed) ?? 1), (int)Math.Round((parsed.GetValue(seconds) ?? BlimpScenario.RoundSteps * BlimpTiming.ControlSeconds) / BlimpTiming.ControlSeconds));
                return Show(session, controller, demo, device, parsed.GetValue(pace), parsed.GetValue(report));
            }
            finally
            {
                if (temporary is not null) Directory.Delete(temporary, recursive: true);
            }
        };
        return blimp;
    }

    private static Option<double?> Whole(string name, string unit, string description, double least, double most) =>
        Choices.Number(name, unit, description, v => v >= least && v <= most && v == Math.Floor(v), $"a whole number from {Units.Number(least)} to {Units.Number(most)}");

    private static void Only(bool given, string option, bool allowed, string with)
    {
        if (given && !allowed) throw new ConversionException(ErrorCode.Usage, option, $"it is for {with}", "leave it out");
    }

    private static ErrorCode Show(Session session, BlimpModel model, BlimpDemo demo, ControlDevice? device, double? pace, string? folder)
    {
        bool watched = !session.Json && session.Console.Profile.Capabilities.Interactive;
        ControlSchedule? schedule = device is not null && pace > 0 ? new ControlSchedule { Period = (int)Math.Round(1e6 * pace.Value), Deadline = Math.Max(1, (int)Math.Round(5e5 * pace.Value)) } : null;
        if (schedule is not null && schedule.Check() != LoopError.None) throw new ConversionException(ErrorCode.Usage, "--pace", "no clock is that fast", "give 0.001 or more");
        if (watched)
        {
            BlimpView view = new(demo, model, $"{(demo.Source.StartsWith("simulated", StringComparison.Ordinal) ? "SIMULATED: " : "")}{demo.Source}{(device is null ? "" : $", on {device.Place}")}");
            session.Console.Live(new Text("")).AutoClear(true).Start(context =>
            {
                Stopwatch since = Stopwatch.StartNew();
                Fly(session, demo, schedule, pace ?? DefaultPace, () =>
                {
                    if (since.Elapsed < s_between && demo.Done < demo.Steps) return;
                    since.Restart();
                    context.UpdateTarget(view.Draw());
                    context.Refresh();
                });
            });
        }
        else
            LongWork.Run(session, "flying", progress =>
            {
                Fly(session, demo, schedule, pace ?? 0, () => progress.Report((double)demo.Done / demo.Steps));
                return true;
            });

        BlimpResult result = demo.Result(device is null ? null : new BlimpLink(device.Place, device.SameTicks, schedule is null ? null : pace, schedule?.Late ?? 0, demo.Unanswered, device.WorstSeconds));
        string? page = null;
        if (folder is not null)
        {
            ReportWriter.MakeFolder(folder);
            OutputFile.WriteAll(BlimpReportPage.Files(result, folder));
            page = Path.GetFullPath(Path.Combine(folder, "blimp.html"));
        }

        session.Show(
            new
            {
                result.Model, result.ModelSha256, result.ModelBytes, result.ArenaBytes, result.Neurons, result.Source, Simulated = !result.Replayed, result.Seed, result.Buoyancy, Steps = result.SetPoint.Length,
                Controllers = result.Traces.Select(t => new { t.Controller, MeanError = BlimpReportPage.MeanError(result, t), t.Parts }), result.Likeness, result.Layers, result.Rates, result.SynapticOperations, result.Link, ReportPage = page,
            },
            console => Write(console, result, page));
        return ErrorCode.None;
    }

    /// <summary>Steps the demo to its end: at a pace, as fast as it goes, or on a schedule that passes over steps without an answer.</summary>
    private static void Fly(Session session, BlimpDemo demo, ControlSchedule? schedule, double pace, Action stepped)
    {
        Stopwatch clock = Stopwatch.StartNew();
        long Microseconds() => (long)(1e6 * clock.Elapsed.TotalSeconds);
        schedule?.Start(0);
        long released = 0;
        while (demo.Done < demo.Steps)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            if (schedule is null)
            {
                demo.Step();
                stepped();
                // Late pictures don't have to be caught up with.
                released = Math.Max(released + (long)(1e6 * pace), Microseconds() - 1000);
                Wait(session, released - Microseconds());
                continue;
            }

            if (!schedule.Due(Microseconds()))
            {
                Wait(session, schedule.Release + schedule.Period - Microseconds());
                continue;
            }

            // The blimp did not wait.
            for (int i = 0; i < schedule.Skipped && demo.Done < demo.Steps; i++) demo.StepUnanswered();
            if (demo.Done < demo.Steps) demo.Step();
            schedule.End(Microseconds());
            stepped();
        }
    }

    private static void Wait(Session session, long microseconds)
    {
        if (microseconds > 0) session.Cancellation.WaitHandle.WaitOne(TimeSpan.FromMicroseconds(microseconds));
    }

    private static ErrorCode Evaluate(Session session, BlimpModel model, SpikingController spiking, int seeds, FlightPlant plant, bool included, ControlDevice? device)
    {
        IReadOnlyList<BlimpRow> rows = LongWork.Run(session, "flying", progress => BlimpEvaluation.Run(spiking, seeds, plant, progress));
        session.Show(
            new
            {
                Model = model.Where, ModelSha256 = model.Sha256, Seeds = seeds, Simulated = true, Plant = plant, Choice = included ? BlimpEvaluation.Choice : null,
                Controllers = rows.Select(r => new { r.Controller, SteadyError = Of(r, m => m.SteadyError), OvershootUp = Of(r, m => m.OvershootUp), OvershootDown = Of(r, m => m.OvershootDown), Oscillation = Of(r, m => m.Oscillation), MeanError = Of(r, m => m.MeanError), Effort = Of(r, m => m.Effort), Roughness = Of(r, m => m.Roughness) }),
                Paper = new { PidOvershootUp = BlimpEvaluation.PaperUp, PidOvershootDown = BlimpEvaluation.PaperDown, SpikingOscillation = BlimpEvaluation.PaperSpiking },
                Board = device?.Place, device?.SameTicks,
            },
            console =>
            {
                Tables.Line(console, $"SIMULATED: {seeds} flights of 3 min, seeds 1 to {seeds}, {(plant == FlightPlant.Range ? "identified range model" : "double integrator")}, a step of 0.5 m up and down, buoyancy off by up to 20 %; cm, mean (worst)");
                List<string[]> table = [.. rows.Select(r => (string[])[r.Controller, Centimetres(r, m => m.SteadyError), Centimetres(r, m => m.OvershootUp), Centimetres(r, m => m.OvershootDown), Centimetres(r, m => m.Oscillation), Centimetres(r, m => m.MeanError), $"{Fixed(r.Mean(m => m.Effort), 2)}", $"{Fixed(r.Mean(m => m.Roughness), 2)}"])];
                if (plant == FlightPlant.DoubleIntegrator)
                {
                    table.Add(["paper, PID", "", Fixed(100 * BlimpEvaluation.PaperUp, 0), Fixed(100 * BlimpEvaluation.PaperDown, 0), "", "", "", ""]);
                    table.Add(["paper, spiking", "", "", "", $"±{Fixed(100 * BlimpEvaluation.PaperSpiking, 0)}", "", "", ""]);
                }

                console.Write(Tables.Of(["", ">steady error", ">overshoot up", ">overshoot down", ">oscillation", ">mean |e|", ">mean |u|", ">mean |Δu|"], table));
                if (plant == FlightPlant.DoubleIntegrator) Tables.Line(console, "the paper's figures are of a real blimp");
                if (included) Tables.Line(console, BlimpEvaluation.Choice);
                if (device is not null) Tables.Line(console, $"{Units.Number(device.SameTicks)} steps on {device.Place} equal the host's, all of them");
            });
        return ErrorCode.None;

        static object Of(BlimpRow row, Func<FlightMetrics, double> metric) => new { Mean = row.Mean(metric), Worst = row.Worst(metric) };
        static string Centimetres(BlimpRow row, Func<FlightMetrics, double> metric) => $"{Fixed(100 * row.Mean(metric), 1)} ({Fixed(100 * row.Worst(metric), 1)})";
    }

    private static ErrorCode Faults(Session session, BlimpModel model, SpikingController spiking, int seeds, ControlDevice? device)
    {
        IReadOnlyList<FaultRow> rows = LongWork.Run(session, "flying", progress => FaultRow.Table(spiking, seeds, progress));
        session.Show(
            new
            {
                Model = model.Where, ModelSha256 = model.Sha256, Seeds = seeds, Simulated = true, MostMove = GuardedFlight.Slew / 1000.0,
                Rows = rows.Select(r => new
                {
                    Fault = r.Fault.Name, Seconds = r.Fault.Steps * BlimpTiming.ControlSeconds, r.Climbing, Found = r.Worst(o => o.Found), Safe = r.Worst(o => o.Safe), Back = r.Worst(o => o.Back), Regained = r.Worst(o => o.Regained), Reported = GuardedFlight.Names(r.Reported),
                    FalseTrips = r.Outcomes.Sum(o => o.FalseTrips), WorstError = r.Outcomes.Max(o => o.WorstError), MoveAtTrip = r.Outcomes.Max(o => o.MoveAtTrip), MoveAtReturn = r.Outcomes.Max(o => o.MoveAtReturn), r.Outcomes,
                }),
                Board = device?.Place, device?.SameTicks,
            },
            console =>
            {
                Tables.Line(console, $"SIMULATED: {seeds} flights of 80 s each, a fault from 40 s on; the worst of all flights, in control steps of 0.1 s");
                foreach (bool climbing in (bool[])[false, true])
                {
                    Tables.Title(console, climbing ? "Asked to climb by 0.5 m as it begins" : "Level");
                    console.Write(Tables.Of(
                        ["fault", ">found", ">safe", "reported", ">back", ">within 25 cm", ">error, cm", ">move of u"],
                        rows.Where(r => r.Climbing == climbing).Select(r => (string[])
                            [r.Fault.Kind == FaultKind.None && !r.Fault.SetPointCut ? r.Fault.Name : $"{r.Fault.Name}, {r.Fault.Steps * BlimpTiming.ControlSeconds:0} s", Steps(r, o => o.Found), Steps(r, o => o.Safe), GuardedFlight.Names(r.Reported), Steps(r, o => o.Back), Steps(r, o => o.Regained), Fixed(100 * r.Outcomes.Max(o => o.WorstError), 1), Fixed(r.Outcomes.Max(o => o.MoveAtReturn), 2)])));
                }

                Tables.Line(console, "found, safe: steps from the start of the fault to its report and to the safe action, counting the first; back, within 25 cm: from its end to the controller and to the set-point again; move of u: the largest in a step as the controller returns");
                Tables.Line(console, $"neither the safe action nor the return from it moves u by more than {Fixed(GuardedFlight.Slew / 1000.0, 1)} in a step, of 6.6; a motor that disobeyed stays safe until someone acknowledges, here a second after the fault");
                int falseTrips = rows.Sum(r => r.Outcomes.Sum(o => o.FalseTrips));
                Tables.Line(console, $"safe actions without a fault: {falseTrips}");
                if (device is not null) Tables.Line(console, $"{Units.Number(device.SameTicks)} steps on {device.Place} equal the host's, all of them");
            });
        return ErrorCode.None;

        static string Steps(FaultRow row, Func<FaultOutcome, int?> steps)
        {
            int some = row.Count(steps);
            return some == 0 ? "–" : row.Worst(steps) is int all ? $"{all}" : $"{row.Outcomes.Max(steps)} ({some} of {row.Outcomes.Count})";
        }
    }

    private static void Write(IAnsiConsole console, BlimpResult result, string? page)
    {
        Tables.Line(console, $"{(result.Replayed ? "" : "SIMULATED: ")}{result.Source}, {Units.Number(result.SetPoint.Length)} control steps{(result.Buoyancy is double b ? $", imbalance of buoyancy {Fixed(b, 2)} m/s²" : "")}");
        if (result.Likeness is { } likeness)
            Tables.Line(console, $"commands: mean |difference| {Fixed(likeness.MeanDifference, 3)}, correlation {Fixed(likeness.Correlation, 3)}, loss {Fixed(likeness.Loss, 3)}");
        else
            console.Write(Tables.Of(
                ["part", "controller", ">mean |e|, cm", ">largest", ">at the end", ">oscillation", ">mean |u|", ">mean |Δu|"],
                Enumerable.Range(0, result.Traces[0].Parts.Count).SelectMany(p => result.Traces.Select((t, i) => (Metrics: t.Parts[p], t.Controller, First: i == 0))).Select(r => (string[])
                    [r.First ? r.Metrics.Part : "", r.Controller, Fixed(100 * r.Metrics.MeanError, 1), Fixed(100 * r.Metrics.WorstError, 1), Fixed(100 * r.Metrics.SettledError, 1), Fixed(100 * r.Metrics.Oscillation, 1), Fixed(r.Metrics.Effort, 2), Fixed(r.Metrics.Roughness, 2)])));
        Tables.Line(console, $"a step takes {Units.Number(Math.Round(result.SynapticOperations))} synaptic operations; spikes per neuron and step: {string.Join(", ", result.Layers.Select((l, i) => $"{l.Name} {Fixed(result.Rates[i], 3)}"))}");
        if (result.Link is { } link)
        {
            Tables.Line(console, $"{Units.Number(link.SameTicks)} steps on {link.Board} equal the host's, all of them{(link.PeriodSeconds is null ? "; in lock-step" : "")}");
            if (link.PeriodSeconds is double period)
                Tables.Line(console, $"a step every {Units.Seconds(period)}: {Units.Number(link.Late)} answers late, {Units.Number(link.Missed)} steps without one, longest {Units.Seconds(link.WorstSeconds)}");
        }

        if (page is not null) Tables.Line(console, $"report: {page}");
    }

    private static string Fixed(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
