using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Replays all vectors of the linked model and writes "error vector tick ticks": of the first that differs, and how many ticks ran in
/// all. RecordingTests builds it in the place of the application: many recordings without a word over a link.
/// </summary>
internal static class RecordingProgram
{
    [RuntimeImport("*", "linked_model")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern byte[] LinkedModel();

    [RuntimeExport("application_start")]
    private static void Run()
    {
        BytePort port = Board.OpenUart();
        Interpreter interpreter = new Interpreter();
        ModelError error = interpreter.Load(LinkedModel(), int.MaxValue, long.MaxValue);
        int vector = -1, tick = -1, ticks = 0;
        if (error == ModelError.None)
        {
            VectorCheck check = new VectorCheck(interpreter);
            error = check.Run();
            vector = check.Vector;
            tick = check.Tick;
            ticks = (int)check.Ticks;
        }

        Number(port, (int)error, ' ');
        Number(port, vector, ' ');
        Number(port, tick, ' ');
        Number(port, ticks, '\n');
        while (true)
        {
        }
    }

    private static void Number(BytePort port, int value, char end)
    {
        if (value < 0)
        {
            port.Write('-');
            value = -value;
        }

        int unit = 1;
        while (value / unit >= 10) unit *= 10;
        for (; unit > 0; unit /= 10) port.Write('0' + value / unit % 10);
        port.Write(end);
    }

    private static int Main()
    {
        return 0;
    }
}
