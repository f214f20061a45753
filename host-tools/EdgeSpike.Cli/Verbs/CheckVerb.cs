using System.CommandLine;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
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
        VerbCommand verb = new(
            "check", "Verifies a model file and replays the test vectors inside it, comparing every tick.",
            ("edgespike check braille.esm", "status 0: same spikes; 21: the first tick that differs is named; 22: the file is refused"),
            ("edgespike check braille.esm --json", "the same for a script"));
        verb.Add(model);
        verb.Work = parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            Interpreter interpreter = Sources.LoadModel(path);
            int vectors = interpreter.Model.VectorCount;
            VectorCheck check = new(interpreter);
            ModelError error = check.Run();
            if (error is not (ModelError.None or ModelError.VectorDiffers))
                throw new ConversionException(ErrorCode.ModelRejected, $"{path}, vector {check.Vector}, tick {check.Tick}", ModelLoading.Text(error), "convert the network again");

            bool same = error == ModelError.None;
            Result result = new(same, vectors, check.Ticks, same ? null : check.Vector, same ? null : check.Tick,
                same ? null : new Session.ErrorText((int)ErrorCode.CheckFailed, ExitCodes.Name(ErrorCode.CheckFailed), path, Difference(check), Remedy));
            session.Show(result, console =>
            {
                if (same) Tables.Line(console, vectors == 0 ? $"{path}: verified; it holds no test vectors to replay" : $"{path}: same spikes in {vectors} {(vectors == 1 ? "vector" : "vectors")}, {check.Ticks} ticks");
            });
            if (same) return ErrorCode.None;
            session.ShowErrorLine(ErrorCode.CheckFailed, path, Difference(check), Remedy);
            return ErrorCode.CheckFailed;
        };
        return verb;
    }

    private const string Remedy = "this machine or this file is not to be trusted: convert again, and report it if it stays";

    private static string Difference(VectorCheck check) => $"vector {check.Vector} differs first at tick {check.Tick}";

    private sealed record Result(bool Same, int Vectors, long Ticks, int? FirstVector, int? FirstTick, Session.ErrorText? Error);
}
