namespace EdgeSpike.Drivers;

/// <summary>TDK ICM-20948: accelerometer and gyroscope on I2C (0x68, AD0 high 0x69) or SPI (mode 0 or 3, up to 7 MHz). 1.8 V: boards bring level shifters.</summary>
/// <remarks>
/// Registers: ICM-20948 datasheet, DS-000189 revision 1.3, sections 8 to 10; four banks, chosen by REG_BANK_SEL. 4.4 to 1,125 samples a
/// second. Its magnetometer is not read.
/// </remarks>
public sealed class Icm20948 : InvenSense
{
    /// <summary>Address with AD0 low.</summary>
    public const int DefaultAddress = 0x68;

    private const int BankSelect = 0x7F;                // REG_BANK_SEL: bits 5:4

    private const int WhoAmI = 0x00;                    // bank 0; WHO_AM_I
    private const int UserControl = 0x03;               // USER_CTRL: bit 6 FIFO_EN, bit 4 I2C_IF_DIS
    private const int PowerManagement1 = 0x06;          // PWR_MGMT_1: bit 7 DEVICE_RESET, bit 6 SLEEP, bits 2:0 CLKSEL, 1: the best
    private const int PinConfiguration = 0x0F;          // INT_PIN_CFG: bit 5 INT1_LATCH__EN; bit 4 0: a read of its status clears
    private const int InterruptEnable1 = 0x11;          // INT_ENABLE_1: bit 0 RAW_DATA_0_RDY_EN
    private const int InterruptEnable2 = 0x12;          // INT_ENABLE_2: bits 4:0 FIFO_OVERFLOW_EN; what is not enabled need not be told
    private const int InterruptStatus1 = 0x1A;          // INT_STATUS_1: bit 0 RAW_DATA_0_RDY_INT
    private const int InterruptStatus2 = 0x1B;          // INT_STATUS_2: bits 4:0 FIFO_OVERFLOW_INT
    private const int AccelX = 0x2D;                    // ACCEL_XOUT_H …: accelerometer, gyroscope, high bytes first
    private const int Temperature = 0x39;               // TEMP_OUT_H
    private const int FifoEnable2 = 0x67;               // FIFO_EN_2: bit 4 accelerometer, bits 3:1 gyroscope
    private const int FifoReset = 0x68;                 // FIFO_RST: bits 4:0, asserted and let go
    private const int FifoMode = 0x69;                  // FIFO_MODE: bits 4:0, 1: a full FIFO keeps what it has
    private const int FifoCount = 0x70;                 // FIFO_COUNTH bits 4:0, FIFO_COUNTL
    private const int FifoData = 0x72;                  // FIFO_R_W

    private const int GyroDivider = 0x00;               // bank 2; GYRO_SMPLRT_DIV: 1125 Hz / (1 + it)
    private const int GyroConfiguration = 0x01;         // GYRO_CONFIG_1: bits 5:3 GYRO_DLPFCFG, 2:1 GYRO_FS_SEL, 0 GYRO_FCHOICE
    private const int AlignRates = 0x09;                // ODR_ALIGN_EN: bit 0
    private const int AccelDivider = 0x10;              // ACCEL_SMPLRT_DIV_1 bits 3:0, ACCEL_SMPLRT_DIV_2: 1125 Hz / (1 + it)
    private const int AccelConfiguration = 0x14;        // ACCEL_CONFIG: bits 5:3 ACCEL_DLPFCFG, 2:1 ACCEL_FS_SEL, 0 ACCEL_FCHOICE

    private const int MostFifoBytes = 0x1FFF;           // what the 13 bits of FIFO_COUNT can say
    private const int ResetMicroseconds = 100000;
    private const int StartMicroseconds = 50000;        // table 1: gyroscope 35 ms from sleep

    // Hertz of GYRO_DLPFCFG 1 … 5, 6 has 6 (table 16); the accelerometer's are like them (table 18).
    private static readonly short[] Bandwidths = { 152, 120, 51, 24, 12 };

    /// <summary>A sensor on I2C.</summary>
    public Icm20948(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time)
    {
    }

    /// <summary>A sensor on SPI.</summary>
    public Icm20948(SpiDevice device, TimeBase time)
        : base(new SensorPort(device, 0), time)
    {
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "ICM-20948"; }
    }

    /// <inheritdoc/>
    public override ImuError ReadTemperature(out int milliCelsius)
    {
        ImuError error = ReadRegisters(Temperature, 2);
        milliCelsius = error == ImuError.None ? 21000 + (int)((long)Big(0) * 100000 / 33387) : 0;  // 333.87 LSB per degree, 0 at 21 °C (table 3, 8.31)
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError Choose(ImuSettings settings)
    {
        ImuError error = Choose(settings, 1125000, Bandwidths);
        PeriodNumerator = 8000 * (Divider + 1);
        PeriodDenominator = 9;
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError Start(ImuSettings settings)
    {
        ImuError error = WriteRegister(BankSelect, 0);
        if (error == ImuError.None) error = CheckIdentity(WhoAmI, 0xEA);
        if (error == ImuError.None) error = WriteRegister(PowerManagement1, 0x80);
        if (error != ImuError.None) return error;
        Time.Wait(ResetMicroseconds);
        error = Await(PowerManagement1, 0x80, 0, ResetMicroseconds);
        if (error == ImuError.None) error = WriteChecked(PowerManagement1, 1);
        if (error != ImuError.None) return error;
        Time.Wait(StartMicroseconds);
        error = WriteRegister(UserControl, Port.IsSpi ? 0x10 : 0);
        if (error == ImuError.None) error = WriteRegister(BankSelect, 0x20);
        if (error == ImuError.None) error = WriteChecked(GyroDivider, Divider);
        if (error == ImuError.None) error = WriteChecked(GyroConfiguration, (Filter << 3) | (GyroRange << 1) | 1);
        if (error == ImuError.None) error = WriteChecked(AccelDivider, 0);
        if (error == ImuError.None) error = WriteChecked(AccelDivider + 1, Divider);
        if (error == ImuError.None) error = WriteChecked(AccelConfiguration, (Filter << 3) | (AccelRange << 1) | 1);
        if (error == ImuError.None) error = WriteChecked(AlignRates, 1);
        if (error == ImuError.None) error = WriteRegister(BankSelect, 0);
        if (error == ImuError.None) error = WriteChecked(PinConfiguration, 0x20);
        if (error == ImuError.None) error = WriteChecked(InterruptEnable1, 1);
        if (error == ImuError.None) error = WriteChecked(InterruptEnable2, 0x1F);
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError RestartFifo()
    {
        int control = Port.IsSpi ? 0x10 : 0, stale;
        ImuError error = WriteRegister(FifoEnable2, 0);
        if (error == ImuError.None) error = WriteRegister(UserControl, control);
        if (error == ImuError.None) error = WriteRegister(FifoMode, 0x1F);
        if (error == ImuError.None) error = WriteRegister(FifoReset, 0x1F);
        if (error == ImuError.None) error = WriteRegister(FifoReset, 0);
        if (error == ImuError.None) error = ReadRegister(InterruptStatus2, out stale);
        if (error == ImuError.None) error = WriteRegister(UserControl, control | 0x40);
        if (error == ImuError.None) error = WriteChecked(FifoEnable2, 0x1E);
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError ReadFifo(ImuSamples samples)
    {
        // The data-ready pin falls when its status is read.
        int status;
        ImuError error = ReadRegister(InterruptStatus1, out status);
        if (error == ImuError.None) error = ReadRegisters(FifoCount, 2);
        if (error != ImuError.None) return error;
        long counted = Time.Microseconds;
        int bytes = ((Scratch[0] << 8) | Scratch[1]) & MostFifoBytes;
        int waiting = bytes / FrameBytes, count = waiting < samples.Room ? waiting : samples.Room;
        error = ReadFrames(samples, FifoData, count);
        if (error != ImuError.None) return error;

        // Looked at last: an overflow while the frames were read cut them too.
        error = ReadRegister(InterruptStatus2, out status);
        if (error != ImuError.None) return error;
        if ((status & 0x1F) != 0) return ImuError.FifoOverflow;
        Clock.Stamp(samples, count, counted, waiting - count);
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError ReadNewest(ImuSamples samples)
    {
        int status;
        ImuError error = ReadRegister(InterruptStatus1, out status);
        if (error != ImuError.None || (status & 1) == 0) return error;
        long now = Time.Microseconds;
        error = ReadRegisters(AccelX, FrameBytes);
        if (error != ImuError.None) return error;
        Put(samples, Big(0), Big(2), Big(4), Big(6), Big(8), Big(10));
        StampNewest(samples, now);
        return error;
    }
}
