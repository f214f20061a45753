namespace EdgeSpike.Drivers;

/// <summary>InvenSense MPU-9250: an MPU-6500 and the magnetometer AK8963 in one package, on I2C (0x68, 0x69) or SPI (mode 0 or 3, 1 MHz).</summary>
/// <remarks>
/// Registers: see <see cref="Mpu"/>; of the AK8963: MPU-9250 Register Map, RM-MPU-9250A-00 revision 1.6, section 5. The magnetometer is
/// reached through the sensor's own I2C master, so on SPI too; its axes are not the accelerometer's: x and y change places, z is turned
/// (PS-MPU-9250A, 9.1).
/// </remarks>
public sealed class Mpu9250 : Mpu65xx
{
    /// <summary>Address with AD0 low.</summary>
    public const int DefaultAddress = 0x68;

    /// <summary>Nanotesla of one step of the magnetometer (RM-MPU-9250A, 5.8: 16 bits).</summary>
    public const int MagnetometerNanotesla = 150;

    private const int MasterControl = 0x24;             // I2C_MST_CTRL: bit 4 I2C_MST_P_NSR, bits 3:0 13: 400 kHz (4.13)
    private const int Slave0Address = 0x25;             // I2C_SLV0_ADDR: bit 7 read (4.14); then I2C_SLV0_REG, I2C_SLV0_CTRL: bit 7 enable, 3:0 bytes
    private const int Slave4Address = 0x31;             // I2C_SLV4_ADDR, then REG, DO, CTRL (bit 7 enable, cleared at the end), DI (4.18)
    private const int MasterStatus = 0x36;              // I2C_MST_STATUS: bit 6 I2C_SLV4_DONE, bit 4 I2C_SLV4_NACK (4.19)
    private const int ExternalData = 0x49;              // EXT_SENS_DATA_00

    private const int Magnetometer = 0x0C;              // AK8963's address
    private const int MagnetometerIdentity = 0x00;      // WIA: 0x48
    private const int MagnetometerStatus1 = 0x02;       // ST1: bit 0 DRDY; six data bytes, low first; ST2: bit 3 HOFL
    private const int MagnetometerControl1 = 0x0A;      // CNTL1: bit 4 16 bits, bits 3:0 mode: 0 off, 6 100 Hz, 15 fuse ROM
    private const int MagnetometerControl2 = 0x0B;      // CNTL2: bit 0 SRST
    private const int MagnetometerAdjustment = 0x10;    // ASAX, ASAY, ASAZ
    private const int SlaveMicroseconds = 50000;

    private readonly int[] _adjustment = new int[3];
    private bool _magnetometer;

    /// <summary>A sensor on I2C.</summary>
    public Mpu9250(I2cDevice device, TimeBase time)
        : base(new SensorPort(device), time)
    {
    }

    /// <summary>A sensor on SPI.</summary>
    public Mpu9250(SpiDevice device, TimeBase time)
        : base(new SensorPort(device, 0), time)
    {
    }

    /// <inheritdoc/>
    public override string Name
    {
        get { return "MPU-9250"; }
    }

    /// <inheritdoc/>
    protected override int Identity
    {
        get { return 0x71; }                            // RM-MPU-9250A, 4.38
    }

    /// <summary>Sets the magnetometer going at 100 Hz; after <see cref="Imu.Open"/>. <see cref="ImuError.WrongIdentity"/>: it is not an AK8963.</summary>
    public ImuError StartMagnetometer()
    {
        _magnetometer = false;
        UserControlBits |= 0x20;
        int value;
        ImuError error = WriteRegister(UserControl, UserControlBits | (UsesFifo ? 0x40 : 0));
        if (error == ImuError.None) error = WriteChecked(MasterControl, 0x1D);
        if (error != ImuError.None) return error;
        error = ReadSlave(MagnetometerIdentity, out value);
        if (error != ImuError.None) return error;
        Found = value;
        Expected = 0x48;
        if (value != Expected) return ImuError.WrongIdentity;
        error = WriteSlave(MagnetometerControl2, 1);
        Time.Wait(1000);
        if (error == ImuError.None) error = WriteSlave(MagnetometerControl1, 0x0F);
        Time.Wait(1000);
        for (int axis = 0; axis < 3 && error == ImuError.None; axis++)
        {
            error = ReadSlave(MagnetometerAdjustment + axis, out value);
            _adjustment[axis] = value;
        }

        // Modes are changed by way of off, 100 µs (section 5.8).
        if (error == ImuError.None) error = WriteSlave(MagnetometerControl1, 0);
        Time.Wait(1000);
        if (error == ImuError.None) error = WriteSlave(MagnetometerControl1, 0x16);

        // From now on every sample takes ST1, the data and ST2 along; reading ST2 frees the data registers.
        if (error == ImuError.None) error = WriteRegister(Slave0Address, 0x80 | Magnetometer);
        if (error == ImuError.None) error = WriteRegister(Slave0Address + 1, MagnetometerStatus1);
        if (error == ImuError.None) error = WriteRegister(Slave0Address + 2, 0x88);
        _magnetometer = error == ImuError.None;
        return error;
    }

    /// <summary>
    /// The newest reading, adjusted by the sensor's own sensitivities: steps of <see cref="MagnetometerNanotesla"/>, [3] x, y, z.
    /// <see cref="ImuError.NotReady"/>: the same as before; <see cref="ImuError.Saturated"/>: beyond 4,912 µT in sum.
    /// </summary>
    public ImuError ReadMagnetometer(int[] field)
    {
        if (!_magnetometer) return ImuError.NotOpen;
        ImuError error = ReadRegisters(ExternalData, 8);
        if (error != ImuError.None) return error;
        if ((Scratch[0] & 1) == 0) return ImuError.NotReady;
        if ((Scratch[7] & 8) != 0) return ImuError.Saturated;

        // H ((ASA - 128) 0.5 / 128 + 1) (section 5.11).
        for (int axis = 0; axis < 3; axis++)
        {
            int value = Little(1 + 2 * axis);
            field[axis] = value + value * (_adjustment[axis] - 128) / 256;
        }

        return ImuError.None;
    }

    /// <inheritdoc/>
    protected override ImuError Start(ImuSettings settings)
    {
        _magnetometer = false;
        return base.Start(settings);
    }

    private ImuError ReadSlave(int register, out int value)
    {
        value = 0;
        ImuError error = WriteRegister(Slave4Address, 0x80 | Magnetometer);
        if (error == ImuError.None) error = AwaitSlave(register);
        if (error == ImuError.None) error = ReadRegister(Slave4Address + 4, out value);
        return error;
    }

    private ImuError WriteSlave(int register, int value)
    {
        ImuError error = WriteRegister(Slave4Address, Magnetometer);
        if (error == ImuError.None) error = WriteRegister(Slave4Address + 2, value);
        if (error == ImuError.None) error = AwaitSlave(register);
        return error;
    }

    // The transfer goes with the next sample, which may be a period away.
    private ImuError AwaitSlave(int register)
    {
        ImuError error = WriteRegister(Slave4Address + 1, register);
        if (error == ImuError.None) error = WriteRegister(Slave4Address + 3, 0x80);
        if (error == ImuError.None) error = Await(MasterStatus, 0x40, 0x40, SlaveMicroseconds + PeriodNumerator);
        if (error != ImuError.None) return error;

        // Reading the status cleared it: the refusal is only in the value that was read.
        return (LastValue & 0x10) == 0 ? ImuError.None : ImuError.NoSensor;
    }
}
