namespace EdgeSpike.Drivers;

/// <summary>An I2C bus of which this program is the master. A driver of a device holds an <see cref="I2cDevice"/> instead.</summary>
/// <remarks>Portable: on a board with an operating system one subclass over System.Device.I2c carries the same drivers.</remarks>
public abstract class I2cBus
{
    /// <summary>Time for which a device may hold the clock low, and for every other single wait: SMBus 3.2, table 1, T_TIMEOUT,MIN.</summary>
    public const int TimeOutMicroseconds = 25000;

    /// <summary>
    /// Writes, then reads after a repeated start, in one transfer. With both counts 0 only the address is sent: a probe. The bus is
    /// released however it ends; the time is bounded by <see cref="TimeOutMicroseconds"/> for each byte.
    /// </summary>
    /// <param name="address">7 bits, 0x08 … 0x77.</param>
    /// <param name="write">Bytes to write; may be null when there are none.</param>
    /// <param name="writeOffset">First of them.</param>
    /// <param name="writeCount">Number of them.</param>
    /// <param name="read">Receives bytes; may be null when none are asked for.</param>
    /// <param name="readOffset">First of them.</param>
    /// <param name="readCount">Number of them.</param>
    public abstract BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount);

    /// <summary>Frees a bus on which a device holds the data line (UM10204, section 3.1.16). <see cref="BusError.BusStuck"/>: it still does.</summary>
    public abstract BusError Recover();

    /// <summary>True when address and both ranges are such as <see cref="Transfer"/> takes.</summary>
    protected static bool Fits(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        return address >= 0x08 && address <= 0x77 && ByteRange.Fits(write, writeOffset, writeCount) && ByteRange.Fits(read, readOffset, readCount);
    }
}
