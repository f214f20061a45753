namespace EdgeSpike.Firmware;

/// <summary>The flash that holds the second slot. Every wait in it ends, also where the hardware does not answer.</summary>
internal abstract class SlotFlash
{
    /// <summary>Bytes of <see cref="Write"/>'s steps: the longest word that a flash here programs at once (STM32H7).</summary>
    public const int Unit = 32;

    /// <summary>Rounds of <see cref="Io.Patience"/> for an operation: above the 4 s that the slowest sector takes.</summary>
    private const int Rounds = 64;

    /// <summary>Erases the block that starts here: all ones. Its bytes; 0: it is no block's start, or the hardware reports an error.</summary>
    public abstract int EraseBlock(uint address);

    /// <summary>Writes bytes into erased flash, up to a multiple of <see cref="Unit"/> with ones. False: the hardware reports an error.</summary>
    /// <param name="address">A multiple of <see cref="Unit"/>.</param>
    /// <param name="source">Bytes.</param>
    /// <param name="from">First of them.</param>
    /// <param name="count">Number of them.</param>
    public abstract bool Write(uint address, byte[] source, int from, int count);

    /// <summary>Four bytes as a word; ones beyond the end.</summary>
    protected static uint Word(byte[] source, int at, int end)
    {
        uint word = 0;
        for (int i = 3; i >= 0; i--) word = (word << 8) | (at + i < end ? source[at + i] : 255u);
        return word;
    }

    /// <summary>Waits for the end of an operation. False: it does not come.</summary>
    protected static bool Await(uint address, uint mask, uint value)
    {
        for (int round = 0; round < Rounds; round++)
            if (Io.Await(address, mask, value)) return true;
        return false;
    }
}
