namespace EdgeSpike.Drivers;

/// <summary>An SPI bus with one simulated sensor, which its <see cref="Select"/> pin chooses.</summary>
public sealed class SimulatedSpiBus : SpiBus
{
    private readonly SimulatedTime _time;
    private readonly SimulatedSensor _sensor;
    private readonly SelectPin _select;

    /// <summary>A bus of 1 MHz; time null: transfers take none; sensor null: nobody drives the line.</summary>
    public SimulatedSpiBus(SimulatedTime time, SimulatedSensor sensor)
    {
        _time = time;
        _sensor = sensor;
        _select = new SelectPin(sensor);
    }

    /// <summary>The sensor's chip select.</summary>
    public GpioPin Select
    {
        get { return _select; }
    }

    /// <summary>What the next transfer ends with; None: it goes well.</summary>
    public BusError Fault { get; set; }

    /// <inheritdoc/>
    public override BusError Exchange(byte[] write, int writeOffset, byte[] read, int readOffset, int count)
    {
        if (!Fits(write, writeOffset, read, readOffset, count)) return BusError.Argument;
        if (_time != null) _time.Advance(8 * count);
        for (int i = 0; i < count; i++)
        {
            int sent = write == null ? 0 : write[writeOffset + i], value = 0xFF;
            if (_select.Selected) value = _sensor.Exchange(sent);
            if (read != null) read[readOffset + i] = (byte)value;
        }

        BusError fault = Fault;
        Fault = BusError.None;
        return fault;
    }

    private sealed class SelectPin : GpioPin
    {
        private readonly SimulatedSensor _sensor;

        public SelectPin(SimulatedSensor sensor)
        {
            _sensor = sensor;
        }

        public bool Selected { get; private set; }

        public override void SetMode(PinMode mode)
        {
        }

        public override bool Read()
        {
            return !Selected;
        }

        public override void Write(bool high)
        {
            bool was = Selected;
            Selected = !high && _sensor != null && (was || _sensor.Begin(true));
            if (was && !Selected) _sensor.End(true);
        }
    }
}
