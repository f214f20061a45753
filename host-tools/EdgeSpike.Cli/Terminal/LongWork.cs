using System;
using System.Diagnostics;
using Spectre.Console;

namespace EdgeSpike.Cli.Terminal;

/// <summary>
/// Long work: a bar on the error stream when someone watches it, else a plain line every few seconds, and nothing for
/// work that is soon done. Each report is also where Ctrl-C takes effect.
/// </summary>
internal static class LongWork
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>Runs <paramref name="work"/>, which reports its share done, 0 to 1.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static T Run<T>(Session session, string title, Func<IProgress<double>, T> work)
    {
        if (!session.ErrorIsTerminal || !session.ErrorConsole.Profile.Capabilities.Interactive) return work(new Lines(session, title));
        return session.ErrorConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new Bar(session, context.AddTask(Markup.Escape(title), maxValue: 1))));
    }

    private sealed class Bar(Session session, ProgressTask task) : IProgress<double>
    {
        public void Report(double value)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            task.Value = value;
        }
    }

    private sealed class Lines(Session session, string title) : IProgress<double>
    {
        private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

        public void Report(double value)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            if (_sinceLast.Elapsed < Between) return;
            _sinceLast.Restart();
            session.Error.WriteLine($"{title}: {100 * value:0} %");
        }
    }
}
