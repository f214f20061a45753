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

    /// <summary>Reads a register of 8 bits, or the low byte of a wider one where the manual asks for that.</summary>
    public static uint ReadByte(uint address)
    {
        return ((ByteRegister*)address)->Value;
    }

    /// <summary>Writes a register of 8 bits, or the low byte of a wider one where the manual asks for that.</summary>
    public static void WriteByte(uint address, uint value)
    {
        ((ByteRegister*)address)->Value = (byte)value;
    }

    /// <summary>Address of an element, for hardware that reads memory by itself. Objects never move.</summary>
    public static uint AddressOf(byte[] array, int index)
    {
        fixed (byte* first = &array[index]) return (uint)first;
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

    [StructLayout(LayoutKind.Sequential)]
    private struct ByteRegister
    {
        public volatile byte Value;
    }
}
