namespace EdgeSpike.Firmware;

/// <summary>A slot in memory that is written like any other: the MPS2's, whose flash is SRAM.</summary>
internal sealed class MemoryFlash : SlotFlash
{
    private const int BlockBytes = 4096;

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        if (address % BlockBytes != 0) return 0;
        for (uint at = address; at < address + BlockBytes; at += 4) Io.Write(at, 0xFFFFFFFF);
        return BlockBytes;
    }

    /// <inheritdoc/>
    public override bool Write(uint address, byte[] source, int from, int count)
    {
        for (int i = 0; i < count; i += 4) Io.Write(address + (uint)i, Word(source, from + i, from + count));
        return true;
    }
}
