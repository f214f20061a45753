namespace EdgeSpike.Firmware;

/// <summary>Flash of the nRF52840 (NVMC; product specification 1.7, section 4.3): pages of 4 KB, words of 32 bits.</summary>
/// <remarks>The core stands still while it fetches from flash that is being erased (85 ms a page) or written (41 µs a word).</remarks>
internal sealed class NordicFlash : SlotFlash
{
    private const int PageBytes = 4096;
    private const uint Bytes = 0x100000;
    private const uint Ready = 0x4001E400;              // READY: bit 0
    private const uint Configuration = 0x4001E504;      // CONFIG: 0 read, 1 write, 2 erase
    private const uint ErasePage = 0x4001E508;          // ERASEPAGE: address of the page

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        if (address >= Bytes || address % PageBytes != 0 || !Await(Ready, 1, 1)) return 0;
        Io.Write(Configuration, 2);
        Io.Write(ErasePage, address);
        bool done = Await(Ready, 1, 1);
        Io.Write(Configuration, 0);
        return done ? PageBytes : 0;
    }

    /// <inheritdoc/>
    public override bool Write(uint address, byte[] source, int from, int count)
    {
        if (!Await(Ready, 1, 1)) return false;
        Io.Write(Configuration, 1);
        bool done = true;
        for (int i = 0; i < count && done; i += 4)
        {
            Io.Write(address + (uint)i, Word(source, from + i, from + count));
            done = Await(Ready, 1, 1);
        }

        Io.Write(Configuration, 0);
        return done;
    }
}
