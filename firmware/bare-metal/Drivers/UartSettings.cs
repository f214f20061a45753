namespace EdgeSpike.Firmware;

/// <summary>A UART as its board file describes it; Board.OpenUart, which the build generates, fills it.</summary>
internal struct UartSettings
{
    /// <summary>Address of the registers.</summary>
    public uint Base;

    /// <summary>Clock of the baud rate divider.</summary>
    public uint ClockHz;

    /// <summary>Rate.</summary>
    public uint Baud;

    /// <summary>Port and pin of the transmitter, port A being 0.</summary>
    public int TransmitPort;

    /// <summary>See <see cref="TransmitPort"/>.</summary>
    public int TransmitPin;

    /// <summary>Port and pin of the receiver.</summary>
    public int ReceivePort;

    /// <summary>See <see cref="ReceivePort"/>.</summary>
    public int ReceivePin;

    /// <summary>Alternate function of both pins.</summary>
    public uint Alternate;
}
