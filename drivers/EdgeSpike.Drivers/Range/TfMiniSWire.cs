namespace EdgeSpike.Drivers;

/// <summary>A TFmini-S on I2C, where it answers when asked; it has to be set to that by its UART first (command 0x0A, value 1).</summary>
/// <remarks>Product manual SJ-PM-TFmini-S A01, section 5.6: the request 5A 05 00 format sum, then 9 bytes that are a frame as on the UART; no wait between them.</remarks>
public sealed class TfMiniSWire
{
    /// <summary>Address from the factory (table 9).</summary>
    public const int DefaultAddress = 0x10;

    private readonly I2cDevice _device;
    private readonly byte[] _request = new byte[5];
    private readonly byte[] _frame = new byte[TfMiniS.FrameBytes];

    /// <summary>A lidar on I2C; distances come in millimetres.</summary>
    public TfMiniSWire(I2cDevice device)
    {
        _device = device;
        Lidar = new TfMiniS(true);
        TfMiniS.Command(_request, 0, 0, 6, 1);
    }

    /// <summary>What the last frame said.</summary>
    public TfMiniS Lidar { get; }

    /// <summary>How the last transfer ended.</summary>
    public BusError Bus { get; private set; }

    /// <summary>Asks for a frame. None: <see cref="Lidar"/> has a new one, valid or not.</summary>
    public SensorError Read(long at)
    {
        Bus = _device.Write(_request, 0, _request.Length);
        if (Bus == BusError.None) Bus = _device.Read(_frame, 0, _frame.Length);
        if (Bus != BusError.None) return Bus == BusError.AddressNotAcknowledged ? SensorError.NoSensor : SensorError.Bus;
        bool whole = false;
        for (int i = 0; i < _frame.Length; i++) whole |= Lidar.Receive(_frame[i], at);
        return whole ? SensorError.None : SensorError.Damaged;
    }
}
