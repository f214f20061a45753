namespace EdgeSpike.Drivers;

/// <summary>ST VL53L1X: distance by the flight of light, to 1.3 m (short) or 4 m (long), on I2C at 0x29.</summary>
/// <remarks>
/// Registers of 16-bit number; ST publishes them with its ultra-lite driver (STSW-IMG009, UM2510), not in the data sheet. Opening: boot
/// state, identity, the 91 registers from 0x2D with the values that ST gives, and one range that calibrates the voltage.
/// </remarks>
public sealed class Vl53l1x
{
    /// <summary>Address after reset, 7 bits.</summary>
    public const int DefaultAddress = 0x29;

    /// <summary>IDENTIFICATION__MODEL_ID and the module type behind it.</summary>
    public const int Identity = 0xEACC;

    private const int VhvTimeoutBound = 0x0008;         // VHV_CONFIG__TIMEOUT_MACROP_LOOP_BOUND
    private const int VhvInit = 0x000B;                 // VHV_CONFIG__INIT
    private const int FirstConfiguration = 0x002D;
    private const int InterruptPolarity = 0x0030;       // GPIO_HV_MUX__CTRL: bit 4 set, active low; behind it GPIO__TIO_HV_STATUS: bit 0
    private const int PhaseCalibration = 0x004B;        // PHASECAL_CONFIG__TIMEOUT_MACROP
    private const int TimeoutA = 0x005E;                // RANGE_CONFIG__TIMEOUT_MACROP_A, 16 bits
    private const int PeriodA = 0x0060;                 // RANGE_CONFIG__VCSEL_PERIOD_A
    private const int TimeoutB = 0x0061;                // RANGE_CONFIG__TIMEOUT_MACROP_B, 16 bits
    private const int PeriodB = 0x0063;                 // RANGE_CONFIG__VCSEL_PERIOD_B
    private const int ValidPhaseHigh = 0x0069;          // RANGE_CONFIG__VALID_PHASE_HIGH
    private const int IntermeasurementPeriod = 0x006C;  // SYSTEM__INTERMEASUREMENT_PERIOD, 32 bits
    private const int WindowWidth = 0x0078;             // SD_CONFIG__WOI_SD0 and SD1
    private const int InitialPhase = 0x007A;            // SD_CONFIG__INITIAL_PHASE_SD0 and SD1
    private const int InterruptClear = 0x0086;          // SYSTEM__INTERRUPT_CLEAR
    private const int ModeStart = 0x0087;               // SYSTEM__MODE_START: 0x40 range after range, 0 stop
    private const int Result = 0x0089;                  // RESULT__RANGE_STATUS, and 16 bytes on
    private const int OscillatorCalibration = 0x00DE;   // RESULT__OSC_CALIBRATE_VAL, 16 bits
    private const int SystemStatus = 0x00E5;            // FIRMWARE__SYSTEM_STATUS: 0 until booted
    private const int ModelId = 0x010F;                 // IDENTIFICATION__MODEL_ID, 16 bits

    private const int BootMicroseconds = 100000;        // 1.2 ms in the data sheet (section 3.1)
    private const int FirstRangeMicroseconds = 1000000;

    // 0x2D … 0x87, as STSW-IMG009 gives them: an interrupt when a range is ready, active high; long distance, 100 ms.
    private static readonly byte[] Configuration =
    {
        0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x02, 0x08, 0x00, 0x08, 0x10, 0x01, 0x01, 0x00, 0x00, 0x00,
        0x00, 0xFF, 0x00, 0x0F, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x0B, 0x00, 0x00, 0x02, 0x0A, 0x21,
        0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0xC8, 0x00, 0x00, 0x38, 0xFF, 0x01, 0x00, 0x08, 0x00,
        0x00, 0x01, 0xCC, 0x0F, 0x01, 0xF1, 0x0D, 0x01, 0x68, 0x00, 0x80, 0x08, 0xB8, 0x00, 0x00, 0x00,
        0x00, 0x0F, 0x89, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x0F, 0x0D, 0x0E, 0x0E, 0x00,
        0x00, 0x02, 0xC7, 0xFF, 0x9B, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
    };

    // Timing budget in ms, then macro periods A and B for short and for long distance; 15 ms is for short alone.
    private static readonly ushort[] Budgets =
    {
        15, 0x001D, 0x0027, 0, 0,
        20, 0x0051, 0x006E, 0x001E, 0x0022,
        33, 0x00D6, 0x006E, 0x0060, 0x006E,
        50, 0x01AE, 0x01E8, 0x00AD, 0x00C6,
        100, 0x02E1, 0x0388, 0x01CC, 0x01EA,
        200, 0x03E1, 0x0496, 0x02D9, 0x02F8,
        500, 0x0591, 0x05C1, 0x048F, 0x04A4,
    };

    private readonly I2cDevice _device;
    private readonly TimeBase _time;
    private readonly byte[] _data = new byte[96];
    private bool _open;

    /// <summary>A sensor on I2C.</summary>
    public Vl53l1x(I2cDevice device, TimeBase time)
    {
        _device = device;
        _time = time;
    }

    /// <summary>How the last transfer ended.</summary>
    public BusError Bus { get; private set; }

    /// <summary>Identity that was found.</summary>
    public int Found { get; private set; }

    /// <summary>Worth of the last range.</summary>
    public Vl53l1xStatus Status { get; private set; }

    /// <summary>Distance of the last range in mm, valid or not.</summary>
    public int Millimetres { get; private set; }

    /// <summary>Light that came back, 1000 counts a second.</summary>
    public int SignalKcps { get; private set; }

    /// <summary>Other light, 1000 counts a second.</summary>
    public int AmbientKcps { get; private set; }

    /// <summary>Number of the range, 8 bits, counting on: one that stands still tells of a sensor that hangs.</summary>
    public int Stream { get; private set; }

    /// <summary>True: the last range is a distance.</summary>
    public bool IsValid
    {
        get { return Status == Vl53l1xStatus.Valid || Status == Vl53l1xStatus.ValidWithoutWrapCheck || Status == Vl53l1xStatus.BelowMinimum; }
    }

    /// <summary>Waits for the sensor's start, checks who it is, configures and calibrates it. Takes up to 1.1 s, typically 0.1 s.</summary>
    public SensorError Open()
    {
        _open = false;
        Deadline boot = new Deadline(_time, BootMicroseconds);
        do
        {
            if (!Read(SystemStatus, 1)) return Failure();
            if (_data[0] != 0) break;
        }
        while (!boot.Passed());
        if (_data[0] == 0) return SensorError.NotStarted;
        if (!Read(ModelId, 2)) return Failure();
        Found = Word(0);
        if (Found != Identity) return SensorError.WrongIdentity;
        for (int i = 0; i < Configuration.Length; i++) _data[2 + i] = Configuration[i];
        if (!Send(FirstConfiguration, Configuration.Length)) return Failure();

        // A first range finds the voltage (VHV), the ones after it start from there.
        if (!Write8(ModeStart, 0x40)) return Failure();
        Deadline first = new Deadline(_time, FirstRangeMicroseconds);
        SensorError ready;
        do ready = Ready();
        while (ready == SensorError.NotReady && !first.Passed());
        if (ready == SensorError.NotReady) return SensorError.NotStarted;
        if (ready != SensorError.None) return ready;
        if (!Write8(InterruptClear, 1) || !Write8(ModeStart, 0) || !Write8(VhvTimeoutBound, 0x09) || !Write8(VhvInit, 0)) return Failure();
        _open = true;
        return SensorError.None;
    }

    /// <summary>Distance mode and timing budget, between <see cref="Stop"/> and <see cref="Start"/>.</summary>
    /// <param name="longDistance">To 4 m; else to 1.3 m, and better in the sun.</param>
    /// <param name="budgetMilliseconds">Time for a range: 15 (short only), 20, 33, 50, 100, 200 or 500.</param>
    /// <param name="periodMilliseconds">Time from range to range, at least the budget (UM2510).</param>
    public SensorError Configure(bool longDistance, int budgetMilliseconds, int periodMilliseconds)
    {
        if (!_open) return SensorError.NotOpen;
        int row = 0;
        while (row < Budgets.Length && Budgets[row] != budgetMilliseconds) row += 5;
        if (row == Budgets.Length || periodMilliseconds < budgetMilliseconds || periodMilliseconds > 60000) return SensorError.Setting;
        int a = Budgets[row + (longDistance ? 3 : 1)], b = Budgets[row + (longDistance ? 4 : 2)];
        if (a == 0) return SensorError.Setting;
        bool done = Write8(PhaseCalibration, longDistance ? 0x0A : 0x14)
            && Write8(PeriodA, longDistance ? 0x0F : 0x07)
            && Write8(PeriodB, longDistance ? 0x0D : 0x05)
            && Write8(ValidPhaseHigh, longDistance ? 0xB8 : 0x38)
            && Write16(WindowWidth, longDistance ? 0x0F0D : 0x0705)
            && Write16(InitialPhase, longDistance ? 0x0E0E : 0x0606)
            && Write16(TimeoutA, a)
            && Write16(TimeoutB, b);
        if (!done || !Read(OscillatorCalibration, 2)) return Failure();

        // Clocks of the slow oscillator in a millisecond, and 7.5 % more.
        long period = (long)(Word(0) & 0x3FF) * periodMilliseconds * 1075 / 1000;
        for (int i = 0; i < 4; i++) _data[2 + i] = (byte)(period >> (24 - 8 * i));
        return Send(IntermeasurementPeriod, 4) ? SensorError.None : Failure();
    }

    /// <summary>Ranges from now on.</summary>
    public SensorError Start()
    {
        if (!_open) return SensorError.NotOpen;
        return Write8(InterruptClear, 1) && Write8(ModeStart, 0x40) ? SensorError.None : Failure();
    }

    /// <summary>Stops.</summary>
    public SensorError Stop()
    {
        if (!_open) return SensorError.NotOpen;
        return Write8(ModeStart, 0) ? SensorError.None : Failure();
    }

    /// <summary>A range, if there is a new one. None: the properties are of it, whether it is valid or not.</summary>
    public SensorError TryRead()
    {
        if (!_open) return SensorError.NotOpen;
        SensorError ready = Ready();
        if (ready != SensorError.None) return ready;
        if (!Read(Result, 17)) return Failure();
        int status = _data[0] & 0x1F;
        int stream = _data[2], ambient = Word(7), distance = Word(13), signal = Word(15);
        if (!Write8(InterruptClear, 1)) return Failure();
        Status = Meaning(status);
        Stream = stream;
        AmbientKcps = 8 * ambient;                      // 9.7 fixed point of a million counts: 7.8 thousand a step, which ST takes as 8
        SignalKcps = 8 * signal;
        Millimetres = distance;
        return SensorError.None;
    }

    // STSW-IMG009, status_rtn.
    private static Vl53l1xStatus Meaning(int status)
    {
        switch (status)
        {
            case 9: return Vl53l1xStatus.Valid;
            case 6: return Vl53l1xStatus.SigmaFailure;
            case 4: return Vl53l1xStatus.SignalFailure;
            case 8: return Vl53l1xStatus.BelowMinimum;
            case 5: return Vl53l1xStatus.OutOfBounds;
            case 3: return Vl53l1xStatus.HardwareFailure;
            case 19: return Vl53l1xStatus.ValidWithoutWrapCheck;
            case 7: return Vl53l1xStatus.WrapAround;
            case 12: return Vl53l1xStatus.CrosstalkFailure;
            case 18: return Vl53l1xStatus.Synchronization;
            case 13: return Vl53l1xStatus.MinimumRangeFailure;
            default: return Vl53l1xStatus.Unknown;
        }
    }

    private SensorError Ready()
    {
        if (!Read(InterruptPolarity, 2)) return Failure();
        int active = (_data[0] & 0x10) == 0 ? 1 : 0;
        return (_data[1] & 1) == active ? SensorError.None : SensorError.NotReady;
    }

    private SensorError Failure()
    {
        return Bus == BusError.AddressNotAcknowledged ? SensorError.NoSensor : SensorError.Bus;
    }

    private int Word(int at)
    {
        return (_data[at] << 8) | _data[at + 1];
    }

    private bool Write8(int register, int value)
    {
        _data[2] = (byte)value;
        return Send(register, 1);
    }

    private bool Write16(int register, int value)
    {
        _data[2] = (byte)(value >> 8);
        _data[3] = (byte)value;
        return Send(register, 2);
    }

    private bool Send(int register, int count)
    {
        _data[0] = (byte)(register >> 8);
        _data[1] = (byte)register;
        Bus = _device.Write(_data, 0, 2 + count);
        return Bus == BusError.None;
    }

    private bool Read(int register, int count)
    {
        _data[94] = (byte)(register >> 8);
        _data[95] = (byte)register;
        Bus = _device.WriteRead(_data, 94, 2, _data, 0, count);
        return Bus == BusError.None;
    }
}
