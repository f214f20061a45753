namespace EdgeSpike.Drivers;

/// <summary>ST LSM6DSOX: accelerometer and gyroscope on I2C (SA0 low 0x6A, high 0x6B) or SPI (mode 0 or 3, up to 10 MHz); FIFO of 512 words.</summary>
/// <remarks>Registers: LSM6DSOX datasheet, DS12814 revision 3, section 9; FIFO: application note AN5272, section 9. 12.5 to 6,667 samples a second, two words each: a FIFO of 256 samples.</remarks>
public sealed class Lsm6dsox : Imu
{
    /// <summary>Address with SA0 low.</summary>
    public const int DefaultAddress = 0x6A;

    private const int FifoControl1 = 0x07;              // FIFO_CTRL1: WTM, words
    private const int FifoControl3 = 0x09;              // FIFO_CTRL3: bits 7:4 BDR_GY, 3:0 BDR_XL
    private const int FifoControl4 = 0x0A;              // FIFO_CTRL4: bits 2:0 FIFO_MODE, 0 bypass (empties it), 6 continuous
    private const int Interrupt1 = 0x0D;                // INT1_CTRL: bit 3 INT1_FIFO_TH, 1 INT1_DRDY_G
    private const int WhoAmI = 0x0F;                    // WHO_AM_I
    private const int AccelControl = 0x10;              // CTRL1_XL: bits 7:4 ODR_XL, 3:2 FS_XL: 0 2 g, 1 16 g, 2 4 g, 3 8 g
    private const int GyroControl = 0x11;               // CTRL2_G: bits 7:4 ODR_G, 3:2 FS_G 250 << it, 1 FS_125
    private const int Control3 = 0x12;                  // CTRL3_C: bit 6 BDU, 2 IF_INC, 0 SW_RESET
    private const int Control4 = 0x13;                  // CTRL4_C: bit 2 I2C_disable
    private const int Control9 = 0x18;                  // CTRL9_XL: bit 1 I3C_disable; bits 7:5 stand after reset
    private const int Status = 0x1E;                    // STATUS_REG: bit 1 GDA, 0 XLDA
    private const int Temperature = 0x20;               // OUT_TEMP_L
    private const int GyroX = 0x22;                     // OUTX_L_G …: gyroscope, accelerometer, low bytes first
    private const int FifoStatus1 = 0x3A;               // DIFF_FIFO; FIFO_STATUS2: bit 6 FIFO_OVR_IA, 3 FIFO_OVR_LATCHED, 1:0 DIFF_FIFO
    private const int FifoTag = 0x78;                   // FIFO_DATA_OUT_TAG: bits 7:3 sensor, 2:1 count; then six bytes; reading goes round

    private const int TagGyro = 1;
    private const int TagAccel = 2;
    private const int WordBytes = 7;
    private const int MostWords = SensorPort.MostBytes / WordBytes;
    private const int ResetMicroseconds = 50000;
    private const int StartMicroseconds = 70000;        // AN5272, tables 11 and 13: gyroscope 70 ms from power-down

    private readonly short[] _gyro = new short[3];
    private readonly short[] _accel = new short[3];
    private int _rate;
    private int _accelBits;
    private int _gyroBits;
    private int _gyroTag;
    private int _accelTag;

    /// <summary>A sensor on I2C.</summary>
    public Lsm6dsox(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time)
    {
    }

    /// <summary>A sensor on SPI.</summary>
    public Lsm6dsox(SpiDevice device, TimeBase time)
        : base(new SensorPort(device, 0), time)
    {
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "LSM6DSOX"; }
    }

    /// <inheritdoc/>
    public override ImuError ReadTemperature(out int milliCelsius)
    {
        ImuError error = ReadRegisters(Temperature, 2);
        milliCelsius = error == ImuError.None ? 25000 + Little(0) * 125 / 32 : 0;     // 256 LSB per degree, 0 at 25 °C (table 4)
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError Choose(ImuSettings settings)
    {
        int accel = RangeIndex(settings.AccelRange, 2, 4), gyro = RangeIndex(settings.GyroRange, 125, 5);
        if (accel < 0 || gyro < 0 || settings.RateMillihertz < 1 || settings.RateMillihertz > 6667000) return ImuError.Setting;

        // Codes 1 … 10 (tables 51 and 54).
        _rate = 1;
        while (RateMillihertz(_rate) < settings.RateMillihertz) _rate++;
        PeriodNumerator = _rate == 1 ? 80000 : 1000000;
        PeriodDenominator = _rate == 1 ? 1 : RateMillihertz(_rate) / 1000;
        _accelBits = (accel == 0 ? 0 : accel == 1 ? 2 : accel == 2 ? 3 : 1) << 2;
        _gyroBits = gyro == 0 ? 2 : (gyro - 1) << 2;

        // 0.061 mg and 4.375 mdps a step at the smallest range (table 2), 2^15 steps.
        AccelScale = 61 * 32768 << accel;
        GyroScale = 143360 << gyro;
        AccelLimit = 32767;
        GyroLimit = 32767;
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError Start(ImuSettings settings)
    {
        ImuError error = CheckIdentity(WhoAmI, 0x6C);
        if (error == ImuError.None) error = WriteRegister(Control3, 0x01);
        if (error == ImuError.None) error = Await(Control3, 0x01, 0, ResetMicroseconds);
        if (error == ImuError.None) error = WriteChecked(Control3, 0x44);
        if (error == ImuError.None) error = WriteChecked(Control4, Port.IsSpi ? 0x04 : 0);
        if (error == ImuError.None) error = WriteChecked(Control9, 0xE2);
        if (error == ImuError.None) error = WriteChecked(AccelControl, (_rate << 4) | _accelBits);
        if (error == ImuError.None) error = WriteChecked(GyroControl, (_rate << 4) | _gyroBits);
        if (error == ImuError.None) error = WriteChecked(Interrupt1, UsesFifo ? 0x08 : 0x02);
        Time.Wait(StartMicroseconds);
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError RestartFifo()
    {
        _gyroTag = -1;
        _accelTag = -1;
        ImuError error = WriteChecked(FifoControl4, 0);
        if (error == ImuError.None) error = WriteChecked(FifoControl1, 2);
        if (error == ImuError.None) error = WriteChecked(FifoControl3, (_rate << 4) | _rate);

        // Reading the latched overrun clears it.
        if (error == ImuError.None) error = ReadRegisters(FifoStatus1, 2);
        if (error == ImuError.None) error = WriteChecked(FifoControl4, 6);
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError ReadFifo(ImuSamples samples)
    {
        ImuError error = ReadRegisters(FifoStatus1, 2);
        if (error != ImuError.None) return error;
        long counted = Time.Microseconds;
        if ((Scratch[1] & 0x48) != 0) return ImuError.FifoOverflow;
        int words = ((Scratch[1] & 3) << 8) | Scratch[0], count = 0;

        // Two words a sample; words are left when there is no room for their samples.
        int take = words < 2 * samples.Room ? words : 2 * samples.Room;
        for (int taken = 0; taken < take;)
        {
            int burst = take - taken < MostWords ? take - taken : MostWords;
            error = ReadRegisters(FifoTag, burst * WordBytes);
            if (error != ImuError.None) return error;
            for (int i = 0; i < burst; i++)
            {
                int at = i * WordBytes, tag = Scratch[at] >> 3, turn = (Scratch[at] >> 1) & 3;
                if (tag == TagGyro) _gyroTag = Keep(_gyro, at, turn);
                else if (tag == TagAccel) _accelTag = Keep(_accel, at, turn);
                else
                {
                    Found = tag;
                    Expected = TagGyro;
                    return ImuError.FifoContent;
                }

                if (_gyroTag != _accelTag) continue;
                Put(samples, _accel[0], _accel[1], _accel[2], _gyro[0], _gyro[1], _gyro[2]);
                _gyroTag = -1;
                _accelTag = -1;
                count++;
            }

            taken += burst;
        }

        Clock.Stamp(samples, count, counted, (words - take) / 2);
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError ReadNewest(ImuSamples samples)
    {
        int status;
        ImuError error = ReadRegister(Status, out status);
        if (error != ImuError.None || (status & 3) != 3) return error;
        long now = Time.Microseconds;
        error = ReadRegisters(GyroX, 12);
        if (error != ImuError.None) return error;
        Put(samples, Little(6), Little(8), Little(10), Little(0), Little(2), Little(4));
        StampNewest(samples, now);
        return error;
    }

    private int Keep(short[] values, int at, int turn)
    {
        for (int axis = 0; axis < 3; axis++) values[axis] = (short)Little(at + 1 + 2 * axis);
        return turn;
    }

    private static int RateMillihertz(int code)
    {
        switch (code)
        {
            case 1: return 12500;
            case 2: return 26000;
            case 3: return 52000;
            case 4: return 104000;
            case 5: return 208000;
            case 6: return 417000;
            case 7: return 833000;
            case 8: return 1667000;
            case 9: return 3333000;
            default: return 6667000;
        }
    }
}
