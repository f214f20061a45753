namespace EdgeSpike.Drivers;

/// <summary>Bosch BMP280: pressure and temperature on I2C (0x76, or 0x77 with SDO high) or SPI.</summary>
/// <remarks>
/// Data sheet BST-BMP280-DS001: registers section 4.3, compensation section 3.11.3 in 32-bit integers (temperature) and 64-bit ones
/// (pressure). Opening sets 16 times oversampling of pressure, 2 of temperature, filter 16, standby 0.5 ms: 26 values a second, 0.2 Pa of noise
/// (table 15, "indoor navigation"). One division of 64 bits a value.
/// </remarks>
public sealed class Bmp280
{
    /// <summary>Address with SDO low.</summary>
    public const int DefaultAddress = 0x76;

    /// <summary>Identity of the part.</summary>
    public const int Identity = 0x58;

    private const int Calibration = 0x88;               // 24 bytes: T1 … T3, P1 … P9, low byte first
    private const int CalibrationBytes = 24;
    private const int Id = 0xD0;
    private const int Reset = 0xE0;                     // 0xB6 resets
    private const int Status = 0xF3;                    // bit 0 im_update: calibration is copied
    private const int MeasurementControl = 0xF4;        // 7:5 osrs_t, 4:2 osrs_p, 1:0 mode
    private const int Config = 0xF5;                    // 7:5 t_sb, 4:2 filter
    private const int Data = 0xF7;                      // pressure, temperature: 20 bits each, high byte first
    private const int SpiWrite = 0x7F;                  // on SPI bit 7 of the number is 0 for a write (section 5.3.2)
    private const int StartMicroseconds = 10000;        // 2 ms in table 2
    private const int Skipped = 0x80000;                // not measured (section 3.11.3)

    private readonly SensorPort _port;
    private readonly TimeBase _time;
    private readonly byte[] _data = new byte[CalibrationBytes];
    private readonly int[] _t = new int[4];
    private readonly int[] _p = new int[10];
    private bool _open;

    /// <summary>A sensor on I2C.</summary>
    public Bmp280(I2cDevice device, TimeBase time)
    {
        _port = new SensorPort(device);
        _time = time;
    }

    /// <summary>A sensor on SPI, mode 0 or 3, up to 10 MHz.</summary>
    public Bmp280(SpiDevice device, TimeBase time)
    {
        _port = new SensorPort(device, 0);
        _time = time;
    }

    /// <summary>How the last transfer ended.</summary>
    public BusError Bus { get; private set; }

    /// <summary>Identity that was found.</summary>
    public int Found { get; private set; }

    /// <summary>Pressure in 1/256 Pa.</summary>
    public int Pressure { get; private set; }

    /// <summary>Temperature in 1/100 degree Celsius.</summary>
    public int CentiCelsius { get; private set; }

    /// <summary>Checks who it is, resets it, reads its calibration, starts it. The first value is there 40 ms later.</summary>
    public SensorError Open()
    {
        _open = false;
        if (!Read(Id, 1)) return Failure();
        Found = _data[0];
        if (Found != Identity) return SensorError.WrongIdentity;
        if (!Write(Reset, 0xB6)) return Failure();
        Deadline start = new Deadline(_time, StartMicroseconds);
        _time.Wait(2000);
        do
        {
            if (!Read(Status, 1)) return Failure();
        }
        while ((_data[0] & 1) != 0 && !start.Passed());
        if ((_data[0] & 1) != 0) return SensorError.NotStarted;
        if (!Read(Calibration, CalibrationBytes)) return Failure();
        if (!SetCalibration(_data, 0)) return SensorError.Calibration;
        if (!Write(Config, 4 << 2) || !Write(MeasurementControl, (2 << 5) | (5 << 2) | 3)) return Failure();
        _open = true;
        return SensorError.None;
    }

    /// <summary>The latest values. Register bursts are shadowed: pressure and temperature belong together.</summary>
    public SensorError Read()
    {
        if (!_open) return SensorError.NotOpen;
        if (!Read(Data, 6)) return Failure();
        int pressure = (_data[0] << 12) | (_data[1] << 4) | (_data[2] >> 4), temperature = (_data[3] << 12) | (_data[4] << 4) | (_data[5] >> 4);
        if (pressure == Skipped || temperature == Skipped) return SensorError.NotReady;
        return Compensate(temperature, pressure);
    }

    /// <summary>Takes the 24 bytes of calibration as they stand in the sensor. False: they are not of a sensor, all alike or without P1.</summary>
    public bool SetCalibration(byte[] data, int offset)
    {
        if (!ByteRange.Fits(data, offset, CalibrationBytes)) return false;
        bool alike = true;
        for (int i = 1; i < CalibrationBytes; i++) alike &= data[offset + i] == data[offset];
        for (int i = 0; i < 12; i++)
        {
            int word = data[offset + 2 * i] | (data[offset + 2 * i + 1] << 8);
            if (i != 0 && i != 3) word = (short)word;   // T1 and P1 have no sign (table 17)
            if (i < 3) _t[i + 1] = word;
            else _p[i - 2] = word;
        }

        return !alike && _t[1] != 0 && _p[1] != 0;
    }

    /// <summary>Values of the converter to pressure and temperature: section 3.11.3.</summary>
    /// <param name="temperature">20 bits.</param>
    /// <param name="pressure">20 bits.</param>
    /// <returns>None, or OutOfRange when the result is outside 300 to 1100 hPa or -40 to 85 degrees, where the part is not specified.</returns>
    public SensorError Compensate(int temperature, int pressure)
    {
        long d = (temperature >> 4) - _t[1];
        long fine = (((temperature >> 3) - (_t[1] << 1)) * (long)_t[2] >> 11) + ((d * d >> 12) * _t[3] >> 14);
        CentiCelsius = (int)((fine * 5 + 128) >> 8);
        if (CentiCelsius < -4000 || CentiCelsius > 8500) return SensorError.OutOfRange;

        long x = fine - 128000;
        long offset = x * x * _p[6] + ((x * _p[5]) << 17) + ((long)_p[4] << 35);
        long scale = (x * x * _p[3] >> 8) + ((x * _p[2]) << 12);
        scale = ((1L << 47) + scale) * _p[1] >> 33;
        if (scale <= 0) return SensorError.Calibration;
        long p = (((1048576L - pressure) << 31) - offset) * 3125 / scale;
        long square = _p[9] * (p >> 13) * (p >> 13) >> 25, line = _p[8] * p >> 19;
        p = ((p + square + line) >> 8) + ((long)_p[7] << 4);
        Pressure = p < 0 ? 0 : p > int.MaxValue ? int.MaxValue : (int)p;
        return Pressure >= 30000 * 256 && Pressure <= 110000 * 256 ? SensorError.None : SensorError.OutOfRange;
    }

    private SensorError Failure()
    {
        return Bus == BusError.AddressNotAcknowledged ? SensorError.NoSensor : SensorError.Bus;
    }

    private bool Read(int register, int count)
    {
        Bus = _port.Read(register, _data, 0, count);
        return Bus == BusError.None;
    }

    private bool Write(int register, int value)
    {
        Bus = _port.Write(_port.IsSpi ? register & SpiWrite : register, value);
        return Bus == BusError.None;
    }
}
