using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Cli.Verbs;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli;

/// <summary>
/// From arguments to an exit status: finds the verb, runs it, and tells of whatever goes wrong in one line that says
/// where, what, and what to do.
/// </summary>
internal static class CommandLine
{
    /// <summary>Runs the command; gives the exit status (<see cref="ErrorCode"/>).</summary>
    public static int Run(string[] arguments, Session session)
    {
        // Known before parsing, so that a wrong command line too is told as JSON.
        session.Json = arguments.TakeWhile(a => a != "--").Contains("--json");
        string where = "edgespike";
        try
        {
            RootCommand root = Create(session);
            ParseResult parsed = root.Parse(arguments);
            if (parsed.CommandResult.Command is VerbCommand) where = $"edgespike {string.Join(' ', Path(parsed))}";
            if (parsed.Action is { ClearsParseErrors: true } || parsed.CommandResult.Command is not VerbCommand { Work: { } work })
            {
                bool bare = arguments.All(a => a == "--json");
                if (parsed.Action is { ClearsParseErrors: true } || (parsed.Errors.Count == 0 && !bare))
                    return parsed.Invoke(new InvocationConfiguration { Output = session.Output, Error = session.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
                if (bare && !session.Json) return root.Parse("--help").Invoke(new InvocationConfiguration { Output = session.Output, Error = session.Error });
                return Fail(session, ErrorCode.Usage, where, parsed.UnmatchedTokens.Count > 0 ? $"there is no verb '{parsed.UnmatchedTokens[0]}'" : "a verb is missing", $"see {where} --help");
            }

            if (parsed.Errors.Count > 0)
                return Fail(session, ErrorCode.Usage, where, string.Join(" ", parsed.Errors.Select(e => e.Message.TrimEnd('.')).Distinct()), $"see {where} --help");
            session.Cancellation.ThrowIfCancellationRequested();
            return (int)work(parsed);
        }
        catch (ConversionException e)
        {
            Debug(session, e);
            return Fail(session, e.Code, e.Where, e.What, e.Remedy);
        }
        catch (BoardException e)
        {
            // Ctrl-C reaches the emulator too, which looks like a line that was closed.
            Debug(session, e);
            return session.Cancellation.IsCancellationRequested
                ? Fail(session, ErrorCode.Cancelled, where, "stopped", "no file was changed")
                : Fail(session, ErrorCode.DeviceFailed, e.Where, e.What, e.Remedy);
        }
        catch (OperationCanceledException)
        {
            return Fail(session, ErrorCode.Cancelled, where, "stopped", "no file was changed");
        }
        catch (Exception e)
        {
            // Whatever a defect throws ends here: the user gets a sentence and a status, a developer the trace on request.
            Debug(session, e);
            return Fail(session, ErrorCode.Internal, where, $"a defect of EdgeSpike ({e.GetType().Name}: {e.Message})", "please report it with the command line and, if you can, the file; EDGESPIKE_DEBUG=1 shows where it happened");
        }
    }

    /// <summary>The command with all verbs.</summary>
    public static RootCommand Create(Session session)
    {
        RootCommand root = new("Converts trained spiking networks to integers that spike the same on every target, and shows what that changes.");
        Option<bool> json = new("--json") { Description = "One JSON object on standard output and nothing else.", Recursive = true };
        root.Add(json);
        foreach (VerbCommand verb in (IEnumerable<VerbCommand>)[ConvertVerb.Create(session), InspectVerb.Create(session), CheckVerb.Create(session), RunVerb.Create(session), BenchVerb.Create(session), BoardsVerb.Create(session), FlashVerb.Create(session)]) root.Add(verb);
        root.Add(TrainVerb.Create(session));
        root.Add(DemoVerb.Create(session));
        root.Add(DataVerb.Create(session));
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExampleHelp((HelpAction)help.Action!);
        return root;
    }

    private static Stack<string> Path(ParseResult parsed)
    {
        Stack<string> names = new();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } each; at = at.Parent) names.Push(each.Command.Name);
        return names;
    }

    private static int Fail(Session session, ErrorCode code, string where, string what, string remedy)
    {
        session.ShowError(code, where, what, remedy);
        return (int)code;
    }

    private static void Debug(Session session, Exception exception)
    {
        if (Environment.GetEnvironmentVariable("EDGESPIKE_DEBUG") == "1") session.Error.WriteLine(exception);
    }
}
