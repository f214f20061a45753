namespace EdgeSpike.Firmware;

/// <summary>
/// The second bank of flash of the STM32L4R5 (RM0432, section 3), 1 MB in pages of 4 KB, as delivered (option DBANK); the program
/// runs from the first meanwhile. Double words of 64 bits.
/// </summary>
internal sealed class Stm32L4Flash : Stm32Flash
{
    private const uint SecondBank = 0x08100000;
    private const uint BankBytes = 0x100000;
    private const int PageBytes = 4096;
    private const uint Options = 0x40022020;            // FLASH_OPTR: bit 22 DBANK
    private const uint TwoBanks = 1u << 22;
    private const uint PageErase = 2;                   // FLASH_CR: bit 0 PG, 1 PER, 10:3 PNB, 11 BKER, 16 START, 31 LOCK
    private const uint SecondBankErase = 1u << 11;

    /// <summary>Registers of the chip.</summary>
    public Stm32L4Flash()
    {
        Key = 0x40022008;                               // FLASH_KEYR
        Status = 0x40022010;                            // FLASH_SR
        Clear = Status;
        Control = 0x40022014;                           // FLASH_CR
        CacheControl = 0x40022000;                      // FLASH_ACR
        Busy = 1u << 16;
        Errors = 0xC3FA;                                // OPTVERR, RDERR, FASTERR, MISERR, PGSERR, SIZERR, PGAERR, WRPERR, PROGERR, OPERR
        Start = 1u << 16;
        Lock = 1u << 31;
        Program = 1;
        WordBytes = 8;
    }

    /// <inheritdoc/>
    public override int EraseBlock(uint address)
    {
        uint offset = address - SecondBank;
        if (offset >= BankBytes || offset % PageBytes != 0 || (Io.Read(Options) & TwoBanks) == 0) return 0;
        return Erase(PageErase | SecondBankErase | ((offset / PageBytes) << 3)) ? PageBytes : 0;
    }
}
