namespace EdgeSpike.Drivers;

/// <summary>Bosch BMI270: accelerometer and gyroscope on I2C (SDO low 0x68, high 0x69) or SPI (mode 0 or 3, up to 10 MHz); FIFO of 2 KB.</summary>
/// <remarks>
/// Registers: BMI270 datasheet, BST-BMI270-DS000 revision 1.4, section 5. The sensor runs only with a configuration image of 8,192 bytes
/// (or, with fewer features, less) that Bosch publishes and this project does not hold: the caller brings it. 25 to 1,600 samples a second.
/// </remarks>
public sealed class Bmi270 : Imu
{
    /// <summary>Address with SDO low.</summary>
    public const int DefaultAddress = 0x68;

    /// <summary>Bytes of a configuration image at most.</summary>
    public const int MostImageBytes = 8192;

    private const int ChipId = 0x00;                    // CHIP_ID
    private const int Status = 0x03;                    // STATUS: bit 7 drdy_acc, 6 drdy_gyr
    private const int AccelX = 0x0C;                    // DATA_8 …: accelerometer, gyroscope, low bytes first
    private const int InterruptStatus1 = 0x1D;          // INT_STATUS_1: bit 7 acc_drdy_int, 6 gyr_drdy_int; reading clears, and the pin with it
    private const int InternalStatus = 0x21;            // INTERNAL_STATUS: bits 3:0 message, 1: initialised
    private const int Temperature = 0x22;               // TEMPERATURE_0, 1; 0x8000: none yet
    private const int FifoLength = 0x24;                // FIFO_LENGTH_0, 1: bits 13:0
    private const int FifoData = 0x26;                  // FIFO_DATA
    private const int CrossAxis = 0x3C;                 // GYR_CAS: bits 6:0, signed: z's part in the gyroscope's x, 2^-9
    private const int AccelConfiguration = 0x40;        // ACC_CONF: bits 3:0 odr, 6:4 bwp, 7 filter_perf
    private const int AccelRange = 0x41;                // ACC_RANGE: 2 << it g
    private const int GyroConfiguration = 0x42;         // GYR_CONF: bits 3:0 odr, 5:4 bwp, 6 noise_perf, 7 filter_perf
    private const int GyroRange = 0x43;                 // GYR_RANGE: 2000 >> it degrees per second
    private const int FifoConfiguration0 = 0x48;        // FIFO_CONFIG_0: bit 1 fifo_time_en, bit 0 stop on full
    private const int FifoConfiguration1 = 0x49;        // FIFO_CONFIG_1: bit 7 gyroscope, 6 accelerometer, 4 headers
    private const int Pin1Control = 0x53;               // INT1_IO_CTRL: bit 3 output, 1 active high
    private const int PinLatch = 0x55;                  // INT_LATCH: bit 0
    private const int PinMap = 0x58;                    // INT_MAP_DATA: bit 2 drdy on INT1
    private const int InitializeControl = 0x59;         // INIT_CTRL
    private const int InitializeAddress = 0x5B;         // INIT_ADDR_0 bits 3:0, INIT_ADDR_1: the image's word
    private const int InitializeData = 0x5E;            // INIT_DATA
    private const int PowerConfiguration = 0x7C;        // PWR_CONF: bit 0 adv_power_save
    private const int PowerControl = 0x7D;              // PWR_CTRL: bit 3 temperature, 2 accelerometer, 1 gyroscope
    private const int Command = 0x7E;                   // CMD: 0xB6 soft reset, 0xB0 empty the FIFO

    private const int FrameHeader = 0x8C;               // section 4.6.2: data frame of gyroscope and accelerometer
    private const int FrameBytes = 13;
    private const int SkipHeader = 0x40;                // frames were lost; one byte: how many
    private const int TimeHeader = 0x44;                // three bytes of sensor time
    private const int ConfigurationHeader = 0x48;       // four bytes: the set-up changed
    private const int MostFifoBytes = 2048;
    private const int ResetMicroseconds = 2000;         // section 2.1: 2 ms
    private const int PowerSaveMicroseconds = 450;      // section 4.4
    private const int InitializeMicroseconds = 150000;  // section 4.2.1: 20 ms; given more, since it is waited for by looking
    private const int StartMicroseconds = 50000;        // table 3: gyroscope 45 ms from suspend

    private readonly byte[] _image;
    private int _rate;
    private int _accelRange;
    private int _gyroRange;
    private int _crossAxis;

    /// <summary>A sensor on I2C, with its configuration image, which is kept and not copied.</summary>
    public Bmi270(I2cDevice device, TimeBase time, byte[] image)
        : base(new SensorPort(device), time)
    {
        _image = image;
    }

    /// <summary>A sensor on SPI, with its configuration image, which is kept and not copied.</summary>
    public Bmi270(SpiDevice device, TimeBase time, byte[] image)
        : base(new SensorPort(device, 1), time)
    {
        _image = image;
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "BMI270"; }
    }

    /// <inheritdoc/>
    public override ImuError ReadTemperature(out int milliCelsius)
    {
        milliCelsius = 0;
        ImuError error = ReadRegisters(Temperature, 2);
        if (error != ImuError.None) return error;
        int value = Little(0);
        if (value == -32768) return ImuError.NotReady;
        milliCelsius = 23000 + value * 125 / 64;        // 512 LSB per degree, 0 at 23 °C (section 5.2.18)
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError Choose(ImuSettings settings)
    {
        _accelRange = RangeIndex(settings.AccelRange, 2, 4);
        int gyro = RangeIndex(settings.GyroRange, 125, 5);
        _gyroRange = 4 - gyro;
        if (_accelRange < 0 || gyro < 0 || settings.RateMillihertz < 1 || settings.RateMillihertz > 1600000) return ImuError.Setting;
        if (_image == null || _image.Length == 0 || (_image.Length & 1) != 0 || _image.Length > MostImageBytes)
        {
            Register = InitializeData;
            Expected = MostImageBytes;
            Found = _image == null ? 0 : _image.Length;
            return ImuError.ConfigurationImage;
        }

        // odr 6: 25 Hz, twice as much with each.
        _rate = 6;
        PeriodNumerator = 40000;
        PeriodDenominator = 1;
        while (1000000000 / PeriodNumerator < settings.RateMillihertz)
        {
            PeriodNumerator >>= 1;
            _rate++;
        }

        // 16384 LSB/g and 262.1 LSB/(degree/s) at the smallest range (tables 2 and 3): 2^15 steps are its end.
        AccelScale = 2000000 << _accelRange;
        GyroScale = 125000 << gyro;
        AccelLimit = 32767;
        GyroLimit = 32767;
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError Start(ImuSettings settings)
    {
        // The interface is I2C until chip select has risen once (section 6.1): what this read gives is not used.
        int unused;
        if (Port.IsSpi) ReadRegister(ChipId, out unused);
        ImuError error = CheckIdentity(ChipId, 0x24);
        if (error == ImuError.None) error = WriteRegister(Command, 0xB6);
        if (error != ImuError.None) return error;
        Time.Wait(ResetMicroseconds);
        if (Port.IsSpi) ReadRegister(ChipId, out unused);
        error = WriteRegister(PowerConfiguration, 0);
        if (error != ImuError.None) return error;
        Time.Wait(PowerSaveMicroseconds);
        error = Load();
        if (error == ImuError.None) error = WriteChecked(AccelConfiguration, 0xA0 | _rate);     // normal filter, for performance
        if (error == ImuError.None) error = WriteChecked(AccelRange, _accelRange);
        if (error == ImuError.None) error = WriteChecked(GyroConfiguration, 0xE0 | _rate);
        if (error == ImuError.None) error = WriteChecked(GyroRange, _gyroRange);
        if (error == ImuError.None) error = WriteChecked(Pin1Control, 0x0A);
        if (error == ImuError.None) error = WriteChecked(PinLatch, 1);
        if (error == ImuError.None) error = WriteChecked(PinMap, 0x04);
        if (error == ImuError.None) error = WriteChecked(PowerControl, 0x0E);
        if (error != ImuError.None) return error;
        Time.Wait(StartMicroseconds);
        int factor;
        error = ReadRegister(CrossAxis, out factor);
        _crossAxis = (sbyte)(factor << 1) >> 1;
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError RestartFifo()
    {
        // A full FIFO drops the oldest frames and says so by a skip frame.
        ImuError error = WriteChecked(FifoConfiguration0, 0);
        if (error == ImuError.None) error = WriteChecked(FifoConfiguration1, 0xD0);
        if (error == ImuError.None) error = WriteRegister(Command, 0xB0);
        return error;
    }

    /// <inheritdoc/>
    protected override ImuError ReadFifo(ImuSamples samples)
    {
        int cleared;
        ImuError error = ReadRegister(InterruptStatus1, out cleared);
        if (error == ImuError.None) error = ReadRegisters(FifoLength, 2);
        if (error != ImuError.None) return error;
        long counted = Time.Microseconds;
        int left = ((Scratch[1] & 0x3F) << 8) | Scratch[0], count = 0;
        if (left > MostFifoBytes)
        {
            Found = left;
            Expected = MostFifoBytes;
            return ImuError.FifoContent;
        }

        while (left >= 1 && samples.Room > 0)
        {
            // A frame that is read in part comes again whole (section 4.6.2): what there is no room for stays.
            int most = samples.Room < 16 ? samples.Room * FrameBytes : SensorPort.MostBytes;
            int burst = left < most ? left : most, at = 0;
            error = ReadRegisters(FifoData, burst);
            if (error != ImuError.None) return error;
            while (at < burst)
            {
                int header = Scratch[at];
                if (header == SkipHeader) return ImuError.FifoOverflow;
                int bytes = header == FrameHeader ? FrameBytes : header == TimeHeader ? 4 : header == ConfigurationHeader ? 5 : 0;
                if (bytes == 0)
                {
                    Found = header;
                    Expected = FrameHeader;
                    return ImuError.FifoContent;
                }

                if (at + bytes > burst) break;
                if (header == FrameHeader)
                {
                    PutFrame(samples, at + 7, at + 1);
                    count++;
                }

                at += bytes;
            }

            // The length is that of whole frames: a rest that is none is a frame on its way in.
            if (at == 0) break;
            left -= at;
        }

        Clock.Stamp(samples, count, counted, left / FrameBytes);
        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError ReadNewest(ImuSamples samples)
    {
        int status = 0, cleared;
        ImuError error = ReadRegister(InterruptStatus1, out cleared);
        if (error == ImuError.None) error = ReadRegister(Status, out status);
        if (error != ImuError.None || (status & 0xC0) != 0xC0) return error;
        long now = Time.Microseconds;
        error = ReadRegisters(AccelX, 12);
        if (error != ImuError.None) return error;
        PutFrame(samples, 0, 6);
        StampNewest(samples, now);
        return error;
    }

    // The gyroscope's x is given without z's part (section 5.2.11: Rate X - GYR_CAS * Rate Z / 2^9).
    private void PutFrame(ImuSamples samples, int accel, int gyro)
    {
        int x = Little(gyro), y = Little(gyro + 2), z = Little(gyro + 4);
        Put(samples, Little(accel), Little(accel + 2), Little(accel + 4), x - _crossAxis * z / 512, y, z);
    }

    // Section 4.2.1: stop, write the image in bursts, each with its word's number, start, and look until it says that it runs.
    private ImuError Load()
    {
        ImuError error = WriteRegister(InitializeControl, 0);
        for (int at = 0; at < _image.Length && error == ImuError.None;)
        {
            int burst = _image.Length - at < SensorPort.MostBytes ? _image.Length - at : SensorPort.MostBytes;
            Scratch[0] = (byte)((at >> 1) & 0x0F);
            Scratch[1] = (byte)(at >> 5);
            Register = InitializeAddress;
            error = Map(Port.Write(InitializeAddress, Scratch, 0, 2));
            if (error != ImuError.None) return error;
            Register = InitializeData;
            error = Map(Port.Write(InitializeData, _image, at, burst));
            at += burst;
        }

        if (error == ImuError.None) error = WriteRegister(InitializeControl, 1);
        if (error == ImuError.None) error = Await(InternalStatus, 0x0F, 1, InitializeMicroseconds);
        return error == ImuError.NotStarted ? ImuError.ConfigurationImage : error;
    }
}
