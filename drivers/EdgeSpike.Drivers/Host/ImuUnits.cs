#nullable enable
using System;

namespace EdgeSpike.Drivers;

/// <summary>Samples in SI units, for people and files; the runtime takes the raw steps.</summary>
public static class ImuUnits
{
    /// <summary>Standard acceleration of gravity, m/s² (CGPM 1901).</summary>
    public const double Gravity = 9.80665;

    /// <summary>m/s² of one step of the accelerometer.</summary>
    public static double MetresPerSecondSquared(Imu imu)
    {
        ArgumentNullException.ThrowIfNull(imu);
        return imu.AccelScale * 1e-6 * Gravity / 32768;
    }

    /// <summary>Radians per second of one step of the gyroscope.</summary>
    public static double RadiansPerSecond(Imu imu)
    {
        ArgumentNullException.ThrowIfNull(imu);
        return imu.GyroScale * 1e-3 * Math.PI / 180 / 32768;
    }

    /// <summary>Sample <paramref name="index"/> in SI units: [6] accelerometer x, y, z in m/s², gyroscope x, y, z in rad/s.</summary>
    public static void Convert(Imu imu, ImuSamples samples, int index, Span<double> axes)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, samples.Count);
        double accel = MetresPerSecondSquared(imu), gyro = RadiansPerSecond(imu);
        for (int axis = 0; axis < ImuSamples.Axes; axis++) axes[axis] = samples.Values[index * ImuSamples.Axes + axis] * (axis < 3 ? accel : gyro);
    }
}
