namespace EdgeSpike.Drivers;

/// <summary>One device on an SPI bus, chosen by a pin that is low while it is spoken to; named as in System.Device.Spi.</summary>
public sealed class SpiDevice
{
    private readonly SpiBus _bus;
    private readonly GpioPin _select;

    /// <summary>Takes the pin as an output; null: the device is always selected.</summary>
    public SpiDevice(SpiBus bus, GpioPin select)
    {
        _bus = bus;
        _select = select;
        if (select == null) return;
        select.Write(true);
        select.SetMode(PinMode.Output);
    }

    /// <summary>Sends and receives at once; see <see cref="SpiBus.Exchange"/>. The device is released however it ends.</summary>
    public BusError TransferFullDuplex(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (_select != null) _select.Write(false);
        BusError error = _bus.Exchange(write, writeOffset, read, readOffset, count);
        if (_select != null) _select.Write(true);
        return error;
    }

    /// <summary>Sends; what comes back is dropped.</summary>
    public BusError Write(byte[] data, int offset, int count)
    {
        return TransferFullDuplex(data, offset, null, 0, count);
    }

    /// <summary>Receives while zeros are sent.</summary>
    public BusError Read(byte[] data, int offset, int count)
    {
        return TransferFullDuplex(null, 0, data, offset, count);
    }
}
