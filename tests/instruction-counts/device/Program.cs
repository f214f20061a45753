using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Runs the vectors of the linked model tick by tick, twice. The first time the checksum of each tick proves that it is the tick that the
/// converter ran; the second time instructions between the marks are what a tick costs.
/// </summary>
/// <remarks>The marks and verdicts are functions without content: whoever follows the program counter sees them.</remarks>
internal static class Program
{
    [RuntimeImport("*", "linked_model")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern byte[] LinkedModel();

    [RuntimeExport("measured_begin")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MeasuredBegin()
    {
    }

    [RuntimeExport("measured_end")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MeasuredEnd()
    {
    }

    [RuntimeExport("counts_passed")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Passed()
    {
    }

    [RuntimeExport("counts_failed")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Failed()
    {
    }

    /// <summary>Called by start-up; does not return.</summary>
    [RuntimeExport("application_start")]
    private static void Run()
    {
        if (Replay()) Passed();
        else Failed();
        while (true)
        {
        }
    }

    private static bool Replay()
    {
        Interpreter interpreter = new Interpreter();
        byte[] file = LinkedModel();
        if (interpreter.Load(file, int.MaxValue, long.MaxValue) != ModelError.None) return false;
        ModelFile model = interpreter.Model;
        int port = 0;
        while (model.Ports[port].Kind != PortKind.Input) port++;
        int[] input = new int[model.Ports[port].Length];
        bool events = model.Ports[port].Holds == BufferKind.Events;
        int vector = model.VectorsOffset;
        for (int v = 0; v < model.VectorCount; v++)
        {
            int ticks = Bytes.I32(file, vector + 4), at = vector + 8, checksums = at;
            for (int t = 0; t < ticks; t++) checksums += events ? 4 + 4 * Bytes.I32(file, checksums) : 4 * input.Length;
            if (!Replay(interpreter, file, port, events, input, at, ticks, checksums, false)) return false;
            if (!Replay(interpreter, file, port, events, input, at, ticks, checksums, true)) return false;
            vector += Bytes.I32(file, vector);
        }

        return model.VectorCount > 0;
    }

    // Once with the checksum of each tick, taken after each operator as the converter does, and once as a device runs it, between the marks.
    private static bool Replay(Interpreter interpreter, byte[] file, int port, bool events, int[] input, int at, int ticks, int checksums, bool measured)
    {
        interpreter.Reset();
        for (int t = 0; t < ticks; t++)
        {
            int count = input.Length;
            if (events)
            {
                count = Bytes.I32(file, at);
                at += 4;
            }

            for (int i = 0; i < count; i++) input[i] = Bytes.I32(file, at + 4 * i);
            at += 4 * count;
            if (!measured)
            {
                if (events) interpreter.SetEvents(port, input, 0, count);
                else interpreter.SetValues(port, input, 0);
                if (interpreter.StepChecksum() != (uint)Bytes.I32(file, checksums + 4 * t)) return false;
            }
            else if (events)
            {
                MeasuredBegin();
                interpreter.SetEvents(port, input, 0, count);
                interpreter.Step();
                MeasuredEnd();
            }
            else
            {
                MeasuredBegin();
                interpreter.SetValues(port, input, 0);
                interpreter.Step();
                MeasuredEnd();
            }
        }

        return true;
    }

    private static int Main()
    {
        return 0;
    }
}
