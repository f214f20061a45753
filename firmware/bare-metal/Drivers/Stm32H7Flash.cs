namespace EdgeSpike.Firmware;

/// <summary>
/// The second bank of flash of the STM32H743 (RM0433, section 4), 1 MB in sectors of 128 KB; the program runs from the first
/// meanwhile. Words of 256 bits.
/// </summary>
internal sealed class Stm32H7Flash : SlotFlash
{
    private const uint SecondBank = 0x08100000;
    private const uint BankBytes = 0x100000;
    private const uint SectorBytes = 0x20000;
    private const uint Key = 0x52002104;                // FLASH_KEYR2
    private const uint Control = 0x5200210C;            // FLASH_CR2: bit 0 LOCK, 1 PG, 2 SER, 5:4 PSIZE, 7 START, 10:8 SNB
    private const uint Status = 0x52002110;             // FLASH_SR2
    private const uint Clear = 0x52002114;              // FLASH_CCR2
    private const uint Errors = 0x07EE0000;             // DBECCERR, SNECCERR, RDSERR, RDPERR, OPERR, INCERR, STRBERR, PGSERR, WRPERR
    private const uint Pending = 7;                     // BSY, WBNE, QW
    private const uint Program = 1u << 1;
    private const uint SectorErase = 1u << 2;
    private const uint By64Bits = 3u << 4;              // PSIZE as after reset: 2.7 to 3.6 V
    private const uint Start = 1u << 7;
    private const uint Lock = 1;

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        uint offset = address - SecondBank;
        if (offset >= BankBytes || offset % SectorBytes != 0 || !Begin()) return 0;
        uint erase = SectorErase | By64Bits | ((offset / SectorBytes) << 8);
        Io.Write(Control, erase);
        Io.Write(Control, erase | Start);
        return End() ? (int)SectorBytes : 0;
    }

    /// <inheritdoc/>
    public override bool Write(uint address, byte[] source, int from, int count)
    {
        if (!Begin()) return false;
        Io.Write(Control, Program | By64Bits);
        for (int i = 0; i < count; i += Unit)
        {
            // The eighth word starts the programming of all.
            for (int word = i; word < i + Unit; word += 4) Io.Write(address + (uint)word, Word(source, from + word, from + count));
            if (!Await(Status, Pending, 0)) break;
        }

        return End();
    }

    private static bool Begin()
    {
        if (!Await(Status, Pending, 0)) return false;
        if ((Io.Read(Control) & Lock) != 0)
        {
            Io.Write(Key, 0x45670123);
            Io.Write(Key, 0xCDEF89AB);
        }

        Io.Write(Clear, Errors);
        return true;
    }

    private static bool End()
    {
        bool done = Await(Status, Pending, 0) && (Io.Read(Status) & Errors) == 0;
        Io.Write(Control, Lock);
        return done;
    }
}
