namespace EdgeSpike.Firmware;

/// <summary>How the flashes of STM32 chips are erased and programmed; a chip's own file holds its registers, bits and blocks.</summary>
internal abstract class Stm32Flash : SlotFlash
{
    private const uint DataCache = 1u << 10;            // FLASH_ACR: DCEN
    private const uint DataCacheReset = 1u << 12;       // DCRST

    /// <summary>Register of the keys.</summary>
    protected uint Key { get; set; }

    /// <summary>Register of the status.</summary>
    protected uint Status { get; set; }

    /// <summary>Register where ones clear bits of the status.</summary>
    protected uint Clear { get; set; }

    /// <summary>Register of the control.</summary>
    protected uint Control { get; set; }

    /// <summary>Register of the data cache, or 0: there is none.</summary>
    protected uint CacheControl { get; set; }

    /// <summary>Bits of the status: an operation goes on.</summary>
    protected uint Busy { get; set; }

    /// <summary>Bits of the status: an operation failed.</summary>
    protected uint Errors { get; set; }

    /// <summary>Bit of the control: starts an erasure.</summary>
    protected uint Start { get; set; }

    /// <summary>Bit of the control: locked.</summary>
    protected uint Lock { get; set; }

    /// <summary>Bits of the control: what is written to flash is programmed.</summary>
    protected uint Program { get; set; }

    /// <summary>Bytes that are programmed at once, 4 … <see cref="SlotFlash.Unit"/>.</summary>
    protected int WordBytes { get; set; }

    /// <inheritdoc/>
    public override bool Write(uint address, byte[] source, int from, int count)
    {
        if (!Begin()) return false;
        Io.Write(Control, Program);
        for (int i = 0; i < count; i += WordBytes)
        {
            // The last 32 bits start the programming of all.
            for (int part = i; part < i + WordBytes; part += 4) Io.Write(address + (uint)part, Word(source, from + part, from + count));
            if (!Await(Status, Busy, 0)) break;
        }

        return End();
    }

    /// <summary>Erases what these bits of the control name. False: the hardware reports an error.</summary>
    protected bool Erase(uint block)
    {
        if (!Begin()) return false;
        Io.Write(Control, block);
        Io.Write(Control, block | Start);
        return End();
    }

    private bool Begin()
    {
        if (!Await(Status, Busy, 0)) return false;
        if ((Io.Read(Control) & Lock) != 0)
        {
            Io.Write(Key, 0x45670123);
            Io.Write(Key, 0xCDEF89AB);
        }

        Io.Write(Clear, Errors);
        return true;
    }

    private bool End()
    {
        bool done = Await(Status, Busy, 0) && (Io.Read(Status) & Errors) == 0;
        Io.Write(Control, Lock);

        // The cache may hold what stood there before (RM0432, 3.3.6); it can be emptied only while it is off.
        uint access = CacheControl == 0 ? 0 : Io.Read(CacheControl);
        if ((access & DataCache) == 0) return done;
        Io.Write(CacheControl, access & ~DataCache);
        Io.Write(CacheControl, (access & ~DataCache) | DataCacheReset);
        Io.Write(CacheControl, access & ~DataCache);
        Io.Write(CacheControl, access);
        return done;
    }
}
