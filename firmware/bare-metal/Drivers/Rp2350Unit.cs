namespace EdgeSpike.Firmware;

/// <summary>
/// What units of the RP2350 share (data sheet, sections 8.1, 8.2, 7.5, 9.11): the crystal of 12 MHz as clk_ref, clk_sys and clk_peri,
/// resets, and the function of pins. All of it may be done again.
/// </summary>
internal static class Rp2350Unit
{
    /// <summary>Function of pins under software (SIO).</summary>
    public const uint Software = 5;

    private const uint Resets = 0x40020000;             // RESET, then WDSEL, then RESET_DONE
    private const uint ResetDone = Resets + 8;
    private const uint ResetIoBank = 1u << 6;
    private const uint ResetPads = 1u << 9;
    private const uint Crystal = 0x40048000;            // XOSC: CTRL, STATUS, ..., STARTUP at 0x0C
    private const uint Clocks = 0x40010000;
    private const uint SystemControl = Clocks + 0x3C;   // CLK_SYS_CTRL
    private const uint ReferenceControl = Clocks + 0x30;// CLK_REF_CTRL
    private const uint ReferenceSelected = Clocks + 0x38;
    private const uint PeripheralControl = Clocks + 0x48;// CLK_PERI_CTRL
    private const uint IoBank = 0x40028000;             // GPIO0_STATUS, GPIO0_CTRL, ...
    private const uint Pads = 0x40038000;               // VOLTAGE_SELECT, GPIO0, ...
    private const uint Pad = 0x52;                      // input enabled, 4 mA, Schmitt trigger; isolation off
    private const uint PullUp = 1u << 3;
    private const uint PullDown = 1u << 2;

    /// <summary>Starts the crystal, and takes a unit out of reset, pins with it.</summary>
    /// <param name="unit">Its bit in RESET, 0 for none.</param>
    public static void Start(uint unit)
    {
        Io.Write(Crystal + 0x0C, 47);                   // about 1 ms, in 256 cycles
        Io.Write(Crystal, (0xFABu << 12) | 0xAA0);      // enable, 1 to 15 MHz
        Io.Await(Crystal + 4, 1u << 31, 1u << 31);
        Io.Write(ReferenceControl, 2);                  // clk_ref from the crystal
        Io.Await(ReferenceSelected, 4, 4);
        Io.Change(SystemControl, 1, 0);                 // clk_sys from clk_ref
        Io.Write(PeripheralControl, (1u << 11) | (4u << 5)); // clk_peri from the crystal
        uint units = ResetIoBank | ResetPads | unit;
        Io.Change(Resets, units, 0);
        Io.Await(ResetDone, units, units);
    }

    /// <summary>Gives a pin to a function, without pull resistors.</summary>
    public static void SetPin(int pin, uint function)
    {
        SetPin(pin, function, 0);
    }

    /// <summary>Gives a pin to a function, with a pull resistor up (1), down (2) or none (0).</summary>
    public static void SetPin(int pin, uint function, int pull)
    {
        Io.Write(IoBank + 8 * (uint)pin + 4, function);
        Io.Write(Pads + 4 + 4 * (uint)pin, Pad | (pull == 1 ? PullUp : pull == 2 ? PullDown : 0));
    }
}
