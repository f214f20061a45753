namespace EdgeSpike.Firmware;

/// <summary>
/// The second slot (PROTOCOL.md): 64 bytes of head, then an uploaded model. The head's first word says that the slot is valid; it is
/// erased first and written last, so an upload that breaks off leaves no valid slot.
/// </summary>
/// <remarks>Blocks are erased as the upload reaches them: no request takes longer than one of them.</remarks>
internal sealed class ModelSlot
{
    /// <summary>Bytes in front of the model. The last two words are the head of the runtime's byte array.</summary>
    public const int HeadBytes = 64;

    private const uint Valid = 0x4D505346;

    private readonly SlotFlash _flash;
    private readonly uint _start;
    private readonly byte[] _head;
    private uint _erased;
    private int _bytes;

    /// <summary>A slot at an address, which a block of the flash starts at.</summary>
    public ModelSlot(SlotFlash flash, uint start)
    {
        _flash = flash;
        _start = start;
        _head = new byte[SlotFlash.Unit];
    }

    /// <summary>Address of the byte array, or 0: there is no valid one.</summary>
    /// <param name="linked">CRC of the model linked with the program: an upload is for one image.</param>
    /// <param name="table">Method table of byte arrays in this program.</param>
    /// <param name="mostBytes">Most bytes of a model.</param>
    public uint Find(uint linked, uint table, int mostBytes)
    {
        bool whole = Io.Read(_start) == Valid && Io.Read(_start + 52) == linked && Io.Read(_start + 56) == table && Io.Read(_start + 60) <= (uint)mostBytes;
        return whole ? _start + 56 : 0;
    }

    /// <summary>From here on the slot is invalid. False: flash did not take it.</summary>
    public bool Begin(int bytes, uint linked, uint table)
    {
        _erased = _start;
        _bytes = bytes;
        if (!Erase(HeadBytes)) return false;
        Fill(0xFFFFFFFF);
        Put(20, linked);
        Put(24, table);
        Put(28, (uint)bytes);
        return Flash(SlotFlash.Unit, _head, 0, SlotFlash.Unit);
    }

    /// <summary>Writes bytes of the model; the offset is a multiple of <see cref="SlotFlash.Unit"/>. False: flash did not take them.</summary>
    public bool Write(int offset, byte[] source, int from, int count)
    {
        return Erase(HeadBytes + offset + count) && Flash(HeadBytes + offset, source, from, count);
    }

    /// <summary>Makes the slot valid. False: what stands in it does not have this CRC-32, or flash did not take the state.</summary>
    public bool End(uint checksum)
    {
        uint crc = 0xFFFFFFFF;
        for (int i = 0; i < _bytes; i++)
        {
            uint at = _start + HeadBytes + (uint)i;
            crc = FrameLine.Checksum(crc, (int)(Io.Read(at & ~3u) >> (int)(8 * (at & 3))) & 255);
        }

        if (~crc != checksum) return false;
        Fill(0xFFFFFFFF);
        Put(0, Valid);
        return Flash(0, _head, 0, SlotFlash.Unit);
    }

    private bool Erase(int end)
    {
        while (_erased < _start + (uint)end)
        {
            int bytes = _flash.EraseBlock(_erased);
            if (bytes == 0) return false;
            _erased += (uint)bytes;
        }

        return true;
    }

    // Written, and read back: what was not erased keeps its zeros.
    private bool Flash(int offset, byte[] source, int from, int count)
    {
        uint address = _start + (uint)offset;
        if (!_flash.Write(address, source, from, count)) return false;
        for (int i = 0; i < count; i++)
        {
            uint at = address + (uint)i;
            if ((byte)(Io.Read(at & ~3u) >> (int)(8 * (at & 3))) != source[from + i]) return false;
        }

        return true;
    }

    private void Fill(uint value)
    {
        for (int i = 0; i < SlotFlash.Unit; i += 4) Put(i, value);
    }

    private void Put(int at, uint value)
    {
        for (int i = 0; i < 4; i++) _head[at + i] = (byte)(value >> (8 * i));
    }
}
