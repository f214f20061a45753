namespace EdgeSpike.Firmware;

/// <summary>
/// The second bank of flash of the STM32L4R5 (RM0432, section 3), 1 MB in pages of 4 KB, as delivered (option DBANK); the program
/// runs from the first meanwhile. Double words of 64 bits.
/// </summary>
internal sealed class Stm32L4Flash : SlotFlash
{
    private const uint SecondBank = 0x08100000;
    private const uint BankBytes = 0x100000;
    private const int PageBytes = 4096;
    private const uint AccessControl = 0x40022000;      // FLASH_ACR: bit 10 DCEN, 12 DCRST
    private const uint Key = 0x40022008;                // FLASH_KEYR
    private const uint Status = 0x40022010;             // FLASH_SR: written ones clear
    private const uint Control = 0x40022014;            // FLASH_CR: bit 0 PG, 1 PER, 10:3 PNB, 11 BKER, 16 START, 31 LOCK
    private const uint Options = 0x40022020;            // FLASH_OPTR: bit 22 DBANK
    private const uint Errors = 0xC3FA;                 // OPTVERR, RDERR, FASTERR, MISERR, PGSERR, SIZERR, PGAERR, WRPERR, PROGERR, OPERR
    private const uint Busy = 1u << 16;
    private const uint TwoBanks = 1u << 22;
    private const uint Program = 1;
    private const uint PageErase = 2;
    private const uint SecondBankErase = 1u << 11;
    private const uint Start = 1u << 16;
    private const uint Lock = 1u << 31;
    private const uint DataCache = 1u << 10;
    private const uint DataCacheReset = 1u << 12;

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        uint offset = address - SecondBank;
        if (offset >= BankBytes || offset % PageBytes != 0 || (Io.Read(Options) & TwoBanks) == 0 || !Begin()) return 0;
        uint erase = PageErase | SecondBankErase | ((offset / PageBytes) << 3);
        Io.Write(Control, erase);
        Io.Write(Control, erase | Start);
        return End() ? PageBytes : 0;
    }

    /// <inheritdoc/>
    public override bool Write(uint address, byte[] source, int from, int count)
    {
        if (!Begin()) return false;
        Io.Write(Control, Program);
        for (int i = 0; i < count; i += 8)
        {
            // The second word starts the programming of both.
            Io.Write(address + (uint)i, Word(source, from + i, from + count));
            Io.Write(address + (uint)i + 4, Word(source, from + i + 4, from + count));
            if (!Await(Status, Busy, 0)) break;
        }

        return End();
    }

    private static bool Begin()
    {
        if (!Await(Status, Busy, 0)) return false;
        if ((Io.Read(Control) & Lock) != 0)
        {
            Io.Write(Key, 0x45670123);
            Io.Write(Key, 0xCDEF89AB);
        }

        Io.Write(Status, Errors);
        return true;
    }

    private static bool End()
    {
        bool done = Await(Status, Busy, 0) && (Io.Read(Status) & Errors) == 0;
        Io.Write(Control, Lock);

        // The cache may hold what stood there before (RM0432, 3.3.6); it can be emptied only while it is off.
        uint access = Io.Read(AccessControl);
        if ((access & DataCache) == 0) return done;
        Io.Write(AccessControl, access & ~DataCache);
        Io.Write(AccessControl, (access & ~DataCache) | DataCacheReset);
        Io.Write(AccessControl, access & ~DataCache);
        Io.Write(AccessControl, access);
        return done;
    }
}
