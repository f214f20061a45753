using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Terminal;

/// <summary>A verb of the command: its options, its examples, and what it does.</summary>
internal sealed class VerbCommand : Command
{
    /// <param name="name">As typed.</param>
    /// <param name="description">One sentence, and what it reads and writes.</param>
    /// <param name="examples">Command lines with what they are for, shown by --help.</param>
    public VerbCommand(string name, string description, params (string Line, string Purpose)[] examples)
        : base(name, description) => Examples = examples;

    /// <summary>Command lines with what they are for.</summary>
    public IReadOnlyList<(string Line, string Purpose)> Examples { get; }

    /// <summary>What the verb does with what was parsed; gives the exit status.</summary>
    public Func<ParseResult, ErrorCode>? Work { get; set; }
}

/// <summary>The library's help, then the examples of a verb, or for the command itself its exit codes.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        System.IO.TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is VerbCommand { Examples.Count: > 0 } verb)
        {
            output.WriteLine("Examples:");
            foreach ((string line, string purpose) in verb.Examples)
            {
                output.WriteLine($"  {line}");
                output.WriteLine($"      {purpose}");
            }
        }
        else
        {
            output.WriteLine("Exit status:");
            foreach ((int code, string name, string meaning) in ExitCodes.Table) output.WriteLine($"  {code,3}  {name,-16}  {meaning}");
        }

        output.WriteLine();
        return 0;
    }
}
