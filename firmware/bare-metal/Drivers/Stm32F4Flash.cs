namespace EdgeSpike.Firmware;

/// <summary>Flash of the STM32F405/407 (RM0090, section 3), 1 MB, at a supply of 2.7 to 3.6 V: words of 32 bits.</summary>
/// <remarks>The core stands still while it fetches from flash that is being erased, up to 2 s for a sector of 128 KB (data sheet, table 40).</remarks>
internal sealed class Stm32F4Flash : Stm32Flash
{
    private const uint First = 0x08000000;
    private const uint Bytes = 0x100000;
    private const uint SectorErase = 2;                 // FLASH_CR: bit 0 PG, 1 SER, 6:3 SNB, 9:8 PSIZE, 16 STRT, 31 LOCK
    private const uint ByWords = 2u << 8;

    /// <summary>Registers of the chip.</summary>
    public Stm32F4Flash()
    {
        Key = 0x40023C04;                               // FLASH_KEYR
        Status = 0x40023C0C;                            // FLASH_SR
        Clear = Status;
        Control = 0x40023C10;                           // FLASH_CR
        CacheControl = 0x40023C00;                      // FLASH_ACR
        Busy = 1u << 16;
        Errors = 0xF2;                                  // OPERR, WRPERR, PGAERR, PGPERR, PGSERR
        Start = 1u << 16;
        Lock = 1u << 31;
        Program = ByWords | 1;
        WordBytes = 4;
    }

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

        return (offset & (bytes - 1)) == 0 && Erase(SectorErase | (sector << 3) | ByWords) ? (int)bytes : 0;
    }
}
