#nullable enable
using System;
using System.Device.Spi;
using System.IO;
using SystemSpiDevice = System.Device.Spi.SpiDevice;

namespace EdgeSpike.Drivers;

/// <summary>One device of an SPI bus over System.Device.Spi, which works chip select itself: <see cref="SpiDevice"/> gets no pin.</summary>
/// <remarks>A transfer of up to 4,096 bytes, as spidev has it unless told otherwise.</remarks>
public sealed class LinuxSpiBus : SpiBus, IDisposable
{
    private readonly SystemSpiDevice _device;
    private readonly byte[] _sent = new byte[4096];
    private readonly byte[] _received = new byte[4096];

    /// <summary>Takes a device of System.Device.Spi, and disposes of it.</summary>
    public LinuxSpiBus(SystemSpiDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
    }

    /// <summary>The device behind /dev/spidevBUS.SELECT, in mode 0 at this rate.</summary>
    public static LinuxSpiBus Open(int bus, int select, int hertz) => new(SystemSpiDevice.Create(new SpiConnectionSettings(bus, select) { ClockFrequency = hertz, Mode = SpiMode.Mode0 }));

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count) || count > _sent.Length) return BusError.Argument;
        if (count == 0) return BusError.None;
        Span<byte> sent = _sent.AsSpan(0, count), received = _received.AsSpan(0, count);
        if (write is null) sent.Clear();
        else write.AsSpan(writeOffset, count).CopyTo(sent);
        try
        {
            _device.TransferFullDuplex(sent, received);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or PlatformNotSupportedException)
        {
            return BusError.BusFault;
        }

        if (read is not null) received.CopyTo(read.AsSpan(readOffset));
        return BusError.None;
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();
}
