using System;
using System.Collections.Generic;
using System.Device;
using System.IO;
using System.Linq;
using Xunit;
using SystemI2c = System.Device.I2c;
using SystemSpi = System.Device.Spi;

namespace EdgeSpike.Drivers.Tests;

/// <summary>The buses over System.Device.*, on a library's device that answers or throws as the kernel makes it.</summary>
public sealed class LinuxBusTests
{
    [Theory]
    [InlineData("Error 121 performing I2C data transfer.", BusError.AddressNotAcknowledged)]
    [InlineData("Error 6 performing I2C data transfer.", BusError.AddressNotAcknowledged)]
    [InlineData("Error 110 performing I2C data transfer.", BusError.TimeOut)]
    [InlineData("Error 11 performing I2C data transfer.", BusError.ArbitrationLost)]
    [InlineData("Error 16 performing I2C data transfer.", BusError.BusStuck)]
    [InlineData("Error 71 performing I2C data transfer.", BusError.DataNotAcknowledged)]
    [InlineData("Error 5 performing I2C data transfer.", BusError.BusFault)]
    [InlineData("Can not open I2C device file '/dev/i2c-1'.", BusError.BusFault)]
    [InlineData("Error", BusError.BusFault)]
    public void The_kernels_number_becomes_a_cause(string message, BusError expected)
    {
        FakeBus fake = new() { Fault = new IOException(message) };
        using LinuxI2cBus bus = new(fake);
        I2cDevice device = new(bus, 0x68);
        Assert.Equal(expected, device.Probe());
        Assert.Equal(expected, device.Write([1, 2], 0, 2));
        fake.Fault = null;
        Assert.Equal(BusError.None, device.Probe());
    }

    [Fact]
    public void Transfers_go_through_with_their_ranges()
    {
        FakeBus fake = new();
        using LinuxI2cBus bus = new(fake);
        I2cDevice device = new(bus, 0x28);
        byte[] data = new byte[5];
        Assert.Equal(BusError.None, device.WriteRead([9, 0x75, 9], 1, 1, data, 1, 3));
        Assert.Equal([0, 1, 2, 3, 0], data);
        Assert.Equal(BusError.None, device.Write([1, 2, 3, 4], 1, 2));
        Assert.Equal(["0x28 writeread 75", "0x28 write 02-03"], fake.Log);
        Assert.Equal(BusError.Argument, device.Write([1], 0, 2));
        Assert.Equal(BusError.Argument, new I2cDevice(bus, 3).Probe());
        Assert.Equal(1, fake.Made);
    }

    [Fact]
    public void Spi_goes_through_and_fails_as_a_value()
    {
        FakeSpi fake = new();
        using LinuxSpiBus bus = new(fake);
        SpiDevice device = new(bus, null);
        byte[] read = new byte[4];
        Assert.Equal(BusError.None, device.TransferFullDuplex([7, 8, 9], 1, read, 2, 2));
        Assert.Equal([0, 0, 0xF7, 0xF6], read);
        Assert.Equal(BusError.None, device.Read(read, 0, 1));
        Assert.Equal(0xFF, read[0]);
        Assert.Equal(BusError.Argument, device.Write(new byte[5000], 0, 5000));
        fake.Fails = true;
        Assert.Equal(BusError.BusFault, device.Write([1], 0, 1));
    }

    [Fact]
    public void A_driver_runs_over_the_librarys_device()
    {
        SimulatedTime time = new();
        SimulatedI2cBus simulated = new(time);
        simulated.Attach(0x68, new SimulatedMpu(0x70, time, CountingMotion.Instance));
        using LinuxI2cBus bus = new(new FakeBus { Behind = simulated });
        Mpu6500 imu = new(new I2cDevice(bus, 0x68), time);
        Assert.Equal(ImuError.None, imu.Open(new ImuSettings()));
        ImuSamples samples = new(10);
        time.Advance(100000);
        Assert.Equal(ImuError.None, imu.Read(samples));
        Assert.InRange(samples.Count, 4, 6);
        Assert.Equal(ImuError.NoSensor, new Mpu6500(new I2cDevice(bus, 0x69), time).Open(new ImuSettings()));
    }

    [Fact]
    public void Linux_time_goes_on()
    {
        LinuxTimeBase time = new();
        long before = time.Microseconds;
        time.Wait(2000);
        Assert.True(time.Microseconds - before >= 2000);
    }

    private sealed class FakeBus : SystemI2c.I2cBus
    {
        public Exception? Fault { get; set; }

        public SimulatedI2cBus? Behind { get; init; }

        public List<string> Log { get; } = [];

        public int Made { get; private set; }

        public override SystemI2c.I2cDevice CreateDevice(int deviceAddress)
        {
            Made++;
            return new FakeDevice(this, deviceAddress);
        }

        public override void RemoveDevice(int deviceAddress)
        {
        }

        public override ComponentInformation QueryComponentInformation() => new(this, "fake");
    }

    private sealed class FakeDevice(FakeBus bus, int address) : SystemI2c.I2cDevice
    {
        public override SystemI2c.I2cConnectionSettings ConnectionSettings => new(1, address);

        public override void Read(Span<byte> buffer) => Transfer("read", [], buffer);

        public override void Write(ReadOnlySpan<byte> buffer) => Transfer("write", buffer, []);

        public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) => Transfer("writeread", writeBuffer, readBuffer);

        public override ComponentInformation QueryComponentInformation() => new(this, "fake");

        private void Transfer(string what, ReadOnlySpan<byte> write, Span<byte> read)
        {
            if (bus.Fault is not null) throw bus.Fault;
            if (bus.Behind is not null)
            {
                byte[] written = write.ToArray(), got = new byte[read.Length];
                BusError error = bus.Behind.Transfer(address, written, 0, written.Length, got, 0, got.Length);
                if (error == BusError.AddressNotAcknowledged) throw new IOException("Error 121 performing I2C data transfer.");
                got.CopyTo(read);
                return;
            }

            bus.Log.Add($"0x{address:X2} {what} {BitConverter.ToString(write.ToArray())}");
            for (int i = 0; i < read.Length; i++) read[i] = (byte)(i + 1);
        }
    }

    private sealed class FakeSpi : SystemSpi.SpiDevice
    {
        public bool Fails { get; set; }

        public override SystemSpi.SpiConnectionSettings ConnectionSettings => new(0, 0);

        public override void Read(Span<byte> buffer) => throw new NotSupportedException();

        public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException();

        public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
        {
            if (Fails) throw new IOException("Error 5 performing SPI data transfer.");
            for (int i = 0; i < readBuffer.Length; i++) readBuffer[i] = (byte)~writeBuffer[i];
        }
    }
}
