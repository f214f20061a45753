namespace EdgeSpike.Drivers;

/// <summary>One device on an I2C bus; calls are named as those of System.Device.I2c.</summary>
public sealed class I2cDevice
{
    private readonly I2cBus _bus;
    private readonly int _address;

    /// <summary>A device at a 7-bit address.</summary>
    public I2cDevice(I2cBus bus, int address)
    {
        _bus = bus;
        _address = address;
    }

    /// <summary>Whether the device answers its address.</summary>
    public BusError Probe()
    {
        return _bus.Transfer(_address, null, 0, 0, null, 0, 0);
    }

    /// <summary>Writes bytes.</summary>
    public BusError Write(byte[] data, int offset, int count)
    {
        return _bus.Transfer(_address, data, offset, count, null, 0, 0);
    }

    /// <summary>Reads bytes.</summary>
    public BusError Read(byte[] data, int offset, int count)
    {
        return _bus.Transfer(_address, null, 0, 0, data, offset, count);
    }

    /// <summary>Writes, then reads after a repeated start: a register's number, then its value.</summary>
    public BusError WriteRead(byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        return _bus.Transfer(_address, write, writeOffset, writeCount, read, readOffset, readCount);
    }
}
