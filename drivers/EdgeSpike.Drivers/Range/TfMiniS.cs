namespace EdgeSpike.Drivers;

/// <summary>
/// Benewake TFmini-S, a lidar for 0.1 to 12 m: frames from its UART (115200 baud, 8N1, 100 a second), byte by byte as they come. For I2C
/// see <see cref="TfMiniSWire"/>.
/// </summary>
/// <remarks>
/// <para>Frame (product manual SJ-PM-TFmini-S A01, tables 7 and 8): 0x59 0x59, distance, strength and temperature as u16 of low byte first, and the low
/// 8 bits of the sum of the eight. Whatever stands before or between frames is skipped: after a damaged frame the search goes on at its
/// second byte, so no whole frame behind it is lost. Command answers (0x5A …) are skipped as well.</para>
/// Cost: a byte some comparisons; nothing is allocated after construction.
/// </remarks>
public sealed class TfMiniS
{
    /// <summary>Bytes of a frame.</summary>
    public const int FrameBytes = 9;

    /// <summary>Greatest distance in mm.</summary>
    public const int MostMillimetres = 12000;

    /// <summary>Signal strength below which a distance is not to be relied on (section 5.4).</summary>
    public const int LeastStrength = 100;

    private const int Header = 0x59;
    private const int CommandHeader = 0x5A;

    private readonly byte[] _frame = new byte[FrameBytes];
    private readonly int _unit;
    private int _count;

    /// <summary>A lidar that sends centimetres, as it does from the factory, or millimetres (command "format 06").</summary>
    public TfMiniS(bool millimetres)
    {
        _unit = millimetres ? 1 : 10;
    }

    /// <summary>What the last frame is worth.</summary>
    public TfMiniStatus Status { get; private set; }

    /// <summary>Distance in mm of the last frame that was valid.</summary>
    public int Millimetres { get; private set; }

    /// <summary>Signal strength of the last frame, 0 … 65535. Varies in every live frame: a good signature for a monitor of frozen inputs.</summary>
    public int Strength { get; private set; }

    /// <summary>The chip's temperature in 1/1000 degree Celsius: T / 8 - 256.</summary>
    public int MilliCelsius { get; private set; }

    /// <summary>Time that was given with the last byte of the last frame.</summary>
    public long At { get; private set; }

    /// <summary>Whole frames.</summary>
    public long Frames { get; private set; }

    /// <summary>Frames whose distance was not valid.</summary>
    public long Invalid { get; private set; }

    /// <summary>What began as a frame and had another sum.</summary>
    public long Damaged { get; private set; }

    /// <summary>Bytes that belong to no frame.</summary>
    public long Skipped { get; private set; }

    /// <summary>A byte has come. True: it ends a whole frame.</summary>
    /// <param name="value">The byte; negative, as of a port that has none, is ignored.</param>
    /// <param name="at">Now, in any unit.</param>
    public bool Receive(int value, long at)
    {
        if (value < 0) return false;
        _frame[_count++] = (byte)value;
        bool whole = false;
        while (_count > 0)
        {
            bool header = _frame[0] == Header && (_count < 2 || _frame[1] == Header);
            if (header && _count < FrameBytes) break;
            if (header && Sum() == _frame[8])
            {
                Take(at);
                whole = true;
                _count = 0;
                break;
            }

            if (header) Damaged++;
            Skipped++;
            _count--;
            for (int i = 0; i < _count; i++) _frame[i] = _frame[i + 1];
        }

        return whole;
    }

    /// <summary>Writes a command for the lidar (product manual, table 11): 0x5A, length, number, value of low byte first, sum.</summary>
    /// <param name="buffer">Receives it.</param>
    /// <param name="offset">Where.</param>
    /// <param name="command">Its number: 2 restart, 3 frames a second, 5 format (1 cm, 6 mm), 7 output off or on, 0x11 keep the settings.</param>
    /// <param name="value">Its value.</param>
    /// <param name="valueBytes">Bytes of the value, 0 … 4.</param>
    /// <returns>Bytes written; 0: it does not fit.</returns>
    public static int Command(byte[] buffer, int offset, int command, int value, int valueBytes)
    {
        int length = 4 + valueBytes;
        if (valueBytes < 0 || valueBytes > 4 || !ByteRange.Fits(buffer, offset, length)) return 0;
        buffer[offset] = CommandHeader;
        buffer[offset + 1] = (byte)length;
        buffer[offset + 2] = (byte)command;
        for (int i = 0; i < valueBytes; i++) buffer[offset + 3 + i] = (byte)(value >> (8 * i));
        int sum = 0;
        for (int i = 0; i < length - 1; i++) sum += buffer[offset + i];
        buffer[offset + length - 1] = (byte)sum;
        return length;
    }

    private int Sum()
    {
        int sum = 0;
        for (int i = 0; i < FrameBytes - 1; i++) sum += _frame[i];
        return sum & 255;
    }

    private void Take(long at)
    {
        int distance = _frame[2] | (_frame[3] << 8);
        Strength = _frame[4] | (_frame[5] << 8);
        MilliCelsius = (_frame[6] | (_frame[7] << 8)) * 125 - 256000;
        At = at;
        Frames++;
        int millimetres = distance * _unit;
        if (distance == 0xFFFE || Strength == 0xFFFF) Status = TfMiniStatus.Saturated;
        else if (distance == 0xFFFC) Status = TfMiniStatus.Ambient;
        else if (distance == 0xFFFF || Strength < LeastStrength) Status = TfMiniStatus.Weak;
        else if (distance == 0 || millimetres > MostMillimetres) Status = TfMiniStatus.OutOfRange;
        else Status = TfMiniStatus.Valid;
        if (Status == TfMiniStatus.Valid) Millimetres = millimetres;
        else Invalid++;
    }
}
