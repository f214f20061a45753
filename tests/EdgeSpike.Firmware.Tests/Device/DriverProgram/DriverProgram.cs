using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>A program that tries the drivers and writes what it saw, "name number" a line; HalImageTests builds it in the place of the application.</summary>
internal static unsafe class DriverProgram
{
    [RuntimeImport("*", "panic_record_address")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern uint* Record();

    private static BytePort Port()
    {
        return Board.OpenUart();
    }

    [RuntimeExport("application_start")]
    private static void Run()
    {
        BytePort port = Port();
        uint* record = Record();
        SysTickTime time = Board.OpenTime();
        Put(port, "panic "u8, (int)record[1]);
        if (record[1] == 0) Try(port, time);
        else Put(port, "address "u8, (int)record[2]);
        Put(port, "end "u8, 0);
        while (true) time.Wait(1000000);
    }

    private static void Try(BytePort port, SysTickTime time)
    {
        Time(port, time, Board.OpenTimer());
        if (Board.PllHz != 0) Clock(port, time);
        I2cBus wire = Board.OpenI2c(time, Board.I2cClockHz);
        if (wire != null)
        {
            I2cDevice sensor = new I2cDevice(wire, 0x68);
            byte[] data = new byte[4];
            long before = time.Microseconds;
            Put(port, "i2c.probe "u8, (int)sensor.Probe());
            Put(port, "i2c.write "u8, (int)sensor.Write(data, 0, 2));
            Put(port, "i2c.writeread "u8, (int)sensor.WriteRead(data, 0, 1, data, 1, 3));
            Put(port, "i2c.outside "u8, (int)sensor.Read(data, 2, 3));
            Put(port, "i2c.microseconds "u8, (int)(time.Microseconds - before));
        }

        Spi(port, time, Board.OpenSpi(time, Board.SpiClockHz, 1000000, 0));
        Watchdog dog = Board.OpenWatchdog(time);
        if (dog == null) return;
        Put(port, "watchdog.start "u8, (int)dog.Start(500));
        for (int i = 0; i < 20; i++)
        {
            time.Wait(50000);
            dog.Feed();
        }

        Put(port, "watchdog.fed "u8, 20);
        time.Wait(10000000);
        Put(port, "watchdog.silent "u8, 1);
    }

    private static void Time(BytePort port, SysTickTime time, TimeBase other)
    {
        long start = time.Ticks, last = start, otherStart = other == null ? 0 : other.Ticks, end = start + 3 * 0x1000000L;
        int backwards = 0, looks = 0;
        while (last < end)
        {
            long now = time.Ticks;
            if (now < last) backwards++;
            last = now;
            looks++;
            if (looks > 100000000) break;
        }

        Put(port, "time.backwards "u8, backwards);
        Put(port, "time.ticks "u8, (int)(last - start));
        Put(port, "time.other "u8, other == null ? 0 : (int)(other.Ticks - otherStart));
        long microseconds = time.Microseconds;
        time.Wait(20000);
        Put(port, "time.wait "u8, (int)(time.Microseconds - microseconds));
    }

    private static void Clock(BytePort port, SysTickTime time)
    {
        Stm32F4Clock clock = new Stm32F4Clock(time);
        Put(port, "clock.error "u8, (int)clock.Start(Board.PllCrystalHz, Board.PllHz));
        Put(port, "clock.source "u8, (int)clock.Source);
        Put(port, "clock.hz "u8, (int)clock.Hz);
    }

    private static void Spi(BytePort port, SysTickTime time, SpiBus bus)
    {
        if (bus == null) return;
        byte[] data = new byte[20];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(7 * i + 1);
        byte[] back = new byte[20];
        Pl022Spi loop = bus as Pl022Spi;
        if (loop != null) loop.SetLoop(true);
        SpiDevice device = new SpiDevice(bus, null);
        Put(port, "spi.error "u8, (int)device.TransferFullDuplex(data, 0, back, 0, data.Length));
        int equal = 0;
        for (int i = 0; i < data.Length; i++)
            if (back[i] == data[i]) equal++;
        Put(port, "spi.equal "u8, equal);
        Put(port, "spi.outside "u8, (int)device.Read(back, 10, 11));
    }

    private static void Put(BytePort port, ReadOnlySpan<byte> name, int value)
    {
        for (int i = 0; i < name.Length; i++) port.Write(name[i]);
        byte[] digits = new byte[11];
        int count = 0;
        uint rest = (uint)(value < 0 ? -value : value);
        do
        {
            digits[count++] = (byte)('0' + rest % 10);
            rest /= 10;
        }
        while (rest != 0);
        if (value < 0) port.Write('-');
        while (count > 0) port.Write(digits[--count]);
        port.Write('\n');
    }

    private static int Main()
    {
        return 0;
    }
}
