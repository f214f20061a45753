namespace EdgeSpike.Drivers;

/// <summary>What Bosch's barometers share: how they are found, started and read; a sensor's own file holds registers and compensation.</summary>
/// <remarks>On I2C (0x76, or 0x77 with SDO high) or SPI (mode 0 or 3, up to 10 MHz). Nothing is allocated after it is made; no call waits for ever.</remarks>
public abstract class BoschBarometer
{
    /// <summary>Address with SDO low.</summary>
    public const int DefaultAddress = 0x76;

    private const int SpiWrite = 0x7F;                  // on SPI bit 7 of the number is 0 for a write (BMP280 section 5.3.2, BMP388 5.3)
    private const int ResetCommand = 0xB6;
    private const int RestMicroseconds = 2000;          // start-up: BMP280 table 2, BMP388 table 2
    private const int StartMicroseconds = 10000;

    private readonly SensorPort _port;
    private readonly TimeBase _time;
    private bool _open;

    /// <summary>A sensor at this port, with so many bytes of calibration.</summary>
    protected BoschBarometer(SensorPort port, TimeBase time, int calibrationBytes)
    {
        _port = port;
        _time = time;
        Data = new byte[calibrationBytes];
    }

    /// <summary>How the last transfer ended.</summary>
    public BusError Bus { get; private set; }

    /// <summary>Identity that was found.</summary>
    public int Found { get; private set; }

    /// <summary>Pressure in 1/256 Pa.</summary>
    public int Pressure { get; private set; }

    /// <summary>Temperature in 1/100 degree Celsius.</summary>
    public int CentiCelsius { get; protected set; }

    /// <summary>Bytes that were read.</summary>
    protected byte[] Data { get; }

    /// <summary>Checks who it is, resets it, reads its calibration, starts it. The first value is there 40 ms later.</summary>
    public SensorError Open()
    {
        SensorError error = Start();
        _open = error == SensorError.None;
        return error;
    }

    /// <summary>The latest values, which belong together; <see cref="SensorError.NotReady"/>: there are none, or none that are new.</summary>
    public SensorError Read()
    {
        return _open ? ReadNewest() : SensorError.NotOpen;
    }

    /// <summary>Takes the bytes of calibration as they stand in the sensor. False: they are not of a sensor, all alike or without a factor.</summary>
    public bool SetCalibration(byte[] data, int offset)
    {
        if (!ByteRange.Fits(data, offset, Data.Length)) return false;
        bool alike = true;
        for (int i = 1; i < Data.Length; i++) alike &= data[offset + i] == data[offset];
        return TakeCalibration(data, offset) && !alike;
    }

    /// <summary>Identity, reset, calibration, set-up.</summary>
    protected abstract SensorError Start();

    /// <summary>Reads and compensates.</summary>
    protected abstract SensorError ReadNewest();

    /// <summary>Takes the factors out of the bytes; false: one that divides is zero.</summary>
    protected abstract bool TakeCalibration(byte[] data, int offset);

    /// <summary>Reads the identity.</summary>
    protected SensorError Identify(int register, int identity, int other)
    {
        if (!Read(register, 1)) return Failure();
        Found = Data[0];
        return Found == identity || Found == other ? SensorError.None : SensorError.WrongIdentity;
    }

    /// <summary>Resets, waits until the masked bits of the status have a value, and reads the calibration.</summary>
    protected SensorError Restart(int command, int status, int mask, int value, int calibration)
    {
        if (!Write(command, ResetCommand)) return Failure();
        Deadline start = new Deadline(_time, StartMicroseconds);
        _time.Wait(RestMicroseconds);
        do
        {
            if (!Read(status, 1)) return Failure();
        }
        while ((Data[0] & mask) != value && !start.Passed());
        if ((Data[0] & mask) != value) return SensorError.NotStarted;
        if (!Read(calibration, Data.Length)) return Failure();
        return SetCalibration(Data, 0) ? SensorError.None : SensorError.Calibration;
    }

    /// <summary>Sets the pressure, in 1/256 Pa, that was computed. OutOfRange: outside 300 hPa to the part's end.</summary>
    protected SensorError SetPressure(long pressure, int mostHectopascal)
    {
        Pressure = pressure < 0 ? 0 : pressure > int.MaxValue ? int.MaxValue : (int)pressure;
        return Pressure >= 30000 * 256 && Pressure <= mostHectopascal * 25600 ? SensorError.None : SensorError.OutOfRange;
    }

    /// <summary>The last transfer's end as this driver's error.</summary>
    protected SensorError Failure()
    {
        return Bus == BusError.AddressNotAcknowledged ? SensorError.NoSensor : SensorError.Bus;
    }

    /// <summary>Reads into <see cref="Data"/>. False: see <see cref="Bus"/>.</summary>
    protected bool Read(int register, int count)
    {
        Bus = _port.Read(register, Data, 0, count);
        return Bus == BusError.None;
    }

    /// <summary>Writes one register. False: see <see cref="Bus"/>.</summary>
    protected bool Write(int register, int value)
    {
        Bus = _port.Write(_port.IsSpi ? register & SpiWrite : register, value);
        return Bus == BusError.None;
    }
}
