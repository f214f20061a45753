using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Runtime;
using Internal.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Loads a model and answers the host. The model of the second slot comes first, then the one linked with the program; one that
/// fails verification is refused, and without any the link answers all the same and says why.
/// </summary>
internal static unsafe class Program
{
    /// <summary>Restarts without a word from a host after which no model is loaded any more: it may be the model that fails.</summary>
    private const int MostRestarts = 3;

    [RuntimeImport("*", "linked_model")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern byte[] LinkedModel();

    /// <summary>Called by start-up; does not return.</summary>
    [RuntimeExport("application_start")]
    private static void Run()
    {
        BoardDevice device = new BoardDevice();
        FrameLine line = new FrameLine(Board.OpenUart());
        Interpreter interpreter = null;
        if (device.PanicWord(6) <= MostRestarts)
        {
            interpreter = Load(device, device.SlotModel(), 1);
            if (interpreter == null) interpreter = Load(device, LinkedModel(), 0);
        }

        device.Loaded(interpreter);
        LinkServer server = new LinkServer(line, device, interpreter);
        device.Started();
        while (true) server.Poll();
    }

    private static Interpreter Load(BoardDevice device, byte[] file, int slot)
    {
        if (file == null) return null;
        byte* mark = Allocator.Mark;
        Interpreter interpreter = new Interpreter();

        // The arena may take what the heap has left; what the objects need beyond it shows while they are made.
        ModelError error = interpreter.Load(file, (int)(Allocator.Free >> 2), long.MaxValue);
        device.Refused(error, interpreter.Model.ErrorOffset, slot);
        if (error == ModelError.None) return interpreter;

        // Nothing keeps an object of the refused model: its memory is used again.
        Allocator.Release(mark);
        return null;
    }

    private static int Main()
    {
        return 0;
    }
}
