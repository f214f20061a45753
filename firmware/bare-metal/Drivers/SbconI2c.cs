using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>I2C by the MPS2's two-line serial bus interface (SBCon; AN385, AN386, AN505, section "Serial communication controller, I2C").</summary>
internal sealed class SbconI2c : LineI2c
{
    private const uint Levels = 0x00;                   // SB_CONTROL, read: bit 0 SCL, bit 1 SDA
    private const uint Set = 0x00;                      // SB_CONTROLS, written: ones let go
    private const uint Clear = 0x04;                    // SB_CONTROLC, written: ones drive low
    private const uint ClockLine = 1;
    private const uint DataLine = 2;

    private readonly uint _base;

    /// <summary>Both lines are let go.</summary>
    public SbconI2c(TimeBase time, uint at)
        : base(time)
    {
        _base = at;
        Io.Write(_base + Set, ClockLine | DataLine);
    }

    /// <inheritdoc/>
    protected override void SetClock(bool high)
    {
        Io.Write(_base + (high ? Set : Clear), ClockLine);
    }

    /// <inheritdoc/>
    protected override void SetData(bool high)
    {
        Io.Write(_base + (high ? Set : Clear), DataLine);
    }

    /// <inheritdoc/>
    protected override bool ClockIsHigh()
    {
        return (Io.Read(_base + Levels) & ClockLine) != 0;
    }

    /// <inheritdoc/>
    protected override bool DataIsHigh()
    {
        return (Io.Read(_base + Levels) & DataLine) != 0;
    }
}
