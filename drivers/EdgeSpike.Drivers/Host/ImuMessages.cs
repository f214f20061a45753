#nullable enable
using System;
using System.Collections.Generic;

namespace EdgeSpike.Drivers;

/// <summary>Errors and faults as text: what, where, and what to check.</summary>
public static class ImuMessages
{
    private static readonly string[] AxisNames = ["accelerometer x", "accelerometer y", "accelerometer z", "gyroscope x", "gyroscope y", "gyroscope z"];

    private static readonly Dictionary<int, string> Identities = new()
    {
        [0x68] = "an MPU-6050",
        [0x70] = "an MPU-6500",
        [0x71] = "an MPU-9250",
        [0x73] = "an MPU-9255",
        [0xEA] = "an ICM-20948",
        [0x6C] = "an LSM6DSO or LSM6DSOX",
        [0x69] = "an LSM6DS3",
        [0x24] = "a BMI270",
        [0xA0] = "a BNO055",
    };

    /// <summary>One error of a sensor.</summary>
    public static string Describe(Imu imu, ImuError error)
    {
        ArgumentNullException.ThrowIfNull(imu);
        string name = imu.Name;
        return error switch
        {
            ImuError.None => $"{name}: no error",
            ImuError.NoSensor => $"{name}: no sensor answers; check supply, ground, the address (its address pin), on SPI chip select and the data lines",
            ImuError.WrongIdentity => $"{name}: identity 0x{imu.Found:X2} where 0x{imu.Expected:X2} is expected: {(Identities.TryGetValue(imu.Found, out string? other) ? other + " answers; use its driver, or another address" : "another sensor answers; check the part's marking and the address")}",
            ImuError.BusStuck => $"{name}: a line of the bus stays low; check for a short circuit, missing pull-up resistors (2.2 to 10 kOhm), or switch the sensor's supply off and on",
            ImuError.Bus => $"{name}: {Cause(imu.Bus)} at register 0x{imu.Register:X2}",
            ImuError.ReadBack => $"{name}: register 0x{imu.Register:X2}: wrote 0x{imu.Expected:X2}, read 0x{imu.Found:X2}; check supply and wiring, and lower the bus's rate",
            ImuError.NotStarted => $"{name}: not back from its reset (register 0x{imu.Register:X2} is 0x{imu.Found:X2}, expected 0x{imu.Expected:X2}); check the supply",
            ImuError.Setting => $"{name}: it lacks this range or rate; its ranges are 2, 4, 8, 16 g and 250 to 2000 degrees per second",
            ImuError.ConfigurationImage when imu.Register == 0x5E => $"{name}: a configuration image of {imu.Found} bytes; give Bosch's, an even number of bytes up to {imu.Expected}",
            ImuError.ConfigurationImage => $"{name}: the configuration image is refused (INTERNAL_STATUS 0x{imu.Found:X2}); check that the file is Bosch's for the BMI270, whole",
            ImuError.FifoOverflow => $"{name}: the FIFO was full and samples are lost; read more often, or lower the rate",
            ImuError.FifoContent => $"{name}: the FIFO holds 0x{imu.Found:X2} where 0x{imu.Expected:X2} is expected; it was emptied. If it comes again, check the wiring and lower the bus's rate",
            ImuError.Sensor => $"{name}: it reports its error {imu.Found}; see its datasheet, then switch its supply off and on",
            ImuError.NotReady => $"{name}: no new value yet; ask again",
            ImuError.Saturated => $"{name}: beyond its range; keep magnets away",
            ImuError.NotOpen => $"{name}: it was not opened, or its opening failed; open it first",
            _ => $"{name}: error {(int)error}",
        };
    }

    /// <summary>The faults that a monitor sees, one line each.</summary>
    public static IReadOnlyList<string> Describe(Imu imu, ImuMonitor monitor, ImuFaults faults)
    {
        ArgumentNullException.ThrowIfNull(imu);
        ArgumentNullException.ThrowIfNull(monitor);
        List<string> lines = [];
        if (faults.HasFlag(ImuFaults.Rate))
        {
            double asked = 1e6 * imu.PeriodDenominator / imu.PeriodNumerator, seen = 1e9 / monitor.MeasuredNanoseconds;
            lines.Add($"{imu.Name}: {seen:F1} samples a second where {asked:F1} are set ({100 * (seen / asked - 1):+0;-0} %); check its clock source and supply, or resample by the time stamps");
        }

        if (faults.HasFlag(ImuFaults.Saturated)) lines.Add($"{imu.Name}: at the end of the range: {Names(monitor.SaturatedAxes)}; choose a larger range, or check the mounting");
        if (faults.HasFlag(ImuFaults.Frozen)) lines.Add($"{imu.Name}: the same value for {monitor.FrozenSamples} samples: {Names(monitor.FrozenAxes)}; the axis is broken or asleep: open the sensor again, then replace it");
        if (faults.HasFlag(ImuFaults.Lost)) lines.Add($"{imu.Name}: samples were lost ({monitor.Overflows} overflows so far); read more often, or lower the rate");
        if (faults.HasFlag(ImuFaults.Silent)) lines.Add($"{imu.Name}: no sample for {monitor.SilentMicroseconds / 1000} ms; check the supply, then open the sensor again");
        if (faults.HasFlag(ImuFaults.Error)) lines.Add($"{imu.Name}: more than {monitor.BorneErrors} errors one after the other; the last: {Describe(imu, monitor.LastError)}");
        return lines;
    }

    private static string Names(int axes)
    {
        List<string> names = [];
        for (int axis = 0; axis < AxisNames.Length; axis++)
            if ((axes >> axis & 1) != 0) names.Add(AxisNames[axis]);
        return string.Join(", ", names);
    }

    private static string Cause(BusError error) => error switch
    {
        BusError.DataNotAcknowledged => "it refused a byte (busy?)",
        BusError.ArbitrationLost => "another master won the bus",
        BusError.TimeOut => "the bus did not finish in time (a clock held low?)",
        BusError.Overrun => "a received byte was lost",
        BusError.BusFault => "a fault on the bus; check wiring, length and rate",
        BusError.Argument => "a transfer that can't be",
        _ => $"bus error {(int)error}",
    };
}
