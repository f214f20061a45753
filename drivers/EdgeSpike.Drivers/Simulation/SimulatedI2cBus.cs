namespace EdgeSpike.Drivers;

/// <summary>An I2C bus with simulated sensors, and with the faults of one. Transfers take the time of their bits where time is simulated.</summary>
public sealed class SimulatedI2cBus : I2cBus
{
    private readonly SimulatedTime _time;
    private readonly SimulatedSensor[] _sensors = new SimulatedSensor[128];

    /// <summary>A bus of 400 kHz; time null: transfers take none.</summary>
    public SimulatedI2cBus(SimulatedTime time)
    {
        _time = time;
    }

    /// <summary>Time of nine bits; less than a millisecond.</summary>
    public int NanosecondsPerByte { get; set; } = 22500;

    /// <summary>A line stays low.</summary>
    public bool Stuck { get; set; }

    /// <summary>So many transfers go well before the next one fails with <see cref="Fault"/>; -1: none fails.</summary>
    public int FaultIn { get; set; } = -1;

    /// <summary>How it fails.</summary>
    public BusError Fault { get; set; }

    /// <summary>Transfers asked for.</summary>
    public int Transfers { get; private set; }

    /// <summary>Puts a sensor at an address.</summary>
    public void Attach(int address, SimulatedSensor sensor)
    {
        _sensors[address] = sensor;
    }

    /// <inheritdoc/>
    public override BusError Transfer(int address, byte[] write, int writeOffset, int writeCount, byte[] read, int readOffset, int readCount)
    {
        if (!Fits(address, write, writeOffset, writeCount, read, readOffset, readCount)) return BusError.Argument;
        Transfers++;
        if (_time != null) _time.Advance((writeCount + readCount + 2) * NanosecondsPerByte / 1000);
        if (Stuck) return BusError.BusStuck;
        SimulatedSensor sensor = _sensors[address];
        if (sensor == null || !sensor.Begin(false)) return BusError.AddressNotAcknowledged;
        for (int i = 0; i < writeCount; i++) sensor.Write(write[writeOffset + i]);

        // A fault strikes in the middle of what is read: half of it is gone from the FIFO.
        bool fails = FaultIn == 0;
        if (FaultIn >= 0) FaultIn--;
        int count = fails ? readCount / 2 : readCount;
        for (int i = 0; i < count; i++) read[readOffset + i] = (byte)sensor.Read();
        sensor.End(false);
        return fails ? Fault : BusError.None;
    }

    /// <inheritdoc/>
    public override BusError Recover()
    {
        return Stuck ? BusError.BusStuck : BusError.None;
    }
}
