namespace EdgeSpike.Firmware;

/// <summary>Flash of the STM32F405/407 (RM0090, section 3), 1 MB, at a supply of 2.7 to 3.6 V: words of 32 bits.</summary>
/// <remarks>The core stands still while it fetches from flash that is being erased, up to 2 s for a sector of 128 KB (data sheet, table 40).</remarks>
internal sealed class Stm32F4Flash : SlotFlash
{
    private const uint First = 0x08000000;
    private const uint Bytes = 0x100000;
    private const uint AccessControl = 0x40023C00;      // FLASH_ACR: bit 10 DCEN, 12 DCRST
    private const uint Key = 0x40023C04;                // FLASH_KEYR
    private const uint Status = 0x40023C0C;             // FLASH_SR: written ones clear
    private const uint Control = 0x40023C10;            // FLASH_CR: bit 0 PG, 1 SER, 6:3 SNB, 9:8 PSIZE, 16 STRT, 31 LOCK
    private const uint Errors = 0xF2;                   // OPERR, WRPERR, PGAERR, PGPERR, PGSERR
    private const uint Busy = 1u << 16;
    private const uint Program = 1;
    private const uint SectorErase = 2;
    private const uint ByWords = 2u << 8;
    private const uint Start = 1u << 16;
    private const uint Lock = 1u << 31;
    private const uint DataCache = 1u << 10;
    private const uint DataCacheReset = 1u << 12;

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        // Sectors (RM0090, table 5): four of 16 KB, one of 64 KB, seven of 128 KB.
        uint offset = address - First, sector, bytes;
        if (offset >= Bytes) return 0;
        if (offset < 0x10000)
        {
            sector = offset >> 14;
            bytes = 0x4000;
        }
        else if (offset < 0x20000)
        {
            sector = 4;
            bytes = 0x10000;
        }
        else
        {
            sector = 4 + (offset >> 17);
            bytes = 0x20000;
        }

        if ((offset & (bytes - 1)) != 0 || !Begin()) return 0;
        Io.Write(Control, SectorErase | (sector << 3) | ByWords);
        Io.Write(Control, SectorErase | (sector << 3) | ByWords | Start);
        return End() ? (int)bytes : 0;
    }

    /// <inheritdoc/>
    public override bool Write(uint address, byte[] source, int from, int count)
    {
        if (!Begin()) return false;
        Io.Write(Control, Program | ByWords);
        for (int i = 0; i < count; i += 4)
        {
            Io.Write(address + (uint)i, Word(source, from + i, from + count));
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

        // The cache may hold what stood there before; it can be emptied only while it is off.
        uint access = Io.Read(AccessControl);
        if ((access & DataCache) == 0) return done;
        Io.Write(AccessControl, access & ~DataCache);
        Io.Write(AccessControl, (access & ~DataCache) | DataCacheReset);
        Io.Write(AccessControl, access & ~DataCache);
        Io.Write(AccessControl, access);
        return done;
    }
}
