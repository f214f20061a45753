namespace EdgeSpike.Firmware;

/// <summary>Pins of STM32 chips; the registers of a port are the same from F4 to H7 (RM0090 section 8.4, RM0432 8.4, RM0433 11.4).</summary>
internal static class Stm32Pin
{
    private const uint Mode = 0x00;                     // GPIOx_MODER: 2 bits a pin, 2 is the alternate function
    private const uint AlternateLow = 0x20;             // GPIOx_AFRL: 4 bits a pin; AFRH follows

    /// <summary>Gives a pin to a peripheral.</summary>
    /// <param name="ports">Address of port A; ports are 0x400 apart.</param>
    /// <param name="port">0 for A.</param>
    /// <param name="pin">0 … 15.</param>
    /// <param name="function">Number of the alternate function, from the chip's data sheet.</param>
    public static void Alternate(uint ports, int port, int pin, uint function)
    {
        uint at = ports + 0x400 * (uint)port;
        int field = 4 * (pin & 7);
        Io.Change(at + AlternateLow + (pin < 8 ? 0u : 4u), 15u << field, function << field);
        Io.Change(at + Mode, 3u << (2 * pin), 2u << (2 * pin));
    }
}
