using System;
using System.IO;
using System.Text.Json;
using System.Threading;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Reporting;
using Spectre.Console;

namespace EdgeSpike.Cli.Terminal;

/// <summary>
/// One run of the command: where results go (standard output), where progress and errors go (standard error), and who
/// is watching. With --json a result is one JSON object and nothing else is on standard output.
/// </summary>
internal sealed class Session
{
    // Tables are laid out for a page when nobody's window gives a width.
    private const int RedirectedWidth = 120;

    private readonly TextWriter _output;

    /// <param name="output">Results.</param>
    /// <param name="error">Progress, notes and errors.</param>
    /// <param name="errorIsTerminal">Someone watches the error stream: progress may draw.</param>
    /// <param name="outputIsTerminal">Someone watches the output: colours.</param>
    /// <param name="cancellation">Set by Ctrl-C.</param>
    public Session(TextWriter output, TextWriter error, bool errorIsTerminal, bool outputIsTerminal, CancellationToken cancellation)
    {
        _output = output;
        Error = error;
        Cancellation = cancellation;
        Console = Create(output, outputIsTerminal);
        ErrorConsole = Create(error, errorIsTerminal);
        ErrorIsTerminal = errorIsTerminal;
    }

    /// <summary>Where results for people go.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Where progress draws.</summary>
    public IAnsiConsole ErrorConsole { get; }

    /// <summary>Where errors and plain progress go.</summary>
    public TextWriter Error { get; }

    /// <summary>Someone watches the error stream.</summary>
    public bool ErrorIsTerminal { get; }

    /// <summary>Set by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Results as one JSON object.</summary>
    public bool Json { get; set; }

    /// <summary>Plain text on standard output, as help is.</summary>
    public TextWriter Output => _output;

    /// <summary>Shows a result: as JSON, or by <paramref name="people"/>.</summary>
    public void Show(object result, Action<IAnsiConsole> people)
    {
        if (Json) _output.WriteLine(JsonSerializer.Serialize(result, ReportWriter.Json));
        else people(Console);
        _output.Flush();
    }

    /// <summary>Tells of a failure in one line on standard error, with --json also as an object on standard output.</summary>
    public void ShowError(ErrorCode code, string where, string what, string remedy)
    {
        if (Json) _output.WriteLine(JsonSerializer.Serialize(new { Error = new ErrorText((int)code, ExitCodes.Name(code), where, what, remedy) }, ReportWriter.Json));
        Error.WriteLine(Line(code, where, what, remedy));
        Error.Flush();
        _output.Flush();
    }

    /// <summary>Tells of a failure that a result has described already; see <see cref="Show"/>.</summary>
    public void ShowErrorLine(ErrorCode code, string where, string what, string remedy)
    {
        Error.WriteLine(Line(code, where, what, remedy));
        Error.Flush();
    }

    /// <summary>A failure as --json shows it.</summary>
    internal sealed record ErrorText(int Code, string Name, string Where, string What, string Remedy);

    private static string Line(ErrorCode code, string where, string what, string remedy) =>
        $"error E{(int)code} {ExitCodes.Name(code)}: {OneLine(where)}: {OneLine(what)}; {OneLine(remedy)}";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static IAnsiConsole Create(TextWriter writer, bool terminal)
    {
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!terminal) console.Profile.Width = RedirectedWidth;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
