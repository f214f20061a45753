#nullable enable
using System;
using System.IO;
using SystemI2cBus = System.Device.I2c.I2cBus;
using SystemI2cDevice = System.Device.I2c.I2cDevice;

namespace EdgeSpike.Drivers;

/// <summary>An I2C bus over System.Device.I2c. Exceptions become <see cref="BusError"/>; the kernel frees a stuck bus, where it can.</summary>
/// <remarks>
/// The cause is read from the number in the kernel's answer (Documentation/i2c/fault-codes.rst), which System.Device.I2c has in its
/// message alone. A probe reads a byte, since not every adapter sends an address alone. A transfer is bounded by the kernel's time-out.
/// </remarks>
public sealed class LinuxI2cBus : I2cBus, IDisposable
{
    private readonly SystemI2cBus _bus;
    private readonly SystemI2cDevice?[] _devices = new SystemI2cDevice?[128];
    private readonly byte[] _probe = new byte[1];

    /// <summary>Takes a bus of System.Device.I2c, and disposes of it.</summary>
    public LinuxI2cBus(SystemI2cBus bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        _bus = bus;
    }

    /// <summary>The bus behind /dev/i2c-N.</summary>
    public static LinuxI2cBus Open(int number) => new(SystemI2cBus.Create(number));

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        try
        {
            SystemI2cDevice device = _devices[address] ??= _bus.CreateDevice(address);
            if (writeCount > 0 && readCount > 0) device.WriteRead(write.AsSpan(writeOffset, writeCount), read.AsSpan(readOffset, readCount));
            else if (writeCount > 0) device.Write(write.AsSpan(writeOffset, writeCount));
            else if (readCount > 0) device.Read(read.AsSpan(readOffset, readCount));
            else device.Read(_probe);
            return BusError.None;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or PlatformNotSupportedException)
        {
            return LinuxErrors.FromI2c(exception);
        }
    }

    /// <inheritdoc/>
    public override BusError Recover() => BusError.None;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SystemI2cDevice? device in _devices) device?.Dispose();
        _bus.Dispose();
    }
}
