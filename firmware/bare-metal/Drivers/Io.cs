using System.Runtime.InteropServices;

namespace EdgeSpike.Firmware;

/// <summary>Registers by address. Every access happens, in order.</summary>
internal static unsafe class Io
{
    /// <summary>Turns of a waiting loop after which a driver gives up: above 10 ms on the fastest core.</summary>
    public const int Patience = 1000000;

    /// <summary>Reads a register.</summary>
    public static uint Read(uint address)
    {
        return ((Register*)address)->Value;
    }

    /// <summary>Writes a register.</summary>
    public static void Write(uint address, uint value)
    {
        ((Register*)address)->Value = value;
    }

    /// <summary>Sets the bits of <paramref name="mask"/> to <paramref name="value"/>.</summary>
    public static void Change(uint address, uint mask, uint value)
    {
        Write(address, (Read(address) & ~mask) | value);
    }

    /// <summary>Waits until the masked bits have a value. False: they had not within <see cref="Patience"/>.</summary>
    public static bool Await(uint address, uint mask, uint value)
    {
        for (int turn = 0; turn < Patience; turn++)
            if ((Read(address) & mask) == value) return true;
        return false;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Register
    {
        public volatile uint Value;
    }
}
