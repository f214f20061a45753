namespace EdgeSpike.Firmware;

/// <summary>
/// Frames on a line of bytes (PROTOCOL.md, Frames): content and CRC-32, consistent overhead byte stuffing, a zero at the end. What
/// is damaged, too long or cut off is dropped without an answer and counted; the next zero begins anew.
/// </summary>
/// <remarks>Two buffers of a frame each, nothing allocated later. Cost: a shift register of 8 steps for each byte of the CRC.</remarks>
public sealed class FrameLine
{
    /// <summary>Most bytes of a frame's content: sequence number, command and up to 256 bytes of payload, with an answer's status.</summary>
    public const int MostBytes = 260;

    private readonly BytePort _port;
    private readonly byte[] _received;
    private int _count;
    private int _block;
    private bool _zeroPending;
    private bool _broken;

    /// <summary>A line on a port.</summary>
    public FrameLine(BytePort port)
    {
        _port = port;
        _received = new byte[MostBytes + 4];
        Outgoing = new byte[MostBytes + 4];
    }

    /// <summary>The content of the frame that <see cref="Receive"/> found; valid until its next call.</summary>
    public byte[] Incoming
    {
        get { return _received; }
    }

    /// <summary>Bytes of <see cref="Incoming"/>, without the CRC.</summary>
    public int IncomingBytes { get; private set; }

    /// <summary>The CRC of the frame received.</summary>
    public uint IncomingChecksum { get; private set; }

    /// <summary>Room for the content of a frame to send.</summary>
    public byte[] Outgoing { get; private set; }

    /// <summary>Frames dropped.</summary>
    public int Dropped { get; private set; }

    /// <summary>Takes what the port has received. True: a whole frame is in <see cref="Incoming"/>.</summary>
    public bool Receive()
    {
        for (int value = _port.Read(); value >= 0; value = _port.Read())
            if (Take(value)) return true;
        return false;
    }

    /// <summary>Sends the first <paramref name="count"/> bytes of <see cref="Outgoing"/>; the CRC is added behind them.</summary>
    public void Send(int count)
    {
        byte[] frame = Outgoing;
        uint crc = Checksum(frame, count);
        frame[count] = (byte)crc;
        frame[count + 1] = (byte)(crc >> 8);
        frame[count + 2] = (byte)(crc >> 16);
        frame[count + 3] = (byte)(crc >> 24);
        int end = count + 4, at = 0;
        do
        {
            int run = at;
            while (run < end && run - at < 254 && frame[run] != 0) run++;
            bool full = run - at == 254;
            _port.Write(run - at + 1);
            for (; at < run; at++) _port.Write(frame[at]);

            // A block of 254 stands for no zero behind it; any other swallows the zero that ended it.
            if (!full && at < end)
            {
                at++;
                if (at == end) _port.Write(1);
            }
        }
        while (at < end);
        _port.Write(0);
    }

    /// <summary>CRC-32 (IEEE 802.3, reflected) of a frame's content.</summary>
    public static uint Checksum(byte[] bytes, int count)
    {
        uint crc = 0xFFFFFFFF;
        for (int i = 0; i < count; i++) crc = Checksum(crc, bytes[i]);
        return ~crc;
    }

    /// <summary>One byte more: from 0xFFFFFFFF on; in the end the complement is the CRC.</summary>
    public static uint Checksum(uint crc, int value)
    {
        crc ^= (uint)value;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        return crc;
    }

    private bool Take(int value)
    {
        if (value == 0) return End();
        if (_broken) return false;
        if (_block > 0)
        {
            _block--;
            Put(value);
            return false;
        }

        // The head of a block: the zero that the block before stood for comes first.
        if (_zeroPending) Put(0);
        _block = value - 1;
        _zeroPending = value < 255;
        return false;
    }

    private void Put(int value)
    {
        if (_count == _received.Length) _broken = true;
        else _received[_count++] = (byte)value;
    }

    private bool End()
    {
        int count = _count;
        bool whole = !_broken && _block == 0;
        _count = _block = 0;
        _zeroPending = _broken = false;
        if (whole && count == 0) return false;          // zeros between frames are allowed
        if (whole && count >= 6)
        {
            uint crc = Checksum(_received, count - 4);
            uint stated = _received[count - 4] | ((uint)_received[count - 3] << 8) | ((uint)_received[count - 2] << 16) | ((uint)_received[count - 1] << 24);
            if (crc == stated)
            {
                IncomingBytes = count - 4;
                IncomingChecksum = crc;
                return true;
            }
        }

        Dropped++;
        return false;
    }
}
