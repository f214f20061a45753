namespace EdgeSpike.Drivers;

/// <summary>An SPI bus of which this program is the master, without chip select: that is <see cref="SpiDevice"/>'s.</summary>
public abstract class SpiBus
{
    /// <summary>Time for one byte: 8 bits at 1 kHz, slower than any divider here.</summary>
    public const int TimeOutMicroseconds = 10000;

    /// <summary>Sends and receives so many bytes at once.</summary>
    /// <param name="write">Bytes to send; null sends zeros.</param>
    /// <param name="writeOffset">First of them.</param>
    /// <param name="read">Receives bytes, may be the same array; null drops them.</param>
    /// <param name="readOffset">First of them.</param>
    /// <param name="count">Number of bytes.</param>
    public abstract BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count);

    /// <summary>True when the ranges are such as <see cref="Exchange"/> takes.</summary>
    protected static bool Fits(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        return count >= 0 && (write == null || ByteRange.Fits(write, writeOffset, count)) && (read == null || ByteRange.Fits(read, readOffset, count));
    }
}
