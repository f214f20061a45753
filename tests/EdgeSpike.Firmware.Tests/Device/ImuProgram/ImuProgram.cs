using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Drivers;
using Internal.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// A program that reads sensors with their drivers and writes what it saw, "name number" a line: on the board's own I2C, and on a
/// simulated bus. HalImageTests builds it in the place of the application.
/// </summary>
internal static unsafe class ImuProgram
{
    [RuntimeImport("*", "panic_record_address")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern uint* Record();

    [RuntimeExport("application_start")]
    private static void Run()
    {
        BytePort port = Board.OpenUart();
        SysTickTime time = Board.OpenTime();
        Put(port, "panic "u8, (int)Record()[1]);
        I2cBus wire = Board.OpenI2c(time, Board.I2cClockHz);
        ImuSettings settings = new ImuSettings();
        if (wire != null) Put(port, "board "u8, (int)new Lsm6dsox(new I2cDevice(wire, Lsm6dsox.DefaultAddress), time).Open(settings));
        if (Board.Name[0] == 'm') Magnetometer(port, time);
        Steps steps = new Steps();
        SimulatedI2cBus bus = new SimulatedI2cBus(null);
        byte[] image = new byte[512];
        for (int i = 0; i < image.Length; i++) image[i] = (byte)(3 * i);
        bus.Attach(0x68, new SimulatedMpu(0x68, time, steps));
        bus.Attach(0x69, new SimulatedMpu(0x71, time, steps));
        bus.Attach(0x6A, new SimulatedLsm6dsox(time, steps));
        bus.Attach(0x6B, new SimulatedIcm20948(time, steps));
        bus.Attach(0x6C, new SimulatedBmi270(time, steps, image));
        bus.Attach(0x28, new SimulatedBno055(time, steps));
        ImuSamples samples = new ImuSamples(64);
        Try(port, "mpu6050."u8, new Mpu6050(new I2cDevice(bus, 0x68), time), settings, samples, time);
        Try(port, "mpu9250."u8, new Mpu9250(new I2cDevice(bus, 0x69), time), settings, samples, time);
        Try(port, "lsm6dsox."u8, new Lsm6dsox(new I2cDevice(bus, 0x6A), time), settings, samples, time);
        Try(port, "icm20948."u8, new Icm20948(new I2cDevice(bus, 0x6B), time), settings, samples, time);
        Try(port, "bmi270."u8, new Bmi270(new I2cDevice(bus, 0x6C), time, image), settings, samples, time);
        Try(port, "bno055."u8, new Bno055(new I2cDevice(bus, 0x28), time), settings, samples, time);
        Put(port, "end "u8, 0);
        while (true) time.Wait(1000000);
    }

    // QEMU has a sensor for the MPS2's second shield connector: the magnetometer of an LSM303DLHC (datasheet, section 7.2), 0x1E.
    private static void Magnetometer(BytePort port, TimeBase time)
    {
        uint at = Board.Name[7] == '5' && Board.Name[8] == '0' && Board.Name[9] == '5' ? 0x5020D000u : 0x4002A000u;
        I2cDevice sensor = new I2cDevice(new SbconI2c(time, at), 0x1E);
        byte[] data = new byte[6];
        data[0] = 0x0A;
        Put(port, "magnetometer.error "u8, (int)sensor.WriteRead(data, 0, 1, data, 0, 3));
        Put(port, "magnetometer.identity "u8, (data[0] << 16) | (data[1] << 8) | data[2]);
        data[0] = 0x02;
        data[1] = 0x01;
        Put(port, "magnetometer.start "u8, (int)sensor.Write(data, 0, 2));
        Put(port, "magnetometer.read "u8, (int)sensor.WriteRead(data, 0, 1, data, 1, 1));
        Put(port, "magnetometer.mode "u8, data[1]);
    }

    // Ten reads; every sample is one more than the one before, and later. The bytes that the heap lost meanwhile must be none.
    private static void Try(BytePort port, ReadOnlySpan<byte> name, Imu imu, ImuSettings settings, ImuSamples samples, TimeBase time)
    {
        Put(port, name);
        Put(port, "open "u8, (int)imu.Open(settings));
        ImuMonitor monitor = new ImuMonitor(imu);
        uint free = Allocator.Free;
        int taken = 0, wrong = 0, errors = 0, last = 0;
        long stamp = 0;
        for (int read = 0; read < 10; read++)
        {
            time.Wait(20000);
            samples.Clear();
            ImuError error = imu.Read(samples);
            if (error != ImuError.None) errors++;
            monitor.Look(error, samples, time.Microseconds);
            for (int i = 0; i < samples.Count; i++)
            {
                int value = samples.Values[i * ImuSamples.Axes];
                if (taken > 0 && (value <= last || samples.Microseconds[i] <= stamp)) wrong++;
                if (samples.Values[i * ImuSamples.Axes + 5] != -value) wrong++;
                last = value;
                stamp = samples.Microseconds[i];
                taken++;
            }
        }

        int celsius;
        if (imu.ReadTemperature(out celsius) != ImuError.None) errors++;
        Put(port, name);
        Put(port, "samples "u8, taken);
        Put(port, name);
        Put(port, "wrong "u8, wrong);
        Put(port, name);
        Put(port, "errors "u8, errors);
        Put(port, name);
        Put(port, "allocated "u8, (int)(free - Allocator.Free));
        Put(port, name);
        Put(port, "overflows "u8, monitor.Overflows);
    }

    private static void Put(BytePort port, ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++) port.Write(text[i]);
    }

    private static void Put(BytePort port, ReadOnlySpan<byte> name, int value)
    {
        Put(port, name);
        byte digit = 0;
        uint rest = (uint)(value < 0 ? -value : value), place = 1000000000;
        if (value < 0) port.Write((byte)'-');
        for (; place > 0; place /= 10)
        {
            digit = (byte)(rest / place % 10);
            if (rest >= place || place == 1) port.Write((byte)('0' + digit));
        }

        port.Write((byte)'\n');
    }

    private static int Main()
    {
        return 0;
    }

    private sealed class Steps : SimulatedMotion
    {
        public override void Next(int index, short[] axes)
        {
            for (int axis = 0; axis < 5; axis++) axes[axis] = (short)(index + axis);
            axes[5] = (short)-index;
        }
    }
}
