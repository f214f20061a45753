using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>The timer of Arm's Cortex-M System Design Kit (DDI 0479, section 4.2): 32 bits, counting down, without an interrupt.</summary>
/// <remarks>A wrap is noticed when the time is read: read it at least once per 2^32 clocks, 171 s at 25 MHz. <see cref="SysTickTime"/> needs no reading.</remarks>
internal sealed class CmsdkTimer : TimeBase
{
    private const uint Control = 0x00;                  // bit 0: count
    private const uint Value = 0x04;
    private const uint Reload = 0x08;

    private readonly uint _base;
    private readonly int _hz;
    private uint _last;
    private long _wraps;

    /// <summary>Starts to count.</summary>
    public CmsdkTimer(uint at, int hz)
    {
        _base = at;
        _hz = hz;
        Io.Write(_base + Control, 0);
        Io.Write(_base + Reload, 0xFFFFFFFF);
        Io.Write(_base + Value, 0xFFFFFFFF);
        Io.Write(_base + Control, 1);
    }

    /// <inheritdoc/>
    public override int Hz
    {
        get { return _hz; }
    }

    /// <inheritdoc/>
    public override long Ticks
    {
        get
        {
            uint position = 0xFFFFFFFF - Io.Read(_base + Value);
            if (position < _last) _wraps++;
            _last = position;
            return (_wraps << 32) + position;
        }
    }
}
