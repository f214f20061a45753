namespace EdgeSpike.Firmware;

/// <summary>A line of bytes in both directions. Neither call waits for the other side for ever.</summary>
public abstract class BytePort
{
    /// <summary>The next byte received, or -1 when there is none now.</summary>
    public abstract int Read();

    /// <summary>Sends the low 8 bits. Gives the byte up when the hardware does not take it within its time-out.</summary>
    public abstract void Write(int value);
}
