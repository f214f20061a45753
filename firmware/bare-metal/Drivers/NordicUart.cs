namespace EdgeSpike.Firmware;

/// <summary>UART of the nRF52840 without DMA (product specification 1.7, section 6.33): 8 data bits, no parity, 1 stop bit.</summary>
internal sealed class NordicUart : BytePort
{
    private const uint StartReceive = 0x000;            // TASKS_STARTRX
    private const uint StartTransmit = 0x008;           // TASKS_STARTTX
    private const uint ReceiveReady = 0x108;            // EVENTS_RXDRDY
    private const uint TransmitReady = 0x11C;           // EVENTS_TXDRDY
    private const uint Enable = 0x500;
    private const uint SelectTransmit = 0x50C;          // PSEL.TXD
    private const uint SelectReceive = 0x514;           // PSEL.RXD
    private const uint ReceiveData = 0x518;
    private const uint TransmitData = 0x51C;
    private const uint BaudRate = 0x524;
    private const uint Rate115200 = 0x01D7E000;
    private const uint Rate1000000 = 0x10000000;

    private readonly uint _base;
    private bool _sent;

    /// <summary>Pins and rate; 1,000,000 or else 115,200, whatever the settings say.</summary>
    public NordicUart(UartSettings settings)
    {
        _base = settings.Base;
        const uint DirectionSet = 0x518, OutputSet = 0x508;
        uint port = 0x50000000 + 0x300 * (uint)settings.TransmitPort;
        Io.Write(port + OutputSet, 1u << settings.TransmitPin);                 // idle is high
        Io.Write(port + DirectionSet, 1u << settings.TransmitPin);
        Io.Write(_base + SelectTransmit, (uint)(32 * settings.TransmitPort + settings.TransmitPin));
        Io.Write(_base + SelectReceive, (uint)(32 * settings.ReceivePort + settings.ReceivePin));
        Io.Write(_base + BaudRate, settings.Baud == 1000000 ? Rate1000000 : Rate115200);
        Io.Write(_base + Enable, 4);
        Io.Write(_base + StartReceive, 1);
        Io.Write(_base + StartTransmit, 1);
    }

    /// <inheritdoc/>
    public override int Read()
    {
        if (Io.Read(_base + ReceiveReady) == 0) return -1;
        Io.Write(_base + ReceiveReady, 0);
        return (int)Io.Read(_base + ReceiveData) & 255;
    }

    /// <inheritdoc/>
    public override void Write(int value)
    {
        // The event tells that the byte before has left: there is none before the first.
        if (_sent && !Io.Await(_base + TransmitReady, 1, 1)) return;
        _sent = true;
        Io.Write(_base + TransmitReady, 0);
        Io.Write(_base + TransmitData, (uint)value & 255);
    }
}
