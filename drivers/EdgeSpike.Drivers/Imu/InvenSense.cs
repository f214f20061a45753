namespace EdgeSpike.Drivers;

/// <summary>What TDK InvenSense's sensors share: ranges, the rate's divider, filters, and the frames of the FIFO.</summary>
public abstract class InvenSense : Imu
{
    /// <summary>Bytes of a sample in the FIFO: accelerometer, gyroscope, high bytes first.</summary>
    protected const int FrameBytes = 12;

    /// <summary>A sensor at this port.</summary>
    protected InvenSense(SensorPort port, TimeBase time)
        : base(port, time)
    {
    }

    /// <summary>What the register that divides the rate takes: one less than the divisor.</summary>
    protected int Divider { get; private set; }

    /// <summary>Code of the filter.</summary>
    protected int Filter { get; private set; }

    /// <summary>2 &lt;&lt; it g.</summary>
    protected int AccelRange { get; private set; }

    /// <summary>250 &lt;&lt; it degrees per second.</summary>
    protected int GyroRange { get; private set; }

    /// <summary>Ranges, divider and filter for what is asked for.</summary>
    /// <param name="settings">What is asked for.</param>
    /// <param name="rate">The sensor's highest rate, millihertz, which is divided by 1 … 256.</param>
    /// <param name="bandwidths">Hertz of the filters 1 … 5; what is narrower is 6.</param>
    protected ImuError Choose(ImuSettings settings, int rate, short[] bandwidths)
    {
        AccelRange = RangeIndex(settings.AccelRange, 2, 4);
        GyroRange = RangeIndex(settings.GyroRange, 250, 4);
        if (AccelRange < 0 || GyroRange < 0 || settings.RateMillihertz < 1 || settings.RateMillihertz > rate) return ImuError.Setting;
        int periods = rate / settings.RateMillihertz;
        Divider = periods > 256 ? 255 : periods - 1;

        // Sensitivity 16384 LSB/g and 131 LSB/(degree/s) at the smallest range (PS-MPU-6000A, 6.1 and 6.2; DS-000189, tables 1 and 2): 2^15
        // steps are its end.
        AccelScale = 2000000 << AccelRange;
        GyroScale = 250000 << GyroRange;
        AccelLimit = 32767;
        GyroLimit = 32767;

        // The widest filter within half the rate.
        Filter = 1;
        while (Filter <= bandwidths.Length && settings.RateMillihertz / 2000 < bandwidths[Filter - 1]) Filter++;
        return ImuError.None;
    }

    /// <summary>Appends so many frames of the FIFO, whose data register this is; the caller stamps them.</summary>
    protected ImuError ReadFrames(ImuSamples samples, int register, int count)
    {
        for (int taken = 0; taken < count;)
        {
            int frames = count - taken;
            if (frames > SensorPort.MostBytes / FrameBytes) frames = SensorPort.MostBytes / FrameBytes;
            ImuError error = ReadRegisters(register, frames * FrameBytes);
            if (error != ImuError.None) return error;
            for (int i = 0; i < frames; i++)
            {
                int at = i * FrameBytes;
                Put(samples, Big(at), Big(at + 2), Big(at + 4), Big(at + 6), Big(at + 8), Big(at + 10));
            }

            taken += frames;
        }

        return ImuError.None;
    }
}
