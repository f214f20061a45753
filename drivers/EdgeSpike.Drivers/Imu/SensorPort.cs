namespace EdgeSpike.Drivers;

/// <summary>A sensor's registers, over I2C or SPI: 8-bit numbers, 8-bit values, reading and writing on from a number.</summary>
/// <remarks>On SPI bit 7 of the first byte tells a read, as all sensors here have it; chip select falls before it and rises at the end.</remarks>
public sealed class SensorPort
{
    /// <summary>Bytes of one transfer at most.</summary>
    public const int MostBytes = 256;

    private readonly I2cDevice _wire;
    private readonly SpiDevice _spi;
    private readonly byte[] _sent = new byte[MostBytes + 2];
    private readonly byte[] _received;

    /// <summary>A sensor on I2C.</summary>
    public SensorPort(I2cDevice device)
    {
        _wire = device;
    }

    /// <summary>A sensor on SPI, mode 0 or 3.</summary>
    /// <param name="device">The sensor.</param>
    /// <param name="dummyBytes">Bytes between the register's number and the first value read: 1 for Bosch's, else 0.</param>
    public SensorPort(SpiDevice device, int dummyBytes)
    {
        _spi = device;
        _received = new byte[MostBytes + 2];
        DummyBytes = dummyBytes;
    }

    /// <summary>True on SPI.</summary>
    public bool IsSpi
    {
        get { return _spi != null; }
    }

    /// <summary>Bytes before the first value of a read; on SPI.</summary>
    public int DummyBytes { get; }

    /// <summary>Reads up to <see cref="MostBytes"/> values from a register on.</summary>
    public BusError Read(int register, byte[] data, int offset, int count)
    {
        if (count < 1 || count > MostBytes || !ByteRange.Fits(data, offset, count)) return BusError.Argument;
        if (_spi == null)
        {
            _sent[0] = (byte)register;
            return _wire.WriteRead(_sent, 0, 1, data, offset, count);
        }

        int head = 1 + DummyBytes;
        _sent[0] = (byte)(register | 0x80);
        for (int i = 1; i < head + count; i++) _sent[i] = 0;
        BusError error = _spi.TransferFullDuplex(_sent, 0, _received, 0, head + count);
        if (error != BusError.None) return error;
        for (int i = 0; i < count; i++) data[offset + i] = _received[head + i];
        return BusError.None;
    }

    /// <summary>Writes one value.</summary>
    public BusError Write(int register, int value)
    {
        _sent[0] = (byte)register;
        _sent[1] = (byte)value;
        return _spi == null ? _wire.Write(_sent, 0, 2) : _spi.Write(_sent, 0, 2);
    }

    /// <summary>Writes up to <see cref="MostBytes"/> values from a register on.</summary>
    public BusError Write(int register, byte[] data, int offset, int count)
    {
        if (count < 1 || count > MostBytes || !ByteRange.Fits(data, offset, count)) return BusError.Argument;
        _sent[0] = (byte)register;
        for (int i = 0; i < count; i++) _sent[1 + i] = data[offset + i];
        return _spi == null ? _wire.Write(_sent, 0, 1 + count) : _spi.Write(_sent, 0, 1 + count);
    }
}
