using System.Runtime;
using EdgeSpike.Runtime;
using Internal.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Loads a model and answers the host. The model of the second slot comes first, then the one linked with the program; one that
/// fails verification is refused, and without any the link answers all the same and says why. The watchdog, where the board has one,
/// is fed between requests and nowhere else: no request may take longer than its time-out (boards/README.md, watchdog).
/// </summary>
internal static unsafe class Program
{
    /// <summary>Restarts without a word from a host after which no model is loaded any more: it may be the model that fails.</summary>
    private const int MostRestarts = 3;

    /// <summary>Called by start-up; does not return.</summary>
    [RuntimeExport("application_start")]
    private static void Run()
    {
        Watchdog watchdog = Board.StartWatchdog();
        BoardDevice device = new BoardDevice();
        FrameLine line = new FrameLine(Board.OpenUart());
        Interpreter interpreter = null;
        int slot = 0;
        if (device.PanicWord(6) <= MostRestarts)
        {
            interpreter = Load(device, device.SlotModel());
            if (interpreter != null) slot = 1;
            else interpreter = Load(device, BoardDevice.LinkedModel());
        }

        device.Loaded(interpreter, slot);
        LinkServer server = new LinkServer(line, device, interpreter);
        device.Started();
        while (true)
        {
            server.Poll();
            if (watchdog != null) watchdog.Feed();
        }
    }

    private static Interpreter Load(BoardDevice device, byte[] file)
    {
        if (file == null) return null;
        byte* mark = Allocator.Mark;
        Interpreter interpreter = new Interpreter();

        // The arena may take what the heap has left; what the objects need beyond it shows while they are made.
        ModelError error = interpreter.Load(file, (int)(Allocator.Free >> 2), long.MaxValue);
        if (error == ModelError.None) return interpreter;
        device.Refused(error, interpreter.Model.ErrorOffset);

        // Nothing keeps an object of the refused model: its memory is used again.
        Allocator.Release(mark);
        return null;
    }

    private static int Main()
    {
        return 0;
    }
}
