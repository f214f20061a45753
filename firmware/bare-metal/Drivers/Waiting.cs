using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>Waits for hardware, each with its end.</summary>
internal static class Waiting
{
    /// <summary>Waits until the masked bits have a value. False: they had not in time.</summary>
    public static bool For(TimeBase time, uint address, uint mask, uint value, int microseconds)
    {
        Deadline end = new Deadline(time, microseconds);
        do
        {
            if ((Io.Read(address) & mask) == value) return true;
        }
        while (!end.Passed());

        // The last look and the end may be far apart when an interrupt came between.
        return (Io.Read(address) & mask) == value;
    }
}
