namespace EdgeSpike.Drivers;

/// <summary>Bosch BMP388: pressure and temperature. A BMP390 has the same registers and is taken as well.</summary>
/// <remarks>
/// Data sheet BST-BMP388-DS001: registers section 4.3, calibration section 3.11.1, compensation section 9, whose floating-point formula is computed here
/// in 64-bit integers; the two differ by at most 1/64 Pa and 1/100 degree. Opening sets 8 times oversampling of pressure, 1 of temperature, filter 3, 50 values a
/// second ("drone", table 10). No division.
/// </remarks>
public sealed class Bmp388 : BoschBarometer
{
    /// <summary>Identity of the part.</summary>
    public const int Identity = 0x50;

    /// <summary>Identity of the BMP390.</summary>
    public const int Identity390 = 0x60;

    private const int Id = 0x00;
    private const int Errors = 0x02;                    // bit 0 fatal, 1 command, 2 configuration
    private const int Status = 0x03;                    // bit 4 command ready, 5 pressure, 6 temperature; behind it pressure, temperature: 24 bits each, low byte first
    private const int PowerControl = 0x1B;              // bit 0 pressure, 1 temperature, 5:4 mode
    private const int Oversampling = 0x1C;              // 2:0 pressure, 5:3 temperature
    private const int DataRate = 0x1D;                  // 2: 50 Hz
    private const int Config = 0x1F;                    // 3:1 filter
    private const int Calibration = 0x31;
    private const int CalibrationBytes = 21;
    private const int Command = 0x7E;

    private readonly int[] _t = new int[4];
    private readonly int[] _p = new int[12];

    /// <summary>A sensor on I2C.</summary>
    public Bmp388(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time, CalibrationBytes)
    {
    }

    /// <summary>A sensor on SPI; a dummy byte comes before the first value (section 5.3).</summary>
    public Bmp388(SpiDevice device, TimeBase time)
        : base(new SensorPort(device, 1), time, CalibrationBytes)
    {
    }

    /// <summary>Values of the converter to pressure and temperature: section 9.2 and 9.3, in fixed point.</summary>
    /// <param name="temperature">24 bits.</param>
    /// <param name="pressure">24 bits.</param>
    /// <returns>None, or OutOfRange when the result is outside 300 to 1250 hPa or -40 to 85 degrees, where the part is not specified.</returns>
    public SensorError Compensate(int temperature, int pressure)
    {
        // Degrees in 1/2^16: T2 / 2^30 d + T3 / 2^48 d^2.
        long d = temperature - ((long)_t[1] << 8);
        long t = ((d * _t[2] << 18) + d * d * _t[3]) >> 32;
        CentiCelsius = (int)((t * 100 + 32768) >> 16);
        if (CentiCelsius < -4000 || CentiCelsius > 8500) return SensorError.OutOfRange;     // |t| < 2^23 below

        // Offset in 1/2^23 Pa: P5 8 + P6 / 2^6 t + P7 / 2^8 t^2 + P8 / 2^15 t^3.
        long offset = ((_p[8] * t) + ((long)_p[7] << 23)) >> 8;
        offset = (offset * t >> 16) + ((long)_p[6] << 17);
        offset = (offset * t >> 16) + ((long)_p[5] << 26);

        // Sensitivity in 1/2^43: (P1 - 2^14) / 2^20 + (P2 - 2^14) / 2^29 t + P3 / 2^32 t^2 + P4 / 2^37 t^3.
        long scale = (_p[4] * t) + ((long)_p[3] << 21);
        scale = ((scale * t >> 16) + ((long)(_p[2] - 16384) << 24)) >> 10;
        scale = (scale * t >> 16) + ((long)(_p[1] - 16384) << 23);

        // Curvature: P9 / 2^48 + P10 / 2^48 t in 1/2^64, and P11 / 2^65 u with it.
        long curve = ((long)_p[9] << 16) + _p[10] * t + ((long)_p[11] * pressure >> 1);
        long square = (curve * pressure >> 24) * pressure;      // 1/2^40
        long p = offset + ((scale >> 6) * pressure >> 14) + (square >> 17);
        p = (p + (1 << 14)) >> 15;
        return SetPressure(p, 1250);
    }

    /// <inheritdoc/>
    protected override SensorError Start()
    {
        SensorError error = Identify(Id, Identity, Identity390);
        if (error == SensorError.None) error = Restart(Command, Status, 0x10, 0x10, Calibration);
        if (error != SensorError.None) return error;
        if (!Write(Oversampling, 3) || !Write(DataRate, 2) || !Write(Config, 2 << 1) || !Write(PowerControl, 0x33) || !Read(Errors, 1)) return Failure();
        return (Data[0] & 7) == 0 ? SensorError.None : SensorError.Setting;
    }

    /// <inheritdoc/>
    protected override SensorError ReadNewest()
    {
        if (!Read(Status, 7)) return Failure();
        if ((Data[0] & 0x60) != 0x60) return SensorError.NotReady;
        return Compensate(Data[4] | (Data[5] << 8) | (Data[6] << 16), Data[1] | (Data[2] << 8) | (Data[3] << 16));
    }

    /// <inheritdoc/>
    protected override bool TakeCalibration(byte[] data, int offset)
    {
        // Table 24: 0x31 T1 and T2 u16, T3 s8; 0x36 P1 and P2 s16, P3 and P4 s8; 0x3C P5 and P6 u16, P7 and P8 s8; 0x42 P9 s16, P10 and P11 s8.
        _t[1] = Word(data, offset);
        _t[2] = Word(data, offset + 2);
        _t[3] = (sbyte)data[offset + 4];
        _p[1] = (short)Word(data, offset + 5);
        _p[2] = (short)Word(data, offset + 7);
        _p[3] = (sbyte)data[offset + 9];
        _p[4] = (sbyte)data[offset + 10];
        _p[5] = Word(data, offset + 11);
        _p[6] = Word(data, offset + 13);
        _p[7] = (sbyte)data[offset + 15];
        _p[8] = (sbyte)data[offset + 16];
        _p[9] = (short)Word(data, offset + 17);
        _p[10] = (sbyte)data[offset + 19];
        _p[11] = (sbyte)data[offset + 20];
        return _t[1] != 0;
    }

    private static int Word(byte[] data, int at)
    {
        return data[at] | (data[at + 1] << 8);
    }
}
