using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Runs the vectors of the linked model tick by tick. Instructions between the marks are what a tick costs; the checksum of each
/// tick, taken outside of them, proves that it is the tick that the converter ran.
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
        // Counted as a device runs it; then compared, which looks at each operator's output before another may take its memory.
        for (int pass = 0; pass < 2; pass++)
        {
            int vector = model.VectorsOffset;
            for (int v = 0; v < model.VectorCount; v++)
            {
                int ticks = Bytes.I32(file, vector + 4), at = vector + 8, checksums = at;
                for (int t = 0; t < ticks; t++) checksums += events ? 4 + 4 * Bytes.I32(file, checksums) : 4 * input.Length;
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
                    if (pass == 1)
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

                vector += Bytes.I32(file, vector);
            }
        }

        return model.VectorCount > 0;
    }

    private static int Main()
    {
        return 0;
    }
}
