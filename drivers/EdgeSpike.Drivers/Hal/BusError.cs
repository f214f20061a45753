namespace EdgeSpike.Drivers;

/// <summary>How a transfer or a set-up ended. Values, not exceptions; each names a cause that asks for another remedy.</summary>
public enum BusError
{
    /// <summary>Done.</summary>
    None = 0,

    /// <summary>No device answered the address: wrong address, no supply, not wired.</summary>
    AddressNotAcknowledged = 1,

    /// <summary>The device took its address but refused a byte: busy, or a register that it lacks.</summary>
    DataNotAcknowledged = 2,

    /// <summary>A line stays low, also after nine clocks: short circuit, missing pull-up, or a device that hangs.</summary>
    BusStuck = 3,

    /// <summary>Another master won the bus: try again.</summary>
    ArbitrationLost = 4,

    /// <summary>The hardware did not answer within its time: no clock, or a device that stretches without end.</summary>
    TimeOut = 5,

    /// <summary>A received byte was lost.</summary>
    Overrun = 6,

    /// <summary>A start or stop within a byte: noise.</summary>
    BusFault = 7,

    /// <summary>The caller's arrays, counts or address don't fit; nothing was sent.</summary>
    Argument = 8,
}
