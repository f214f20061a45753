namespace EdgeSpike.Firmware;

/// <summary>Stands in for the class that a build for a board generates, so that the program compiles to IL without one.</summary>
internal static class Board
{
    /// <summary>The UART of the host link.</summary>
    public static BytePort OpenUart()
    {
        return new CmsdkUart(default(UartSettings));
    }

    /// <summary>The board's name.</summary>
    public static System.ReadOnlySpan<byte> Name => "none"u8;

    /// <summary>Address of the second slot, 0 for none.</summary>
    public static uint SlotStart => 0;

    /// <summary>Bytes of the second slot.</summary>
    public static int SlotBytes => 0;
}
