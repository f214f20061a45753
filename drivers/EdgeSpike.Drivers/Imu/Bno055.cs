namespace EdgeSpike.Drivers;

/// <summary>Bosch BNO055 as accelerometer and gyroscope, on I2C (COM3 low 0x28, high 0x29); up to 100 samples a second, no FIFO.</summary>
/// <remarks>
/// Registers: BNO055 datasheet, BST-BNO055-DS000 revision 1.8, section 4; its own fusion is left off (operating mode ACCGYRO). A call
/// to Read takes a sample when one is due by the clock, and counts the ones it came too late for as lost. The sensor stretches the
/// clock: a Raspberry Pi's I2C wants it slow (drivers/README.md). Values: 1 mg, 1/16 degree per second.
/// </remarks>
public sealed class Bno055 : Imu
{
    /// <summary>Address with COM3 low.</summary>
    public const int DefaultAddress = 0x28;

    private const int ChipId = 0x00;                    // CHIP_ID
    private const int Page = 0x07;                      // PAGE_ID
    private const int AccelX = 0x08;                    // ACC_DATA_X_LSB …: accelerometer, magnetometer, gyroscope, low bytes first
    private const int Temperature = 0x34;               // TEMP: 1 °C
    private const int SystemError = 0x3A;               // SYS_ERR (4.3.59)
    private const int Units = 0x3B;                     // UNIT_SEL: bit 0 mg, bit 1 radians, bit 4 Fahrenheit
    private const int Mode = 0x3D;                      // OPR_MODE: bits 3:0, 0 CONFIG, 5 ACCGYRO (table 3-5)
    private const int Power = 0x3E;                     // PWR_MODE: 0 normal
    private const int Trigger = 0x3F;                   // SYS_TRIGGER: bit 5 RST_SYS
    private const int AccelConfiguration = 0x08;        // page 1; ACC_Config: bits 1:0 2 << it g, 4:2 bandwidth, 3: 62.5 Hz
    private const int GyroConfiguration = 0x0A;         // page 1; GYR_Config_0: bits 2:0 2000 >> it degrees per second, 5:3 bandwidth, 7: 32 Hz

    private const int SampleBytes = 18;
    private const int ResetMicroseconds = 650000;       // table 0-2: 650 ms from reset to CONFIG
    private const int ResetMostMicroseconds = 1000000;
    private const int ToConfigMicroseconds = 19000;     // table 3-6: 19 ms from any mode to CONFIG
    private const int FromConfigMicroseconds = 7000;    // and 7 ms from CONFIG to any
    private const int FirstSampleMicroseconds = 100000;

    private int _accelRange;
    private int _gyroRange;
    private long _due;

    /// <summary>A sensor on I2C.</summary>
    public Bno055(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time)
    {
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "BNO055"; }
    }

    /// <inheritdoc/>
    protected override bool HasFifo
    {
        get { return false; }
    }

    /// <inheritdoc/>
    public override ImuError ReadTemperature(out int milliCelsius)
    {
        int value;
        ImuError error = ReadRegister(Temperature, out value);
        milliCelsius = error == ImuError.None ? (sbyte)value * 1000 : 0;
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError Choose(ImuSettings settings)
    {
        _accelRange = RangeIndex(settings.AccelRange, 2, 4);
        int gyro = RangeIndex(settings.GyroRange, 125, 5);
        _gyroRange = 4 - gyro;
        if (_accelRange < 0 || gyro < 0 || settings.RateMillihertz < 1000 || settings.RateMillihertz > 100000) return ImuError.Setting;
        PeriodNumerator = 1000000000 / settings.RateMillihertz;
        PeriodDenominator = 1;
        AccelScale = 1000 * 32768;
        GyroScale = 62500 * 32768 / 1000;

        // The converters' ends, 14 and 16 bits wide, in these units.
        AccelLimit = (2000 << _accelRange) - (1 << _accelRange);
        GyroLimit = (16 * 125 << gyro) - 1;
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError Start(ImuSettings settings)
    {
        // A reset may have left the other page.
        ImuError error = WriteRegister(Page, 0);
        if (error == ImuError.None) error = CheckIdentity(ChipId, 0xA0);
        if (error == ImuError.None) error = WriteRegister(Mode, 0);
        if (error != ImuError.None) return error;
        Time.Wait(ToConfigMicroseconds);
        error = WriteRegister(Trigger, 0x20);
        if (error != ImuError.None) return error;
        Time.Wait(ResetMicroseconds);
        error = Await(ChipId, 0xFF, 0xA0, ResetMostMicroseconds);
        if (error == ImuError.None) error = WriteChecked(Power, 0);
        if (error == ImuError.None) error = WriteChecked(Page, 1);
        if (error == ImuError.None) error = WriteChecked(AccelConfiguration, (3 << 2) | _accelRange);
        if (error == ImuError.None) error = WriteChecked(GyroConfiguration, (7 << 3) | _gyroRange);
        if (error == ImuError.None) error = WriteChecked(Page, 0);
        if (error == ImuError.None) error = WriteChecked(Units, 0x01);
        if (error == ImuError.None) error = WriteRegister(Mode, 5);
        if (error != ImuError.None) return error;
        Time.Wait(FromConfigMicroseconds + FirstSampleMicroseconds);
        int state;
        error = ReadRegister(Mode, out state);
        if (error == ImuError.None && (state & 0x0F) != 5) error = Wrong(state & 0x0F, 5, ImuError.ReadBack);
        if (error == ImuError.None) error = ReadRegister(SystemError, out state);
        if (error == ImuError.None && state != 0) error = Wrong(state, 0, ImuError.Sensor);
        _due = Time.Microseconds;
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError RestartFifo()
    {
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError ReadFifo(ImuSamples samples)
    {
        return ReadNewest(samples);
    }

    /// <inheritdoc/>
    protected override ImuError ReadNewest(ImuSamples samples)
    {
        long now = Time.Microseconds;
        if (now < _due) return ImuError.None;
        ImuError error = ReadRegisters(AccelX, SampleBytes);
        if (error != ImuError.None) return error;
        long missed = (now - _due) / PeriodNumerator;
        samples.Lost += (int)missed;
        _due += (missed + 1) * PeriodNumerator;
        Put(samples, Little(0), Little(2), Little(4), Little(12), Little(14), Little(16));
        StampNewest(samples, now);
        return error;
    }

    private ImuError Wrong(int found, int expected, ImuError error)
    {
        Found = found;
        Expected = expected;
        return error;
    }
}
