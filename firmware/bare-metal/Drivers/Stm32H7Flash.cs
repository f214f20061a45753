namespace EdgeSpike.Firmware;

/// <summary>
/// The second bank of flash of the STM32H743 (RM0433, section 4), 1 MB in sectors of 128 KB; the program runs from the first
/// meanwhile. Words of 256 bits.
/// </summary>
internal sealed class Stm32H7Flash : Stm32Flash
{
    private const uint SecondBank = 0x08100000;
    private const uint BankBytes = 0x100000;
    private const uint SectorBytes = 0x20000;
    private const uint SectorErase = 1u << 2;           // FLASH_CR2: bit 0 LOCK, 1 PG, 2 SER, 5:4 PSIZE, 7 START, 10:8 SNB
    private const uint By64Bits = 3u << 4;              // PSIZE as after reset: 2.7 to 3.6 V

    /// <summary>Registers of the chip.</summary>
    public Stm32H7Flash()
    {
        Key = 0x52002104;                               // FLASH_KEYR2
        Status = 0x52002110;                            // FLASH_SR2
        Clear = 0x52002114;                             // FLASH_CCR2
        Control = 0x5200210C;                           // FLASH_CR2
        Busy = 7;                                       // BSY, WBNE, QW
        Errors = 0x07EE0000;                            // DBECCERR, SNECCERR, RDSERR, RDPERR, OPERR, INCERR, STRBERR, PGSERR, WRPERR
        Start = 1u << 7;
        Lock = 1;
        Program = (1u << 1) | By64Bits;
        WordBytes = Unit;
    }

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        uint offset = address - SecondBank;
        if (offset >= BankBytes || offset % SectorBytes != 0) return 0;
        return Erase(SectorErase | By64Bits | ((offset / SectorBytes) << 8)) ? (int)SectorBytes : 0;
    }
}
