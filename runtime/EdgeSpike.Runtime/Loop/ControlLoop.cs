namespace EdgeSpike.Runtime;

/// <summary>
/// A sensing-to-action loop at a fixed rate that watches itself (A. R. Trivedi et al., Intelligent Sensing-to-Action for Robust Autonomy
/// at the Edge, 2025): schedule, inputs, layers and an internal model are monitored, the faults make a trust score, and low trust puts a
/// configured safe action in the place of the controller's. Normative: LOOP.md.
/// </summary>
/// <remarks>
/// <para>Samples are handed to <see cref="Inputs"/> as they come. Then, again and again:
/// <c>if (loop.Due(now)) { loop.Observe(now); command = …; output = loop.Act(command); …; loop.End(now); }</c></para>
/// Input 0 is the one that the predictor knows. Start allocates; nothing does afterwards. No input makes it throw or wait.
/// </remarks>
public sealed class ControlLoop
{
    /// <summary>Most steps by which the predictor is moved on at once when steps were missed.</summary>
    public const int MostPredictedSteps = 64;

    /// <summary>When steps run.</summary>
    public ControlSchedule Schedule;

    /// <summary>What comes in; at least one.</summary>
    public InputMonitor[] Inputs;

    /// <summary>Layers of the network; may be null.</summary>
    public LayerMonitor[] Layers;

    /// <summary>Internal model of input 0; may be null.</summary>
    public LinearPredictor Predictor;

    /// <summary>What faults cost.</summary>
    public TrustScore Trust;

    /// <summary>What goes out.</summary>
    public ActionGuard Guard;

    /// <summary>
    /// Index of an input that measures what the actuator does, in units of the output, such as a motor's speed; 0: none. It is expected to be
    /// the output of the step before, and a difference beyond its gate is <see cref="LoopFault.Residual"/>.
    /// </summary>
    public int Feedback;

    private long[] _steps;
    private int _layerFaults;

    /// <summary>Faults of this step, bits of <see cref="LoopFault"/>.</summary>
    public int Faults { get; private set; }

    /// <summary>Index of the input or layer that <see cref="Start"/> refused.</summary>
    public int ErrorIndex { get; private set; }

    /// <summary>
    /// What the controller should take for input 0: its sample if one was believed for this step, else what the predictor expects, else the last
    /// believed one.
    /// </summary>
    public int Measurement
    {
        get
        {
            InputMonitor input = Inputs[0];
            return input.Fresh || Predictor == null || !Predictor.Follows ? input.Value : Predictor.Estimate;
        }
    }

    /// <summary>Steps in which a fault was there; <paramref name="bit"/> is its place in <see cref="LoopFault"/>, 0 … 7.</summary>
    public long Steps(int bit)
    {
        return _steps[bit];
    }

    /// <summary>Checks the configuration and starts with the safe action: trust has to be earned. None, or why it was refused; then nothing is to be called.</summary>
    public LoopError Start(long now)
    {
        ErrorIndex = 0;
        LoopError error = CheckParts();
        if (error != LoopError.None) return error;
        if (_steps == null) _steps = new long[LoopFault.Kinds];
        for (int i = 0; i < _steps.Length; i++) _steps[i] = 0;
        for (int i = 0; i < Inputs.Length; i++) Inputs[i].Reset();
        for (int i = 0; Layers != null && i < Layers.Length; i++) Layers[i].Reset();
        if (Predictor != null) Predictor.Reset();
        Trust.Reset();
        Guard.Reset();
        Schedule.Start(now);
        Faults = _layerFaults = LoopFault.None;
        return LoopError.None;
    }

    /// <summary>True: it is time for a step.</summary>
    public bool Due(long now)
    {
        return Schedule.Due(now);
    }

    /// <summary>
    /// Begins a step: what is wrong, how far to trust, who has the output. Samples that came before belong to this step. In
    /// <see cref="GuardState.Safe"/> the controller may still run, to be ready, but has no effect.
    /// </summary>
    public GuardState Observe(long now)
    {
        int faults = _layerFaults;
        _layerFaults = LoopFault.None;
        if (Schedule.Overrun) faults |= LoopFault.Deadline;
        for (int i = 0; i < Inputs.Length; i++)
        {
            int found = Inputs[i].Observe(now);
            if (i == Feedback && i != 0 && (found & LoopFault.Jump) != 0) found = (found & ~LoopFault.Jump) | LoopFault.Residual;
            faults |= found;
        }

        if (Predictor != null)
        {
            int steps = Schedule.Skipped < MostPredictedSteps ? Schedule.Skipped : MostPredictedSteps;
            for (int i = 0; i <= steps; i++) Predictor.Predict(Guard.Output);
            if (Inputs[0].Fresh) faults |= Predictor.Correct(Inputs[0].Value);
        }

        Faults = faults;
        for (int i = 0; i < LoopFault.Kinds; i++)
            if ((faults & (1 << i)) != 0) _steps[i]++;
        return Guard.Decide(Trust.Update(faults), faults);
    }

    /// <summary>The spikes of a layer in this step; what is wrong with them counts in the next step. Each layer once a step.</summary>
    public void Layer(int index, int spikes)
    {
        _layerFaults |= Layers[index].Observe(spikes);
    }

    /// <summary>The output of this step for the actuator.</summary>
    /// <param name="command">What the controller wants; any value.</param>
    public int Act(int command)
    {
        int output = Guard.Act(command);
        for (int i = 0; i < Inputs.Length; i++)
        {
            InputMonitor input = Inputs[i];
            if (i == 0) input.Expect(Predictor != null && Predictor.Follows ? Predictor.Estimate : input.Value);
            else input.Expect(i == Feedback ? output : input.Value);
        }

        return output;
    }

    /// <summary>Ends a step, after the output has gone to the actuator.</summary>
    public void End(long now)
    {
        Schedule.End(now);
    }

    private LoopError CheckParts()
    {
        LoopError error = Schedule.Check();
        if (error != LoopError.None) return error;
        if (Inputs == null || Inputs.Length == 0) return LoopError.InputRange;
        for (int i = 0; i < Inputs.Length; i++)
        {
            ErrorIndex = i;
            error = Inputs[i].Check();
            if (error != LoopError.None) return error;
        }

        ErrorIndex = 0;
        if (Feedback < 0 || Feedback >= Inputs.Length || (Feedback > 0 && Inputs[Feedback].Gate == 0)) return LoopError.Feedback;
        for (int i = 0; Layers != null && i < Layers.Length; i++)
        {
            ErrorIndex = i;
            error = Layers[i].Check();
            if (error != LoopError.None) return error;
        }

        ErrorIndex = 0;
        if (Predictor != null) error = Predictor.Check();
        if (error == LoopError.None) error = Trust.Check();
        return error == LoopError.None ? Guard.Check() : error;
    }
}
