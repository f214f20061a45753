using System;
using System.Runtime;
using EdgeSpike.Drivers;
using EdgeSpike.LoopDevice;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Flies every flight of <see cref="AltitudeScenario"/> on the device and writes what was decided, times steps of a loop, and lets drivers compute their data
/// sheets' examples: "name number" a line, until "end 0".
/// </summary>
internal static class Program
{
    private const uint Seed = 12345;
    private const int TimedSteps = 400;

    [RuntimeExport("application_start")]
    private static void Run()
    {
        BytePort port = Board.OpenUart();
        SysTickTime time = Board.OpenTime();
        for (int fault = 0; fault <= (int)FlightFault.Overload; fault++)
        {
            AltitudeScenario flight = new AltitudeScenario((FlightFault)fault, Seed, false);
            Put(port, "error "u8, (int)flight.Fly());
            Put(port, "hash "u8, (int)flight.Hash);
            Put(port, "detected "u8, flight.Detected);
            Put(port, "tripped "u8, flight.Tripped);
            Put(port, "recovered "u8, flight.Recovered);
            Put(port, "output "u8, flight.Loop.Guard.Output);
        }

        Time(port, time);
        Drivers(port, time);
        Put(port, "end "u8, 0);
        while (true)
        {
        }
    }

    // Two samples, a layer, three states: a whole step of the loop without its controller.
    private static void Time(BytePort port, SysTickTime time)
    {
        ControlLoop loop = AltitudeScenario.Configure();
        Put(port, "start "u8, (int)loop.Start(0));
        long before = time.Ticks;
        for (int i = 0; i < TimedSteps; i++)
        {
            long now = 100000L * i;
            loop.Inputs[0].Sample(1000 + (i & 7), i, now);
            loop.Inputs[1].Sample(1000, i, now);
            loop.Due(now);
            loop.Observe(now);
            loop.Layer(0, 10);
            loop.Act(200);
            loop.End(now + 1000);
        }

        Put(port, "ticks "u8, (int)(time.Ticks - before));
        Put(port, "steps "u8, (int)loop.Schedule.Steps);
        Put(port, "state "u8, (int)loop.Guard.State);
    }

    private static void Drivers(BytePort port, SysTickTime time)
    {
        // Product manual of the TFmini-S: a frame of 121 cm.
        TfMiniS lidar = new TfMiniS(false);
        byte[] frame = { 0x00, 0x59, 0x59, 0x59, 0x79, 0x00, 0xE8, 0x03, 0x00, 0x09, 0x1F };
        for (int i = 0; i < frame.Length; i++) lidar.Receive(frame[i], i);
        Put(port, "lidar "u8, lidar.Millimetres);
        Put(port, "lidar.skipped "u8, (int)lidar.Skipped);

        // Data sheet of the BMP280, section 3.12.
        int[] words = { 27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000 };
        byte[] calibration = new byte[24];
        for (int i = 0; i < words.Length; i++)
        {
            calibration[2 * i] = (byte)words[i];
            calibration[2 * i + 1] = (byte)(words[i] >> 8);
        }

        Bmp280 barometer = new Bmp280(new I2cDevice(null, Bmp280.DefaultAddress), time);
        Put(port, "calibration "u8, barometer.SetCalibration(calibration, 0) ? 1 : 0);
        Put(port, "compensate "u8, (int)barometer.Compensate(519888, 415148));
        Put(port, "pressure "u8, barometer.Pressure);
        Put(port, "temperature "u8, barometer.CentiCelsius);
        Put(port, "altitude "u8, PressureAltitude.Millimetres(barometer.Pressure, PressureAltitude.SeaLevel));

        // Their other entry points have to compile and link as well; without a bus they are not called.
        if (lidar.Frames > 1000) Rest(time);
    }

    private static void Rest(SysTickTime time)
    {
        I2cBus bus = Board.OpenI2c(time, Board.I2cClockHz);
        new Bmp280(new I2cDevice(bus, Bmp280.DefaultAddress), time).Open();
        Bmp388 other = new Bmp388(new I2cDevice(bus, Bmp388.DefaultAddress), time);
        other.Open();
        other.Read();
        Vl53l1x range = new Vl53l1x(new I2cDevice(bus, Vl53l1x.DefaultAddress), time);
        range.Open();
        range.Configure(true, 50, 60);
        range.Start();
        range.TryRead();
        range.Stop();
        new TfMiniSWire(new I2cDevice(bus, TfMiniSWire.DefaultAddress)).Read(0);
        Motor motor = new Drv8833(null, null, null, null, time);
        motor.Set(1);
        motor.Brake();
        motor = new Tb6612(null, null, null, null, time);
        motor.Set(1);
        motor = new PwmMotor(null, null, time);
        motor.Set(1);
        Servo servo = new Servo(null, time);
        servo.Start(50, 0);
        servo.Set(1);
    }

    private static void Put(BytePort port, ReadOnlySpan<byte> name, int value)
    {
        for (int i = 0; i < name.Length; i++) port.Write(name[i]);
        byte[] digits = new byte[11];
        int count = 0;
        uint rest = value < 0 ? 0u - (uint)value : (uint)value;
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
