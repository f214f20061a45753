namespace EdgeSpike.Drivers;

/// <summary>Bosch BMP280: pressure and temperature.</summary>
/// <remarks>
/// Data sheet BST-BMP280-DS001: registers section 4.3, compensation section 3.11.3 in 32-bit integers (temperature) and 64-bit ones
/// (pressure). Opening sets 16 times oversampling of pressure, 2 of temperature, filter 16, standby 0.5 ms: 26 values a second, 0.2 Pa of noise
/// (table 15, "indoor navigation"). One division of 64 bits a value.
/// </remarks>
public sealed class Bmp280 : BoschBarometer
{
    /// <summary>Identity of the part.</summary>
    public const int Identity = 0x58;

    private const int Calibration = 0x88;               // 24 bytes: T1 … T3, P1 … P9, low byte first
    private const int CalibrationBytes = 24;
    private const int Id = 0xD0;
    private const int Reset = 0xE0;
    private const int Status = 0xF3;                    // bit 0 im_update: calibration is copied
    private const int MeasurementControl = 0xF4;        // 7:5 osrs_t, 4:2 osrs_p, 1:0 mode
    private const int Config = 0xF5;                    // 7:5 t_sb, 4:2 filter
    private const int Measured = 0xF7;                  // pressure, temperature: 20 bits each, high byte first
    private const int Skipped = 0x80000;                // not measured (section 3.11.3)

    private readonly int[] _t = new int[4];
    private readonly int[] _p = new int[10];

    /// <summary>A sensor on I2C.</summary>
    public Bmp280(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time, CalibrationBytes)
    {
    }

    /// <summary>A sensor on SPI.</summary>
    public Bmp280(SpiDevice device, TimeBase time)
        : base(new SensorPort(device, 0), time, CalibrationBytes)
    {
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
        return SetPressure(p, 1100);
    }

    /// <inheritdoc/>
    protected override SensorError Start()
    {
        SensorError error = Identify(Id, Identity, Identity);
        if (error == SensorError.None) error = Restart(Reset, Status, 1, 0, Calibration);
        if (error != SensorError.None) return error;
        return Write(Config, 4 << 2) && Write(MeasurementControl, (2 << 5) | (5 << 2) | 3) ? SensorError.None : Failure();
    }

    /// <inheritdoc/>
    protected override SensorError ReadNewest()
    {
        // A burst is shadowed: pressure and temperature belong together.
        if (!Read(Measured, 6)) return Failure();
        int pressure = (Data[0] << 12) | (Data[1] << 4) | (Data[2] >> 4), temperature = (Data[3] << 12) | (Data[4] << 4) | (Data[5] >> 4);
        if (pressure == Skipped || temperature == Skipped) return SensorError.NotReady;
        return Compensate(temperature, pressure);
    }

    /// <inheritdoc/>
    protected override bool TakeCalibration(byte[] data, int offset)
    {
        for (int i = 0; i < 12; i++)
        {
            int word = data[offset + 2 * i] | (data[offset + 2 * i + 1] << 8);
            if (i != 0 && i != 3) word = (short)word;   // T1 and P1 have no sign (table 17)
            if (i < 3) _t[i + 1] = word;
            else _p[i - 2] = word;
        }

        return _t[1] != 0 && _p[1] != 0;
    }
}
