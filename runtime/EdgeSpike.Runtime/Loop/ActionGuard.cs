namespace EdgeSpike.Runtime;

/// <summary>Who has the output.</summary>
public enum GuardState
{
    /// <summary>The safe action.</summary>
    Safe = 0,

    /// <summary>The controller again, but the output is still on its way to the command.</summary>
    Recovering = 1,

    /// <summary>The controller.</summary>
    Running = 2,
}

/// <summary>
/// Stands between controller and actuator: envelope, slew limit, and a safe action while trust is low. The output never moves by more
/// than the slew of its state in a step, also when the safe action begins or ends. LOOP.md, section 6.
/// </summary>
public sealed class ActionGuard
{
    /// <summary>Least output.</summary>
    public int Low;

    /// <summary>Greatest output.</summary>
    public int High;

    /// <summary>Most by which the output moves in a step under the controller.</summary>
    public int Slew = int.MaxValue;

    /// <summary>Most by which it moves in a step towards the safe action.</summary>
    public int SafeSlew = int.MaxValue;

    /// <summary>The safe action, and the output at start.</summary>
    public int SafeValue;

    /// <summary>True: the safe action is to stay at the last output instead.</summary>
    public bool Hold;

    /// <summary>Trust below which the safe action begins.</summary>
    public int Trip;

    /// <summary>Trust from which on it may end: the distance to <see cref="Trip"/> is the hysteresis.</summary>
    public int Recover;

    /// <summary>Steps that the safe action takes at least.</summary>
    public int SafeSteps;

    /// <summary>Steps from the start to the controller's first at least: what an internal model needs to learn the plant.</summary>
    public int StartSteps;

    /// <summary>Faults that, found when it begins, make it last until <see cref="Acknowledge"/>: bits of <see cref="LoopFault"/>.</summary>
    public int Latching;

    private int _safe;

    /// <summary>Who has the output.</summary>
    public GuardState State { get; private set; }

    /// <summary>The output of the last step.</summary>
    public int Output { get; private set; }

    /// <summary>Faults that wait to be acknowledged.</summary>
    public int Latched { get; private set; }

    /// <summary>Faults of the step in which the safe action began last.</summary>
    public int Cause { get; private set; }

    /// <summary>Times that it began, the start not counted.</summary>
    public long Trips { get; private set; }

    /// <summary>Steps in which the slew kept the output from its target.</summary>
    public long Limited { get; private set; }

    /// <summary>True: this step gave the output back to the controller, which may start afresh from <see cref="Output"/>.</summary>
    public bool Resumed { get; private set; }

    /// <summary>None, or what does not fit.</summary>
    public LoopError Check()
    {
        if (Low > High || SafeValue < Low || SafeValue > High) return LoopError.Output;
        if (Slew < 1 || SafeSlew < 1 || SafeSteps < 0 || StartSteps < 0) return LoopError.Slew;
        return Trip < 1 || Recover < Trip || Recover > TrustScore.One ? LoopError.Thresholds : LoopError.None;
    }

    /// <summary>The safe action, from the safe value.</summary>
    public void Reset()
    {
        State = GuardState.Safe;
        Output = SafeValue;
        Latched = Cause = 0;
        Trips = Limited = 0;
        Resumed = false;
        _safe = SafeSteps - StartSteps;
    }

    /// <summary>Someone has looked at the faults that latched: the safe action now only waits for them to be gone.</summary>
    public void Acknowledge()
    {
        Latched = LoopFault.None;
    }

    /// <summary>
    /// Decides who has the output in this step. Before the controller runs: in <see cref="GuardState.Safe"/> its command is not used.
    /// </summary>
    public GuardState Decide(int trust, int faults)
    {
        Resumed = false;
        if (State != GuardState.Safe)
        {
            if (trust < Trip)
            {
                State = GuardState.Safe;
                Cause = faults;
                Latched = faults & Latching;
                Trips++;
                _safe = 0;
            }
        }
        else
        {
            if (_safe < int.MaxValue) _safe++;
            if (_safe > SafeSteps && trust >= Recover && faults == LoopFault.None && Latched == LoopFault.None)
            {
                State = GuardState.Recovering;
                Resumed = true;
            }
        }

        return State;
    }

    /// <summary>The output of this step.</summary>
    /// <param name="command">What the controller wants; any value.</param>
    public int Act(int command)
    {
        int target = command < Low ? Low : command > High ? High : command;
        int slew = Slew;
        if (State == GuardState.Safe)
        {
            target = Hold ? Output : SafeValue;
            slew = SafeSlew;
        }

        long way = (long)target - Output;
        if (way > slew || way < -slew)
        {
            way = way > 0 ? slew : -slew;
            Limited++;
        }
        else if (State == GuardState.Recovering) State = GuardState.Running;

        Output += (int)way;
        return Output;
    }
}
