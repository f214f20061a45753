using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>Stands in for the class that a build for a board generates, so that the program compiles to IL without one.</summary>
internal static class Board
{
    /// <summary>The UART of the host link.</summary>
    public static BytePort OpenUart()
    {
        return new CmsdkUart(default(UartSettings));
    }

    /// <summary>The board's name.</summary>
    public static System.ReadOnlySpan<byte> Name => "none"u8;

    /// <summary>Address of the second slot, 0 for none.</summary>
    public static uint SlotStart => 0;

    /// <summary>Bytes of the second slot.</summary>
    public static int SlotBytes => 0;

    /// <summary>The flash of the second slot; null: there is no slot.</summary>
    public static SlotFlash OpenSlotFlash()
    {
        return null;
    }

    /// <summary>Clock of the I2C bus after reset, 0 where it has none.</summary>
    public static uint I2cClockHz => 0;

    /// <summary>Clock of the SPI bus after reset, 0 where there is no bus.</summary>
    public static uint SpiClockHz => 0;

    /// <summary>The board's crystal, 0 for none.</summary>
    public static uint PllCrystalHz => 0;

    /// <summary>The faster clock that a program may ask for (Stm32F4Clock), 0 for none.</summary>
    public static uint PllHz => 0;

    /// <summary>Starts SysTick as the time base; once.</summary>
    public static SysTickTime OpenTime()
    {
        return new SysTickTime(1000000);
    }

    /// <summary>Starts the timer beside SysTick; null: the board file names none.</summary>
    public static TimeBase OpenTimer()
    {
        return null;
    }

    /// <summary>A pin by port and number; null: there is no driver.</summary>
    public static GpioPin OpenPin(int port, int pin)
    {
        return null;
    }

    /// <summary>The LED's pin; null: there is none.</summary>
    public static GpioPin OpenLed()
    {
        return null;
    }

    /// <summary>The I2C bus at its present clock; null: there is none.</summary>
    public static I2cBus OpenI2c(TimeBase time, uint clockHz)
    {
        return null;
    }

    /// <summary>The SPI bus at its present clock, with the highest rate and the mode asked for; null: there is none.</summary>
    public static SpiBus OpenSpi(TimeBase time, uint clockHz, uint rateHz, int mode)
    {
        return null;
    }

    /// <summary>The watchdog, started with the time-out of the board file; null: there is none.</summary>
    public static Watchdog StartWatchdog()
    {
        return null;
    }

    /// <summary>The watchdog, not started; null: there is none.</summary>
    public static Watchdog OpenWatchdog(TimeBase time)
    {
        return null;
    }
}
