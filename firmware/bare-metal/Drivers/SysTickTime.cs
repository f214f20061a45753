using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>
/// Time from SysTick (Armv7-M Architecture Reference Manual, DDI 0403, section B3.3; the same in Armv8-M), which counts 24 bits of the
/// processor's clock down; start-up's handler counts the wraps. Ticks hold for 2^56: 13 years at 168 MHz.
/// </summary>
/// <remarks>There is one SysTick: make one of these. Exact also where interrupts are off, for up to half a wrap (2^23 clocks).</remarks>
internal sealed class SysTickTime : TimeBase
{
    private const uint Control = 0xE000E010;            // SYST_CSR
    private const uint Reload = 0xE000E014;             // SYST_RVR
    private const uint Current = 0xE000E018;            // SYST_CVR: a write clears it
    private const uint InterruptControl = 0xE000ED04;   // ICSR
    private const uint SysTickPending = 1u << 26;       // ICSR.PENDSTSET
    private const uint EnableAll = 7;                   // processor clock, interrupt, count
    private const uint Period = 0x1000000;

    private int _hz;
    private long _microsecondsBefore;
    private long _ticksBefore;

    /// <summary>Starts to count; <paramref name="hz"/> is the processor's clock.</summary>
    public SysTickTime(int hz)
    {
        _hz = hz;
        Io.Write(Reload, Period - 1);
        Io.Write(Current, 0);
        Io.Write(Control, EnableAll);
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
            uint wraps, value, pending;
            do
            {
                wraps = Processor.SysTickWraps();
                value = Io.Read(Current);
                pending = Io.Read(InterruptControl) & SysTickPending;
            }
            while (wraps != Processor.SysTickWraps());

            // A period starts with 0, at which the interrupt comes, then counts down from the reload value.
            uint position = (Period - value) & (Period - 1);

            // The interrupt waits: this value was read after the wrap that is not counted yet, unless it is from the end of a period.
            if (pending != 0 && position < Period / 2) wraps++;
            return ((long)wraps << 24) + position;
        }
    }

    /// <inheritdoc/>
    public override long Microseconds
    {
        get { return _microsecondsBefore + ToMicroseconds(Ticks - _ticksBefore); }
    }

    /// <summary>Tells that the processor's clock has another rate from now on: microseconds go on from where they are.</summary>
    public void SetClock(int hz)
    {
        long now = Ticks;
        _microsecondsBefore += ToMicroseconds(now - _ticksBefore);
        _ticksBefore = now;
        _hz = hz;
    }
}
