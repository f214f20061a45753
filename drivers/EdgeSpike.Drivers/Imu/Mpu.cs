namespace EdgeSpike.Drivers;

/// <summary>What MPU-6050, MPU-6500 and MPU-9250 share; a sensor's own file holds what differs.</summary>
/// <remarks>
/// Registers: MPU-6000 and MPU-6050 Register Map, RM-MPU-6000A-00 revision 4.2; MPU-6500 Register Map, RM-MPU-6500A-00 revision 2.1;
/// MPU-9250 Register Map, RM-MPU-9250A-00 revision 1.6. They agree in what stands here.
/// </remarks>
public abstract class Mpu : InvenSense
{
    private const int SampleRateDivider = 0x19;         // SMPLRT_DIV (4.2 in 6050's, 4.5 in 6500's map): 1 kHz / (1 + it)
    private const int Configuration = 0x1A;             // CONFIG: bits 2:0 DLPF_CFG; 6500 and 9250: bit 6 FIFO_MODE
    private const int GyroConfiguration = 0x1B;         // GYRO_CONFIG: bits 4:3 FS_SEL, 250 << it degrees per second
    private const int AccelConfiguration = 0x1C;        // ACCEL_CONFIG: bits 4:3 AFS_SEL, 2 << it g
    private const int FifoEnable = 0x23;                // FIFO_EN: bits 6:4 gyroscope x, y, z, bit 3 accelerometer
    private const int PinConfiguration = 0x37;          // INT_PIN_CFG: bit 5 LATCH_INT_EN; bit 4 0: only a read of INT_STATUS clears
    private const int InterruptEnable = 0x38;           // INT_ENABLE: bit 4 FIFO_OFLOW_EN, bit 0 DATA_RDY_EN; what is not enabled need not be told
    private const int InterruptStatus = 0x3A;           // INT_STATUS: bit 4 FIFO_OFLOW_INT, bit 0 DATA_RDY_INT; reading clears
    private const int AccelX = 0x3B;                    // ACCEL_XOUT_H …: accelerometer, temperature, gyroscope, high bytes first
    private const int Temperature = 0x41;               // TEMP_OUT_H
    private const int SignalPathReset = 0x68;           // SIGNAL_PATH_RESET: bits 2:0
    private const int PowerManagement1 = 0x6B;          // PWR_MGMT_1: bit 7 DEVICE_RESET, bits 2:0 CLKSEL, 1: the gyroscope's PLL
    private const int FifoCount = 0x72;                 // FIFO_COUNTH, FIFO_COUNTL: bytes
    private const int FifoData = 0x74;                  // FIFO_R_W
    private const int WhoAmI = 0x75;                    // WHO_AM_I

    private const int Overflow = 0x10;
    private const int DataReady = 0x01;
    private const int ResetMicroseconds = 100000;       // RM-MPU-6000A, 4.28: 100 ms
    private const int GyroStartMicroseconds = 35000;    // PS-MPU-6500A, table 1: start-up 35 ms; PS-MPU-6000A, 6.1: 30 ms

    // Hertz of DLPF_CFG 1 … 5, 6 has 5 (RM-MPU-6000A, 4.3); 0 would make 8 kHz.
    private static readonly short[] Bandwidths = { 184, 94, 44, 21, 10 };

    /// <summary>A sensor at this port.</summary>
    protected Mpu(SensorPort port, TimeBase time)
        : base(port, time)
    {
    }

    /// <summary>USER_CTRL: bit 6 FIFO_EN, bit 5 I2C_MST_EN, bit 4 I2C_IF_DIS (I2C off, for SPI), bit 2 FIFO_RESET.</summary>
    protected const int UserControl = 0x6A;

    /// <summary>The bits of <see cref="UserControl"/> that stay.</summary>
    protected int UserControlBits { get; set; }

    /// <summary>What WHO_AM_I gives.</summary>
    protected abstract int Identity { get; }

    /// <summary>What FIFO_COUNT gives when the FIFO is full.</summary>
    protected abstract int FifoBytes { get; }

    /// <summary>Bits of CONFIG beside the filter's.</summary>
    protected virtual int ConfigurationBits
    {
        get { return 0; }
    }

    /// <inheritdoc/>
    protected override ImuError Choose(ImuSettings settings)
    {
        ImuError error = Choose(settings, 1000000, Bandwidths);
        PeriodNumerator = 1000 * (Divider + 1);
        PeriodDenominator = 1;
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError Start(ImuSettings settings)
    {
        ImuError error = CheckIdentity(WhoAmI, Identity);
        if (error == ImuError.None) error = WriteRegister(PowerManagement1, 0x80);
        if (error != ImuError.None) return error;
        Time.Wait(ResetMicroseconds);
        error = Await(PowerManagement1, 0x80, 0, ResetMicroseconds);

        // On SPI the signal paths want a reset of their own (RM-MPU-6000A, 4.28).
        if (error == ImuError.None) error = WriteRegister(SignalPathReset, 7);
        if (error != ImuError.None) return error;
        Time.Wait(ResetMicroseconds);
        UserControlBits = Port.IsSpi ? 0x10 : 0;
        error = WriteRegister(UserControl, UserControlBits);
        if (error == ImuError.None) error = WriteChecked(PowerManagement1, 1);
        if (error != ImuError.None) return error;
        Time.Wait(GyroStartMicroseconds);
        error = WriteChecked(SampleRateDivider, Divider);
        if (error == ImuError.None) error = WriteChecked(Configuration, Filter | ConfigurationBits);
        if (error == ImuError.None) error = WriteChecked(GyroConfiguration, GyroRange << 3);
        if (error == ImuError.None) error = WriteChecked(AccelConfiguration, AccelRange << 3);
        if (error == ImuError.None) error = SetAccelFilter(Filter);
        if (error == ImuError.None) error = WriteChecked(PinConfiguration, 0x20);
        if (error == ImuError.None) error = WriteChecked(InterruptEnable, Overflow | DataReady);
        return error;
    }

    /// <summary>The accelerometer's filter, where it has one of its own.</summary>
    protected virtual ImuError SetAccelFilter(int filter)
    {
        return ImuError.None;
    }

    /// <summary>A temperature from its register's value, in thousandths of a degree.</summary>
    protected abstract int ToMilliCelsius(int value);

    /// <inheritdoc/>
    public override ImuError ReadTemperature(out int milliCelsius)
    {
        ImuError error = ReadRegisters(Temperature, 2);
        milliCelsius = error == ImuError.None ? ToMilliCelsius(Big(0)) : 0;
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError ReadFifo(ImuSamples samples)
    {
        ImuError error = ReadRegisters(FifoCount, 2);
        if (error != ImuError.None) return error;
        long counted = Time.Microseconds;
        int bytes = (Scratch[0] << 8) | Scratch[1];
        if (bytes > FifoBytes)
        {
            Found = bytes;
            Expected = FifoBytes;
            return ImuError.FifoContent;
        }

        // A frame may be on its way in: only whole ones are taken.
        int waiting = bytes / FrameBytes, count = waiting < samples.Room ? waiting : samples.Room;
        error = ReadFrames(samples, FifoData, count);
        if (error != ImuError.None) return error;

        // Looked at last: an overflow while the frames were read cut them too. A full FIFO is one whose next frame is lost.
        int status;
        error = ReadRegister(InterruptStatus, out status);
        if (error != ImuError.None) return error;
        if ((status & Overflow) != 0 || bytes == FifoBytes) return ImuError.FifoOverflow;
        Clock.Stamp(samples, count, counted, waiting - count);
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError ReadNewest(ImuSamples samples)
    {
        int status;
        ImuError error = ReadRegister(InterruptStatus, out status);
        if (error != ImuError.None || (status & DataReady) == 0) return error;
        long now = Time.Microseconds;
        error = ReadRegisters(AccelX, 14);
        if (error != ImuError.None) return error;
        Put(samples, Big(0), Big(2), Big(4), Big(8), Big(10), Big(12));
        StampNewest(samples, now);
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError RestartFifo()
    {
        int stale;
        ImuError error = WriteRegister(FifoEnable, 0);
        if (error == ImuError.None) error = WriteRegister(UserControl, UserControlBits | 0x04);
        if (error == ImuError.None) error = ReadRegister(InterruptStatus, out stale);
        if (error == ImuError.None) error = WriteRegister(UserControl, UserControlBits | 0x40);
        if (error == ImuError.None) error = WriteChecked(FifoEnable, 0x78);
        return error;
    }
}
