using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>Where the processor's clock comes from.</summary>
internal enum ClockSource
{
    /// <summary>The internal oscillator of 16 MHz, as after reset.</summary>
    Internal = 0,

    /// <summary>The PLL from the internal oscillator.</summary>
    InternalPll = 1,

    /// <summary>The PLL from the board's crystal.</summary>
    CrystalPll = 2,
}

/// <summary>
/// Clock set-up of the STM32F405/407 (RM0090, section 7). What does not start within its time is left out: without the crystal the PLL
/// runs from the internal oscillator, without the PLL the processor stays on that; <see cref="Source"/> says which.
/// </summary>
/// <remarks>
/// For a supply of 2.7 to 3.6 V. APB1 gets at most 42 MHz, APB2 84 MHz; drivers opened before have the old clock and must be opened
/// anew with <see cref="Apb1Hz"/> or <see cref="Apb2Hz"/>.
/// </remarks>
internal sealed class Stm32F4Clock
{
    private const uint Rcc = 0x40023800;
    private const uint Control = Rcc + 0x00;            // RCC_CR
    private const uint PllConfiguration = Rcc + 0x04;   // RCC_PLLCFGR: M, N << 6, P / 2 - 1 << 16, crystal << 22, Q << 24
    private const uint Configuration = Rcc + 0x08;      // RCC_CFGR: SW 1:0, SWS 3:2, PPRE1 12:10, PPRE2 15:13
    private const uint FlashAccess = 0x40023C00;        // FLASH_ACR: LATENCY 2:0, PRFTEN 8, ICEN 9, DCEN 10
    private const uint CrystalOn = 1u << 16;            // HSEON
    private const uint CrystalReady = 1u << 17;         // HSERDY
    private const uint PllOn = 1u << 24;
    private const uint PllReady = 1u << 25;
    private const uint InternalHz = 16000000;

    private readonly SysTickTime _time;

    /// <summary>The clock after reset.</summary>
    public Stm32F4Clock(SysTickTime time)
    {
        _time = time;
        Hz = InternalHz;
        Apb1Hz = InternalHz;
        Apb2Hz = InternalHz;
    }

    /// <summary>What the processor runs from.</summary>
    public ClockSource Source { get; private set; }

    /// <summary>The processor's clock.</summary>
    public uint Hz { get; private set; }

    /// <summary>Clock of I2C1 to 3, SPI2 and 3, USART2 and 3.</summary>
    public uint Apb1Hz { get; private set; }

    /// <summary>Clock of SPI1, USART1 and 6.</summary>
    public uint Apb2Hz { get; private set; }

    /// <summary>Goes to the clock asked for and tells the time base.</summary>
    /// <param name="crystalHz">The board's crystal, 4 to 26 MHz in whole MHz; 0: it has none.</param>
    /// <param name="hz">The processor's clock, 25 to 168 MHz in whole MHz.</param>
    /// <returns>None: all as asked for. TimeOut: <see cref="Source"/> and <see cref="Hz"/> say what it became.</returns>
    public BusError Start(uint crystalHz, uint hz)
    {
        if (hz < 25000000 || hz > 168000000 || hz % 1000000 != 0 || crystalHz % 1000000 != 0) return BusError.Argument;
        if (crystalHz != 0 && (crystalHz < 4000000 || crystalHz > 26000000)) return BusError.Argument;
        if (Source != ClockSource.Internal) return BusError.Argument;
        BusError error = BusError.None;
        bool crystal = false;
        if (crystalHz != 0)
        {
            Io.Change(Control, 0, CrystalOn);
            crystal = Waiting.For(_time, Control, CrystalReady, CrystalReady, 100000);
            if (!crystal)
            {
                Io.Change(Control, CrystalOn, 0);
                error = BusError.TimeOut;
            }
        }

        // M makes 1 MHz, N the PLL's own frequency of 100 to 432 MHz, P the clock (RM0090, 7.3.2).
        uint divideIn = (crystal ? crystalHz : InternalHz) / 1000000;
        uint megahertz = hz / 1000000, divideOut = 2;
        while (megahertz * divideOut < 100) divideOut += 2;
        uint multiply = megahertz * divideOut, usb = (multiply + 47) / 48;
        Io.Write(PllConfiguration, divideIn | (multiply << 6) | ((divideOut / 2 - 1) << 16) | (crystal ? 1u << 22 : 0) | ((usb < 2 ? 2 : usb) << 24));
        Io.Change(Control, 0, PllOn);
        if (!Waiting.For(_time, Control, PllReady, PllReady, 10000)) return GiveUp();

        // One wait state for each 30 MHz (RM0090, table 10), in force before the clock rises.
        uint latency = (megahertz - 1) / 30;
        Io.Write(FlashAccess, (7u << 8) | latency);
        if (!Waiting.For(_time, FlashAccess, 7, latency, 1000)) return GiveUp();
        int half1 = megahertz > 84 ? 2 : megahertz > 42 ? 1 : 0, half2 = megahertz > 84 ? 1 : 0;
        Io.Change(Configuration, 0xFC00, (Prescaler(half1) << 10) | (Prescaler(half2) << 13));
        Io.Change(Configuration, 3, 2);
        if (!Waiting.For(_time, Configuration, 3u << 2, 2u << 2, 1000)) return GiveUp();
        Source = crystal ? ClockSource.CrystalPll : ClockSource.InternalPll;
        Hz = hz;
        Apb1Hz = hz >> half1;
        Apb2Hz = hz >> half2;
        _time.SetClock((int)hz);
        return error;
    }

    // Field of a division by 1 << halvings.
    private static uint Prescaler(int halvings)
    {
        return halvings == 0 ? 0u : 3u + (uint)halvings;
    }

    private BusError GiveUp()
    {
        Io.Change(Configuration, 0xFC03, 0);
        Waiting.For(_time, Configuration, 3u << 2, 0, 1000);
        Io.Change(Control, PllOn, 0);
        Io.Change(FlashAccess, 7, 0);
        return BusError.TimeOut;
    }
}
