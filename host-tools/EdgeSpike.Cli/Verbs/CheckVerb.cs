using System;
using System.CommandLine;
using EdgeSpike.Boards.Link;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Runtime;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike check: a model proves that this machine computes what the converter computed.</summary>
internal static class CheckVerb
{
    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Argument<string> model = new("OUT.esm") { Description = "Model file." };
        BoardChoices boards = new();
        VerbCommand verb = new(
            "check", "Verifies a model file and replays the test vectors inside it, comparing every tick.",
            ("edgespike check braille.esm", "status 0: same spikes; 21: the first tick that differs is named; 22: the file is refused"),
            ("edgespike check braille.esm --board mps2-an386", "the same on a board, here in QEMU"),
            ("edgespike check braille.esm --json", "the same for a script"));
        verb.Add(model);
        boards.AddTo(verb);
        verb.Work = parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            byte[] bytes = InputFile.ReadAllBytes(path);
            Interpreter interpreter = ModelLoading.Load(bytes, path);
            int vectors = interpreter.Model.VectorCount;
            using DeviceConnection? device = boards.Open(session, parsed, path, bytes);
            Replayed replayed = device is null ? Replay(interpreter) : Replay(device.Link);
            string name = device is null ? path : $"{path} on {device.Place}";
            if (replayed.Error is not (ModelError.None or ModelError.VectorDiffers))
                throw new ConversionException(ErrorCode.ModelRejected, $"{name}, vector {replayed.Vector}, tick {replayed.Tick}", ModelLoading.Text(replayed.Error), "convert the network again");

            bool same = replayed.Error == ModelError.None;
            Result result = new(same, vectors, replayed.Ticks, same ? null : replayed.Vector, same ? null : replayed.Tick, device?.Board.Name,
                same ? null : new Session.ErrorText((int)ErrorCode.CheckFailed, ExitCodes.Name(ErrorCode.CheckFailed), name, Difference(replayed), Remedy));
            session.Show(result, console =>
            {
                if (same) Tables.Line(console, vectors == 0 ? $"{name}: verified; it holds no test vectors to replay" : $"{name}: same spikes in {vectors} {(vectors == 1 ? "vector" : "vectors")}, {replayed.Ticks} ticks");
            });
            if (same) return ErrorCode.None;
            session.ShowErrorLine(ErrorCode.CheckFailed, name, Difference(replayed), Remedy);
            return ErrorCode.CheckFailed;
        };
        return verb;
    }

    private const string Remedy = "this machine or this file is not to be trusted: convert again, and report it if it stays";

    private static string Difference(Replayed replayed) => $"vector {replayed.Vector} differs first at tick {replayed.Tick}";

    private static Replayed Replay(Interpreter interpreter)
    {
        VectorCheck check = new(interpreter);
        ModelError error = check.Run();
        return new Replayed(error, check.Vector, check.Tick, check.Ticks);
    }

    private static Replayed Replay(DeviceLink link)
    {
        // All vectors in one request: a slow core may take minutes, and while it computes it says nothing.
        (link.Patience, link.Attempts) = (TimeSpan.FromMinutes(5), 1);
        DeviceCheck check = link.Check();
        return new Replayed((ModelError)check.Error, check.Vector, check.Tick, check.Ticks);
    }

    private sealed record Replayed(ModelError Error, int Vector, int Tick, long Ticks);

    private sealed record Result(bool Same, int Vectors, long Ticks, int? FirstVector, int? FirstTick, string? Board, Session.ErrorText? Error);
}
