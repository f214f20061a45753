using EdgeSpike.Runtime;

namespace EdgeSpike.LoopDevice;

/// <summary>What goes wrong in a flight.</summary>
public enum FlightFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The lidar sends nothing.</summary>
    LidarSilent = 1,

    /// <summary>The lidar repeats its last frame.</summary>
    LidarFrozen = 2,

    /// <summary>The lidar measures 1 m too much.</summary>
    LidarJump = 3,

    /// <summary>The lidar sends its code for too little signal, which is no distance.</summary>
    LidarBlind = 4,

    /// <summary>The line to the host is cut: no set-point comes.</summary>
    LinkCut = 5,

    /// <summary>The motor stays at what it does.</summary>
    MotorStuck = 6,

    /// <summary>The network goes silent; its controller commands 0.</summary>
    NetworkSilent = 7,

    /// <summary>Steps take 1.5 periods.</summary>
    Overload = 8,
}

/// <summary>
/// A flight of 40 s at 10 Hz: altitude is a double integrator with drag and a weight that a constant lift carries, the lidar has noise, a PD
/// with integral controls it, and a <see cref="ControlLoop"/> watches. From 16 s to 18 s something is wrong. Integers only, so that a device
/// decides as the host does, bit for bit; the hash tells.
/// </summary>
/// <remarks>Millimetres, mm/s, mm/s^2; microseconds. A command is an acceleration, -3300 … 3300 mm/s^2.</remarks>
public sealed class AltitudeScenario
{
    /// <summary>Steps of a flight.</summary>
    public const int Steps = 400;

    /// <summary>First step with the fault.</summary>
    public const int FaultStart = 160;

    /// <summary>First step after it.</summary>
    public const int FaultEnd = 180;

    /// <summary>Most by which the output may move in a step, whoever has it.</summary>
    public const int Slew = 500;

    // The model has to learn the weight before it can tell what is wrong.
    private const int Learnt = 40;
    private const int Climb = 60;
    private const int Period = 100000;
    private const int Substeps = 10;
    private const int Weight = -200;
    private const int FullScale = 3300;
    private const int Code = 65534;
    private const int NeverHeld = -1;

    private readonly FlightFault _fault;
    private readonly uint _seed;
    private readonly bool _level;
    private uint _random;
    private long _position;
    private long _velocity;
    private int _motor;
    private int _frozenDistance;
    private int _frozenStrength;
    private long _integral;
    private int _previous;
    private int _previous2;

    /// <summary>A flight with a fault.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="level">Stays level while it does, instead of going down by a metre.</param>
    public AltitudeScenario(FlightFault fault, uint seed, bool level)
    {
        _fault = fault;
        _seed = seed;
        _level = level;
        Loop = Configure();
    }

    /// <summary>The loop.</summary>
    public ControlLoop Loop { get; private set; }

    /// <summary>Steps from the start of the fault to the first step that reports one, counting it; -1: never.</summary>
    public int Detected { get; private set; }

    /// <summary>Steps from the start of the fault to the safe action, counting its first; -1: never.</summary>
    public int Tripped { get; private set; }

    /// <summary>Steps from the end of the fault to the controller's return; -1: never, or it never left.</summary>
    public int Recovered { get; private set; }

    /// <summary>Steps from the end of the fault after which the altitude stays within 50 mm of the set-point; -1: never.</summary>
    public int Regained { get; private set; }

    /// <summary>All faults reported from the start of the fault on.</summary>
    public int Reported { get; private set; }

    /// <summary>Faults reported before, after the first four seconds, in which the model learns the weight.</summary>
    public int FalseAlarms { get; private set; }

    /// <summary>Largest change of the output from a step to the next.</summary>
    public int WorstMove { get; private set; }

    /// <summary>Largest error of the altitude from the start of the fault on, mm.</summary>
    public int WorstError { get; private set; }

    /// <summary>Largest residual of the predictor from then to the fault, mm.</summary>
    public int WorstResidual { get; private set; }

    /// <summary>Hash of every decision: state, output, faults and trust of each step.</summary>
    public uint Hash { get; private set; }

    /// <summary>How the loop is configured; the reasons stand in LOOP.md, section 8.</summary>
    public static ControlLoop Configure()
    {
        ControlLoop loop = new ControlLoop();
        loop.Schedule = new ControlSchedule();
        loop.Schedule.Period = Period;
        loop.Schedule.Deadline = Period / 2;

        InputMonitor lidar = new InputMonitor();
        lidar.Low = 100;
        lidar.High = 12000;
        lidar.Gate = 150;
        lidar.GateGrowth = 20;
        lidar.FrozenAfter = 3;
        lidar.StaleAfter = 150000;
        InputMonitor setPoint = new InputMonitor();
        setPoint.Low = 0;
        setPoint.High = 10000;
        setPoint.StaleAfter = 150000;
        loop.Inputs = new InputMonitor[2];
        loop.Inputs[0] = lidar;
        loop.Inputs[1] = setPoint;

        LayerMonitor layer = new LayerMonitor();
        layer.Least = 1;
        layer.Most = 30;
        layer.SilentAfter = 3;
        layer.SaturatedAfter = 3;
        loop.Layers = new LayerMonitor[1];
        loop.Layers[0] = layer;

        loop.Predictor = Model();
        loop.Trust = new TrustScore();
        int[] weights = new int[LoopFault.Kinds];
        for (int i = 0; i < weights.Length; i++) weights[i] = 12000;
        weights[6] = 20000;
        weights[7] = 6000;
        loop.Trust.Weights = weights;
        loop.Trust.Rise = 2048;

        loop.Guard = new ActionGuard();
        loop.Guard.Low = -FullScale;
        loop.Guard.High = FullScale;
        loop.Guard.Slew = Slew;
        loop.Guard.SafeSlew = Slew;
        loop.Guard.SafeValue = -Weight;
        loop.Guard.Trip = 16384;
        loop.Guard.Recover = 24576;
        loop.Guard.SafeSteps = 5;
        loop.Guard.StartSteps = Learnt;
        loop.Guard.Latching = LoopFault.Residual;
        return loop;
    }

    /// <summary>Altitude, velocity and bias at 10 Hz; states in 1/256 mm, mm/s, mm/s^2, coefficients in 2^-20.</summary>
    public static LinearPredictor Model()
    {
        LinearPredictor model = new LinearPredictor();
        model.Shift = 20;
        model.Fraction = 8;

        // h' = h + 0.1 v + 0.005 a; v' = 0.95 v + 0.1 a; a = command + bias; drag 0.5 /s.
        int[] transition = new int[9];
        transition[0] = 1048576;
        transition[1] = 102243;
        transition[2] = 5157;
        transition[4] = 997438;
        transition[5] = 102270;
        transition[8] = 1048576;
        model.Transition = transition;
        model.Input = new int[3];
        model.Input[0] = 5157 * 256;
        model.Input[1] = 102270 * 256;

        // An alpha-beta-gamma filter that trusts the model: alpha 0.3, beta 0.05 / 0.1 s, gamma 0.002 * 2 / 0.01 s^2.
        model.Gain = new int[3];
        model.Gain[0] = 314573;
        model.Gain[1] = 524288;
        model.Gain[2] = 419430;
        model.Limit = 22;
        model.LostAfter = 50;
        return model;
    }

    /// <summary>Flies. None, or why the loop refused its configuration.</summary>
    public LoopError Fly()
    {
        LoopError error = Loop.Start(0);
        if (error != LoopError.None) return error;
        Detected = Tripped = Recovered = Regained = -1;
        Reported = FalseAlarms = WorstMove = WorstError = WorstResidual = 0;
        Hash = 2166136261;
        _random = _seed;
        _position = 1000 * 1000000L;
        _velocity = 0;
        _motor = _previous = _previous2 = 0;
        _frozenDistance = NeverHeld;
        _integral = -Weight * 256;
        long now = 0, flown = 0;
        while (now < (long)Steps * Period)
        {
            int step = (int)(flown / Substeps);
            Sense(step, now);
            if (Loop.Due(now))
            {
                Step(step, now);

                // A step that takes too long lets releases pass.
                long busy = Failing(step, FlightFault.Overload) ? Period + Period / 2 : Period / 10;
                long end = now + busy;
                while (now < end)
                {
                    Move();
                    now += Period / Substeps;
                    flown++;
                }

                Loop.End(end);
                continue;
            }

            Move();
            now += Period / Substeps;
            flown++;
        }

        return LoopError.None;
    }

    private int SetPoint(int step)
    {
        // Down by a metre together with the fault, so that it meets a manoeuvre.
        return step < Climb ? 1000 : step < FaultStart || _level ? 2500 : 1500;
    }

    private bool Failing(int step, FlightFault fault)
    {
        return _fault == fault && step >= FaultStart && step < FaultEnd;
    }

    // One sample of each input just before a release.
    private void Sense(int step, long now)
    {
        if (now < Loop.Schedule.Release + Period && now != 0) return;
        if (!Failing(step, FlightFault.LinkCut)) Loop.Inputs[1].Sample(SetPoint(step), step, now);
        int distance = (int)(_position / 1000000) + Noise(10), strength = 1000 + Noise(40);
        if (Failing(step, FlightFault.LidarSilent)) return;
        if (Failing(step, FlightFault.LidarJump)) distance += 1000;
        if (Failing(step, FlightFault.LidarBlind)) distance = Code;
        if (Failing(step, FlightFault.LidarFrozen))
        {
            if (_frozenDistance == NeverHeld)
            {
                _frozenDistance = distance;
                _frozenStrength = strength;
            }

            distance = _frozenDistance;
            strength = _frozenStrength;
        }

        Loop.Inputs[0].Sample(distance, strength, now);
    }

    private void Step(int step, long now)
    {
        if (step >= FaultEnd && (step - FaultEnd) % 50 == 10) Loop.Guard.Acknowledge();     // someone looks a second after the fault, then every five
        int before = Loop.Guard.Output;
        GuardState state = Loop.Observe(now);
        int command = Control(state), spikes = 10 + Noise(5);
        if (Failing(step, FlightFault.NetworkSilent))
        {
            command = 0;
            spikes = 0;
        }

        Loop.Layer(0, spikes);
        int output = Loop.Act(command);
        if (!Failing(step, FlightFault.MotorStuck)) _motor = output < 100 && output > -100 ? 0 : output;
        Judge(step, state, output - before);
    }

    private int Control(GuardState state)
    {
        int measured = Loop.Measurement;
        int error = Loop.Inputs[1].Value - measured;
        int speed = (measured - _previous2) * 5;
        _previous2 = _previous;
        _previous = measured;
        if (Loop.Guard.Resumed || state == GuardState.Safe)
        {
            // No kick by a difference that is over: the guard leads the output from where it is to the command.
            speed = 0;
            _previous = _previous2 = measured;
        }

        long command = error - 2 * speed + (_integral >> 8);
        if (state == GuardState.Running && error < 200 && error > -200) _integral += error * 5;
        return command > FullScale ? FullScale : command < -FullScale ? -FullScale : (int)command;
    }

    // 10 ms of flight; nanometres, so that nothing is rounded away.
    private void Move()
    {
        long acceleration = (_motor + Weight) * 1000L - (_velocity >> 1);
        _velocity += acceleration / 100;
        _position += _velocity * 10;
        if (_position >= 0) return;
        _position = 0;
        _velocity = 0;
    }

    private void Judge(int step, GuardState state, int move)
    {
        Mix((uint)state);
        Mix((uint)Loop.Guard.Output);
        Mix((uint)Loop.Faults);
        Mix((uint)Loop.Trust.Value);
        if (move < 0) move = -move;
        if (move > WorstMove) WorstMove = move;
        int error = (int)(_position / 1000000) - SetPoint(step);
        if (error < 0) error = -error;
        if (step < FaultStart)
        {
            if (step >= Learnt) FalseAlarms |= Loop.Faults;
            int residual = Loop.Predictor.Residual < 0 ? -Loop.Predictor.Residual : Loop.Predictor.Residual;
            if (step >= Learnt && residual > WorstResidual) WorstResidual = residual;
            return;
        }

        Reported |= Loop.Faults;
        if (error > WorstError) WorstError = error;
        if (Detected < 0 && Loop.Faults != LoopFault.None) Detected = step - FaultStart + 1;
        if (Tripped < 0 && state == GuardState.Safe) Tripped = step - FaultStart + 1;
        if (step < FaultEnd) return;
        if (state == GuardState.Safe) Recovered = -1;
        else if (Recovered < 0 && Tripped > 0) Recovered = step - FaultEnd + 1;
        if (error > 50) Regained = -1;
        else if (Regained < 0) Regained = step - FaultEnd + 1;
    }

    private void Mix(uint value)
    {
        Hash = (Hash ^ value) * 16777619;
    }

    // Two uniform values added: -most … most.
    private int Noise(int most)
    {
        int sum = 0;
        for (int i = 0; i < 2; i++)
        {
            _random = _random * 1664525 + 1013904223;
            sum += (int)(((_random >> 16) * (uint)(most + 1)) >> 16);
        }

        return sum - most;
    }
}
