namespace EdgeSpike.Runtime;

/// <summary>
/// Watches one input and says which of its samples to believe: range, gate, repetition, age. Units are the sensor's; times are ticks of
/// the loop's clock. LOOP.md, section 2.
/// </summary>
public sealed class InputMonitor
{
    /// <summary>Least value that the sensor gives.</summary>
    public int Low = int.MinValue;

    /// <summary>Greatest value that the sensor gives.</summary>
    public int High = int.MaxValue;

    /// <summary>Most by which a sample may differ from what is expected: movement in one step and noise. 0: no gate.</summary>
    public int Gate;

    /// <summary>By how much the gate widens with every step without a believed sample: what is expected gets less sure, and a jump that stays is believed in the end.</summary>
    public int GateGrowth;

    /// <summary>Repetitions in a row, value and signature alike, from which on the sensor counts as frozen. 0: repeating is no fault.</summary>
    public int FrozenAfter;

    /// <summary>Ticks after which a believed sample is too old.</summary>
    public int StaleAfter = int.MaxValue;

    private long _time;
    private long _gate;
    private int _last;
    private int _lastSignature;
    private int _faults;
    private bool _any;
    private bool _believedAny;

    /// <summary>The last believed sample; 0 before the first.</summary>
    public int Value { get; private set; }

    /// <summary>What the next sample is compared with: the last believed one, or what the predictor expects.</summary>
    public int Expected { get; private set; }

    /// <summary>True: a sample was believed since the step before.</summary>
    public bool Fresh { get; private set; }

    /// <summary>Repetitions in a row up to now.</summary>
    public int Repeated { get; private set; }

    /// <summary>Samples that came.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples that were not believed.</summary>
    public long Refused { get; private set; }

    /// <summary>None, or what does not fit.</summary>
    public LoopError Check()
    {
        if (Low > High) return LoopError.InputRange;
        if (Gate < 0 || GateGrowth < 0 || (Gate == 0 && GateGrowth > 0)) return LoopError.InputGate;
        return StaleAfter < 1 || FrozenAfter < 0 ? LoopError.InputAge : LoopError.None;
    }

    /// <summary>Forgets every sample; the input is stale until the first.</summary>
    public void Reset()
    {
        Value = Expected = Repeated = _faults = 0;
        Samples = Refused = 0;
        Fresh = _any = _believedAny = false;
        _gate = Gate;
    }

    /// <summary>A sample of a sensor whose value alone tells whether it lives. See <see cref="Sample(int, int, long)"/>.</summary>
    public bool Sample(int value, long at)
    {
        return Sample(value, value, at);
    }

    /// <summary>A sample as it came. True: it is believed.</summary>
    /// <param name="value">The value.</param>
    /// <param name="signature">Anything else of the same frame that a live sensor varies, such as signal strength: both have to repeat for it to count as frozen.</param>
    /// <param name="at">When it was taken, not later than the step that will see it.</param>
    public bool Sample(int value, int signature, long at)
    {
        Samples++;
        if (_any && value == _last && signature == _lastSignature)
        {
            if (Repeated < int.MaxValue) Repeated++;
        }
        else Repeated = 0;

        _any = true;
        _last = value;
        _lastSignature = signature;

        int fault = LoopFault.None;
        long difference = (long)value - Expected;
        if (difference < 0) difference = -difference;
        if (value < Low || value > High) fault = LoopFault.OutOfRange;
        else if (IsFrozen()) fault = LoopFault.Frozen;
        else if (Gate > 0 && _believedAny && difference > _gate) fault = LoopFault.Jump;
        if (fault != LoopFault.None)
        {
            _faults = fault;
            Refused++;
            return false;
        }

        // An older sample that comes late does not make the newer one older.
        if (!_believedAny || at > _time) _time = at;
        _believedAny = true;
        Value = Expected = value;
        Fresh = true;
        _faults = LoopFault.None;
        _gate = Gate;
        return true;
    }

    /// <summary>Why the last sample was not believed, if it was not, and <see cref="LoopFault.Stale"/> as of now.</summary>
    /// <remarks>A sample that is refused and followed by one that is believed before the step is counted, and no fault.</remarks>
    public int Observe(long now)
    {
        int faults = _faults;
        if (!_believedAny || now - _time > StaleAfter) faults |= LoopFault.Stale;
        return faults;
    }

    /// <summary>A step ends: samples until the next are compared with <paramref name="expected"/>, by a wider gate if none was believed.</summary>
    public void Expect(int expected)
    {
        Expected = expected;
        if (!Fresh && _gate < int.MaxValue) _gate += GateGrowth;
        Fresh = false;
    }

    private bool IsFrozen()
    {
        return FrozenAfter > 0 && Repeated >= FrozenAfter;
    }
}
