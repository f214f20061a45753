using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli;

internal static class Program
{
    // Ctrl-C asks the work to stop; work that does not look up within this time is left behind. Files are written whole
    // or not at all, so that is safe.
    private const int PatienceMilliseconds = 2000;

    private static int Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim done = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        Session session = new(Console.Out, Console.Error, !Console.IsErrorRedirected, !Console.IsOutputRedirected, stop.Token);
        int status = CommandLine.Run(arguments, session);
        done.Set();
        return status;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (stop.IsCancellationRequested) Environment.Exit((int)ErrorCode.Cancelled);
            stop.Cancel();
            ThreadPool.QueueUserWorkItem(_ =>
            {
                if (!done.Wait(PatienceMilliseconds)) Environment.Exit((int)ErrorCode.Cancelled);
            });
        }
    }
}
