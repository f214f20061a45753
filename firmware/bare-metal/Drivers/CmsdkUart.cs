namespace EdgeSpike.Firmware;

/// <summary>
/// The UART of Arm's Cortex-M System Design Kit (DDI 0479, section 4.3), as on the MPS2 boards. One byte of buffer each way.
/// </summary>
internal sealed class CmsdkUart : BytePort
{
    private const uint Data = 0x00;
    private const uint State = 0x04;
    private const uint Control = 0x08;
    private const uint BaudDivider = 0x10;

    private const uint TransmitFull = 1;
    private const uint ReceiveFull = 2;
    private const uint EnableBoth = 3;

    private readonly uint _base;

    /// <summary>8 data bits, no parity, 1 stop bit.</summary>
    public CmsdkUart(UartSettings settings)
    {
        _base = settings.Base;
        Io.Write(_base + BaudDivider, settings.ClockHz / settings.Baud);
        Io.Write(_base + Control, EnableBoth);
    }

    /// <inheritdoc/>
    public override int Read()
    {
        return (Io.Read(_base + State) & ReceiveFull) == 0 ? -1 : (int)Io.Read(_base + Data) & 255;
    }

    /// <inheritdoc/>
    public override void Write(int value)
    {
        if (Io.Await(_base + State, TransmitFull, 0)) Io.Write(_base + Data, (uint)value & 255);
    }
}
